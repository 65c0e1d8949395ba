"""Places given to topics that a reader decided on little."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from papertide.ranking.explore import EVERY, Placed, mixed

TOPICS = st.dictionaries(st.integers(1, 60), st.sampled_from("abcd"))


def test_every_tenth_place_goes_to_the_topic_decided_on_least() -> None:
    """Of two topics that come last the one without decisions is first, then the next; each by its best-ranked paper."""
    order = [*range(1, 41)]
    topic_of = {
        **dict.fromkeys(range(1, 31), "a"),
        **dict.fromkeys(range(31, 36), "b"),
        **dict.fromkeys(range(36, 41), "c"),
    }
    placed = mixed(order, topic_of, {"a": 9, "b": 1})
    given_away = {place: one for place, one in enumerate(placed, 1) if one.explored}
    assert given_away == {10: Placed(36, "c"), 20: Placed(31, "b"), 30: Placed(37, "c"), 40: Placed(40, "c")}


@given(st.permutations(range(1, 31)), TOPICS, st.dictionaries(st.sampled_from("abcd"), st.integers(0, 9)))
def test_no_paper_is_lost(order: list[int], topic_of: dict[int, str], decided: dict[str, int]) -> None:
    """Every paper has one place, the others stay in their order, and only every tenth place is given away."""
    placed = mixed(order, topic_of, decided)
    assert sorted(one.number for one in placed) == sorted(order)
    by_score = [one.number for one in placed if not one.explored]
    assert by_score == [number for number in order if number in set(by_score)]
    assert all(place % EVERY == 0 for place, one in enumerate(placed, 1) if one.explored)
    assert all(topic_of[one.number] == one.explored for one in placed if one.explored)
