"""The full state of a library as plain values, for an export that loses nothing; and such values into an empty library.

What is remembered of live sources stays behind: it can be asked for again. Topics follow from the rules in force.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from papertide.records.state import LibraryState, PageState
from papertide.store.database import Database
from papertide.store.facts import StatedPaper
from papertide.store.mapping import PAPER_COLUMNS, READ_OFF, entry_to_json, read_off

_VERSION = 1
_PAGE = ("id", "digest", "name", "layout", "asked", "captured", "captured_given", "listed", "line", "added")
_PAGE_COLUMNS = ", ".join(f"g.{name}" for name in _PAGE)
_SIGHTING = ("id", "position", "entry", "method", "score", "reason", "added")
_SIGHTINGS = (
    f"SELECT {', '.join(f's.{name}' for name in _SIGHTING)}, {_PAGE_COLUMNS}"
    " FROM sighting s JOIN page g ON g.id = s.page_id WHERE s.paper_id = ? ORDER BY s.id"
)
_OF_PAPER = {
    "decisions": "SELECT id, reader, status, at, command, undoes FROM decision WHERE paper_id = ? ORDER BY id",
    "tags": "SELECT reader, tag FROM tag WHERE paper_id = ? ORDER BY 1, 2",
    "notes": "SELECT reader, text FROM note WHERE paper_id = ? ORDER BY 1",
    "told": "SELECT reader, digest_id AS digest FROM told WHERE paper_id = ? ORDER BY 1",
}
_GIVEN_UP = "SELECT id, old_id, added, belongings FROM given_up WHERE paper_id = ? ORDER BY id"
_OF_LIBRARY = {
    "pages": f"SELECT {_PAGE_COLUMNS} FROM page g WHERE id NOT IN (SELECT page_id FROM sighting) ORDER BY id",
    "digests": "SELECT id, reader, day, at, made FROM digest ORDER BY id",
    "searches": "SELECT reader, name, query FROM saved_search ORDER BY 1, 2",
}
_VERDICTS = "SELECT id, reader, kind, at, command, undoes FROM verdict ORDER BY id"
_NAMED = (
    "SELECT side, sighting_id AS sighting, paper_id AS paper, digest, position, entry FROM verdict_sighting"
    " WHERE verdict_id = ? ORDER BY place"
)
# A library of which a part is exported says nothing of what lies outside that part.
_ELSEWHERE = (
    "SELECT verdict_id FROM verdict_sighting n JOIN sighting s ON s.id = n.sighting_id"
    " WHERE s.paper_id NOT IN (SELECT value FROM json_each(?))"
)
_TOLD_OF = "SELECT digest_id FROM told WHERE paper_id IN (SELECT value FROM json_each(?))"
_COUNTED = ("paper", "decision", "verdict")


class FullState:
    """See `base.Carrying`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection = database.connection

    def paper(self, number: int) -> dict[str, Any]:
        """What there is of a paper besides its facts, in the shape of `PaperState`."""
        with self._database.translated():
            sightings = [_sighting(row) for row in self._connection.execute(_SIGHTINGS, (number,))]
            told = {name: self._dicts(sql, number) for name, sql in _OF_PAPER.items()}
            sql = "SELECT old_id FROM paper_alias WHERE paper_id = ? ORDER BY 1"
            numbers = [row[0] for row in self._connection.execute(sql, (number,))]
            given_up = [self._given_up(row) for row in self._dicts(_GIVEN_UP, number)]
        return {"sightings": sightings, **told, "numbers": numbers, "given_up": given_up}

    def _given_up(self, row: dict[str, Any]) -> dict[str, Any]:
        sql = "SELECT sighting_id, kept FROM given_up_sighting WHERE given_up_id = ? ORDER BY 1"
        sightings = [list(pair) for pair in self._connection.execute(sql, (row["id"],))]
        return {**row, "belongings": json.loads(row["belongings"]), "sightings": sightings}

    def library(self, papers: Sequence[int] | None) -> dict[str, Any]:
        """What belongs to no single paper, in the shape of `LibraryState`; of `papers` alone, None for all of them."""
        with self._database.translated():
            whole: dict[str, Any] = {name: self._dicts(sql) for name, sql in _OF_LIBRARY.items()}
            verdicts = [self._verdict(row) for row in self._dicts(_VERDICTS)]
            last = {name: self._last(name) for name in _COUNTED}
            if papers is not None:
                these = json.dumps(list(papers))
                outside = {row[0] for row in self._connection.execute(_ELSEWHERE, (these,))}
                outside |= {v["id"] for v in verdicts if v["undoes"] in outside}
                verdicts = [verdict for verdict in verdicts if verdict["id"] not in outside]
                told = {row[0] for row in self._connection.execute(_TOLD_OF, (these,))}
                digests = [digest for digest in whole["digests"] if digest["id"] in told]
                whole = {"pages": [], "digests": digests, "searches": []}
        whole["pages"] = [_page(row) for row in whole["pages"]]
        return {"version": _VERSION, "last": last, **whole, "verdicts": verdicts}

    def _verdict(self, row: dict[str, Any]) -> dict[str, Any]:
        named = [{**n, "entry": json.loads(n["entry"])} for n in self._dicts(_NAMED, row["id"])]
        more = {
            name: [list(pair) for pair in self._connection.execute(sql, (row["id"],))]
            for name, sql in (
                ("moved", "SELECT sighting_id, paper_id FROM verdict_moved WHERE verdict_id = ? ORDER BY 1"),
                ("revived", "SELECT old_id, paper_id FROM verdict_revived WHERE verdict_id = ? ORDER BY 1"),
            )
        }
        return {**row, "sightings": named, **more}

    def _last(self, table: str) -> int:
        return self._database.last_number(table)

    def _dicts(self, sql: str, *values: object) -> list[dict[str, Any]]:
        found = self._connection.execute(sql, values)
        names = [name for name, *_ in found.description]
        return [dict(zip(names, row, strict=True)) for row in found]

    # --- into an empty library ----------------------------------------------------------------------------------------

    def empty(self) -> bool:
        """Whether there is nothing in the library that could be lost or doubled."""
        tables = ("page", "paper", "decision", "saved_search", "digest")
        with self._database.translated():
            held = " OR ".join(f"EXISTS (SELECT 1 FROM {table})" for table in tables)
            return not self._connection.execute(f"SELECT {held}").fetchone()[0]

    def fill(self, papers: Sequence[StatedPaper], library: LibraryState | None) -> list[str]:
        """Let an empty library be what a file says; gives what doesn't fit together, in which case it is to be undone.

        What refers to papers that aren't among these is left out.
        """
        with self._database.translated():
            self._database.defer_references()
            try:
                self._fill(papers, library)
            except self._database.conflict as error:
                return [str(error)]
            self._connection.execute("DELETE FROM meta WHERE key = 'titles'")  # they are to be taken in anew
            self._database.numbered()
            return self._database.broken_references()

    def _fill(self, papers: Sequence[StatedPaper], library: LibraryState | None) -> None:
        pages = {s.page.id: s.page for paper in papers for s in paper.state.sightings}
        pages |= {page.id: page for page in library.pages} if library else {}
        self._many("page", _PAGE, (_page_row(page) for page in pages.values()))
        digests = ((d.id, d.reader, d.day, d.at, d.made) for d in _digests(library))
        self._many("digest", ("id", "reader", "day", "at", "made"), digests)
        for paper in papers:
            self._one(paper, {d.id for d in _digests(library)})
        known = {s.id for paper in papers for s in paper.state.sightings}
        for paper in papers:
            self._numbers(paper, known)
        if library:
            self._library(library, known)

    def _one(self, paper: StatedPaper, digests: set[int]) -> None:
        number, state = paper.facts["id"], paper.state
        columns = [name for name in PAPER_COLUMNS if name not in _ELSEWHERE_KEPT]
        values = {**paper.facts, "sightings": len(state.sightings), "year_inferred": int(paper.facts["year_inferred"])}
        values["authors"] = json.dumps(values["authors"], ensure_ascii=False)
        last_listed = max(paper.facts["listed"], default=None)
        self._many("paper", [*columns, "last_listed"], [[*(values[name] for name in columns), last_listed]])
        for table, column, found in (
            ("paper_source", "source_id", paper.facts["source_ids"]),
            ("paper_listed", "day", paper.facts["listed"]),
        ):
            self._many(table, ("paper_id", column), ((number, value) for value in found))
        known = (paper.facts["published"], paper.facts["author_count"])
        topics = ((number, topic, place, *known) for place, topic in enumerate(paper.topics))
        self._many("paper_topic", ("paper_id", "topic", "place", "published", "author_count"), topics)
        self._many("sighting", SIGHTING_ROW, (sighting_row(s, number) for s in state.sightings))
        rows = ((d.id, d.reader, number, d.status, d.at, d.command, d.undoes) for d in state.decisions)
        self._many("decision", ("id", "reader", "paper_id", "status", "at", "command", "undoes"), rows)
        self._many("tag", ("reader", "paper_id", "tag"), ((t.reader, number, t.tag) for t in state.tags))
        self._many("note", ("reader", "paper_id", "text"), ((n.reader, number, n.text) for n in state.notes))
        told = ((t.reader, number, t.digest) for t in state.told if t.digest in digests)
        self._many("told", ("reader", "paper_id", "digest_id"), told)
        self._database.belongings.restate(self._connection, number)

    def _numbers(self, paper: StatedPaper, known: set[int]) -> None:
        number, state = paper.facts["id"], paper.state
        self._many("paper_alias", ("old_id", "paper_id"), ((old, number) for old in state.numbers))
        for g in state.given_up:
            belongings = json.dumps(g.belongings.model_dump(mode="json"), ensure_ascii=False)
            row = (g.id, g.old_id, number, g.added, belongings)
            self._many("given_up", ("id", "old_id", "paper_id", "added", "belongings"), [row])
            of = ((g.id, sighting, kept) for sighting, kept in g.sightings if sighting in known)
            self._many("given_up_sighting", ("given_up_id", "sighting_id", "kept"), of)

    def _library(self, library: LibraryState, known: set[int]) -> None:
        searches = ((s.reader, s.name, s.query) for s in library.searches)
        self._many("saved_search", ("reader", "name", "query"), searches)
        for v in library.verdicts:
            row = (v.id, v.reader, v.kind, v.at, v.command, v.undoes)
            self._many("verdict", ("id", "reader", "kind", "at", "command", "undoes"), [row])
            named = (
                (
                    v.id,
                    place,
                    n.side,
                    n.sighting if n.sighting in known else None,
                    n.paper,
                    n.digest,
                    n.position,
                    n.entry,
                )
                for place, n in enumerate(v.sightings)
            )
            self._many("verdict_sighting", NAMED_ROW, ((*row, entry_to_json(entry)) for *row, entry in named))
            moved = ((v.id, sighting, paper) for sighting, paper in v.moved if sighting in known)
            self._many("verdict_moved", ("verdict_id", "sighting_id", "paper_id"), moved)
            revived = ((v.id, old, paper) for old, paper in v.revived)
            self._many("verdict_revived", ("verdict_id", "old_id", "paper_id"), revived)
        for table in _COUNTED:
            self._database.set_last_number(table, max(self._last(table), getattr(library.last, table)))

    def _many(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        self._connection.executemany(sql, rows)


_ELSEWHERE_KEPT = frozenset({"source_ids", "listed", "topics", "status", "tags", "note", "score"})
"""Keys of a paper that aren't columns of its table."""

SIGHTING_ROW = ("id", "paper_id", "page_id", "position", *READ_OFF, "method", "score", "reason", "added")
"""The columns of a sighting."""

NAMED_ROW = ("verdict_id", "place", "side", "sighting_id", "paper_id", "digest", "position", "entry")
"""The columns of a sighting that a verdict names."""


def _page_row(page: PageState) -> tuple[object, ...]:
    """A page in the order of its columns."""
    return tuple(getattr(page, name) for name in _PAGE)


def sighting_row(sighting: Any, paper: int) -> tuple[object, ...]:
    """A sighting in the order of its columns."""
    return (
        sighting.id,
        paper,
        sighting.page.id,
        sighting.position,
        *read_off(sighting.entry),
        sighting.method,
        sighting.score,
        sighting.reason,
        sighting.added,
    )


def _digests(library: LibraryState | None) -> Sequence[Any]:
    return library.digests if library else ()


def _sighting(row: Sequence[Any]) -> dict[str, Any]:
    told = dict(zip(_SIGHTING, row, strict=False))
    page = dict(zip(_PAGE, row[len(_SIGHTING) :], strict=True))
    told["entry"] = json.loads(told["entry"])
    return {"id": told["id"], "page": _page(page), **told}


def _page(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "captured_given": bool(row["captured_given"])}
