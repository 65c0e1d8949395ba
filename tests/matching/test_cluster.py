"""Laws of grouping: nothing depends on order, and a veto is never outvoted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import combinations, groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from papertide.matching.cluster import plan
from papertide.matching.find import find_duplicates
from papertide.matching.index import TitleIndex
from papertide.matching.keys import Face, face_of
from papertide.matching.links import unnamed
from papertide.matching.merge import fold
from papertide.matching.profiles import BALANCED
from papertide.matching.rules import Kind, compare
from papertide.matching.rulings import Ruling
from papertide.matching.torn import torn
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
    for wrong in (
        {"title": " "},
        {"title": None},
        {"title": "x", "authors": 5},
        {"title": "x", "author_count": "many"},
    ):
        with pytest.raises(ValueError, match="record 1 holds what can't be read"):
            find_duplicates([{"id": 1, **wrong}])


def test_none_and_nan_are_unknown() -> None:
    """What a table leaves empty is no fact that could speak for or against."""
    nothing = float("nan")
    record = {"title": "Forgetting in Adapters", "authors": [None], "year": nothing, "doi": nothing, "abstract": None}
    assert [match.b for match in find_duplicates([{"id": n, **record} for n in (1, 2)])] == [2]


# --- against the plain way --------------------------------------------------------------------------------------------


def plainly(entries: Sequence[Entry]) -> list[list[Entry]]:
    """The groups, by comparing each pair of faces and joining them one strength after another, with no thrift."""
    bare = [entry for entry in entries if unnamed(face_of(entry), BALANCED)]
    faces = sorted({face_of(entry) for entry in entries if entry not in bare}, key=lambda face: face.order)
    unsure: set[frozenset[Face]] = set()
    papers = [{face} for face in faces]

    def apart(one: int, other: int) -> bool:
        return any(frozenset((a, b)) in unsure for a in papers[one] for b in papers[other])

    def vetoed(one: int, other: int) -> bool:
        return any(compare(a, b).kind is Kind.DIFFERENT for a in papers[one] for b in papers[other])

    pairs = sorted((strength(a, b), i, j) for (i, a), (j, b) in combinations(enumerate(faces), 2))
    for (rank, *_), tied in groupby(pairs, key=lambda pair: pair[0]):
        linked = [(i, j) for _, i, j in tied if compare(faces[i], faces[j]).kind is Kind.SAME]
        drawn = set[tuple[int, int]]()
        for link in linked:
            one, other = sorted(next(n for n, paper in enumerate(papers) if faces[k] in paper) for k in link)
            if one != other and not apart(one, other):
                drawn.add((one, other))
        for one, other in torn(drawn, vetoed, apart) if rank == 2 else ():
            unsure |= {frozenset((a, b)) for a in papers[one] for b in papers[other]}
        for link in linked:
            one, other = sorted(next(n for n, paper in enumerate(papers) if faces[k] in paper) for k in link)
            if one != other and not vetoed(one, other) and not apart(one, other):
                papers[one] |= papers.pop(other)
    return [[entry] for entry in bare] + [[entry for entry in entries if face_of(entry) in paper] for paper in papers]


def strength(a: Face, b: Face) -> tuple[int, float, bool]:
    """What orders links: one arXiv id, one DOI, the ratio of the titles, abstracts that begin alike."""
    rank = 0 if a.arxiv_id and a.arxiv_id == b.arxiv_id else 1 if a.doi and a.doi == b.doi else 2
    ratio = 100.0 if rank < 2 or a.key == b.key else fuzz.ratio(a.key, b.key)
    return rank, -ratio, not (a.text_key and a.text_key == b.text_key)


@given(st.lists(ENTRIES, max_size=12))
def test_thrift_changes_nothing(entries: list[Entry]) -> None:
    """Comparing only where it matters gives the groups that comparing everything gives."""
    assert as_set(groups(entries)) == as_set(plainly(entries))


def test_what_is_drawn_to_two_papers_is_a_paper_of_its_own() -> None:
    """A title without an id that papers with two ids bear goes to neither; so do two such that are like one another."""
    bare, one, other = (Entry(title="Forgetting in Adapters", arxiv_id=a) for a in (None, "2401.00001", "2401.00002"))
    respelt = Entry(title="Forgeting in Adapters")
    assert as_set(groups([one, bare, other])) == as_set([[bare], [one], [other]])
    assert as_set(groups([bare, respelt, other, one])) == as_set([[bare, respelt], [one], [other]])
    assert as_set(groups([bare, respelt, other])) == as_set([[bare, respelt, other]])


def test_a_stronger_link_is_no_doubt() -> None:
    """What one of two papers is more like goes there; an id that two papers bear is no reason to part from both."""
    bare, one = Entry(title="Forgetting in Adapters"), Entry(title="Forgetting in Adapters", arxiv_id="2401.00001")
    respelt = Entry(title="Forgeting in Adapters", arxiv_id="2401.00002")
    assert as_set(groups([bare, respelt, one])) == as_set([[bare, one], [respelt]])
    named = Entry(title="Manuals for Robots", doi="10.1/a")
    both = [named.model_copy(update={"arxiv_id": f"2401.0000{n}"}) for n in (1, 2)]
    assert len(groups([named, *both])) == 2


def test_unnamed_records_may_say_the_same_and_be_two() -> None:
    """Three editorials without authors are three papers; a person may still say that two of them are one."""
    entries = [Entry(title="Editorial", year=2020)] * 3
    assert planned(entries) == [[1], [2], [3]]
    assert planned(entries, Ruling(True, ((1,), (2,)), "")) == [[1, 2], [3]]


def test_what_was_decided_on_keeps_the_number() -> None:
    """Where a paper comes apart, its number stays with what a reader decided on, else with its arXiv id."""
    bare = Seen(1, Entry(title="Forgetting in Adapters"), "hf-text", None, "a", paper_id=7)
    one = Seen(2, Entry(title="Forgetting in Adapters", arxiv_id="2401.00001"), "markdown", None, "b", paper_id=7)
    other = Seen(-1, Entry(title="Forgetting in Adapters", arxiv_id="2401.00002"), "markdown", None, "c")
    near = TitleIndex([face_of(bare.entry).key]).near
    made = plan([bare, one, other], near, decided=lambda papers: {1} if list(papers) == [7] else set())
    assert {g.placements[0].ref: g.paper_id for g in made.groups} == {1: 7, 2: None, -1: None}
    assert [g.paper_id for g in plan([bare, one, other], near).groups] == [None, 7, None]


def test_a_crowd_of_near_titles_is_compared_once() -> None:
    """Where two papers' crowds are linked by many titles and parted by one veto, no pair is weighed over and over."""
    left = [Entry(title=f"Forgetting in adapters of {'a' * k}b", abstract=TEXTS[1], author_count=2) for k in range(30)]
    right = [entry.model_copy(update={"author_count": 3, "abstract": TEXTS[2]}) for entry in left]
    assert as_set(groups([*left, *right])) == as_set(plainly([*left, *right]))


