"""What `doctor --repair` mends alike on either engine; what only one of them has to mend is in its own `repair`."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from papertide.normal import counted
from papertide.store.checks import COPIES, MISCOUNTED
from papertide.store.database import Database
from papertide.store.decisions import STATUSES_BY_LOG

_UNMARKED = (
    "SELECT EXISTS (SELECT 1 FROM mark WHERE title_id NOT IN (SELECT id FROM title))"
    " OR EXISTS (SELECT 1 FROM title WHERE id NOT IN (SELECT title_id FROM mark))"
)
_UNTITLED = (
    "SELECT title_key, max(CASE WHEN arxiv_id IS NULL THEN 1 ELSE 0 END) FROM sighting"
    " WHERE EXISTS (SELECT 1 FROM meta WHERE key = 'titles')"
    " AND title_key NOT IN (SELECT key FROM title) GROUP BY title_key"
)


class CommonRepairs:
    """The part of `base.Mending` that is the same everywhere; all of it happens in a transaction of the caller's.

    `unreadable` tells of each table which of its rows hold values that can't be read.
    """

    def __init__(self, database: Database, unreadable: Mapping[str, str]) -> None:
        self._database = database
        self._unreadable = unreadable

    def untitled(self) -> list[tuple[str, bool]]:
        """Keys of sightings that the list of titles lacks, each with whether it came without an arXiv id.

        Those of which no marks are cut are rightly not there. None where the list is still to be made.
        """
        with self._database.translated():
            return [(key, bool(nameless)) for key, nameless in self._database.connection.execute(_UNTITLED)]

    def unmarked(self) -> bool:
        """Whether there are marks of no title, or titles without marks."""
        with self._database.translated():
            return bool(self._database.connection.execute(_UNMARKED).fetchone()[0])

    def forget_titles(self) -> None:
        """Let the list of titles be made anew when the next page is added."""
        with self._database.translated():
            for sql in ("DELETE FROM mark", "DELETE FROM title", "DELETE FROM meta WHERE key = 'titles'"):
                self._database.connection.execute(sql)

    def _recounted(self) -> list[int]:
        """Count the sightings of papers anew; gives the papers whose number was wrong."""
        miscounted = [row[0] for row in self._database.connection.execute(MISCOUNTED)]
        self._database.connection.executemany(
            "UPDATE paper SET sightings = (SELECT count(*) FROM sighting s WHERE s.paper_id = paper.id) WHERE id = ?",
            [(number,) for number in miscounted],
        )
        return miscounted

    def _spoilt(self) -> set[int]:
        """The papers with a sighting that can't be read."""
        sql = f"SELECT paper_id FROM sighting WHERE {self._unreadable['sighting']}"
        return {row[0] for row in self._database.connection.execute(sql)}

    def _illegible(self) -> set[int]:
        """The papers whose own row can't be read."""
        sql = f"SELECT id FROM paper WHERE {self._unreadable['paper']}"
        return {row[0] for row in self._database.connection.execute(sql)}

    def _statuses(self) -> list[str]:
        """Take the statuses from the log, where they differ from it."""
        kept = sorted(self._database.connection.execute("SELECT reader, paper_id, status FROM status").fetchall())
        said = sorted(self._database.connection.execute(STATUSES_BY_LOG).fetchall())
        if kept == said:
            return []
        self._database.connection.execute("DELETE FROM status")
        sql = "INSERT INTO status (reader, paper_id, status) VALUES (?, ?, ?)"
        self._database.connection.executemany(sql, said)
        return ["statuses taken from the log of decisions"]

    def _copies(self) -> list[str]:
        """Take the columns that are copies of others from those, where they differ."""
        stale = [copy for copy in COPIES if self._database.connection.execute(copy.differs).fetchone()[0]]
        for copy in stale:
            self._database.connection.execute(copy.mend)
        return ["dates and author counts that lists go by taken from the papers"] if stale else []


def told_of_values(spoilt: Collection[int], readable_again: Collection[int]) -> list[str]:
    """What is told of papers with sightings that can't be read, and of those that are made anew of what can be."""
    told = []
    if spoilt:
        told.append(f"{counted(len(spoilt), 'paper')} with sightings that can't be read; a backup may have them")
    if readable_again:
        told.append(f"{counted(len(readable_again), 'paper')} read anew from the sightings")
    return told
