"""When two records are one paper. False merges are worse than missed ones: a merged paper is a paper nobody sees.

The rules, first one that speaks wins:

    1. the same arXiv id: the same paper.  Two different arXiv ids: never.
    2. the same DOI: the same paper.
    3. vetoes, all on titles that otherwise look alike:
         numbers and versions differ            Llama 2 / Llama 3, Part I / Part II, Qwen2.5 / Qwen3
         author counts and abstracts both differ
    4. titles alike, by `rapidfuzz.fuzz.ratio` of the words run together (so `fine-tuning` is `finetuning`), with the
       threshold that the abstracts allow (`LEAST_RATIO`), and, unless the abstracts agree, no word that differs by more
       than a typo or an ending (`speech` / `text` are two papers)
    5. abstracts that agree, and one title begins the other: a subtitle was dropped

Everything else is two papers, or not yet known to be one. A veto is never outvoted by a third record (see `cluster`).
"""

from __future__ import annotations

from difflib import SequenceMatcher
from enum import Enum
from typing import NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import DamerauLevenshtein

from papertide.matching.keys import Face, numbers, solid


class Texts(Enum):
    """What two abstracts say of each other."""

    AGREE = "the abstracts agree"
    UNKNOWN = "an abstract is missing"
    DIFFER = "the abstracts differ"


LEAST_RATIO = {
    # What the abstracts say: the least ratio (0 to 100) at which two titles may be one.
    Texts.AGREE: 60.0,
    Texts.UNKNOWN: 92.0,
    Texts.DIFFER: 96.0,
}
CANDIDATE_RATIO = min(LEAST_RATIO[Texts.UNKNOWN], LEAST_RATIO[Texts.DIFFER])
"""Titles below this ratio are compared only where their abstracts begin alike."""

TEXTS_AGREE = 85.0
"""The `ratio` from which two abstracts agree; one that begins the other agrees too (a cut-off copy)."""
TEXT_LEAST = 120
"""Characters; a shorter abstract is no evidence either way."""
GENERIC_WORDS = 2
"""Titles of up to so many words ("Introduction", "Technical Report") say too little where the abstracts differ."""


class Kind(Enum):
    """What a comparison finds."""

    SAME = "same"
    DIFFERENT = "different"  # a veto
    UNLIKE = "unlike"  # no reason to take them for one


class Verdict(NamedTuple):
    """What two faces are to each other; `score` is 0 to 100, and the reason is a sentence for a person."""

    kind: Kind
    method: str
    score: float
    reason: str


def compare(a: Face, b: Face) -> Verdict:
    """Whether two records are one paper, and why; symmetric."""
    if a.arxiv_id and b.arxiv_id:
        if a.arxiv_id == b.arxiv_id:
            return Verdict(Kind.SAME, "arxiv-id", 100.0, f"the same arXiv id, {a.arxiv_id}")
        low, high = sorted((a.arxiv_id, b.arxiv_id))
        return Verdict(Kind.DIFFERENT, "arxiv-id", 0.0, f"two arXiv ids, {low} and {high}")
    if a.doi and a.doi == b.doi:
        return Verdict(Kind.SAME, "doi", 100.0, f"the same DOI, {a.doi}")
    ratio = 100.0 if a.key == b.key else fuzz.ratio(a.key, b.key)
    if ratio < min(LEAST_RATIO.values()) and not _begins(a, b):
        return Verdict(Kind.UNLIKE, "title", ratio, f"the titles are {ratio:.0f}% alike")
    texts = compare_texts(a.abstract, b.abstract)
    begins = texts is Texts.AGREE and _begins(a, b)
    if ratio < LEAST_RATIO[texts] and not begins:
        return Verdict(Kind.UNLIKE, "title", ratio, f"the titles are {ratio:.0f}% alike, and {texts.value}")
    return _veto(a, b, ratio, texts) or _alike(a, b, ratio, texts, begins=begins)


def _veto(a: Face, b: Face, ratio: float, texts: Texts) -> Verdict | None:
    if a.key != b.key and numbers(a.words) != numbers(b.words) and not _begins(a, b):
        return Verdict(Kind.DIFFERENT, "title", ratio, "the titles are alike, but a number or version in them differs")
    counts_differ = a.author_count and b.author_count and a.author_count != b.author_count
    if counts_differ and texts is Texts.DIFFER:
        low, high = sorted((a.author_count or 0, b.author_count or 0))
        told = f"the titles are alike, but the abstracts differ and so do the author counts ({low} and {high})"
        return Verdict(Kind.DIFFERENT, "title", ratio, told)
    return None


