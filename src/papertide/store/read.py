"""Reading, on plain sqlite3: what a page shows is selected first, by number, and only those rows are read whole."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from papertide.normal import arxiv_id
from papertide.records.plain import Figures, PaperDict, SightingDict
from papertide.store import select
from papertide.store.base import Selection
from papertide.store.engine import Database, translated
from papertide.store.mapping import PAPER_COLUMNS, paper_from_row

_BY_SUBQUERY = {
    "source_ids": "SELECT json_group_array(x) FROM (SELECT source_id x FROM paper_source WHERE paper_id = p.id ORDER BY 1)",
    "listed": "SELECT json_group_array(x) FROM (SELECT day x FROM paper_listed WHERE paper_id = p.id ORDER BY 1)",
    "topics": "SELECT json_group_array(x) FROM (SELECT topic x FROM paper_topic WHERE paper_id = p.id ORDER BY place, 1)",
    "tags": "SELECT json_group_array(x) FROM (SELECT tag x FROM tag WHERE reader = :reader AND paper_id = p.id ORDER BY 1)",
    "status": "SELECT coalesce(max(status), 'inbox') FROM status WHERE reader = :reader AND paper_id = p.id",
    "note": "SELECT max(text) FROM note WHERE reader = :reader AND paper_id = p.id",
}


def _column(name: str) -> str:
    if name == "score":
        return "k.score"
    return f"({_BY_SUBQUERY[name]})" if name in _BY_SUBQUERY else f"p.{name}"


# The groups that a paper stands in, as a JSON list.
_GROUPS = {
    "none": "'[]'",
    "topic": _column("topics"),
    "tag": _column("tags"),
    "status": f"json_array({_column('status')})",
    "month": "json_array(coalesce(substr(p.published, 1, 7), ''))",
}

_COLUMNS = ", ".join(_column(name) for name in PAPER_COLUMNS)

# What a sort goes by: an expression, and whether the largest comes first. The unknown comes last either way round.
_SORTS = {
    "published": ("p.published", True),
    "listed": ("(SELECT max(day) FROM paper_listed WHERE paper_id = p.id)", True),
    "added": ("p.added", True),
    "score": ("p.upvotes", True),  # before there is anything to learn from: see ranking.order
    "upvotes": ("p.upvotes", True),
    "comments": ("p.comments", True),
    "authors": ("p.author_count", False),
    "title": ("p.title COLLATE NOCASE", False),
}
_TIES = {"score": "p.comments DESC, p.published DESC, ", "upvotes": "p.comments DESC, p.published DESC, "}

# bm25 weights of the columns of paper_text: title, abstract, authors, organization.
_WEIGHTS = "3.0, 1.0, 0.0, 0.0"


class Shelf:
    """See `base.Looking`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def papers(self, selection: Selection) -> list[PaperDict]:
        """The papers of a selection, in its order."""
        inner, values = _numbered(selection)
        return self._read(inner, values, selection.reader)

    def by_number(self, numbers: Sequence[int], reader: str) -> list[PaperDict]:
        """These papers, in the order of their numbers; a number that means none is passed over."""
        return self._read("SELECT value, NULL, value FROM json_each(?)", [json.dumps(list(numbers))], reader)

    def places(self, selection: Selection, group_by: str) -> Iterator[tuple[int, str, list[str]]]:
        """The papers of a selection, in its order, by little: number, when it came, and its groups (see `_GROUPS`)."""
        inner, values = _numbered(selection)
        group = _GROUPS[group_by].replace(":reader", f"?{len(values) + 1}")
        sql = (
            f"WITH k (id, score, place) AS MATERIALIZED ({inner})"
            f" SELECT p.id, p.added, {group} FROM k JOIN paper p ON p.id = k.id ORDER BY k.place"
        )
        given = [*values, selection.reader] if ":reader" in _GROUPS[group_by] else values
        with translated(self._database.path):
            for number, added, groups in self._database.connection.execute(sql, given):
                yield number, added, json.loads(groups) or [""]

    @contextmanager
    def steady(self) -> Iterator[None]:
        """While this lasts, what others write isn't seen."""
        connection = self._database.connection
        with translated(self._database.path):
            connection.execute("BEGIN")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")  # nothing was written

    def _read(self, inner: str, values: Sequence[object], reader: str) -> list[PaperDict]:
        """The papers that `inner` selects: their number, their score, and a value to order them by."""
        # `inner` comes first, so its values are numbered from 1, and the reader's place comes after them.
        columns = _COLUMNS.replace(":reader", f"?{len(values) + 1}")
        sql = (
            f"WITH k (id, score, place) AS MATERIALIZED ({inner})"
            f" SELECT {columns} FROM k JOIN paper p ON p.id = k.id ORDER BY k.place"
        )
        with translated(self._database.path):
            return [paper_from_row(row) for row in self._database.connection.execute(sql, [*values, reader])]

    def count(self, selection: Selection) -> int:
        """How many papers a selection holds, its limit and offset apart."""
        where, values = _condition(selection)
        with translated(self._database.path):
            sql = f"SELECT count(*) FROM paper p WHERE {where}"
            return int(self._database.connection.execute(sql, values).fetchone()[0])

    def resolve(self, name: str) -> int | None:
        """The paper that a number, an arXiv id or a URL holding that id names; old numbers lead to the merged paper."""
        name = name.strip()
        with translated(self._database.path):
            connection = self._database.connection
            if name.isascii() and name.isdigit() and len(name) < 19:
                row = connection.execute("SELECT id FROM paper WHERE id = ?", (int(name),)).fetchone()
                row = (
                    row
                    or connection.execute("SELECT paper_id FROM paper_alias WHERE old_id = ?", (int(name),)).fetchone()
                )
                return row[0] if row else None
            arxiv = arxiv_id(name)
            if arxiv is None:
                return None
            sql = "SELECT id FROM paper WHERE arxiv_id = ?1 UNION SELECT paper_id FROM sighting WHERE arxiv_id = ?1"
            row = connection.execute(sql, (arxiv,)).fetchone()
            return row[0] if row else None

    def sightings(self, paper_id: int) -> list[SightingDict]:
        """The sightings of a paper, first one first."""
        sql = (
            "SELECT g.name, g.layout, s.entry, g.captured, s.listed, s.method, s.score, s.reason, s.added"
            " FROM sighting s JOIN page g ON g.id = s.page_id WHERE s.paper_id = ? ORDER BY s.id"
        )
        with translated(self._database.path):
            return [_sighting(row) for row in self._database.connection.execute(sql, (paper_id,))]

    def topic_counts(self) -> dict[str, int]:
        """How many papers each topic has, most first; "" counts those without one."""
        with translated(self._database.path):
            connection = self._database.connection
            counts = dict(
                connection.execute("SELECT topic, count(*) c FROM paper_topic GROUP BY topic ORDER BY c DESC, topic")
            )
            sql = "SELECT count(*) FROM paper p WHERE NOT EXISTS (SELECT 1 FROM paper_topic t WHERE t.paper_id = p.id)"
            without = connection.execute(sql).fetchone()[0]
        return {**counts, "": without} if without else counts

    def tallies(self, reader: str) -> dict[str, dict[str, int]]:
        """Counts for statistics: the "library" as a whole, and by "status", "month" (of publication) and "layout"."""
        with translated(self._database.path):
            connection = self._database.connection
            papers = connection.execute("SELECT count(*) FROM paper").fetchone()[0]
            statuses = dict(
                connection.execute("SELECT status, count(*) FROM status WHERE reader = ? GROUP BY 1", (reader,))
            )
            whole = connection.execute(_WHOLE).fetchone()
            return {
                "library": dict(zip(_WHOLE_NAMES, whole, strict=True)),
                "status": {"inbox": papers - sum(statuses.values()), **statuses},
                "month": dict(connection.execute(_BY_MONTH)),
                "layout": dict(connection.execute(_BY_LAYOUT)),
            }

    def figures(self, reader: str) -> Figures:
        """Counts for plots; months and numbers of authors in order."""
        made: Figures = {"topic_month": {}, "authors": {}, "topic_status": {}}
        with translated(self._database.path):
            connection = self._database.connection
            for topic, month, count in connection.execute(_TOPIC_MONTH):
                made["topic_month"].setdefault(topic, {})[month] = count
            for topic, status, count in connection.execute(_TOPIC_STATUS, (reader,)):
                made["topic_status"].setdefault(topic, {})[status] = count
            made["authors"] = dict(connection.execute(_BY_AUTHORS))
        return made

    def taxonomy(self) -> str | None:
        """The digest of the topic rules that the papers were labelled by."""
        return self._one("SELECT value FROM meta WHERE key = 'taxonomy'")

    def saved_search(self, reader: str, name: str) -> str | None:
        """The text of a saved search."""
        return self._one("SELECT query FROM saved_search WHERE reader = ? AND name = ?", reader, name)

    def _one(self, sql: str, *values: object) -> str | None:
        with translated(self._database.path):
            row = self._database.connection.execute(sql, values).fetchone()
        return row[0] if row else None


