"""Near titles of a library: the same ones whichever way they are looked for, and no way reads a large library for one title."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import permutations
from pathlib import Path

import pytest
from rapidfuzz import fuzz
from tests.fakes import READER, add_pages, json_page, look, papers_of

from papertide.flows.titles import HELD, MANY, TIMES, WORTH, NearTitles
from papertide.matching.keys import Face, face_of
from papertide.matching.rules import CANDIDATE_RATIO
from papertide.records.listing import Entry
from papertide.store import LibraryStore, open_library
from papertide.store.base import Selection, Titling


class Watched:
    """The titles of a library, with a note of each time that all of them were read."""

    def __init__(self, titling: Titling) -> None:
        self._titling = titling
        self.read_whole = 0
        self.keep, self.newest, self.nameless = titling.keep, titling.newest, titling.nameless
        self.rekey = titling.rekey
        self.any_from, self.beside, self.keys_of = titling.any_from, titling.beside, titling.keys_of
        self.begun, self.last, self.marked = titling.begun, titling.last, titling.marked

    def keys(self, after: int) -> list[str]:
        """The keys after a number, as the library gives them."""
        self.read_whole += after == 0
        return self._titling.keys(after)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LibraryStore]:
    """An empty library, open."""
    store = open_library(tmp_path / "library.db", create=True)
    yield store
    store.close()


def faces(titles: Iterable[str], first_id: int | None = None) -> list[Face]:
    """Faces of titles, numbered with arXiv ids if a first is given."""
    numbers = (f"2401.{first_id + n:05}" if first_id is not None else None for n in range(100_000))
    return [face_of(Entry(title=title, arxiv_id=number)) for title, number in zip(titles, numbers, strict=False)]


def invented(count: int, seed: int) -> list[str]:
    """Distinct titles of nine letters a word."""
    chance = random.Random(seed)
    words = ["".join(chance.choices("etaoinsrhldcumfpgwybvk", k=9)) for _ in range(400)]
    return [" ".join(chance.sample(words, 5)) for _ in range(count)]


def take(store: LibraryStore, titles: NearTitles, page: Sequence[Face]) -> None:
    """Take a page in, in a transaction of its own."""
    with store.adding.transaction():
        titles.take(page)


def near(titles: NearTitles, face: Face) -> set[str]:
    """The other keys near a face's."""
    return set(titles.near(face.key)) - {face.key}


def test_each_way_finds_the_same(store: LibraryStore) -> None:
    """Looked up by marks, in memory or in bulk: what rapidfuzz calls near is found, and nothing else."""
    chance = random.Random(4)
    others = invented(MANY, seed=1)
    respelt = [title.replace(chance.choice(title.split()), chance.choice("abc"), 1) for title in others[:40]]
    respelt += [title + "s" for title in others[40:80]]
    page = faces(respelt)
    keys = [face.key for face in faces([*others, *respelt])]
    expected = {f.key: {k for k in keys if k != f.key and fuzz.ratio(f.key, k) >= CANDIDATE_RATIO} for f in page}
    assert sum(map(bool, expected.values())) > 40

    watched = Watched(store.titling)
    titles = NearTitles(watched)
    take(store, titles, faces([*others, *respelt]))  # so many that all are compared at once
    assert {f.key: near(titles, f) for f in page} == expected
    assert watched.read_whole == 1

    alone = NearTitles(watched)
    take(store, alone, page[:1])  # one: only by its marks
    assert {f.key: near(alone, f) for f in page} == expected
    assert watched.read_whole == 1

    take(store, alone, page)  # more: it is worth to hold the library in memory
    assert len(page) * WORTH >= len(keys)
    assert {f.key: near(alone, f) for f in page} == expected
    assert watched.read_whole == 2
    take(store, alone, faces([respelt[0] + " once more"]))
    assert near(alone, page[0]) == expected[page[0].key] | {page[0].key + "oncemore"}
    assert watched.read_whole == 2


