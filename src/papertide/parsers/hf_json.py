"""Answers of Hugging Face's API: a list of items or papers, an object with the list inside, as archives keep it, or one
paper."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from papertide.errors import LayoutError
from papertide.normal import clean
from papertide.parsers.hf_items import SIEVE, day_of, is_paper, read_items
from papertide.parsers.json_items import Item, Read, read_json
from papertide.parsers.page import excerpt, structured
from papertide.records.listing import Listing, Problem

NAME = "hf-json"

_LISTS = ("data", "dailyPapers", "papers", "items", "results", "searchResults")
_ERRORS = ("error", "message", "errors", "detail")


def parse(text: str, captured: date | None) -> Listing:
    """Read an answer; an empty list is a listing without entries. A list that was cut off is read as far as it goes.

    Raises LayoutError for other JSON, with the message of an error, if it is one.
    """
    text = text.removeprefix("\ufeff")
    read = read_json(text, _LISTS, SIEVE)
    if not read.lists and not read.values:
        raise LayoutError("", f"not JSON: {read.broke}" if read.broke else "JSON, but an empty object")
    items = next((read.lists[name] for name in ("", *_LISTS) if name in read.lists), None)
    if items is None:
        return structured(NAME, *read_items([_single(text, read)], None), captured)
    if not items and read.broke:
        raise LayoutError("", f"not JSON: {read.broke}")
    listed = day_of(read.values.get("date"))
    entries, problems = read_items(items, listed)
    if items and not entries:
        raise LayoutError("", f"a JSON list of {len(items)}, but none of them is a paper ({problems[0].reason})")
    if not read.whole(text):
        problems.append(cut_problem(text, read))
    return structured(NAME, entries, problems, captured, day=listed)


def cut_problem(text: str, read: Read) -> Problem:
    """That a list isn't whole: where it broke off, with the line, and the last that was seen of it."""
    reason = f"the JSON is {read.broke}" if read.broke else "something stands behind the JSON"
    line = text.count("\n", 0, read.place) + 1
    return Problem(line=line, reason=reason, excerpt=excerpt(clean(text[read.place :][:200])))


def _single(text: str, read: Read) -> Item:
    """The one paper that an object is; raises LayoutError, saying what it is, where it is none."""
    if read.broke or not read.whole(text):
        raise LayoutError("", f"not JSON: {read.broke or 'something stands behind the first object'}")
    if is_paper(read.values):
        return Item(read.values, text.strip())
    said = next((read.values[name] for name in _ERRORS if read.values.get(name)), None)
    if said is None:
        raise LayoutError("", "JSON, but no list of papers")
    told = said.get("message", said) if isinstance(said, Mapping) else said
    raise LayoutError("", f"JSON, but no list of papers: the server says {excerpt(clean(str(told)[:300]))!r}")
