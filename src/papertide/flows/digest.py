"""The daily digest: what is new for a reader, in topic sections, best first; decided purely, then told in one step.

New is what no digest has told this reader of, by the ledger, and what they haven't decided on: so nothing is shown twice,
and nothing is missed after a holiday. Each paper stands in one section, that of the topic that fits it best.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from papertide.ranking.order import first_impression
from papertide.ranking.sentence import telling_sentence
from papertide.records.plain import PaperDict
from papertide.store.base import Store

OTHER = ""
"""The topic of papers that have none."""


@dataclass(frozen=True, slots=True)
class DigestSection:
    """One topic's papers, best first; `left_out` of them are not shown, and `query` lists them all."""

    topic: str
    name: str
    papers: Sequence[PaperDict]
    left_out: int
    query: str


@dataclass(frozen=True, slots=True)
class Digest:
    """What there is to tell: the day, how many papers are new, the sections, and each shown paper's telling sentence."""

    day: date
    new: int
    sections: Sequence[DigestSection]
    sentences: Mapping[int, str]

    @property
    def papers(self) -> list[PaperDict]:
        """The papers shown, in order."""
        return [paper for section in self.sections for paper in section.papers]


def digest(
    store: Store,
    reader: str,
    names: Mapping[str, str],
    *,
    today: date,
    at: str,
    since: date | None = None,
    topics: Sequence[str] = (),
    limit: int | None = None,
    peek: bool = False,
    again: bool = False,
) -> Digest:
    """Select what is new and note it as told; `names` maps topic ids to names, in the reader's order.

    `since` takes what came into the library on that day or later, told or not; `again` what the last digest told of;
    `topics` only papers with one of these; `limit` shows so many a section. With `peek` nothing is noted; else all that
    was selected counts as told, what a section leaves out too.
    """
    day = today
    if again:
        last = store.telling.last(reader)
        numbers = last[2] if last else []
        day = date.fromisoformat(last[1]) if last else today
    elif since is not None:
        numbers = store.telling.added_since(since.isoformat(), reader)
    else:
        numbers = store.telling.untold(reader)
    papers = store.looking.by_number(numbers, reader)
    if topics:
        wanted = set(topics)
        papers = [paper for paper in papers if wanted.intersection(paper["topics"])]
    made = select(papers, names, day=day, topics=topics, limit=limit)
    if papers and not peek and not again:
        store.telling.tell(reader, [paper["id"] for paper in papers], today.isoformat(), at)
    return made


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
    by_topic: dict[str, list[PaperDict]] = {}
    for paper in ordered:
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
    shown = [paper for section in sections for paper in section.papers]
    sentences = {paper["id"]: said for paper in shown if (said := paper["summary"] or telling_sentence(paper["abstract"]))}
    return Digest(day, len(ordered), tuple(sections), sentences)


def _section_of(paper: PaperDict, topics: Sequence[str]) -> str:
    """The topic that fits best; among the topics asked for, where some were."""
    wanted = [topic for topic in paper["topics"] if not topics or topic in topics]
    return wanted[0] if wanted else OTHER


def _query(topic: str, papers: Sequence[PaperDict]) -> str:
    """A query that lists a section's papers, shown and left out: by topic, the days they came, and still undecided."""
    days = sorted(paper["added"][:10] for paper in papers)
    when = days[0] if days[0] == days[-1] else f"{days[0]}..{days[-1]}"
    return f"topic:{topic or 'none'} added:{when} status:inbox"
