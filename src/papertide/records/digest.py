"""A digest, as it was decided: plain values, for the read path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from papertide.records.plain import PaperDict


@dataclass(frozen=True, slots=True)
class DigestSection:
    """One topic's papers, best first; `left_out` of them are not shown, and `query` lists them all, and perhaps others.

    A paper stands in one section and may have several topics, so a query by topic can hold more than the section does.
    `topic` is "" for papers that have none.
    """

    topic: str
    name: str
    papers: Sequence[PaperDict]
    left_out: int
    query: str


@dataclass(frozen=True, slots=True)
class Digest:
    """What there is to tell: the day, the numbers of all that is new, the sections, and each shown paper's sentence.

    `later` are the numbers of papers that were put off and whose time has come. `topics`, `limit` and `query` are what it
    was made with. `kept_by` names the other readers who keep a paper, where there are any.
    """

    day: date
    new: Sequence[int]
    sections: Sequence[DigestSection]
    sentences: Mapping[int, str]
    later: Sequence[int] = ()
    topics: Sequence[str] = ()
    limit: int | None = None
    query: str = ""
    kept_by: Mapping[int, Sequence[str]] = field(default_factory=dict)

    @property
    def papers(self) -> list[PaperDict]:
        """The papers shown, in order."""
        return [paper for section in self.sections for paper in section.papers]
