"""Reading on a server: papers, and what belongs to them, in one statement, since each answer is a journey of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from papertide.records.plain import PaperDict
from papertide.store import select
from papertide.store.base import Selection
from papertide.store.mapping import ROW_COLUMNS, Sides, paper_from_row
from papertide.store.ordered import numbered
from papertide.store.ranking import WHOLE
from papertide.store.read import Shelf

if TYPE_CHECKING:
    from papertide.store.postgres.engine import PostgresDatabase

_AT_ONCE = 2_000
_SIDES = """
ARRAY(SELECT source_id FROM paper_source s WHERE s.paper_id = p.id),
ARRAY(SELECT day FROM paper_listed s WHERE s.paper_id = p.id),
ARRAY(SELECT topic FROM paper_topic s WHERE s.paper_id = p.id ORDER BY place, topic),
ARRAY(SELECT tag FROM tag s WHERE s.paper_id = p.id AND s.reader = r.reader),
(SELECT status FROM status s WHERE s.paper_id = p.id AND s.reader = r.reader),
(SELECT text FROM note s WHERE s.paper_id = p.id AND s.reader = r.reader),
CASE WHEN r.scores IS NOT NULL THEN score_in(r.scores, p.id) END
"""
_FACTS = ", ".join(f"p.{name}" for name in ROW_COLUMNS)
# The scores are joined to nothing so that they are taken out of their store once.
_OF = f"""
SELECT {_FACTS}, {_SIDES} FROM found f JOIN paper p ON p.id = f.id CROSS JOIN reader r ORDER BY f.place
"""
_READER = """
reader AS MATERIALIZED (
    SELECT n.reader, (SELECT scores || CAST('' AS BYTEA) FROM ranking k WHERE k.reader = n.reader) AS scores
    FROM (SELECT CAST(? AS TEXT) AS reader) n
)
"""
_NUMBERS = "found AS MATERIALIZED (SELECT place, id FROM unnest(numbers_of(?)) WITH ORDINALITY AS n (id, place))"


class ServerShelf(Shelf):
    """See `base.Looking`."""

    def __init__(self, database: PostgresDatabase) -> None:
        super().__init__(database)
        self._server = database

    def papers(self, selection: Selection) -> list[PaperDict]:
        """The papers of a selection, in its order."""
        ranked = selection.sort == "relevance" and select.relevance(selection.query) is not None
        if ranked or selection.sort == "score" or selection.limit is None or selection.limit > _AT_ONCE:
            return super().papers(selection)
        sql, values = numbered(selection, self._server.texts)
        found = f"found AS MATERIALIZED (SELECT row_number() OVER () AS place, n.* FROM ({sql}) n (id, score))"
        with self._server.translated():
            rows = self._server.connection.execute(
                f"WITH {_READER}, {found} {_OF}", [selection.reader, *values]
            ).fetchall()
        return [_paper(row, row[-1] if row[-1] is None else row[-1] / WHOLE) for row in rows]

    def _whole(self, scored: Sequence[tuple[int, float | None]], reader: str) -> list[PaperDict]:
        """Papers, by number and score, in the order given."""
        found: list[PaperDict] = []
        for start in range(0, len(scored), _AT_ONCE):
            part = scored[start : start + _AT_ONCE]
            sql = f"WITH {_READER}, {_NUMBERS} {_OF}"
            asked = [reader, f"[{','.join(str(number) for number, _ in part)}]"]
            rows = {row[0]: row for row in self._server.connection.execute(sql, asked)}
            found += [_paper(rows[number], score) for number, score in part if number in rows]
        return found


def _paper(row: Sequence[Any], score: float | None) -> PaperDict:
    """A row of `_OF` as a paper."""
    facts = row[: len(ROW_COLUMNS)]
    sources, listed, topics, tags, status, note, _ = row[len(ROW_COLUMNS) :]
    sides: Sides = (
        [(0, source) for source in sources],
        [(0, day) for day in listed],
        list(enumerate(topics)),
        [(0, tag) for tag in tags],
        [] if status is None else [(0, status)],
        [] if note is None else [(0, note)],
    )
    return paper_from_row(facts, sides, score)
