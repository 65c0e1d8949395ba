"""Reading, without SQLModel: what a page shows is selected first, by number, and only those rows are read whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

from papertide.normal import arxiv_id
from papertide.query.ast import Query
from papertide.records.plain import Figures, PaperDict, SightingDict
from papertide.store import select
from papertide.store.base import Selection, Unknown
from papertide.store.database import Database
from papertide.store.mapping import ROW_COLUMNS, Sides, paper_from_row
from papertide.store.ordered import condition, numbered, order_by
from papertide.store.ranking import best_of, scores_of
from papertide.store.search import Hit, Searcher
from papertide.store.vocabulary import unknown_words

_AT_ONCE = 500
"""Papers that are read at once: one statement for them all, and one for each of their side tables."""


_SLACK = 8
"""How many of the best papers are looked at for each that is asked for by score: most are in the inbox, some decided on."""


_WHOLE_ROWS = f"SELECT {', '.join(ROW_COLUMNS)} FROM paper WHERE id IN (SELECT value FROM json_each(?))"


_OF = "paper_id IN (SELECT value FROM json_each(?1))"


_SIDE_ROWS = " UNION ALL ".join(
    (
        f"SELECT 0, paper_id, source_id, 0 FROM paper_source WHERE {_OF}",
        f"SELECT 1, paper_id, day, 0 FROM paper_listed WHERE {_OF}",
        f"SELECT 2, paper_id, topic, place FROM paper_topic WHERE {_OF}",
        f"SELECT 3, paper_id, tag, 0 FROM tag WHERE reader = ?2 AND {_OF}",
        f"SELECT 4, paper_id, status, 0 FROM status WHERE reader = ?2 AND {_OF}",
        f"SELECT 5, paper_id, text, 0 FROM note WHERE reader = ?2 AND {_OF}",
    )
)


_KEEPERS = "SELECT paper_id, reader FROM status WHERE status = 'keep' AND paper_id IN ({}) AND reader <> ?"


# The groups that a paper stands in, as a JSON list.
_GROUPS = {
    "none": "'[]'",
    "topic": "(SELECT json_group_array(x) FROM (SELECT topic x FROM paper_topic WHERE paper_id = p.id ORDER BY place, 1) y)",
    "tag": "(SELECT json_group_array(x) FROM (SELECT tag x FROM tag WHERE reader = ?2 AND paper_id = p.id ORDER BY 1) y)",
    "status": "json_array((SELECT coalesce(max(status), 'inbox') FROM status WHERE reader = ?2 AND paper_id = p.id))",
    "month": "json_array(coalesce(substr(p.published, 1, 7), ''))",
}


class Shelf:
    """See `base.Looking`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def papers(self, selection: Selection) -> list[PaperDict]:
        """The papers of a selection, in its order."""
        with self._database.translated():
            found = self._found(selection)
            if select.relevance(selection.query) is None or selection.sort != "relevance":
                found = self._scored([number for number, _ in found], selection.reader)
            return self._whole(found, selection.reader)

    def _found(self, selection: Selection) -> Sequence[tuple[int, float | None]]:
        """The numbers of a selection's papers and their scores, in order."""
        plan = select.relevance(selection.query) if selection.sort == "relevance" else None
        if plan is not None:
            return _hits(self._searcher(plan.rest, selection.reader), plan, selection)
        score = scores_of(self._database, selection.reader) if selection.sort == "score" else None
        if score is not None:
            self._database.score_by(selection.reader, score)
            found = self._among_the_best(selection)
            if found is not None:
                return found
        sql, values = numbered(selection, self._database.texts, learnt=score is not None)
        return self._database.connection.execute(sql, values).fetchall()

    def _among_the_best(self, selection: Selection) -> list[tuple[int, None]] | None:
        """The first papers by score, looked for among the best alone; None where they can't be, or are not enough.

        So that the head of a long list doesn't need the score of each paper in it.
        """
        if selection.limit is None or selection.reverse:
            return None
        asked = selection.offset + selection.limit
        best = best_of(self._database, selection.reader, _SLACK * asked + _AT_ONCE)
        if best is None:
            return None
        where, values = condition(selection, self._database.texts)
        sql = (
            "SELECT p.id, NULL FROM json_each(?) j CROSS JOIN paper p ON p.id = j.value"
            f" WHERE ({where}) ORDER BY {order_by('learnt', reverse=False)} LIMIT ?"
        )
        found = self._database.connection.execute(sql, [json.dumps(best), *values, asked]).fetchall()
        return found[selection.offset :] if len(found) == asked else None

    def _scored(self, numbers: Iterable[int], reader: str) -> list[tuple[int, float | None]]:
        """Papers with the scores that the reader's decisions give them."""
        score = scores_of(self._database, reader)
        return [(number, score(number) if score else None) for number in numbers]

    def similar(self, paper_id: int, reader: str, limit: int) -> list[PaperDict]:
        """The papers most like one, nearest first; `score` says how near."""
        with self._database.translated():
            return self._whole(Searcher(self._database).similar(paper_id, limit), reader)

    def unknown_words(self, query: Query) -> list[Unknown]:
        """The words of a query that no paper holds, each with the word that was probably meant, if there is one."""
        with self._database.translated():
            return unknown_words(self._database, query)

    def _searcher(self, rest: Query, reader: str) -> Searcher:
        return Searcher(self._database, *select.where(rest, reader=reader, texts=self._database.texts))

    def places(self, selection: Selection, group_by: str) -> Iterator[tuple[int, str, list[str]]]:
        """The papers of a selection, in its order, by little: number, when it came, and its groups (see `_GROUPS`)."""
        numbers = self.numbers(selection)
        sql = f"SELECT p.id, p.added, {_GROUPS[group_by]} FROM paper p WHERE p.id IN (SELECT value FROM json_each(?1))"
        for start in range(0, len(numbers), _AT_ONCE):
            part = numbers[start : start + _AT_ONCE]
            asked = [json.dumps(part), selection.reader] if "?2" in sql else [json.dumps(part)]
            with self._database.translated():
                rows = {row[0]: row for row in self._database.connection.execute(sql, asked)}
            for number in part:
                if number in rows:
                    _, added, groups = rows[number]
                    yield number, added, json.loads(groups) or [""]

    def steady(self) -> AbstractContextManager[None]:
        """While this lasts, what others write isn't seen."""
        return self._database.steady()

    def by_number(self, numbers: Sequence[int], reader: str) -> list[PaperDict]:
        """These papers, in the order of their numbers; a number that means none is passed over."""
        with self._database.translated():
            return self._whole(self._scored(sorted(set(numbers)), reader), reader)

    def _whole(self, scored: Sequence[tuple[int, float | None]], reader: str) -> list[PaperDict]:
        """Papers, by number and score, in the order given."""
        found: list[PaperDict] = []
        for start in range(0, len(scored), _AT_ONCE):
            part = scored[start : start + _AT_ONCE]
            asked = json.dumps([number for number, _ in part])
            rows = {row[0]: row for row in self._database.connection.execute(_WHOLE_ROWS, (asked,))}
            sides: dict[int, Sides] = {number: ([], [], [], [], [], []) for number in rows}
            for kind, number, value, place in self._database.connection.execute(_SIDE_ROWS, (asked, reader)):
                if number in sides:  # a paper may be gone, and what belonged to it not
                    sides[number][kind].append((place, value))
            found += [paper_from_row(rows[number], sides[number], score) for number, score in part if number in rows]
        return found

    def numbers(self, selection: Selection) -> list[int]:
        """The numbers of the papers of a selection, in its order; nothing else of them is read."""
        with self._database.translated():
            return [number for number, _ in self._found(selection)]

    def count(self, selection: Selection, *, above: int = 0) -> int:
        """How many papers numbered above `above` a selection holds, its limit and offset apart."""
        where, values = condition(selection, self._database.texts)
        later, bound = ("p.id > ? AND ", [above]) if above else ("", [])
        with self._database.translated():
            sql = f"SELECT count(*) FROM paper p WHERE {later}({where})"
            return int(self._database.connection.execute(sql, [*bound, *values]).fetchone()[0])

    def newest(self) -> int:
        """The number of the paper that came last; 0 where there is none."""
        with self._database.translated():
            return int(self._database.connection.execute("SELECT coalesce(max(id), 0) FROM paper").fetchone()[0])

    def version(self) -> int:
        """A number that is another one as soon as someone else has written to the library; our own writes don't count."""
        with self._database.translated():
            return self._database.version()

    def resolve(self, name: str) -> int | None:
        """The paper that a number, an arXiv id or a URL holding that id names; old numbers lead to the merged paper."""
        name = name.strip()
        with self._database.translated():
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
            # The paper that bears it goes before one that was only seen with it: a split may have parted them.
            sql = "SELECT id FROM paper WHERE arxiv_id = ?1 UNION ALL SELECT paper_id FROM sighting WHERE arxiv_id = ?1 LIMIT 1"
            row = connection.execute(sql, (arxiv,)).fetchone()
            return row[0] if row else None

    def sightings(self, paper_id: int) -> list[SightingDict]:
        """The sightings of a paper, first one first."""
        sql = (
            "SELECT g.name, g.layout, s.entry, g.captured, s.listed, s.method, s.score, s.reason, s.added"
            " FROM sighting s JOIN page g ON g.id = s.page_id WHERE s.paper_id = ? ORDER BY s.id"
        )
        with self._database.translated():
            return [_sighting(row) for row in self._database.connection.execute(sql, (paper_id,))]

    def topic_counts(self, selection: Selection | None = None) -> dict[str, int]:
        """How many papers of the library, or of a selection, each topic has, most first; "" counts those without one."""
        if selection is not None:
            return self._topics_of(selection)
        with self._database.translated():
            connection = self._database.connection
            rows = connection.execute(_TOPICS).fetchall()
            without = connection.execute("SELECT count(*) FROM paper").fetchone()[0] - sum(first for *_, first in rows)
        counts = {topic: count for topic, count, _ in rows}
        return {**counts, "": without} if without else counts

    def topics_of(self, numbers: Sequence[int]) -> dict[int, list[str]]:
        """The topics of these papers, the first first; a paper without any is left out."""
        sql = f"SELECT paper_id, topic FROM paper_topic WHERE {_OF} ORDER BY paper_id, place, topic"
        found: dict[int, list[str]] = {}
        with self._database.translated():
            for number, topic in self._database.connection.execute(sql, (json.dumps(list(numbers)),)):
                found.setdefault(number, []).append(topic)
        return found

    def _topics_of(self, selection: Selection) -> dict[str, int]:
        where, values = condition(selection, self._database.texts)
        sql = f"SELECT coalesce(t.topic, '') AS topic FROM paper p LEFT JOIN paper_topic t ON t.paper_id = p.id WHERE {where}"
        sql = f"SELECT topic, count(*) FROM ({sql}) x GROUP BY topic ORDER BY topic = '', count(*) DESC, topic"
        with self._database.translated():
            return dict(self._database.connection.execute(sql, values).fetchall())

    def tallies(self, reader: str) -> dict[str, dict[str, int]]:
        """Counts for statistics: the "library" as a whole, and by "status", "month" (of publication) and "layout"."""
        with self._database.translated():
            connection = self._database.connection
            papers = connection.execute("SELECT count(*) FROM paper").fetchone()[0]
            sql = "SELECT status, count(*) FROM status WHERE reader = ? GROUP BY 1"
            statuses = dict(connection.execute(sql, (reader,)).fetchall())
            whole = connection.execute(_WHOLE).fetchone()
            return {
                "library": dict(zip(_WHOLE_NAMES, whole, strict=True)),
                "status": {"inbox": papers - sum(statuses.values()), **statuses},
                "month": dict(connection.execute(_BY_MONTH).fetchall()),
                "layout": dict(connection.execute(_BY_LAYOUT).fetchall()),
            }

    def figures(self, reader: str) -> Figures:
        """Counts for plots; months and numbers of authors in order."""
        made: Figures = {"topic_month": {}, "authors": {}, "topic_status": {}}
        with self._database.translated():
            connection = self._database.connection
            for topic, month, count in connection.execute(_TOPIC_MONTH):
                made["topic_month"].setdefault(topic, {})[month] = count
            for topic, status, count in connection.execute(_TOPIC_STATUS, (reader,)):
                made["topic_status"].setdefault(topic, {})[status] = count
            made["authors"] = dict(connection.execute(_BY_AUTHORS).fetchall())
        return made

    def taxonomy(self) -> str | None:
        """The digest of the topic rules that the papers were labelled by."""
        return self._one("SELECT value FROM meta WHERE key = 'taxonomy'")

    def saved_search(self, reader: str, name: str) -> str | None:
        """The text of a saved search."""
        return self._one("SELECT query FROM saved_search WHERE reader = ? AND name = ?", reader, name)

    def tags(self, reader: str) -> list[str]:
        """The reader's tags, by name."""
        with self._database.translated():
            sql = "SELECT DISTINCT tag FROM tag WHERE reader = ? ORDER BY tag"
            return [tag for (tag,) in self._database.connection.execute(sql, (reader,))]

    def keepers(self, numbers: Sequence[int], *, but: str) -> dict[int, list[str]]:
        """The readers besides `but` who keep these papers, by name; a paper that none of them keeps is left out."""
        found: dict[int, list[str]] = {}
        with self._database.translated():
            for start in range(0, len(numbers), _AT_ONCE):
                part = numbers[start : start + _AT_ONCE]
                sql = _KEEPERS.format(", ".join("?" * len(part)))
                for number, reader in self._database.connection.execute(sql, [*part, but]):
                    found.setdefault(number, []).append(reader)
        return {number: sorted(readers, key=_by_name) for number, readers in found.items()}

    def who_keep(self) -> list[str]:
        """The readers who keep anything, by name."""
        with self._database.translated():
            sql = "SELECT DISTINCT reader FROM status WHERE status = 'keep'"
            return sorted((reader for (reader,) in self._database.connection.execute(sql)), key=_by_name)

    def saved_names(self, reader: str) -> list[str]:
        """The names of the reader's saved searches."""
        with self._database.translated():
            sql = "SELECT name FROM saved_search WHERE reader = ? ORDER BY name"
            return [name for (name,) in self._database.connection.execute(sql, (reader,))]

    def _one(self, sql: str, *values: object) -> str | None:
        with self._database.translated():
            row = self._database.connection.execute(sql, values).fetchone()
        return row[0] if row else None


