"""How well a paper answers some words: BM25 over the texts themselves, and for long questions feedback from the best.

A concept is what one word asks for, in all its spellings. The title counts double. A question of five concepts or more is
a description rather than a name: words that its best papers share are then looked for as well, with less weight, which
finds papers that say the same in other words. Precise questions are short, and feedback would blur them.

Sources: Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009; Rocchio, Relevance feedback
in information retrieval, 1971. The constants are usual ones; those beside them do as well (bench/searching.py measures).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from papertide.query.ast import And, Node, Or, Term, Variants
from papertide.query.stem import stem, stems
from papertide.query.tokens import words

K1, B, TITLE = 1.6, 0.8, 2.0
"""How soon a repeated word stops counting, how much a long text is held against a paper, and what a word in a title counts."""
LONG = 5
"""Concepts of a question from which on feedback helps."""
_BEST, _POOL, _ADDED, _SHARE = 8, 60, 20, 0.3
"""Papers that feedback comes from, words considered, words added, and their part of the weight."""
_RARE = 1e-6
"""The weight of a word that more than half of all papers hold."""


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing asked for: the ways to write it, and its weight."""

    terms: tuple[Term, ...]
    weight: float = 1.0


class Texts(NamedTuple):
    """The texts of a paper that terms can be in; the names of the authors are the JSON list that the library keeps."""

    title: str
    abstract: str
    author: str
    org: str


Frequency = Callable[[Concept], int]
"""How many papers of the library hold a concept, about."""


def concepts(nodes: Iterable[Node]) -> list[Concept]:
    """What trees of text ask for, without words that tell papers apart too little, unless there are no others."""
    found = [concept for node in nodes for concept in _of(node)]
    telling = [concept for concept in found if not _is_common(concept.terms[0])] or found
    asked = Counter(telling)
    # A word that is asked for twice matters more, but not twice as much.
    return [replace(concept, weight=math.sqrt(times)) for concept, times in asked.items()]


def described(title: str, abstract: str | None) -> list[Concept]:
    """The words of a paper, those first that it says most often; for finding papers like it."""
    said: Counter[bytes] = Counter()
    forms: dict[bytes, str] = {}
    for text, counts in ((title, TITLE), (abstract or "", 1.0)):
        for word in words(text):
            root = stem(word.encode())
            forms.setdefault(root, word)
            said[root] += counts  # type: ignore[assignment]  # a Counter counts in floats as well
    return [
        Concept((Term(forms[root]),), math.sqrt(times))
        for root, times in said.most_common()
        if len(root) > 1 and forms[root] not in STOP_WORDS
    ][:_POOL]


def rarest(asked: Sequence[Concept], frequency: Frequency, papers: int, most: int) -> list[Concept]:
    """The concepts that say most, by weight and rarity."""
    return sorted(asked, key=lambda concept: -concept.weight * rarity(frequency(concept), papers))[:most]


def ranked(
    asked: Sequence[Concept], candidates: Mapping[int, Texts], papers: int, frequency: Frequency
) -> list[tuple[int, float]]:
    """The candidates with their scores, best first; `papers` is how many the library holds, about."""
    pages = {number: _Page(texts) for number, texts in candidates.items()}
    if not pages:
        return []
    usual = sum(page.length for page in pages.values()) / len(pages) or 1.0
    scores = _scores(asked, pages, usual, papers, frequency)
    if len(asked) >= LONG:
        more = _feedback(asked, pages, scores, usual, papers, frequency)
        for number, score in _scores(more, pages, usual, papers, frequency).items():
            scores[number] += score
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def rarity(holding: int, papers: int) -> float:
    """What a word is worth that so many of all papers hold: BM25's inverse document frequency, never negative."""
    return max(_RARE, math.log((papers - holding + 0.5) / (holding + 0.5))) if holding < papers else _RARE


class _Page:
    """A paper's texts, ready to be counted in."""

    def __init__(self, texts: Texts) -> None:
        self.forms = words(texts.title), words(texts.abstract)
        title, abstract = ([stem(word.encode()) for word in forms] for forms in self.forms)
        self.fields = {"title": title, "abstract": abstract}
        self.counts = {name: Counter(held) for name, held in self.fields.items()}
        self.length = len(title) + len(abstract)
        self._texts = texts

    def times(self, term: Term, sought: Sequence[bytes]) -> float:
        """How often a term, of these stems, stands in a paper; in its title each time counts for `TITLE`."""
        if term.field in ("author", "org"):
            text = self._texts.author if term.field == "author" else self._texts.org
            return float(_runs(sought, stems(text), term.kind == "prefix"))
        found = 0.0
        for name in ("title", "abstract"):
            if term.field in (None, name):
                plain = len(sought) == 1 and term.kind != "prefix"
                times = (
                    self.counts[name][sought[0]] if plain else _runs(sought, self.fields[name], term.kind == "prefix")
                )
                found += times * (TITLE if name == "title" else 1.0)
        return found


