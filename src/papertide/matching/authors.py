"""Whether two lists of names are of the same people, however each writes them.

`Ada B. Lovelace`, `Lovelace, A. B.`, `LOVELACE AB` and `Lovelace Ada` are one name. A name is kept as its words, the
family name first where that can be told; two names are one where a word that is a family name stands in both and the
initials of the others don't contradict each other. What an export lost (`H?rder`, `Grundstrm`) is forgiven.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz

from papertide import normal

MOST_COMPARED = 40
"""Names of each list that are compared; the shares of longer lists are those of their beginnings."""
SPELT_ALIKE = 80.0
"""The `ratio` from which two family names of four letters or more are one, misspelt."""

_INITIALS = re.compile(r"(?:[^\W\d_a-z]\.?-?){1,4}")
_SUFFIXES = frozenset("jr sr ii iii iv phd md".split())
# Letters, and not "others", nor a text that an export put in the wrong column.
_NAME = re.compile(
    r"^(?!\s*(?:and )?(?:others|et\.?\s*al\.?)\s*$)(?=.*[^\W\d_])(?!.*%)(?!(?:\S+\s+){8})", re.IGNORECASE
)
_PARTICLES = frozenset(
    "van von der den de del della di da das dos do du la le el al bin ibn ben ter ten zu zur st san vander".split()
)
_SHORT_FOR = {
    # Names that begin with another letter than what they are short for, and that letter.
    "bob": "r", "bobby": "r", "bill": "w", "billy": "w", "dick": "r", "ted": "e", "ned": "e", "peggy": "m",
    "betty": "e", "beth": "e", "betsy": "e", "liz": "e", "tony": "a", "sasha": "a", "polly": "m", "nancy": "a",
    "gene": "e", "drew": "a", "sandy": "a", "tina": "c", "gus": "a", "becky": "r",
}  # fmt: skip


class Shared(NamedTuple):
    """How many names two lists share, of how many in the shorter one."""

    common: int
    of: int

    @property
    def share(self) -> float:
        """From 0 (nobody in common) to 1 (the shorter list is in the longer)."""
        return self.common / self.of


def names_in(text: str) -> list[str]:
    """The names in one text: by `;`, else by ` and `, else by `,` where that doesn't cut `Lovelace, Ada` in two."""
    text = normal.unescaped(normal.unescaped(text))
    if ";" in text:
        return text.split(";")
    pieces = re.split(r",? (?:and|&) ", text)
    if len(pieces) > 2 or (len(pieces) == 2 and "," in pieces[1]):
        return pieces
    parts = [part.strip() for piece in pieces for part in piece.split(",") if part.strip()]
    if len(pieces) == 1 and len(parts) == 2 and min(len(part.split()) for part in parts) == 1:
        return [text]
    if len(parts) > 1 and len(parts) % 2 == 0 and all(_INITIALS.fullmatch(p.replace(" ", "")) for p in parts[1::2]):
        return [f"{family}, {given}" for family, given in zip(parts[::2], parts[1::2], strict=True)]
    return parts


@lru_cache(maxsize=16384)
def people(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names as they are compared, in alphabetical order: family name first, then the others."""
    return tuple(sorted({key for name in names if _NAME.search(name) and (key := _person(name))}))


@lru_cache(maxsize=16384)
def _person(name: str) -> str:
    name = name.split("(", maxsplit=1)[0] or name
    family, comma, given = name.partition(",")
    if given.strip() == "null":
        comma = given = ""
        name = family
    if not comma:
        words = [word for word in name.replace(".", ". ").split() if word.strip(".").casefold() not in _SUFFIXES]
        while len(words) > 2 and words[-1].isdigit():  # DBLP numbers those who share a name
            words.pop()
        initials_last = len(words) > 1 and _INITIALS.fullmatch(words[-1]) and not _INITIALS.fullmatch(words[0])
        if initials_last and len(words[-1].replace(".", "")) < 4:
            family, given = " ".join(words[:-1]), " ".join(words[-1])
        else:
            family, given = " ".join(words[-1:]), " ".join(words[:-1])
    elif given.strip().casefold().rstrip(".") in _SUFFIXES:
        return _person(family)
    told = [_family(family), *(_letters(word) for word in re.split(r"[\s.\-]+", given))]
    return " ".join(word for word in told if word and word not in _SUFFIXES)


def _family(name: str) -> str:
    """A family name without its particles, where it is more than those: `van der Berg` is `Berg`, as some lists have it."""
    words = name.split()
    kept = [word for word in words if word.casefold() not in _PARTICLES]
    return _letters(" ".join(kept or words))


def _letters(word: str) -> str:
    """A word of a name in plain letters; a `?` stays, for it stands where an export lost a letter."""
    return "".join(normal.words(word.replace("?", "9"))).replace("9", "?")


@lru_cache(maxsize=16384)
def shared(a: tuple[str, ...], b: tuple[str, ...]) -> Shared | None:
    """How many people two lists have in common, None where one is empty; symmetric."""
    if not a or not b:
        return None
    one, two = sorted((a, b), key=lambda names: (len(names), names))
    of = min(len(one), MOST_COMPARED)
    if a == b:
        return Shared(of, of)
    left, right = list(one[:MOST_COMPARED]), list(two[:MOST_COMPARED])
    same = set(left) & set(right)
    left, right = [n for n in left if n not in same], [n for n in right if n not in same]
    return Shared(len(same) + _paired(left, right), of)


def _paired(left: Sequence[str], right: list[str]) -> int:
    """How many names of the left find one of their own on the right."""
    rest = list(right)
    found = 0
    for name in left:
        other = next((k for k, candidate in enumerate(rest) if _one_person(name, candidate)), None)
        if other is not None:
            del rest[other]
            found += 1
    return found


@lru_cache(maxsize=65536)
def _one_person(a: str, b: str) -> bool:
    one, two = a.split(), b.split()
    if _alike(one[0], two[0]):
        return _initials_agree(one[1:], two[1:])
    # Written the other way round, or with more to the family name on one side: `del, Pino M`, `Li Fuxin`, `Zhao Junbo`.
    for family, others, names in ((one[0], one[1:], two), (two[0], two[1:], one)):
        if len(family) > 1 and family in names[1:]:
            rest = list(names)
            rest.remove(family)
            return bool(others) and _initials_agree(others, rest)
    joined, other = sorted(("".join(one), "".join(two)))
    return min(len(joined), len(other)) > 6 and (sorted(joined) == sorted(other) or fuzz.ratio(joined, other) >= 85)


def _alike(a: str, b: str) -> bool:
    if a == b:
        return True
    if "?" in a or "?" in b:
        return len(a) == len(b) and all(x == y or "?" in (x, y) for x, y in zip(a, b, strict=True))
    return min(len(a), len(b)) >= 4 and fuzz.ratio(a, b) >= SPELT_ALIKE


def _initials(given: Sequence[str]) -> set[str]:
    """The initials of given names, and those of the names that they are short for."""
    return {word[0] for word in given} | {_SHORT_FOR[word] for word in given if word in _SHORT_FOR}


def _initials_agree(a: Sequence[str], b: Sequence[str]) -> bool:
    """Whether given names don't contradict: one is unknown, or an initial stands in both."""
    firsts, others = _initials(a), _initials(b)
    return not firsts or not others or bool(firsts & others) or "?" in firsts | others
