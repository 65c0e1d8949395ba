"""Numbered steps from an empty file to the newest schema; each runs in one transaction and is never edited once released.

The number of the last step stands in the library itself (`PRAGMA user_version`).
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from papertide import __schema__

_FOLDER = Path(__file__).parent
NEWEST = __schema__
"""The schema that this program knows; it stands where `--version` finds it, and a test holds it equal to the last
file's number."""


def files() -> list[Path]:
    """The steps in order; the number is the beginning of the name."""
    return sorted(_FOLDER.glob("[0-9][0-9][0-9][0-9]_*.sql"))


def version(connection: sqlite3.Connection) -> int:
    """The schema of a library: 0 for an empty file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def apply(connection: sqlite3.Connection) -> None:
    """Bring a library to the newest schema: each missing step in a transaction of its own, whole or not at all."""
    while version(connection) < NEWEST:
        connection.execute("BEGIN IMMEDIATE")
        try:
            done = version(connection)  # another process may have been quicker
            if done < NEWEST:
                for statement in _statements(files()[done].read_text(encoding="utf-8")):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {done + 1}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise


def _statements(script: str) -> list[str]:
    """The statements of a script; triggers hold semicolons, so SQLite itself says where one ends."""
    found: list[str] = []
    text = ""
    for line in script.splitlines(keepends=True):
        text += line
        if sqlite3.complete_statement(text):
            found.append(text)
            text = ""
    return found