# --- a person's word --------------------------------------------------------------------------------------------------


def planned(entries: Sequence[Entry], *rulings: Ruling) -> list[list[int]]:
    """The places of the entries (from 1) by paper, with rulings that name them by their places."""
    sightings = [s._replace(ref=-s.ref) for s in seen(entries)]
    index = TitleIndex(face_of(entry).key for entry in entries)
    made = plan(sightings, index.near, rulings=rulings)
    return sorted(sorted(p.ref for p in group.placements) for group in made.groups)


SIDES = st.lists(st.integers(1, 8), min_size=2, max_size=8, unique=True).flatmap(
    lambda refs: st.integers(1, len(refs) - 1).map(lambda k: (tuple(refs[:k]), tuple(refs[k:])))
)
RULINGS = st.lists(st.builds(Ruling, st.booleans(), SIDES, st.just("by ada")), min_size=1, max_size=3)


@given(st.lists(ENTRIES, min_size=8, max_size=8), RULINGS)
def test_the_newest_word_holds(entries: list[Entry], rulings: list[Ruling]) -> None:
    """Whatever the rules and older words say: what is one paper is in one group, what is parted never meets."""
    found = planned(entries, *rulings)
    last = rulings[-1]
    holding = [{k for k, group in enumerate(found) if set(side) & set(group)} for side in last.sides]
    assert all(len(groups_of) == 1 for groups_of in holding)
    assert (holding[0] == holding[1]) is last.same


