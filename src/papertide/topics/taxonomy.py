"""Topics with their keywords, and the rule by which a paper's words choose among them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from papertide.topics.keywords import Keyword, KeywordIndex

STRONG = 3.0
"""What a strong keyword adds to a topic's score where it stands in the abstract."""
WEAK = 1.0
"""The same for a weak keyword."""
MASK = float("inf")
"""Stands for the weight of a phrase to ignore: it outweighs any keyword on the same words, and adds nothing."""
TITLE = 3.0
"""How much more a keyword counts in the title than in the abstract."""
REPEAT = 0.5
"""What a repetition in the abstract adds, as a share of the keyword's weight."""
REPEATS = 2
"""How many repetitions count."""
NEAR = 0.8
"""Of topics that pass, those with at least this share of the best score count as fitting equally well."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as people see it, and the score from which a paper belongs to it."""

    id: str
    name: str
    description: str
    threshold: float


@dataclass(frozen=True, slots=True)
class Rule:
    """A topic with its keywords; in the phrases of `ignore`, no keyword of this topic counts."""

    topic: Topic
    strong: tuple[Keyword, ...]
    weak: tuple[Keyword, ...]
    ignore: tuple[Keyword, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one topic's rule makes of a paper; `words` are the keywords found, as the rules write them, best first."""

    topic: Topic
    score: float
    passed: bool
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """How scores become topics: see `Taxonomy.explain`."""

    fallback: float
    share: float
    most: int


@dataclass(frozen=True, slots=True)
class _Weighed:
    score: float
    words: tuple[str, ...]


class Taxonomy:
    """Topics in the reader's order, with the rules that label papers; `digest` is that of the source they came from."""

    def __init__(self, rules: Iterable[Rule], policy: Policy, digest: str) -> None:
        self.digest = digest
        rules = tuple(rules)
        self.topics = tuple(rule.topic for rule in rules)
        self._policy = policy
        numbers: dict[Keyword, int] = {}
        # For each keyword: the topics that it speaks for, with its weight there.
        roles: list[list[tuple[int, float]]] = []
        self._weights: dict[tuple[int, int], float] = {}
        for place, rule in enumerate(rules):
            for words, weight in ((rule.ignore, MASK), (rule.strong, STRONG), (rule.weak, WEAK)):
                for word in words:
                    number = numbers.setdefault(word, len(numbers))
                    if number == len(roles):
                        roles.append([])
                    roles[number].append((place, weight))
                    self._weights.setdefault((place, number), weight)
        self._roles = _Roles(roles)
        self._index = KeywordIndex(numbers)

    def label(self, title: str, abstract: str | None) -> tuple[str, ...]:
        """The ids of the topics that a paper belongs to, the best-fitting first; see `explain` for the rule."""
        in_title, in_abstract = self._find(title), self._find(abstract or "")
        scores = {
            place: self._score(place, in_title.get(place, {}), in_abstract.get(place, {}))
            for place in in_title.keys() | in_abstract.keys()
        }
        return tuple(self.topics[place].id for place in self._choose(scores))

    def explain(self, title: str, abstract: str | None) -> list[Verdict]:
        """Every topic with a score: those that the paper belongs to, the best-fitting first, then the rest by score.

        A topic's score is the sum over its keywords found: the keyword's weight, `TITLE` times that in the title, and a
        little for repetitions. Of keywords of one topic that cover each other, the longest counts. A topic passes where
        its score reaches both its threshold and the taxonomy's `share` of the best score. Where none reaches its
        threshold, the best one passes if it reaches `fallback`. At most `most` topics pass. Among those, scores that
        are nearly the same say nothing: of all within `NEAR` of the best that is left, the first in the reader's order
        comes first.
        """
        in_title, in_abstract = self._find(title), self._find(abstract or "")
        found = {
            place: self._weigh(place, in_title.get(place, {}), in_abstract.get(place, {}))
            for place in in_title.keys() | in_abstract.keys()
        }
        scores = {place: weighed.score for place, weighed in found.items()}
        chosen = self._choose(scores)
        order = chosen + [place for place in _ranked(scores) if place not in chosen]
        return [Verdict(self.topics[place], found[place].score, place in chosen, found[place].words) for place in order]

    def _find(self, text: str) -> dict[int, dict[int, int]]:
        """For each topic, how often each of its keywords stands in a text, covered ones left out."""
        found: dict[int, dict[int, int]] = {}
        covered: dict[int, int] = {}
        for end, numbers in self._index.find(text):
            for place, number in self._roles[numbers]:
                if end <= covered.get(place, 0):
                    continue
                covered[place] = end
                if number is not None:
                    counts = found.setdefault(place, {})
                    counts[number] = counts.get(number, 0) + 1
        return found

    def _weigh(self, place: int, in_title: Mapping[int, int], in_abstract: Mapping[int, int]) -> _Weighed:
        parts = [
            (self._worth(place, number, number in in_title, in_abstract.get(number, 0)), number)
            for number in in_title.keys() | in_abstract.keys()
        ]
        words = sorted((-value, self._index.keywords[number].written) for value, number in parts)
        return _Weighed(sum(value for value, _ in parts), tuple(word for _, word in words))

    def _score(self, place: int, in_title: Mapping[int, int], in_abstract: Mapping[int, int]) -> float:
        """The score that `_weigh` gives; weights and shares are halves, so that their sum is exact in any order."""
        return sum(
            self._worth(place, number, number in in_title, in_abstract.get(number, 0))
            for number in in_title.keys() | in_abstract.keys()
        )

    def _worth(self, place: int, number: int, in_title: bool, count: int) -> float:
        """What a keyword adds to a topic's score, standing in the title or not, and `count` times in the abstract."""
        times = TITLE if in_title else 0.0
        if count:
            times += 1 + REPEAT * min(count - 1, REPEATS)
        return self._weights[place, number] * times

    def _choose(self, scores: Mapping[int, float]) -> list[int]:
        """The places of the topics that pass, in the order they are told."""
        if not scores:
            return []
        ranked = _ranked(scores)
        best, top = ranked[0], scores[ranked[0]]
        floor = top * self._policy.share
        passing = [p for p in ranked if scores[p] >= max(self.topics[p].threshold, floor)]
        if not passing and top >= self._policy.fallback:
            passing = [best]
        left, order = passing[: self._policy.most], []
        while left:
            near = scores[left[0]] * NEAR
            order.append(min(place for place in left if scores[place] >= near))
            left.remove(order[-1])
        return order


class _Roles(dict[tuple[int, ...], tuple[tuple[int, int | None], ...]]):
    """For keywords on the same words: each topic that they speak for, and the one that counts there (None: a mask)."""

    def __init__(self, roles: Sequence[Sequence[tuple[int, float]]]) -> None:
        super().__init__()
        self._of_each = roles

    def __missing__(self, numbers: tuple[int, ...]) -> tuple[tuple[int, int | None], ...]:
        # The heaviest counts, of equals the first that is named.
        weighed = sorted((-weight, number, place) for number in numbers for place, weight in self._of_each[number])
        heaviest: dict[int, int | None] = {}
        for minus_weight, number, place in weighed:
            heaviest.setdefault(place, None if -minus_weight == MASK else number)
        self[numbers] = made = tuple(heaviest.items())
        return made


def _ranked(scores: Mapping[int, float]) -> list[int]:
    """Places by score, the best first; of equal ones the first in the reader's order."""
    return sorted(scores, key=lambda place: (-scores[place], place))
