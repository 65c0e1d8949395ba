"""Whether two titles that look alike differ in their spelling only, or in a word that makes another paper."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from rapidfuzz.distance import DamerauLevenshtein

from papertide.matching.keys import numbers

_SMALL = frozenset("a an the of for with and or to via by from using is are its their at as towards toward".split())
_NEGATIONS = frozenset("un in im ir il non anti de dis mis a counter under over sub super mal pseudo".split())
_OPPOSITES = (
    ("hyper", "hypo"), ("inter", "intra"), ("macro", "micro"), ("in", "ex"), ("in", "de"), ("pre", "post"),
    ("over", "under"), ("homo", "hetero"), ("multi", "uni"), ("super", "sub"), ("up", "down"), ("pro", "anti"),
    ("endo", "exo"), ("ante", "anti"), ("ab", "ad"), ("mono", "poly"), ("iso", "aniso"), ("en", "de"), ("im", "ex"),
)  # fmt: skip
_WHOLE = re.compile(r"\d+(?:st|nd|rd|th)?|[ivx]+|[a-z]+th|first|second|third")
_DENIALS = frozenset("no non not never without anti un against".split())
LEFT_OUT = 2
"""Words that a sloppy export may leave out of a title."""
_ENDINGS = frozenset(
    {"", "s", "es", "d", "ed", "ing", "e", "er", "r", "ers", "rs", "al", "ally", "ly", "ion", "y", "ies", "ic", "ical"}
)


def different_word(a: tuple[str, ...], b: tuple[str, ...], *, forgiving: bool = False) -> str | None:
    """The first place where two titles differ by more than a typo, an ending or a small word; None if none does.

    `forgiving` lets a typo pass in short words too (`dss`, `dds`): right where
    all else agrees.
    """
    a, b = sorted((a, b))
    for tag, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        left, right = a[i:j], b[k:m]
        if _same_but_spelling(left, right, forgiving):
            continue
        if not left or not right:
            return f"only one has “{' '.join(left or right)}”"
        return f"“{' '.join(left)}” is not “{' '.join(right)}”"
    return None


def slip(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Whether all that differs is a word or two left out, or words abbreviated or mistaken that begin with one letter.

    That makes another paper as often as not, so all else must agree.
    """
    a, b = sorted((a, b))
    for tag, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        left, right = a[i:j], b[k:m]
        if tag != "equal" and not _same_but_spelling(left, right, forgiving=True) and not _slipped(left, right):
            return False
    return True


def _slipped(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    if left and right and len(left) != len(right):
        return False
    if not left or not right or _SMALL.issuperset(left) or _SMALL.issuperset(right):
        return max(len(left), len(right)) <= LEFT_OUT and _DENIALS.isdisjoint(left + right)
    return all(x[0] == y[0] and not _opposed(*sorted((x, y), key=len)) for x, y in zip(left, right, strict=True))


def _same_but_spelling(left: tuple[str, ...], right: tuple[str, ...], forgiving: bool) -> bool:
    left = tuple(w for w in left if w not in _SMALL)
    right = tuple(w for w in right if w not in _SMALL)
    if "".join(left) == "".join(right):
        return True
    if len(left) == len(right):
        return all(near(x, y, forgiving) for x, y in zip(left, right, strict=True))
    return bool(left) and bool(right) and near("".join(left), "".join(right), forgiving)


def near(x: str, y: str, forgiving: bool = False) -> bool:
    """Whether two words are one, misspelt or with another ending; `supervised` and `unsupervised` are not."""
    short, long = sorted((x, y), key=lambda word: (len(word), word))
    counted = numbers((x,))
    if counted != numbers((y,)):
        return False
    whole = counted and _WHOLE.fullmatch(x) and _WHOLE.fullmatch(y)
    return bool(whole or _misspelt(short, long, forgiving)) and not _opposed(short, long)


def _misspelt(short: str, long: str, forgiving: bool) -> bool:
    stem = 0
    while stem < len(short) and short[stem] == long[stem]:
        stem += 1
    if stem >= 4 and short[stem:] in _ENDINGS and long[stem:] in _ENDINGS:
        return True
    sure = (3, 6) if forgiving else (6, 9)  # letters from which one and two may be wrong
    allowed = sum(len(short) >= least for least in sure)
    return DamerauLevenshtein.distance(short, long, score_cutoff=allowed) <= allowed


def _opposed(short: str, long: str) -> bool:
    """Whether one word is the other with a prefix that denies it, or with the opposite one."""
    if long.endswith(short) and long[: -len(short)] in _NEGATIONS:
        return True
    return any(
        (x.startswith(one) and y.startswith(other) and x[len(one) :] == y[len(other) :])
        for one, other in _OPPOSITES
        for x, y in ((short, long), (long, short))
    )
