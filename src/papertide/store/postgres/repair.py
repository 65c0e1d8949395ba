"""What `doctor --repair` mends in a library on a server: what follows from other rows is made anew.

The server itself sees to it that rows refer to rows that exist, so nothing is lost and nothing has to be kept elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from papertide.normal import counted
from papertide.store.checks import COPIES, MISCOUNTED, UNMARKED, UNTITLED
from papertide.store.decisions import STATUSES_BY_LOG
from papertide.store.facts import LostRow, Mended
from papertide.store.postgres.declared import missing, wanted
from papertide.store.postgres.health import UNREADABLE

if TYPE_CHECKING:
    from papertide.store.postgres.engine import PostgresDatabase

_MADE_AGAIN = ("index", "trigger", "policy")


class ServerRepairs:
    """See `base.Mending`."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database
        self._connection = database.connection

    def declarations(self) -> list[str]:
        """Make again the indexes, triggers and policies that are missing."""
        told: list[str] = []
        ought = wanted()
        with self._database.translated():
            for named in missing(self._connection.driver):
                if named.kind not in _MADE_AGAIN:
                    continue
                if named.kind == "index":
                    self._connection.driver.execute(f'DROP INDEX IF EXISTS "{named.name}"')  # one that isn't valid
                if named.kind in ("trigger", "policy"):
                    self._connection.driver.execute(f'DROP {named.kind} IF EXISTS "{named.name}" ON "{named.table}"')
                if named.kind == "policy":
                    self._connection.driver.execute(f'ALTER TABLE "{named.table}" ENABLE ROW LEVEL SECURITY')
                self._connection.driver.execute(ought[named])
                told.append(f"{named.kind} {named.name} made again")
        return told

    def orphans(self, _keep: Callable[[Sequence[LostRow]], object]) -> Mended:
        """There are none; papers that are miscounted or can't be read are to be folded of their sightings."""
        with self._database.translated():
            miscounted = [row[0] for row in self._connection.execute(MISCOUNTED)]
            self._connection.executemany(
                "UPDATE paper SET sightings = (SELECT count(*) FROM sighting s WHERE s.paper_id = paper.id) WHERE id = ?",
                [(number,) for number in miscounted],
            )
            spoilt = {
                row[0]
                for row in self._connection.execute(f"SELECT paper_id FROM sighting WHERE {UNREADABLE['sighting']}")
            }
            unreadable = {
                row[0] for row in self._connection.execute(f"SELECT id FROM paper WHERE {UNREADABLE['paper']}")
            }
            told = [f"sightings of {counted(len(miscounted), 'paper')} counted anew"] if miscounted else []
            if spoilt:
                told.append(
                    f"{counted(len(spoilt), 'paper')} with sightings that can't be read; a backup may have them"
                )
            if unreadable - spoilt:
                told.append(f"{counted(len(unreadable - spoilt), 'paper')} read anew from the sightings")
            for table in ("ranking", "paper_terms"):
                self._connection.execute(f"DELETE FROM {table} WHERE {UNREADABLE[table]}")
            off = {*miscounted, *unreadable} - spoilt
            shown = (
                {row[0] for row in self._connection.execute("SELECT DISTINCT paper_id FROM sighting")} if off else set()
            )
            return Mended(tuple(told), frozenset(off & shown), 0)

    def untitled(self) -> list[tuple[str, bool]]:
        """Keys of sightings that the list of titles lacks, each with whether it came without an arXiv id."""
        with self._database.translated():
            return [(key, bool(nameless)) for key, nameless in self._connection.execute(UNTITLED)]

    def unmarked(self) -> bool:
        """Whether there are marks of no title, or titles without marks."""
        with self._database.translated():
            return bool(self._connection.execute(UNMARKED).fetchone()[0])

    def forget_titles(self) -> None:
        """Let the list of titles be made anew when the next page is added."""
        with self._database.translated():
            for sql in ("DELETE FROM mark", "DELETE FROM title", "DELETE FROM meta WHERE key = 'titles'"):
                self._connection.execute(sql)

    def what_follows(self) -> list[str]:
        """Make anew what follows from other rows, where it doesn't: statuses, copied columns, the index of words."""
        told: list[str] = []
        with self._database.translated():
            kept = sorted(self._connection.execute("SELECT reader, paper_id, status FROM status").fetchall())
            said = sorted(self._connection.execute(STATUSES_BY_LOG).fetchall())
            if kept != said:
                self._connection.execute("DELETE FROM status")
                self._connection.executemany("INSERT INTO status (reader, paper_id, status) VALUES (?, ?, ?)", said)
                told.append("statuses taken from the log of decisions")
            stale = [copy for copy in COPIES if self._connection.execute(copy.differs).fetchone()[0]]
            for copy in stale:
                self._connection.execute(copy.mend)
            if stale:
                told.append("dates and author counts that lists go by taken from the papers")
            if not next(found.well for found in self._database.health().findings() if found.name == "search index"):
                sql = "INSERT INTO text_due (paper_id) SELECT id FROM paper ON CONFLICT DO NOTHING"
                self._connection.execute(sql)
                told.append("search index made anew")
        return told
