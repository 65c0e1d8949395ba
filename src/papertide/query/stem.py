"""Porter's stemmer as SQLite's FTS5 runs it, so that the in-memory face finds what the index finds.

It works on the bytes of a folded word: words of fewer than 3 bytes or more than 64 stay as they are, and every byte that
is no ASCII vowel counts as a consonant. It departs from Porter's paper in the suffixes "bli" and "logi", as his own
later programs do. Source: M. F. Porter, An algorithm for suffix stripping, 1980; the behaviour of SQLite's porter tokenizer.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

from papertide.query.tokens import words

_SHORTEST, _LONGEST = 3, 64
_VOWELS = frozenset(b"aeiou")
_Y = ord("y")

# Suffix and what takes its place, where the rest has a measure above 0. The first suffix that fits decides.
_STEP_2 = (
    (b"ational", b"ate"), (b"tional", b"tion"), (b"enci", b"ence"), (b"anci", b"ance"), (b"izer", b"ize"),
    (b"logi", b"log"), (b"bli", b"ble"), (b"alli", b"al"), (b"entli", b"ent"), (b"eli", b"e"), (b"ousli", b"ous"),
    (b"ization", b"ize"), (b"ation", b"ate"), (b"ator", b"ate"), (b"alism", b"al"), (b"iveness", b"ive"),
    (b"fulness", b"ful"), (b"ousness", b"ous"), (b"aliti", b"al"), (b"iviti", b"ive"), (b"biliti", b"ble"),
)  # fmt: skip
_STEP_3 = (
    (b"ical", b"ic"), (b"ness", b""), (b"icate", b"ic"), (b"iciti", b"ic"), (b"ful", b""), (b"ative", b""),
    (b"alize", b"al"),
)  # fmt: skip
# Suffixes that go where the rest has a measure above 1.
_STEP_4 = (
    b"al", b"ance", b"ence", b"er", b"ic", b"able", b"ible", b"ant", b"ement", b"ment", b"ent", b"ion", b"ou", b"ism",
    b"ate", b"iti", b"ous", b"ive", b"ize",
)  # fmt: skip


@lru_cache(maxsize=1 << 15)
def stem(word: bytes) -> bytes:
    """The stem of a folded word, both in UTF-8."""
    if not _SHORTEST <= len(word) <= _LONGEST:
        return word
    word = _past(_plural(word))
    if word.endswith(b"y") and _has_vowel(word[:-1]):
        word = word[:-1] + b"i"
    return _final(_step_4(_replaced(_replaced(word, _STEP_2), _STEP_3)))


def _consonants(word: bytes) -> list[bool]:
    """Which bytes are consonants; a y is one at the beginning and after a vowel."""
    found: list[bool] = []
    for byte in word:
        found.append(byte not in _VOWELS and not (byte == _Y and bool(found) and found[-1]))
    return found


def _measure(word: bytes) -> int:
    """How often a vowel is followed by a consonant: Porter's m."""
    return sum(after and not before for before, after in pairwise(_consonants(word)))


def _has_vowel(word: bytes) -> bool:
    return not all(_consonants(word))


def _closed(word: bytes) -> bool:
    """Ends in consonant, vowel, consonant, the last not w, x or y: Porter's *o."""
    return _consonants(word)[-3:] == [True, False, True] and word[-1:] not in (b"w", b"x", b"y")


def _without(word: bytes, suffix: bytes) -> bytes | None:
    """What is left of a word that is longer than its suffix."""
    return word[: -len(suffix)] if len(word) > len(suffix) and word.endswith(suffix) else None


def stems(text: str) -> list[bytes]:
    """The words of a text as the index keeps them, in order."""
    return [stem(word.encode()) for word in words(text)]


def _plural(word: bytes) -> bytes:
    if not word.endswith(b"s") or word.endswith(b"ss"):
        return word
    if _without(word, b"sses") is not None or _without(word, b"ies") is not None:
        return word[:-2]
    return word[:-1]


def _past(word: bytes) -> bytes:
    if (rest := _without(word, b"eed")) is not None:
        return rest + b"ee" if _measure(rest) > 0 else word
    for suffix in (b"ed", b"ing"):
        if (rest := _without(word, suffix)) is not None:
            return _mended(rest) if _has_vowel(rest) else word
    return word


def _mended(word: bytes) -> bytes:
    """What is left of a word in -ed or -ing, with the ending that it would have without."""
    if any(_without(word, suffix) is not None for suffix in (b"at", b"bl", b"iz")):
        return word + b"e"
    last = word[-1:]
    if last == word[-2:-1] and last not in (b"a", b"e", b"i", b"o", b"u", b"l", b"s", b"z"):
        return word[:-1]
    return word + b"e" if _measure(word) == 1 and _closed(word) else word


def _replaced(word: bytes, rules: tuple[tuple[bytes, bytes], ...]) -> bytes:
    for suffix, instead in rules:
        if (rest := _without(word, suffix)) is not None:
            return rest + instead if _measure(rest) > 0 else word
    return word


def _step_4(word: bytes) -> bytes:
    for suffix in _STEP_4:
        if (rest := _without(word, suffix)) is not None:
            fits = _measure(rest) > 1 and (suffix != b"ion" or rest.endswith((b"s", b"t")))
            return rest if fits else word
    return word


def _final(word: bytes) -> bytes:
    if word.endswith(b"e"):
        rest = word[:-1]
        measure = _measure(rest)
        if measure > 1 or (measure == 1 and not _closed(rest)):
            word = rest
    return word[:-1] if word.endswith(b"ll") and _measure(word[:-1]) > 1 else word
