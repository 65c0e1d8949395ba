"""The steps from an empty database to the newest schema; the first one makes what SQLite's earlier steps made.

The number of the last step stands in `meta`. Each step runs in one transaction, and is never edited once released.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psycopg

from papertide import __schema__

_FOLDER = Path(__file__).parent
NEWEST = __schema__
"""The schema that this program knows, on either engine; a test holds it equal to the last file's number."""


def files() -> list[Path]:
    """The steps in order; the number is the beginning of the name."""
    return sorted(_FOLDER.glob("[0-9][0-9][0-9][0-9]_*.sql"))


def version(connection: psycopg.Connection) -> int:
    """The schema of a library: 0 for a database that holds none, -1 for one that holds something else."""
    found = connection.execute("SELECT to_regclass('meta'), to_regclass('paper')").fetchone()
    if found is None or found[0] is None:
        return 0 if found is None or found[1] is None else -1
    try:
        row = connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
    except psycopg.errors.UndefinedColumn:
        return -1
    return int(row[0]) if row and str(row[0]).isdecimal() else -1


def apply(connection: psycopg.Connection, begin: Callable[[], object]) -> None:
    """Bring a library to the newest schema: each missing step in a transaction of its own, whole or not at all.

    `begin` begins a transaction in which nobody else writes.
    """
    while version(connection) < NEWEST:
        begin()
        try:
            _step(connection)
            connection.execute("COMMIT")
        except BaseException:
            with suppress(psycopg.Error):
                connection.execute("ROLLBACK")
            raise


def _step(connection: psycopg.Connection) -> None:
    done = version(connection)  # another process may have been quicker
    step = next((file for file in files() if int(file.name[:4]) > done), None)
    if step is None:
        return
    # Functions that run with their owner's rights look for tables here, and in nobody's temporary schema.
    connection.execute("SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', TRUE)")
    connection.execute(step.read_text(encoding="utf-8"))
    connection.execute(
        "INSERT INTO meta (key, value) VALUES ('schema', %s) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (str(int(step.name[:4])),),
    )