_Sql = tuple[str, list[object]]


def _condition(selection: Selection) -> _Sql:
    """What a selection's papers must hold, its limit apart. Ranked by any of the words, one of them is enough."""
    ranked = select.relevance(selection.query) if selection.any_word else None
    if ranked is None:
        return select.where(selection.query, reader=selection.reader)
    sql, values = select.where(ranked.rest, reader=selection.reader)
    return f"p.id IN (SELECT rowid FROM paper_text WHERE paper_text MATCH ?) AND ({sql})", [ranked.some, *values]


def _numbered(selection: Selection) -> _Sql:
    """A SELECT of the numbers of a selection's papers, their scores, and a place to order them by."""
    ranked = select.relevance(selection.query) if selection.sort == "relevance" else None
    limits = [-1 if selection.limit is None else selection.limit, selection.offset]
    if ranked is not None:
        return _ranked(ranked, selection, limits)
    where, values = _condition(selection)
    order = _order("published" if selection.sort == "relevance" else selection.sort, reverse=selection.reverse)
    sql = (
        "SELECT id, NULL, row_number() OVER ()"
        f" FROM (SELECT p.id FROM paper p WHERE ({where}) ORDER BY {order} LIMIT ? OFFSET ?)"
    )
    return sql, [*values, *limits]


