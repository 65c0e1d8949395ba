"""Whether two titles that look alike differ in their spelling only, or in a word that makes another paper.

A misspelling is no word, and one slip: a letter dropped, added or mistaken, or two that changed places, inside a word
and behind its beginning, for beginnings tell words apart (`online`, `offline`; `LoRA`, `DoRA`; `preoperative`,
`perioperative`). Two words that are both real are two words, however alike they are (`causal`, `casual`; see
`confusables`). Words with figures, "+" or "#" name things, and are one only where they are equal.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from itertools import chain
from typing import NamedTuple

from papertide.matching.confusables import ABBREVIATED, CONFUSABLE, OPPOSITES, SEQUELS, TELLING
from papertide.matching.keys import numbers

_SMALL = frozenset("a an the of for with and or to via by from using is are its their at as towards toward und".split())
_FUNCTION = _SMALL | frozenset("in into on over".split())
"""Words that may stand for one another: `Report on X` is `Report in X`, though `on-policy` isn't `policy`."""
_WHOLE = re.compile(r"\d+(?:st|nd|rd|th)?|[a-z]+")
LEFT_OUT, LEFT_OUT_MOST, LEFT_OUT_LEAST = 2, 4, 4
"""Words that a sloppy export may leave out of a title (with small ones so many), and their letters at least.

Shorter ones are names and signs.
"""


class Least(NamedTuple):
    """The letters that a word must have at least for a slip of each kind, and those that are right before one."""

    swapped: int
    more: int
    mistaken: int
    before: int


_CAREFUL = Least(swapped=6, more=7, mistaken=8, before=3)
_FORGIVING = Least(swapped=3, more=6, mistaken=7, before=1)
_SWAPPED = 2
"""Letters that change places."""

_PLURALS = tuple(
    frozenset(endings) for endings in (("", "s", "es"), ("y", "ies"), ("is", "es"), ("ic", "ical"), ("", "ly"))
)
_INFLECTIONS = (*_PLURALS, frozenset({"", "e", "s", "es", "d", "ed", "ing"}), frozenset({"al", "ally"}))
_STEM = 4
"""Letters before an ending."""
_AMERICAN = tuple(
    (re.compile(wrong), right)
    for wrong, right in (
        (r"(?<=...)(?:is|iz)(?=(?:e|ed|er|ers|es|ing|ation|ations|ational)$)", "iz"),
        (r"(?<=...)ys(?=(?:e|ed|er|ers|es|ing)$)", "yz"),
        (r"(?<=...)our(?=(?:s|ed|ing|al|ally|ful|able|hood|ite|ites)?$)", "or"),
        (r"(?<=..[bt])re(?=[sd]?$)", "er"),
        (r"(?<=...)ogue(?=s?$)", "og"),
        (r"ae|oe", "e"),
        (r"(.)\1", r"\1"),
    )
)


def different_word(a: tuple[str, ...], b: tuple[str, ...], *, forgiving: bool = False) -> str | None:
    """The first place where two titles differ by more than a typo, an ending or a small word; None if none does.

    `forgiving` lets a typo pass in short words too (`fiz`, `fzi`): right where all else agrees.
    """
    for left, right in _differences(a, b):
        if _same_but_spelling(left, right, forgiving):
            continue
        if not left or not right:
            return f"only one has “{' '.join(left or right)}”"
        return f"“{' '.join(left)}” is not “{' '.join(right)}”"
    return None