@given(st.lists(ENTRIES, min_size=8, max_size=8), RULINGS, st.permutations(range(8)))
def test_words_depend_on_no_order(entries: list[Entry], rulings: list[Ruling], order: list[int]) -> None:
    """The same words on the same sightings in another order give the same papers."""
    sightings = [s._replace(ref=-s.ref) for s in seen(entries)]
    index = TitleIndex(face_of(entry).key for entry in entries)
    named = {s.ref: order.index(s.ref - 1) + 1 for s in sightings}  # the number it has when imported in that order
    renamed = [sightings[k]._replace(ref=place) for place, k in enumerate(order, 1)]
    words = [Ruling(r.same, tuple(tuple(named[x] for x in side) for side in r.sides), r.told) for r in rulings]
    one = plan(sightings, index.near, rulings=rulings)
    other = plan(renamed, index.near, rulings=words)
    as_named = sorted(sorted(named[p.ref] for p in group.placements) for group in one.groups)
    # Sightings that say the same and that nobody named are one another's equals: which is meant can't be told.
    assert as_named == sorted(sorted(p.ref for p in group.placements) for group in other.groups)


@given(st.lists(ENTRIES, min_size=8, max_size=8), SIDES)
def test_a_merge_is_symmetric(entries: list[Entry], sides: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    """Which of two papers is named first makes no difference."""
    one, other = sides
    assert planned(entries, Ruling(True, (one, other), "")) == planned(entries, Ruling(True, (other, one), ""))


def test_a_word_outlives_a_veto_for_what_is_like_it() -> None:
    """Papers with two arXiv ids that a person joined draw further sightings of both ids."""
    entries = [
        Entry(title=t, arxiv_id=f"2401.0000{n}")
        for t, n in (("On tides", 1), ("On moons", 2), ("Tides", 1), ("Moons", 2))
    ]
    assert planned(entries) == [[1, 3], [2, 4]]
    assert planned(entries, Ruling(True, ((1,), (2,)), "")) == [[1, 2, 3, 4]]


def test_a_third_goes_to_the_first_side() -> None:
    """What says the same as both sides of a split goes to the side that was named first."""
    entries = [Entry(title="On tides")] * 3
    assert planned(entries, Ruling(False, ((1,), (2,)), "")) == [[1, 3], [2]]
    assert planned(entries, Ruling(False, ((2,), (1,)), "")) == [[1], [2, 3]]


def test_reasons_tell_rule_and_hand_apart() -> None:
    """What a rule joins to an earlier sighting tells the rule; what only a person joins tells the person."""
    entries = [Entry(title="On tides"), Entry(title="On moons"), Entry(title="On moons"), Entry(title="On stars")]
    sightings = [s._replace(ref=-s.ref) for s in seen(entries)]
    words = [
        Ruling(True, ((1,), (2,)), "by ada on x"),
        Ruling(False, ((2, 4), (3,)), "by ben on y"),
        Ruling(True, ((1, 2, 4), (3,)), "by eve on z"),
    ]
    index = TitleIndex(face_of(entry).key for entry in entries)

    def told(rulings: Sequence[Ruling]) -> list[tuple[str, str]]:
        return [
            (p.method, p.reason)
            for group in plan(sightings, index.near, rulings=rulings).groups
            for p in group.placements
        ]

    assert told(words[:1])[1:3] == [
        ("hand", "merged by hand by ada on x (as on page 1)"),
        ("title", "the same title (as on page 2)"),
    ]
    assert ("hand", "left together by hand by ben on y (as on page 2)") in told(words[:2])
    assert told(words)[2] == ("hand", "merged by hand by eve on z (as on page 1)")