def _of(node: Node) -> list[Concept]:
    if isinstance(node, Term):
        return [Concept((node,))]
    if isinstance(node, Variants):
        # Of a run of words each is a concept, which the run's other spelling answers to as well.
        return [replace(concept, terms=(*concept.terms, *node.others)) for concept in _of(node.part)]
    return [concept for part in node.parts for concept in _of(part)] if isinstance(node, And | Or) else []


def _is_common(term: Term) -> bool:
    return term.kind == "word" and term.field is None and all(word in STOP_WORDS for word in words(term.text))


def _runs(sought: Sequence[bytes], held: Sequence[bytes], prefix: bool) -> int:
    """How often the words stand side by side; the last of them may go on if `prefix`."""
    *head, last = sought
    ends = (
        place
        for place, word in enumerate(held[len(head) :], len(head))
        if (word.startswith(last) if prefix else word == last)
    )
    return sum(held[place - len(head) : place] == head for place in ends)


def _scores(
    asked: Sequence[Concept], pages: Mapping[int, _Page], usual: float, papers: int, frequency: Frequency
) -> dict[int, float]:
    worth = [
        ([(term, stems(term.text)) for term in concept.terms], concept.weight * rarity(frequency(concept), papers))
        for concept in asked
    ]
    return {
        number: sum(
            value * _saturated(sum(page.times(term, sought) for term, sought in terms), page, usual)
            for terms, value in worth
        )
        for number, page in pages.items()
    }


def _saturated(times: float, page: _Page, usual: float) -> float:
    return times * (K1 + 1) / (times + K1 * (1 - B + B * page.length / usual)) if times else 0.0


def _feedback(
    asked: Sequence[Concept],
    pages: Mapping[int, _Page],
    scores: Mapping[int, float],
    usual: float,
    papers: int,
    frequency: Frequency,
) -> list[Concept]:
    """The words that the best papers share, as concepts that together have `_SHARE` of the weight."""
    best = sorted(scores, key=lambda number: (-scores[number], number))[:_BEST]
    whole = sum(scores[number] for number in best) or 1.0
    said: dict[bytes, float] = {}
    forms: dict[bytes, str] = {}
    held_by: Counter[bytes] = Counter()
    for number in best:
        page = pages[number]
        held_by.update({*page.counts["title"], *page.counts["abstract"]})
        for name, own in zip(("title", "abstract"), page.forms, strict=True):
            forms.update(zip(page.fields[name], own, strict=True))
        for root in page.counts["title"] | page.counts["abstract"]:
            times = TITLE * page.counts["title"][root] + page.counts["abstract"][root]
            said[root] = said.get(root, 0.0) + scores[number] / whole * _saturated(times, page, usual)
    own_words = {root for concept in asked for root in stems(concept.terms[0].text)}
    able = [
        root
        for root in said
        if (held_by[root] > 1 or root in own_words) and len(root) > 1 and forms[root] not in STOP_WORDS
    ]
    pool = sorted(able, key=lambda root: (-said[root], root))[:_POOL]
    shared = [Concept((Term(forms[root]),), said[root]) for root in pool]
    values = [concept.weight * rarity(frequency(concept), papers) for concept in shared]
    chosen = sorted(zip(values, shared, strict=True), key=lambda pair: -pair[0])[:_ADDED]
    total = sum(value for value, _ in chosen) or 1.0
    part = _SHARE / (1 - _SHARE) * sum(concept.weight for concept in asked)
    return [replace(concept, weight=part * value / total) for value, concept in chosen]


STOP_WORDS = frozenset(
    "a about above after again all also am an and any are as at be because been before being below between both but by"
    " can could did do does doing down during each few for from further had has have having he her here hers him his how"
    " i if in into is it its itself just may me might more most must my no nor not now of off on once only or other our"
    " out over own same shall she should so some such than that the their them then there these they this those through"
    " to too under until up upon us very was we were what when where which while who whom why will with within without"
    " would you your".split()
)
"""Words that stand in almost every abstract."""