def test_a_large_library_is_not_read(store: LibraryStore) -> None:
    """However many are added one by one, a library of more than can be held is never read whole."""
    take(store, NearTitles(store.titling), faces(invented(HELD + 10, seed=2), first_id=0))
    watched = Watched(store.titling)
    titles = NearTitles(watched)
    new = invented(HELD + 10, seed=2)[: HELD // WORTH + 5]
    for title in new[:40]:
        take(store, titles, faces([title + "s"]))
        assert face_of(Entry(title=title)).key in titles.near(face_of(Entry(title=title + "s")).key)
    take(store, titles, faces(title + "z" for title in new))
    assert HELD < TIMES * MANY
    assert watched.read_whole == 0


def test_titles_with_ids(store: LibraryStore) -> None:
    """Two titles with ids are not looked for: one is found as soon as either came without."""
    titles = NearTitles(store.titling)
    one, other = faces(["Low-rank adapters forget"], first_id=1), faces(["Low-rank adapters forgets"], first_id=2)
    take(store, titles, [*one, *other])
    assert near(titles, one[0]) == set()
    again = faces(["Low-rank adapters forget"])
    take(store, titles, again)
    assert near(titles, other[0]) == {one[0].key}
    by_marks = NearTitles(store.titling)
    take(store, by_marks, ())
    assert near(by_marks, other[0]) == {one[0].key}


def test_what_is_taken_back_is_not_missed(store: LibraryStore) -> None:
    """A page that was taken back leaves no number behind under which another page's title is passed over."""
    titles = NearTitles(store.titling)
    take(store, titles, faces(["Adapters for small models"]))

    def failing() -> None:
        with store.adding.transaction():
            titles.take(faces(["Forgetting in robots that read manuals"]))
            raise KeyError

    with pytest.raises(KeyError):
        failing()
    take(store, titles, faces(["A ladder for lanterns at sea"]))
    take(store, titles, found := faces(["A ladder for lanterns at seas"]))
    assert near(titles, found[0]) == {"aladderforlanternsatsea"}


def test_keys_of_another_version_are_made_anew(store: LibraryStore) -> None:
    """A library with keys that an older program made gets those of this one, once, before a page is added."""
    add_pages(
        store,
        json_page("Low-rank adapters for forgetful models", {"title": "On tides", "abstract": "They rise. " * 20}),
    )
    connection = look(Path(store.path))
    good = connection.execute("SELECT title_key, text_key FROM sighting ORDER BY id").fetchall()
    connection.executescript(
        "UPDATE sighting SET title_key = 'old ' || title_key, text_key = NULL; DELETE FROM meta WHERE key = 'keys';"
        "UPDATE title SET key = 'old ' || key; DELETE FROM mark"
    )
    assert add_pages(store, json_page("Low-rank adapters for forgetful model", "On Tides")).merged == 2
    assert connection.execute("SELECT title_key, text_key FROM sighting ORDER BY id").fetchall()[:2] == good
    assert connection.execute("SELECT count(*) FROM title WHERE key LIKE 'old %'").fetchone() == (0,)
    connection.execute("UPDATE sighting SET title_key = 'kept' WHERE id = 1")
    connection.commit()
    connection.close()
    with store.adding.transaction():
        assert store.titling.rekey() == 0
    assert len(papers_of(Path(store.path))) == 2


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_what_recurs_is_learnt_of_a_library(store: LibraryStore, order: tuple[int, ...]) -> None:
    """A title that one author bears year after year is several papers in a library too, in whatever order they come."""
    told: list[dict[str, object]] = [
        {"title": "Views from the bridge", "authors": ["Ada Lovelace"], "year": 2001},
        {"title": "Views from the bridge", "authors": ["Ada Lovelace"], "year": 2002},
        {"title": "Views from the bridge", "authors": ["Ada Lovelace"], "year": 2003},
        {"title": "Views from the bridge", "authors": ["Ada Lovelace"]},
    ]
    for k in order:
        add_pages(store, json_page(told[k]))
    assert len(papers_of(Path(store.path))) == 4


def test_a_library_of_before(store: LibraryStore) -> None:
    """A library that has no list of titles yet merges what is near with what was added before, as one that has."""
    add_pages(store, json_page("Low-rank adapters for forgetful models"))
    connection = look(Path(store.path))
    connection.executescript("DELETE FROM title; DELETE FROM mark; DELETE FROM meta WHERE key = 'titles'")
    connection.close()
    assert add_pages(store, json_page("Low-rank adapters for forgetful model")).merged == 1
    assert len(papers_of(Path(store.path))) == 1


LONG = "Low-rank adapters for small language models in the wild, and beyond the usual tasks"
CUT, CUT_IN_A_WORD = "Low-rank adapters for small language…", "Low-rank adapters for small lang…"
HALVES = "Low-rank adapters in the wild: small language models beyond the usual tasks"
TURNED = "Small language models beyond the usual tasks: low-rank adapters in the wild"
OTHER = "Low-rank adapters for small language learning by robots with hands"


@pytest.mark.parametrize(
    ("seen", "papers"),
    [
        ((LONG, CUT), 1),
        ((LONG, CUT_IN_A_WORD), 1),
        (("Low-rank adapters for models: forgetting of tasks over many years", "Low-rank adapters for models"), 1),
        ((HALVES, TURNED), 1),
        ((LONG, CUT, OTHER), 3),  # the beginning of two is nobody's
        ((LONG, CUT, CUT_IN_A_WORD), 1),
    ],
)
def test_related_titles_are_found_whatever_came_first(seen: tuple[str, ...], papers: int, tmp_path: Path) -> None:
    """Titles that are cut off, lost their subtitle or were turned round are one paper's, in any order of import."""
    for number, order in enumerate(permutations(seen)):
        with closing(open_library(tmp_path / f"{number}.db", create=True)) as store:
            for title in order:
                record = {"title": title, "authors": ["Ada Lovelace", "Bob Turing"], "year": 2020}
                add_pages(store, json_page(record))
            assert len(store.looking.papers(Selection(None, READER))) == papers
