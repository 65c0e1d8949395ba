"""Another library's state into one that has its own: nothing is lost, nothing doubled, and the later decision wins.

What says the same is the same: a decision by its reader, paper, status and moment, however often; a verdict by its reader,
moment and the sightings that it names. So taking in a file twice changes nothing the second time.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import count
from typing import NamedTuple

from papertide.records.state import DigestState, SearchState, VerdictState
from papertide.store.belongings import BETWEEN_NOTES, without
from papertide.store.database import Database
from papertide.store.facts import StatedBelongings, StatedDecision
from papertide.store.mapping import entry_to_json
from papertide.store.state import NAMED_ROW


class _Row(NamedTuple):
    """A row of the log as it stands in this library."""

    id: int
    reader: str
    paper: int
    status: str
    at: str
    command: str
    undoes: int | None


class StateJoin:
    """See `base.Joining`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection = database.connection

    def papers_of(self, sightings: Iterable[int]) -> dict[int, int]:
        """The papers that sightings are of."""
        sql = "SELECT id, paper_id FROM sighting WHERE id IN (SELECT value FROM json_each(?))"
        with self._database.translated():
            return dict(self._connection.execute(sql, (json.dumps(sorted(sightings)),)).fetchall())

    def digests(self, digests: Iterable[DigestState]) -> dict[int, int]:
        """This library's numbers for digests of another; those that it hasn't are taken in."""
        known: dict[int, int] = {}
        with self._database.translated():
            for digest in digests:
                values = (digest.reader, digest.day, digest.at)
                sql = "SELECT id FROM digest WHERE reader = ? AND day = ? AND at = ?"
                row = self._connection.execute(sql, values).fetchone()
                if row is None:
                    # What it was made with names papers by numbers that are others here.
                    sql = "INSERT INTO digest (reader, day, at) VALUES (?, ?, ?) RETURNING id"
                    row = self._connection.execute(sql, values).fetchone()
                known[digest.id] = row[0]
        return known

    # --- decisions ----------------------------------------------------------------------------------------------------

    def decisions(self, rows: Sequence[StatedDecision]) -> set[int]:
        """Take rows of another log into this one, by time; gives the papers that had other rows before.

        Each log keeps its own order. Where a row comes between rows of this log, those after it are numbered anew.
        """
        with self._database.translated():
            sql = "SELECT id, reader, paper_id, status, at, command, undoes FROM decision ORDER BY id"
            ours = [_Row(*row) for row in self._connection.execute(sql)]
            known, theirs = _matched(ours, sorted(rows, key=lambda row: row.id))
            taken_back = {row.undoes for row in ours}
            theirs = [row for row in theirs if row.undoes is None or known.get(row.undoes) not in taken_back - {None}]
            if not theirs:
                return set()
            self._database.defer_references()
            self._write(_by_time(ours, theirs), known)
            changed = {row.paper for row in theirs}
            for paper in changed:
                self._database.belongings.restate(self._connection, paper)
            return changed

    def _write(self, log: Sequence[_Row | StatedDecision], known: dict[int, int]) -> None:
        """Write the rows of both logs in this order; `known` are our numbers for their rows."""
        first = next(place for place, row in enumerate(log) if isinstance(row, StatedDecision))
        free = count(self._database.last_number("decision") + 1)
        renumbered: dict[int, int] = {}
        for row in log[first:]:
            number = next(free)
            if isinstance(row, _Row):
                renumbered[row.id] = number
                self._connection.execute("UPDATE decision SET id = ? WHERE id = ?", (number, row.id))
                continue
            undoes = None if row.undoes is None else known.get(row.undoes)
            values = (
                number,
                row.reader,
                row.paper,
                row.status,
                row.at,
                row.command,
                renumbered.get(undoes, undoes) if undoes else None,
            )
            self._connection.execute(
                "INSERT INTO decision (id, reader, paper_id, status, at, command, undoes) VALUES (?, ?, ?, ?, ?, ?, ?)",
                values,
            )
            known[row.id] = number
        changes = [(new, old) for old, new in renumbered.items()]
        self._connection.executemany("UPDATE decision SET undoes = ? WHERE undoes = ?", changes)
        self._remember(renumbered)
        self._database.set_last_number("decision", next(free) - 1)

    def _remember(self, renumbered: Mapping[int, int]) -> None:
        """Let what belonged to given-up numbers name decisions by their new numbers."""
        for number, text in (
            self._connection.execute("SELECT id, belongings FROM given_up").fetchall() if renumbered else ()
        ):
            had = json.loads(text)
            had["decisions"] = sorted(renumbered.get(decision, decision) for decision in had["decisions"])
            sql = "UPDATE given_up SET belongings = ? WHERE id = ?"
            self._connection.execute(sql, (json.dumps(had, ensure_ascii=False), number))

    # --- tags, notes, tellings, searches ------------------------------------------------------------------------------

    def belongings(self, of: Iterable[StatedBelongings]) -> set[int]:
        """Add tags, notes and tellings; gives the papers that had others before.

        A note that says something else than the one that is there is put behind it.
        """
        changed: set[int] = set()
        with self._database.translated():
            for found in of:
                puts = [
                    ("INSERT INTO tag (reader, tag, paper_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", found.tags),
                    (
                        "INSERT INTO told (reader, digest_id, paper_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                        found.told,
                    ),
                ]
                for sql, rows in puts:
                    done = self._connection.executemany(sql, [(*row, found.paper) for row in rows])
                    if done.rowcount > 0:
                        changed.add(found.paper)
                noted = [self._note(reader, found.paper, text) for reader, text in found.notes]
                if any(noted):
                    changed.add(found.paper)
        return changed

    def _note(self, reader: str, paper: int, text: str) -> bool:
        """Add a note to what a reader wrote on a paper; gives whether it wasn't there yet."""
        sql = "SELECT text FROM note WHERE reader = ? AND paper_id = ?"
        row = self._connection.execute(sql, (reader, paper)).fetchone()
        if row is not None and without(row[0], text) is not None:
            return False
        whole = text if row is None or without(text, row[0]) is not None else row[0] + BETWEEN_NOTES + text
        sql = (
            "INSERT INTO note (reader, paper_id, text) VALUES (?, ?, ?)"
            " ON CONFLICT (reader, paper_id) DO UPDATE SET text = excluded.text"
        )
        self._connection.execute(sql, (reader, paper, whole))
        return True

    def searches(self, searches: Iterable[SearchState]) -> list[str]:
        """Add saved searches; gives, in sentences, which had to take another name."""
        told: list[str] = []
        with self._database.translated():
            for search in searches:
                sql = "SELECT name, query FROM saved_search WHERE reader = ?"
                there: dict[str, str] = dict(self._connection.execute(sql, (search.reader,)).fetchall())
                names = (search.name if n == 1 else f"{search.name}-{n}" for n in count(1))
                name = next(name for name in names if there.get(name) in (None, search.query))
                if name in there:
                    continue
                if name != search.name:
                    told.append(f"@{search.name} is another search here; the file's is @{name}")
                sql = "INSERT INTO saved_search (reader, name, query) VALUES (?, ?, ?)"
                self._connection.execute(sql, (search.reader, name, search.query))
        return told

    # --- verdicts -----------------------------------------------------------------------------------------------------

    def unknown(self, verdicts: Sequence[VerdictState]) -> tuple[list[VerdictState], dict[int, int]]:
        """Those verdicts that this library hasn't heard, and this library's numbers for the others."""
        with self._database.translated():
            heard: dict[Hashable, list[int]] = {}
            sql = "SELECT id, reader, kind, at, command FROM verdict ORDER BY id"
            for number, *said in self._connection.execute(sql).fetchall():
                sql = "SELECT side, digest, json_extract(entry, '$.title') FROM verdict_sighting WHERE verdict_id = ?"
                of = frozenset(self._connection.execute(sql, (number,)).fetchall())
                heard.setdefault((*said, of), []).append(number)
        new: list[VerdictState] = []
        known: dict[int, int] = {}
        for v in sorted(verdicts, key=lambda verdict: verdict.id):
            of = frozenset((n.side, n.digest, n.entry.title) for n in v.sightings)
            found = heard.get((v.reader, v.kind, v.at, v.command, of))
            if found:
                known[v.id] = found.pop(0)
            else:
                new.append(v)
        return new, known

    def say_again(self, verdict: VerdictState, sightings: Mapping[int, int], undoes: int | None) -> int:
        """Write down what was said in another library; `sightings` are this one's numbers. Gives the verdict's number."""
        with self._database.translated():
            sql = "INSERT INTO verdict (reader, kind, at, command, undoes) VALUES (?, ?, ?, ?, ?) RETURNING id"
            said = (verdict.reader, verdict.kind, verdict.at, verdict.command, undoes)
            taken_back = self._connection.execute("SELECT id FROM verdict WHERE undoes = ?", (undoes,)).fetchone()
            if taken_back is not None:
                return int(taken_back[0])
            number = int(self._connection.execute(sql, said).fetchone()[0])
            papers = self.papers_of(sightings.values())
            for place, n in enumerate(verdict.sightings):
                here = sightings.get(n.sighting) if n.sighting is not None else None
                paper = n.paper if here is None else papers[here]
                row = (number, place, n.side, here, paper, n.digest, n.position, entry_to_json(n.entry))
                sql = f"INSERT INTO verdict_sighting ({', '.join(NAMED_ROW)}) VALUES ({', '.join('?' * len(row))})"
                self._connection.execute(sql, row)
        return number


def _matched(ours: Sequence[_Row], theirs: Sequence[StatedDecision]) -> tuple[dict[int, int], list[StatedDecision]]:
    """Our numbers for those of their rows that we have, the first of equals for the first; and the rows that we haven't."""
    waiting: dict[Hashable, list[int]] = {}
    for row in ours:
        waiting.setdefault(_what(row), []).append(row.id)
    known: dict[int, int] = {}
    new: list[StatedDecision] = []
    for theirs_row in theirs:
        found = waiting.get(_what(theirs_row))
        if found:
            known[theirs_row.id] = found.pop(0)
        else:
            new.append(theirs_row)
    return known, new


def _what(row: _Row | StatedDecision) -> Hashable:
    return (row.reader, row.paper, row.status, row.at, row.command, row.undoes is None)


def _by_time(ours: Sequence[_Row], theirs: Sequence[StatedDecision]) -> list[_Row | StatedDecision]:
    """Both logs as one: each in its own order, the earlier row first, ours before theirs at one moment."""
    merged: list[_Row | StatedDecision] = []
    place = 0
    for row in theirs:
        while place < len(ours) and ours[place].at <= row.at:
            merged.append(ours[place])
            place += 1
        merged.append(row)
    return [*merged, *ours[place:]]
