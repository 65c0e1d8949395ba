"""What ranking keeps in the library: each paper's terms, and each reader's scores.

Scores are made when somebody asks for them and something changed since, not when a decision is stored: `keep` stays as
quick as it is, a hundred of them in a script cost one ranking, and what reads needs numpy only after a change. They are
one value for each number of a paper, in one row, since at 100,000 papers a row for each would take longer to write than
the scores to make: 16 bits, a ten-thousandth each, 65535 for a paper without a score; its length is a float of 32 bits, 0
for none. Everything is little-endian.
"""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from papertide.store.base import Ranking
from papertide.store.decisions import STANDS
from papertide.store.engine import Database, translated

UNKNOWN = 0xFFFF
WHOLE = 10_000
_AT_ONCE = 2_000
MOST_PAPERS = 100_000
"""The newest papers that are scored, those decided on apart: what fits into a terminal's patience and memory."""
MOST_DECISIONS = 1_000
"""The newest keeps, and as many of the newest skips, that are learnt from."""

_DUE = (
    "SELECT p.id, p.title, p.abstract,"
    " (SELECT json_group_array(x) FROM (SELECT topic x FROM paper_topic WHERE paper_id = p.id ORDER BY 1))"
    " FROM terms_due d JOIN paper p ON p.id = d.paper_id ORDER BY d.paper_id LIMIT ?"
)
# A paper's status is what its last standing decision says, and that decision's place in the log is when it was said.
_SAID = (
    "SELECT max(d.id), d.paper_id FROM status s JOIN decision d ON d.paper_id = s.paper_id AND d.reader = s.reader"
    f" WHERE s.reader = ? AND s.status = ? AND {STANDS} GROUP BY d.paper_id ORDER BY 1 DESC LIMIT ?"
)
_TERMS = (
    "SELECT paper_id, terms FROM paper_terms WHERE paper_id > (SELECT coalesce(min(paper_id), 0) - 1 FROM"
    " (SELECT paper_id FROM paper_terms ORDER BY paper_id DESC LIMIT :most))"
    " OR paper_id IN (SELECT value FROM json_each(:decided)) ORDER BY paper_id"
)


