"""What a library should declare, held against what one does: tables, indexes and triggers, as the migrations give them."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from typing import NamedTuple

from papertide.store.sqlite import migrations

_COMMENT = re.compile(r"--[^\n]*")
_OF_THE_INDEX = "paper_text_"
"""How the tables begin that FTS5 makes for itself."""


class Named(NamedTuple):
    """Something that is declared: "table", "index" or "trigger", and its name."""

    kind: str
    name: str


class Difference(NamedTuple):
    """What a library lacks, and what it declares otherwise than it should; the latter's tables can't be mended."""

    missing: tuple[Named, ...]
    other: tuple[Named, ...]


def declared(connection: sqlite3.Connection) -> dict[Named, str]:
    """The statements of a library, by what they declare, in the order in which they were said."""
    rows = connection.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
    ).fetchall()
    return {
        Named(kind, name): sql
        for kind, name, sql in rows
        if not name.startswith("sqlite_") and not (kind == "table" and name.startswith(_OF_THE_INDEX))
    }


def wanted() -> dict[Named, str]:
    """The same of a library that is made now."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrations.apply(connection)
        return declared(connection)


def difference(connection: sqlite3.Connection) -> Difference:
    """What a library declares otherwise than one that is made now; what it has besides is the user's business."""
    there, ought = declared(connection), wanted()
    missing = tuple(named for named in ought if named not in there)
    other = tuple(named for named in ought if named in there and _bare(there[named]) != _bare(ought[named]))
    return Difference(missing, other)


def _bare(sql: str) -> str:
    """A statement without its comments and line ends."""
    return " ".join(_COMMENT.sub("", sql).split())
