"""One item of a Hugging Face listing, as its API and the JSON inside its pages have it.

    item:  paper, publishedAt, title, summary, numComments, organization?, …
    paper: id, authors[{name, hidden}], publishedAt, submittedOnDailyAt, title, summary, upvotes, ai_summary?,
           githubRepo?, githubStars?, organization?{name, fullname}

`paper.publishedAt` is the arXiv date; the item's own `publishedAt` was the hour of submission to the hub until March 2025
and is no date of the paper. `paper.submittedOnDailyAt` is the day of the listing. Upvotes stand on the paper. The search
API and `/api/papers/{id}` give bare papers.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from urllib.parse import quote

from pydantic import TypeAdapter
from pydantic_core import SchemaValidator
from pydantic_core import core_schema as schema

from papertide.normal import arxiv_id, clean
from papertide.parsers.json_items import Item
from papertide.parsers.page import excerpt
from papertide.records.listing import Entry, Problem

PAPER_URL = "https://huggingface.co/papers/"
_LONGEST_REPR = 1_000_000
_LONGEST_ID = 100
_MOST = 2**53
_ENTRIES = TypeAdapter(list[Entry])
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d(?![\d-])", re.ASCII)
_DIGITS = re.compile(r"\s*(\d{1,15})(?:\.0+)?\s*", re.ASCII)
_VERSION = re.compile(r"v\d+", re.ASCII)
_OF_ITEMS = frozenset("paper numComments submittedBy thumbnail".split())
"""Keys that an item has beside its paper, and a bare paper hasn't: what has one has a date of the hub, not of the paper."""
_YEARS = range(1900, 2100)
"""Years that a date on a page may have; any other is a mistake, and the date unknown."""


def _keys(**fields: schema.CoreSchema) -> schema.CoreSchema:
    kept = {name: schema.typed_dict_field(kind, required=False) for name, kind in fields.items()}
    return schema.typed_dict_schema(kept)


def _any(names: str) -> dict[str, schema.CoreSchema]:
    return {name: schema.any_schema() for name in names.split()}


_ORGANIZATION = schema.nullable_schema(_keys(**_any("name fullname")))
_PAPER = _keys(
    **_any("id title summary publishedAt submittedOnDailyAt upvotes githubRepo githubStars ai_summary"),
    authors=schema.list_schema(_keys(name=schema.any_schema())),
    organization=_ORGANIZATION,
)
SIEVE = SchemaValidator(
    _keys(paper=_PAPER, organization=_ORGANIZATION, **_any("title summary numComments submittedOnDailyAt"))
)
"""Keeps of an item's JSON what is read below; refuses an item of another form, which then is read whole."""


def read_items(items: Iterable[Item], listed: date | None) -> tuple[list[Entry], list[Problem]]:
    """The entries of a list's items, and a Problem for each that holds no paper; `listed` is the listing's own day.

    An item that an archive stored as Python's `repr()` of it is read as what it was.
    """
    found: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for number, item in enumerate(items, 1):
        try:
            found.append(_fields(_mapping(item), item.raw, listed))
        except ValueError as error:
            problems.append(Problem(reason=f"item {number}: {error}", excerpt=excerpt(clean(item.raw[:500]))))
    return _ENTRIES.validate_python(found), problems


def is_paper(value: Mapping[str, Any]) -> bool:
    """Whether an object is one item or one bare paper, by keys that no other layout has."""
    paper = value.get("paper")
    if isinstance(paper, Mapping):
        return True
    return "title" in value and any(key in value for key in ("publishedAt", "submittedOnDailyAt", "discussionId"))


def _mapping(item: Item) -> Mapping[str, Any]:
    """The object that an item is; raises ValueError, saying what it is instead, where it is none."""
    if item.damage is not None:
        raise ValueError(item.damage)
    value = _unquoted(item.value) if isinstance(item.value, str) else item.value
    if not isinstance(value, Mapping):
        raise ValueError(f"no object but {type(value).__name__}")  # noqa: TRY004 - one kind of error for all bad items
    return value