def _hits(searcher: Searcher, plan: select.MatchPlan, selection: Selection) -> list[Hit]:
    """The papers of a ranked selection; the worst come first if it is reversed."""
    end = None if selection.limit is None or selection.reverse else selection.offset + selection.limit
    either = selection.any_word
    found = searcher.best(plan.every, plan.some, plan.concepts, end) if either else searcher.whole(plan.every, end)
    if selection.reverse:
        found.reverse()
    last = None if selection.limit is None else selection.offset + selection.limit
    return found[selection.offset : last]


_WHOLE_NAMES = ("papers", "sightings", "pages", "dated", "with_authors", "with_abstract", "with_arxiv_id")


_WHOLE = """
SELECT papers, (SELECT count(*) FROM sighting), (SELECT count(*) FROM page),
       (SELECT count(*) FROM paper WHERE published IS NOT NULL),
       (SELECT count(*) FROM paper WHERE author_count IS NOT NULL),
       papers - (SELECT count(*) FROM paper WHERE abstract IS NULL),
       (SELECT count(*) FROM paper WHERE arxiv_id IS NOT NULL)
FROM (SELECT count(*) AS papers FROM paper) x
"""


# Counted along an index, then what was counted is gathered: rows are neither read nor sorted.
_TOPICS = """
SELECT min(topic) AS name, count(*) AS papers, count(*) FILTER (WHERE place = 0)
FROM paper_topic GROUP BY topic COLLATE NOCASE ORDER BY papers DESC, name
"""


