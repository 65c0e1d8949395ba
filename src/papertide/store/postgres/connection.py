"""How a server is reached, and how the store's statements go to it: said in its words, many rows at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import psycopg
from psycopg import sql
from psycopg.adapt import Loader
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from papertide.errors import LibraryError
from papertide.store.address import Server
from papertide.store.database import Cursor, Values
from papertide.store.postgres.dialect import by_number, said
from papertide.store.postgres.trouble import first_line

_MANY = 20
"""Rows from which on they are copied rather than inserted."""
_SHARED = frozenset(
    {"mark", "page", "paper", "paper_listed", "paper_source", "paper_terms", "paper_topic", "sighting", "stem", "title"}
)
"""Tables that rows may be copied into: those of readers take none that way, where row-level security holds."""


class _Whole(Loader):
    """Sums come as `numeric`; those of whole numbers are whole."""

    def load(self, data: Any) -> float:
        text = bytes(data).decode()
        return float(text) if "." in text else int(text)


class PostgresConnection:
    """A connection of psycopg's that takes the store's SQL; see `database.Connection`."""

    def __init__(self, connect: Callable[[], psycopg.Connection]) -> None:
        self._connect = connect
        self.driver = connect()
        self.inside = False
        self.written = 0
        self._closed = False

    def execute(self, statement: str, parameters: Values = (), /) -> Cursor:
        """Run a statement; outside a transaction a second time, on a new connection, where the old one was lost."""
        asked, values = said(statement), _given(statement, parameters)
        try:
            return self.driver.execute(asked, values)
        except psycopg.OperationalError:
            if self.inside or not self.revived():
                raise
            return self.driver.execute(asked, values)

    def revived(self) -> bool:
        """Connect again where the connection was lost; gives whether it was. What we closed ourselves stays closed."""
        if self._closed or not self.driver.closed:
            return False
        self.driver = self._connect()
        return True

    def close(self) -> None:
        """Let go of it; a second time does nothing."""
        self._closed = True
        self.driver.close()

    def executemany(self, statement: str, parameters: Iterable[Values], /) -> Cursor:
        """Run a statement for each of these; many rows for one table are copied into it."""
        rows = list(parameters)
        cursor = self.driver.cursor()
        if not rows:
            return cursor
        copying = _copying(statement, rows[0]) if len(rows) >= _MANY else None
        if copying is None:
            cursor.executemany(said(statement), [_given(statement, row) for row in rows])
            return cursor
        command, order = copying
        self.written += len(rows)
        with cursor.copy(command) as copy:
            for row in rows:
                copy.write_row([row[key] for key in order])  # by place or by name
        return cursor


def _given(statement: str, parameters: Values) -> Any:
    """Values as psycopg takes them: numbered ones (`?1`) by their number as a name."""
    if isinstance(parameters, Mapping):
        return parameters
    if by_number(statement):
        return {str(number): value for number, value in enumerate(parameters, 1)}
    return list(parameters)


def _copying(statement: str, row: Values) -> tuple[sql.Composed, Sequence[Any]] | None:
    """The COPY that says what an INSERT of plain values says, and the keys of a row in its order; None for any other."""
    head, found, tail = statement.partition(" VALUES ")
    table, opened, names = head.removeprefix("INSERT INTO ").strip().partition(" (")
    if not (head.startswith("INSERT INTO ") and found and opened) or table not in _SHARED or "ON CONFLICT" in tail:
        return None
    columns = [name.strip().strip('"') for name in names.rstrip(") \n").split(",")]
    values = [value.strip() for value in tail.strip().strip("()").split(",")]
    if len(values) != len(columns) or any(value[:1] not in ("?", ":") for value in values):
        return None
    order: Sequence[Any] = [value[1:] for value in values] if isinstance(row, Mapping) else range(len(columns))
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    return into, order


_UNREADABLE = "not the address of a server; in a name or a password, write %25 for %, %20 for a space, %40 for @"


def is_address(server: Server) -> bool:
    """Whether the driver can read the address; it would quote a password that is written wrongly."""
    try:
        conninfo_to_dict(server.url)
    except psycopg.ProgrammingError:
        return False
    return server.readable


_UNLESS_SAID: dict[str, str | int] = {
    "application_name": "papertide",
    "connect_timeout": 10,
    # A server that fell silent is given up after a minute or so, and not after hours.
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
"""What holds for a connection where its address doesn't say otherwise: seconds, but milliseconds for the last."""


def connected(server: Server) -> psycopg.Connection:
    """A new connection; raises LibraryError where none comes about."""
    if not is_address(server):
        raise LibraryError(str(server), _UNREADABLE)
    given = conninfo_to_dict(server.url)
    ours = {name: value for name, value in _UNLESS_SAID.items() if name not in given}
    try:
        driver = psycopg.connect(make_conninfo(server.url, **ours, client_encoding="UTF8"), autocommit=True)
    except psycopg.OperationalError as error:
        reason = first_line(error).rpartition(" failed: ")[2].removeprefix("FATAL:").strip()
        raise LibraryError(str(server), f"no connection to the server came about: {reason}") from error
    driver.adapters.register_loader("numeric", _Whole)
    # To compile a statement takes longer than any of ours; and a backslash is one, whatever the server was told.
    driver.execute("SET jit = off; SET standard_conforming_strings = on")
    return driver
