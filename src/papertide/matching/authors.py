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
from rapidfuzz.distance import Levenshtein

from papertide import normal

MOST_COMPARED = 40
"""Names of each list that are compared; the shares of longer lists are those of their beginnings."""
SPELT_LEAST = 6
"""Letters of a family name in which one may be lost (`Grundstrm`); of shorter ones too many are alike."""
JOINED_LEAST, MISSPELT_LEAST, JOINED_ALIKE = 7, 14, 90.0
"""Letters of whole names that are one cut up otherwise (`Kang Si Hyun`, `Kangsi Hyun`), or misspelt, by which `ratio`."""
GIVEN_ALIKE = 60.0
"""The `ratio` from which two given names with one initial may be one (`Michael`, `Mike`)."""
_SYLLABLES = re.compile(
    r"(?:(?:[bpmfdtnlgkhjqxrzcsyw]|zh|ch|sh)?(?:iang|iong|uang|iao|ian|ing|ang|eng|ong|uai|uan|ai|ei|ao|ou|an|en|ia|ie|iu"
    r"|in|ua|uo|ui|un|ue|a|o|e|i|u))+"
)
"""Chinese given names in Latin letters: so short that each other letter makes another name."""
_GROUP = frozenset(
    "association center centre collaboration collaborators committee consortium corporate department group initiative"
    " institute investigators lab laboratory network organization project society study team trial university univ".split()
)

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
    words = [word for word in words if word.casefold().rstrip(".") not in _SUFFIXES] or words
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
    least = min(len(joined), len(other))
    if least >= JOINED_LEAST and sorted(joined) == sorted(other):
        return True
    return least >= MISSPELT_LEAST and joined[0] == other[0] and fuzz.ratio(joined, other) >= JOINED_ALIKE


def _alike(a: str, b: str) -> bool:
    if a == b:
        return True
    if "?" in a or "?" in b:
        same = len(a) == len(b) and all(x == y or "?" in (x, y) for x, y in zip(a, b, strict=True))
        return same or _lost_two(a, b) or _lost_two(b, a)
    short, long = sorted((a, b), key=len)
    lost = len(short) < len(long) and short[0] == long[0] and Levenshtein.distance(short, long) == 1
    return lost and len(long) >= SPELT_LEAST


def _lost_two(a: str, b: str) -> bool:
    """Whether the one `?` of a name stands for two letters of the other: `H?rder`, `Haerder`."""
    before, _, after = a.partition("?")
    return len(b) == len(a) + 1 and a.count("?") == 1 and b.startswith(before) and b.endswith(after)


def _initials(given: Sequence[str]) -> set[str]:
    """The initials of given names, and those of the names that they are short for."""
    return {word[0] for word in given} | {_SHORT_FOR[word] for word in given if word in _SHORT_FOR}


def _initials_agree(a: Sequence[str], b: Sequence[str]) -> bool:
    """Whether given names don't contradict: one is unknown, or an initial stands in both, and no two whole names for it."""
    firsts, others = _initials(a), _initials(b)
    if not firsts or not others or "?" in firsts | others:
        return True
    common = firsts & others
    if "".join(a) == "".join(b):
        return True
    whole, other = ([word for word in names if word[0] in common] for names in (a, b))
    return bool(common) and (not whole or not other or any(_one_given(x, y) for x in whole for y in other))


def _one_given(x: str, y: str) -> bool:
    """Whether two given names of one initial may be one: one is short for the other, or they are spelt alike."""
    short, long = sorted((x, y), key=len)
    if long.startswith(short) or "?" in short + long or short in _SHORT_FOR or long in _SHORT_FOR:
        return True
    if _SYLLABLES.fullmatch(short) and _SYLLABLES.fullmatch(long):
        return False
    return fuzz.ratio(short, long) >= GIVEN_ALIKE or long[:2] == short[:2]


def is_group(names: Sequence[str]) -> bool:
    """Whether one of the names is a group's: `CORPORATE Univ. of Athens`, `Replay Study Group`."""
    return any(not _GROUP.isdisjoint(normal.words(name)) for name in names)
