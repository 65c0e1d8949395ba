"""Reading on a server: papers, and what belongs to them, in one statement, since each answer is a journey of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from papertide.records.plain import PaperDict
from papertide.store import select
from papertide.store.base import Selection
from papertide.store.mapping import PAPER_COLUMNS
from papertide.store.ordered import numbered
from papertide.store.ranking import WHOLE
from papertide.store.read import Shelf

if TYPE_CHECKING:
    from papertide.store.postgres.engine import PostgresDatabase

_AT_ONCE = 2_000
_decoded = json.JSONDecoder().decode
_HELD = {
    "source_ids": "ARRAY(SELECT source_id FROM paper_source s WHERE s.paper_id = p.id)",
    "year_inferred": "p.year_inferred <> 0",
    "listed": "ARRAY(SELECT day FROM paper_listed s WHERE s.paper_id = p.id)",
    "topics": "ARRAY(SELECT topic FROM paper_topic s WHERE s.paper_id = p.id ORDER BY place, topic)",
    "status": "coalesce((SELECT status FROM status s WHERE s.paper_id = p.id AND s.reader = r.reader), 'inbox')",
    "tags": "ARRAY(SELECT tag FROM tag s WHERE s.paper_id = p.id AND s.reader = r.reader)",
    "note": "(SELECT text FROM note s WHERE s.paper_id = p.id AND s.reader = r.reader)",
    "score": "CASE WHEN r.scores IS NOT NULL THEN score_in(r.scores, p.id) END",
}
"""Where the keys of a paper come from that aren't columns as they stand."""
_SETS = ("source_ids", "listed", "tags")
"""Those of them that come in no order."""
_OF = f"""
SELECT {", ".join(_HELD.get(name, f"p.{name}") for name in PAPER_COLUMNS)}
FROM found f JOIN paper p ON p.id = f.id CROSS JOIN reader r ORDER BY f.place
"""
# The scores are joined to nothing so that they are taken out of their store once.
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
        return [_paper(row) for row in rows]

    def _whole(self, scored: Sequence[tuple[int, float | None]], reader: str) -> list[PaperDict]:
        """Papers, by number and score, in the order given."""
        found: list[PaperDict] = []
        for start in range(0, len(scored), _AT_ONCE):
            part = scored[start : start + _AT_ONCE]
            sql = f"WITH {_READER}, {_NUMBERS} {_OF}"
            asked = [reader, f"[{','.join(str(number) for number, _ in part)}]"]
            papers = {row[0]: _paper(row) for row in self._server.connection.execute(sql, asked)}
            for number, score in part:
                if number in papers:
                    papers[number]["score"] = None if score is None else round(score, 4)
                    found.append(papers[number])
        return found


def _paper(row: Sequence[Any]) -> PaperDict:
    """A row of `_OF` as a paper; it was validated when it went in."""
    values = dict(zip(PAPER_COLUMNS, row, strict=True))
    values["authors"] = _decoded(values["authors"])
    for name in _SETS:
        if len(values[name]) > 1:
            values[name].sort()  # quicker than on the server, for two or three
    if values["score"] is not None:
        values["score"] /= WHOLE
    return cast("PaperDict", values)
