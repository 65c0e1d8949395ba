"""What `doctor` looks at; nothing here changes the library."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from papertide.store.checks import Seen, decisions, fetches, papers, values
from papertide.store.facts import Finding
from papertide.store.sqlite import migrations
from papertide.store.sqlite.declared import difference, wanted
from papertide.store.sqlite.engine import FileDatabase


class FileHealth:
    """See `base.Checking`."""

    def __init__(self, database: FileDatabase) -> None:
        self._database = database

    def findings(self) -> list[Finding]:
        """Every check, in a fixed order."""
        checks: tuple[tuple[str, Callable[[sqlite3.Connection], Seen]], ...] = (
            ("schema", _schema),
            ("integrity", _integrity),
            ("references", _references),
            ("search index", _index),
            ("triggers", _triggers),
            ("indexes", _indexes),
            ("papers", papers),
            ("values", lambda connection: values(connection, UNREADABLE)),
            ("decisions", decisions),
            ("fetches", fetches),
            ("size", self._size),
        )
        found: list[Finding] = []
        with self._database.translated():
            for name, check in checks:
                try:
                    seen = check(self._database.connection)
                except sqlite3.DatabaseError as error:  # a damaged file is a finding, not a failure
                    seen = False, str(error)
                found.append(Finding(name, *seen))
        return found

    def _size(self, connection: sqlite3.Connection) -> tuple[bool, str]:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        return True, f"{pages * size / 1e6:.1f} MB"


def _schema(connection: sqlite3.Connection) -> tuple[bool, str]:
    found = migrations.version(connection)
    told = f"version {found}, newest is {migrations.NEWEST}"
    off = _off(connection, "table")
    return found == migrations.NEWEST and not off, "; ".join([told, *off])


def _integrity(connection: sqlite3.Connection) -> tuple[bool, str]:
    rows = [row[0] for row in connection.execute("PRAGMA integrity_check(5)")]
    return rows == ["ok"], "; ".join(rows)


def _references(connection: sqlite3.Connection) -> tuple[bool, str]:
    lost = connection.execute("SELECT count(*) FROM pragma_foreign_key_check").fetchone()[0]
    return lost == 0, "every row's references exist" if lost == 0 else f"{lost} rows refer to rows that don't exist"


_HINDRANCES = {
    sqlite3.SQLITE_READONLY: "the library can't be written",
    sqlite3.SQLITE_BUSY: "another process is writing to the library",
    sqlite3.SQLITE_LOCKED: "another process is writing to the library",
}


def _index(connection: sqlite3.Connection) -> tuple[bool, str]:
    """Whether the full-text index says what the papers say: FTS5's own check, undone at once (it is spelt INSERT)."""
    try:
        well = in_step(connection)
    except sqlite3.OperationalError as error:
        reason = _HINDRANCES.get(error.sqlite_errorcode & 0xFF)
        if reason is not None:
            return True, f"not checked: {reason}"
        raise
    return well, "in step with the papers" if well else "out of step with the papers"


def in_step(connection: sqlite3.Connection) -> bool:
    """Whether the search index says what the papers say; raises sqlite3.OperationalError where that can't be asked now."""
    connection.execute("SAVEPOINT looking")
    try:
        connection.execute("INSERT INTO paper_text (paper_text, rank) VALUES ('integrity-check', 1)")
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        return False
    finally:
        connection.execute("ROLLBACK TO looking")
        connection.execute("RELEASE looking")
    return True


def _triggers(connection: sqlite3.Connection) -> tuple[bool, str]:
    return _as_declared(connection, "trigger")


def _indexes(connection: sqlite3.Connection) -> tuple[bool, str]:
    return _as_declared(connection, "index")


def _as_declared(connection: sqlite3.Connection, kind: str) -> tuple[bool, str]:
    off = _off(connection, kind)
    count = sum(named.kind == kind for named in wanted())
    return not off, "; ".join(off) if off else f"{count} in place"


def _off(connection: sqlite3.Connection, kind: str) -> list[str]:
    """What is missing of a kind, and what isn't as the migrations make it, each in a phrase."""
    found = difference(connection)
    names = {"missing": found.missing, "not as they should be": found.other}
    told = {how: sorted(named.name for named in named_ones if named.kind == kind) for how, named_ones in names.items()}
    return [f"{how}: {', '.join(off)}" for how, off in told.items() if off]


def _no_json(column: str, kind: str) -> str:
    """A condition: that a column holds no JSON of a kind. JSON that isn't any can't be asked for its kind."""
    return f"CASE WHEN json_valid({column}) THEN json_type({column}) <> '{kind}' ELSE 1 END"


def _days(*columns: str) -> str:
    """A condition: that one of the columns holds something else than a day in ISO text, or NULL."""
    return " OR ".join(f"({name} IS NOT NULL AND {day_of(name)} IS NOT {name})" for name in columns)


def day_of(column: str) -> str:
    """The day that a column holds as SQLite reckons it: of 31 February it makes another day, of nonsense NULL."""
    return f"date({column}, '+0 days')"


UNREADABLE = {
    "paper": f"{_no_json('authors', 'array')} OR typeof(title) <> 'text' OR title = '' OR {_days('published', 'last_listed')}",
    "paper_listed": _days("day"),
    "page": _days("captured", "listed"),
    "sighting": f"{_no_json('entry', 'object')} OR {_days('listed')}",
    "paper_terms": "typeof(terms) <> 'blob' OR length(terms) % 4",
    "ranking": "typeof(scores) <> 'blob' OR typeof(lengths) <> 'blob' OR typeof(terms) <> 'blob'"
    " OR typeof(weights) <> 'blob' OR length(scores) % 2 OR 2 * length(scores) <> length(lengths)"
    " OR length(terms) % 4 OR length(terms) <> length(weights)",
}
"""Of each table, which of its rows hold values that can't be read."""
