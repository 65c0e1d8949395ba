"""What `doctor` looks at in a library on either engine, and what it goes by when it mends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from papertide.normal import counted
from papertide.store.database import Connection
from papertide.store.decisions import STATUSES_BY_LOG

Seen = tuple[bool, str] | tuple[bool, str, Mapping[str, object]]
"""Whether it is well, what was seen, and perhaps the same as values."""

MISCOUNTED = "SELECT p.id FROM paper p WHERE p.sightings <> (SELECT count(*) FROM sighting s WHERE s.paper_id = p.id)"


class Copied(NamedTuple):
    """A column that says what other rows say, so that an index has it: how many rows differ, and what mends them."""

    differs: str
    mend: str


ALONE = "NOT EXISTS (SELECT 1 FROM sighting s WHERE s.paper_id = p.id)"
"""Of a paper `p`: that no page shows it. The next page that did would begin it again."""

_LAST_LISTED = "(SELECT max(day) FROM paper_listed l WHERE l.paper_id = paper.id)"
COPIES = (
    Copied(
        f"SELECT count(*) FROM paper WHERE last_listed IS NOT {_LAST_LISTED}",
        f"UPDATE paper SET last_listed = {_LAST_LISTED} WHERE last_listed IS NOT {_LAST_LISTED}",
    ),
    Copied(
        "SELECT count(*) FROM paper_topic t JOIN paper p ON p.id = t.paper_id"
        " WHERE t.published IS NOT p.published OR t.author_count IS NOT p.author_count",
        "UPDATE paper_topic SET (published, author_count) ="
        " (SELECT published, author_count FROM paper WHERE id = paper_id)",
    ),
)


def papers(connection: Connection) -> tuple[bool, str]:
    """Whether what is counted and copied on papers is what their sightings say."""
    papers, sightings, pages = connection.execute(
        "SELECT (SELECT count(*) FROM paper), (SELECT count(*) FROM sighting), (SELECT count(*) FROM page)"
    ).fetchone()
    off = connection.execute(f"SELECT count(*) FROM ({MISCOUNTED}) x").fetchone()[0]
    alone = connection.execute(f"SELECT count(*) FROM paper p WHERE {ALONE}").fetchone()[0]
    stale = sum(connection.execute(copy.differs).fetchone()[0] for copy in COPIES)
    wrong = [f"{off} papers with a wrong number of sightings"] if off else []
    wrong += [f"{counted(alone, 'paper')} without a sighting"] if alone else []
    wrong += [f"{stale} dates and author counts that lists go by are not the papers'"] if stale else []
    return not wrong, "; ".join([f"{papers} papers, {sightings} sightings, {pages} pages", *wrong])


def values(connection: Connection, unreadable: Mapping[str, str]) -> tuple[bool, str]:
    """Whether what is read as names, entries and days can be: else whoever lists it would fail.

    `unreadable` tells of each table which of its rows can't.
    """
    rows = [
        (connection.execute(f"SELECT count(*) FROM {table} WHERE {off}").fetchone()[0], table)
        for table, off in unreadable.items()
    ]
    wrong = [f"{counted(count, 'row')} of {table} can't be read" for count, table in rows if count]
    return not wrong, "; ".join(wrong) if wrong else "names, entries, days and scores can be read"


def decisions(connection: Connection) -> tuple[bool, str]:
    """Whether the statuses are what the log says."""
    kept = "SELECT reader, paper_id, status FROM status"
    off = connection.execute(
        f"WITH said AS ({STATUSES_BY_LOG}), kept AS ({kept}) SELECT count(*) FROM (SELECT * FROM said EXCEPT"
        " SELECT * FROM kept UNION ALL SELECT * FROM (SELECT * FROM kept EXCEPT SELECT * FROM said) x) y"
    ).fetchone()[0]
    count = connection.execute("SELECT count(*) FROM decision").fetchone()[0]
    return off == 0, f"{count} in the log" if off == 0 else f"{off} statuses differ from the log"


def fetches(connection: Connection) -> Seen:
    """What was got last from each live source; nothing to be ill with."""
    rows = connection.execute(
        "SELECT source, part, at, (SELECT count(*) FROM fetched f WHERE f.source = g.source) FROM fetched g"
        " WHERE part = (SELECT part FROM fetched f WHERE f.source = g.source ORDER BY at DESC, part DESC LIMIT 1)"
        " ORDER BY source"
    ).fetchall()
    told = "; ".join(f"{source} {part} at {at}, {counted(parts, 'part')} in all" for source, part, at, parts in rows)
    facts = {source: {"part": part, "at": at, "parts": parts} for source, part, at, parts in rows}
    return True, told or "nothing was fetched yet", {"sources": facts}
