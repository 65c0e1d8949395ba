"""The words of a text as FTS5's `unicode61 remove_diacritics 2` sees them: letters and digits, folded, without accents.

Accents go from Latin letters only, and combining marks that Latin uses go wherever they stand; the rest separates words.
Python's Unicode tables are newer than SQLite's: for characters younger than Unicode 6.1 (later scripts, later emoji) the
two may differ on what a letter is. For ASCII, Latin, Greek, Cyrillic, combining accents and CJK they agree.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

# The combining marks that unicode61 drops inside a word; any other mark ends one.
_DROPPED = frozenset(
    [*range(0x300, 0x305), *range(0x306, 0x30D), 0x30F, 0x311, 0x31B, *range(0x323, 0x329), 0x32D, 0x32E, 0x330, 0x331]
)


class _Folding(dict[int, str]):
    """Each character's part in a word, worked out when it is first met: folded, "" if dropped, " " between words."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold(code)
        return folded


def _fold(code: int) -> str:
    character = chr(code)
    if code in _DROPPED:
        return ""
    category = unicodedata.category(character)
    # Unassigned characters are letters to unicode61, as private ones are.
    if category[0] not in "LN" and category not in ("Co", "Cn"):
        return " "
    folded = character.casefold()
    if len(folded) != 1:
        folded = character.lower()
    base = unicodedata.normalize("NFD", folded)[0]
    return base if base.isascii() and base.isalpha() else folded


_FOLDING = _Folding()


def words(text: str) -> list[str]:
    """The folded words of a text, in order, not yet stemmed."""
    return [word for word in text.translate(_FOLDING).split(" ") if word]


def spans(text: str) -> Iterator[tuple[int, int, str]]:
    """The folded words of a text with where each stands: its first character, and the one behind its last."""
    begin, word = 0, ""
    for place, character in enumerate(f"{text} "):
        folded = _FOLDING[ord(character)]
        if folded != " ":
            begin = begin if word else place
            word += folded
        elif word:
            yield begin, place, word
            word = ""


def has_word(text: str) -> bool:
    """Whether there is anything in a text that can be searched."""
    return bool(words(text))
