"""Hostile texts come to an end: a short walk through the subjects of `bench/hostile.py`, which measures how time grows."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hostile import PIECES, cost, subjects, text_of

from papertide.errors import PapertideError

SUBJECTS = {subject.name: subject for subject in subjects()}
SIZE = 1 << 12


@pytest.mark.parametrize("name", SUBJECTS)
def test_comes_to_an_end(name: str) -> None:
    """Whatever is repeated, behind the beginning of a page or alone, ends in a value or in an error of ours."""
    subject = SUBJECTS[name]
    for piece in PIECES[:: 40 if name == "library" else 7]:
        for head in subject.heads:
            with suppress(PapertideError):
                subject.work(text_of(head, piece, SIZE))


def test_the_measure_sees_what_is_wrong() -> None:
    """What is held is seen, and so is work that came to no end."""
    assert cost(lambda: "a" * 50_000_000).memory > 40_000_000
    assert cost(lambda: None).memory < 5_000_000
    assert cost(lambda: None).ended
    assert not cost(lambda: 1 / 0).ended
