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
from papertide.store.database import Connection, Database, Score
from papertide.store.decisions import STANDS

UNKNOWN = 0xFFFF
WHOLE = 10_000
_AT_ONCE = 1_000
_GAPS = 100
"""How many numbers there may be for each paper that is scored."""
MOST_PAPERS = 100_000
"""The last numbers of papers that are scored, those decided on apart: what fits into a terminal's patience and memory."""
MOST_DECISIONS = 1_000
"""The newest keeps, and as many of the newest skips, that are learnt from."""

_DUE = (
    "SELECT p.id, p.title, p.abstract,"
    " (SELECT json_group_array(x) FROM (SELECT topic x FROM paper_topic WHERE paper_id = p.id ORDER BY 1) y)"
    " FROM terms_due d JOIN paper p ON p.id = d.paper_id ORDER BY d.paper_id LIMIT ?"
)
# A paper's status is what its last standing decision says, and that decision's place in the log is when it was said.
_SAID = (
    "SELECT max(d.id), d.paper_id FROM status s JOIN decision d ON d.paper_id = s.paper_id AND d.reader = s.reader"
    f" WHERE s.reader = ? AND s.status = ? AND {STANDS} GROUP BY d.paper_id ORDER BY 1 DESC LIMIT ?"
)
_BEFORE = f"((SELECT coalesce(max(id), 0) FROM paper) - {MOST_PAPERS})"
_ASKED = "(SELECT value FROM json_each(?))"
_TERMS = f"SELECT paper_id, terms FROM paper_terms WHERE paper_id > {_BEFORE} OR paper_id IN {_ASKED} ORDER BY paper_id"
_UNASKED = f"paper_id <= {_BEFORE} AND paper_id NOT IN {_ASKED}"
_FORGET = f"DELETE FROM paper_terms WHERE paper_id IN (SELECT paper_id FROM terms_due WHERE {_UNASKED})"
_PASS_OVER = f"DELETE FROM terms_due WHERE {_UNASKED} AND paper_id IN (SELECT id FROM paper)"
# A paper too old to be scored, and that has no terms, is in nobody's scores: nothing hangs on it.
_CHANGED = (
    f"SELECT 1 FROM terms_due WHERE paper_id > {_BEFORE} OR paper_id IN (SELECT paper_id FROM paper_terms)"
    " OR paper_id NOT IN (SELECT id FROM paper) LIMIT 1"
)
_LACKING = (
    f"INSERT INTO terms_due (paper_id) SELECT id FROM paper WHERE id IN {_ASKED}"
    " AND id NOT IN (SELECT paper_id FROM paper_terms) ON CONFLICT DO NOTHING"
)
_GONE = "DELETE FROM terms_due WHERE NOT EXISTS (SELECT 1 FROM paper p WHERE p.id = terms_due.paper_id)"
_COUNT = (
    "INSERT INTO meta (key, value) VALUES ('terms', '1')"
    " ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(meta.value AS INTEGER) + 1 AS TEXT)"
)


