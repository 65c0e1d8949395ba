"""What `doctor --repair` mends in a library on a server: what follows from other rows is made anew.

The server itself sees to it that rows refer to rows that exist, so nothing is lost and nothing has to be kept elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from papertide.normal import counted
from papertide.store.facts import LostRow, Mended
from papertide.store.mending import CommonRepairs, told_of_values
from papertide.store.postgres.declared import missing, wanted
from papertide.store.postgres.health import UNREADABLE

if TYPE_CHECKING:
    from papertide.store.postgres.engine import PostgresDatabase

_MADE_AGAIN = ("index", "trigger", "policy")


class ServerRepairs(CommonRepairs):
    """See `base.Mending`."""

    def __init__(self, database: PostgresDatabase) -> None:
        super().__init__(database, UNREADABLE)
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
            miscounted = self._recounted()
            spoilt, illegible = self._spoilt(), self._illegible()
            told = [f"sightings of {counted(len(miscounted), 'paper')} counted anew"] if miscounted else []
            told += told_of_values(spoilt, illegible - spoilt)
            for table in ("ranking", "paper_terms"):
                self._connection.execute(f"DELETE FROM {table} WHERE {UNREADABLE[table]}")
            off = {*miscounted, *illegible} - spoilt
            shown = (
                {row[0] for row in self._connection.execute("SELECT DISTINCT paper_id FROM sighting")} if off else set()
            )
            return Mended(tuple(told), frozenset(off & shown), 0)

    def what_follows(self) -> list[str]:
        """Make anew what follows from other rows, where it doesn't: statuses, copied columns, the index of words."""
        with self._database.translated():
            told = [*self._statuses(), *self._copies()]
            if not next(found.well for found in self._database.health().findings() if found.name == "search index"):
                sql = "INSERT INTO text_due (paper_id) SELECT id FROM paper ON CONFLICT DO NOTHING"
                self._connection.execute(sql)
                told.append("search index made anew")
        return told
