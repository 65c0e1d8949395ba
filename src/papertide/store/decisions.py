"""The decision log: rows are only ever added, and the status of a paper is what its last row says."""

from __future__ import annotations

import json
from collections.abc import Sequence

from papertide.store.base import Decided
from papertide.store.database import ALL, Connection, Database

STANDS = "+d.undoes IS NULL AND NOT EXISTS (SELECT 1 FROM decision u WHERE u.undoes = d.id)"
"""What holds for a decision `d` that was not taken back, and takes none back itself.

The plus keeps SQLite from the index of `undoes`, which nearly all rows stand in alike: one look would read the whole log.
"""

STATUSES_BY_LOG = (
    "SELECT d.reader, d.paper_id, d.status FROM decision d WHERE d.status <> 'inbox' AND d.id = (SELECT max(d2.id)"
    " FROM decision d2 WHERE d2.paper_id = d.paper_id AND d2.reader = d.reader AND +d2.undoes IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM decision u WHERE u.undoes = d2.id))"
)
"""The statuses that follow from the log: each reader's last decision on a paper that still stands speaks for it."""

_COLUMNS = "d.id, d.paper_id, p.title, d.status, d.at, d.command, d.undoes"


class DecisionLog:
    """See `base.Deciding`. Without SQLModel: deciding should be as quick as looking."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def decide(self, reader: str, paper_ids: Sequence[int], status: str, at: str, command: str) -> list[int]:
        """Give papers a status; gives those whose status that changed."""
        asked = list(dict.fromkeys(paper_ids))
        with self._database.transaction() as connection:
            sql = (
                "SELECT paper_id, status FROM status WHERE reader = ? AND paper_id IN (SELECT value FROM json_each(?))"
            )
            was = dict(connection.execute(sql, (reader, json.dumps(asked))).fetchall())
            changed = [number for number in asked if was.get(number, "inbox") != status]
            _append(connection, reader, [(number, None) for number in changed], status, at, command)
        return changed

    def undo(self, reader: str, count: int, at: str, paper: int | None = None) -> list[Decided]:
        """Take back the reader's last decisions that still stand, newest first; each goes back to what was before it.

        With `paper` those on that paper only.
        """
        sql = (
            f"SELECT {_COLUMNS} FROM decision d JOIN paper p ON p.id = d.paper_id WHERE d.reader = ?1"
            f" AND (CAST(?3 AS BIGINT) IS NULL OR d.paper_id = ?3) AND {STANDS} ORDER BY d.id DESC LIMIT ?2"
        )
        with self._database.transaction() as connection:
            taken_back = [Decided(*row) for row in connection.execute(sql, (reader, count, paper))]
            for decided in taken_back:
                before = _standing_before(connection, reader, decided)
                _append(connection, reader, [(decided.paper_id, decided.id)], before, at, "undo")
        return taken_back

    def log(self, reader: str, limit: int | None) -> list[Decided]:
        """The reader's decisions, newest first, those that take others back among them."""
        sql = (
            f"SELECT {_COLUMNS} FROM decision d JOIN paper p ON p.id = d.paper_id WHERE d.reader = ?"
            " ORDER BY d.id DESC LIMIT ?"
        )
        with self._database.translated():
            rows = self._database.connection.execute(sql, (reader, ALL if limit is None else limit)).fetchall()
        return [Decided(*row) for row in rows]


def _standing_before(connection: Connection, reader: str, decided: Decided) -> str:
    """The status that the last standing decision before this one gave; decisions taken back don't count."""
    row = connection.execute(
        "SELECT status FROM decision d WHERE d.reader = ? AND d.paper_id = ? AND d.id < ?"
        f" AND {STANDS} ORDER BY d.id DESC LIMIT 1",
        (reader, decided.paper_id, decided.id),
    ).fetchone()
    return row[0] if row else "inbox"


def _append(
    connection: Connection, reader: str, of: Sequence[tuple[int, int | None]], status: str, at: str, command: str
) -> None:
    """Add to the log: papers, and what their rows take back. All at once, for on a server each statement is a journey."""
    connection.executemany(
        "INSERT INTO decision (reader, paper_id, status, at, command, undoes) VALUES (?, ?, ?, ?, ?, ?)",
        [(reader, number, status, at, command, undoes) for number, undoes in of],
    )
    if status == "inbox":
        sql = "DELETE FROM status WHERE reader = ? AND paper_id = ?"
        connection.executemany(sql, [(reader, number) for number, _ in of])
    else:
        connection.executemany(
            "INSERT INTO status (reader, paper_id, status) VALUES (?, ?, ?)"
            " ON CONFLICT (reader, paper_id) DO UPDATE SET status = excluded.status",
            [(reader, number, status) for number, _ in of],
        )
