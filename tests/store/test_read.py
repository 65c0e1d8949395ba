"""Looking: names, orders, pages of a list, ranked searches, counts; all from a library that pages were added to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fakes import NOW, READER, add_pages, json_page, rules_of

from papertide.query import Query, parse
from papertide.records.paper import Paper
from papertide.records.plain import PaperDict
from papertide.store import LibraryStore, open_library
from papertide.store.address import Place
from papertide.store.base import SORTS, Selection, Sort

TODAY = date(2026, 11, 21)

# Facts that differ, repeat and are missing, in no order at all.
FACTS: list[dict[str, object]] = [
    {"published": "2024-03-01", "listed": ["2024-04-02"], "upvotes": 3, "comments": 0, "author_count": 2},
    {"published": "2024-03-02", "upvotes": 3, "comments": 5, "author_count": 11},
    {},
    {"published": "2024-03-01", "listed": ["2024-04-01"], "upvotes": 0, "author_count": 1},
    {"listed": ["2024-04-02"], "upvotes": 10, "comments": 5},
    {"published": "2023-12-31", "comments": 1, "author_count": 2},
    {},
]
TITLES = ["Maple", "ash", "Zelkova", "birch", "Cedar", "Äsculus", "alder"]


@pytest.fixture(scope="module")
def shelf(module_path: Place) -> Iterator[LibraryStore]:
    """A library of seven papers that came on three days, and one that was merged away."""
    store = open_library(module_path, create=True)
    for day, at in enumerate((slice(0, 3), slice(3, 6), slice(6, 7))):
        lines = [{"title": title, **facts} for title, facts in zip(TITLES[at], FACTS[at], strict=True)]
        add_pages(store, json_page(*lines), now=f"2026-11-2{day}T10:00:00Z")
    yield store
    store.close()


def asked(text: str) -> Query:
    """A query as it is typed."""
    return parse(text, today=TODAY)


# --- orders -----------------------------------------------------------------------------------------------------------

BY: dict[Sort, tuple[Callable[[PaperDict], object], bool]] = {
    "published": (lambda p: p["published"], True),
    "listed": (lambda p: max(p["listed"], default=None), True),
    "added": (lambda p: p["added"], True),
    "score": (lambda p: p["upvotes"], True),
    "upvotes": (lambda p: p["upvotes"], True),
    "comments": (lambda p: p["comments"], True),
    "authors": (lambda p: p["author_count"], False),
    "title": (lambda p: p["title"].lower(), False),
}


def test_every_sort_is_tried() -> None:
    """The table above has all sorts that people can ask for."""
    assert set(BY) == set(SORTS) == set(get_args(Sort)) - {"relevance"}


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("sort", BY)
def test_sorts(sort: Sort, reverse: bool, shelf: LibraryStore) -> None:
    """Papers come in the order asked for, the unknown last either way round, and all of them."""
    papers = shelf.looking.papers(Selection(None, READER, sort=sort, reverse=reverse))
    assert sorted(paper["id"] for paper in papers) == [1, 2, 3, 4, 5, 6, 7]
    key, largest_first = BY[sort]
    values = [key(paper) for paper in papers]
    known = [value for value in values if value is not None]
    assert values == known + [None] * (len(values) - len(known))
    assert known == sorted(known, reverse=largest_first != reverse)  # type: ignore[type-var]  # one sort's values are of one type


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("sort", [*BY, "relevance"])
def test_pages_of_a_list(sort: Sort, reverse: bool, shelf: LibraryStore) -> None:
    """Limit and offset cut the list and never reorder it; what lies beyond its end is empty."""
    whole = Selection(None, READER, sort=sort, reverse=reverse)
    all_of_them = [paper["id"] for paper in shelf.looking.papers(whole)]
    for size in (1, 3, 7, 10):
        cut: list[int] = []
        for offset in range(0, 9, size):
            page = Selection(None, READER, sort=sort, reverse=reverse, limit=size, offset=offset)
            cut += [paper["id"] for paper in shelf.looking.papers(page)]
            assert shelf.looking.count(page) == 7
        assert cut == all_of_them
    for nothing in (
        Selection(None, READER, limit=0),
        Selection(None, READER, offset=7),
        Selection(None, READER, limit=3, offset=99),
    ):
        assert shelf.looking.papers(nothing) == []


def test_ties_of_upvotes(shelf: LibraryStore) -> None:
    """Where upvotes are equal the more discussed paper comes first, then the newer one, then the lower number."""
    papers = shelf.looking.papers(Selection(None, READER, sort="upvotes"))
    assert [paper["id"] for paper in papers] == [5, 2, 1, 4, 6, 3, 7]


def test_a_list_without_relevance(shelf: LibraryStore) -> None:
    """Where a query holds no words to rank by, relevance is the usual order."""
    for query in (None, Query(None), asked("has:date"), asked("-ash")):
        by_relevance = shelf.looking.papers(Selection(query, READER, sort="relevance"))
        assert by_relevance == shelf.looking.papers(Selection(query, READER, sort="published"))
        assert all(paper["score"] is None for paper in by_relevance)


# --- searches ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def searched(store: LibraryStore) -> LibraryStore:
    """Papers that hold two words in different places, or one, or none."""
    filler = "and a text that goes on for a while about other matters entirely"
    papers = [
        {"title": "Paper one on matters", "abstract": f"It says forgetting and adapters once, {filler}."},
        {"title": "Adapters against forgetting", "abstract": f"Says so {filler}."},
        {"title": "Paper three on matters", "abstract": f"It says adapter only, {filler}."},
        {"title": "Forgetting forgetting: forgetting everything", "abstract": f"Forgetting and forgetting, {filler}."},
        {"title": "Nothing of the kind", "abstract": f"But other words, {filler}."},
        {"title": "Adapters", "abstract": "Adapters, adapters, adapters, adapters."},
    ]
    add_pages(store, json_page(*papers))
    store.deciding.decide(READER, [2], "keep", NOW, "keep")
    return store


def found(
    store: LibraryStore, text: str, *, any_word: bool = False, reverse: bool = False, limit: int | None = None
) -> list[int]:
    """The numbers of a ranked search; its scores fall, and its count is its length."""
    chosen = Selection(asked(text), READER, sort="relevance", any_word=any_word, reverse=reverse, limit=limit)
    papers = store.looking.papers(chosen)
    scores = [paper["score"] for paper in papers]
    assert all(isinstance(score, float) for score in scores)
    if not any_word:
        assert scores == sorted(scores, key=lambda score: score or 0.0, reverse=not reverse)
    if limit is None:
        assert store.looking.count(chosen) == len(papers)
    return [paper["id"] for paper in papers]


def test_relevance(searched: LibraryStore) -> None:
    """Papers that hold all the words are found, stemmed; a word in the title weighs more than one in the abstract."""
    assert found(searched, "adapter forgetting") == [2, 1]
    assert found(searched, "adapter forgetting", reverse=True) == [1, 2]
    assert found(searched, "adapters")[0] == 6
    assert found(searched, "forgetting")[0] == 4
    assert found(searched, "adapter nonsense") == []


def test_any_word(searched: LibraryStore) -> None:
    """With any word papers holding all of them come first, however well one word fits another; those with none are out."""
    ranked = found(searched, "adapter forgetting", any_word=True)
    assert ranked[:2] == [2, 1]
    assert sorted(ranked[2:]) == [3, 4, 6]
    assert found(searched, "adapter nonsense", any_word=True) == found(searched, "adapter")
    assert found(searched, "nonsense", any_word=True) == []
    assert found(searched, "adapter forgetting", any_word=True, limit=3) == ranked[:3]


def test_a_ranked_search_is_filtered(searched: LibraryStore) -> None:
    """What a query says besides its words holds for a ranked search too, with any word or all."""
    assert found(searched, "adapter forgetting status:keep") == [2]
    assert found(searched, "adapter forgetting status:inbox", any_word=True)[0] == 1
    assert 2 not in found(searched, "adapter -title:against", any_word=True)


def test_a_search_is_for_a_reader(searched: LibraryStore) -> None:
    """Another reader's decisions don't count."""
    chosen = Selection(asked("adapter status:keep"), "bob", sort="relevance")
    assert (searched.looking.papers(chosen), searched.looking.count(chosen)) == ([], 0)


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def named(store: LibraryStore) -> LibraryStore:
    """Paper 1 with an arXiv id, paper 3 with an old one; 2 was merged into 1."""
    alpha = {"title": "Alpha, a longer title", "arxiv_id": "2403.02178"}
    add_pages(store, json_page(alpha, "Omega, the last of them", {"title": "Old times", "arxiv_id": "hep-th/9901001"}))
    add_pages(store, json_page({"title": "Omega, the last of them", "arxiv_id": "2403.02178"}))
    return store


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("1", 1),
        (" 1\n", 1),
        ("001", 1),
        ("2", 1),
        ("3", 3),
        ("4", None),
        ("0", None),
        ("-1", None),
        ("1.0", None),
        ("2403.02178", 1),
        ("2403.02178v3", 1),
        ("arXiv:2403.02178", 1),
        ("hf:2403.02178", 1),
        ("https://huggingface.co/papers/2403.02178", 1),
        ("https://arxiv.org/abs/2403.02178v2", 1),
        ("http://arxiv.org/pdf/2403.02178v2.pdf#page=3", 1),
        ("hep-th/9901001", 3),
        ("https://arxiv.org/abs/hep-th/9901001v1", 3),
        ("2403.02179", None),
        ("2403.0217", None),
        ("", None),
        ("Alpha", None),
        ("Alpha, a longer title", None),
        ("١", None),
        ("²", None),
        ("9" * 18, None),
        ("9" * 19, None),
        ("9" * 5000, None),
        ("1; DROP TABLE paper", None),
        ("' OR 1=1 --", None),
        ("1 OR 1", None),
        ("%", None),
        ("\x00", None),
        ("1\x00", None),
        ("\ud800", None),
    ],
    ids=ascii,
)
def test_resolve(name: str, number: int | None, named: LibraryStore) -> None:
    """A number, an old number, an arXiv id in any dress or a URL holding it names a paper; anything else names none."""
    assert named.looking.resolve(name) == number


@settings(max_examples=100)
@given(st.one_of(st.text(), st.text(alphabet="0123456789.v/-: abhtps"), st.integers().map(str)))
def test_resolve_takes_anything(shelf: LibraryStore, name: str) -> None:
    """No name whatever fails, and what it names is a paper."""
    number = shelf.looking.resolve(name)
    assert number is None or [paper["id"] for paper in shelf.looking.by_number([number], READER)] == [number]


def test_by_number(shelf: LibraryStore) -> None:
    """Papers come in the order of their numbers, however asked for; a number that means none is passed over."""
    assert [paper["id"] for paper in shelf.looking.by_number([5, 99, 1, 0, -3, 7], READER)] == [1, 5, 7]
    assert shelf.looking.by_number([], READER) == []


def test_by_number_takes_many(shelf: LibraryStore) -> None:
    """There may be more numbers than SQLite takes parameters."""
    assert len(shelf.looking.by_number(range(1, 100_001), READER)) == 7


# --- papers, sightings, counts ----------------------------------------------------------------------------------------


def test_papers_are_records(shelf: LibraryStore) -> None:
    """Every paper that is read is a valid Paper record, and has the keys of one in their order."""
    for paper in shelf.looking.papers(Selection(None, READER)):
        assert Paper.model_validate(paper).id == paper["id"]
        assert list(paper) == list(PaperDict.__annotations__)
        json.dumps(paper)


def test_sightings(named: LibraryStore) -> None:
    """The sightings of a paper say where, when and why, the first one first; a number that means none has none."""
    first, second, third = named.looking.sightings(1)
    assert [(s["title"], s["line"], s["layout"], s["added"]) for s in (first, second, third)] == [
        ("Alpha, a longer title", 1, "jsonl", NOW),
        ("Omega, the last of them", 2, "jsonl", NOW),
        ("Omega, the last of them", 1, "jsonl", NOW),
    ]
    assert (first["method"], first["score"]) == ("new", None)
    assert third["method"] == "arxiv-id"
    assert "2403.02178" in third["reason"]
    assert named.looking.sightings(2) == named.looking.sightings(99) == []


def test_topic_counts(store: LibraryStore) -> None:
    """Topics are counted, the most frequent first, and papers without one under the empty name."""
    assert store.looking.topic_counts() == {}
    rules = rules_of(a="apple", b="banana", c="cherry")
    add_pages(
        store, json_page("Banana", "Banana and apple", "Banana bread with cherry", "Apple cake", "Else"), rules=rules
    )
    assert list(store.looking.topic_counts().items()) == [("b", 3), ("a", 2), ("c", 1), ("", 1)]


def test_tallies(shelf: LibraryStore) -> None:
    """Counts of the whole, by status, by month with the newest first, and by layout, add up."""
    told = shelf.looking.tallies(READER)
    assert told["library"] == {
        "papers": 7, "sightings": 7, "pages": 3, "dated": 4, "with_authors": 4, "with_abstract": 0, "with_arxiv_id": 0
    }  # fmt: skip
    assert told["status"] == {"inbox": 7}
    assert list(told["month"].items()) == [("2024-03", 3), ("2023-12", 1)]
    assert told["layout"] == {"jsonl": 7}


def test_an_empty_library(store: LibraryStore) -> None:
    """Everything can be asked of a library that holds nothing."""
    for sort in SORTS:
        assert store.looking.papers(Selection(None, READER, sort=sort)) == []
    assert store.looking.count(Selection(asked("lora"), READER, sort="relevance")) == 0
    assert store.looking.resolve("1") is None
    assert store.looking.tallies(READER)["library"]["papers"] == 0
    assert store.looking.taxonomy() is None


def test_who_keeps_papers(store: LibraryStore) -> None:
    """Each paper has those who keep it now, by name, oneself apart; a paper that no other keeps is left out."""
    add_pages(store, json_page("One", "Two", "Three"))
    for reader, papers in (("ben", [1, 2]), ("Anna", [2, 1]), ("anna", [2]), (READER, [1, 3])):
        store.deciding.decide(reader, papers, "keep", NOW, "keep")
    store.deciding.decide("ben", [1], "later", NOW, "later")
    store.deciding.decide("cy", [3], "skip", NOW, "skip")
    assert store.looking.keepers([3, 2, 1], but=READER) == {1: ["Anna"], 2: ["Anna", "anna", "ben"]}
    assert store.looking.keepers([1], but="Anna") == {1: [READER]}
    assert store.looking.keepers([], but=READER) == {}
    assert store.looking.keepers(range(1, 40_000), but="") == {
        1: [READER, "Anna"],
        2: ["Anna", "anna", "ben"],
        3: [READER],
    }
    assert store.looking.who_keep() == [READER, "Anna", "anna", "ben"]
