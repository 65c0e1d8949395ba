"""Which titles may be near a title: candidates for the rules, none lost.

The seam: `flows.add` asks for candidates through this one class, so that a faster index can take its place. It holds
each distinct title key once, by length; a `ratio` of t needs 2·min(|a|, |b|) >= t·(|a| + |b|), so only near lengths are
looked at, by rapidfuzz.
"""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz, process

from papertide.matching.rules import CANDIDATE_RATIO


class TitleIndex:
    """Distinct title keys, to be asked for those near a key."""

    def __init__(self, keys: Iterable[str] = ()) -> None:
        self._known: set[str] = set()
        self._by_length: dict[int, list[str]] = {}
        for key in keys:
            self.add(key)

    def add(self, key: str) -> None:
        """Take in a key; one that is there already changes nothing."""
        if key not in self._known:
            self._known.add(key)
            self._by_length.setdefault(len(key), []).append(key)

    def near(self, key: str, least: float = CANDIDATE_RATIO) -> list[str]:
        """All keys whose ratio (0 to 100) to `key` is at least `least`; itself too, if it is there."""
        size = len(key)
        # From 2·min >= t·(a + b), in whole numbers: thousandths, rounded so that nothing is lost.
        t = int(least * 10)
        shortest = -(-size * t // (2000 - t))
        longest = size * (2000 - t) // t if t else max(self._by_length, default=0)
        found: list[str] = []
        for length in range(shortest, longest + 1):
            bucket = self._by_length.get(length)
            if bucket:
                hits = process.extract(key, bucket, scorer=fuzz.ratio, score_cutoff=least, limit=None)
                found += [hit[0] for hit in hits]
        return found
