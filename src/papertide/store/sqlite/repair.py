"""What `doctor --repair` mends: what follows from other rows is made anew; what a person did is never thrown away.

All of it happens in one transaction of the caller's. Rows that belong to nothing any more, and that nothing can be made
of, are handed to the caller before they are removed, to be kept elsewhere.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from hashlib import sha256

from papertide.normal import counted
from papertide.records.listing import Entry, Known
from papertide.records.state import PageState, SightingState
from papertide.store.checks import ALONE
from papertide.store.facts import LostRow, Mended
from papertide.store.mending import CommonRepairs, told_of_values
from papertide.store.sqlite.declared import Named, difference, wanted
from papertide.store.sqlite.engine import FileDatabase
from papertide.store.sqlite.health import UNREADABLE, day_of, in_step
from papertide.store.state import SIGHTING_ROW, sighting_row

_DERIVED = frozenset({"paper_source", "paper_listed", "paper_topic", "status"})
"""Tables whose rows follow from others: nothing is lost with them."""

_INDEX = Named("table", "paper_text")

_FORGETTING = frozenset({("verdict_sighting", "sighting_id"), ("decision", "undoes"), ("verdict", "undoes")})
"""References that may be unknown."""

_PAPERLESS = """
SELECT s.paper_id, json_extract(s.entry, '$.title'), min(s.added) FROM sighting s
WHERE NOT EXISTS (SELECT 1 FROM paper p WHERE p.id = s.paper_id) GROUP BY s.paper_id
"""
_PAGELESS = """
SELECT page_id, min(added) FROM sighting s WHERE NOT EXISTS (SELECT 1 FROM page g WHERE g.id = s.page_id) GROUP BY page_id
"""
_UNLISTED = (
    "SELECT id FROM paper p WHERE last_listed IS NOT (SELECT max(day) FROM paper_listed l WHERE l.paper_id = p.id)"
)
_SAID = tuple(name for name in Known.model_fields if name != "source_ids")
"""Columns of a paper that an entry has, too."""
_READABLE = (
    *(
        f"UPDATE page SET {name} = NULL WHERE {name} IS NOT NULL AND {day_of(name)} IS NOT {name}"
        for name in ("captured", "listed")
    ),
    f"UPDATE sighting SET listed = json_extract(entry, '$.listed') WHERE json_valid(entry) AND ({UNREADABLE['sighting']})",
    f"DELETE FROM paper_listed WHERE {UNREADABLE['paper_listed']}",
    f"INSERT OR IGNORE INTO terms_due (paper_id) SELECT paper_id FROM paper_terms WHERE {UNREADABLE['paper_terms']}",
    f"DELETE FROM paper_terms WHERE {UNREADABLE['paper_terms']}",
    f"DELETE FROM ranking WHERE {UNREADABLE['ranking']}",
)
"""Lets what can't be read be unknown, or be made again of what can be."""


