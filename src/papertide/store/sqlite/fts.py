"""The index of words in SQLite: FTS5, asked by MATCH text that nothing typed can break out of.

Every term is one FTS5 string: in double quotes, its own quotes doubled, and without control characters (a NUL would end
the text early). The rest of the text is ours: column filters, AND, OR, parentheses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from papertide.query.ast import And, Node, Or, Term, Variants
from papertide.store.database import Connection

_COLUMNS = {
    None: "{title abstract}",
    "title": "{title}",
    "abstract": "{abstract}",
    "author": "{authors}",
    "org": "{organization}",
}
_UNSAFE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_WEIGHTS = "3.0, 1.0, 0.0, 0.0"
"""bm25's weights of the columns of paper_text: title, abstract, authors, organization."""


def term(sought: Term) -> str:
    """One term with its columns. It has to hold a word: an empty string finds nothing, or everything, by its neighbours."""
    text = _UNSAFE.sub(" ", sought.text).replace('"', '""')
    return f'{_COLUMNS[sought.field]} : "{text}"' + (" *" if sought.kind == "prefix" else "")


def expression(node: Node) -> str:
    """The MATCH text of a tree that `terms.is_text`."""
    if isinstance(node, Term):
        return term(node)
    if isinstance(node, Variants):
        return expression(Or((node.part, *node.others)))
    if not isinstance(node, And | Or):
        raise TypeError(f"no text in {type(node).__name__}")
    sign = " AND " if isinstance(node, And) else " OR "
    return sign.join(expression(part) if isinstance(part, Term) else f"({expression(part)})" for part in node.parts)


class MatchTexts:
    """See `database.Texts`. Stems are what `fts5vocab` names."""

    know_rarity = True

    def holds(self, text: str) -> bool:
        """Whether a file can hold a text at all."""
        return not any("\ud800" <= character <= "\udfff" for character in text)

    def match(self, node: Node) -> tuple[str, list[object]]:
        """The condition that a tree of terms makes."""
        return "paper_text MATCH ?", [expression(node)]

    def ranked(self, connection: Connection, node: Node, rest: tuple[str, Sequence[object]], most: int) -> list[Any]:
        """Number and score of the first papers that meet a tree of terms and `rest`, by bm25."""
        condition, values = rest
        of = "paper_text WHERE paper_text MATCH ?"
        if condition != "TRUE":
            of = f"paper_text JOIN paper p ON p.id = paper_text.rowid WHERE paper_text MATCH ? AND ({condition})"
        sql = (
            f"SELECT paper_text.rowid, -bm25(paper_text, {_WEIGHTS}) AS score FROM {of} ORDER BY score DESC, 1 LIMIT ?"
        )
        return connection.execute(sql, [expression(node), *values, most]).fetchall()

    def frequency(self, connection: Connection, node: Node, most: int) -> tuple[int, int]:
        """How many papers meet a tree of terms, counted up to `most`, and the last number that was counted."""
        sql = (
            "SELECT count(*), coalesce(max(rowid), 0) FROM"
            " (SELECT rowid FROM paper_text WHERE paper_text MATCH ? ORDER BY rowid LIMIT ?)"
        )
        count, last = connection.execute(sql, (expression(node), most)).fetchone()
        return count, last

    def stems(self, connection: Connection, begin: str) -> Iterator[str]:
        """The stems that begin so; one lookup each, whatever the number of papers that hold it."""
        self._name_stems(connection)
        sql = "SELECT term FROM temp.word WHERE term >= ? AND term < ? LIMIT 1"
        at, end = begin, begin[:-1] + chr(ord(begin[-1]) + 1)
        while (row := connection.execute(sql, (at, end)).fetchone()) is not None:
            yield row[0]
            at = row[0] + "\0"

    def times(self, connection: Connection, stem: str, most: int) -> int:
        """How often a stem stands in the library, counted up to `most`."""
        self._name_stems(connection)
        sql = "SELECT count(*) FROM (SELECT 1 FROM temp.word WHERE term = ? LIMIT ?)"
        return int(connection.execute(sql, (stem, most)).fetchone()[0])

    def holding(self, connection: Connection, stem: str, most: int) -> list[str]:
        """Titles and abstracts of the papers at the first `most` places of a stem."""
        self._name_stems(connection)
        sql = (
            "SELECT title || ' ' || coalesce(abstract, '') FROM paper"
            " WHERE id IN (SELECT doc FROM temp.word WHERE term = ? LIMIT ?)"
        )
        return [row[0] for row in connection.execute(sql, (stem, most))]

    def _name_stems(self, connection: Connection) -> None:
        connection.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.word USING fts5vocab(main, paper_text, instance)")
