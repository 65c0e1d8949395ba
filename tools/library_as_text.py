"""Write a library as SQL text, to be kept as a file of its schema: `python tools/library_as_text.py LIBRARY > FILE`.

`fixtures/libraries` holds one of every schema that was ever released; `tests/store/sqlite/test_old_libraries.py` opens each.
Of the search index only its making is written: its own tables are SQLite's business.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

_MADE_BY_SQLITE = "name NOT LIKE 'sqlite!_%' ESCAPE '!' AND name NOT LIKE 'paper!_text!_%' ESCAPE '!'"


def statements(path: Path) -> Iterator[str]:
    """The statements that make the library again: tables, then rows, then what watches over rows."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    for pragma in ("application_id", "user_version"):
        yield f"PRAGMA {pragma} = {connection.execute(f'PRAGMA {pragma}').fetchone()[0]};"
    tables = connection.execute(
        f"SELECT name, sql FROM sqlite_master WHERE type = 'table' AND {_MADE_BY_SQLITE} ORDER BY rowid"
    ).fetchall()
    for _, sql in tables:
        yield f"{sql};"
    for name in ("sqlite_sequence", *(name for name, _ in tables if name != "paper_text")):
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({name})")]
        quoted = " || ', ' || ".join(f"quote({column})" for column in columns)
        for (values,) in connection.execute(f"SELECT {quoted} FROM {name}").fetchall():
            yield f"INSERT INTO {name} VALUES ({values});"
    yield "INSERT INTO paper_text (paper_text) VALUES ('rebuild');"
    watching = "SELECT sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY rowid"
    for (sql,) in connection.execute(watching).fetchall():
        yield f"{sql};"
    connection.close()


if __name__ == "__main__":
    for statement in statements(Path(sys.argv[1])):
        print(statement)
