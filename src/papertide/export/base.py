"""What an exporter is: a function of papers, grouped, to text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from papertide.export.facts import kept_by
from papertide.records.plain import PaperDict


@dataclass(frozen=True, slots=True)
class Section:
    """Papers under a heading; an empty heading is none. `left_out` more are not shown, and stand in what `query` lists.

    `query` is written as it stands between double quotes on a command line.

    The papers may be read as they are asked for: whoever goes through them holds one at a time.
    """

    heading: str
    papers: Iterable[PaperDict]
    left_out: int = 0
    query: str = ""


@dataclass(frozen=True, slots=True)
class ReadingList:
    """What is to be written: a title, a line below it (may be empty), and the sections.

    `sentences` holds, by paper number, the one sentence to show; a paper without one is shown with its abstract.
    `state` tells what else a library knows of a paper, and `library` what belongs to no single one (see
    `records.state`), for formats that hold it all.
    `updated` is the moment (ISO text, UTC) of the newest thing in it, None where there is nothing; `identity` tells one
    list from another, and stays the same while its papers change. `keepers` names, by paper number, the other readers who
    keep a paper.
    """

    title: str
    subtitle: str
    sections: Sequence[Section]
    sentences: Mapping[int, str] | None = None
    updated: str | None = None
    identity: str = ""
    state: Callable[[int], dict[str, Any]] | None = None
    library: dict[str, Any] | None = None
    keepers: Mapping[int, Sequence[str]] | None = None

    def each(self) -> Iterator[PaperDict]:
        """The papers, in order; one that stands in two sections comes once."""
        if len(self.sections) == 1:
            yield from self.sections[0].papers  # nothing to remember
            return
        met: set[int] = set()
        for section in self.sections:
            for paper in section.papers:
                if paper["id"] not in met:
                    met.add(paper["id"])
                    yield paper

    def kept_by(self, paper: PaperDict) -> str | None:
        """Who else keeps a paper, in words; None where nobody does."""
        readers = (self.keepers or {}).get(paper["id"])
        return kept_by(readers) if readers else None

    def text_of(self, paper: PaperDict) -> str | None:
        """What is told of a paper: its sentence, else its abstract."""
        return (self.sentences or {}).get(paper["id"]) or paper["abstract"]


class Exporter(Protocol):
    """Turns a reading list into text, piece by piece; the same list gives the same bytes."""

    def __call__(self, reading: ReadingList) -> Iterator[str]:
        """The text, in pieces; their joint is UTF-8 with line feeds and ends with one."""
