"""Duplicates in a list of records: what each profile merges, and the laws that hold for any records."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertide.matching.find import find_duplicates
from papertide.matching.profiles import PROFILES, Name

SETS = Path(__file__).resolve().parents[3] / "shared" / "data" / "dedup"
TEXT = "We study how adapters forget what they learnt, and mend it with a replay of old gradients over many tasks. " * 3


def groups(records: Sequence[dict[str, Any]], **how: Any) -> set[frozenset[Any]]:
    """The ids of the records that are one paper, for each paper that has several."""
    found: defaultdict[Any, set[Any]] = defaultdict(set)
    for match in find_duplicates(records, **how):
        found[match.a] |= {match.a, match.b}
    return {frozenset(ids) for ids in found.values()}


def numbered(*records: dict[str, Any]) -> list[dict[str, Any]]:
    """Records with ids from 0."""
    return [{"id": number, **record} for number, record in enumerate(records)]


def test_what_a_record_may_say() -> None:
    """Authors may be names or one text, years numbers or texts, dates dates or texts; what can't be read is unknown."""
    title = "Indexing of Now-Relative Bitemporal Data"
    ways: list[dict[str, Any]] = [
        {"authors": ["Simonas Saltenis", "Christian S. Jensen"], "year": 2002},
        {"authors": "Simonas &#352;altenis, Christian S. Jensen", "year": "2002"},
        {"authors": "Saltenis, S. and Jensen, C.", "year": "2002.0"},
        {"authors": ("S. Saltenis; C. Jensen"), "published": "2002-05"},
        {"authors": "Saltenis S, Jensen CS", "published": date(2002, 3, 4)},
        {"authors": "Saltenis S, Jensen CS", "published": "2002-03-04", "year_inferred": True},
        {"authors": None, "year": "about 2002", "published": ""},
    ]
    assert groups(numbered(*({"title": title, **way} for way in ways))) == {frozenset(range(len(ways)))}


def test_the_sentence_names_what_agrees() -> None:
    """A match says why in words, and where the other stands."""
    one, other = {"title": "Forgetting in Adapters Revisited", "authors": ["Ada One", "Ben Two"]}, {"year": 2020}
    (match,) = find_duplicates(numbered(one, {**one, **other}))
    assert (match.a, match.b, match.score) == (0, 1, 100.0)
    assert match.reason == "the same title and all 2 authors in common (as on 0)"


def test_columns_are_left_alone() -> None:
    """A generic title that one person bears year after year is a column: no two of it are one, however alike."""
    column = [{"title": "Editor's Notes", "authors": ["Ling Liu"], "year": year} for year in (2001, 2001, 2002, 2003)]
    assert groups(numbered(*column)) == set()
    one_year = [{"title": "Guest Editorial", "authors": ["Ada One"], "year": 2001}] * 2
    assert groups(numbered(*one_year)) == {frozenset({0, 1})}
    known = [{**record, "doi": "10.1000/a"} for record in column[:2]]
    assert groups(numbered(*known, *column[2:])) == {frozenset({0, 1})}


def test_recurring_titles_need_year_and_authors() -> None:
    """What three years bear recurs; then the year and the authors must agree, and one title isn't enough."""
    years = [{"title": "Trends in Stream Systems", "year": year, "authors": [f"{name} X"]} for year, name in
             ((2001, "Ada"), (2002, "Ben"), (2003, "Cal"))]  # fmt: skip
    assert groups(numbered(*years, {"title": "Trends in Stream Systems"})) == set()
    assert groups(numbered(*years, {**years[1], "authors": ["X, Ben"]})) == {frozenset({1, 3})}
    near = {**years[0], "title": "Trends in Streams Systems"}
    assert groups(numbered(*years, near)) == set()


def test_generic_titles_of_nobody_are_left_alone() -> None:
    """Two records that say "Introduction" and nothing else are not known to be one."""
    assert groups(numbered({"title": "Introduction"}, {"title": "INTRODUCTION"})) == set()
    assert groups(
        numbered({"title": "Introduction", "abstract": TEXT}, {"title": "Introduction", "abstract": TEXT})
    ) == {frozenset({0, 1})}


