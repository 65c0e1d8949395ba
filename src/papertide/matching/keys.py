"""What matching looks at in a record: its ids, the words of its title, its author count, its abstract."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from papertide import normal
from papertide.records.listing import Entry

_NUMBER = re.compile(r"\d+(?:\.\d+)*")
_ROMAN = frozenset("ii iii iv vi vii viii ix xi xii xiii xiv".split())
_ORDINALS = {"first": "1st", "second": "2nd", "third": "3rd", "fourth": "4th", "fifth": "5th"}


@dataclass(frozen=True, slots=True)
class Face:
    """One record as matching sees it; two records with the same face are never told apart.

    `key` is the title's words run together, `text_key` the beginning of its abstract (None if it has too little).
    """

    arxiv_id: str | None
    doi: str | None
    key: str
    words: tuple[str, ...]
    author_count: int | None
    abstract: str | None
    text_key: str | None

    @property
    def order(self) -> tuple[str, str, str, int, str]:
        """A key that sorts faces by their content alone, so that nothing depends on the order of import."""
        return (self.arxiv_id or "", self.key, self.doi or "", self.author_count or 0, self.abstract or "")


@lru_cache(maxsize=8192)
def _face(arxiv_id: str | None, doi: str | None, title: str, author_count: int | None, abstract: str | None) -> Face:
    return Face(
        arxiv_id=arxiv_id,
        doi=doi.casefold() if doi else None,
        key=normal.title_key(title),
        words=normal.words(title),
        author_count=author_count,
        abstract=abstract,
        text_key=normal.text_key(abstract),
    )


def face_of(entry: Entry) -> Face:
    """The face of an entry."""
    return _face(entry.arxiv_id, entry.doi, entry.title, entry.author_count, entry.abstract)


@lru_cache(maxsize=8192)
def numbers(words: tuple[str, ...]) -> tuple[str, ...]:
    """The numbers, versions, roman numerals and ordinals of a title, sorted: `Llama 2`, `Part II`, `v2`, `second`.

    A lone "i", "v" or "x" is a letter more often than a number.
    """
    found: list[str] = []
    for word in words:
        if word in _ROMAN:
            found.append(word)
        elif word in _ORDINALS:
            found.append(_ORDINALS[word])
        else:
            found += _NUMBER.findall(word)
    return tuple(sorted(found))


@lru_cache(maxsize=8192)
def solid(abstract: str) -> str:
    """An abstract's letters and digits run together, as far as it is compared: 2,000 characters."""
    return normal.solid_text(abstract[:4000])[:2000]
