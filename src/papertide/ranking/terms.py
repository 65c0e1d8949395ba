"""What of a paper's text is learnt from: its words, their stems, its pairs of words, its topics, each as a number.

A number is a hash of 22 bits, so that no list of words has to be kept, and a paper's terms don't depend on any other paper.
Two terms that share one are told apart by nothing; with 100,000 papers that happens to rare pairs, which count for little.
A paper's terms are kept as bytes: for each, in ascending order, 32 bits, little-endian, the number in the higher 28 and
how often it stands there in the lower 4 (15 is "15 or more"). See `packed` for making them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from zlib import crc32

from papertide.query.stem import stem
from papertide.query.tokens import words

BITS = 22
COUNT_BITS = 4
MOST = (1 << COUNT_BITS) - 1
"""The highest count that is told from the next."""

LEFT, RIGHT, MIX = 0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D27D4EB4F
"""What a pair's hashes are multiplied by, and every hash, modulo 2 ** 64, before its highest bits are taken."""

_WHOLE = (1 << 64) - 1
_MEMORY = 1 << 18


class _Hashes(dict[str, tuple[int, int]]):
    """The hashes of a word and of its stem, worked out when it is first met; forgets all when it is full."""

    def __missing__(self, word: str) -> tuple[int, int]:
        if len(self) >= _MEMORY:
            self.clear()
        raw = word.encode("utf-8", "surrogatepass")
        self[word] = hashes = crc32(raw), crc32(b"~" + stem(raw))
        return hashes


HASHES = _Hashes()


def topic_hash(topic: str) -> int:
    """The hash of a topic."""
    return crc32(f"topic:{topic}".encode("utf-8", "surrogatepass"))


def names_of(title: str, abstract: str | None, topics: Iterable[str] = ()) -> dict[int, str]:
    """What the numbers of a paper's terms stand for there; a stem goes by the first word that has it."""
    names = {_number(topic_hash(topic)): f"topic {topic}" for topic in topics}
    for text in (title, abstract or ""):
        _name(names, words(text))
    return names


def _name(names: dict[int, str], found: Sequence[str]) -> None:
    hashes = [HASHES[word] for word in found]
    for word, (raw, stemmed) in zip(found, hashes, strict=True):
        names.setdefault(_number(raw), word)
        names.setdefault(_number(stemmed), word)
    for (first, second), ((left, _), (right, _)) in zip(pairwise(found), pairwise(hashes), strict=True):
        names.setdefault(_number(left * LEFT + right * RIGHT + 1), f"{first} {second}")


def _number(hashed: int) -> int:
    return (hashed * MIX & _WHOLE) >> (64 - BITS)
