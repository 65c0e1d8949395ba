"""Bytes to Listing, purely: one file a layout, a registry, and the detection of which layout a page has.

A parser is a function of the decoded text and the day of the capture. It raises LayoutError, saying what it missed, for
a text that isn't its own; so detection is trying them in order, most telling first, and never a silent guess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from importlib import import_module
from types import ModuleType
from typing import Literal

from papertide.errors import LayoutError, UsageError
from papertide.parsers.decode import decode
from papertide.records.listing import Listing

Parser = Callable[[str, date | None], Listing]

LAYOUTS = {
    "hf-json": "hf_json",
    "jsonl": "jsonl",
    "hf-html": "hf_html",
    "arxiv-atom": "arxiv_atom",
    "bibtex": "bibtex",
    "ris": "ris",
    "csv": "delimited",
    "markdown": "markdown",
    "hf-text": "hf_text",
}
"""Each layout's module; it is loaded when a page may have that layout, as some bring libraries along."""

_BY_FIRST = {"[": ("jsonl", "hf-json"), "{": ("jsonl", "hf-json"), "<": ("hf-html", "arxiv-atom")}
"""Layouts that only a text beginning so can have."""

_BY_LOOKS = ("jsonl", "bibtex", "ris", "csv")
"""Layouts whose beginning tells them from all others: they are tried first where it does, and else not at all."""

SUFFIXES = frozenset(
    ".txt .text .md .markdown .html .htm .json .jsonl .ndjson .bib .bibtex .ris .csv .tsv .xml .atom .rss".split()
)
"""The endings of files that a folder is searched for."""


_OF_A_DAY = frozenset({"hf-json", "hf-html"})
"""Layouts that may leave out whose day's listing they are: they don't tell all that their address told."""


def parse(
    data: bytes,
    layout: str = "auto",
    captured: date | None = None,
    *,
    listed: date | Literal["captured"] | None = "captured",
    line: int = 1,
) -> Listing:
    """Read one page. `captured` is the day it was saved; it settles the years that the page leaves out.

    `listed` is the day whose listing it is, for entries that don't say so themselves: the day of the capture, unless it is
    given; None for a page that is no day's listing, such as a search. `line` is the line of its file that it begins with.
    Raises LayoutError for a page that fits no known layout (or not the one asked for), InputError for bytes that are no
    text, UsageError for a layout that doesn't exist. Entries that can't be read are the Listing's problems.
    """
    if layout != "auto" and layout not in LAYOUTS:
        raise UsageError(f"no layout {layout!r}; there are auto, {', '.join(sorted(LAYOUTS))}")
    text, note = decode(data)
    listing = _detect(text, captured) if layout == "auto" else _read_as(layout, text, captured)
    if listing.layout in _OF_A_DAY:
        listing = _with_day(listing, captured if listed == "captured" else listed)
    if line > 1:
        listing = _from_line(listing, line)
    return listing.model_copy(update={"notes": (note, *listing.notes)}) if note else listing


def titles(data: bytes) -> Iterator[str]:
    """The titles of a page of layout "jsonl", read much quicker than the page; also those of records that aren't read."""
    found: Iterator[str] = _module("jsonl").titles(decode(data)[0])
    return found


def _from_line(listing: Listing, first: int) -> Listing:
    """A listing whose lines are counted from the beginning of the file that its page is a part of."""

    def moved(line: int | None) -> dict[str, int]:
        return {} if line is None else {"line": line + first - 1}

    entries = tuple(entry.model_copy(update=moved(entry.line)) for entry in listing.entries)
    problems = tuple(problem.model_copy(update=moved(problem.line)) for problem in listing.problems)
    return listing.model_copy(update={"entries": entries, "problems": problems})


def _with_day(listing: Listing, listed: date | None) -> Listing:
    if listed is None or all(entry.listed is not None for entry in listing.entries):
        return listing
    entries = (e if e.listed is not None else e.model_copy(update={"listed": listed}) for e in listing.entries)
    return listing.model_copy(update={"entries": tuple(entries)})


def _detect(text: str, captured: date | None) -> Listing:
    missed: list[str] = []
    for name in _candidates(text):
        try:
            return _read_as(name, text, captured)
        except LayoutError as error:
            missed.append(f"{name}: {error.reason}")
    raise LayoutError("", "fits no known layout (" + "; ".join(missed) + ")")


def _candidates(text: str) -> Iterable[str]:
    """The layouts that a text may have, most telling first, each once."""
    start = text[:1000].lstrip("\ufeff \t\r\n").lower()
    by_first: tuple[str, ...] = _BY_FIRST.get(start[:1], ())
    if start.startswith(("<?xml", "<feed", "<rss", "<rdf")) and "<html" not in start:
        by_first = ("arxiv-atom",)  # a feed, which no reader of pages should try
    telling = [name for name in by_first or _BY_LOOKS if name not in _BY_LOOKS or _module(name).looks(text)]
    return dict.fromkeys((*telling, *by_first, "markdown", "hf-text"))


def _read_as(layout: str, text: str, captured: date | None) -> Listing:
    parse_it: Parser = _module(layout).parse
    return parse_it(text, captured)


def _module(layout: str) -> ModuleType:
    return import_module(f"papertide.parsers.{LAYOUTS[layout]}")
