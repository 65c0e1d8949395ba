"""Between records and rows: entries as JSON in a column, and a row of the read path as a PaperDict."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from papertide.normal import text_key, title_key
from papertide.records.plain import PaperDict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from papertide.records.listing import Entry


def entry_to_json(entry: Entry) -> str:
    """An entry as JSON, without what it doesn't know."""
    return entry.model_dump_json(exclude_defaults=True)


def entry_from_json(text: str) -> Entry:
    """The entry that `entry_to_json` wrote."""
    from papertide.records.listing import Entry as EntryRecord

    return EntryRecord.model_validate_json(text)


READ_OFF = ("entry", "title_key", "text_key", "arxiv_id", "doi", "listed")
"""Columns of a sighting that follow from its entry alone."""


def read_off(entry: Entry) -> tuple[str | None, ...]:
    """The values of READ_OFF: the entry itself, and what is looked up by."""
    return (
        entry_to_json(entry),
        title_key(entry.title),
        text_key(entry.abstract),
        entry.arxiv_id,
        entry.doi.casefold() if entry.doi else None,
        entry.listed.isoformat() if entry.listed else None,
    )


PAPER_COLUMNS = (
    "id", "title", "abstract", "url", "arxiv_id", "doi", "source_ids", "published", "year_inferred", "listed", "added",
    "author_count", "authors", "organization", "comments", "upvotes", "code_url", "code_stars", "summary", "topics",
    "status", "tags", "note", "score", "sightings",
)  # fmt: skip
"""The columns of the read path's SELECT, in the order in which `--json` prints them."""

ROW_COLUMNS = tuple(
    name for name in PAPER_COLUMNS if name not in {"source_ids", "listed", "topics", "tags", "status", "note", "score"}
)
"""Those of them that are columns of `paper`."""
Sides = tuple[list[tuple[int, str]], ...]
"""What a paper's side tables say, in no order, each with a place to sort by: source ids, days, topics, tags, status, note."""
_NOTHING: dict[str, object] = dict.fromkeys(PAPER_COLUMNS)
_decoded = json.JSONDecoder().decode


def paper_from_row(row: Sequence[object], sides: Sides, score: float | None) -> PaperDict:
    """A row of `paper`, in the order of ROW_COLUMNS, as a PaperDict; it was validated when it went in."""
    values = _NOTHING.copy()
    values.update(zip(ROW_COLUMNS, row, strict=True))
    authors = cast("str", values["authors"])
    values["authors"] = _decoded(authors) if authors != "[]" else []
    values["year_inferred"] = bool(values["year_inferred"])
    sources, listed, topics, tags, status, note = sides
    values["source_ids"] = _in_order(sources)
    values["listed"] = _in_order(listed)
    values["topics"] = _in_order(topics)
    values["tags"] = _in_order(tags)
    values["status"] = status[0][1] if status else "inbox"
    values["note"] = note[0][1] if note else None
    values["score"] = None if score is None else round(score, 4)
    return cast("PaperDict", values)


def _in_order(said: list[tuple[int, str]]) -> list[str]:
    if len(said) > 1:
        said.sort()
    return [value for _, value in said]
