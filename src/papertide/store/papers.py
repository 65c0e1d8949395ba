"""Taking in pages: what matching decided becomes rows, in one transaction a page.

The statements are made of the rows' own classes, once, and run on the plain connection, many rows at a time: a session
takes longer over a row than SQLite does.

`sighting.position` is the place on the page, from 0. A sighting that the page no longer shows, and that stays because a
person decided on its paper, has a negative one.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

from sqlalchemy import BindParameter, Insert, Update, bindparam, insert, update
from sqlalchemy.dialects import sqlite
from sqlmodel import SQLModel, col

from papertide.records.paper import Seen
from papertide.store.belongings import hand_over, remember
from papertide.store.database import Database
from papertide.store.facts import KnownPage, PageFacts, PlacedPaper, PlacedSighting
from papertide.store.mapping import READ_OFF, entry_from_json, read_off
from papertide.store.rows import (
    PageRow,
    PaperAliasRow,
    PaperListedRow,
    PaperRow,
    PaperSourceRow,
    PaperTopicRow,
    SightingRow,
)


def _sql(statement: Insert | Update) -> str:
    """A statement as SQLite reads it, with `:name` for each value."""
    return str(statement.compile(dialect=sqlite.dialect(paramstyle="named")))


def _inserting(row: type[SQLModel], *, number: bool = True) -> str:
    """INSERT of all columns, the row's own `id` left out where SQLite is to give it."""
    names = [name for name in row.model_fields if number or name != "id"]
    return _sql(insert(row).values({name: bindparam(name) for name in names}))


def _updating(*names: str) -> str:
    """UPDATE of these columns of the sighting `:ref`."""
    values: dict[str, BindParameter[Any]] = {name: bindparam(name) for name in names}
    return _sql(update(SightingRow).where(col(SightingRow.id) == bindparam("ref")).values(values))


_NEW_PAGE = f"{_inserting(PageRow, number=False)} RETURNING id"
_NEW_PAPER = _inserting(PaperRow)
_NEW_SIGHTING = _inserting(SightingRow, number=False)
_NEW_ALIAS = _inserting(PaperAliasRow)
_PAGE_AGAIN = (
    "UPDATE page SET layout = :layout, captured = :captured, captured_given = :captured_given, asked = :asked,"
    " listed = :listed, line = :line WHERE id = :id"
)
_PLACING = ("paper_id", "method", "score", "reason")
_PLACED_AGAIN = _updating(*_PLACING)
_READ_AGAIN = _updating(*_PLACING, *READ_OFF)
_BLANK_PAPER = {name: field.get_default() for name, field in PaperRow.model_fields.items()}
_SIDES = (
    ("paper_source", _inserting(PaperSourceRow)),
    ("paper_listed", _inserting(PaperListedRow)),
    ("paper_topic", _inserting(PaperTopicRow)),
)

_SEEN = "SELECT s.id, s.entry, g.layout, g.captured, g.name, s.paper_id FROM sighting s JOIN page g ON g.id = s.page_id"
_LINKED = f"""{_SEEN}
WHERE s.id IN (
    SELECT id FROM sighting WHERE arxiv_id IN (SELECT atom FROM json_each(:arxiv))
    UNION SELECT id FROM sighting WHERE doi IN (SELECT atom FROM json_each(:doi))
    UNION SELECT id FROM sighting WHERE title_key IN (SELECT atom FROM json_each(:title))
    UNION SELECT id FROM sighting WHERE text_key IN (SELECT atom FROM json_each(:text))
)
"""
_OF_PAPERS = f"{_SEEN} WHERE s.paper_id IN (SELECT value FROM json_each(:papers))"

_NEW_TOPIC = (
    "INSERT INTO paper_topic (topic, place, paper_id, published, author_count)"
    " SELECT ?, ?, id, published, author_count FROM paper WHERE id = ?"
)
_TEXTS = "SELECT id, title, abstract FROM paper WHERE id > ? ORDER BY id LIMIT ?"
_TEXTS_AT_ONCE = 1_000

