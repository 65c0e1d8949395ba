"""Near titles: whichever way they are looked for, what rapidfuzz itself calls near is found."""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Iterable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz, process

from papertide.matching import bulk, index, marks
from papertide.matching.bulk import similar_pairs
from papertide.matching.index import TitleIndex, linking_pairs, near_among, weighed
from papertide.matching.rules import CANDIDATE_RATIO

RATIOS = [85.0, 90.0, 92.0, 97.5, 100.0]
WORDS = (
    "adapting agents alignment attention autonomous benchmark bridging code compression context data decoding dense detection"
    " diffusion distillation driving efficient embodied end evaluation experts fast feedback fine forgetting generation graph"
    " grounding human image improving in instruction interpretable knowledge language large latent learning long low memory"
    " mixture model models multimodal navigation network of on optimal optimization planning policy precise preference"
    " pretraining prompting rank reasoning reinforcement representation retrieval reward robots robust scaling scene search"
    " segmentation self sparse speech supervision survey synthetic text to token tool towards training transfer transformer"
    " tuning understanding unified using video vision visual with without world zero 2 3d gpt4 qlora vlm"
).split()


def titles(count: int, seed: int) -> list[str]:
    """Distinct keys of titles of 1 to 14 words."""
    chance = random.Random(seed)
    made: dict[str, None] = {}
    while len(made) < count:
        made["".join(chance.choices(WORDS, k=chance.randint(1, 14)))] = None
    return list(made)


def changed(chance: random.Random, key: str, least: float) -> str:
    """A key with as many changes as the ratio allows, up to seven: a typo, a run dropped, added, replaced or moved."""
    made = key
    for _ in range(chance.randint(1, 7)):
        at, size = chance.randrange(len(made)), chance.choice((1, 1, 1, 3, 6))
        head, run, tail = made[:at], made[at : at + size], made[at + size :]
        other = "".join(chance.choices(WORDS, k=3))[:size]
        new = head + chance.choice((tail, other + run + tail, other + tail, tail[:4] + run + tail[4:]))
        made = new if fuzz.ratio(key, new) >= least else made
    return made


def stored(keys: Sequence[str]) -> list[tuple[int, int, int]]:
    """What a library keeps of keys, in its order; a title's number is its place among them."""
    return sorted(
        (code, place, number) for number, key in enumerate(keys) for code, place in marks.marks_of(key, nameless=True)
    )


def looked_up(keys: Sequence[str], kept: list[tuple[int, int, int]], key: str, least: float) -> set[str]:
    """What a library finds near a key, without SQL."""

    def beside(ask: marks.Ask) -> list[tuple[int, int]]:
        at = bisect_left(kept, (ask.code, ask.place, 0))
        rows = kept[max(0, at - marks.REACH) : at + marks.REACH]
        fit = [row for row in rows if ask.low <= row[0] <= ask.high and ask.first <= row[1] <= ask.last]
        return [(code, number) for code, _, number in fit]

    found = marks.likely(key, least, [(ask, beside(ask)) for ask in marks.asks_of(key, least, nameless=True)])
    return set(weighed(key, [keys[number] for number in found], least))


def all_pairs(keys: Iterable[str], least: float) -> set[frozenset[str]]:
    """The pairs of keys that rapidfuzz calls near: every one is looked at."""
    known = list(dict.fromkeys(keys))
    ratios = process.cdist(known, known, scorer=fuzz.ratio, score_cutoff=least)
    return {frozenset((known[i], known[k])) for i, row in enumerate(ratios) for k in row.nonzero()[0] if i != k}


def in_bulk(keys: Iterable[str], least: float) -> set[frozenset[str]]:
    """The pairs that the bulk way finds; it gives each once."""
    found = [frozenset((one, other)) for one, other, _ in similar_pairs(keys, least)]
    assert len(found) == len(set(found))
    return set(found)


# --- every key looked at ----------------------------------------------------------------------------------------------


@given(
    st.lists(st.text("abcde ", max_size=12), max_size=20),
    st.text("abcde ", max_size=12),
    st.sampled_from([0.0, 33.3, 60.0, 75.0, 88.0, 92.0, 100.0]),
)
def test_the_plain_index_loses_nothing(keys: list[str], key: str, least: float) -> None:
    """Every key that rapidfuzz calls near enough is found, once, and no other."""
    found = TitleIndex(keys).near(key, least)
    assert sorted(found) == sorted({other for other in keys if fuzz.ratio(key, other) >= least})


def test_a_key_that_is_too_long() -> None:
    """A title of ten million characters is near itself alone, in no time, whichever way it is looked for."""
    long = "adapters" * 1_250_000
    keys = [long, long + "s", "a" * marks.LONGEST, "a" * (marks.LONGEST - 1) + "b"]
    plain = TitleIndex(keys)
    assert plain.near(long) == [long]
    assert plain.near(long + "z") == []
    assert sorted(plain.near(keys[2])) == sorted(keys[2:])
    assert (marks.marks_of(long, nameless=True), marks.asks_of(long, 90.0, nameless=True)) == ([], [])
    assert [(a, b) for a, b, _ in similar_pairs(keys, 90.0)] == [(keys[2], keys[3])]


