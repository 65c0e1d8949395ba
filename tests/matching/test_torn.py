"""Links that lead to two papers lead to neither, whatever their order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from papertide.matching.torn import Link, components, torn

GROUPS = 7
LINKS = st.sets(st.tuples(st.integers(0, GROUPS), st.integers(0, GROUPS)).filter(lambda pair: pair[0] < pair[1]))


def left_out(links: set[Link], *apart: Link) -> set[Link]:
    """The links that are left out where these groups are two papers."""
    return torn(links, lambda a, b: (a, b) in apart, lambda _a, _b: False)


def test_what_leads_to_two_papers_is_left_out() -> None:
    """One between two sides belongs to neither, nor do several that are one another's; those beside them do."""
    assert left_out({(1, 2), (2, 3)}, (1, 3)) == {(1, 2), (2, 3)}
    assert left_out({(1, 2), (2, 3), (3, 4)}, (1, 4)) == {(1, 2), (3, 4)}
    assert left_out({(1, 2), (2, 3), (3, 4)}, (1, 3)) == {(1, 2), (2, 3)}
    assert left_out({(1, 2), (2, 3)}) == set()


def test_a_chain_of_sides_is_left_out() -> None:
    """Where every group is some other's opposite, and none is between two, nothing tells which of them belong together."""
    links = {(1, 2), (2, 3), (3, 4)}
    assert left_out(links, (1, 4), (2, 6), (3, 6)) == {(1, 2), (3, 4)}
    ring = {(1, 2), (2, 3), (3, 4), (4, 5), (5, 6)}
    assert left_out(ring, (1, 4), (2, 5), (3, 6)) == ring


def test_what_was_torn_before_stays_so() -> None:
    """Groups that stronger links tore from one another are no more joined through a third."""
    assert torn({(1, 2), (2, 3)}, lambda _a, _b: False, lambda a, b: (a, b) == (1, 3)) == {(1, 2), (2, 3)}


@given(LINKS, LINKS, LINKS, st.permutations(range(GROUPS + 1)))
def test_no_veto_is_outvoted_and_names_change_nothing(
    links: set[Link], vetoes: set[Link], doubts: set[Link], names: list[int]
) -> None:
    """What the links that are left join holds no two papers; under other names the same links are left out."""
    links -= vetoes | doubts

    def named(pairs: set[Link]) -> set[Link]:
        return {(min(names[a], names[b]), max(names[a], names[b])) for a, b in pairs}

    out = torn(links, lambda a, b: (a, b) in vetoes, lambda a, b: (a, b) in doubts)
    for part in components(links - out):
        groups = {group for link in part for group in link}
        assert not any(a in groups and b in groups for a, b in vetoes | doubts)
    other_vetoes, other_doubts = named(vetoes), named(doubts)
    again = torn(named(links), lambda a, b: (a, b) in other_vetoes, lambda a, b: (a, b) in other_doubts)
    assert again == named(out)