# Papers that a person did something with: those stay, whatever becomes of the pages that showed them.
_HELD = " UNION ".join(
    f"SELECT paper_id FROM {table} WHERE paper_id IN (SELECT value FROM json_each(:papers))"
    for table in ("decision", "tag", "note")
)
# A moment is told to the second: what came in that of the decision came behind it, but for the first.
_DECIDED = """
SELECT s.id FROM sighting s WHERE s.paper_id IN (SELECT value FROM json_each(:papers)) AND (
    s.added < (SELECT min(d.at) FROM decision d WHERE d.paper_id = s.paper_id)
    OR s.id = (SELECT min(first.id) FROM sighting first WHERE first.paper_id = s.paper_id)
)
"""

# What becomes of a paper that is merged into another, besides what belongs to it (see `belongings`).
_GIVE_UP = (
    "UPDATE sighting SET paper_id = :kept WHERE paper_id = :old",
    "UPDATE paper_alias SET paper_id = :kept WHERE paper_id = :old",
)


class PaperStore:
    """Writes pages, papers and sightings; see `base.Adding`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection = database.connection

    def transaction(self) -> AbstractContextManager[object]:
        """All that is written inside is kept together, or nothing of it is."""
        return self._database.transaction()

    def at_large(self) -> AbstractContextManager[object]:
        """Let the engine know that much is written while this lasts."""
        return self._database.at_large()

    def known_page(self, digest: str) -> KnownPage | None:
        """The page with these bytes, if it was added before."""
        with self._database.translated():
            sql = "SELECT id, captured, captured_given, layout, name, listed, line FROM page WHERE digest = ?"
            page = self._connection.execute(sql, (digest,)).fetchone()
            if page is None:
                return None
            sql = "SELECT position, id, entry, paper_id FROM sighting WHERE page_id = ?"
            rows = self._connection.execute(sql, page[:1]).fetchall()
        number, captured, given, layout, name, listed, line = page
        sightings = {
            position: Seen(ref, entry_from_json(entry), layout, _day(captured), name, paper)
            for position, ref, entry, paper in rows
        }
        return KnownPage(number, _day(captured), bool(given), sightings, _day(listed), line)

    def linked(
        self, *, arxiv_ids: Iterable[str], dois: Iterable[str], title_keys: Iterable[str], text_keys: Iterable[str]
    ) -> list[Seen]:
        """All sightings with one of these ids or keys."""
        asked = {"arxiv": arxiv_ids, "doi": dois, "title": title_keys, "text": text_keys}
        return self._seen(_LINKED, {name: _json(values) for name, values in asked.items()})

    def sightings_of(self, paper_ids: Iterable[int]) -> list[Seen]:
        """All sightings of these papers."""
        return self._seen(_OF_PAPERS, {"papers": _json(paper_ids)})

    def held(self, paper_ids: Iterable[int]) -> set[int]:
        """Those of these papers that a reader ever decided on, tagged or wrote a note on."""
        with self._database.translated():
            return {row[0] for row in self._connection.execute(_HELD, {"papers": _json(paper_ids)})}

    def decided(self, paper_ids: Iterable[int]) -> set[int]:
        """The sightings of these papers that readers saw when they decided: the first, and what came before a decision."""
        held = self.held(paper_ids)
        with self._database.translated():
            return {row[0] for row in self._connection.execute(_DECIDED, {"papers": _json(held)})}

    def _seen(self, sql: str, asked: Mapping[str, str]) -> list[Seen]:
        with self._database.translated():
            rows = self._connection.execute(sql, asked).fetchall()
        return [
            Seen(ref, entry_from_json(entry), layout, _day(captured), page, paper)
            for ref, entry, layout, captured, page, paper in rows
        ]

    def place(
        self,
        page: PageFacts,
        papers: Sequence[PlacedPaper],
        given_up: Mapping[int, int],
        at: str,
        *,
        moved: Mapping[int, int | None] | None = None,
        gone: Collection[int] = (),
        ended: Collection[int] = (),
    ) -> list[int]:
        """Write what matching decided; gives the papers' numbers. `given_up` maps a number to the paper it joins.

        `moved` gives stored sightings another place on the page, None for one that the page shows no longer. `gone` are
        sightings to be removed, `ended` the papers that had no others.
        """
        with self._database.translated():
            page_id = self._page_id(page, at)
            self._clear(gone, ended)
            self._move(moved or {})
            return self._arrange(papers, given_up, at, page_id)

    def arrange(self, papers: Sequence[PlacedPaper], given_up: Mapping[int, int], at: str) -> list[int]:
        """Write stored sightings into other papers, as `place` does; gives the papers' numbers."""
        with self._database.translated():
            return self._arrange(papers, given_up, at, None)

    def _arrange(
        self, papers: Sequence[PlacedPaper], given_up: Mapping[int, int], at: str, page_id: int | None
    ) -> list[int]:
        had = {old: remember(self._connection, old, papers[index].paper_id) for old, index in given_up.items()}
        numbers = self._papers(papers, given_up, at)
        self._sightings(papers, numbers, page_id, at)
        self._sides(papers, numbers)
        for old, index in given_up.items():
            hand_over(self._database, old, numbers[index], had[old])
            self._give_up(old, numbers[index])
        return numbers

    def _page_id(self, page: PageFacts, at: str) -> int:
        values = {
            "name": page.name, "layout": page.layout, "captured": page.captured.isoformat() if page.captured else None,
            "captured_given": int(page.captured_given), "asked": page.asked,
            "listed": page.listed.isoformat() if page.listed else None, "line": page.line,
        }  # fmt: skip
        known = self._connection.execute("SELECT id FROM page WHERE digest = ?", (page.digest,)).fetchone()
        if known is not None:
            self._connection.execute(_PAGE_AGAIN, {**values, "id": known[0]})
            return int(known[0])
        made = self._connection.execute(_NEW_PAGE, {**values, "digest": page.digest, "added": at})
        return int(made.fetchone()[0])

    def _clear(self, gone: Collection[int], ended: Collection[int]) -> None:
        self._connection.executemany("DELETE FROM sighting WHERE id = ?", [(ref,) for ref in gone])
        self._connection.executemany("DELETE FROM paper WHERE id = ?", [(number,) for number in ended])

    def _move(self, moved: Mapping[int, int | None]) -> None:
        """First out of each other's way: a place on a page is taken once, also while they move."""
        self._connection.executemany("UPDATE sighting SET position = -id WHERE id = ?", [(ref,) for ref in moved])
        places = [(place, ref) for ref, place in moved.items() if place is not None]
        self._connection.executemany("UPDATE sighting SET position = ? WHERE id = ?", places)

    def _papers(self, papers: Sequence[PlacedPaper], given_up: Mapping[int, int], at: str) -> list[int]:
        known = [paper for paper in papers if paper.paper_id is not None]
        if known or given_up:
            self._change(known, given_up)
        free = self._database.last_number("paper")
        numbers: list[int] = []
        new: list[dict[str, object]] = []
        for paper in papers:
            if paper.paper_id is None:
                free += 1
                new.append({**_BLANK_PAPER, **_columns(paper), "id": free, "added": at})
            numbers.append(free if paper.paper_id is None else paper.paper_id)
        self._connection.executemany(_NEW_PAPER, new)
        if new:
            self._database.set_last_number("paper", free)
        return numbers

    def _change(self, papers: Sequence[PlacedPaper], given_up: Mapping[int, int]) -> None:
        """Write those columns of stored papers that change: the search index is made anew for what is written of it."""
        was = self._columns_of([paper.paper_id or 0 for paper in papers] + list(given_up))
        keeps = {paper.paper_id: paper.columns.get("arxiv_id") for paper in papers}
        # An arXiv id is unique: it is taken off the paper that loses it before another is given it.
        losing = [(n,) for n, old in was.items() if old["arxiv_id"] is not None and keeps.get(n) != old["arxiv_id"]]
        self._connection.executemany("UPDATE paper SET arxiv_id = NULL WHERE id = ?", losing)
        for paper in papers:
            old = was.get(paper.paper_id or 0, {})
            new = {
                name: value for name, value in _columns(paper).items() if name == "arxiv_id" or old.get(name) != value
            }
            changes = ", ".join(f"{name} = :{name}" for name in new)
            self._connection.execute(f"UPDATE paper SET {changes} WHERE id = :id", {**new, "id": paper.paper_id})

    def _columns_of(self, numbers: Sequence[int]) -> dict[int, dict[str, Any]]:
        found = self._connection.execute(
            "SELECT * FROM paper WHERE id IN (SELECT value FROM json_each(?))", (_json(numbers),)
        )
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found]
        return {row["id"]: row for row in rows}

    def _sightings(self, papers: Sequence[PlacedPaper], numbers: Sequence[int], page_id: int | None, at: str) -> None:
        new: list[dict[str, object]] = []
        placed_again: list[dict[str, object]] = []
        read_again: list[dict[str, object]] = []
        for paper, number in zip(papers, numbers, strict=True):
            for sighting in paper.sightings:
                values = _placing(sighting, number)
                if sighting.ref > 0:
                    (placed_again if sighting.entry is None else read_again).append({**values, "ref": sighting.ref})
                else:
                    new.append({**values, "page_id": page_id, "position": sighting.position, "added": at})
        self._connection.executemany(_PLACED_AGAIN, placed_again)
        self._connection.executemany(_READ_AGAIN, read_again)
        self._connection.executemany(_NEW_SIGHTING, new)

    def _sides(self, papers: Sequence[PlacedPaper], numbers: Sequence[int]) -> None:
        both = list(zip(papers, numbers, strict=True))
        known = [(number,) for paper, number in both if paper.paper_id is not None]
        sides = (
            [{"paper_id": number, "source_id": source} for paper, number in both for source in paper.source_ids],
            [{"paper_id": number, "day": day} for paper, number in both for day in paper.listed],
            [
                {"paper_id": number, "topic": topic, "place": k, "published": day, "author_count": authors}
                for paper, number in both
                for day, authors in [(paper.columns.get("published"), paper.columns.get("author_count"))]
                for k, topic in enumerate(paper.topics)
            ],
        )
        for (table, inserting), rows in zip(_SIDES, sides, strict=True):
            self._connection.executemany(f"DELETE FROM {table} WHERE paper_id = ?", known)
            self._connection.executemany(inserting, rows)

    def _give_up(self, old: int, kept: int) -> None:
        """Let `old` become `kept`: its number leads there."""
        both = {"old": old, "kept": kept}
        for sql in _GIVE_UP:
            self._connection.execute(sql, both)
        self._connection.execute(_NEW_ALIAS, {"old_id": old, "paper_id": kept})
        self._connection.execute("DELETE FROM paper WHERE id = ?", (old,))

    def relabel(self, topics: Iterable[tuple[int, Sequence[str]]], digest: str) -> None:
        """Replace the topics of papers, and note the rules they come from."""
        with self._database.translated():
            for number, names in topics:
                self._connection.execute("DELETE FROM paper_topic WHERE paper_id = ?", (number,))
                rows = [(name, place, number) for place, name in enumerate(names)]
                self._connection.executemany(_NEW_TOPIC, rows)
            sql = (
                "INSERT INTO meta (key, value) VALUES ('taxonomy', ?)"
                " ON CONFLICT (key) DO UPDATE SET value = excluded.value"
            )
            self._connection.execute(sql, (digest,))

    def texts(self) -> Iterator[tuple[int, str, str | None]]:
        """Number, title and abstract of every paper."""
        with self._database.translated():
            last = 0
            while part := self._connection.execute(_TEXTS, (last, _TEXTS_AT_ONCE)).fetchall():
                yield from part
                last = part[-1][0]


def _columns(paper: PlacedPaper) -> Mapping[str, object]:
    """The columns of a paper, with what follows from its side tables."""
    return {**paper.columns, "last_listed": max(paper.listed, default=None)}


def _placing(sighting: PlacedSighting, paper_id: int) -> dict[str, object]:
    values = (paper_id, sighting.method, sighting.score, sighting.reason)
    placed: dict[str, object] = dict(zip(_PLACING, values, strict=True))
    return placed if sighting.entry is None else placed | dict(zip(READ_OFF, read_off(sighting.entry), strict=True))


def _json(values: Iterable[str] | Iterable[int]) -> str:
    return json.dumps(sorted(values))


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
