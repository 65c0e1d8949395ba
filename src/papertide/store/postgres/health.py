"""What `doctor` looks at in a library on a server; nothing here changes it. Files and pages are the server's own to check."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import psycopg

from papertide.normal import counted
from papertide.store.checks import Seen, decisions, fetches, papers, values
from papertide.store.facts import Finding
from papertide.store.postgres import migrations
from papertide.store.postgres.declared import HERE, missing, wanted
from papertide.store.postgres.texts import vector

if TYPE_CHECKING:
    from papertide.store.postgres.engine import PostgresDatabase

_SAMPLE = 2_000
"""Papers whose words are held against the index, spread over the library."""
_LOOKED_AT = """
SELECT p.id, p.title, p.abstract, p.authors, p.organization, t.body, t.names
FROM paper p LEFT JOIN paper_text t ON t.rowid = p.id
WHERE p.id %% greatest(1, (SELECT count(*) / %s FROM paper)) = 0 ORDER BY p.id
"""
_SAME = "SELECT body = CAST(%s AS TSVECTOR) AND names = CAST(%s AS TSVECTOR) FROM paper_text WHERE rowid = %s"

_DAY = r"'^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$'"


def _days(*columns: str) -> str:
    return " OR ".join(f"({name} IS NOT NULL AND {name} !~ {_DAY})" for name in columns)


UNREADABLE = {
    "paper": f"title = '' OR authors !~ '^\\[.*\\]$' OR {_days('published', 'last_listed')}",
    "paper_listed": _days("day"),
    "page": _days("captured", "listed"),
    "sighting": f"entry !~ '^\\{{.*\\}}$' OR {_days('listed')}",
    "paper_terms": "length(terms) % 4 <> 0",
    "ranking": "length(scores) % 2 <> 0 OR 2 * length(scores) <> length(lengths) OR length(terms) % 4 <> 0"
    " OR length(terms) <> length(weights)",
}
"""Of each table, which of its rows hold values that can't be read."""


class ServerHealth:
    """See `base.Checking`."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    def findings(self) -> list[Finding]:
        """Every check, in a fixed order."""
        connection = self._database.connection
        checks: tuple[tuple[str, Callable[[], Seen]], ...] = (
            ("schema", self._schema),
            ("references", self._references),
            ("search index", self._index),
            ("triggers", lambda: self._declared("trigger")),
            ("indexes", lambda: self._declared("index")),
            ("access", lambda: self._declared("policy")),
            ("papers", lambda: papers(connection)),
            ("values", lambda: values(connection, UNREADABLE)),
            ("decisions", lambda: decisions(connection)),
            ("fetches", lambda: fetches(connection)),
            ("size", self._size),
        )
        found: list[Finding] = []
        with self._database.translated():
            for name, check in checks:
                try:
                    seen = check()
                except (psycopg.ProgrammingError, psycopg.DataError) as error:  # what is broken is a finding
                    seen = False, str(error).partition("\n")[0]
                found.append(Finding(name, *seen))
        return found

    @property
    def _driver(self) -> psycopg.Connection:
        return self._database.connection.driver

    def _one(self, sql: str) -> int:
        row = self._driver.execute(sql).fetchone()
        return int(row[0]) if row else 0

    def _schema(self) -> Seen:
        found = migrations.version(self._driver)
        lacking = [named.name for named in missing(self._driver) if named.kind in ("table", "function")]
        told = f"version {found}, newest is {migrations.NEWEST}"
        return found == migrations.NEWEST and not lacking, "; ".join(
            [told, *([f"missing: {', '.join(lacking)}"] if lacking else [])]
        )

    def _references(self) -> Seen:
        off = self._one(f"SELECT count(*) FROM pg_constraint WHERE NOT convalidated AND connamespace = {HERE}")
        return (
            off == 0,
            "every row's references exist" if off == 0 else f"{counted(off, 'rule')} not checked by the server",
        )

    def _index(self) -> Seen:
        due = self._one("SELECT count(*) FROM text_due")
        looked = wrong = 0
        for number, title, abstract, authors, organization, body, _ in self._driver.execute(_LOOKED_AT, (_SAMPLE,)):
            looked += 1
            there = (vector(title, abstract)[0], vector(authors, organization)[0], number)
            row = self._driver.execute(_SAME, there).fetchone() if body is not None else None
            wrong += not (row and row[0])
        well = not due and not wrong
        told = f"in step with the papers ({counted(looked, 'paper')} looked at)"
        return well, told if well else f"out of step with the papers: {due} due, {wrong} of {looked} looked at differ"

    def _declared(self, kind: str) -> Seen:
        off = [named.name for named in missing(self._driver) if named.kind == kind]
        count = sum(named.kind == kind for named in wanted())
        return not off, f"missing: {', '.join(off)}" if off else f"{count} in place"

    def _size(self) -> Seen:
        size = self._one(
            "SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class"
            f" WHERE relkind = 'r' AND relnamespace = {HERE}"
        )
        return True, f"{size / 1e6:.1f} MB on the server"
