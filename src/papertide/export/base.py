"""What an exporter is: a function of papers, grouped, to text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from papertide.records.plain import PaperDict


@dataclass(frozen=True, slots=True)
class Section:
    """Papers under a heading; an empty heading is none. `note` is a line for what the section doesn't show."""

    heading: str
    papers: Sequence[PaperDict]
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReadingList:
    """What is to be written: a title, a line below it (may be empty), and the sections.

    `sentences` holds, by paper number, the one sentence to show; a paper without one is shown with its abstract.
    `state` tells what else a library knows of a paper, and `library` what belongs to no single one (see
    `records.state`), for formats that hold it all.
    """

    title: str
    subtitle: str
    sections: Sequence[Section]
    sentences: dict[int, str] | None = None
    state: Callable[[int], dict[str, Any]] | None = None
    library: dict[str, Any] | None = None


class Exporter(Protocol):
    """Turns a reading list into text, piece by piece; the same list gives the same bytes."""

    def __call__(self, reading: ReadingList) -> Iterator[str]:
        """The text, in pieces; their joint is UTF-8 with line feeds and ends with one."""
