"""Rank: keep the scores in step with the papers and the decisions, and say what is to be read first, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
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


def ensure_scores(store: Store, reader: str, told: Callable[[int], object] = lambda _count: None) -> None:
    """Make the reader's scores anew if papers or decisions changed; does nothing, quickly, if they didn't.

    `told` is called with how many papers were read, as their terms are made. A library that can't be written keeps the
    scores that it has.
    """
    if store.scoring.current(reader) or not store.writable:
        return
    ranker = ready(store, reader, told=told)
    state = store.scoring.state(reader)
    learned = ranker.learn(*_sides(store.scoring.said(reader)))
    if learned is None:
        store.scoring.keep(reader, state, Ranking({}, {}, {}))
        return
    scores = dict(zip(ranker.numbers, ranker.scores(learned).tolist(), strict=True))
    store.scoring.keep(reader, state, Ranking(scores, ranker.lengths(), ranker.weights(learned)))


def ready(
    store: Store, reader: str, *, session: bool = False, told: Callable[[int], object] = lambda _count: None
) -> Ranker:
    """The library's papers, ready to be ranked; `session` for one in which decisions follow each other."""
    from papertide.ranking.model import Ranker  # numpy, which reading needs only after something changed
    from papertide.ranking.packed import terms_of

    if store.writable and store.scoring.due():
        for count in store.scoring.make_terms(terms_of):
            told(count)
    return Ranker(store.scoring.terms(number for number, _ in store.scoring.said(reader)), session=session)


def _sides(said: Iterable[tuple[int, bool]]) -> tuple[list[int], list[int]]:
    """The papers kept, and those skipped."""
    sides: tuple[list[int], list[int]] = ([], [])
    for number, kept in said:
        sides[0 if kept else 1].append(number)
    return sides


@dataclass(frozen=True, slots=True)
class Why:
    """Why a paper ranks where it does: its score, and the words that moved it, strongest first, by how much.

    1 is half the way from a paper as those skipped are, in the mean, to one as those kept are.
    """

    paper: int
    score: float | None
    words: tuple[tuple[str, float], ...]


def explain(store: Store, reader: str, papers: Iterable[PaperDict], *, most: int = 10) -> list[Why]:
    """Why these papers rank where they do, by the scores that are kept; without words where there are none.

    `most` is how many words are told.
    """
    score = store.scoring.of(reader)
    weights = store.scoring.weights(reader)
    found: list[Why] = []
    for paper in papers:
        number = paper["id"]
        terms, length = store.scoring.terms_of(reader, number) if weights else (b"", 1.0)
        words = moved(terms, weights, length, names_of(paper["title"], paper["abstract"], paper["topics"]))
        found.append(Why(number, score(number), telling(words, most)))
    return found


_POOL = 2_000
"""The papers that exploration chooses from: the best of the inbox."""


def reading_order(
    store: Store, reader: str, *, explore: bool = True, limit: int | None = None
) -> list[tuple[PaperDict, str]]:
    """The inbox, best first, by the scores that are kept; with `explore` every tenth place is for a topic little decided on.

    That topic stands beside the paper, "" beside the others.
    """
    query = condition("status", "inbox", today=date.min)
    papers = store.looking.papers(Selection(query, reader, "score", limit=max(_POOL, limit) if limit else None))
    by_number = {paper["id"]: paper for paper in papers}
    order = [Placed(number) for number in by_number]
    if explore:
        decided = store.looking.by_number([number for number, _ in store.scoring.said(reader)], reader)
        counts = Counter(topic for paper in decided for topic in paper["topics"])
        head = [*by_number][:_POOL]
        topic_of = {number: by_number[number]["topics"][0] for number in head if by_number[number]["topics"]}
        order = [*mixed(head, topic_of, counts), *order[_POOL:]]
    return [(by_number[placed.number], placed.explored) for placed in order[:limit]]


def evaluate(store: Store, reader: str) -> Evaluation | None:
    """Replay the reader's decisions against newest first and most upvotes first; None where they are too few."""
    from papertide.ranking.evaluate import evaluate as replay

    said = store.scoring.said(reader)
    papers = {paper["id"]: paper for paper in store.looking.by_number([number for number, _ in said], reader)}

    def newest(number: int) -> float:
        day = papers[number]["published"]
        return -date.fromisoformat(day).toordinal() if day else 1.0

    def upvotes(number: int) -> float:
        count = papers[number]["upvotes"]
        return -count if count is not None else 1.0

    return replay(ready(store, reader, session=True), said, {"newest": newest, "upvotes": upvotes})
