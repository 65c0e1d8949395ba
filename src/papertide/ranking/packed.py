"""A paper's terms, made: what `terms` says of each, for a whole text at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from papertide.query.tokens import words
from papertide.ranking.terms import BITS, COUNT_BITS, HASHES, LEFT, MIX, MOST, RIGHT, topic_hash


def terms_of(title: str, abstract: str | None, topics: Iterable[str] = ()) -> bytes:
    """A paper's terms as they are kept."""
    found = [_numbers(np.array([topic_hash(topic) for topic in topics], dtype=np.uint64))]
    for text in (title, abstract or ""):
        found += _of_words(text)
    numbers, counts = np.unique(np.concatenate(found), return_counts=True)
    packed = (numbers << np.uint64(COUNT_BITS)) | np.minimum(counts, MOST).astype(np.uint64)
    return packed.astype("<u4").tobytes()


def _of_words(text: str) -> Iterator[NDArray[np.uint64]]:
    """The numbers of words, of their stems, and of the pairs that stand side by side."""
    both = np.array([HASHES[word] for word in words(text)], dtype=np.uint64).reshape(-1, 2)
    raw = both[:, 0]
    yield _numbers(raw)
    yield _numbers(both[:, 1])
    yield _numbers(raw[:-1] * np.uint64(LEFT) + raw[1:] * np.uint64(RIGHT) + np.uint64(1))


def _numbers(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return (hashes * np.uint64(MIX)) >> np.uint64(64 - BITS)
