"""Arrange papers for an export: grouped, headed, in the order they were selected in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from papertide.export.base import ReadingList, Section
from papertide.normal import counted
from papertide.records.digest import Digest
from papertide.records.plain import STATUSES, PaperDict
from papertide.store.base import Selection, Store

GROUPINGS = ("topic", "month", "tag", "status", "none")


def reading_list(
    papers: Sequence[PaperDict], names: Mapping[str, str], *, group_by: str = "none", subtitle: str = ""
) -> ReadingList:
    """A reading list of papers; grouped by topic or tag, a paper stands in each of its groups.

    `names` maps topic ids to names in the reader's order. Groups that no paper is in are left out.
    """
    return ReadingList("Reading list", subtitle, _sections(papers, names, group_by))


def with_state(reading: ReadingList, store: Store, numbers: Collection[int]) -> ReadingList:
    """A reading list of these papers with all else that the library knows of them.

    Where they are all papers there are, what belongs to no paper (saved searches) goes along; where there are none because
    none was chosen, nothing does.
    """
    whole = len(numbers) == store.looking.count(Selection(None, ""))
    library = store.carrying.library(None if whole else sorted(numbers))
    told = any(library[name] for name in ("pages", "digests", "searches", "verdicts"))
    return replace(reading, state=store.carrying.paper, library=library if numbers or (whole and told) else None)


def _sections(papers: Sequence[PaperDict], names: Mapping[str, str], group_by: str) -> list[Section]:
    if group_by == "none":
        return [Section("", papers)]
    groups: dict[str, list[PaperDict]] = {}
    for paper in papers:
        for group in _groups_of(paper, group_by):
            groups.setdefault(group, []).append(paper)
    if group_by == "topic":
        order = [*(t for t in names if t in groups), *sorted(t for t in groups if t and t not in names)]
        heads = {topic: names.get(topic, topic) for topic in order}
    elif group_by == "month":
        order = sorted((g for g in groups if g), reverse=True)
        heads = {month: month for month in order}
    elif group_by == "status":
        order = [status for status in STATUSES if status in groups]
        heads = {status: status.capitalize() for status in order}
    else:
        order = sorted(g for g in groups if g)
        heads = {tag: tag for tag in order}
    missing = {"topic": "Other", "month": "No date", "tag": "No tag"}.get(group_by, "")
    if "" in groups:
        order.append("")
        heads[""] = missing
    return [Section(heads[group], groups[group]) for group in order]


def _groups_of(paper: PaperDict, group_by: str) -> Sequence[str]:
    if group_by == "topic":
        return paper["topics"] or [""]
    if group_by == "tag":
        return paper["tags"] or [""]
    if group_by == "status":
        return [paper["status"]]
    return [(paper["published"] or "")[:7]]


def digest_list(made: Digest) -> ReadingList:
    """A digest as a reading list, each paper with its telling sentence."""
    sections = [
        Section(
            section.name,
            section.papers,
            f'{section.left_out} more: `papertide list "{section.query}"`' if section.left_out else "",
        )
        for section in made.sections
    ]
    count = counted(len(made.new), "new paper")
    return ReadingList(f"Papers of {made.day.isoformat()}", count, sections, dict(made.sentences))