def slip(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Whether all that differs besides the spelling is a word or two left out, which don't tell papers apart.

    That makes another paper as often as not, so all else must agree.
    """
    rest = [(left, right) for left, right in _differences(a, b) if not _same_but_spelling(left, right, forgiving=True)]
    return sum(map(len, chain.from_iterable(rest))) <= LEFT_OUT_MOST and all(_left_out(*both) for both in rest)


def _differences(a: tuple[str, ...], b: tuple[str, ...]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The words of two titles where they differ; the same whichever title comes first."""
    a, b = sorted((a, b))
    found = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    return [(a[i:j], b[k:m]) for tag, i, j, k, m in found if tag != "equal"]


def _left_out(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    if left and right and not _SMALL.issuperset(left) and not _SMALL.issuperset(right):
        return False
    whole = len(left + right) > 1 or left + right == ("in",)
    more = [word for word in left + right if word not in (_FUNCTION if whole else _SMALL)]
    short = any(len(word) < LEFT_OUT_LEAST for word in more)
    return len(more) <= LEFT_OUT and not short and (TELLING | SEQUELS).isdisjoint(more)


def _same_but_spelling(left: tuple[str, ...], right: tuple[str, ...], forgiving: bool) -> bool:
    if len(left) == len(right) == 1 and left[0] in _FUNCTION and right[0] in _FUNCTION:
        return True
    left = tuple(w for w in left if w not in _SMALL)
    right = tuple(w for w in right if w not in _SMALL)
    if "".join(left) == "".join(right):
        return True
    if len(left) == len(right):
        return all(near(x, y, forgiving) for x, y in zip(left, right, strict=True))
    return bool(left) and bool(right) and near("".join(left), "".join(right), forgiving)


def near(x: str, y: str, forgiving: bool = False) -> bool:
    """Whether two words are one, misspelt or with another ending; `supervised` and `unsupervised` are not."""
    x, y = ABBREVIATED.get(x, x), ABBREVIATED.get(y, y)
    if x == y:
        return True
    counted, other = numbers(("part", x)), numbers(("part", y))
    if counted or other:
        return counted == other and bool(_WHOLE.fullmatch(x) and _WHOLE.fullmatch(y))
    if not (x + y).isalpha() or frozenset((x, y)) in CONFUSABLE:
        return False
    short, long = sorted((x, y), key=lambda word: (len(word), word))
    plain, other_plain = sorted((_american(x), _american(y)), key=lambda word: (len(word), word))
    if plain == other_plain or _inflected(short, long, forgiving):
        return True
    least = _FORGIVING if forgiving else _CAREFUL
    return (_misspelt(short, long, least) or _misspelt(plain, other_plain, least)) and not _opposed(short, long)


def _inflected(short: str, long: str, forgiving: bool) -> bool:
    """Whether two words differ in their endings only; a plural is one anywhere, a verb's form where all else agrees."""
    stem = _common(short, long)
    return any(
        short[k:] in endings and long[k:] in endings
        for endings in (_INFLECTIONS if forgiving else _PLURALS)
        for k in range(_STEM, stem + 1)
    )


def _american(word: str) -> str:
    """A word in American spelling, without doubled letters: `modelling`, `tumour`, `haemorrhage`."""
    if len(word) <= _STEM:
        return word
    for wrong, right in _AMERICAN:
        word = wrong.sub(right, word)
    return word


def _common(x: str, y: str) -> int:
    """How many letters two words begin with alike, `x` being no longer."""
    return next((k for k, letter in enumerate(x) if letter != y[k]), len(x))


def _misspelt(short: str, long: str, least: Least) -> bool:
    """Whether one slip inside makes one word of the other; `computes` and `computers` have two endings."""
    begin, end = _common(short, long), _common(short[::-1], long[::-1])
    if not begin or not end or long == f"{short[:-1]}rs":
        return False
    left, right = short[begin:], long[begin:]
    if len(short) == len(long) and left[:_SWAPPED] == right[:_SWAPPED][::-1] and left[_SWAPPED:] == right[_SWAPPED:]:
        return len(short) >= least.swapped
    if begin < least.before:
        return False
    if len(short) < len(long):
        return left == right[1:] and len(long) >= least.more
    # Of an ending two letters are enough to tell it: `-ant`, `-ent`; but `-ate` is not `-ase`, nor `-ane` `-ene`.
    return left[1:] == right[1:] and len(short) >= least.mistaken and end >= (3 if short[-1] == "e" else 2)


def _opposed(short: str, long: str) -> bool:
    """Whether one word is the other with the opposite beginning."""
    return any(
        x.startswith(one) and y.startswith(other) and x[len(one) :] == y[len(other) :]
        for one, other in OPPOSITES
        for x, y in ((short, long), (long, short))
    )
