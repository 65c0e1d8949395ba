"""A reader's own decisions, replayed."""

from __future__ import annotations

import random

from tests.ranking.test_model import PAPERS

from papertide.ranking.evaluate import LEAST_AFTER, MOMENTS, evaluate
from papertide.ranking.model import Ranker

SAID = [(number, number % 4 == 1) for number in random.Random(3).sample(range(1, 61), 60)]


def test_what_is_learnt_beats_chance() -> None:
    """A reader who keeps one kind of paper is served nearly perfectly, and better than by an order that knows nothing."""
    made = evaluate(Ranker(PAPERS, session=True), SAID, {"number": float, "wrong": lambda n: float(n % 4 == 1)})
    assert made is not None
    assert (made.decisions, made.keeps) == (60, 15)
    assert made.figures["learned"].auc > 0.9 > made.figures["number"].auc
    assert made.figures["wrong"].auc == 0
    assert made.figures["learned"].saved95 > 0.4
    assert made.figures["learned"].precision10 > made.figures["number"].precision10
    assert len(made.curve) == MOMENTS
    assert made.curve[0][0] < made.curve[-1][0] <= 60 - LEAST_AFTER


def test_papers_that_are_gone() -> None:
    """A decision on a paper that isn't here is ranked in the middle; with none here there is nothing to tell."""
    some = Ranker(PAPERS[:30], session=True)
    assert evaluate(some, SAID, {}) is not None
    assert evaluate(Ranker([(99, PAPERS[0][1])]), SAID, {}) is None


def test_too_few() -> None:
    """Before a keep and ten decisions after it, both kinds among them, there is nothing to replay."""
    ranker = Ranker(PAPERS)
    for said in ([], [(1, True)], SAID[:8], [(n, True) for n in range(1, 40)], [(n, False) for n in range(1, 40)]):
        assert evaluate(ranker, said, {}) is None
