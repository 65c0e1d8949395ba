"""What is remembered of live sources: which parts were got when, what servers gave with a page, and when they may be asked."""

from __future__ import annotations

from papertide.store.database import Database
from papertide.store.facts import FetchedPart, PageMarks

_LONGEST_HOLD = 24 * 60 * 60.0
"""Seconds; a lane that is closed for longer was closed by a clock that has been set back since."""


class FetchLog:
    """See `base.Fetching`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def parts(self, source: str) -> dict[str, FetchedPart]:
        """The parts of a source that were got whole, by key."""
        sql = "SELECT part, at, entries FROM fetched WHERE source = ?"
        with self._database.translated():
            rows = self._database.connection.execute(sql, (source,)).fetchall()
        return {part: FetchedPart(at, entries) for part, at, entries in rows}

    def got(self, source: str, part: str, at: str, entries: int) -> None:
        """Note that a part was got whole at a moment (ISO text), and how many entries it had."""
        sql = (
            "INSERT INTO fetched (source, part, at, entries) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (source, part) DO UPDATE SET at = excluded.at, entries = excluded.entries"
        )
        with self._database.transaction() as connection:
            connection.execute(sql, (source, part, at, entries))

    def marks(self, url: str) -> PageMarks | None:
        """What the server gave with a page that the library holds, and how many entries that page has."""
        sql = (
            "SELECT v.etag, v.modified, (SELECT count(*) FROM sighting s WHERE s.page_id = g.id AND s.position >= 0)"
            " FROM validator v JOIN page g ON g.digest = v.digest WHERE v.url = ?"
        )
        with self._database.translated():
            row = self._database.connection.execute(sql, (url,)).fetchone()
        return PageMarks(*row) if row else None

    def keep_marks(self, url: str, etag: str | None, modified: str | None, digest: str) -> None:
        """Remember what a server gave with a page; `digest` names the page's bytes."""
        sql = (
            "INSERT INTO validator (url, etag, modified, digest) VALUES (?, ?, ?, ?) ON CONFLICT (url)"
            " DO UPDATE SET etag = excluded.etag, modified = excluded.modified, digest = excluded.digest"
        )
        with self._database.transaction() as connection:
            connection.execute(sql, (url, etag, modified, digest))

    def reserve(self, lane: str, now: float, interval: float, patience: float) -> float:
        """Take the first free moment of a lane, `now` or later; the next is free `interval` seconds after it.

        One that is more than `patience` seconds away is told and not taken.
        """
        with self._database.transaction() as connection:
            row = connection.execute("SELECT free FROM lane WHERE name = ?", (lane,)).fetchone()
            free = row[0] if row and row[0] - now <= _LONGEST_HOLD else now
            moment = max(now, free)
            if moment - now > patience:
                return moment
            sql = "INSERT INTO lane (name, free) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET free = excluded.free"
            connection.execute(sql, (lane, moment + interval))
            return moment

    def hold(self, lane: str, until: float) -> None:
        """Let nobody into a lane before `until`; one that is closed for longer stays so."""
        sql = (
            "INSERT INTO lane (name, free) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET free = excluded.free WHERE excluded.free > lane.free"
        )
        with self._database.transaction() as connection:
            connection.execute(sql, (lane, until))

    def robots(self, host: str) -> tuple[str, float] | None:
        """The robots.txt that a host gave last, and when."""
        with self._database.translated():
            row = self._database.connection.execute("SELECT text, at FROM robots WHERE host = ?", (host,)).fetchone()
        return (row[0], row[1]) if row else None

    def keep_robots(self, host: str, text: str, now: float) -> None:
        """Remember a host's robots.txt."""
        with self._database.transaction() as connection:
            sql = (
                "INSERT INTO robots (host, text, at) VALUES (?, ?, ?)"
                " ON CONFLICT (host) DO UPDATE SET text = excluded.text, at = excluded.at"
            )
            connection.execute(sql, (host, text, now))
