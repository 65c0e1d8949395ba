"""What of a paper's text is learnt from: its words, their stems, its pairs of words, its topics, each as a number.

A number is a hash of 22 bits, so that no list of words has to be kept, and a paper's terms don't depend on any other paper.
Two terms that share one are told apart by nothing; with 100,000 papers that happens to rare pairs, which count for little.
A paper's terms are kept as bytes: for each, in ascending order, 32 bits, little-endian, the number in the higher 28 and
how often it stands there in the lower 4 (15 is "15 or more").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from papertide.query.stem import stem
from papertide.query.tokens import words

BITS = 22
COUNT_BITS = 4
MOST = (1 << COUNT_BITS) - 1
"""The highest count that is told from the next."""

_MEMORY = 1 << 18
_LEFT, _RIGHT, _MIX = np.uint64(0x9E3779B1), np.uint64(0x85EBCA77), np.uint64(0xC2B2AE3D27D4EB4F)
_TOPIC = "topic:"


class _Numbers(dict[str, tuple[int, int]]):
    """Words as numbers, of the word and of its stem, worked out when it is first met; forgets all when it is full."""

    def __missing__(self, word: str) -> tuple[int, int]:
        if len(self) >= _MEMORY:
            self.clear()
        raw = word.encode("utf-8", "surrogatepass")
        self[word] = numbers = crc32(raw), crc32(b"~" + stem(raw))
        return numbers


_NUMBERS = _Numbers()


def terms_of(title: str, abstract: str | None, topics: Iterable[str] = ()) -> bytes:
    """A paper's terms as they are kept."""
    found = [_of_topics(topics)]
    for text in (title, abstract or ""):
        found += _of_words(words(text))
    numbers, counts = np.unique(np.concatenate(found), return_counts=True)
    packed = (numbers << np.uint64(COUNT_BITS)) | np.minimum(counts, MOST).astype(np.uint64)
    return packed.astype("<u4").tobytes()


def names_of(title: str, abstract: str | None, topics: Iterable[str] = ()) -> dict[int, str]:
    """What the numbers of a paper's terms stand for there; a stem goes by the first word that has it."""
    names: dict[int, str] = {}
    topics = list(topics)
    _name(names, _of_topics(topics), [_TOPIC + topic for topic in topics])
    for text in (title, abstract or ""):
        found = words(text)
        raw, stems, pairs = _of_words(found)
        _name(names, raw, found)
        _name(names, stems, found)
        _name(names, pairs, [f"{first} {second}" for first, second in pairwise(found)])
    return names


def _name(names: dict[int, str], numbers: NDArray[np.uint64], called: Sequence[str]) -> None:
    for number, name in zip(numbers.tolist(), called, strict=True):
        names.setdefault(number, name)


def _of_words(found: Sequence[str]) -> Iterator[NDArray[np.uint64]]:
    """The numbers of words, of their stems, and of the pairs that stand side by side."""
    both = np.array([_NUMBERS[word] for word in found], dtype=np.uint64).reshape(-1, 2)
    raw = both[:, 0]
    yield _bucket(raw)
    yield _bucket(both[:, 1])
    yield _bucket(raw[:-1] * _LEFT + raw[1:] * _RIGHT + np.uint64(1))


def _of_topics(topics: Iterable[str]) -> NDArray[np.uint64]:
    said = [crc32((_TOPIC + topic).encode("utf-8", "surrogatepass")) for topic in topics]
    return _bucket(np.array(said, dtype=np.uint64))


def _bucket(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return (hashes * _MIX) >> np.uint64(64 - BITS)
