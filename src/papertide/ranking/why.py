"""The words that moved a paper, told from what was kept of the last learning; without numpy, for `show`."""

from __future__ import annotations

import math
import sys
from array import array
from collections.abc import Mapping

from papertide.ranking.terms import COUNT_BITS, MOST

_UNTOLD = frozenset(
    "a about after all also an and any are as at be been both but by can do each for from had has have how however if in"
    " into is it its may more most not of on one only or our other over s such than that the their them then there these"
    " they this those through to two under up use used using via was we were what when where which while who will with"
    " within without would".split()
)
"""Words that count, as all do, and tell a person nothing."""


def moved(terms: bytes, weights: Mapping[int, float], length: float, names: Mapping[int, str]) -> dict[str, float]:
    """How much each word of a paper adds to its margin, strongest first; a word and its stem are counted together.

    `terms` are the paper's (see `terms`), `weights` those learnt, times idf, by the number of the term; `length` is the
    paper's before it is scaled to 1. A term that has no name there is passed over: the paper was changed since.
    Everyday words are there too; `telling` leaves them out.
    """
    packed = array("I")
    packed.frombytes(terms)
    if sys.byteorder == "big":  # pragma: no cover - no test runs on such a machine
        packed.byteswap()
    sums: dict[str, float] = {}
    for term in packed:
        number, count = term >> COUNT_BITS, term & MOST
        weight = weights.get(number)
        if weight is not None and number in names:
            part = (1 + math.log(count)) * weight / length
            sums[names[number]] = sums.get(names[number], 0.0) + part
    return dict(sorted(sums.items(), key=lambda item: (-abs(item[1]), item[0])))


def telling(words: Mapping[str, float], most: int) -> tuple[tuple[str, float], ...]:
    """The first `most` of words that moved a paper, to three digits, without everyday words and what moved it by nothing."""
    told = [(word, round(part, 3)) for word, part in words.items() if not _UNTOLD.issuperset(word.split())]
    return tuple((word, part) for word, part in told[:most] if part)