def _order(sort: str, *, reverse: bool) -> str:
    column, largest_first = _SORTS[sort]
    way = "DESC" if largest_first != reverse else "ASC"
    # SQLite takes NULL for the smallest: where the largest comes first, it is last anyway, and an index serves.
    last = " NULLS LAST" if way == "ASC" else ""
    return f"{column} {way}{last}, {_TIES.get(sort, '')}p.id"


def _ranked(ranked: select.MatchPlan, selection: Selection, limits: list[int]) -> _Sql:
    """Best match first; with `any_word` the papers holding all the words come before those holding some."""
    sql, values = select.where(ranked.rest, reader=selection.reader)
    match = ranked.some if selection.any_word else ranked.every
    whole = "0"
    first: list[object] = []
    if selection.any_word:
        whole = "p.id NOT IN (SELECT rowid FROM paper_text WHERE paper_text MATCH ?)"
        first = [ranked.every]
    way = "DESC" if selection.reverse else "ASC"
    inner = (
        f"SELECT p.id AS id, -bm25(paper_text, {_WEIGHTS}) AS score, {whole} AS partly"
        f" FROM paper_text JOIN paper p ON p.id = paper_text.rowid WHERE paper_text MATCH ? AND ({sql})"
    )
    order = f"partly {way}, score {'ASC' if selection.reverse else 'DESC'}, id"
    return (
        f"SELECT id, round(score, 4), row_number() OVER () FROM (SELECT * FROM ({inner}) ORDER BY {order} LIMIT ? OFFSET ?)",
        [*first, match, *values, *limits],
    )


_WHOLE_NAMES = ("papers", "sightings", "pages", "dated", "with_authors", "with_abstract", "with_arxiv_id")
_WHOLE = (
    "SELECT count(*), (SELECT count(*) FROM sighting), (SELECT count(*) FROM page), count(published),"
    " count(author_count), count(abstract), count(arxiv_id) FROM paper"
)
_BY_MONTH = (
    "SELECT substr(published, 1, 7) m, count(*) FROM paper WHERE published IS NOT NULL GROUP BY m ORDER BY m DESC"
)
_BY_LAYOUT = (
    "SELECT g.layout, count(*) c FROM sighting s JOIN page g ON g.id = s.page_id GROUP BY g.layout ORDER BY c DESC, 1"
)
_TOPIC_MONTH = (
    "SELECT coalesce(t.topic, ''), substr(p.published, 1, 7) m, count(*) FROM paper p"
    " LEFT JOIN paper_topic t ON t.paper_id = p.id WHERE p.published IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2"
)
_TOPIC_STATUS = (
    "SELECT coalesce(t.topic, ''), coalesce(s.status, 'inbox'), count(*) FROM paper p"
    " LEFT JOIN paper_topic t ON t.paper_id = p.id LEFT JOIN status s ON s.paper_id = p.id AND s.reader = ?"
    " GROUP BY 1, 2 ORDER BY 1, 2"
)
_BY_AUTHORS = "SELECT author_count c, count(*) FROM paper WHERE author_count IS NOT NULL GROUP BY c ORDER BY c"


def _sighting(row: Sequence[Any]) -> SightingDict:
    page, layout, entry, captured, listed, method, score, reason, added = row
    told = json.loads(entry)
    return {
        "page": page,
        "layout": layout,
        "line": told.get("line"),
        "title": told["title"],
        "captured": captured,
        "listed": listed,
        "method": method,
        "score": score,
        "reason": reason,
        "added": added,
    }
