"""The daily digest: what is new for a reader, in topic sections, best first; decided purely, then told in one step.

New is what no digest has told this reader of, by the ledger, and what they haven't decided on: so nothing is shown twice,
and nothing is missed after a holiday. Each paper stands in one section, that of the topic that fits it best. What was put
off comes back once, in the first digest of a later day, in a section of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from papertide.ranking.order import first_impression
from papertide.ranking.sentence import telling_sentence
from papertide.records.digest import Digest, DigestSection
from papertide.records.plain import PaperDict
from papertide.store.base import Store

OTHER = ""
"""The topic of papers that have none."""

_PUT_OFF = "later"


def prepare(
    store: Store,
    reader: str,
    names: Mapping[str, str],
    *,
    today: date,
    since: date | None = None,
    topics: Sequence[str] = (),
    limit: int | None = None,
    again: bool = False,
) -> Digest:
    """Select what is new; `names` maps topic ids to names, in the reader's order. Nothing is noted (see `tell`).

    `since` takes what came into the library on that day or later, told or not; `again` what the last digest told of;
    `topics` only papers with one of these; `limit` shows so many a section.
    """
    day = today
    if again:
        last = store.telling.last(reader)
        numbers = last[2] if last else []
        day = date.fromisoformat(last[1]) if last else today
    elif since is not None:
        numbers = store.telling.added_since(since.isoformat(), reader)
    else:
        numbers = [*store.telling.untold(reader), *store.telling.put_off(reader, today.isoformat())]
    papers = store.looking.by_number(numbers, reader)
    if topics:
        papers = [paper for paper in papers if not set(topics).isdisjoint(paper["topics"] or ["none"])]
    return select(papers, names, day=day, topics=topics, limit=limit)


def tell(store: Store, reader: str, made: Digest, *, today: date, at: str) -> None:
    """Note that a digest was told: all that was new in it, what a section left out too. An empty one isn't noted."""
    if made.new:
        store.telling.tell(reader, made.new, today.isoformat(), at)


def select(
    papers: Iterable[PaperDict],
    names: Mapping[str, str],
    *,
    day: date,
    topics: Sequence[str] = (),
    limit: int | None = None,
) -> Digest:
    """Arrange papers in sections: in the order of `names`, unknown topics next, papers without one last."""
    ordered = sorted(papers, key=first_impression)
    put_off = [paper for paper in ordered if paper["status"] == _PUT_OFF]
    by_topic: dict[str, list[PaperDict]] = {}
    for paper in (paper for paper in ordered if paper["status"] != _PUT_OFF):
        by_topic.setdefault(_section_of(paper, topics), []).append(paper)
    order = [*(t for t in names if t in by_topic), *sorted(t for t in by_topic if t not in names and t != OTHER)]
    order += [OTHER] if OTHER in by_topic else []
    sections = [
        DigestSection(
            topic=topic,
            name=names.get(topic, topic) if topic != OTHER else "Other",
            papers=tuple(by_topic[topic][:limit]),
            left_out=max(0, len(by_topic[topic]) - limit) if limit is not None else 0,
            query=_query(topic, by_topic[topic]),
        )
        for topic in order
    ]
    if put_off:
        left_out = max(0, len(put_off) - limit) if limit is not None else 0
        section = DigestSection(OTHER, "Put off before", tuple(put_off[:limit]), left_out, f"status:{_PUT_OFF}")
        sections.append(section)
    shown = [paper for section in sections for paper in section.papers]
    sentences = {
        paper["id"]: said
        for paper in shown
        if (said := paper["summary"] or telling_sentence(paper["abstract"], paper["title"]))
    }
    return Digest(day, tuple(paper["id"] for paper in ordered), tuple(sections), sentences)


def _section_of(paper: PaperDict, topics: Sequence[str]) -> str:
    """The topic that fits best; among the topics asked for, where some were."""
    wanted = [topic for topic in paper["topics"] if not topics or topic in topics]
    return wanted[0] if wanted else OTHER


def _query(topic: str, papers: Sequence[PaperDict]) -> str:
    """A query that lists a section's papers, shown and left out: by topic, the days they came, and still undecided."""
    days = sorted(paper["added"][:10] for paper in papers)
    when = days[0] if days[0] == days[-1] else f"{days[0]}..{days[-1]}"
    return f"topic:{topic or 'none'} added:{when} status:inbox"
