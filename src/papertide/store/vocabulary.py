"""Did you mean: the word of the library that is nearest to one that it doesn't hold.

The index keeps stems; a stem's own place in it is found at once, but to read all of them is to read the index. So those
are gone through that begin with the same three letters; a slip in the first three letters is looked for by making it again
in every way. What is found is told as a word that papers really use.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from string import ascii_lowercase

from papertide.query.ast import Query, Term, leaves
from papertide.query.stem import stem, stems
from papertide.query.tokens import words
from papertide.store.base import Unknown
from papertide.store.database import Database

_MOST_WORDS = 8
"""Words of one query that are looked up."""
_SHORTEST = 4
"""Letters of a word for which there is a suggestion: shorter ones are near to everything."""
_SAME = 3
"""First letters that a word shares with the ones it is compared with."""
_LONG = 6
"""Letters of a word that two slips may be in, not one only."""
_NEAR = 10
"""Stems whose forms are looked at."""
_FORMS = 50
"""Places of a stem whose papers are read for its forms."""


def unknown_words(database: Database, query: Query) -> list[Unknown]:
    """The words of a query that no paper holds, each with the word that was probably meant, if there is one."""
    asked = dict.fromkeys(
        (word, leaf.field)
        for leaf in leaves(query.root)
        if isinstance(leaf, Term) and leaf.kind != "prefix"
        for word in words(leaf.text)
    )
    missing = [word for word, field in asked if not _holds(database, Term(word, field=field))]
    return [Unknown(word, _meant(database, word)) for word in dict.fromkeys(missing[:_MOST_WORDS])]


def _holds(database: Database, term: Term) -> bool:
    condition, values = database.texts.match(term)
    sql = f"SELECT 1 FROM paper_text WHERE {condition} LIMIT 1"
    return database.connection.execute(sql, values).fetchone() is not None


def _meant(database: Database, word: str) -> str | None:
    """The word nearest to a misspelt one: by the fewest slips, then by how many papers hold it."""
    if len(word) < _SHORTEST:
        return None
    # Imported for those alone who misspelt something.
    from rapidfuzz.distance import OSA

    most = 1 if len(word) < _LONG else 2
    root = stems(word)[0].decode()
    near: list[tuple[int, int, str]] = []
    for known in {*database.texts.stems(database.connection, word[:_SAME]), *_slipped(database, word)}:
        # A slip in its ending keeps a word from its stem: so the beginning of what was typed is compared as well.
        slips = min(OSA.distance(root, known), OSA.distance(word[: len(known)], known))
        if slips <= most and len(known) >= _SHORTEST - 1:
            near.append((slips, -_times(database, known), known))
    forms = [form for _, _, known in sorted(near)[:_NEAR] if (form := _form(database, known, word)) is not None]
    able = [form for form in forms if OSA.distance(form, word) <= most]
    # Of two as near, letters that only changed places are the likelier slip.
    return min(able, key=lambda form: (OSA.distance(form, word), sorted(form) != sorted(word)), default=None)


def _slipped(database: Database, word: str) -> Iterator[str]:
    """The stems of known words that a slip in the first letters makes this one of."""
    made: set[str] = set()
    for place in range(_SAME):
        head, rest = word[:place], word[place:]
        made.add(head + rest[1:])
        made.add(head + rest[1] + rest[0] + rest[2:])
        for letter in ascii_lowercase:
            made.update((head + letter + rest, head + letter + rest[1:]))
    for stemmed in {stem(text.encode()).decode() for text in made}:
        if _times(database, stemmed, 1):
            yield stemmed


def _times(database: Database, root: str, most: int = 1000) -> int:
    return database.texts.times(database.connection, root, most)


def _form(database: Database, root: str, typed: str) -> str | None:
    """The word of this stem, as papers write it, that is nearest to what was typed; the usual one of several."""
    from rapidfuzz.distance import OSA

    texts = database.texts.holding(database.connection, root, _FORMS)
    forms = Counter(word for text in texts for word in words(text) if stem(word.encode()) == root.encode())
    return min(forms, key=lambda form: (OSA.distance(form, typed), -forms[form], form), default=None)
