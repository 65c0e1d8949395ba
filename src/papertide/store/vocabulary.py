"""Did you mean: the word of the library that is nearest to one that it doesn't hold.

The index keeps stems, and names them by `fts5vocab`. Only those are looked at that begin as the typed word does, give or
take one slip in its first letters: to read the whole vocabulary is to read the whole index. The stem found is then told as
a word that papers really use.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable

from papertide.query.ast import Query, Term, leaves
from papertide.query.stem import stem, stems
from papertide.query.tokens import words
from papertide.store import fts
from papertide.store.base import Unknown

_MOST_WORDS = 8
"""Words of one query that are looked up."""
_SHORTEST = 4
"""Letters of a word for which there is a suggestion: shorter ones are near to everything."""
_LONG = 6
"""Letters of a word that two slips may be in, not one only."""
_NEAR = 10
"""Stems whose forms are looked at."""
_FORMS = 50
"""Papers that are read for the forms of a word."""


def unknown_words(connection: sqlite3.Connection, query: Query) -> list[Unknown]:
    """The words of a query that no paper holds, each with the word that was probably meant, if there is one."""
    asked = dict.fromkeys(
        (word, leaf.field)
        for leaf in leaves(query.root)
        if isinstance(leaf, Term) and leaf.kind != "prefix"
        for word in words(leaf.text)
    )
    missing = [word for word, field in asked if not _holds(connection, Term(word, field=field))]
    return [Unknown(word, _meant(connection, word)) for word in dict.fromkeys(missing[:_MOST_WORDS])]


def _holds(connection: sqlite3.Connection, term: Term) -> bool:
    sql = "SELECT 1 FROM paper_text WHERE paper_text MATCH ? LIMIT 1"
    return connection.execute(sql, (fts.term(term),)).fetchone() is not None


def _meant(connection: sqlite3.Connection, word: str) -> str | None:
    """The word nearest to a misspelt one: by the fewest slips, then by how many papers hold it."""
    if len(word) < _SHORTEST:
        return None
    # Imported for those alone who misspelt something.
    from rapidfuzz.distance import OSA

    most = 1 if len(word) < _LONG else 2
    root = stems(word)[0].decode()
    near: list[tuple[int, int, str]] = []
    for known, papers in _beginning(connection, word):
        # A slip in its ending keeps a word from its stem: so the beginning of what was typed is compared as well.
        slips = min(OSA.distance(root, known), OSA.distance(word[: len(known)], known))
        if slips <= most and len(known) >= _SHORTEST - 1:
            near.append((slips, -papers, known))
    forms = [form for _, _, known in sorted(near)[:_NEAR] if (form := _form(connection, known, word)) is not None]
    return min(
        (form for form in forms if OSA.distance(form, word) <= most), key=lambda f: OSA.distance(f, word), default=None
    )


def _beginning(connection: sqlite3.Connection, word: str) -> Iterable[tuple[str, int]]:
    """The stems that begin as the word does, or as it would without a slip in its first letters, and their papers."""
    connection.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.word USING fts5vocab(main, paper_text, row)")
    begins = dict.fromkeys([word[:2], word[1] + word[0], word[0] + word[2], word[1:3]])
    for begin in begins:
        after = begin[0] + chr(ord(begin[1]) + 1)
        sql = "SELECT term, doc FROM temp.word WHERE term >= ? AND term < ?"
        yield from connection.execute(sql, (begin, after))


def _form(connection: sqlite3.Connection, root: str, typed: str) -> str | None:
    """The word of this stem, as papers write it, that is nearest to what was typed; the usual one of several."""
    from rapidfuzz.distance import OSA

    sql = (
        "SELECT p.title || ' ' || coalesce(p.abstract, '') FROM paper_text JOIN paper p ON p.id = paper_text.rowid"
        " WHERE paper_text MATCH ? LIMIT ?"
    )
    # The stem of a stem may be another: a prefix finds it whatever comes after.
    match = fts.term(Term(root[: max(2, len(root) - 1)], "prefix"))
    texts = (row[0] for row in connection.execute(sql, (match, _FORMS)))
    forms = Counter(word for text in texts for word in words(text) if stem(word.encode()) == root.encode())
    return min(forms, key=lambda form: (OSA.distance(form, typed), -forms[form], form), default=None)
