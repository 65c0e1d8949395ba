"""Marks: short cuts of a title key by which near titles stand near each other in a sorted list.

Two keys that are 85 % alike or more have some run of characters in common, nearly in the same place. A mark is what
follows a place in a key, eleven characters as one number; sorted, marks that begin alike stand together. Which places
are marked depends on the three characters found there and on nothing else, so that a change elsewhere moves no mark. A
key has about sixteen, a short one as many as it has characters.

Keys are shelved by length, each shelf a third longer than the one before, for a key is near those of its own shelf and
of the next ones only. The shelf is the front of the number, so that marks of two shelves never mix.

A title that is known only with arXiv ids is never one paper with another such title: the ids decide (see `rules`). So
marks have two sides, and such a title is looked up only on the side of those that came without an id.

What is lost: two keys whose common runs are all so frequent that others stand between them (`REACH` on either side), or
hold no marked place. `bench/matching_scale.py` measures it; `bulk` uses the same marks for many keys at once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

LONGEST = 2_000
"""Characters; a longer key is no title, and is near nothing but itself: comparing takes time with the square of it."""
LEAST_RATIO = 85.0
"""The least ratio (0 to 100) that the layout is made for."""
REACH = 100
"""How many neighbours are looked at on either side of a mark."""
LEAST_COVERED = 70
"""How much of a key (in percent) must be found in another, if it is to be looked at: the ratio less this."""

CHARACTERS, BITS = 11, 5
"""How many characters a mark holds, and the bits of each: 55 bits, and a shelf before them, fit SQLite's integers."""
GRAM = 3
"""Characters that decide whether a place is marked."""
MARKS = 16
"""How many places of a key are marked, about."""
SHELVES = (1, 2, 3, 4, 5, 6, 8, 10, 13, 17, 23, 31, 42, 57, 77, 104, 141, 191, 259, 352, 478, 650, 884, 1202, 1634)
"""The length of the shortest key on each shelf."""
SPREAD = 0x9E3779B1
"""An odd number near 2**32 over the golden ratio: products by it are spread evenly (Knuth, TAOCP 6.4)."""

_CODE_BITS = CHARACTERS * BITS
NAMELESS = 1 << _CODE_BITS + 5
"""From this number on stand the marks of titles that came without an arXiv id."""
_BASE32 = "0123456789abcdefghijklmnopqrstuv"


def _digit(code: int) -> int:
    """1 to 31 for a character's number; 0 is left for what is behind the end of the key."""
    if 97 <= code <= 122:
        return code - 96
    return 27 + code % 5 if 48 <= code <= 57 else 1 + (code * SPREAD >> 7) % 31


_DIGITS = bytes(ord(_BASE32[_digit(code)]) for code in range(128)) + bytes(128)  # for bytes.translate


class _Spread(dict[str, int]):
    """The spread number (32 bits) of three digits, reckoned once: there are 32,768 at most."""

    def __missing__(self, gram: str) -> int:
        self[gram] = found = int(gram, 32) * SPREAD & 0xFFFFFFFF
        return found


_SPREAD_OF = _Spread()


class Ask(NamedTuple):
    """Where to look on one shelf for keys that share a mark: from `code` and `place` both ways, to `low` and `high`.

    What is found there stands in its key from place `first` to `last`, or isn't near.
    """

    code: int
    place: int
    low: int
    high: int
    first: int
    last: int


def lengths(size: int, least: float) -> tuple[int, int]:
    """The lengths, from and to, of keys whose ratio to one of `size` characters can be `least` (0 to 100) or more.

    By 2·min(a, b) >= t·(a + b), in whole thousandths, rounded so that nothing is lost; no length is above `LONGEST`.
    """
    t = int(least * 10)
    return -(-size * t // (2000 - t)), min(size * (2000 - t) // t, LONGEST) if t else LONGEST


def shelf_of(length: int) -> int:
    """The number of the shelf for keys of this length."""
    return bisect_right(SHELVES, length) - 1


def limit_of(shelf: int) -> int:
    """Below which spread number (of 32 bits) a place is marked on a shelf."""
    return min(1 << 32, (MARKS * 6 << 32) // (7 * SHELVES[shelf]))  # its middle length is 7/6 of its first


def digits_of(key: str) -> str:
    """A key in digits of base 32, one for a character."""
    if key.isascii():
        return key.encode("ascii").translate(_DIGITS).decode("ascii")
    return "".join(_BASE32[_digit(ord(character))] for character in key)


def marks_of(key: str, nameless: bool) -> list[tuple[int, int]]:
    """The marks by which a key is kept: the numbers that they are sorted by, and their places in the key, from 0.

    None for an empty key, or one that is too long.
    """
    if not 0 < len(key) <= LONGEST:
        return []
    shelf = shelf_of(len(key))
    front = shelf << _CODE_BITS | nameless * NAMELESS
    return [(front | code, place) for _, code, place in _cuts(key, limit_of(shelf))]


def asks_of(key: str, least: float, nameless: bool) -> list[Ask]:
    """Where to look for the keys whose ratio to a key is `least` (85 and more, up to 100)."""
    size = len(key)
    if not 0 < size <= LONGEST:
        return []
    shortest, longest = lengths(size, least)
    shelves = range(shelf_of(shortest), shelf_of(longest) + 1)
    rest = (1 << (CHARACTERS - _begin_alike(size)) * BITS) - 1
    cuts = _cuts(key, limit_of(shelves[0]))  # the lowest shelf marks the most places
    asks: list[Ask] = []
    for side in (0, NAMELESS) if nameless else (NAMELESS,):
        for shelf in shelves:
            limit, front = limit_of(shelf), shelf << _CODE_BITS | side
            for spread, cut, place in cuts:
                if spread < limit:
                    code = front | cut
                    first = place - size
                    asks.append(Ask(code, place, code & ~rest, code | rest, first + shortest, first + longest))
    return asks


def likely(key: str, least: float, beside: Iterable[tuple[Ask, Iterable[tuple[int, int]]]]) -> list[int]:
    """Of the titles whose marks stand beside those asked for, the ones that have enough of a key's characters in them.

    `beside` gives for each ask the marks found, and the number of the title of each. Titles that are near share most of
    the key by one mark or another; a fifth of it at 90 sorts out nine in ten that have a common phrase and no more.
    """
    covered: dict[int, int] = {}
    for ask, found in beside:
        shared = [((1 << min(alike, len(key) - ask.place)) - 1) << ask.place for alike in range(CHARACTERS + 1)]
        for code, title in found:
            alike = (_CODE_BITS - (code ^ ask.code).bit_length()) // BITS
            covered[title] = covered.get(title, 0) | shared[alike]
    enough = len(key) * (least - LEAST_COVERED) / 100
    return [title for title, characters in covered.items() if characters.bit_count() >= enough]


def _begin_alike(size: int) -> int:
    """How many characters two marks begin with alike, at least, if they are to tell anything."""
    return 2 if size < 10 else 3 if size < 17 else 5


def _cuts(key: str, limit: int) -> list[tuple[int, int, int]]:
    """The marked places of a key: the spread number of the characters there, the code, and the place.

    The first place has number 0: the beginning of a key is always marked.
    """
    digits = digits_of(key) + "0" * CHARACTERS
    spreads = [_SPREAD_OF[digits[place : place + GRAM]] for place in range(len(key))]
    spreads[0] = 0
    return [
        (spread, int(digits[place : place + CHARACTERS], 32), place)
        for place, spread in enumerate(spreads)
        if spread < limit
    ]