class FileRepairs(CommonRepairs):
    """See `base.Mending`."""

    def __init__(self, database: FileDatabase) -> None:
        super().__init__(database, UNREADABLE)
        self._connection = database.connection

    def declarations(self) -> list[str]:
        """Make again what the schema lacks, and indexes and triggers that are other than they should be."""
        with self._database.translated():
            lacking = difference(self._connection)
            ought = wanted()
            told: list[str] = []
            for named in ought:
                if named in lacking.other and named.kind == "table":
                    continue
                if named in lacking.other:
                    self._connection.execute(f'DROP {named.kind} "{named.name}"')
                if named == _INDEX and named in lacking.missing:
                    self._forget_index()
                if named in lacking.other or named in lacking.missing:
                    told.append(self._declared(named, ought[named]))
            return told + self._index()  # triggers write to it, so that it has to be sound before rows are mended

    def _declared(self, named: Named, sql: str) -> str:
        try:
            self._connection.execute(sql)
        except sqlite3.IntegrityError as error:
            return f"{named.kind} {named.name} could not be made again: {error}"
        return f"{named.kind} {named.name} made again"

    def orphans(self, keep: Callable[[Sequence[LostRow]], object]) -> Mended:
        """Give rows what they refer to; what can't be helped is given to `keep`, and then removed."""
        with self._database.translated():
            self._connection.execute("PRAGMA defer_foreign_keys = ON")
            values = self._readable()
            pages = self._pages_again()
            papers = self._papers_again()
            lost = list(self._lost())
            told = values
            told += [f"page {number} made again, of whose papers the library knows" for number in pages]
            told += [f"paper {number} made again, of its sightings" for number in papers]
            valuable = [row for row in lost if row.table not in _DERIVED]
            if valuable:
                keep(valuable)
            again = self._sightings_again()
            told += [f"sighting of paper {number} made again, of what is known of it" for number in again]
            told += [f"{counted(len(lost), 'row')} removed that belonged to nothing any more"] if lost else []
            miscounted = self._recounted()
            if set(miscounted) - set(papers):
                told.append(f"sightings of {counted(len(set(miscounted) - set(papers)), 'paper')} counted anew")
            shown = "SELECT 1 FROM sighting WHERE paper_id = ?"
            unlisted = [row[0] for row in self._connection.execute(_UNLISTED)]
            if set(unlisted) - set(papers):
                told.append(
                    f"days of the listings that showed {counted(len(unlisted), 'paper')} taken from the sightings"
                )
            spoilt, illegible = self._spoilt(), self._illegible()
            told += told_of_values(spoilt, illegible - spoilt)
            off = {*illegible, *miscounted, *papers, *again, *unlisted}
            fold = {n for n in off - spoilt if self._connection.execute(shown, (n,)).fetchone()}
            return Mended(tuple(told), frozenset(fold), len(valuable))

    def _readable(self) -> list[str]:
        count = sum(self._connection.execute(sql).rowcount for sql in _READABLE)
        return [f"values that can't be read taken out of {counted(count, 'row')}"] if count else []

    def _pages_again(self) -> list[int]:
        found = self._connection.execute(_PAGELESS).fetchall()
        for number, added in found:
            digest = sha256(f"lost page {number}".encode()).hexdigest()  # no archive has it
            sql = "INSERT INTO page (id, digest, name, layout, added) VALUES (?, ?, ?, 'jsonl', ?)"
            self._connection.execute(sql, (number, digest, f"lost page {number}", added))
        return [number for number, _ in found]

    def _papers_again(self) -> list[int]:
        """Blank papers; what they say is to be folded of their sightings."""
        found = self._connection.execute(_PAPERLESS).fetchall()
        self._connection.executemany("INSERT INTO paper (id, title, added) VALUES (?, ?, ?)", found)
        return [row[0] for row in found]

    def _sightings_again(self) -> list[int]:
        """A sighting for each paper that has none, of what its row says; one whose row can't be read stays without."""
        found = self._connection.execute(
            f"SELECT id, added, last_listed, {', '.join(_SAID)} FROM paper p WHERE {ALONE}"
        )
        made: list[int] = []
        for number, added, listed, *said in found.fetchall():
            values = dict(zip(_SAID, said, strict=True))
            with suppress(ValueError):
                values["authors"] = json.loads(values["authors"])
                self._sighting(number, added, Entry.model_validate({**values, "listed": listed}))
                made.append(number)
        return made

    def _sighting(self, paper: int, added: str, entry: Entry) -> None:
        """A sighting on a page of its own that no archive has."""
        ids = self._connection.execute("SELECT source_id FROM paper_source WHERE paper_id = ?", (paper,)).fetchall()
        days = self._connection.execute("SELECT day FROM paper_listed WHERE paper_id = ?", (paper,)).fetchall()
        whole = Entry.model_validate(
            {
                **entry.model_dump(),
                "source_ids": [name for (name,) in ids],
                "also_listed": sorted(day for (day,) in days if day != str(entry.listed)),
            }
        )
        name = f"lost page of paper {paper}"
        digest = sha256(name.encode()).hexdigest()
        sql = "INSERT INTO page (digest, name, layout, added) VALUES (?, ?, 'jsonl', ?) RETURNING id, asked"
        page, asked = self._connection.execute(sql, (digest, name, added)).fetchone()
        facts = PageState(
            id=page, digest=digest, name=name, layout="jsonl", asked=asked, captured=None, captured_given=False,
            listed=None, added=added,
        )  # fmt: skip
        seen = SightingState(
            id=1, page=facts, position=0, entry=whole, method="new", score=None, reason="made again of its paper",
            added=added,
        )  # fmt: skip
        sql = f"INSERT INTO sighting ({', '.join(SIGHTING_ROW[1:])}) VALUES ({', '.join('?' * len(SIGHTING_ROW[1:]))})"
        self._connection.execute(sql, sighting_row(seen, paper)[1:])

    def _lost(self) -> Iterator[LostRow]:
        """Remove rows that refer to what isn't there, until there are none; a reference that may be unknown is that."""
        again = True
        while again:
            again = False
            for table, column, parent, key in self._references():
                nowhere = f"{column} IS NOT NULL AND {column} NOT IN (SELECT {key} FROM {parent})"
                if (table, column) in _FORGETTING:
                    self._connection.execute(f"UPDATE {table} SET {column} = NULL WHERE {nowhere}")
                    continue
                found = self._connection.execute(f"SELECT * FROM {table} WHERE {nowhere}")
                names = [name for name, *_ in found.description]
                rows = found.fetchall()
                again = again or bool(rows)
                self._connection.execute(f"DELETE FROM {table} WHERE {nowhere}")
                yield from (LostRow(table, dict(zip(names, row, strict=True))) for row in rows)

    def _references(self) -> list[tuple[str, str, str, str]]:
        """Each reference: table and column, and the table and column that it refers to."""
        return self._connection.execute(
            'SELECT m.name, f."from", f."table", coalesce(f."to", \'id\') FROM sqlite_master m'
            " JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table' ORDER BY 1, 2"
        ).fetchall()

    def what_follows(self) -> list[str]:
        """Make anew what follows from other rows, where it doesn't: statuses, the search index, and SQLite's indexes."""
        with self._database.translated():
            told = self._statuses()
            if self._connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
                self._connection.execute("REINDEX")
                told.append("SQLite's indexes made anew")
            told += self._copies()
            told += self._index()
        return told

    def _index(self) -> list[str]:
        """Make the search index anew where it doesn't say what the papers say; one that is beyond that is declared anew."""
        if self._index_well():
            return []
        try:
            self._connection.execute("INSERT INTO paper_text (paper_text) VALUES ('rebuild')")
            well = self._index_well()
        except sqlite3.DatabaseError:
            well = False
        if not well:
            self._forget_index()
            self._connection.execute(wanted()[_INDEX])
            self._connection.execute("INSERT INTO paper_text (paper_text) VALUES ('rebuild')")
        return ["search index made anew"]

    def _index_well(self) -> bool:
        try:
            return in_step(self._connection)
        except sqlite3.OperationalError:  # its own tables are broken: nobody else can be in the way of a transaction
            return False

    def _forget_index(self) -> None:
        """Remove the search index and the tables that it keeps for itself, some of which may be gone or broken."""
        try:
            self._connection.execute("DROP TABLE IF EXISTS paper_text")
        except sqlite3.DatabaseError:  # without its own tables it can't even be loaded, to be dropped
            self._connection.execute("PRAGMA writable_schema = ON")
            self._connection.execute("DELETE FROM sqlite_master WHERE name = 'paper_text'")
            self._connection.execute("PRAGMA writable_schema = RESET")
        own = "SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'paper_text_*'"
        for (name,) in self._connection.execute(own).fetchall():
            self._connection.execute(f'DROP TABLE "{name}"')
