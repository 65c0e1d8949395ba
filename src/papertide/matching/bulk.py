"""All pairs of near titles among many: the marks of `marks`, sorted once for a file instead of kept in a library.

Shelf by shelf, with the shelf below, for a key is near no others: marks are sorted, and each is held against the `REACH`
that follow. All of a step is one operation on whole arrays, and most pairs fall at the first: each key has a signature
of 256 bits, each "this letter stands here so many times or more", chosen so that each halves the shelf. An insertion or
deletion changes one letter's count by one, hence at most one bit, so signatures that differ in more bits than the ratio
allows insertions and deletions belong to no pair. What is left is weighed by rapidfuzz.

This is the only file of the room that needs numpy; who imports it waits a tenth of a second.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from papertide.matching.marks import (
    BITS,
    CHARACTERS,
    GRAM,
    LEAST_RATIO,
    LONGEST,
    SHELVES,
    SPREAD,
    digits_of,
    limit_of,
    shelf_of,
)

REACH = 200
"""How many of the marks that follow a mark are looked at; more than in a library, as it costs little here."""
_WORDS = 4
"""64 bits each: a signature."""
_KEYS, _ROWS, _PAIRS = 1 << 14, 1 << 15, 1 << 19
"""How many keys, marks and pairs are worked on at a time: arrays that stay in the processor's caches, or at least small."""
_PLACE_BITS = 8
_LAST_PLACE = (1 << _PLACE_BITS) - 1
"""Later places count as this one: two keys never seem farther apart for it."""

_VALUES = np.zeros(128, np.uint8)
_VALUES[np.frombuffer(b"0123456789abcdefghijklmnopqrstuv", np.uint8)] = np.arange(32)

_Counts = NDArray[np.uint8]
_Numbers = NDArray[np.int64]
_Words = NDArray[np.uint64]


class Near(NamedTuple):
    """Two keys, the earlier one first, and their `fuzz.ratio`."""

    a: str
    b: str
    ratio: float


def similar_pairs(keys: Iterable[str], least: float) -> Iterator[Near]:
    """The pairs of different keys whose ratio is `least` (85 to 100) or more, each once; of a thousand, one may be missed.

    Keys of more than `LONGEST` characters are in none. Raises ValueError for a lower ratio.
    """
    if least < LEAST_RATIO:
        raise ValueError(f"least should be {LEAST_RATIO:g} or more, not {least:g}")
    known = [key for key in dict.fromkeys(keys) if 0 < len(key) <= LONGEST]
    for shelf in _shelves(known, least):
        yield from _near(known, shelf, least)


def _shelves(known: Sequence[str], least: float) -> Iterator[_Shelf]:
    shelved: list[list[int]] = [[] for _ in SHELVES]
    for number, key in enumerate(known):
        shelved[shelf_of(len(key))].append(number)
    for shelf, own in enumerate(shelved):
        if own:
            below = shelved[shelf - 1] if shelf else []
            yield _Shelf(known, below, own, limit_of(shelf), least)


def linking_pairs(keys: Iterable[str], least: float) -> Iterator[tuple[str, str]]:
    """Near pairs through which all are linked that `similar_pairs` finds to be near: as few as keys at most.

    A pair that is linked through others already is not weighed, so that a crowd of near titles costs little more.
    """
    known = [key for key in dict.fromkeys(keys) if 0 < len(key) <= LONGEST]
    roots = np.arange(len(known), dtype=np.int64)
    for shelf in _shelves(known, least):
        for pairs in shelf.candidates(roots):
            kept, _ = _weighed(known, pairs, least)
            joined = False
            for one, other in zip(*map(np.ndarray.tolist, _unpacked(kept)), strict=True):
                low, high = sorted((_root(roots, one), _root(roots, other)))
                if low != high:
                    roots[high] = low
                    joined = True
                    yield known[one], known[other]
            while joined:  # each points to its root again
                above = roots[roots]
                joined = bool((above != roots).any())
                roots[:] = above


def _root(roots: _Numbers, number: int) -> int:
    while (above := int(roots[number])) != number:
        number = above
    return number


