"""Bytes to Listing, purely: one file a layout, a registry, and the detection of which layout a page has.

A parser is a function of the decoded text and the day of the capture. It raises LayoutError, saying what it missed, for
a text that isn't its own; so detection is trying them in order, most telling first, and never a silent guess.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from papertide.errors import LayoutError, UsageError
from papertide.parsers import hf_html, hf_json, hf_text, jsonl, markdown
from papertide.parsers.decode import decode
from papertide.records.listing import Listing

Parser = Callable[[str, date | None], Listing]

LAYOUTS: dict[str, Parser] = {
    hf_json.NAME: hf_json.parse,
    jsonl.NAME: jsonl.parse,
    hf_html.NAME: hf_html.parse,
    markdown.NAME: markdown.parse,
    hf_text.NAME: hf_text.parse,
}

_BY_FIRST = {"[": ("hf-json",), "{": ("hf-json", "jsonl"), "<": ("hf-html",)}
"""Layouts that only a text beginning so can have."""

SUFFIXES = frozenset({".txt", ".text", ".md", ".markdown", ".html", ".htm", ".json", ".jsonl"})
"""The endings of files that a folder is searched for."""


_OF_A_DAY = frozenset({hf_json.NAME, hf_html.NAME})
"""Layouts that may leave out whose day's listing they are: they don't tell all that their address told."""


def parse(data: bytes, layout: str = "auto", captured: date | None = None, *, listed: date | None = None) -> Listing:
    """Read one page. `captured` is the day it was saved; it settles the years that the page leaves out.

    `listed` is the day whose listing it is, for entries that don't say so themselves; without it that is `captured`.
    Raises LayoutError for a page that fits no known layout (or not the one asked for), InputError for bytes that are no
    text, UsageError for a layout that doesn't exist. Entries that can't be read are the Listing's problems.
    """
    if layout != "auto" and layout not in LAYOUTS:
        raise UsageError(f"no layout {layout!r}; there are auto, {', '.join(sorted(LAYOUTS))}")
    text, note = decode(data)
    listing = _detect(text, captured) if layout == "auto" else LAYOUTS[layout](text, captured)
    if listing.layout in _OF_A_DAY:
        listing = _with_day(listing, listed or captured)
    return listing.model_copy(update={"notes": (note, *listing.notes)}) if note else listing


def _with_day(listing: Listing, listed: date | None) -> Listing:
    if listed is None or all(entry.listed is not None for entry in listing.entries):
        return listing
    entries = (e if e.listed is not None else e.model_copy(update={"listed": listed}) for e in listing.entries)
    return listing.model_copy(update={"entries": tuple(entries)})


def _detect(text: str, captured: date | None) -> Listing:
    missed: list[str] = []
    first = text.lstrip("\ufeff \t\r\n")[:1]
    for name in (*_BY_FIRST.get(first, ()), markdown.NAME, hf_text.NAME):
        try:
            return LAYOUTS[name](text, captured)
        except LayoutError as error:
            missed.append(f"{name}: {error.reason}")
    raise LayoutError("", "fits no known layout (" + "; ".join(missed) + ")")
