"""Between records and rows: entries as JSON in a column, and a row of the read path as a PaperDict."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from papertide.records.plain import PaperDict

if TYPE_CHECKING:
    from collections.abc import Mapping

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

SIDES = ("source_ids", "listed", "topics", "tags", "status", "note")
"""Those of them that stand in tables of their own."""
_LISTS = SIDES[:4]


def paper_from_row(
    row: Mapping[str, object], sides: Mapping[str, Mapping[int, list[str]]], score: float | None
) -> PaperDict:
    """A row of `paper`, and what its side tables say by number, as a PaperDict; it was validated when it went in."""
    number = cast("int", row["id"])
    values: dict[str, object] = {**dict.fromkeys(PAPER_COLUMNS), **row}
    values |= {name: sides[name].get(number, []) for name in _LISTS}
    values["authors"] = json.loads(cast("str", row["authors"]))
    values["year_inferred"] = bool(row["year_inferred"])
    values["status"] = sides["status"].get(number, ["inbox"])[0]
    values["note"] = sides["note"].get(number, [None])[0]
    values["score"] = score
    return cast("PaperDict", values)
