"""Which titles of a library are near those of a page: by what costs least for so many titles in so large a library."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import takewhile

from papertide.matching.beginnings import MOST
from papertide.matching.index import TitleIndex, near_among, weighed
from papertide.matching.keys import Face
from papertide.matching.marks import NAMELESS, REACH, asks_of, lengths, likely, marks_of
from papertide.matching.rules import CANDIDATE_RATIO
from papertide.store.base import Titling

HELD = 20_000
"""Titles of a library that are held in memory where many are added to it."""
WORTH = 50
"""To look one title up by its marks takes as long as to load so many."""
MANY = 3_000
"""A page of so many titles, in a library not many times as large, is compared with it all at once."""
TIMES = 30
"""How many times as large."""


BEGINNING_LEAST = 12
"""Characters; a shorter beginning has no four words (see `rules`), or none that say anything."""


def _marks(key: str, nameless: bool) -> Sequence[tuple[int, int]]:
    """The marks of a key (see `marks`), and one below them for its letters in whatever order."""
    marks = marks_of(key, nameless)
    return [*marks, (_letters(key), int(nameless))] if marks else []


def _letters(key: str) -> int:
    return -1 - int.from_bytes(blake2b("".join(sorted(key)).encode(), digest_size=7).digest())


class NearTitles:
    """The titles of a library, to be asked for those near a key; page after page is taken in."""

    def __init__(self, titling: Titling) -> None:
        self._titling = titling
        self._asked = 0
        self._held = TitleIndex()
        self._loaded = 0
        self._near: Callable[[str], Sequence[str]] = self._by_marks
        self._expected = False

    def expect(self, keys: Collection[str]) -> None:
        """Look at the titles of many pages, which are taken in from now on, all at once if they are as many as that."""
        newest = self._titling.newest()
        if len(keys) >= MANY and newest <= TIMES * len(keys):
            self._near = near_among([*self._titling.keys(after=0), *keys], CANDIDATE_RATIO)
            self._expected = True

    def take(self, faces: Iterable[Face]) -> None:
        """Take in the titles of a page; from now on they are found as well."""
        keys: dict[str, bool] = {}
        for face in faces:
            keys[face.key] = keys.get(face.key, False) or not face.arxiv_id
        before = self._titling.newest()
        self._titling.keep(keys, _marks)
        if not self._expected:
            self._near = self._way(len(keys), before)

    def near(self, key: str) -> Sequence[str]:
        """The keys near a key. For a title that came with arXiv ids only, those will do that ever came without one."""
        if not self._titling.any_from(NAMELESS):
            return ()  # two titles with ids are one paper by their ids, or aren't
        return [*self._near(key), *self._related(key)]

    def _related(self, key: str) -> Iterator[str]:
        """The keys that begin a key, those that it begins, and those of its letters in another order."""
        if len(key) < BEGINNING_LEAST:
            return
        yield from self._titling.begun(key, MOST + 1)  # one too many tells that it begins nobody's (see `links`)
        bound = key[:-1]
        while len(bound) >= BEGINNING_LEAST:
            # All that begin the key stand up to `bound`; what is last there and doesn't shares what they can be at most.
            last = self._titling.last(bound) or ""
            shared = "".join(a for a, _ in takewhile(lambda pair: pair[0] == pair[1], zip(last, bound, strict=False)))
            if shared == last and len(last) >= BEGINNING_LEAST:
                yield last
                shared = last[:-1]
            bound = shared
        yield from self._titling.marked(_letters(key))

    def _way(self, count: int, before: int) -> Callable[[str], Sequence[str]]:
        """What costs least for a page of so many titles; `before` is the number of the last title before it."""
        newest = self._titling.newest()
        if count >= MANY and newest <= TIMES * count:
            return near_among(self._titling.keys(after=0), CANDIDATE_RATIO)
        self._asked += count
        if newest > HELD or self._asked * WORTH < newest:
            return self._by_marks
        for key in self._titling.keys(after=self._loaded):
            self._held.add(key)
        self._loaded = before  # and not what came now: that may yet be taken back
        return self._held.near

    def _by_marks(self, key: str) -> Sequence[str]:
        asks = asks_of(key, CANDIDATE_RATIO, self._titling.nameless(key))
        found = likely(key, CANDIDATE_RATIO, ((ask, self._titling.beside(ask, REACH)) for ask in asks))
        return weighed(key, self._titling.keys_of(found, lengths(len(key), CANDIDATE_RATIO)))