class Scores:
    """See `base.Scoring`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self) -> int:
        """How many papers that are scored came, went or changed since terms were last made."""
        return self._number(f"SELECT count(*) FROM terms_due WHERE paper_id > {_BEFORE}")

    def make_terms(
        self, terms_of: Callable[[str, str | None, Sequence[str]], bytes], also: Iterable[int] = ()
    ) -> Iterator[int]:
        """Make the terms that are due of the newest papers and of these others, some at a time; gives how many each time.

        They are worked out before the library is asked to be written, so that others who write wait for no more than that.
        """
        asked = json.dumps(list(also))
        with self._database.transaction() as connection:
            # Papers too old to be scored: theirs are made when they are decided on. Another reader may have done so, and
            # their scores follow from what is forgotten here.
            forgotten = connection.execute(_FORGET, (asked,)).rowcount
            connection.execute(_PASS_OVER, (asked,))
            connection.execute(_LACKING, (asked,))
            self._tick(connection, forgotten + connection.execute(_GONE).rowcount)
        while rows := self._due():
            made = {row: terms_of(row[1], row[2], json.loads(row[3])) for row in rows}
            with self._database.transaction() as connection:
                still = [row for row in connection.execute(_DUE, (_AT_ONCE,)) if row in made]  # or changed meanwhile
                sql = (
                    "INSERT INTO paper_terms (paper_id, terms) VALUES (?, ?)"
                    " ON CONFLICT (paper_id) DO UPDATE SET terms = excluded.terms"
                )
                connection.executemany(sql, [(row[0], made[row]) for row in still])
                connection.executemany("DELETE FROM terms_due WHERE paper_id = ?", [row[:1] for row in still])
                self._tick(connection, len(still))
            yield len(still)

    def _due(self) -> list[tuple[int, str, str | None, str]]:
        with self._database.translated():
            return self._database.connection.execute(_DUE, (_AT_ONCE,)).fetchall()

    def _tick(self, connection: Connection, changed: int) -> None:
        """Count one more time that terms were made, if any were."""
        if changed:
            connection.execute(_COUNT)

    def terms(self, also: Iterable[int] = ()) -> list[tuple[int, bytes]]:
        """The numbers and terms of the newest papers, and of these others."""
        with self._database.translated():
            return self._database.connection.execute(_TERMS, (json.dumps(list(also)),)).fetchall()

    def said(self, reader: str) -> list[tuple[int, bool]]:
        """The papers that the reader kept or skipped and whether they kept them, by the log as it is now, oldest first."""
        found: list[tuple[int, int, bool]] = []
        with self._database.translated():
            for status in ("keep", "skip"):
                rows = self._database.connection.execute(_SAID, (reader, status, MOST_DECISIONS))
                found += [(decision, paper, status == "keep") for decision, paper in rows]
        return [(paper, kept) for _, paper, kept in sorted(found)]

    def state(self, reader: str) -> tuple[int, int]:
        """What scores follow from: the last row of the reader's log (0: there is none), and how often terms were made."""
        decision = self._number("SELECT id FROM decision WHERE reader = ? ORDER BY id DESC LIMIT 1", reader)
        return decision, self._number("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'terms'")

    def current(self, reader: str) -> bool:
        """Whether the scores that are kept are those that follow from the papers and the log now.

        A log in which nothing stands to be learnt from makes no scores, whatever papers come.
        """
        decision, made = self.state(reader)
        if not decision:
            return True
        with self._database.translated():
            sql = "SELECT made, length(scores) FROM ranking WHERE reader = ? AND decision = ?"
            row = self._database.connection.execute(sql, (reader, decision)).fetchone()
        if row is None or not row[1]:
            return row is not None
        return bool(row[0] == made) and not self._number(_CHANGED)

    def kept(self, reader: str) -> tuple[int, int] | None:
        """What the scores that are kept follow from (see `state`); None where none are kept."""
        with self._database.translated():
            sql = "SELECT decision, made FROM ranking WHERE reader = ?"
            row: tuple[int, int] | None = self._database.connection.execute(sql, (reader,)).fetchone()
        return row

    def keep(self, reader: str, state: tuple[int, int], ranking: Ranking) -> None:
        """Keep what a reader's ranking came to, with the state that it follows from.

        Scores are kept by number, gaps and all: a paper whose number is far beyond the count of papers, which only an
        edited state file gives, has none.
        """
        most = _GAPS * (len(ranking.scores) + 10_000)
        kept = {number: score for number, score in ranking.scores.items() if number < most}
        count = max(kept, default=-1) + 1
        scores, lengths = array("H", [UNKNOWN]) * count, array("f", [0.0]) * count
        for number, score in kept.items():
            scores[number] = round(score * WHOLE)
            lengths[number] = ranking.lengths[number]
        terms, weights = array("I", ranking.weights), array("f", ranking.weights.values())
        held = [_swapped(values).tobytes() for values in (scores, lengths, terms, weights)]
        sql = (
            "INSERT INTO ranking (reader, decision, made, scores, lengths, terms, weights) VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (reader) DO UPDATE SET decision = excluded.decision, made = excluded.made,"
            " scores = excluded.scores, lengths = excluded.lengths, terms = excluded.terms, weights = excluded.weights"
        )
        with self._database.transaction() as connection:
            connection.execute(sql, (reader, *state, *held))

    def weights(self, reader: str) -> dict[int, float]:
        """The weights that are kept, by the terms' numbers."""
        terms, weights = self._held(reader, "I", "terms"), self._held(reader, "f", "weights")
        return dict(zip(terms, weights, strict=True))

    def terms_of(self, reader: str, numbers: Sequence[int]) -> dict[int, tuple[bytes, float]]:
        """Papers' terms and their lengths, as they were ranked last; a paper that wasn't is left out."""
        lengths = self._held(reader, "f", "lengths")
        with self._database.translated():
            sql = f"SELECT paper_id, terms FROM paper_terms WHERE paper_id IN {_ASKED}"
            rows = self._database.connection.execute(sql, (json.dumps(list(numbers)),)).fetchall()
        return {n: (terms, lengths[n]) for n, terms in rows if n < len(lengths) and lengths[n]}

    def _held(self, reader: str, kind: str, column: str) -> array[Any]:
        return _held(self._database, reader, kind, column)

    def of(self, reader: str) -> Callable[[int], float | None]:
        """The score of a paper, by its number; None for one that has none."""
        return scores_of(self._database, reader) or _unknown

    def _number(self, sql: str, *values: object) -> int:
        with self._database.translated():
            row = self._database.connection.execute(sql, values).fetchone()
        return int(row[0]) if row else 0


def _unknown(_number: int) -> None:
    """The score of any paper where there are none."""


def scores_of(database: Database, reader: str) -> Score | None:
    """The score of a paper, by its number, None for one that has none; None where the reader's papers have no scores."""
    held = _held(database, reader, "H", "scores")
    if not held:
        return None

    def score(number: int) -> float | None:
        value = held[number] if number < len(held) else UNKNOWN
        return None if value == UNKNOWN else value / WHOLE

    return score


def best_of(database: Database, reader: str, count: int) -> list[int] | None:
    """The `count` papers of the highest scores, and those with the lowest of them, too, in the order of their numbers.

    None where the reader's papers have no more scores than that, or none.
    """
    held = _held(database, reader, "H", "scores")
    known = sorted((value for value in held if value != UNKNOWN), reverse=True)
    if count >= len(known):
        return None
    least = known[count]
    return [number for number, value in enumerate(held) if least <= value <= WHOLE]


def _held(database: Database, reader: str, kind: str, column: str) -> array[Any]:
    """The values in a column of the reader's ranking; none where there is no ranking."""
    with database.translated():
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
