"""Which pairs of faces can be one paper at all, told without the rules: those that they would join are all among these.

Pairs with one id are; else two titles must be one or nearly so, tell the same numbers and say the same of what they
are about, or the one must begin the other (see `rules`). So faces are put together by what must be equal, and only
within a heap titles are held against each other: a thousand titles that differ in a number are a thousand heaps.

Of more than `MANY` with one title only those are held together that share a name, or of which one tells none: an author
who is misspelt wherever two of a hundred papers called "Editorial" name him is not looked for.

A heap of more than `CROWD` is no longer compared whole. Sorted by content, each face is held against the `BESIDE` that
follow it, so that time grows with their number and not with its square; what is alike stands side by side, and what
nobody could read through (a thousand papers called "Editorial") stays apart rather than together.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterable, Iterator, Sequence
from zlib import crc32

from rapidfuzz import fuzz, process

from papertide.matching.beginnings import is_one_title
from papertide.matching.crowds import says_much
from papertide.matching.keys import Face, numbers, solid
from papertide.matching.profiles import Rules
from papertide.matching.rules import LEAST_RATIO, TEXT_LEAST, Texts, framed
from papertide.matching.spelling import near

CROWD = 2_000
"""Faces of one heap; up to so many, every pair is looked at."""
BESIDE = 10
"""How many of those that follow a face in a larger heap are looked at."""
MANY = 50
"""Faces of one heap from which it is worth to sort out words first."""
RUN, RUNS = 8, 48
"""Characters of a run, and how many runs of a text are looked at, where the texts of many are held together."""

_LAST = "\U0010ffff"
Pair = tuple[int, int]
Weight = tuple[int, float, bool]


def weight(one: Face, other: Face) -> Weight:
    """How strong a link between two faces would be, the strongest first.

    Ids, then the ratio of the titles, then abstracts that begin alike: what costs little, and is known without the rules.
    """
    told_apart = one.text_key is None or one.text_key != other.text_key
    if one.arxiv_id and one.arxiv_id == other.arxiv_id:
        return -2, -100.0, told_apart
    if one.doi and one.doi == other.doi:
        return -1, -100.0, told_apart
    return 0, -100.0 if one.key == other.key else -fuzz.ratio(one.key, other.key), told_apart


def unnamed(face: Face, rules: Rules) -> bool:
    """Whether a record says nothing that tells which "Editorial" it is: two may be alike in all they say and still be two."""
    if face.arxiv_id or face.doi or face.abstract:
        return False
    return ((not face.people or face.year is None) and rules.generic(face)) or rules.column(face)


def links(faces: Sequence[Face], some: Iterable[int], rules: Rules) -> set[Pair]:
    """The pairs of some faces, by their places, that the rules may call the same; `faces` are in order of content.

    A pair is given in order. What is not among them is never the same, but for the crowds (see above).
    """
    places = sorted(some)
    least = min(rules.profile.ratio, LEAST_RATIO[Texts.AGREE])
    found: set[Pair] = set()
    for heap in _heaps((_titles(faces[k]), k) for k in places):
        found.update(_all(heap) if len(heap) <= MANY else _sifted(faces, heap, rules))
    for heap in _heaps(([_numbered(faces[k])], k) for k in places):
        found.update(_near(faces, heap, least))
    for pair, fit in _begun(faces, places, rules):
        (found.add if fit else found.discard)(pair)
    found = {(one, other) for one, other in found if not _two_ids(faces[one], faces[other])}
    for heap in _heaps((_ids(faces[k]), k) for k in places):
        found.update(_all(heap))
    return found


def _two_ids(one: Face, other: Face) -> bool:
    return bool(one.arxiv_id and other.arxiv_id and one.arxiv_id != other.arxiv_id)


def _ids(face: Face) -> list[Hashable]:
    return [(kind, told) for kind, told in (("arxiv", face.arxiv_id), ("doi", face.doi)) if told]


def _titles(face: Face) -> list[Hashable]:
    """The title, and its words in any order."""
    return [(face.title.about, face.key), (face.title.about, tuple(sorted(face.words)))]


def _numbered(face: Face) -> Hashable:
    return face.title.about, numbers(face.words)


def _heaps(marked: Iterable[tuple[Iterable[Hashable], int]]) -> Iterator[list[int]]:
    """The places that share a mark, for each mark that several have."""
    heaps: dict[Hashable, list[int]] = {}
    for marks, place in marked:
        for mark in marks:
            heaps.setdefault(mark, []).append(place)
    return (heap for heap in heaps.values() if len(heap) > 1)


def _all(heap: Sequence[int]) -> Iterator[Pair]:
    reach = len(heap) if len(heap) <= CROWD else BESIDE
    for k, place in enumerate(heap, 1):
        yield from ((place, other) for other in heap[k : k + reach])


def _sifted(faces: Sequence[Face], heap: Sequence[int], rules: Rules) -> Iterator[Pair]:
    """The pairs of many faces with one title, or the words of one, that may be one paper; two arXiv ids are two."""
    generic = all(rules.generic(faces[place]) for place in heap)  # then the year and the authors must agree
    for together in _heaps((_shared_marks(faces[place], generic=generic), place) for place in heap):
        yield from _all(together)
    nameless = [place for place in heap if not faces[place].people]
    if nameless and not generic:
        chosen = nameless if len(heap) <= CROWD else nameless[:BESIDE]
        yield from ((min(one, other), max(one, other)) for one in chosen for other in heap if one != other)


def _shared_marks(face: Face, *, generic: bool) -> list[Hashable]:
    """What two faces of one title must share one of: a word of a name, an abstract, a year that says all (see rule 8)."""
    names = {word for person in face.people for word in person.split() if len(word) > 1}
    marks: list[Hashable] = [(name, face.year if generic else None) for name in names]
    if face.abstract is not None and len(face.abstract) >= TEXT_LEAST:
        marks.append(Texts.AGREE)
    return [*marks, (Texts.UNKNOWN, face.year)] if says_much(face) else marks


def _near(faces: Sequence[Face], heap: Sequence[int], least: float) -> Iterator[Pair]:
    """The pairs of a heap whose titles are alike and not one."""
    holders: dict[str, list[int]] = {}
    for place in sorted(heap, key=lambda place: (faces[place].key, place)):
        holders.setdefault(faces[place].key, []).append(place)
    keys = list(holders) if len(holders) > CROWD else sorted(holders, key=lambda key: holders[key])
    reach = len(keys) if len(keys) <= CROWD else BESIDE
    words = _OneWord(faces, heap if MANY < len(heap) <= CROWD else ())
    for k, key in enumerate(keys, 1):
        alike = process.extract(key, keys[k : k + reach], scorer=fuzz.ratio, score_cutoff=least, limit=None)
        others = [place for other, *_ in alike for place in holders[other]]
        most = len(others) if len(holders[key]) * len(others) <= CROWD * CROWD else BESIDE
        for place in holders[key] if others else ():
            apart = words.apart(place)
            for other in others[:most]:
                if other not in apart:
                    yield (place, other) if place < other else (other, place)


class _OneWord:
    """Titles that differ in one word only, which is another word and no typo: that is not one paper by its title.

    Only where nothing but the titles could tell: not two abstracts that may agree, nor two records of a bibliography
    (rules 7 and 14).
    """

    def __init__(self, faces: Sequence[Face], heap: Iterable[int]) -> None:
        self._others: dict[_Mask, dict[str, list[int]]] = {}
        self._faces = faces
        self._texts: dict[int, frozenset[int]] = {}
        for place in heap:
            face = faces[place]
            if not face.edition:
                if face.abstract is not None and len(face.abstract) >= TEXT_LEAST:
                    self._texts[place] = _runs(solid(face.abstract))
                for word, mask in _masks(face.words):
                    self._others.setdefault(mask, {}).setdefault(word, []).append(place)

    def apart(self, place: int) -> set[int]:
        """Those that differ from one in such a word."""
        found: set[int] = set()
        text = self._texts.get(place, frozenset())
        for word, mask in _masks(self._faces[place].words) if self._others else ():
            for other, places in self._others.get(mask, {}).items():
                if other != word and not near(word, other, forgiving=True):
                    found.update(k for k in places if text.isdisjoint(self._texts.get(k, ())))
        return found


def _runs(text: str) -> frozenset[int]:
    """Some of the runs of characters in a text, as numbers: texts that agree share some of these, or hardly any run."""
    numbers = {crc32(text[k : k + RUN].encode()) for k in range(max(1, len(text) - RUN + 1))}
    return frozenset(heapq.nsmallest(RUNS, numbers))


_Mask = tuple[int, tuple[str, ...]]


def _masks(words: tuple[str, ...]) -> Iterator[tuple[str, _Mask]]:
    """Each word that stands in a title once, with its place and the others."""
    for k, word in enumerate(words):
        rest = words[:k] + words[k + 1 :]
        if word not in rest:
            yield word, (k, rest)


def _begun(faces: Sequence[Face], places: Sequence[int], rules: Rules) -> Iterator[tuple[Pair, bool]]:
    """The pairs of which one title is the beginning of the other, and whether that may tell that they are one paper.

    It doesn't where a title begins titles that are unlike: it is nobody's beginning, unless something else tells.
    """
    by_title = sorted((faces[place].key, place) for place in places)
    for k, (key, place) in enumerate(by_title):
        end = bisect_right(by_title, (key + _LAST, 0), k)
        first = bisect_left(by_title, (key + "\0", 0), k, end)
        if end - first > CROWD:
            end = first + BESIDE
        begun = [faces[other] for _, other in by_title[first:end]]
        one_title = bool(begun) and is_one_title(faces[place], begun)
        for (_, other), face in zip(by_title[first:end], begun, strict=True):
            fit = one_title or framed(faces[place], face) or _told_otherwise(faces[place], face, rules)
            yield (min(place, other), max(place, other)), fit


def _told_otherwise(one: Face, other: Face, rules: Rules) -> bool:
    """Whether two titles may be one by how alike they are, or by two abstracts."""
    return bool(one.abstract and other.abstract) or fuzz.ratio(one.key, other.key) >= rules.profile.ratio