def _unquoted(text: str) -> object:
    """What a text is the JSON or the `repr()` of; raises ValueError for any other text. Nothing is evaluated."""
    if len(text) > _LONGEST_REPR:
        raise ValueError("a text too long to be an item")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        with warnings.catch_warnings():  # a strange escape in it is nobody's business
            warnings.simplefilter("ignore")
            return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        raise ValueError("a text that is no item") from None


def _fields(item: Mapping[str, Any], raw: str, listed: date | None) -> dict[str, Any]:
    """The fields of an item's Entry; raises ValueError where it has no title."""
    paper = item.get("paper", item)
    if isinstance(paper, str):
        paper = _unquoted(paper)
    if not isinstance(paper, Mapping):
        paper = item
    title = _text(paper.get("title")) or _text(item.get("title"))
    if title is None:
        raise ValueError("no title")
    ident, arxiv = _ident(paper.get("id"))
    names = _names(paper.get("authors"))
    organization = paper.get("organization") or item.get("organization")
    organization = organization if isinstance(organization, Mapping) else {}
    return {
        "title": title,
        "abstract": _text(paper.get("summary")) or _text(item.get("summary")),
        "url": PAPER_URL + (arxiv or quote(ident)) if ident else None,
        "arxiv_id": arxiv,
        "source_ids": (f"hf:{ident}",) if ident else (),
        "published": None if paper is item and not _OF_ITEMS.isdisjoint(item) else _day(paper.get("publishedAt")),
        "listed": _day(paper.get("submittedOnDailyAt")) or _day(item.get("submittedOnDailyAt")) or listed,
        "author_count": len(names) or None,
        "authors": names,
        "organization": _text(organization.get("fullname")) or _text(organization.get("name")),
        "comments": count_of(item.get("numComments")),
        "upvotes": count_of(paper.get("upvotes")),
        "code_url": _text(paper.get("githubRepo")),
        "code_stars": count_of(paper.get("githubStars")),
        "summary": _text(paper.get("ai_summary")),
        "raw": raw,
    }


def _ident(value: object) -> tuple[str | None, str | None]:
    """A paper's id on the hub, and its arXiv id where it is one: without its version then."""
    ident = _text(value)
    if ident is None or len(ident) > _LONGEST_ID:
        return None, None
    arxiv = arxiv_id(ident)
    if arxiv is not None and (ident == arxiv or _VERSION.fullmatch(ident.removeprefix(arxiv))):
        return arxiv, arxiv
    return ident, None


def _names(value: object) -> tuple[str, ...]:
    """The authors' names: of objects that have one, or the names themselves."""
    if not isinstance(value, list):
        return ()
    given = [author.get("name") if isinstance(author, dict) else author for author in value]
    names = [name for name in given if isinstance(name, str)]
    line = " ".join(names)
    if line.isprintable() and "&" not in line and "  " not in line:  # nothing to clean in any of them, as nearly always
        return tuple(name for name in map(str.strip, names) if name)
    return tuple(name for name in map(clean, names) if name)


def _text(value: object) -> str | None:
    return clean(value) or None if isinstance(value, str) else None


def count_of(value: object) -> int | None:
    """A count, also where it came as text or as a float; None for what is no count, such as -1, 0.5 or true."""
    if isinstance(value, str):
        found = _DIGITS.fullmatch(value)
        value = int(found[1]) if found else None
    elif isinstance(value, float) and value.is_integer():
        value = int(value)
    counted = isinstance(value, int) and not isinstance(value, bool)
    return value if counted and 0 <= value < _MOST else None  # type: ignore[operator,return-value] # `counted` says it is an int


def _day(value: object) -> date | None:
    day = day_of(value)
    return day if day is not None and day.year in _YEARS else None


def day_of(value: object) -> date | None:
    """The day of a moment such as `2024-07-31T17:54:27.000Z`; None for a week (`2026-W10`) or a month, which are none."""
    if not isinstance(value, str) or _ISO_DAY.match(value) is None:
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None
