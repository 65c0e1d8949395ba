"""What a reader writes on papers: tags, notes, and the searches they saved."""

from __future__ import annotations

from collections.abc import Sequence

from papertide.store.database import Database


class Annotations:
    """See `base.Annotating`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def tag(self, reader: str, paper_ids: Sequence[int], put: Sequence[str], taken: Sequence[str]) -> int:
        """Put tags on papers and take others off; gives how many changed."""
        changed = 0
        with self._database.transaction() as connection:
            for number in paper_ids:
                for name in put:
                    sql = "INSERT INTO tag (reader, paper_id, tag) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
                    changed += connection.execute(sql, (reader, number, name)).rowcount
                for name in taken:
                    sql = "DELETE FROM tag WHERE reader = ? AND paper_id = ? AND tag = ?"
                    changed += connection.execute(sql, (reader, number, name)).rowcount
        return changed

    def note(self, reader: str, paper_id: int, text: str) -> None:
        """Replace the note on a paper; an empty one takes it off."""
        with self._database.transaction() as connection:
            if text:
                connection.execute(
                    "INSERT INTO note (reader, paper_id, text) VALUES (?, ?, ?)"
                    " ON CONFLICT (reader, paper_id) DO UPDATE SET text = excluded.text",
                    (reader, paper_id, text),
                )
            else:
                connection.execute("DELETE FROM note WHERE reader = ? AND paper_id = ?", (reader, paper_id))

    def save_search(self, reader: str, name: str, query: str) -> None:
        """Keep a search under a name; an older one of that name is replaced."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO saved_search (reader, name, query) VALUES (?, ?, ?)"
                " ON CONFLICT (reader, name) DO UPDATE SET query = excluded.query",
                (reader, name, query),
            )

    def remove_search(self, reader: str, name: str) -> bool:
        """Forget a saved search; gives whether there was one."""
        with self._database.transaction() as connection:
            done = connection.execute("DELETE FROM saved_search WHERE reader = ? AND name = ?", (reader, name))
            return done.rowcount > 0

    def searches(self, reader: str) -> list[tuple[str, str]]:
        """Names and texts of the reader's saved searches, by name."""
        with self._database.translated():
            sql = "SELECT name, query FROM saved_search WHERE reader = ? ORDER BY name"
            return self._database.connection.execute(sql, (reader,)).fetchall()
