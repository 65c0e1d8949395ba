"""Answers of Hugging Face's API: a list of items or papers, an object with the list inside, as archives keep it, or one
paper."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from papertide.errors import LayoutError
from papertide.normal import clean
from papertide.parsers.hf_items import SIEVE, count_of, day_of, is_paper, read_items
from papertide.parsers.hf_pages import named_page
from papertide.parsers.json_items import Item, Read, read_json
from papertide.parsers.page import excerpt, structured
from papertide.records.listing import Listing, Problem

NAME = "hf-json"

_LISTS = ("data", "dailyPapers", "papers", "items", "results", "searchResults")
_ERRORS = ("error", "message", "errors", "detail")
_STATES = ("status", "statusCode", "success", "ok")
_FAILED = frozenset("error fail failed failure".split())
_TOTALS = ("count", "total", "numTotalItems")


def parse(text: str, captured: date | None) -> Listing:
    """Read an answer; an empty list is a listing without entries. A list that was cut off is read as far as it goes.

    Raises LayoutError for other JSON, with the message of an error, if it is one: also of one around an empty list.
    """
    text = text.removeprefix("\ufeff")
    read = read_json(text, _LISTS, SIEVE)
    if not read.lists and not read.values:
        raise LayoutError("", _not_json(text, read) if read.broke else "JSON, but an empty object")
    items = next((read.lists[name] for name in ("", *_LISTS) if name in read.lists), None)
    if items is None:
        return structured(NAME, *read_items([_single(text, read)], None), captured)
    if not items and read.broke:
        raise LayoutError("", f"not JSON: {read.broke}")
    error = _error(read.values)
    if error is not None and not items:
        raise LayoutError("", f"JSON, but no list of papers: the server says {error!r}")
    listed = day_of(read.values.get("date"))
    entries, problems = read_items(items, listed)
    if items and not entries:
        raise LayoutError("", f"a JSON list of {len(items)}, but none of them is a paper ({problems[0].reason})")
    if error is not None:
        problems.append(Problem(reason=f"the server says {error!r}"))
    whole = read.whole(text)
    if not whole:
        problems.append(cut_problem(text, read))
    total = _total(read.values, len(items))
    return structured(NAME, entries, problems, captured, day=listed, total=total, whole=whole and error is None)


def _not_json(text: str, read: Read) -> str:
    page = named_page(text) if text.lstrip().startswith("<") else None
    return f"not JSON but {page}" if page else f"not JSON: {read.broke}"


def _total(values: Mapping[str, object], listed: int) -> int | None:
    """How many papers an answer counts, where that is more than it lists; else the count says nothing of other pages."""
    counts = (count_of(values.get(name)) for name in _TOTALS)
    return next((count for count in counts if count is not None and count > listed), None)


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
    said = _said(read.values)
    raise LayoutError("", f"JSON, but no list of papers{f': the server says {said!r}' if said else ''}")


# --- errors of the server ---------------------------------------------------------------------------------------------


def _error(values: Mapping[str, object]) -> str | None:
    """The error that an object with a list tells; a message alone is none."""
    bad = next((f"{name}: {values[name]}" for name in _STATES if _is_bad(values.get(name))), None)
    return _said(values) or bad if bad or values.get("error") or values.get("errors") else None


def _is_bad(state: object) -> bool:
    """Whether a state is one of failure: a word for it, a status of HTTP from 400 on, or false."""
    if isinstance(state, str):
        return state.casefold() in _FAILED
    return state is False or (isinstance(state, int) and state >= 400)


def _said(values: Mapping[str, object]) -> str | None:
    """What an object says of an error: the first message in it, else the type of what stands in its place."""
    found = [(name, values[name]) for name in _ERRORS if values.get(name)]
    messages = (message for _, value in found if (message := _message(value)))
    return next(messages, f"{found[0][0]}: {type(found[0][1]).__name__}" if found else None)


def _message(value: object) -> str | None:
    """The text of a message, also where it stands in an object, as `message` or `msg`, or first in a list."""
    for _ in range(3):
        if isinstance(value, list) and value:
            value = value[0]
        if isinstance(value, Mapping):
            value = value.get("message") or value.get("msg")
    return excerpt(clean(value[:300])) if isinstance(value, str) else None
