"""The inbox: which papers are to be triaged, in what order; the same for the full screen and line by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from papertide.errors import NotFound, UsageError
from papertide.flows.browse import Filters, check_topics, query_of
from papertide.flows.rank import POOL, Explained, Reasons, explored
from papertide.normal import words
from papertide.query import Query
from papertide.query.ast import And, Id, Is, Not, Or, Term, leaves
from papertide.ranking.explore import Placed
from papertide.records.plain import STATUSES, PaperDict
from papertide.store.base import Looking, Selection, Sort, Store

ANY = "all"
"""What a view's status is called where it is any."""

VIEWS = (*STATUSES, ANY)


@dataclass(frozen=True, slots=True)
class View:
    """What is looked at: a text in the query language, a status or `ANY`, a topic, and an order.

    A status that the text asks for itself takes the place of the view's. With `like`, the papers that are nearest to that
    one by their words, nearest first, whatever else the view says.
    """

    text: str = ""
    status: str = "inbox"
    topic: str | None = None
    sort: Sort = "score"
    reverse: bool = False
    like: int | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom and on which day, and the topic rules (bytes and name) that a topic's name is checked against.

    `explore`: whether every tenth place of the inbox is for the topic that the reader decided on least.
    """

    name: str
    today: date
    rules: tuple[bytes, str]
    explore: bool = True


def selection_of(looking: Looking, view: View, reader: Reader) -> Selection:
    """What a view selects; raises QueryError for a text that doesn't parse, NotFound for a paper that isn't there."""
    if view.like is not None:
        return _similar(looking, view.like, reader)
    query = query_of(looking, view.text, Filters(), reader=reader.name, today=reader.today)
    status = None if view.status == ANY or _asks_status(query) else view.status
    topics = () if view.topic is None else (view.topic,)
    query = query_of(looking, view.text, Filters(topics=topics, status=status), reader=reader.name, today=reader.today)
    return Selection(query, reader.name, sort=view.sort, reverse=view.reverse)


def begin(looking: Looking, selection: Selection, reader: Reader, count: int) -> list[int]:
    """The numbers of the first `count` papers; where there are none, raises UsageError for a topic that isn't there."""
    numbers = looking.numbers(replace(selection, limit=count))
    if not numbers and selection.query is not None:
        check_topics(looking, selection.query, reader.rules)
    return numbers


def papers_of(looking: Looking, numbers: Sequence[int], reader: Reader) -> dict[int, PaperDict]:
    """These papers by number; one that is no more is left out."""
    return {paper["id"]: paper for paper in looking.by_number(numbers, reader.name)}


def explained(store: Store, numbers: Sequence[int], reader: Reader, reasons: Reasons) -> list[Explained]:
    """These papers, and why each ranks where it does; one that is no more is left out."""
    papers = list(papers_of(store.looking, numbers, reader).values())
    return list(zip(papers, reasons.of(store, papers), strict=True))


def learns(view: View) -> bool:
    """Whether a view's order follows from what the reader decided."""
    return view.sort == "score" and view.like is None


class Order:
    """The papers of a view in an order that stands still: it only ever grows, at its end.

    So nothing moves under a reader's hands, whatever is decided, added or ranked anew meanwhile; and whatever the view
    holds comes sooner or later, because it grows by what it lacks and not by counting on. `whole` where all is there;
    `explored` names the topic of a paper that stands where it does for the sake of that topic.
    """

    def __init__(
        self, numbers: Sequence[int] = (), *, whole: bool = True, explored: Mapping[int, str] | None = None
    ) -> None:
        self.numbers = list(numbers)
        self.places = {number: place for place, number in enumerate(self.numbers)}
        self.whole = whole
        self.explored = dict(explored or {})

    def __len__(self) -> int:
        return len(self.numbers)

    def asking(self, more: int) -> int:
        """How many to ask the library for, from the first on, for `more` that may be lacking."""
        return len(self.numbers) + more

    def grow(self, found: Sequence[int], asked: int) -> int:
        """Take in what is lacking of the first `asked` papers of the view as it is now; gives how many came."""
        lacking = [number for number in found if number not in self.places]
        for number in lacking:
            self.places[number] = len(self.numbers)
            self.numbers.append(number)
        self.whole = len(found) < asked
        return len(lacking)


def order_of(
    store: Store, view: View, selection: Selection, reader: Reader, count: int, behind: Order | None = None
) -> Order:
    """The first `count` papers of a view, or some more, in the order in which they are shown: all of `behind` first.

    Once there are decisions every tenth place of the inbox as a whole is for the topic decided on least, as `rank` has it,
    among its best `POOL` papers.
    """
    behind = behind or Order()
    exploring = _explores(store, view, reader)
    asked = len(behind) + max(count, POOL if exploring else 0)
    numbers = begin(store.looking, selection, reader, asked)
    rest = [number for number in numbers if number not in behind.places]
    placed = [Placed(number) for number in rest]
    if exploring:
        placed = explored(store, reader.name, rest, before=len(behind))
    made = {number: topic for number, topic in placed if topic}
    shown = [*behind.numbers, *(number for number, _ in placed)]
    return Order(shown, whole=len(numbers) < asked, explored={**behind.explored, **made})


def _explores(store: Store, view: View, reader: Reader) -> bool:
    return reader.explore and view == View() and bool(store.scoring.said(reader.name))


def is_better(best: Sequence[int], order: Order, place: int) -> bool:
    """Whether one of the best few papers stands far behind `place`, which is where the reader is.

    `best` is how the view would begin now; what the reader has passed already doesn't count.
    """
    ahead = set(order.numbers[place : place + _FAR])
    coming = [number for number in best if order.places.get(number, len(order)) >= place]
    return not ahead.issuperset(coming[:_FEW])


_FEW, _FAR = 5, 10


def _asks_status(query: Query) -> bool:
    return any(isinstance(leaf, Is) and leaf.field == "status" for leaf in leaves(query.root))


_SHORTEST = 4
"""Letters of a word that may tell what a paper is about."""
_MOST_WORDS = 16


def _similar(looking: Looking, number: int, reader: Reader) -> Selection:
    """The papers that hold most of the words of one paper: those of its title, then those its abstract repeats."""
    found = looking.by_number([number], reader.name)
    if not found:
        raise NotFound("paper", str(number))
    paper = found[0]
    titled = [word for word in words(paper["title"]) if len(word) >= _SHORTEST]
    often = Counter(word for word in words(paper["abstract"] or "") if len(word) >= _SHORTEST)
    repeated = [word for word, times in often.most_common() if times > 1]
    telling = list(dict.fromkeys([*titled, *repeated]))[:_MOST_WORDS] or list(words(paper["title"]))
    if not telling:
        raise UsageError("no words in that paper to go by")
    terms = tuple(Term(word) for word in telling)
    return Selection(Query(And((Or(terms), Not(Id(number))))), reader.name, sort="relevance")
