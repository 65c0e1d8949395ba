"""The ledger of digests: what each reader was told, so that nothing is told twice and nothing is missed."""

from __future__ import annotations

from collections.abc import Sequence

from papertide.store.base import Told
from papertide.store.database import Database


class Ledger:
    """See `base.Telling`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def untold(self, reader: str) -> list[int]:
        """Papers in the reader's inbox that no digest has told of; a paper once decided is not new."""
        sql = (
            "SELECT id FROM paper p WHERE NOT EXISTS (SELECT 1 FROM told t WHERE t.reader = ?1 AND t.paper_id = p.id)"
            " AND NOT EXISTS (SELECT 1 FROM status s WHERE s.reader = ?1 AND s.paper_id = p.id)"
        )
        with self._database.translated():
            return [row[0] for row in self._database.connection.execute(sql, (reader,))]

    def added_since(self, day: str, reader: str) -> list[int]:
        """Papers in the reader's inbox that came into the library on `day` (ISO, UTC) or later, told of or not."""
        sql = (
            "SELECT id FROM paper p WHERE p.added >= ?1"
            " AND NOT EXISTS (SELECT 1 FROM status s WHERE s.reader = ?2 AND s.paper_id = p.id)"
        )
        with self._database.translated():
            return [row[0] for row in self._database.connection.execute(sql, (day, reader))]

    def due(self, reader: str, day: str) -> list[int]:
        """Papers that the reader put off on `day` (ISO, UTC) or before, and that no digest has told of since."""
        sql = (
            "SELECT s.paper_id FROM status s JOIN decision d ON d.id = (SELECT max(id) FROM decision"
            " WHERE reader = s.reader AND paper_id = s.paper_id)"
            " WHERE s.reader = ?1 AND s.status = 'later' AND substr(d.at, 1, 10) <= ?2 AND NOT EXISTS"
            " (SELECT 1 FROM told t JOIN digest g ON g.id = t.digest_id"
            " WHERE t.reader = ?1 AND t.paper_id = s.paper_id AND g.day > substr(d.at, 1, 10)) ORDER BY 1"
        )
        with self._database.translated():
            return [row[0] for row in self._database.connection.execute(sql, (reader, day))]

    def tell(
        self,
        reader: str,
        paper_ids: Sequence[int],
        day: str,
        at: str,
        made: str | None = None,
        *,
        due: str | None = None,
    ) -> Told:
        """Note that a digest tells of these papers. A paper belongs to the last digest that told of it.

        With `due` (as for the function of that name) only those that are untold or due still: what another process told
        of or decided on meanwhile is left out. `made` is what it was made with, as `made_with` gives it back. No digest is
        noted where no paper is left.
        """
        with self._database.transaction() as connection:
            if due is not None:
                open_still = {*self.untold(reader), *self.due(reader, due)}
                paper_ids = [paper for paper in paper_ids if paper in open_still]
            if not paper_ids:
                return Told(None, (), ())
            wanted = set(paper_ids)
            sql = "SELECT paper_id, digest_id FROM told WHERE reader = ?"
            before = tuple(row for row in connection.execute(sql, (reader,)) if row[0] in wanted)
            row = (reader, day, at, made)
            noted = connection.execute(
                "INSERT INTO digest (reader, day, at, made) VALUES (?, ?, ?, ?) RETURNING id", row
            )
            number = int(noted.fetchone()[0])
            connection.executemany(
                "INSERT INTO told (reader, paper_id, digest_id) VALUES (?, ?, ?)"
                " ON CONFLICT (reader, paper_id) DO UPDATE SET digest_id = excluded.digest_id",
                [(reader, paper, number) for paper in paper_ids],
            )
        return Told(number, tuple(paper_ids), before)

    def take_back(self, reader: str, told: Told) -> None:
        """Forget a digest that nobody saw: its papers are as told of as they were before it."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM told WHERE digest_id = ?", (told.number,))
            connection.executemany(
                "INSERT INTO told (reader, paper_id, digest_id) SELECT ?1, p.id, g.id"
                " FROM paper p, digest g WHERE p.id = ?2 AND g.id = ?3 ON CONFLICT DO NOTHING",
                [(reader, *row) for row in told.before],
            )
            connection.execute("DELETE FROM digest WHERE id = ?", (told.number,))

    def last(self, reader: str) -> tuple[int, str, list[int]] | None:
        """The reader's last digest: number, day, and the papers it told of."""
        with self._database.translated():
            connection = self._database.connection
            sql = "SELECT id, day FROM digest WHERE reader = ? ORDER BY id DESC LIMIT 1"
            row = connection.execute(sql, (reader,)).fetchone()
            if row is None:
                return None
            told = connection.execute("SELECT paper_id FROM told WHERE digest_id = ? ORDER BY paper_id", (row[0],))
            return row[0], row[1], [paper for (paper,) in told]

    def made_with(self, number: int) -> str | None:
        """What a digest was made with; None for one that doesn't say."""
        with self._database.translated():
            row = self._database.connection.execute("SELECT made FROM digest WHERE id = ?", (number,)).fetchone()
        return row[0] if row else None
