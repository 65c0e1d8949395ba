"""What belongs to a paper's number: what readers did with it. It goes along when papers are merged, and back when they part.

What a number had is written down when it is given up, so that it can be given back: the numbers that led to it, decisions
by their numbers in the log, and tags, notes and tellings of both papers as they were. What a reader did since stays with
the paper it was done to.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from papertide.store.database import Connection, Database
from papertide.store.decisions import STATUSES_BY_LOG
from papertide.store.facts import Unrestored

_TEXTS = {
    "tags": "SELECT reader, tag FROM tag WHERE paper_id = ? ORDER BY 1, 2",
    "notes": "SELECT reader, text FROM note WHERE paper_id = ? ORDER BY 1",
    "told": "SELECT reader, digest_id FROM told WHERE paper_id = ? ORDER BY 1",
}
BETWEEN_NOTES = "\n\n"

_ALONG = tuple(
    statement.strip()
    for statement in f"""
    UPDATE decision SET paper_id = :kept WHERE paper_id = :old;
    INSERT INTO tag (reader, paper_id, tag) SELECT reader, :kept, tag FROM tag WHERE paper_id = :old
        ON CONFLICT DO NOTHING;
    INSERT INTO note (reader, paper_id, text) SELECT reader, :kept, text FROM note WHERE paper_id = :old
        ON CONFLICT (reader, paper_id) DO UPDATE SET text = note.text || '{BETWEEN_NOTES}' || excluded.text;
    INSERT INTO told (reader, paper_id, digest_id) SELECT reader, :kept, digest_id FROM told WHERE paper_id = :old
        ON CONFLICT DO NOTHING
    """.split(";")
)


@dataclass(frozen=True, slots=True)
class Remembered:
    """A number that is about to be given up: when its paper came, what belonged to it, and both papers' sightings."""

    added: str
    decisions: list[int]
    had: dict[str, list[tuple[str, str | int]]]
    sightings: list[tuple[int, int]]  # a sighting, and whether it is of the paper that keeps its number


def remember(connection: Connection, old: int, kept: int | None) -> Remembered:
    """What there is of the number `old` before it joins `kept`, None for a paper that isn't there yet."""
    added = connection.execute("SELECT added FROM paper WHERE id = ?", (old,)).fetchone()[0]
    decisions = [row[0] for row in connection.execute("SELECT id FROM decision WHERE paper_id = ? ORDER BY 1", (old,))]
    sql = "SELECT id, CASE WHEN paper_id = ?2 THEN 1 ELSE 0 END FROM sighting WHERE paper_id IN (?1, ?2)"
    sightings = connection.execute(sql, (old, -1 if kept is None else kept)).fetchall()
    return Remembered(added, decisions, _texts(connection, old), sightings)


def _texts(connection: Connection, number: int) -> dict[str, list[tuple[str, str | int]]]:
    return {name: connection.execute(sql, (number,)).fetchall() for name, sql in _TEXTS.items()}


def hand_over(database: Database, old: int, kept: int, remembered: Remembered) -> None:
    """Let what belongs to `old` belong to `kept`, and write down what it was."""
    connection = database.connection
    both = {"old": old, "kept": kept}
    led = [row[0] for row in connection.execute("SELECT old_id FROM given_up WHERE paper_id = ? ORDER BY 1", (old,))]
    texts = _texts(connection, kept)
    belonged = {"led": led, "decisions": remembered.decisions, "old": remembered.had, "kept": texts}
    made = connection.execute(
        "INSERT INTO given_up (old_id, paper_id, added, belongings) VALUES (?, ?, ?, ?) RETURNING id",
        (old, kept, remembered.added, json.dumps(belonged, ensure_ascii=False)),
    )
    number = made.fetchone()[0]
    database.belongings.along(connection, old, kept)
    connection.executemany(
        "INSERT INTO given_up_sighting (given_up_id, sighting_id, kept) VALUES (?, ?, ?)",
        [(number, sighting, is_kept) for sighting, is_kept in remembered.sightings],
    )
    connection.execute("UPDATE given_up SET paper_id = :kept WHERE paper_id = :old", both)


def give_back(database: Database, old: int) -> tuple[int, list[Unrestored]]:
    """Make a paper of a number that was given up, with what belonged to it.

    Gives the paper that it led to, and what could not be as it was.

    The paper is blank: its facts and its sightings are to be written.
    """
    connection = database.connection
    sql = "SELECT paper_id, added, belongings FROM given_up WHERE old_id = ?"
    kept, added, belongings = connection.execute(sql, (old,)).fetchone()
    had = json.loads(belongings)
    connection.execute("INSERT INTO paper (id, title, added) VALUES (?, '', ?)", (old, added))
    told = database.belongings.back(connection, old, kept, had)
    connection.execute("DELETE FROM paper_alias WHERE old_id = ?", (old,))
    connection.execute("DELETE FROM given_up WHERE old_id = ?", (old,))
    for table in ("paper_alias", "given_up"):
        sql = f"UPDATE {table} SET paper_id = ? WHERE paper_id = ? AND old_id IN (SELECT value FROM json_each(?))"
        connection.execute(sql, (old, kept, json.dumps(had["led"])))
    return kept, told


