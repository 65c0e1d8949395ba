"""One item of a Hugging Face listing, as its API and the JSON inside its pages have it.

    item:  paper, publishedAt, title, summary, numComments, organization?, …
    paper: id, authors[{name, hidden}], publishedAt, submittedOnDailyAt, title, summary, upvotes, ai_summary?,
           githubRepo?, githubStars?, organization?{name, fullname}

`paper.publishedAt` is the arXiv date; the item's own `publishedAt` was the hour of submission to the hub until March 2025
and is no date of the paper. `paper.submittedOnDailyAt` is the day of the listing. Upvotes stand on the paper.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from pydantic import ValidationError

from papertide.normal import arxiv_id, clean
from papertide.parsers.page import excerpt, told
from papertide.records.listing import Entry, Problem

PAPER_URL = "https://huggingface.co/papers/"
_LONGEST_REPR = 1_000_000


def read_items(items: Iterable[object], listed: date | None) -> tuple[list[Entry], list[Problem]]:
    """The entries of a list's items, and a Problem for each that holds no paper; `listed` is the listing's own day.

    An item that an archive stored as Python's `repr()` of it is read as what it was.
    """
    entries: list[Entry] = []
    problems: list[Problem] = []
    for number, item in enumerate(items, 1):
        try:
            entries.append(_entry(_mapping(item), listed))
        except (ValueError, ValidationError) as error:
            reason = told(error) if isinstance(error, ValidationError) else str(error)
            problems.append(Problem(reason=f"item {number}: {reason}", excerpt=excerpt(clean(str(item)[:500]))))
    return entries, problems


def _mapping(item: object) -> Mapping[str, Any]:
    if isinstance(item, str):
        if len(item) > _LONGEST_REPR:
            raise ValueError("a text too long to be an item")
        try:
            item = json.loads(item) if item.lstrip().startswith('{"') else ast.literal_eval(item)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            raise ValueError("a text that is no item") from None
    if not isinstance(item, Mapping):
        raise ValueError(f"no object but {type(item).__name__}")  # noqa: TRY004 - one kind of error for all bad items
    return item


def _entry(item: Mapping[str, Any], listed: date | None) -> Entry:
    paper = item.get("paper")
    if not isinstance(paper, Mapping):
        paper = item  # the search API gives bare papers
    title = _text(paper.get("title")) or _text(item.get("title"))
    if title is None:
        raise ValueError("no title")
    ident = _text(paper.get("id"))
    arxiv = arxiv_id(ident) if ident else None
    authors = _authors(paper.get("authors"))
    organization = paper.get("organization") or item.get("organization")
    organization = organization if isinstance(organization, Mapping) else {}
    return Entry(
        title=title,
        abstract=_text(paper.get("summary")) or _text(item.get("summary")),
        url=PAPER_URL + ident if ident else None,
        arxiv_id=arxiv,
        source_ids=(f"hf:{ident}",) if ident else (),
        published=day_of(paper.get("publishedAt")),
        listed=day_of(paper.get("submittedOnDailyAt")) or listed,
        author_count=len(authors) or None,
        authors=authors,
        organization=_text(organization.get("fullname")) or _text(organization.get("name")),
        comments=_count(item.get("numComments")),
        upvotes=_count(paper.get("upvotes")),
        code_url=_text(paper.get("githubRepo")),
        code_stars=_count(paper.get("githubStars")),
        summary=_text(paper.get("ai_summary")),
        raw=json.dumps(item, ensure_ascii=False, default=str),
    )


def _authors(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    names = (_text(author.get("name")) for author in value if isinstance(author, Mapping))
    return tuple(name for name in names if name)


def _text(value: object) -> str | None:
    return clean(value) or None if isinstance(value, str) else None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def day_of(value: object) -> date | None:
    """The day of a moment such as `2024-07-31T17:54:27.000Z`."""
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None