def _weighed(known: Sequence[str], pairs: _Numbers, least: float) -> tuple[_Numbers, NDArray[np.float64]]:
    """Those of some pairs that are near, and their ratios."""
    ones, others = ([known[k] for k in side.tolist()] for side in _unpacked(pairs))
    weighed = process.cpdist(ones, others, scorer=fuzz.ratio, score_cutoff=least, dtype=np.float64, workers=1)
    kept = np.flatnonzero(weighed)
    return pairs[kept], weighed[kept]


def _near(known: Sequence[str], shelf: _Shelf, least: float) -> Iterator[Near]:
    """The pairs that a shelf's candidates hold."""
    found = [np.zeros(0, np.int64)]
    ratios = [np.zeros(0)]
    for pairs in shelf.candidates():
        kept, weighed = _weighed(known, pairs, least)
        found.append(kept)
        ratios.append(weighed)
    pairs, first = np.unique(np.concatenate(found), return_index=True)  # most were found at several marks
    told = np.concatenate(ratios)[first]
    for start in range(0, len(pairs), _PAIRS):
        part = slice(start, start + _PAIRS)
        for one, other, ratio in zip(*map(np.ndarray.tolist, _unpacked(pairs[part])), told[part].tolist(), strict=True):
            yield Near(known[one], known[other], ratio)


def _packed(ones: _Numbers, others: _Numbers) -> _Numbers:
    return np.minimum(ones, others) << 32 | np.maximum(ones, others)


def _unpacked(pairs: _Numbers) -> tuple[_Numbers, _Numbers]:
    return pairs >> 32, pairs & 0xFFFFFFFF


class _Shelf:
    """The keys of one shelf and of the one below: `below` and `own` are their places in `known`."""

    def __init__(
        self, known: Sequence[str], below: Sequence[int], own: Sequence[int], limit: int, least: float
    ) -> None:
        self._numbers = np.array([*below, *own], np.int64)
        self._first_own = len(below)
        self._sizes = np.array([len(known[k]) for k in self._numbers.tolist()], np.int64)
        self._least = least
        # Each array is let go as soon as the next is made of it: of a million keys one is a hundred megabytes.
        made_codes, made_owners, made_counts = [], [], []
        for start in range(0, len(self._numbers), _KEYS):
            part = [known[k] for k in self._numbers[start : start + _KEYS].tolist()]
            marks = _marks(part, self._sizes[start : start + _KEYS], start, limit)
            made_codes.append(marks.codes)
            made_owners.append(marks.owners)
            made_counts.append(marks.counts)
        codes = np.concatenate(made_codes)
        made_codes.clear()
        places = (codes & np.uint64(_LAST_PLACE)).astype(np.uint8)
        order = np.argsort(codes)
        del codes
        self._places = places[order]
        self._owners = np.concatenate(made_owners)[order]
        del order
        self._signatures = _signatures(np.concatenate(made_counts))

    def candidates(self, roots: _Numbers | None = None) -> Iterator[_Numbers]:
        """The pairs that may be near, as places in `known`, packed, many at once; one may be given several times.

        With `roots`, which may change meanwhile, not those whose roots are one.
        """
        marked = self._numbers[self._owners] if roots is not None else self._owners
        at_once = _PAIRS if roots is None else _ROWS
        rows: list[_Numbers] = []
        steps: list[_Numbers] = []
        held = 0
        for near, step in self._neighbours():
            found = near if roots is None else near[roots[marked[near]] != roots[marked[near + step]]]
            rows.append(found)
            steps.append(np.full(len(found), step, np.int64))
            held += len(found)
            if held >= at_once:
                yield self._screened(np.concatenate(rows), np.concatenate(steps))
                rows, steps, held = [], [], 0
        if held:
            yield self._screened(np.concatenate(rows), np.concatenate(steps))

    def _neighbours(self) -> Iterator[tuple[_Numbers, int]]:
        """Rows of marks, and how far below each there is one that the first half of the signatures allows."""
        longest = self._sizes * (200 - self._least) / self._least
        limits = np.minimum(self._allowed(self._sizes + longest), 128).astype(np.uint8)
        for start in range(0, len(self._owners), _ROWS):
            owners = self._owners[start : start + _ROWS + REACH]
            first, second = (words[owners] for words in self._signatures[:2])
            allowed = limits[owners]
            for step in range(1, min(REACH, len(owners) - 1) + 1):
                stop = min(_ROWS, len(owners) - step)
                apart = np.bitwise_count(first[:stop] ^ first[step : stop + step])
                apart += np.bitwise_count(second[:stop] ^ second[step : stop + step])
                rows = np.flatnonzero(apart <= allowed[:stop])
                if len(rows):
                    yield rows + start, step

    def _allowed(self, total: NDArray[Any]) -> _Numbers:
        """How many insertions and deletions two keys of so many characters together may need."""
        return (total * (100 - self._least) / 100 + 1e-6).astype(np.int64)

    def _screened(self, rows: _Numbers, steps: _Numbers) -> _Numbers:
        """Of these neighbours those that the lengths, the places and the whole signatures allow."""
        others = rows + steps
        shift = np.abs(self._places[rows].astype(np.int16) - self._places[others])
        ones, others = self._owners[rows].astype(np.int64), self._owners[others].astype(np.int64)
        apart = np.abs(self._sizes[ones] - self._sizes[others])
        allowed = self._allowed(self._sizes[ones] + self._sizes[others])
        # Two keys of the shelf below were found there.
        kept = (np.maximum(ones, others) >= self._first_own) & (ones != others)
        kept &= (apart <= allowed) & (shift <= allowed)
        ones, others, allowed = ones[kept], others[kept], allowed[kept]
        bits = np.zeros(len(ones), np.int64)
        for words in self._signatures:
            bits += np.bitwise_count(words[ones] ^ words[others])
        near = bits <= allowed
        return np.unique(_packed(self._numbers[ones[near]], self._numbers[others[near]]))


