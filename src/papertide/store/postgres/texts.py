"""The index of words on a server: `tsvector`s of Papertide's own stems, so that a search means what it means in SQLite.

`body` holds titles (weight A) and abstracts (B), `names` authors (A) and organizations (B); a gap between the two keeps
phrases from going over it. PostgreSQL counts places up to 16,383, remembers 255 of each stem, sorts out stems longer than
2 kB, and gives a vector a megabyte: of a paper, the first `MOST` words of each of the two are searched, or those that fit
into `LARGEST` bytes, and of a stem its first `LONGEST` characters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from papertide.query.ast import And, Node, Or, Term, TextField, Variants
from papertide.query.stem import stems
from papertide.store.database import Connection

MOST = 16_000
LONGEST = 250
LARGEST = 1_000_000
_STEM, _PLACE = 6, 2
"""Bytes that a vector takes for a stem, besides its letters, and for a place."""
_GAP = 2
_SCORES = {
    "body": "ts_rank('{0, 0, 0.33, 1}', body, CAST(? AS TSQUERY), 1)",
    "names": "ts_rank('{0, 0, 1, 1}', names, CAST(? AS TSQUERY), 1)",
}
"""How well a column answers: the weights are of D, C, B and A; a long text counts less."""

_PLACES: dict[TextField | None, tuple[str, str]] = {
    None: ("body", ""),
    "title": ("body", "A"),
    "abstract": ("body", "B"),
    "author": ("names", "A"),
    "org": ("names", "B"),
}
"""The column of each field, and the weight of its words; none where both will do."""


def vector(first: str, second: str | None) -> tuple[str, set[str]]:
    """Two texts as one `tsvector`, the first with weight A; and their stems."""
    places: dict[str, list[str]] = {}
    at = size = 0
    for text, weight in ((first, "A"), (second or "", "B")):
        for root in _roots(text)[: max(0, MOST - at)]:
            size += _PLACE + (0 if root in places else _STEM + len(root.encode()))
            if size > LARGEST:
                break
            at += 1
            places.setdefault(root, []).append(f"{at}{weight}")
        at += _GAP
    return " ".join(f"{_quoted(root)}:{','.join(found)}" for root, found in places.items()), set(places)


def _roots(text: str) -> list[str]:
    return [root.decode()[:LONGEST] for root in stems(text)]


def _quoted(root: str) -> str:
    """A stem as `tsvector` and `tsquery` read it: letters and digits alone, but nobody has to know that here."""
    return "'" + root.replace("\\", "\\\\").replace("'", "''") + "'"


def _column(node: Node) -> str | None:
    """The column that all terms of a tree are looked for in; None where they are in both."""
    if isinstance(node, Term):
        return _PLACES[node.field][0]
    columns = {_column(part) for part in _parts(node)}
    return columns.pop() if len(columns) == 1 else None


def _parts(node: Node) -> Sequence[Node]:
    if isinstance(node, Variants):
        return (node.part, *node.others)
    if isinstance(node, And | Or):
        return node.parts
    raise TypeError(f"no text in {type(node).__name__}")


def query(node: Node) -> str:
    """The `tsquery` of a tree of terms."""
    if isinstance(node, Term):
        weight = _PLACES[node.field][1]
        *head, last = _roots(node.text)
        marks = [f":{weight}" if weight else ""] * len(head) + [f":{'*' if node.kind == 'prefix' else ''}{weight}"]
        found = [f"{_quoted(root)}{mark.removesuffix(':')}" for root, mark in zip([*head, last], marks, strict=True)]
        return " <-> ".join(found)
    sign = " & " if isinstance(node, And) else " | "
    return sign.join(f"({query(part)})" for part in _parts(node))


class WordTexts:
    """See `database.Texts`."""

    know_rarity = False

    def holds(self, text: str) -> bool:
        """Whether PostgreSQL can hold a text at all: it can't hold a NUL, either."""
        return not any(character == "\0" or "\ud800" <= character <= "\udfff" for character in text)

    def match(self, node: Node) -> tuple[str, list[object]]:
        """The condition that a tree of terms makes: one question to one of the columns, or several where it needs both."""
        column = _column(node)
        if column is not None:
            return f"{column} @@ CAST(? AS TSQUERY)", [query(node)]
        parts = [self.match(part) for part in _parts(node)]
        sign = " AND " if isinstance(node, And) else " OR "
        return sign.join(f"({text})" for text, _ in parts), [value for _, own in parts for value in own]

    def ranked(self, connection: Connection, node: Node, rest: tuple[str, Sequence[object]], most: int) -> list[Any]:
        """Number and score of the first papers that meet a tree of terms and `rest`, by `ts_rank`."""
        condition, values = rest
        text, sought = self.match(node)
        asked: list[object] = []
        scores: list[str] = []
        for column, score in _SCORES.items():
            own = _only(node, column)
            if own is not None:
                asked.append(query(own))
                scores.append(score)
        score = " + ".join(scores)
        of = f"paper_text WHERE {text}"
        if condition != "TRUE":
            of = f"paper_text JOIN paper p ON p.id = paper_text.rowid WHERE {text} AND ({condition})"
        sql = f"SELECT rowid, CAST({score} AS DOUBLE PRECISION) AS score FROM {of} ORDER BY score DESC, 1 LIMIT ?"
        return connection.execute(sql, [*asked, *sought, *values, most]).fetchall()

    def frequency(self, connection: Connection, node: Node, most: int) -> tuple[int, int]:
        """How many papers meet a tree of terms: what the server reckons where that is many, else counted."""
        text, sought = self.match(node)
        plan = connection.execute(f"EXPLAIN (FORMAT JSON) SELECT 1 FROM paper_text WHERE {text}", sought).fetchone()[0]
        reckoned = int(plan[0]["Plan"]["Plan Rows"])
        if reckoned > 4 * most:
            return reckoned, 0
        sql = f"SELECT count(*) FROM (SELECT 1 FROM paper_text WHERE {text} LIMIT ?) found"
        count = connection.execute(sql, [*sought, most]).fetchone()[0]
        return max(count, reckoned) if count == most else count, 0

    def stems(self, connection: Connection, begin: str) -> Iterator[str]:
        """The stems that begin so; some may stand in no paper any more."""
        end = begin[:-1] + chr(ord(begin[-1]) + 1)
        sql = "SELECT stem FROM stem WHERE stem >= ? AND stem < ? ORDER BY stem"
        for (root,) in connection.execute(sql, (begin, end)):
            if self.times(connection, root, 1):
                yield root

    def times(self, connection: Connection, stem: str, most: int) -> int:
        """In how many papers a stem stands, counted up to `most`."""
        sql = "SELECT count(*) FROM (SELECT 1 FROM paper_text WHERE body @@ CAST(? AS TSQUERY) LIMIT ?) found"
        return int(connection.execute(sql, (_quoted(stem), most)).fetchone()[0])

    def holding(self, connection: Connection, stem: str, most: int) -> list[str]:
        """Titles and abstracts of some papers that hold a stem."""
        sql = (
            "SELECT title || ' ' || coalesce(abstract, '') FROM paper WHERE id IN"
            " (SELECT rowid FROM paper_text WHERE body @@ CAST(? AS TSQUERY) LIMIT ?)"
        )
        return [row[0] for row in connection.execute(sql, (_quoted(stem), most))]


def _only(node: Node, column: str) -> Node | None:
    """A tree without the terms that are looked for in another column; None where nothing is left."""
    if isinstance(node, Term):
        return node if _PLACES[node.field][0] == column else None
    left = [part for part in (_only(part, column) for part in _parts(node)) if part is not None]
    if len(left) <= 1:
        return left[0] if left else None
    return And(tuple(left)) if isinstance(node, And) else Or(tuple(left))