class OpenBelongings:
    """See `database.Belongings`, where whoever may write may write everything."""

    def along(self, connection: Connection, old: int, kept: int) -> None:
        """Let what readers did with `old` be done with `kept`."""
        for sql in _ALONG:
            connection.execute(sql, {"old": old, "kept": kept})
        self.restate(connection, kept)

    def back(self, connection: Connection, old: int, kept: int, had: Mapping[str, Any]) -> list[Unrestored]:
        """Give `old` what it had before it went to `kept`; gives what could not be as it was."""
        connection.execute(
            "UPDATE decision SET paper_id = :old WHERE paper_id = :kept AND (id IN (SELECT value FROM json_each(:ids))"
            " OR undoes IN (SELECT value FROM json_each(:ids)))",
            {"old": old, "kept": kept, "ids": json.dumps(had["decisions"])},
        )
        told = [
            *_tags_back(connection, old, kept, had["old"]["tags"], had["kept"]["tags"]),
            *_notes_back(connection, old, kept, dict(had["old"]["notes"])),
        ]
        _told_back(connection, old, kept, dict(had["old"]["told"]), dict(had["kept"]["told"]))
        for number in (old, kept):
            self.restate(connection, number)
        return told

    def restate(self, connection: Connection, number: int) -> None:
        """Let the statuses of a paper be those that follow from the log."""
        connection.execute("DELETE FROM status WHERE paper_id = ?", (number,))
        sql = f"INSERT INTO status (reader, paper_id, status) {STATUSES_BY_LOG} AND d.paper_id = ?"
        connection.execute(sql, (number,))


def _tags_back(
    connection: Connection, old: int, kept: int, had: list[list[str]], other: list[list[str]]
) -> list[Unrestored]:
    """A tag that was taken off since stays off."""
    now = {tuple(row) for row in connection.execute(_TEXTS["tags"], (kept,))}
    told: list[Unrestored] = []
    for reader, tag in had:
        if (reader, tag) not in now:
            told.append(Unrestored(reader, f"the tag {tag} was taken off {kept} since, and is not put on {old} again"))
            continue
        connection.execute("INSERT INTO tag (reader, paper_id, tag) VALUES (?, ?, ?)", (reader, old, tag))
        if [reader, tag] not in other:
            connection.execute("DELETE FROM tag WHERE reader = ? AND paper_id = ? AND tag = ?", (reader, kept, tag))
    return told


def _notes_back(connection: Connection, old: int, kept: int, had: dict[str, str]) -> list[Unrestored]:
    """A note that was rewritten since stays whole where it is; one that was taken off since stays off."""
    now = dict(connection.execute(_TEXTS["notes"], (kept,)).fetchall())
    told: list[Unrestored] = []
    for reader, text in had.items():
        if reader not in now:
            told.append(Unrestored(reader, f"the note on {kept} was taken off since, and is not put on {old} again"))
            continue
        connection.execute("INSERT INTO note (reader, paper_id, text) VALUES (?, ?, ?)", (reader, old, text))
        rest = without(now[reader], text)
        if rest is None:
            told.append(Unrestored(reader, f"the note on {kept} was rewritten since, and stays whole"))
        elif rest:
            sql = "UPDATE note SET text = ? WHERE reader = ? AND paper_id = ?"
            connection.execute(sql, (rest, reader, kept))
        else:
            connection.execute("DELETE FROM note WHERE reader = ? AND paper_id = ?", (reader, kept))
    return told


def without(note: str, part: str) -> str | None:
    """A note without what was put behind it, the last time that it stands there; None where it doesn't."""
    framed = f"{BETWEEN_NOTES}{note}{BETWEEN_NOTES}"
    head, found, tail = framed.rpartition(f"{BETWEEN_NOTES}{part}{BETWEEN_NOTES}")
    return f"{head}{BETWEEN_NOTES}{tail}".removeprefix(BETWEEN_NOTES).removesuffix(BETWEEN_NOTES) if found else None


def _told_back(connection: Connection, old: int, kept: int, had: dict[str, int], other: dict[str, int]) -> None:
    for reader, digest in had.items():
        connection.execute("INSERT INTO told (reader, paper_id, digest_id) VALUES (?, ?, ?)", (reader, old, digest))
        if reader not in other:
            sql = "DELETE FROM told WHERE reader = ? AND paper_id = ? AND digest_id = ?"
            connection.execute(sql, (reader, kept, digest))
