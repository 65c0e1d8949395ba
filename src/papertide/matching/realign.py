"""Which entry of a page that is read anew is which of those read before: by what they say, then by their place.

A page is read again when its parser was mended, or in another layout. What people decided hangs on the entries that were
read the first time, so each has to be found again wherever it stands now.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Hashable, Iterable, Mapping, Sequence

from rapidfuzz import fuzz

from papertide.matching.keys import Face, face_of
from papertide.matching.rules import Texts, compare_texts
from papertide.records.listing import Entry


def realign(old: Sequence[Entry], new: Sequence[Entry]) -> dict[int, int]:
    """Places in `old` to places in `new`, each used at most once. What isn't in it is gone, or newly found.

    1. What begins or ends the page and says the same as before is the same.
    2. In between, entries with one arXiv id are the same, then entries with one title, the first with the first.
    3. Where as many entries lie between two that are aligned as lay there before, they are the same in that order,
       for a title may have been mended; but not two that are plainly other papers.

    Takes time in proportion to the entries.
    """
    before, after = [face_of(entry) for entry in old], [face_of(entry) for entry in new]
    found = _ends([(face.arxiv_id, face.key) for face in before], [(face.arxiv_id, face.key) for face in after])
    found |= _in_order([face.arxiv_id for face in before], [face.arxiv_id for face in after], found)
    found |= _in_order([face.key for face in before], [face.key for face in after], found)
    by_place = _between(len(old), len(new), found)
    return found | {one: other for one, other in by_place.items() if not _others(before[one], after[other])}


def _ends(old: Sequence[Hashable], new: Sequence[Hashable]) -> dict[int, int]:
    """The entries before the first difference, and behind the last."""
    shorter = min(len(old), len(new))
    head = 0
    while head < shorter and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < shorter - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    found = {place: place for place in range(head)}
    found |= {len(old) - 1 - k: len(new) - 1 - k for k in range(tail)}
    return found


def _in_order(old: Sequence[str | None], new: Sequence[str | None], found: Mapping[int, int]) -> dict[int, int]:
    """Of the entries not yet aligned, those that bear one name: the first with the first, the second with the second."""
    waiting: defaultdict[str | None, deque[int]] = defaultdict(deque)
    for place in _left(len(new), found.values()):
        waiting[new[place]].append(place)
    named = (place for place in _left(len(old), found) if old[place] is not None)
    return {place: waiting[old[place]].popleft() for place in named if waiting[old[place]]}


def _left(count: int, taken: Iterable[int]) -> list[int]:
    gone = set(taken)
    return [place for place in range(count) if place not in gone]


def _between(old: int, new: int, found: Mapping[int, int]) -> dict[int, int]:
    """Runs of entries that nothing was found for, where as many stand in the same place now, and nothing else does."""
    runs: dict[int, int] = {}
    taken = set(found.values())
    start = 0
    while start < old:
        if start in found:
            start += 1
            continue
        end = start
        while end < old and end not in found:
            end += 1
        first = found[start - 1] + 1 if start else 0
        last = first + end - start
        closed = last == found[end] if end < old else last == new
        if closed and taken.isdisjoint(range(first, last)):
            runs |= zip(range(start, end), range(first, last), strict=True)
        start = end
    return runs


_ALIKE = 75.0
"""The least `ratio` of two titles of which one may be the other, mended."""


def _others(a: Face, b: Face) -> bool:
    """Whether two entries are not one that is read in another way.

    That takes evidence: abstracts that agree or titles that are alike. What a person decided on the one would else be said
    of the other.
    """
    if a.arxiv_id and b.arxiv_id:
        return True  # one id would have aligned them
    return compare_texts(a.abstract, b.abstract) is not Texts.AGREE and fuzz.ratio(a.key, b.key) < _ALIKE
