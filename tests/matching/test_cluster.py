"""Laws of grouping: nothing depends on order, and a veto is never outvoted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from rapidfuzz import fuzz

from papertide.matching.cluster import plan
from papertide.matching.find import find_duplicates
from papertide.matching.index import TitleIndex
from papertide.matching.keys import face_of
from papertide.matching.merge import fold
from papertide.matching.rules import Kind, compare
from papertide.records import Entry
from papertide.records.paper import Seen

TEXTS = [
    None,
    "Adapters forget what they learnt. " * 8,
    "Robots read manuals for grippers. " * 8,
    "Adapters forget what they learnt. " * 5,
]
ENTRIES = st.builds(
    Entry,
    title=st.sampled_from(
        [
            "Forgetting in Adapters",
            "Forgetting in adapters",
            "Forgeting in Adapters",
            "Forgetting in Adapters 2",
            "Forgetting in Adapters: A Survey",
            "Manuals for Robots",
            "Editorial",
        ]
    ),
    abstract=st.sampled_from(TEXTS),
    arxiv_id=st.sampled_from([None, None, "2401.00001", "2401.00002"]),
    author_count=st.sampled_from([None, None, 2, 3]),
    published=st.sampled_from([None, date(2024, 1, 1), date(2024, 1, 2)]),
    comments=st.sampled_from([None, 0, 4]),
)


def seen(entries: Sequence[Entry]) -> list[Seen]:
    """Entries as sightings that are being added, each on a page of its own."""
    return [Seen(-n, entry, "hf-text", None, f"page {n}") for n, entry in enumerate(entries, 1)]


def groups(entries: Sequence[Entry]) -> list[list[Entry]]:
    """The entries by paper."""
    sightings = {s.ref: s for s in seen(entries)}
    index = TitleIndex(face_of(entry).key for entry in entries)
    made = plan(list(sightings.values()), index.near)
    return [[sightings[p.ref].entry for p in group.placements] for group in made.groups]


def as_set(found: list[list[Entry]]) -> list[list[str]]:
    """Groups without any order."""
    return sorted(sorted(entry.model_dump_json() for entry in group) for group in found)


@given(st.lists(ENTRIES, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_records_changes_nothing(entries: list[Entry], random: object) -> None:
    """Any order of the same sightings gives the same papers, with the same facts."""
    shuffled = list(entries)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random under a private type
    one, other = groups(entries), groups(shuffled)
    assert as_set(one) == as_set(other)
    assert sorted(repr(fold(seen(g))) for g in one) == sorted(repr(fold(seen(g))) for g in other)


@given(st.lists(ENTRIES, max_size=8))
def test_a_veto_is_never_outvoted(entries: list[Entry]) -> None:
    """No two sightings of one paper are ones that the rules call different; every sighting is in one group."""
    found = groups(entries)
    assert sorted(e.model_dump_json() for g in found for e in g) == sorted(e.model_dump_json() for e in entries)
    for group in found:
        faces = [face_of(entry) for entry in group]
        assert all(compare(a, b).kind is not Kind.DIFFERENT for a in faces for b in faces if a != b)
        assert len({face.arxiv_id for face in faces if face.arxiv_id}) <= 1


@given(st.lists(ENTRIES, max_size=8))
def test_the_same_id_is_always_one_paper(entries: list[Entry]) -> None:
    """Sightings with one arXiv id are in one group."""
    found = groups(entries)
    for arxiv in ("2401.00001", "2401.00002"):
        assert sum(any(entry.arxiv_id == arxiv for entry in group) for group in found) <= 1


@given(st.lists(ENTRIES, max_size=8))
def test_dedup_of_the_deduplicated_finds_nothing(entries: list[Entry]) -> None:
    """One record of each group, by the face that began it, holds no duplicate, unless a veto kept them apart."""
    records = [
        {"id": n, **entry.model_dump(include={"title", "abstract", "arxiv_id", "author_count"})}
        for n, entry in enumerate(entries)
    ]
    gone = {match.b for match in find_duplicates(records)}
    rest = [record for record in records if record["id"] not in gone]
    again = {match.b for match in find_duplicates(rest)}
    kept_apart = any(entry.arxiv_id or entry.author_count for entry in entries)
    assert not again or kept_apart


@given(
    st.lists(st.text("abcde ", min_size=1, max_size=12), max_size=20),
    st.text("abcde ", max_size=12),
    st.sampled_from([60.0, 75.0, 88.0, 92.0, 100.0]),
)
def test_the_index_loses_nothing(titles: list[str], title: str, least: float) -> None:
    """Every title that rapidfuzz itself calls near enough is among the candidates."""
    index = TitleIndex(titles)
    assert sorted(index.near(title, least)) == sorted({t for t in titles if fuzz.ratio(t, title) >= least})


def test_ids_survive_a_paper_that_two_pages_know_by_other_names() -> None:
    """A paper that changed its title is one paper, once a sighting bridges the two names; the lower number stays."""
    old = Seen(1, Entry(title="Adapters Forget", arxiv_id="2401.00001"), "markdown", None, "a", paper_id=7)
    new = Seen(2, Entry(title="Why Low-Rank Updates Lose Their Past"), "hf-text", None, "b", paper_id=4)
    bridge = Seen(-1, Entry(title="Why Low-Rank Updates Lose Their Past", arxiv_id="2401.00001"), "markdown", None, "c")
    index = TitleIndex(face_of(s.entry).key for s in (old, new, bridge))
    made = plan([old, new, bridge], index.near)
    assert [group.paper_id for group in made.groups] == [4]
    assert made.given_up == {7: 0}
    reasons = {p.ref: p.reason for p in made.groups[0].placements}
    assert "2401.00001" in reasons[-1]


def test_records_must_hold_an_id_and_a_title() -> None:
    """A record that lacks what it must have is refused."""
    with pytest.raises(ValueError, match="lacks an id"):
        find_duplicates([{"title": "x"}])
    with pytest.raises(ValidationError):
        find_duplicates([{"id": 1, "title": " "}])
