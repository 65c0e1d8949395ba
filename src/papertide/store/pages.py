"""Which pages were added, and how each was asked for."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import date

from papertide.store.database import Database
from papertide.store.facts import StoredPage

_PAGES = """
SELECT digest, name, layout, asked, captured, captured_given, listed, added,
       (SELECT count(*) FROM sighting s WHERE s.page_id = g.id AND s.position >= 0), line
FROM page g ORDER BY g.id
"""


class PageList:
    """See `base.Recalling`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pages(self) -> list[StoredPage]:
        """Every page, in the order in which they came."""
        with self._database.translated():
            rows = self._database.connection.execute(_PAGES).fetchall()
        return [
            StoredPage(digest, name, layout, asked, _day(captured), bool(given), _day(listed), added, entries, line)
            for digest, name, layout, asked, captured, given, listed, added, entries, line in rows
        ]

    def undisturbed(self) -> AbstractContextManager[object]:
        """While this lasts, no other process adds pages."""
        return self._database.transaction()


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
