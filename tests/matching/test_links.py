"""Which pairs are worth comparing, and what groups tell as a whole: never other than comparing each pair would."""

from __future__ import annotations

from datetime import date
from functools import reduce
from itertools import combinations, product
from operator import or_

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertide.matching.cluster import plan
from papertide.matching.crowds import Crowd
from papertide.matching.keys import Face, face_of
from papertide.matching.links import BESIDE, CROWD, MANY, links
from papertide.matching.profiles import Name, rules_of
from papertide.matching.rules import Kind, compare
from papertide.records.listing import Entry
from papertide.records.paper import Seen

TEXT = "Adapters forget what they learnt, and nobody wrote down which of them did so first. " * 3
WORDS = "adapters adapter forgetting robots robot of the for in survey part i ii 2 3 llama reply models model".split()
TITLES = st.one_of(
    st.sampled_from(
        [
            "Forgetting in Adapters of Large Models",
            "Forgeting in adapters of large models",
            "Forgetting in Adapters of Large Models: A Survey",
            "Forgetting in Adapters of Large...",
            "Large Models of Adapters in Forgetting",
            "Forgetting in Adapters of Large Models 2",
            "Reply to: Forgetting in Adapters of Large Models",
            "Llama 2",
            "Llama2",
            "!?",
            "?!",
            "Editorial",
        ]
    ),
    st.lists(st.sampled_from(WORDS), min_size=3, max_size=6).map(" ".join),
)
NAMES = st.lists(
    st.sampled_from(["Ada Lovelace", "A. Lovelace", "George Byron", "Mary Sh?lley", "M. Shelley"]), max_size=3
)
ENTRIES = st.builds(
    Entry,
    title=TITLES,
    abstract=st.sampled_from([None, None, "Short.", TEXT, TEXT + "More.", TEXT[::-1]]),
    arxiv_id=st.sampled_from([None, None, None, "2401.00001", "2401.00002"]),
    doi=st.sampled_from([None, None, None, "10.1000/a", "10.1000/B"]),
    author_count=st.sampled_from([None, None, 2, 3]),
    authors=NAMES.map(tuple),
    published=st.sampled_from([None, None, date(2024, 1, 1)]),
    year=st.sampled_from([None, 1999, 2000]),
)


def faces_of(entries: list[Entry]) -> list[Face]:
    """The distinct faces of entries, in order of content."""
    return sorted({face_of(entry) for entry in entries}, key=lambda face: face.order)


@pytest.mark.parametrize("profile", ["strict", "balanced", "loose"])
@given(entries=st.lists(ENTRIES, max_size=14), learnt=st.booleans(), threshold=st.sampled_from([None, 50.0, 90.0]))
def test_no_link_is_lost(profile: Name, entries: list[Entry], learnt: bool, threshold: float | None) -> None:
    """Each pair that the rules call the same is among those that are compared."""
    faces = faces_of(entries)
    rules = rules_of(profile, threshold)
    rules = rules.learnt(faces) if learnt else rules
    found = links(faces, range(len(faces)), rules)
    assert all(one < other for one, other in found)
    for one, other in combinations(range(len(faces)), 2):
        if compare(faces[one], faces[other], rules).kind is Kind.SAME:
            assert (one, other) in found


@given(st.lists(ENTRIES, min_size=1, max_size=5), st.lists(ENTRIES, min_size=1, max_size=5))
def test_a_whole_tells_what_its_pairs_tell(some: list[Entry], others: list[Entry]) -> None:
    """Where two groups tell as a whole whether a veto parts them, looking at each pair tells the same."""
    one, other = faces_of(some), faces_of(others)
    told = reduce(or_, map(Crowd.of, one)).vetoes(reduce(or_, map(Crowd.of, other)))
    vetoes = [compare(a, b).kind is Kind.DIFFERENT for a, b in product(one, other) if a != b]
    assert told is None or told is any(vetoes)


def test_words_that_differ() -> None:
    """In a crowd of titles that differ in one word, only those are compared whose words may be one; others as always."""
    words = [f"{a}{b}ling" for a in "bdfgklmnprst" for b in ("aurou", "oistee", "umpfi", "eckho", "ilmanda")]
    entries = [Entry(title=f"Forgetting in adapters of large language models for {word}") for word in words]
    entries += [
        Entry(title="Forgetting in adapters of large language models for baurouling", author_count=2),
        Entry(title="Forgetting in adapters of large language models for baurolling"),
        Entry(title="Forgetting in adapters of large language models for gold", abstract=TEXT),
        Entry(title="Forgetting in adapters of large language models for goal", abstract=TEXT),
        Entry(title="Forgetting in adapters of large language models for lion", year=1999, authors=("Ada Lovelace",)),
        Entry(title="Forgetting in adapters of large language models for tree", year=1999, authors=("Ada Lovelace",)),
        Entry(title="Forgetting of adapters of large language models for baurouling"),
    ]
    faces = faces_of(entries)
    rules = rules_of("balanced")
    found = links(faces, range(len(faces)), rules)
    same = {
        (i, k) for i, k in combinations(range(len(faces)), 2) if compare(faces[i], faces[k], rules).kind is Kind.SAME
    }
    assert len(faces) > MANY
    assert same <= found
    assert len(found) < len(faces) * 30 / 2
    assert len(same) > 3


def test_a_crowd_is_looked_at_in_order() -> None:
    """Of thousands that bear one title each is held against some others: those beside it, in whatever order they come."""
    entries = [
        Entry(title="On the tides of small seas", abstract=f"{n:05}", author_count=n % 7 + 1) for n in range(CROWD + 50)
    ]
    entries += [Entry(title="On the tides of small seas: their moons", abstract=f"{n:05}") for n in range(CROWD + 50)]
    faces = faces_of(entries)
    found = links(faces, range(len(faces)), rules_of("balanced"))
    assert len(faces) == len(entries)
    assert len(found) <= 4 * BESIDE * len(faces)
    assert {k for pair in found for k in pair} == set(range(len(faces)))


def test_papers_of_one_title_are_told_apart_by_their_ids() -> None:
    """Thousands of papers with one title, each with an id of its own, stay as many; none is compared."""
    entries = [Entry(title="On tides", arxiv_id=f"2401.{n:05}") for n in range(300)]
    faces = faces_of(entries)
    assert links(faces, range(len(faces)), rules_of("balanced")) == set()
    sightings = [Seen(n, entry, "jsonl", None, "a") for n, entry in enumerate(entries, 1)]
    assert len(plan(sightings, lambda _: ()).groups) == 300
