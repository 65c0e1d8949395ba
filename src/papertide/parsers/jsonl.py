"""JSON Lines: one paper a line, with any of the keys that `--json` prints, and at least a title."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import ValidationError

from papertide.errors import LayoutError
from papertide.normal import arxiv_id, clean
from papertide.parsers.hf_items import day_of
from papertide.parsers.page import excerpt, structured, told
from papertide.records.listing import Entry, Listing, Problem

NAME = "jsonl"

_TEXTS = ("url", "doi", "organization", "code_url", "summary")
_COUNTS = ("author_count", "comments", "upvotes", "code_stars")


def parse(text: str, captured: date | None) -> Listing:
    """Read JSON Lines; a line that holds no paper is a Problem naming it. Raises LayoutError where no line holds one."""
    entries: list[Entry] = []
    problems: list[Problem] = []
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        if not line.strip():
            continue
        try:
            entries.append(_entry(_paper(line), number, line))
        except ValidationError as error:
            problems.append(Problem(line=number, reason=told(error), excerpt=excerpt(clean(line[:500]))))
        except ValueError as error:
            problems.append(Problem(line=number, reason=str(error), excerpt=excerpt(clean(line[:500]))))
    if not entries:
        reason = f"line {problems[0].line}: {problems[0].reason}" if problems else "no lines"
        raise LayoutError("", f"no line is a JSON object with a title ({reason})")
    return structured(NAME, entries, problems, captured)


def _paper(line: str) -> Mapping[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("not JSON") from None
    if isinstance(value, dict) and isinstance(value.get("title"), str):
        return value
    raise ValueError("no JSON object with a title")


def _entry(paper: Mapping[str, Any], number: int, line: str) -> Entry:
    arxiv = paper.get("arxiv_id") or ""
    fields: dict[str, Any] = {
        name: clean(value) or None for name in _TEXTS if isinstance(value := paper.get(name), str)
    }
    fields |= {name: value for name in _COUNTS if isinstance(value := paper.get(name), int)}
    listed = [day for text in _listed(paper, "listed") if (day := day_of(text))]
    abstract = paper.get("abstract")
    if abstract is not None and not isinstance(abstract, str):
        raise ValueError("abstract: should be a text")
    return Entry(
        line=number,
        title=clean(paper["title"]),
        abstract=clean(abstract or "") or None,
        arxiv_id=arxiv_id(str(arxiv)),
        source_ids=tuple(clean(source) for source in _listed(paper, "source_ids")),
        published=day_of(paper.get("published")),
        year_inferred=bool(paper.get("year_inferred")),
        listed=max(listed, default=None),
        authors=tuple(clean(name) for name in _listed(paper, "authors")),
        raw=line,
        **fields,
    )


def _listed(paper: Mapping[str, Any], name: str) -> list[str]:
    """A list of texts; raises ValueError for anything else."""
    value = paper.get(name)
    if value is None:
        return []
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    raise ValueError(f"{name}: should be a list of texts")
