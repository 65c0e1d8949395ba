"""Arrange papers for an export: grouped, headed, in the order they were selected in.

Only numbers are held: each section reads its papers, some at a time, when it is written.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from papertide.export.base import ReadingList, Section
from papertide.export.facts import news
from papertide.export.words import in_double_quotes
from papertide.normal import counted
from papertide.records.digest import Digest
from papertide.records.plain import STATUSES, PaperDict
from papertide.store.base import Looking, Selection, Store

GROUPINGS = ("topic", "month", "tag", "status", "none")
_AT_ONCE = 250
"""Papers that are read together."""


@dataclass(frozen=True, slots=True)
class Shelved:
    """Papers in a library, by number, in an order of their own; each pass reads them anew."""

    looking: Looking
    reader: str
    numbers: array[int]

    def __iter__(self) -> Iterator[PaperDict]:
        for start in range(0, len(self.numbers), _AT_ONCE):
            wanted = self.numbers[start : start + _AT_ONCE]
            found = {paper["id"]: paper for paper in self.looking.by_number(wanted, self.reader)}
            for number in wanted:
                yield found[number]


def reading_list(
    looking: Looking, selection: Selection, names: Mapping[str, str], *, group_by: str = "none"
) -> tuple[ReadingList, int]:
    """A reading list of a selection, and how many papers it holds; to be written within `looking.steady()`.

    Grouped by topic or tag, a paper stands in each of its groups. `names` maps topic ids to names in the reader's order.
    Groups that no paper is in are left out.
    """
    groups: dict[str, array[int]] = {}
    count, updated = 0, ""
    for number, added, named in looking.places(selection, group_by):
        count += 1
        updated = max(updated, added)
        for name in named:
            groups.setdefault(name, array("q")).append(number)
    sections = [
        Section(heading, Shelved(looking, selection.reader, groups[name]))
        for name, heading in _headings(groups, names, group_by)
    ]
    query = str(selection.query) if selection.query is not None and selection.query.root is not None else ""
    told = counted(count, "paper")
    subtitle = f"{told}: {query}" if query else told
    return ReadingList("Reading list", subtitle, sections, updated=updated or None, identity=query), count


def with_state(reading: ReadingList, store: Store) -> ReadingList:
    """A reading list of papers in a library, with all else that the library knows of them.

    Where they are all papers there are, what belongs to no paper (saved searches) goes along; where there are none because
    none was chosen, nothing does.
    """
    numbers = {number for section in reading.sections for number in _numbers(section.papers)}
    whole = len(numbers) == store.looking.count(Selection(None, ""))
    library = store.carrying.library(None if whole else sorted(numbers))
    told = any(library[name] for name in ("pages", "digests", "searches", "verdicts"))
    return replace(reading, state=store.carrying.paper, library=library if numbers or (whole and told) else None)


def _numbers(papers: Iterable[PaperDict]) -> Iterable[int]:
    return papers.numbers if isinstance(papers, Shelved) else (paper["id"] for paper in papers)


def _headings(groups: Mapping[str, object], names: Mapping[str, str], group_by: str) -> list[tuple[str, str]]:
    """The groups in order, each with its heading; the one of papers that have none comes last."""
    named = sorted(name for name in groups if name)
    if group_by == "topic":
        named = [*(t for t in names if t in groups), *(t for t in named if t not in names)]
        heads = [(topic, names.get(topic, topic)) for topic in named]
    elif group_by == "status":
        heads = [(status, status.capitalize()) for status in STATUSES if status in groups]
    else:
        heads = [(name, name) for name in (reversed(named) if group_by == "month" else named)]
    if "" in groups:
        heads.append(("", {"topic": "Other", "month": "No date", "tag": "No tag"}.get(group_by, "")))
    return heads


def digest_list(made: Digest) -> ReadingList:
    """A digest as a reading list, each paper with its telling sentence."""
    sections = [
        Section(section.name, section.papers, section.left_out, in_double_quotes(section.query))
        for section in made.sections
    ]
    updated = max((paper["added"] for paper in made.papers), default=f"{made.day.isoformat()}T00:00:00Z")
    return ReadingList(
        f"Papers of {made.day.isoformat()}",
        news(made),
        sections,
        dict(made.sentences),
        updated,
        "digest",
        keepers=made.kept_by,
    )
