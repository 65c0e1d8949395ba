"""What matching looks at in a record: its ids, the words of its title, its authors, its year, its abstract."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from papertide import normal
from papertide.matching.authors import people
from papertide.records.listing import Entry

_NUMBER = re.compile(r"\d+(?:\.\d+)*")
_ROMAN = {
    "i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "x": "10",
    "xi": "11", "xii": "12", "xiii": "13", "xiv": "14",
}  # fmt: skip
_LETTERS_TOO = frozenset("ivx")
_COUNTED = frozenset("part parts volume vol chapter section phase stage type version book act step paper study".split())
_SPELT_OUT = {
    "first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6", "seventh": "7",
    "eighth": "8", "ninth": "9", "tenth": "10", "eleventh": "11", "twelfth": "12", "thirteenth": "13",
    "fourteenth": "14", "fifteenth": "15", "sixteenth": "16", "seventeenth": "17", "eighteenth": "18",
    "nineteenth": "19", "twentieth": "20", "thirtieth": "30", "fortieth": "40", "fiftieth": "50", "sixtieth": "60",
    "seventieth": "70", "eightieth": "80", "ninetieth": "90", "hundredth": "100", "two": "2", "three": "3", "four": "4",
    "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Face:
    """One record as matching sees it; two records with the same face are never told apart.

    `title` is read by `normal.title_of`; `authors` are the names as they were read. `year` is the paper's
    own where its date is known, else that of an edition, as bibliographies tell it (`edition`). `text_key` is the
    beginning of the abstract (None if it has too little).
    """

    arxiv_id: str | None
    doi: str | None
    title: normal.Title
    authors: tuple[str, ...]
    author_count: int | None
    year: int | None
    edition: bool
    abstract: str | None
    text_key: str | None

    @property
    def key(self) -> str:
        """The words of the title run together."""
        return self.title.key

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the title."""
        return self.title.words

    @property
    def people(self) -> tuple[str, ...]:
        """The authors as they are compared; made only where titles are alike, for it takes longer than all the rest."""
        return people(self.authors)

    @property
    def order(self) -> tuple[object, ...]:
        """A key that sorts faces by their content alone, so that nothing depends on the order of import."""
        count, year = self.author_count or 0, self.year or 0
        known = (self.arxiv_id or "", self.key, self.doi or "", count, self.abstract or "", self.authors, year)
        title = self.title
        return (
            *known,
            self.edition,
            title.words,
            title.genre,
            title.version or "",
            title.about or "",
            title.cut,
            title.aside,
            title.lead,
        )


@lru_cache(maxsize=8192)
def _face(
    arxiv_id: str | None,
    doi: str | None,
    title: str,
    authors: tuple[str, ...],
    author_count: int | None,
    year: int | None,
    edition: bool,
    abstract: str | None,
) -> Face:
    return Face(
        arxiv_id=arxiv_id,
        doi=normal.doi_key(doi) if doi else None,
        title=normal.title_of(title),
        authors=authors,
        author_count=author_count,
        year=year,
        edition=edition,
        abstract=abstract,
        text_key=normal.text_key(abstract),
    )


def face_of(entry: Entry) -> Face:
    """The face of an entry. A year that was inferred is none; what has an arXiv id is a preprint, and no edition."""
    known = entry.published if entry.published and not entry.year_inferred else None
    year = known.year if known else entry.year
    edition = known is None and year is not None and entry.arxiv_id is None
    count = entry.author_count
    return _face(entry.arxiv_id, entry.doi, entry.title, entry.authors, count, year, edition, entry.abstract)


@lru_cache(maxsize=8192)
def numbers(words: tuple[str, ...]) -> tuple[str, ...]:
    """The numbers, versions, roman numerals and ordinals of a title, sorted: `Llama 2`, `Part II`, `v2`, `second`, `two`.

    A lone "i", "v" or "x" is a letter more often than a number, but behind `Part` and its like it is one, as any letter
    is; and "one" is a number only there.
    """
    found: list[str] = []
    before = ""
    for word in words:
        if word in _ROMAN and (word not in _LETTERS_TOO or before in _COUNTED):
            found.append(_ROMAN[word])
        elif word in _SPELT_OUT:
            found.append(_SPELT_OUT[word])
        elif before in _COUNTED and (word == "one" or len(word) == 1):
            found.append("1" if word == "one" else word)
        else:
            found += _NUMBER.findall(word)
        before = word
    return tuple(sorted(found))


@lru_cache(maxsize=8192)
def solid(abstract: str) -> str:
    """An abstract's letters and digits run together, as far as it is compared: 2,000 characters."""
    return normal.solid_text(abstract[:4000])[:2000]