# --- marks ------------------------------------------------------------------------------------------------------------


@given(st.integers(1, marks.LONGEST), st.sampled_from(RATIOS))
def test_lengths(size: int, least: float) -> None:
    """A length is left out only if no ratio of two keys, the shorter a part of the longer, is enough."""
    shortest, longest = marks.lengths(size, least)
    for length in (shortest - 1, longest + 1):
        if 0 < length <= marks.LONGEST:
            assert fuzz.ratio("a" * size, "a" * length) < least
    assert 1 <= shortest <= size <= longest <= marks.LONGEST


def test_shelves() -> None:
    """A key of any length is near none below the next shelf, at the least ratio; and shelves fit in front of a code."""
    for length in range(1, marks.LONGEST + 1):
        assert marks.shelf_of(length) - marks.shelf_of(marks.lengths(length, marks.LEAST_RATIO)[0]) <= 1
    assert marks.LEAST_RATIO <= CANDIDATE_RATIO
    assert all(0 < code < 2**63 for code, _ in marks.marks_of("z" * marks.LONGEST, nameless=True))
    assert marks.marks_of("z" * marks.LONGEST, nameless=False)[-1][0] < marks.NAMELESS


@given(st.text(min_size=1, max_size=60))
def test_a_key_finds_itself(key: str) -> None:
    """Each mark of a key is asked for when the key is looked up, whatever it is written in."""
    asks = marks.asks_of(key, 90.0, nameless=True)
    kept = marks.marks_of(key, nameless=True)
    assert kept
    for code, place in kept:
        assert any((code, place) == ask[:2] and ask.first <= place <= ask.last for ask in asks)


def test_sides() -> None:
    """A title with an id asks for those without; one without asks for all."""
    kept = {side: {code for code, _ in marks.marks_of("lowrankadapters", nameless=side)} for side in (False, True)}
    asked = {
        side: {ask.code for ask in marks.asks_of("lowrankadapters", 90.0, nameless=side)} for side in (False, True)
    }
    assert asked[False] >= kept[True]
    assert asked[False].isdisjoint(kept[False])
    assert asked[True] >= kept[False] | kept[True]
    assert min(kept[True]) >= marks.NAMELESS > max(kept[False])


def test_marks_are_few() -> None:
    """A key has about sixteen marks whatever its length, and a short one no more than characters."""
    chance = random.Random(3)
    for length in (1, 2, 7, 16, 40, 80, 200, 1000, 2000):
        keys = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=length)) for _ in range(50)]
        counts = [len(marks.marks_of(key, nameless=True)) for key in keys]
        assert sum(counts) / len(counts) <= min(length, 1.5 * marks.MARKS) + 1
        assert all(count >= 1 for count in counts)


@pytest.mark.parametrize("least", [85.0, 90.0])
def test_marks_lose_next_to_nothing(least: float) -> None:
    """Of 1,000 titles changed as much as the ratio allows, one may be missed among 2,000."""
    chance = random.Random(17)
    keys = titles(2_000, seed=1)
    pairs = [(key, changed(chance, key, least)) for key in chance.sample(keys, 1_000)]
    pairs = [(key, new) for key, new in pairs if key != new]
    kept = stored(keys)
    lost = [(key, new) for key, new in pairs if key not in looked_up(keys, kept, new, least)]
    assert len(pairs) > 900
    assert len(lost) <= len(pairs) / 1000, lost


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("gpt4", "gpt4o"),
        ("qlora", "qloras"),
        ("深度强化学习的样本效率研究综述", "深度强化学习的样本效率研究概述"),
        ("глубокоеобучениесподкреплением", "глубокоеобучениеcподкреплением"),
        ("모델압축을위한지식증류방법", "모델압축을위한지식증류기법"),
        ("lowrankadaptersforlargemodels", "lowrankadaptersforlargermodels"),
    ],
)
def test_scripts_and_short_keys(one: str, other: str) -> None:
    """Near titles are found in any script, and in the shortest keys, whichever way."""
    least = min(fuzz.ratio(one, other), 92.0)
    assert least >= marks.LEAST_RATIO
    assert looked_up([one, "else"], stored([one, "else"]), other, least) == {one}
    assert in_bulk([one, other, "something else"], least) == {frozenset((one, other))}


# --- many at once -----------------------------------------------------------------------------------------------------


