"""Answers of Hugging Face's `daily_papers` API: a list of items, or an object with the list inside, as archives keep it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date

from papertide.errors import LayoutError
from papertide.parsers.hf_items import day_of, read_items
from papertide.parsers.page import structured
from papertide.records.listing import Listing, Problem

NAME = "hf-json"

_LISTS = ("data", "dailyPapers", "papers", "items")


def parse(text: str, captured: date | None) -> Listing:
    """Read an answer; an empty list is a listing without entries. A list that was cut off is read as far as it goes."""
    start = text.lstrip("\ufeff \t\r\n")
    if not start.startswith(("[", "{")):
        raise LayoutError("", "not JSON")
    whole, cut = _load(start)
    listed = day_of(whole.get("date")) if isinstance(whole, Mapping) else None
    items = _items(whole)
    if items is None:
        raise LayoutError("", "JSON, but no list of papers")
    entries, problems = read_items(items, listed)
    if items and not entries and not cut:
        raise LayoutError("", f"a JSON list of {len(items)}, but none of them is a paper ({problems[0].reason})")
    return structured(NAME, entries, [*problems, *cut], captured, day=listed)


def _items(whole: object) -> list[object] | None:
    if isinstance(whole, Mapping):
        return next((whole[name] for name in _LISTS if isinstance(whole.get(name), list)), None)
    return whole if isinstance(whole, list) else None


def _load(text: str) -> tuple[object, tuple[Problem, ...]]:
    """The JSON, or the whole items of a list that breaks off, with a Problem that says where."""
    try:
        return json.loads(text), ()
    except RecursionError:
        raise LayoutError("", "JSON nested too deeply") from None
    except ValueError as error:
        items = _whole_items(text) if text.startswith("[") else []
        if not items:
            raise LayoutError("", f"not JSON: {error}") from None
        line = getattr(error, "lineno", None)
        reason = f"the list is cut off or damaged behind item {len(items)}"
        return items, (Problem(line=line, reason=reason, excerpt=text[-60:].replace("\n", " ")),)


def _whole_items(text: str) -> list[object]:
    decoder = json.JSONDecoder()
    items: list[object] = []
    place = 1
    while True:
        while place < len(text) and text[place] in " \t\r\n,":
            place += 1
        try:
            item, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            return items
        items.append(item)