class _Marks(NamedTuple):
    """The marks of some keys: code and place in one number, the key each is of, and how often each digit is in each key."""

    codes: _Words
    owners: NDArray[np.int32]
    counts: _Counts


def _marks(keys: Sequence[str], sizes: _Numbers, first: int, limit: int) -> _Marks:
    """The marks of keys that are numbered from `first`; the same as `marks_of` cuts, where that is the limit."""
    # A key ends where 0 begins: what is cut at its end reaches into as many of them.
    text = ("0" * CHARACTERS).join([*map(digits_of, keys), ""])
    digits = _VALUES[np.frombuffer(text.encode("ascii"), np.uint8)]
    length = len(digits) - CHARACTERS + 1
    ends = np.cumsum(sizes + CHARACTERS)
    starts = ends - sizes - CHARACTERS
    owners = np.repeat(np.arange(len(keys), dtype=np.int64), sizes + CHARACTERS)
    counts = np.bincount(owners << BITS | digits, minlength=len(keys) << BITS).reshape(len(keys), 1 << BITS)
    gram = np.zeros(length, np.uint32)
    for place in range(GRAM):
        gram = gram << np.uint32(BITS) | digits[place : place + length]
    spread = gram.astype(np.uint64) * np.uint64(SPREAD) & np.uint64(0xFFFFFFFF)
    spread[starts] = 0
    marked = np.flatnonzero((spread < limit) & (digits[:length] > 0))
    code = np.zeros(len(marked), np.uint64)
    for place in range(CHARACTERS):
        code = code << np.uint64(BITS) | digits[marked + place]
    places = np.minimum(marked - starts[owners[marked]], _LAST_PLACE).astype(np.uint64)
    return _Marks(
        code << np.uint64(_PLACE_BITS) | places,
        (owners[marked] + first).astype(np.int32),
        np.minimum(counts[:, 1:], 255).astype(np.uint8),
    )


def _signatures(counts: _Counts) -> list[_Words]:
    """Words of 64 bits for each key: whether a digit stands in it so many times; those that divide the keys best first."""
    events: list[tuple[float, int, int]] = []
    for digit in range(counts.shape[1]):
        share = 1 - np.cumsum(np.bincount(counts[:, digit])) / len(counts)  # of the keys, with more than so many
        events += [(abs(part - 0.5), digit, more) for more, part in enumerate(share.tolist()) if 0 < part < 1]
    events = sorted(events)[: 64 * _WORDS]
    words: list[_Words] = []
    for start in range(0, 64 * _WORDS, 64):
        word = np.zeros(len(counts), np.uint64)
        for bit, (_, digit, more) in enumerate(events[start : start + 64]):
            word |= (counts[:, digit] > more).astype(np.uint64) << np.uint64(bit)
        words.append(word)
    return words
