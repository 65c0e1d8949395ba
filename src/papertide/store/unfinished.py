"""A copy that isn't finished: a note in its `meta` marks it and says how far it is. Only `moving` opens such a library."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from papertide.errors import LibraryUnfinished
from papertide.store.database import Connection

KEY = "copying"
"""Of the note in `meta`."""


class Part(NamedTuple):
    """How far a table is: the key of the last row that is there (None: there is none), how many there are, their digest."""

    last: tuple[int | str, ...] | None
    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class Note:
    """Of what library it is a copy, by the name that people know it by, and how far each table is.

    `spoilt` if what is there can't be gone on with.
    """

    source: str
    parts: Mapping[str, Part] = field(default_factory=dict)
    spoilt: bool = False


def noted(connection: Connection) -> Note | None:
    """The note of a library that isn't finished; None for any other."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (KEY,)).fetchone()
    return _read(row[0]) if row else None


def write(connection: Connection, note: Note) -> None:
    """Mark a library as not finished, and say how far it is."""
    value = {"from": note.source, "parts": note.parts, "spoilt": note.spoilt}
    forget(connection)
    connection.execute("INSERT INTO meta (key, value) VALUES (?, ?)", (KEY, json.dumps(value)))


def forget(connection: Connection) -> None:
    """Let a library be a finished one."""
    connection.execute("DELETE FROM meta WHERE key = ?", (KEY,))


def refuse(place: str, connection: Connection) -> None:
    """Raise LibraryUnfinished, which says how to go on, where a library isn't finished."""
    note = noted(connection)
    if note is not None:
        again = f"papertide copy {shlex.quote(note.source)} {shlex.quote(place)}"
        told = f"a copy of {note.source} that was not finished: `{again}` goes on with it, or remove it"
        raise LibraryUnfinished(place, told)


def _read(text: str) -> Note:
    """A note from its text; one that somebody else wrote there is spoilt."""
    try:
        value: dict[str, Any] = json.loads(text)
        parts = {
            str(table): Part(None if last is None else tuple(last), int(rows), str(digest))
            for table, (last, rows, digest) in value["parts"].items()
        }
        return Note(str(value["from"]), parts, spoilt=bool(value["spoilt"]))
    except (ValueError, TypeError, KeyError, AttributeError):
        return Note("another library", spoilt=True)