_BY_MONTH = """
SELECT substr(day, 1, 7) AS month, sum(papers)
FROM (SELECT published AS day, count(*) AS papers FROM paper WHERE published IS NOT NULL GROUP BY published) x
GROUP BY 1 ORDER BY 1 DESC
"""


_BY_LAYOUT = """
SELECT layout, sum(entries) FROM (
    SELECT layout, (SELECT count(*) FROM sighting s WHERE s.page_id = g.id) AS entries FROM page g
) x GROUP BY layout HAVING sum(entries) > 0 ORDER BY 2 DESC, layout
"""


_TOPIC_MONTH = (
    "SELECT coalesce(t.topic, ''), substr(p.published, 1, 7) m, count(*) FROM paper p"
    " LEFT JOIN paper_topic t ON t.paper_id = p.id WHERE p.published IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2"
)


_TOPIC_STATUS = (
    "SELECT coalesce(t.topic, ''), coalesce(s.status, 'inbox'), count(*) FROM paper p"
    " LEFT JOIN paper_topic t ON t.paper_id = p.id LEFT JOIN status s ON s.paper_id = p.id AND s.reader = ?"
    " GROUP BY 1, 2 ORDER BY 1, 2"
)


_BY_AUTHORS = "SELECT author_count c, count(*) FROM paper WHERE author_count IS NOT NULL GROUP BY 1 ORDER BY 1"


def _by_name(reader: str) -> tuple[str, str]:
    return reader.casefold(), reader


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
