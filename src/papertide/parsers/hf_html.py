"""Saved pages of Hugging Face's listings: read from the JSON inside them, or, where there is none, from their cards.

The JSON stands, escaped, in `<div data-target="DailyPapers" data-props="…">` and is read without building a tree:

    2024: canSubmit, date, dailyPapers, nextDate, prevDate, publisher
    2026: authLight, canSubmit, dateString, dailyPapers, prevDate, publisher, periodType, query, isTrending,
          searchResults (where something is searched for; the day's papers stand beside them then)

`periodType` is day, week or month, and `dateString` is `2026-03-09`, `2026-W10` or `2026-03`. The cards (`hf_cards`) are
the fallback for a page that lost its JSON. A page without papers is an error that says what it is, unless its JSON says
that there are none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from papertide.errors import LayoutError
from papertide.normal import unescaped
from papertide.parsers.hf_items import SIEVE, day_of, read_items
from papertide.parsers.hf_json import cut_problem
from papertide.parsers.hf_pages import what_it_is
from papertide.parsers.json_items import Item, Read, read_json
from papertide.parsers.page import excerpt, structured
from papertide.records.listing import Listing, Problem

NAME = "hf-html"

_LISTS = ("dailyPapers", "searchResults")
_ATTRIBUTE = r"""[\w:-]+(?:=(?:"[^"]*"|'[^']*'|[^\s"'<>=]+))?\s+"""
_TARGET = r"""data-target=(?:"DailyPapers"|'DailyPapers'|DailyPapers)"""
_PROPS_BEHIND = re.compile(rf"""{_TARGET}\s+(?:{_ATTRIBUTE}){{0,8}}?data-props=(?P<quote>["'])""")
_PROPS_BEFORE = re.compile(
    rf"""data-props=(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)')\s+(?:{_ATTRIBUTE}){{0,8}}?{_TARGET}"""
)
_LONGER = re.compile(r"week|month|quarter|year|trend|all", re.IGNORECASE)
"""What the name of a period holds that is no day, whose `dateString` may yet be the day on which it begins."""
_USUAL = (("&#x27;", "'"), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"))
_SHOWN = re.compile(r"""<a\s[^<>]*?href=["'](?:https?://[\w.-]+)?/papers/([\w.-]+)["']""")


def parse(text: str, captured: date | None) -> Listing:
    """Read a saved page; raises LayoutError for one that shows no papers, saying what it is where that can be told."""
    if re.match(r"[\ufeff \t\r\n]*<", text) is None:
        raise LayoutError("", "not HTML")
    props = _props(text)
    if props is None:
        return _from_cards(text, captured, None)
    told, closed = props
    read = read_json(told, _LISTS, SIEVE)
    listing = _from_json(text, told, read, captured, closed=closed)
    if listing is not None and (listing.entries or "<article" not in text):
        return listing
    problem = Problem(reason=_why_not(read, closed=closed), excerpt=excerpt(told[:80]))
    return _from_cards(text, captured, problem, listing, damaged=read.broke is not None)


def _props(text: str) -> tuple[str, bool] | None:
    """The JSON inside a page, unescaped, and whether its attribute ends; None for a page without."""
    found = _PROPS_BEHIND.search(text)
    if found is not None:
        end = text.find(found["quote"], found.end())
        return unescape(text[found.end() :] if end < 0 else text[found.end() : end]), end >= 0
    before = _PROPS_BEFORE.search(text) if "DailyPapers" in text else None
    return (unescape(before["double"] or before["single"] or ""), True) if before is not None else None


def unescape(text: str) -> str:
    """`unescaped`, several times as fast where no entities stand but those that an attribute needs."""
    plain = text.replace("&quot;", '"')
    left = plain.count("&")
    if not left:
        return plain
    if left != plain.count("&amp;") + sum(plain.count(entity) for entity, _ in _USUAL):
        return unescaped(text)
    for entity, character in _USUAL:
        plain = plain.replace(entity, character)
    return plain.replace("&amp;", "&")


def _from_json(text: str, told: str, read: Read, captured: date | None, *, closed: bool) -> Listing | None:
    """The listing in the page's JSON; None where the cards have to tell."""
    items = _items(text, read)
    if items is None or (read.broke and closed and "<article" in text):
        return None
    if not items and read.broke:
        return None
    day = _day(read.values)
    entries, problems = read_items(items, day)
    if items and not entries:
        return None
    if read.broke:
        problems.append(cut_problem(told, read).model_copy(update={"line": None}))
    listing = structured(NAME, entries, problems, captured, day=day, whole=read.broke is None)
    note = "the page is cut off behind its list of papers, which is whole"
    return listing if read.broke or ends(text) else listing.model_copy(update={"notes": (note,)})


def _items(text: str, read: Read) -> list[Item] | None:
    """The items that the page shows: of a search its results, wherever the page keeps them; else those of the day."""
    lists = [read.lists[name] for name in reversed(_LISTS) if name in read.lists]
    query = read.values.get("query")
    searched = isinstance(query, Mapping) and bool(query.get("q"))
    if not lists or not searched:
        return read.lists.get("dailyPapers")
    shown = set(_SHOWN.findall(text))
    return next((items for items in lists if not shown or shown & _ids(items)), None)


def _ids(items: list[Item]) -> set[str]:
    papers = [item.value.get("paper", item.value) for item in items if isinstance(item.value, Mapping)]
    found = (paper.get("id") for paper in papers if isinstance(paper, Mapping))
    return {ident for ident in found if isinstance(ident, str)}


def _day(props: Mapping[str, object]) -> date | None:
    """The day whose listing a page is; None for a week, a month, a search and what is trending."""
    query, period = props.get("query"), props.get("periodType")
    if props.get("isTrending") or (isinstance(period, str) and _LONGER.search(period)):
        return None
    if isinstance(query, Mapping) and query.get("q"):
        return None
    return day_of(props.get("dateString")) or day_of(props.get("date"))


def _why_not(read: Read, *, closed: bool) -> str:
    where = "" if closed else ", which breaks off there"
    if read.broke:
        return f"the JSON inside the page{where}, is {read.broke}; read from its cards"
    return "the JSON inside the page holds no papers; read from its cards"


def ends(text: str) -> bool:
    """Whether a page that begins as one (not a piece of one) has its end."""
    head = text[:200].lstrip("\ufeff \t\r\n").lower()
    return not head.startswith(("<!doctype", "<html")) or "</html" in text[-10_000:].lower()


def _from_cards(
    text: str, captured: date | None, problem: Problem | None, empty: Listing | None = None, *, damaged: bool = False
) -> Listing:
    """The listing that the cards make; without any it is `empty`, if the page's JSON says that there are no papers.

    A page whose JSON is `damaged` isn't whole, for what damaged that may have cost cards too.
    """
    # Here, for they build a tree with Beautiful Soup: a page with its JSON needs none.
    from papertide.parsers.hf_cards import read_cards

    listing = read_cards(text, captured, whole=ends(text))
    if listing is None and empty is not None:
        return empty
    if listing is None:
        raise LayoutError("", what_it_is(text, problem.reason if problem else None, whole=ends(text)))
    if problem is None:
        return listing
    whole = listing.whole and not damaged
    return listing.model_copy(update={"problems": (problem, *listing.problems), "whole": whole})
