"""Keywords looked up in running text, all of them in one walk over its words.

Spaces, hyphens and underscores carry no meaning, neither in a keyword nor in a text: both are compared with them taken
out, so that "fine-tuning", "fine tuning" and "finetuning" are one keyword, whichever is written where. Any other
punctuation ends a phrase. No regular expression holds a keyword: the walk looks joined words up in a dictionary, and
stops as soon as no keyword begins like them. So its time is bounded by the length of the text, whatever the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from typing import NamedTuple

# A word (C++ and C# too), or one sign that no phrase runs across.
_TOKEN = re.compile(r"[^\W_]+(?:\+\+|#)?|[^\w\s\-‐‑‒–­]")
_GAPS = re.compile(r"[\s_\-‐‑‒–­]+")
_ACCENTS = re.compile("[\u0300-\u036f]")
_SHORTEST_PREFIX = 3
_REMEMBERED = 100_000
"""Pieces of text that are remembered from one text to the next."""
_LONGEST_REMEMBERED = 40
_PIECE = 1 << 20
"""More tokens than a piece of text can have: a place is a piece's number times this, and the token's place in it."""
_NO_WAY: frozenset[str] = frozenset()
READ = 200_000
"""Characters of a text that are looked at; titles and abstracts are far shorter, and what is longer is neither."""


Hit = tuple[int, tuple[int, ...]]
"""Keywords found on the same words: the place in the text where these end, and the keywords' numbers.

Hits come by the places where they begin, of one place the longest first; a later word has a higher place.
"""


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


_Ways = Set[str] | None
# What begins with a token: the keywords that it is itself, and how others go on behind it; None where nothing does.
_Begin = tuple[tuple[int, ...], _Ways] | None
# The same with the token's place in its piece, and the first two letters of the token behind it there ("" for none).
_Beginning = tuple[int, tuple[int, ...], _Ways, str]
# The tokens of a piece of text, what begins with them, and the first two letters of all; None for one without tokens.
_Piece = tuple[Sequence[str], Sequence[_Beginning], str]
_END: _Piece = ((), (), "")


class _Pieces(dict[str, _Piece | None]):
    """Pieces of text that were met before; one that is asked for and isn't there is learnt."""

    def __init__(self, learn: Callable[[str], _Piece | None]) -> None:
        super().__init__()
        self._learn = learn

    def __missing__(self, piece: str) -> _Piece | None:
        learnt = self._learn(piece)
        if len(piece) <= _LONGEST_REMEMBERED and len(self) < _REMEMBERED:
            self[piece] = learnt
        return learnt


class KeywordIndex:
    """Many keywords made ready to be found together; a hit names a keyword by its number, its place in `keywords`."""

    def __init__(self, keywords: Iterable[Keyword]) -> None:
        self.keywords = tuple(keywords)
        self._whole: dict[str, list[int]] = {}
        self._prefixes: dict[str, list[int]] = {}
        # How keywords begin, and by which two letters (or one, for a word of one letter) each goes on: None for any.
        self._starts: dict[str, _Ways] = {}
        for number, word in enumerate(self.keywords):
            forms = [word.joined] if word.prefix else [word.joined, _plural(word)]
            for form in forms:
                self._add_starts(form, open_end=word.prefix)
            if word.prefix:
                self._prefixes.setdefault(word.joined[:_SHORTEST_PREFIX], []).append(number)
            else:
                for form in forms:
                    self._whole.setdefault(form, []).append(number)
        # A longer word can't be one of the keywords, and is a prefix's match by its beginning.
        self._longest = max(map(len, self._starts), default=0) + 2
        self._pieces = _Pieces(self._learn)

    def _add_starts(self, form: str, *, open_end: bool) -> None:
        for length in range(1, len(form)):
            ways = self._starts.get(form[:length], frozenset())
            if ways is None or (open_end and length == len(form) - 1):
                self._starts[form[:length]] = None  # the next word may go on in any way behind its first letter
            else:
                self._starts[form[:length]] = ways | {form[length : length + 2], form[length]}

    def find(self, text: str) -> list[Hit]:
        """Every keyword wherever it stands in the first `READ` characters of a text, overlapping ones too."""
        # No token runs across white space, so texts are read by the pieces between, most of which were met before.
        pieces: list[_Piece] = list(filter(None, map(self._pieces.__getitem__, _plain(text[:READ]).split())))
        pieces.append(_END)
        hits: list[Hit] = []
        for number, (_, begins, _) in enumerate(pieces):
            for offset, alone, ways, letters in begins:
                if ways is None or (letters or pieces[number + 1][2]) in ways:
                    hits += self._walk(pieces, number, offset)
                if alone:
                    hits.append((number * _PIECE + offset + 1, alone))
        return hits

    def _learn(self, piece: str) -> _Piece | None:
        """The tokens of a text without white space, and what begins with each of them."""
        found: list[str] = [piece] if piece.isalnum() else _TOKEN.findall(piece)
        if not found:
            return None
        tokens = [token[: self._longest] for token in found]
        letters = [token[:2].casefold()[:2] for token in tokens]
        begins = (
            (offset, *begin, behind)
            for offset, (token, behind) in enumerate(zip(tokens, [*letters[1:], ""], strict=True))
            if (begin := self._begin(token)) is not None
        )
        return tokens, tuple(begins), letters[0]

    def _begin(self, token: str) -> _Begin:
        word = token.casefold()
        alone = tuple(self._matches(word, 0, [token])) if self._may_match(word) else ()
        ways = self._starts.get(word, _NO_WAY)
        return (alone, ways) if alone or ways is None or ways else None

    def _may_match(self, joined: str) -> bool:
        return joined in self._whole or joined[:_SHORTEST_PREFIX] in self._prefixes

    def _matches(self, joined: str, before: int, tokens: list[str]) -> Iterator[int]:
        """The keywords that these words, joined, are, or that are prefixes of them: longer ones than `before` letters."""
        for n in self._whole.get(joined, ()):
            if self._same_case(n, tokens):
                yield n
        for n in self._prefixes.get(joined[:_SHORTEST_PREFIX], ()):
            stem = self.keywords[n].joined
            # A stem that ended in an earlier word was found there.
            if len(stem) > before and joined.startswith(stem) and self._same_case(n, tokens):
                yield n

    def _walk(self, pieces: Sequence[_Piece], number: int, offset: int) -> list[Hit]:
        """The keywords of several words that begin at a token, walking on as long as one begins like what was passed."""
        tokens = pieces[number][0]
        passed = [tokens[offset]]
        joined = passed[0].casefold()
        hits: list[Hit] = []
        while joined in self._starts:
            offset += 1
            if offset == len(tokens):
                number, offset = number + 1, 0
                tokens = pieces[number][0]
                if not tokens:
                    break
            before = len(joined)
            joined += tokens[offset].casefold()
            passed.append(tokens[offset])
            if self._may_match(joined) and (found := tuple(self._matches(joined, before, passed))):
                hits.append((number * _PIECE + offset + 1, found))
        hits.reverse()
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
