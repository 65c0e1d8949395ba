"""A person's word on merges: the log of it, and what follows for the numbers. Without SQLModel: `show` reads it, too."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from papertide.store.belongings import give_back
from papertide.store.database import ALL, Database
from papertide.store.facts import Joined, SaidVerdict, Unrestored

_STANDS = "+v.undoes IS NULL AND NOT EXISTS (SELECT 1 FROM verdict u WHERE u.undoes = v.id)"
"""What holds for a verdict `v` that was not taken back, and takes none back itself."""

_SAID = (
    "SELECT v.id, v.reader, v.kind, v.at, n.side, n.sighting_id, n.paper_id"
    " FROM verdict v JOIN verdict_sighting n ON n.verdict_id = v.id"
)
_OF_SIGHTINGS = f"""{_SAID}
WHERE {_STANDS} AND v.id IN (SELECT verdict_id FROM verdict_sighting WHERE sighting_id IN (SELECT value FROM json_each(?)))
ORDER BY v.id, n.place
"""
_LAST = f"""{_SAID}
WHERE v.id IN (SELECT v.id FROM verdict v WHERE v.reader = ? AND {_STANDS} ORDER BY v.id DESC LIMIT ?)
ORDER BY v.id DESC, n.place
"""
_PARTNERS = f"""
SELECT DISTINCT other.paper_id FROM sighting s
JOIN verdict_sighting n ON n.sighting_id = s.id
JOIN verdict v ON v.id = n.verdict_id AND {_STANDS}
JOIN verdict_sighting m ON m.verdict_id = v.id
JOIN sighting other ON other.id = m.sighting_id
WHERE s.paper_id IN (SELECT value FROM json_each(?))
"""
_NAME = """
INSERT INTO verdict_sighting (verdict_id, place, side, sighting_id, paper_id, digest, position, entry)
SELECT ?, ?, ?, s.id, s.paper_id, g.digest, s.position, s.entry FROM sighting s JOIN page g ON g.id = s.page_id
WHERE s.id = ?
"""
# A sighting that its page shows again: the one with that title that stands nearest to where it stood.
_SHOWN_AGAIN = """
SELECT s.id, s.paper_id FROM verdict_sighting n JOIN page g ON g.digest = n.digest JOIN sighting s ON s.page_id = g.id
WHERE n.verdict_id = ? AND n.place = ? AND s.position >= 0
  AND json_extract(s.entry, '$.title') = json_extract(n.entry, '$.title')
  AND NOT EXISTS (SELECT 1 FROM verdict_sighting o WHERE o.verdict_id = n.verdict_id AND o.sighting_id = s.id)