def _alike(a: Face, b: Face, ratio: float, texts: Texts, *, begins: bool) -> Verdict:
    if a.key == b.key:
        if texts is Texts.DIFFER and min(len(a.words), len(b.words)) <= GENERIC_WORDS:
            return Verdict(Kind.UNLIKE, "title", ratio, f"the same title, but a generic one, and {texts.value}")
        return Verdict(Kind.SAME, "title", 100.0, "the same title" if a.words == b.words else "the same title, respelt")
    if texts is Texts.AGREE:
        alike = "one title begins the other" if begins else f"the titles are {ratio:.0f}% alike"
        return Verdict(Kind.SAME, "title", ratio, f"{alike} and the abstracts agree")
    other = _different_word(a.words, b.words)
    if other is not None:
        return Verdict(Kind.UNLIKE, "title", ratio, f"the titles are {ratio:.0f}% alike, but {other}")
    return Verdict(Kind.SAME, "title", ratio, f"the titles are {ratio:.0f}% alike: spelling only; {texts.value}")


def compare_texts(a: str | None, b: str | None) -> Texts:
    """What two abstracts say of each other, by their letters and digits alone."""
    if not a or not b or min(len(a), len(b)) < TEXT_LEAST:
        return Texts.UNKNOWN
    if a == b:
        return Texts.AGREE
    one, two = solid(a), solid(b)
    if one.startswith(two) or two.startswith(one):
        return Texts.AGREE
    return Texts.AGREE if fuzz.ratio(one, two, score_cutoff=TEXTS_AGREE) else Texts.DIFFER


def _begins(a: Face, b: Face) -> bool:
    """Whether one title is the beginning of the other, by at least three whole words."""
    short, long = sorted((a.words, b.words), key=len)
    return len(short) >= 3 and long[: len(short)] == short


# --- the guard on words -----------------------------------------------------------------------------------------------

_SMALL = frozenset("a an the of for with and or to via by from using is are its their towards toward".split())
_NEGATIONS = (
    "un",
    "in",
    "im",
    "ir",
    "non",
    "anti",
    "de",
    "dis",
    "mis",
    "a",
    "counter",
    "under",
    "over",
    "sub",
    "super",
)
_ENDINGS = frozenset(
    {"", "s", "es", "d", "ed", "ing", "e", "er", "r", "ers", "rs", "al", "ally", "ly", "ion", "y", "ies"}
)


def _different_word(a: tuple[str, ...], b: tuple[str, ...]) -> str | None:
    """The first place where two titles differ by more than a typo, an ending or a small word; None if none does."""
    a, b = sorted((a, b))
    for tag, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        left, right = a[i:j], b[k:m]
        if _same_but_spelling(left, right):
            continue
        if not left or not right:
            return f"only one has “{' '.join(left or right)}”"
        return f"“{' '.join(left)}” is not “{' '.join(right)}”"
    return None


def _same_but_spelling(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    left = tuple(w for w in left if w not in _SMALL)
    right = tuple(w for w in right if w not in _SMALL)
    if "".join(left) == "".join(right):
        return True
    if len(left) == len(right):
        return all(_near(x, y) for x, y in zip(left, right, strict=True))
    return bool(left) and bool(right) and _near("".join(left), "".join(right))


def _near(x: str, y: str) -> bool:
    """Whether two words are one, misspelt or with another ending; `supervised` and `unsupervised` are not."""
    if x == y:
        return True
    short, long = sorted((x, y), key=len)
    if any(long == prefix + short for prefix in _NEGATIONS) or numbers((x,)) != numbers((y,)):
        return False
    stem = 0
    while stem < len(short) and short[stem] == long[stem]:
        stem += 1
    if stem >= 4 and short[stem:] in _ENDINGS and long[stem:] in _ENDINGS:
        return True
    allowed = 0 if len(short) < 6 else 1 if len(short) < 9 else 2
    return DamerauLevenshtein.distance(x, y, score_cutoff=allowed) <= allowed
