"""Keywords looked up in running text, all of them in one walk over its words.

Spaces, hyphens and underscores carry no meaning, neither in a keyword nor in a text: both are compared with them taken
out, so that "fine-tuning", "fine tuning" and "finetuning" are one keyword, whichever is written where. Any other
punctuation ends a phrase. No regular expression holds a keyword: the walk looks joined words up in a dictionary, and
stops as soon as no keyword begins like them. So its time is bounded by the length of the text, whatever the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

# A word (C++ and C# too), or one sign that no phrase runs across.
_TOKEN = re.compile(r"[^\W_]+(?:\+\+|#)?|[^\w\s\-‐‑‒–­]")
_GAPS = re.compile(r"[\s_\-‐‑‒–­]+")
_ACCENTS = re.compile("[\u0300-\u036f]")
_SHORTEST_PREFIX = 3
READ = 200_000
"""Characters of a text that are looked at; titles and abstracts are far shorter, and what is longer is neither."""


class Hit(NamedTuple):
    """A keyword found: the words `start` to `end` (exclusive) of the text are the keyword with that number."""

    start: int
    end: int
    number: int


class Keyword(NamedTuple):
    """A keyword as rules write it, and what it is compared by.

    `joined` is its letters and digits without gaps, case folded; `exact` is the same in its own case where case counts,
    else empty; `prefix` says that words may go on after it.
    """

    written: str
    joined: str
    exact: str
    prefix: bool


def keyword(written: str) -> Keyword:
    """Read one keyword; ValueError, with a reason for a person, where it could never be found in a text."""
    text = _plain(written).strip()
    prefix = text.endswith("*")
    if prefix:
        text = text[:-1].rstrip()
    if "*" in text:
        raise ValueError("* may only stand at the end, where it means any ending")
    raw = _GAPS.sub("", text)
    if not raw:
        raise ValueError("a keyword needs letters or digits")
    if sign := _TOKEN.sub(lambda m: "" if m[0][0].isalnum() else m[0], raw):
        raise ValueError(f"{sign[0]!r} can't be part of a keyword: use letters, digits, spaces and hyphens")
    if prefix and len(raw) < _SHORTEST_PREFIX:
        raise ValueError(f"a prefix needs at least {_SHORTEST_PREFIX} characters before the *")
    acronym = raw.upper() == raw and sum(c.isalpha() for c in raw) > 1
    return Keyword(written, raw.casefold(), raw if acronym else "", prefix)


class KeywordIndex:
    """Many keywords made ready to be found together; a hit names a keyword by its number, its place in `keywords`."""

    def __init__(self, keywords: Iterable[Keyword]) -> None:
        self.keywords = tuple(keywords)
        self._whole: dict[str, list[int]] = {}
        self._prefixes: dict[str, list[int]] = {}
        self._starts: set[str] = set()
        for number, word in enumerate(self.keywords):
            forms = [word.joined] if word.prefix else [word.joined, _plural(word)]
            for form in forms:
                self._starts.update(form[:length] for length in range(1, len(form)))
            if word.prefix:
                self._prefixes.setdefault(word.joined[:_SHORTEST_PREFIX], []).append(number)
            else:
                for form in forms:
                    self._whole.setdefault(form, []).append(number)
        # A longer word can't be one of the keywords, and is a prefix's match by its beginning.
        self._longest = max(map(len, self._starts), default=0) + 2

    def find(self, text: str) -> list[Hit]:
        """Every keyword wherever it stands in the first `READ` characters of a text, overlapping ones too."""
        raw = [token[: self._longest] for token in _TOKEN.findall(_plain(text[:READ]))]
        folded = [token.casefold() for token in raw]
        hits: list[Hit] = []
        whole, prefixes, starts, count = self._whole, self._prefixes, self._starts, len(folded)
        for start in range(count):
            joined, before, end = folded[start], 0, start + 1
            while True:
                if joined in whole:
                    hits += [Hit(start, end, n) for n in whole[joined] if self._same_case(n, raw[start:end])]
                if joined[:_SHORTEST_PREFIX] in prefixes:
                    for n in prefixes[joined[:_SHORTEST_PREFIX]]:
                        stem = self.keywords[n].joined
                        # A stem that ended in an earlier word was found there.
                        if len(stem) > before and joined.startswith(stem) and self._same_case(n, raw[start:end]):
                            hits.append(Hit(start, end, n))
                if joined not in starts or end == count:
                    break
                before = len(joined)
                joined += folded[end]
                end += 1
        return hits

    def _same_case(self, number: int, tokens: list[str]) -> bool:
        word = self.keywords[number]
        if not word.exact:
            return True
        found = "".join(tokens)
        return found.startswith(word.exact) if word.prefix else found in (word.exact, word.exact + "s")


def _plain(text: str) -> str:
    """Ligatures, full-width letters and the like as plain letters, Latin ones without accents."""
    return text if text.isascii() else _ACCENTS.sub("", unicodedata.normalize("NFKD", text))


def _plural(word: Keyword) -> str:
    stem = word.joined
    if not word.exact:
        if len(stem) > 2 and stem.endswith("y") and stem[-2] not in "aeiou":
            return stem[:-1] + "ies"
        if stem.endswith(("s", "x", "z", "ch", "sh")):
            return stem + "es"
    return stem + "s"