ORDER BY abs(s.position - n.position), s.id LIMIT 1
"""
_CLAIMED = """
SELECT s.id, s.paper_id, g.old_id, r.kept FROM sighting s
JOIN given_up_sighting r ON r.sighting_id = s.id JOIN given_up g ON g.id = r.given_up_id
WHERE s.paper_id IN (SELECT value FROM json_each(?)) AND g.paper_id = s.paper_id
ORDER BY g.id
"""
_JOINED = """
SELECT s.paper_id, coalesce(
    (SELECT json_extract(f.entry, '$.title') FROM sighting f JOIN page g ON g.id = f.page_id
     WHERE f.paper_id = s.paper_id AND f.id <> s.id
       AND substr(s.reason, length(s.reason) - length(g.name) - 7) = '(as on ' || g.name || ')'
     ORDER BY f.id LIMIT 1),
    (SELECT json_extract(f.entry, '$.title') FROM sighting f WHERE f.paper_id = s.paper_id ORDER BY f.id LIMIT 1)
), json_extract(s.entry, '$.title'), s.score, s.reason, s.method = 'hand'
FROM sighting s WHERE s.method NOT IN ('new', 'arxiv-id', 'doi') AND (CAST(?1 AS BIGINT) IS NULL OR s.paper_id = ?1)
ORDER BY s.method = 'hand' DESC, s.score NULLS FIRST, s.paper_id, s.id LIMIT ?2
"""
# Papers that bear a title or begin an abstract alike, or that a person parted from one.
_TWINS = f"""
SELECT DISTINCT paper_id FROM (
    SELECT t.paper_id FROM sighting s JOIN sighting t ON t.title_key = s.title_key WHERE s.paper_id = ?1
    UNION SELECT t.paper_id FROM sighting s JOIN sighting t ON t.text_key = s.text_key WHERE s.paper_id = ?1
    UNION SELECT t.paper_id FROM sighting s JOIN verdict_sighting n ON n.sighting_id = s.id
        JOIN verdict v ON v.id = n.verdict_id AND {_STANDS} JOIN verdict_sighting m ON m.verdict_id = v.id
        JOIN sighting t ON t.id = m.sighting_id WHERE s.paper_id = ?1
) found WHERE paper_id <> ?1 ORDER BY 1
"""


class Verdicts:
    """See `base.Judging`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def say(self, reader: str, sides: Sequence[Sequence[int]], at: str, command: str, *, same: bool) -> int:
        """Write down a person's word on these sightings; gives its number."""
        kind = "same" if same else "different"
        with self._database.translated():
            sql = "INSERT INTO verdict (reader, kind, at, command) VALUES (?, ?, ?, ?) RETURNING id"
            number = int(self._database.connection.execute(sql, (reader, kind, at, command)).fetchone()[0])
            named = [(side, ref) for side, refs in enumerate(sides) for ref in refs]
            rows = [(number, place, side, ref) for place, (side, ref) in enumerate(named)]
            self._database.connection.executemany(_NAME, rows)
        return number

    def moved(self, number: int, papers: Mapping[int, int], led: Mapping[int, int]) -> None:
        """Write down which papers sightings were of that went elsewhere by a verdict, and where numbers had led."""
        told = (
            ("verdict_moved (verdict_id, sighting_id, paper_id)", papers),
            ("verdict_revived (verdict_id, old_id, paper_id)", led),
        )
        with self._database.translated():
            for table, rows in told:
                sql = f"INSERT INTO {table} VALUES (?, ?, ?)"
                self._database.connection.executemany(sql, [(number, one, paper) for one, paper in rows.items()])

    def take_back(self, number: int, reader: str, at: str) -> None:
        """Take a verdict back; it stays in the log."""
        sql = "INSERT INTO verdict (reader, kind, at, command, undoes) SELECT ?, kind, ?, 'undo', id FROM verdict WHERE id = ?"
        self._change(sql, reader, at, number)

    def on(self, sightings: Iterable[int]) -> list[SaidVerdict]:
        """The verdicts that stand and name any of these sightings, oldest first."""
        return self._said(_OF_SIGHTINGS, json.dumps(sorted(sightings)))

    def last(self, reader: str, count: int) -> list[SaidVerdict]:
        """The reader's last verdicts that still stand, newest first."""
        return self._said(_LAST, reader, count)

    def _said(self, sql: str, *values: object) -> list[SaidVerdict]:
        found: dict[int, tuple[str, str, str]] = {}
        sides: dict[int, dict[int, list[int]]] = {}
        papers: dict[int, dict[int, int]] = {}
        for number, reader, kind, at, side, sighting, paper in self._rows(sql, *values):
            found[number] = (reader, kind, at)
            named = sides.setdefault(number, {}).setdefault(side, [])
            of = papers.setdefault(number, {})
            if sighting is not None:
                named.append(sighting)
                of[sighting] = paper
        led: dict[int, dict[int, int]] = {number: {} for number in found}
        for table, told in (("verdict_moved", papers), ("verdict_revived", led)):
            sql = f"SELECT * FROM {table} WHERE verdict_id IN (SELECT value FROM json_each(?))"
            for number, one, paper in self._rows(sql, json.dumps(list(found))):
                told[number][one] = paper
        return [
            SaidVerdict(
                n, reader, kind == "same", at, tuple(tuple(refs) for refs in sides[n].values()), papers[n], led[n]
            )
            for n, (reader, kind, at) in found.items()
        ]

    def holding(self, sightings: Iterable[int]) -> set[int]:
        """The papers that these sightings are of."""
        sql = "SELECT DISTINCT paper_id FROM sighting WHERE id IN (SELECT value FROM json_each(?))"
        return {row[0] for row in self._rows(sql, json.dumps(sorted(sightings)))}

    def partners(self, papers: Iterable[int]) -> set[int]:
        """The papers whose sightings a standing verdict names beside a sighting of these papers; those, too."""
        return {row[0] for row in self._rows(_PARTNERS, json.dumps(sorted(papers)))}

    def found_again(self, digest: str) -> set[int]:
        """Let verdicts name again what a page shows again; gives the papers concerned."""
        sql = "SELECT verdict_id, place FROM verdict_sighting WHERE sighting_id IS NULL AND digest = ? ORDER BY 1, 2"
        papers: set[int] = set()
        for verdict, place in self._rows(sql, digest):
            for sighting, paper in self._rows(_SHOWN_AGAIN, verdict, place):
                sql = "UPDATE verdict_sighting SET sighting_id = ? WHERE verdict_id = ? AND place = ?"
                self._change(sql, sighting, verdict, place)
                papers.add(paper)
        return papers

    def numbers_of(self, papers: Collection[int]) -> dict[int, tuple[int, ...]]:
        """The numbers that were given up and that sightings of these papers had, the oldest first.

        A sighting that came to a merged paper after the merge has an empty entry, one that was the paper's own has none.
        """
        had: dict[int, tuple[int, ...]] = {}
        kept: set[int] = set()
        merged: set[int] = set()
        for sighting, paper, old, is_kept in self._rows(_CLAIMED, json.dumps(sorted(papers))):
            merged.add(paper)
            if is_kept:
                kept.add(sighting)
            else:
                had[sighting] = (*had.get(sighting, ()), old)
        sql = "SELECT id, paper_id FROM sighting WHERE paper_id IN (SELECT value FROM json_each(?))"
        own: set[int] = set()
        late: dict[int, int] = {}
        for sighting, paper in self._rows(sql, json.dumps(sorted(merged))):
            if sighting not in had and sighting in kept:
                own.add(paper)
            elif sighting not in had:
                late[sighting] = paper
        # Where nothing is left of a paper's own beginning, its number is that of what came later.
        return had | {sighting: () for sighting, paper in late.items() if paper in own}

    def revive(self, old: int) -> tuple[int, list[Unrestored]]:
        """Make a blank paper of a number that was given up, with what belonged to it.

        Gives the paper that it led to, and what couldn't be as it was.
        """
        with self._database.translated():
            return give_back(self._database, old)

    def joined(self, limit: int | None, paper: int | None = None) -> list[Joined]:
        """Why sightings were joined that no id joins: those by hand first, then the least alike; of one paper or all."""
        rows = self._rows(_JOINED, paper, ALL if limit is None else limit)
        return [Joined(paper, a, b, score, reason, bool(hand)) for paper, a, b, score, reason, hand in rows]

    def twins(self, paper: int) -> list[int]:
        """The papers that look like this one, or that a person parted from it."""
        return [row[0] for row in self._rows(_TWINS, paper)]

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self._database.translated():
            return self._database.connection.execute(sql, values).fetchall()

    def _change(self, sql: str, *values: object) -> None:
        with self._database.translated():
            self._database.connection.execute(sql, values)