def test_a_beginning_finds_what_it_begins() -> None:
    """A title that was cut off, or lost its subtitle, finds the whole one; not where several titles go on differently."""
    people = {"authors": ["Ada One", "Ben Two"], "year": 2003}
    whole = {"title": "Transactional Replay of Logs: Alternatives and Implications for Recovery", **people}
    subtitle = {"title": "Transactional replay of logs", **people}
    cut = {"title": "Transactional Replay of Logs: Alternatives and Impl...", "authors": ["A. One"]}
    assert groups(numbered(whole, subtitle, cut)) == {frozenset({0, 1, 2})}
    assert groups(numbered(whole, subtitle), profile="strict") == set()
    other = {"title": "Transactional Replay of Logs: Why Nobody Should Do It Again", **people}
    assert groups(numbered(whole, other, subtitle)) == set()
    assert groups(numbered(whole, {**subtitle, "title": "Transactional"})) == set()


def test_a_heading_is_found_with_what_it_heads() -> None:
    """A guest editorial and its whole name are one, by the very same people; not where one wrote too many that year."""
    people = {"authors": ["Ada One", "Ben Two"], "year": 2003}
    bare, named = {"title": "Guest Editorial", **people}, {"title": "Guest editorial: databases and the web", **people}
    assert groups(numbered(bare, named)) == {frozenset({0, 1})}
    assert groups(numbered(bare, {**named, "authors": ["Ada One", "Cy Three"]})) == set()
    others = [{**people, "title": f"Foreword {letter * 9} {letter * 8}"} for letter in "abcdefghijklmnopqrstu"]
    behind = {**people, "title": "Databases and the Web: Guest Editorial"}
    assert groups(numbered(bare, behind)) == {frozenset({0, 1})}
    assert groups(numbered(bare, behind, *others)) == set()


def test_words_in_another_order_are_found() -> None:
    """The same words in another order are far apart by ratio, and found all the same."""
    people = {"authors": ["Ada One", "Ben Two"], "year": 2003}
    one = {"title": "Going Native with XML: Panel on Data Stores", **people}
    other = {"title": "Panel on Data Stores: Going Native with XML", **people}
    assert groups(numbered(one, other)) == {frozenset({0, 1})}


def test_profiles_go_from_strict_to_loose() -> None:
    """`strict` wants witnesses, `balanced` trusts a title, `loose` takes editions of following years for one."""
    bare = numbered({"title": "Forgetting in Fine-Tuning Revisited"}, {"title": "Forgetting in finetuning, revisited"})
    assert [bool(groups(bare, profile=name)) for name in PROFILES] == [False, True, True]
    people = {"title": "Forgetting in Adapters Revisited", "authors": ["Ada One", "Ben Two"]}
    editions = numbered({**people, "year": 2003}, {**people, "year": 2004})
    assert [bool(groups(editions, profile=name)) for name in PROFILES] == [False, False, True]
    preprint = numbered({**people, "year": 2004}, {**people, "published": "2003-05-06"})
    assert [bool(groups(preprint, profile=name)) for name in PROFILES] == [True, True, True]


def test_a_threshold_goes_before_the_profile() -> None:
    """A threshold is the least ratio of two titles; 100 leaves only titles that are one."""
    near = numbered(
        {"title": "Mechanistically Analyzing Fine-tuning on Tasks"},
        {"title": "Mechanisticaly Analysing Finetuning on Tasks"},
    )
    assert groups(near) == {frozenset({0, 1})}
    assert groups(near, threshold=100) == set()
    assert groups(near, threshold=60) == {frozenset({0, 1})}