@given(st.lists(st.text("abcd", max_size=9), max_size=30), st.sampled_from(RATIOS))
def test_bulk_loses_nothing_of_a_small_file(keys: list[str], least: float) -> None:
    """Where no more keys stand on a shelf than are looked at, all pairs of short keys are found, and no other."""
    assert in_bulk(keys, least) == all_pairs([key for key in keys if key], least)


def test_bulk_marks_are_the_librarys() -> None:
    """Both ways cut the same marks of a key."""
    keys = [*titles(300, seed=5), "a", "ab", "深度强化学习", "naïve" * 70]
    for key in keys:
        limit = marks.limit_of(marks.shelf_of(len(key)))
        made = bulk._marks(["x", key], np.array([1, len(key)]), 7, limit)
        mine = made.codes[made.owners == 8].tolist()
        front = marks.shelf_of(len(key)) << marks.CHARACTERS * marks.BITS
        assert [(front | code >> 8, code & 255) for code in mine] == [
            (code, min(place, 255)) for code, place in marks.marks_of(key, nameless=False)
        ]


@pytest.mark.parametrize("least", RATIOS)
def test_bulk_loses_next_to_nothing(least: float) -> None:
    """Of all near pairs among 1,600 titles, most of them changed ones, 999 of a thousand are found, and none that isn't."""
    chance = random.Random(23)
    keys = titles(800, seed=9)
    keys += [changed(chance, key, least) for key in chance.choices(keys, k=800)]
    wanted, found = all_pairs(keys, least), in_bulk(keys, least)
    assert found <= wanted
    assert len(wanted - found) <= len(wanted) / 1000


def test_bulk_pairs() -> None:
    """A pair comes with its ratio, the key that was given first in front; repeated keys are one."""
    keys = ["lowrankadapter", "lowrankadapters", "forgetting", "lowrankadapters", "", "lowrankadapter"]
    assert list(similar_pairs(keys, 90.0)) == [
        bulk.Near("lowrankadapter", "lowrankadapters", fuzz.ratio("lowrankadapter", "lowrankadapters"))
    ]
    assert list(similar_pairs([], 90.0)) == []
    with pytest.raises(ValueError, match="85 or more"):
        list(similar_pairs(keys, 84.9))


def test_a_crowd() -> None:
    """Of thousands of titles that differ in a number only, each is found to be near another, and nearly all pairs are.

    More stand side by side than are looked at, so the work is bounded and not every pair is found.
    """
    keys = [
        f"proceedingsofthe{number}thworkshoponadaptersandforgettinginlargelanguagemodels" for number in range(1_200)
    ]
    wanted, found = all_pairs(keys, 98.0), in_bulk(keys, 98.0)
    assert found <= wanted
    assert frozenset().union(*found) == frozenset().union(*wanted)
    assert len(found) > 0.9 * len(wanted)


@pytest.mark.parametrize("count", [60, index.PLAIN + 500])
def test_linking_pairs(count: int) -> None:
    """Few pairs link all that all pairs link, and no others, whether few keys are all looked at or many sorted."""
    chance = random.Random(31)
    keys = titles(count * 2 // 3, seed=8)
    keys = list(dict.fromkeys([*keys, *(changed(chance, key, 90.0) for key in chance.choices(keys, k=count // 2))]))
    keys += [f"report{number}onthetidesandmoonsofsmallseas" for number in range(300 if count > index.PLAIN else 10)]
    found = list(linking_pairs(keys, 90.0))
    assert all(fuzz.ratio(one, other) >= 90.0 for one, other in found)
    assert groups(keys, found) == groups(keys, [(a, b) for a, b in map(sorted, all_pairs(keys, 90.0))])
    assert len(found) < len(keys) or count <= index.PLAIN


def groups(keys: Iterable[str], pairs: Iterable[tuple[str, str]]) -> set[frozenset[str]]:
    """The keys that pairs link."""
    group_of = {key: {key} for key in keys}
    for one, other in pairs:
        if group_of[one] is not group_of[other]:
            group_of[one] |= group_of[other]
            group_of.update(dict.fromkeys(group_of[other], group_of[one]))
    return {frozenset(group) for group in group_of.values()}


def test_near_among() -> None:
    """Few keys are all looked at, many are compared at once, and a ratio that marks don't reach is looked at plainly."""
    keys = titles(index.PLAIN, seed=2)
    keys += [key + "s" for key in keys[:60] if len(key) > 20]
    some = keys[:100]
    assert len(keys) > index.PLAIN
    expected = {key: set(TitleIndex(keys).near(key, 90.0)) - {key} for key in some}
    plain, sorted_out, low = near_among(keys[: index.PLAIN], 90.0), near_among(keys, 90.0), near_among(keys, 84.0)
    for key in some:
        assert set(sorted_out(key)) == expected[key]
        assert set(plain(key)) - {key} == expected[key] & set(keys[: index.PLAIN])
        assert set(low(key)) - {key} >= expected[key]
    assert sorted_out("not among them") == ()
