"""Rank: keep the scores in step with the papers and the decisions, and say what is to be read first, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from papertide.query import condition
from papertide.ranking.explore import Placed, mixed
from papertide.ranking.terms import names_of
from papertide.ranking.why import moved, telling
from papertide.records.plain import PaperDict
from papertide.store.base import Ranking, Selection, Store

if TYPE_CHECKING:
    from papertide.ranking.evaluate import Evaluation
    from papertide.ranking.model import Ranker


Told = Callable[[int], object]
"""Called with how many papers were read, as their terms are made."""


def _silent(_count: int) -> None:
    """Tell nobody."""


def ensure_scores(store: Store, reader: str, told: Told = _silent) -> None:
    """Make the reader's scores anew if papers or decisions changed; does nothing, quickly, if they didn't.

    A library that can't be written keeps the scores that it has.
    """
    Learner(reader).learn(store, told)


class Learner:
    """Keeps one reader's scores in step; in a `session`, in which decisions follow each other, it keeps the papers ready.

    The store is given to each call, so that a learner may outlive a connection.
    """

    def __init__(self, reader: str, *, session: bool = False) -> None:
        self.reader = reader
        self._session = session
        self._ranker: Ranker | None = None
        self._made = 0
        self._there: frozenset[int] = frozenset()

    def learn(self, store: Store, told: Told = _silent) -> bool:
        """Make the scores anew if they are out of date; gives whether they were.

        Where nothing stands to be learnt from, no paper is read.
        """
        scoring = store.scoring
        if scoring.current(self.reader) or not store.writable:
            return False
        # A state is read before what it is the state of: what others say, or make of papers, in between is learnt once more.
        decision, made = scoring.state(self.reader)
        said = scoring.said(self.reader)
        if said:
            _make_terms(store, [number for number, _ in said], told)
            _, made = scoring.state(self.reader)
        ranker = self._ready(store, [number for number, _ in said], made) if said else None
        learned = ranker.learn(*_sides(said)) if ranker is not None else None
        state = decision, made
        if ranker is None or learned is None:
            scoring.keep(self.reader, state, Ranking({}, {}, {}))
            return True
        scores = dict(zip(ranker.numbers, ranker.scores(learned).tolist(), strict=True))
        scoring.keep(self.reader, state, Ranking(scores, ranker.lengths(), ranker.weights(learned)))
        return True

    def _ready(self, store: Store, decided: Sequence[int], made: int) -> Ranker:
        """The papers, ready to be ranked: those of before, unless any changed or one was decided on that isn't there.

        `made` is how often terms were made, as read before this.
        """
        if self._ranker is None or made != self._made or not self._there.issuperset(decided):
            self._ranker = _ranker(store, decided, session=self._session)
            self._made, self._there = made, frozenset(self._ranker.numbers)
        return self._ranker


def _make_terms(store: Store, decided: Iterable[int], told: Told) -> None:
    from papertide.ranking.packed import terms_of  # numpy, which reading needs only after something changed

    for count in store.scoring.make_terms(terms_of, decided):
        told(count)


def _ranker(store: Store, decided: Iterable[int], *, session: bool) -> Ranker:
    from papertide.ranking.model import Ranker  # numpy, as above

    return Ranker(store.scoring.terms(decided), session=session)


def _sides(said: Iterable[tuple[int, bool]]) -> tuple[list[int], list[int]]:
    """The papers kept, and those skipped."""
    sides: tuple[list[int], list[int]] = ([], [])
    for number, kept in said:
        sides[0 if kept else 1].append(number)
    return sides


@dataclass(frozen=True, slots=True)
class Why:
    """Why a paper ranks where it does: its score, and the words that moved it, strongest first, by how much.

    1 is half the way from a paper as those skipped are, in the mean, to one as those kept are (see `Learned.half`).
    """

    paper: int
    score: float | None
    words: tuple[tuple[str, float], ...]


Explained = tuple[PaperDict, Why]
"""A paper, and why it ranks where it does."""


def explain(store: Store, reader: str, papers: Iterable[PaperDict], *, most: int = 10) -> list[Why]:
    """Why these papers rank where they do, by the scores that are kept; without words where there are none.

    `most` is how many words are told.
    """
    return Reasons(reader, most).of(store, list(papers))


class Reasons:
    """Says why papers rank where they do, again and again: what was learnt is read anew only where it is another."""

    def __init__(self, reader: str, most: int) -> None:
        self._reader = reader
        self._most = most
        self._kept: tuple[int, int] | None = None
        self._weights: dict[int, float] = {}

    def of(self, store: Store, papers: Sequence[PaperDict]) -> list[Why]:
        """Why these do."""
        kept = store.scoring.kept(self._reader)
        if kept != self._kept:
            self._kept, self._weights = kept, store.scoring.weights(self._reader)
        if not self._weights:
            return [Why(paper["id"], None, ()) for paper in papers]
        score = store.scoring.of(self._reader)
        held = store.scoring.terms_of(self._reader, [paper["id"] for paper in papers])
        return [self._why(paper, score(paper["id"]), *held.get(paper["id"], (b"", 1.0))) for paper in papers]

    def _why(self, paper: PaperDict, score: float | None, terms: bytes, length: float) -> Why:
        names = names_of(paper["title"], paper["abstract"], paper["topics"])
        return Why(paper["id"], score, telling(moved(terms, self._weights, length, names), self._most))


POOL = 2_000
"""The papers that exploration chooses from: the best of the inbox."""


def reading_order(
    store: Store, reader: str, *, explore: bool = True, limit: int | None = None
) -> list[tuple[PaperDict, str]]:
    """The inbox, best first, by the scores that are kept; with `explore` every tenth place is for a topic little decided on.

    That topic stands beside the paper, "" beside the others.
    """
    query = condition("status", "inbox", today=date.min)
    papers = store.looking.papers(Selection(query, reader, "score", limit=max(POOL, limit) if limit else None))
    by_number = {paper["id"]: paper for paper in papers}
    order = [Placed(number) for number in by_number]
    if explore:
        order = [*explored(store, reader, [*by_number][:POOL]), *order[POOL:]]
    return [(by_number[placed.number], placed.explored) for placed in order[:limit]]


def explored(store: Store, reader: str, numbers: Sequence[int], *, before: int = 0) -> list[Placed]:
    """Papers in their order with every tenth place given to the topic decided on least; `before` places are taken already."""
    decided = store.looking.topics_of([number for number, _ in store.scoring.said(reader)])
    counts = Counter(topic for topics in decided.values() for topic in topics)
    topic_of = {number: topics[0] for number, topics in store.looking.topics_of(numbers).items()}
    return mixed(numbers, topic_of, counts, before=before)


def evaluate(store: Store, reader: str) -> Evaluation | None:
    """Replay the reader's decisions against newest first and most upvotes first; None where they are too few."""
    from papertide.ranking.evaluate import evaluate as replay

    said = store.scoring.said(reader)
    decided = [number for number, _ in said]
    papers = {paper["id"]: paper for paper in store.looking.by_number(decided, reader)}

    def newest(number: int) -> float:
        day = papers[number]["published"]
        return -date.fromisoformat(day).toordinal() if day else 1.0

    def upvotes(number: int) -> float:
        count = papers[number]["upvotes"]
        return -count if count is not None else 1.0

    if said and store.writable:
        _make_terms(store, decided, _silent)
    return replay(_ranker(store, decided, session=True), said, {"newest": newest, "upvotes": upvotes})
