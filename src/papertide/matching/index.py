"""Which titles are near a title: candidates for the rules.

Three ways to the same answer. `TitleIndex` holds every key and looks at all of a fit length: nothing is lost, and it is
the fastest up to some thousands. `bulk` finds all pairs of a large file at once. A library keeps the `marks` of its
titles, so that one title is looked up without reading the others (`flows.titles` asks it, `weighed` decides).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from rapidfuzz import fuzz, process

from papertide.matching.marks import LEAST_RATIO, LONGEST, lengths
from papertide.matching.rules import CANDIDATE_RATIO

PLAIN = 4_000
"""Up to so many keys, to look at each is faster than to sort marks."""


class TitleIndex:
    """Distinct title keys, to be asked for those near a key.

    One of more than `LONGEST` characters is near nothing but itself.
    """

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
        if len(key) > LONGEST:
            return [key] if key in self._known else []
        shortest, longest = lengths(len(key), least)
        found: list[str] = []
        for length in range(shortest, longest + 1):
            bucket = self._by_length.get(length)
            if bucket:
                found += weighed(key, bucket, least)
        return found


def weighed(key: str, others: Sequence[str], least: float = CANDIDATE_RATIO) -> list[str]:
    """Those of other keys whose ratio to a key is at least `least`."""
    return [hit[0] for hit in process.extract(key, others, scorer=fuzz.ratio, score_cutoff=least, limit=None)]


def near_among(keys: Collection[str], least: float) -> Callable[[str], Sequence[str]]:
    """What gives the keys near a key, for all of some distinct keys; the way that is the fastest for so many."""
    if _plainly(keys, least):
        index = TitleIndex(keys)
        return lambda key: index.near(key, least)
    from papertide.matching.bulk import similar_pairs  # numpy: a tenth of a second that few files are worth

    near: defaultdict[str, list[str]] = defaultdict(list)
    for one, other, _ in similar_pairs(keys, least):
        near[one].append(other)
        near[other].append(one)
    return lambda key: near.get(key, ())


def linking_pairs(keys: Collection[str], least: float) -> Iterator[tuple[str, str]]:
    """Near pairs of some distinct keys, through which all near ones are linked; below `LEAST_RATIO` all are weighed."""
    if _plainly(keys, least):
        index = TitleIndex()
        for key in keys:
            yield from ((key, other) for other in index.near(key, least))
            index.add(key)
        return
    from papertide.matching import bulk  # numpy, as above

    yield from bulk.linking_pairs(keys, least)


def _plainly(keys: Collection[str], least: float) -> bool:
    return len(keys) <= PLAIN or least < LEAST_RATIO
