"""Titles that begin others (cut off in an ellipsis, or without the subtitle that another copy has), head or reorder them.

They are less alike than any ratio that would find them, so the keys are sorted, and what a key begins stands behind it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from rapidfuzz import fuzz

from papertide.matching.keys import Face
from papertide.matching.profiles import HEADINGS, is_heading
from papertide.matching.rules import CUT_LEAST, SEVERAL, SUBTITLED_LEAST, framed

MOST = 20
"""Keys behind one that are looked at; one that begins so many titles says nothing of any of them."""
ONE_TITLE = 85.0
"""The `ratio` from which two titles are ways to go on alike; a beginning of titles that differ more is nobody's."""


def beginnings(faces: Iterable[Face]) -> dict[str, list[str]]:
    """For each key that begins others (by whole words, or cut off) or has their words: those; and the other way round.

    Of keys with the same words each is given with the first, and the first with all.
    """
    known = list(faces)
    keys = sorted({face.key for face in known})
    words = {face.key: face.words for face in known}
    found: dict[str, list[str]] = {}
    for face in sorted({f.key: f for f in sorted(known, key=lambda f: (f.title.cut, f.order))}.values(), key=_key):
        if len(face.words) < (CUT_LEAST if face.title.cut else SUBTITLED_LEAST):
            continue
        place = bisect_left(keys, face.key) + 1
        begun = [
            key
            for key in keys[place : place + MOST]
            if key.startswith(face.key) and (face.title.cut or words[key][: len(face.words)] == face.words)
        ]
        if all(key.startswith(begun[0]) or fuzz.ratio(begun[0], key) >= ONE_TITLE for key in begun):
            for key in begun:
                found.setdefault(face.key, []).append(key)
                found.setdefault(key, []).append(face.key)
    by_words: dict[tuple[str, ...], list[str]] = {}
    for key in keys:
        by_words.setdefault(tuple(sorted(words[key])), []).append(key)
    for first, *others in by_words.values():  # through the first all are linked
        for key in others:
            found.setdefault(first, []).append(key)
            found.setdefault(key, []).append(first)
    for key, other in _headed(known):
        found.setdefault(key, []).append(other)
        found.setdefault(other, []).append(key)
    return found


def is_one_title(short: Face, others: Sequence[Face]) -> bool:
    """Whether all that a title begins, by whole words or cut off, are ways to go on alike; not more than `MOST`."""
    size = len(short.words)
    begun = sorted({face.key for face in others if short.title.cut or face.words[:size] == short.words})
    return len(begun) <= MOST and all(
        key.startswith(begun[0]) or fuzz.ratio(begun[0], key) >= ONE_TITLE for key in begun
    )


def _headed(faces: Sequence[Face]) -> Iterator[tuple[str, str]]:
    """The keys of titles that differ by a heading, and what it heads; of those that one person wrote in a year."""
    told = [face for face in faces if face.edition and len(face.authors) >= SEVERAL]
    headed = [face for face in told if not HEADINGS.isdisjoint(face.words)]
    parts = {part for face in headed for part in _parts(face.words)}
    written: dict[tuple[int | None, str], dict[str, Face]] = {}
    for face in told:
        if face.words in parts or not HEADINGS.isdisjoint(face.words):
            for person in face.people:
                written.setdefault((face.year, person.partition(" ")[0]), {})[face.key] = face
    for one_year in written.values():
        if len(one_year) <= MOST:
            for a, b in combinations([face for _, face in sorted(one_year.items())], 2):
                if framed(a, b):
                    yield a.key, b.key


def _parts(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """What is left of words without a heading before or behind it."""
    for place in range(1, len(words)):
        for heading, rest in ((words[:place], words[place:]), (words[place:], words[:place])):
            if is_heading(heading):
                yield rest


def _key(face: Face) -> str:
    return face.key
