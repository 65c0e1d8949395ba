"""Between records and rows: entries as JSON in a column, and a row of the read path as a PaperDict."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

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


PAPER_COLUMNS = (
    "id", "title", "abstract", "url", "arxiv_id", "doi", "source_ids", "published", "year_inferred", "listed", "added",
    "author_count", "authors", "organization", "comments", "upvotes", "code_url", "code_stars", "summary", "topics",
    "status", "tags", "note", "score", "sightings",
)  # fmt: skip
"""The columns of the read path's SELECT, in the order in which `--json` prints them."""

_LISTS = tuple(PAPER_COLUMNS.index(name) for name in ("source_ids", "listed", "authors", "topics", "tags"))
_INFERRED = PAPER_COLUMNS.index("year_inferred")


def paper_from_row(row: Sequence[object]) -> PaperDict:
    """A row in the order of PAPER_COLUMNS as a PaperDict; it was validated when it went in."""
    values = list(row)
    for place in _LISTS:
        text = values[place]
        values[place] = json.loads(text) if isinstance(text, str) and text != "[]" else []
    values[_INFERRED] = bool(values[_INFERRED])
    return cast("PaperDict", dict(zip(PAPER_COLUMNS, values, strict=True)))