class Scores:
    """See `base.Scoring`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self) -> int:
        """How many papers came, went or changed since terms were last made."""
        return self._number("SELECT count(*) FROM terms_due")

    def make_terms(self, terms_of: Callable[[str, str | None, Sequence[str]], bytes]) -> Iterator[int]:
        """Make the terms of papers that are due, some at a time; gives how many after each part."""
        while True:
            with self._database.transaction() as connection:
                rows = connection.execute(_DUE, (_AT_ONCE,)).fetchall()
                made = [
                    (number, terms_of(title, abstract, json.loads(topics))) for number, title, abstract, topics in rows
                ]
                connection.executemany("INSERT OR REPLACE INTO paper_terms (paper_id, terms) VALUES (?, ?)", made)
                connection.executemany("DELETE FROM terms_due WHERE paper_id = ?", [row[:1] for row in rows])
                if not rows:  # what is left are papers that went
                    connection.execute("DELETE FROM terms_due")
                    connection.execute(
                        "INSERT INTO meta (key, value) VALUES ('terms', '1')"
                        " ON CONFLICT DO UPDATE SET value = CAST(value AS INTEGER) + 1"
                    )
            if not rows:
                return
            yield len(rows)

    def terms(self, also: Iterable[int] = ()) -> list[tuple[int, bytes]]:
        """The numbers and terms of the newest papers, and of these others."""
        asked = {"most": MOST_PAPERS, "decided": json.dumps(list(also))}
        with translated(self._database.path):
            return self._database.connection.execute(_TERMS, asked).fetchall()

    def said(self, reader: str) -> list[tuple[int, bool]]:
        """The papers that the reader kept or skipped and whether they kept them, by the log as it is now, oldest first."""
        found: list[tuple[int, int, bool]] = []
        with translated(self._database.path):
            for status in ("keep", "skip"):
                rows = self._database.connection.execute(_SAID, (reader, status, MOST_DECISIONS))
                found += [(decision, paper, status == "keep") for decision, paper in rows]
        return [(paper, kept) for _, paper, kept in sorted(found)]

    def state(self, reader: str) -> tuple[int, int]:
        """What scores follow from: the last row of the reader's log (0: there is none), and how often terms were made."""
        decision = self._number("SELECT id FROM decision WHERE reader = ? ORDER BY id DESC LIMIT 1", reader)
        return decision, self._number("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'terms'")

    def current(self, reader: str) -> bool:
        """Whether the scores that are kept are those that follow from the papers and the log now."""
        state = self.state(reader)
        if not state[0]:
            return True  # nothing to learn from
        sql = "SELECT 1 FROM ranking WHERE reader = ? AND decision = ? AND made = ?"
        return self._number(sql, reader, *state) == 1 and not self._number("SELECT 1 FROM terms_due LIMIT 1")

    def keep(self, reader: str, state: tuple[int, int], ranking: Ranking) -> None:
        """Keep what a reader's ranking came to, with the state that it follows from."""
        count = max(ranking.scores, default=-1) + 1
        scores, lengths = array("H", [UNKNOWN]) * count, array("f", [0.0]) * count
        for number, score in ranking.scores.items():
            scores[number] = round(score * WHOLE)
            lengths[number] = ranking.lengths[number]
        terms, weights = array("I", ranking.weights), array("f", ranking.weights.values())
        held = [_swapped(values).tobytes() for values in (scores, lengths, terms, weights)]
        sql = (
            "INSERT OR REPLACE INTO ranking (reader, decision, made, scores, lengths, terms, weights)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)"
        )
        with self._database.transaction() as connection:
            connection.execute(sql, (reader, *state, *held))

    def weights(self, reader: str) -> dict[int, float]:
        """The weights that are kept, by the terms' numbers."""
        terms, weights = self._held(reader, "I", "terms"), self._held(reader, "f", "weights")
        return dict(zip(terms, weights, strict=True))

    def terms_of(self, reader: str, number: int) -> tuple[bytes, float]:
        """A paper's terms and its length, as they were ranked last; no terms and 1 for a paper that wasn't."""
        with translated(self._database.path):
            sql = "SELECT terms FROM paper_terms WHERE paper_id = ?"
            row = self._database.connection.execute(sql, (number,)).fetchone()
        lengths = self._held(reader, "f", "lengths")
        if row is None or number >= len(lengths) or not lengths[number]:
            return b"", 1.0
        return row[0], lengths[number]

    def _held(self, reader: str, kind: str, column: str) -> array[Any]:
        return _held(self._database, reader, kind, column)

    def of(self, reader: str) -> Callable[[int], float | None]:
        """The score of a paper, by its number; None for one that has none."""
        return scores_of(self._database, reader) or _unknown

    def _number(self, sql: str, *values: object) -> int:
        with translated(self._database.path):
            row = self._database.connection.execute(sql, values).fetchone()
        return int(row[0]) if row else 0


def _unknown(_number: int) -> None:
    """The score of any paper where there are none."""


def scores_of(database: Database, reader: str) -> Callable[[int], float | None] | None:
    """The score of a paper, by its number, None for one that has none; None where the reader's papers have no scores."""
    held = _held(database, reader, "H", "scores")
    if not held:
        return None

    def score(number: int) -> float | None:
        value = held[number] if number < len(held) else UNKNOWN
        return None if value == UNKNOWN else value / WHOLE

    return score


def _held(database: Database, reader: str, kind: str, column: str) -> array[Any]:
    """The values in a column of the reader's ranking; none where there is no ranking."""
    with translated(database.path):
        row = database.connection.execute(f"SELECT {column} FROM ranking WHERE reader = ?", (reader,)).fetchone()
    held = array(kind)
    if row:
        held.frombytes(row[0])
    return _swapped(held)


def _swapped(values: array[Any]) -> array[Any]:
    """The values in the library's byte order, or back in the machine's."""
    if sys.byteorder == "big":  # pragma: no cover - no test runs on such a machine
        values.byteswap()
    return values