@pytest.mark.parametrize(
    ("how", "told"), [({"threshold": 101}, "threshold"), ({"threshold": -1}, "threshold"), ({"profile": "lax"}, "lax")]
)
def test_a_wrong_wish_is_refused(how: dict[str, Any], told: str) -> None:
    """Another profile, or a threshold that is no ratio, is an error that names it."""
    with pytest.raises(ValueError, match=told):
        find_duplicates([], **how)


# --- laws -------------------------------------------------------------------------------------------------------------

RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "title": st.sampled_from(
                [
                    "Forgetting in Adapters over Many Tasks",
                    "Forgeting in Adapters over Many Tasks",
                    "Forgetting in Adapters over Many Tasks [Chinese]",
                    "Forgetting in Adapters over Many Tasks: A Survey of Replay",
                    "Forgetting in Adapters over Many Tasks, Part II",
                    "Erratum: Forgetting in Adapters over Many Tasks",
                    "Forgetting in Adapters ov...",
                    "Editorial",
                ]
            ),
            "authors": st.sampled_from([(), ("Ada One", "Ben Two"), ("One, A.", "Two, B."), ("Cal Three",)]),
            "year": st.sampled_from([None, 2001, 2001, 2002, 2003]),
        }
    ),
    max_size=8,
)


@given(RECORDS, st.sampled_from(list(PROFILES)), st.randoms(use_true_random=False))
def test_the_order_of_records_changes_nothing(records: list[dict[str, Any]], profile: Name, random: object) -> None:
    """Records in any order make the same groups."""
    given_in = numbered(*records)
    shuffled = list(given_in)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random under a private type
    assert groups(given_in, profile=profile) == groups(shuffled, profile=profile)


PLAIN = st.lists(
    st.sampled_from(
        [
            {"title": title, "authors": authors, "year": 2001}
            for title in (
                "Forgetting in Adapters over Many Tasks",
                "Forgeting in Adapters over Many Tasks",
                "Forgetting in Adapters over Many Tasks, Part II",
                "Correction: Forgetting in Adapters over Many Tasks",
                "Robots That Read Manuals for Grippers",
            )
            for authors in (("Ada One", "Ben Two"), ("One, A.", "Two, B."))
        ]
    ),
    max_size=9,
)


@given(PLAIN, st.sampled_from(list(PROFILES)))
def test_dedup_of_the_deduplicated_finds_nothing(records: list[dict[str, Any]], profile: Name) -> None:
    """What is left when all but the first of each paper are taken away holds no duplicate."""
    given_in = numbered(*records)
    gone = {match.b for match in find_duplicates(given_in, profile=profile)}
    assert find_duplicates([record for record in given_in if record["id"] not in gone], profile=profile) == []


@given(PLAIN)
def test_a_stricter_profile_finds_no_more(records: list[dict[str, Any]]) -> None:
    """Every pair that `strict` finds is found by `balanced` too, and by `loose`."""
    strict, balanced, loose = (
        {frozenset(pair) for group in groups(numbered(*records), profile=name) for pair in combinations(group, 2)}
        for name in PROFILES
    )
    assert strict <= balanced <= loose


# --- real sets --------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not SETS.is_dir(), reason="the labelled sets are not here (../shared/data)")
@pytest.mark.parametrize(
    ("name", "least"),
    [("dblp_acm", 0.977), ("openreview_dblp", 1.0), ("sr_cytology_screening", 0.982), ("sr_stroke", 0.995)],
)
def test_quality_on_labelled_sets(name: str, least: float) -> None:
    """The balanced profile reaches this F1 on pairs; `bench/matching.py` prints it whole."""
    with (SETS / name / "records.csv").open(encoding="utf-8", newline="") as file:
        records = list(csv.DictReader(file))
    with (SETS / name / "pairs.csv").open(encoding="utf-8", newline="") as file:
        true = {frozenset((row["id_a"], row["id_b"])) for row in csv.DictReader(file)}
    found = {frozenset(pair) for group in groups(records) for pair in combinations(group, 2)}
    assert 2 * len(found & true) / (len(found) + len(true)) >= least
