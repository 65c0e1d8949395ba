"""What is known of a paper, in a few words."""

from __future__ import annotations

import pytest
from tests.export.papers import BARE, WHOLE, paper

from papertide.export.facts import facts


def test_everything_in_order() -> None:
    """Authors, organisation, date, upvotes, comments: three names, then how many more; one is not plural."""
    assert facts(WHOLE) == [
        "Ada Example, Ben Example, Cy Example and 2 more",
        "Example Lab",
        "2024-05-10 (year inferred)",
        "12 upvotes",
        "1 comment",
    ]


def test_nothing_known_is_nothing_said() -> None:
    """Of the unknown nothing is told, and neither of no comments."""
    assert facts(BARE) == []
    assert facts(paper(1, "x", comments=0, upvotes=0)) == []


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["A"], "A"),
        (["A", "B", "C"], "A, B, C"),
        (["A", "B", "C", "D"], "A, B, C and 1 more"),
    ],
)
def test_names(names: list[str], told: str) -> None:
    """Up to three names are told, and how many more there are."""
    assert facts(paper(1, "x", authors=names, author_count=len(names))) == [told]


def test_a_count_where_there_are_no_names() -> None:
    """Without names the number of authors is told."""
    assert facts(paper(1, "x", author_count=1)) == ["1 author"]
