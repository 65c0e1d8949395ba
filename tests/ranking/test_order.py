"""The order of papers before there are decisions to learn from."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.export.papers import paper

from papertide.ranking.order import first_impression
from papertide.records.plain import PaperDict

COUNTS = st.none() | st.integers(0, 3)
DAYS = st.none() | st.sampled_from(["2023-12-31", "2024-01-01", "2024-01-02"])
PAPERS = st.builds(
    lambda number, score, upvotes, comments, day: paper(
        number, "x", score=score, upvotes=upvotes, comments=comments, published=day
    ),
    st.integers(1, 9),
    st.none() | st.sampled_from([0.0, 0.5]),
    COUNTS,
    COUNTS,
    DAYS,
)


def test_best_first() -> None:
    """Score, then upvotes, comments, the newer date, the smaller number; unknown comes last in each."""
    ordered = [
        paper(9, "scored", score=0.1),
        paper(8, "upvoted", upvotes=9),
        paper(7, "less", upvotes=2, comments=1),
        paper(6, "no comments", upvotes=2, comments=0),
        paper(5, "unknown comments", upvotes=2),
        paper(4, "no upvotes", upvotes=0),
        paper(3, "commented", comments=4, published="2020-01-01"),
        paper(2, "new", published="2024-02-01"),
        paper(1, "old", published="2024-01-31"),
        paper(10, "undated"),
        paper(11, "undated too"),
    ]
    assert sorted([*ordered[6:], *ordered[:6]], key=first_impression) == ordered


@given(PAPERS, PAPERS)
def test_one_fact_more_never_hurts(one: PaperDict, other: PaperDict) -> None:
    """Of two papers that differ only in one fact, the one where it is known, larger or newer comes first."""
    for name in ("score", "upvotes", "comments", "published"):
        mine: Any = one.get(name)
        its: Any = other.get(name)
        twin: Any = {**one, name: its}
        if mine is not None and (its is None or its < mine):
            assert first_impression(one) < first_impression(twin)
