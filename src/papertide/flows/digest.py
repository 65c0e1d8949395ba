"""The daily digest: what is new for a reader, in topic sections, best first; claimed in one step, then decided purely.

New is what no digest has told this reader of, by the ledger, and what they haven't decided on: so nothing is shown twice,
and nothing is missed after a holiday. Each paper stands in one section, that of the topic that fits it best. What was put
off comes back once, in the first digest of a later day, in a section of its own. A digest of a query tells of what the
query holds; all else stays new.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta

from papertide.query.ast import Or, Query
from papertide.ranking.order import first_impression
from papertide.ranking.sentence import telling_sentence
from papertide.records.digest import Digest, DigestSection
from papertide.records.plain import PaperDict
from papertide.store.base import Selection, Store

OTHER = ""
"""The topic of papers that have none."""
LATER = timedelta(days=1)
"""How long a paper stays away that was put off: what was put off today is not for today."""


def prepare(
    store: Store,
    reader: str,
    names: Mapping[str, str],
    *,
    today: date,
    since: date | None = None,
    topics: Sequence[str] = (),
    limit: int | None = None,
    query: Query | None = None,
) -> Digest:
    """Select what is new; `names` maps topic ids to names, in the reader's order. Nothing is noted (see `told`).

    `since` takes what came into the library on that day or later, told or not; `topics` only papers with one of these;
    `limit` shows so many a section; `query` takes only what it holds.
    """
    papers, later = _new(store, reader, today, since, topics, query)
    made = select(papers, names, day=today, topics=topics, limit=limit, later=later, query=_in_words(query))
    return _with_keepers(store, reader, made)


@contextmanager
def told(
    store: Store,
    reader: str,
    names: Mapping[str, str],
    *,
    today: date,
    at: str,
    since: date | None = None,
    topics: Sequence[str] = (),
    limit: int | None = None,
    query: Query | None = None,
) -> Iterator[Digest]:
    """The digest of `prepare`, told of from here on: all that is new in it, what a section leaves out too.

    So two digests at once share what is new between them. What fails inside takes the claim back. An empty one isn't noted.
    """
    papers, later = _new(store, reader, today, since, topics, query)
    said = _in_words(query)
    options = {"topics": list(topics), "limit": limit, "later": later, **({"query": said} if said else {})}
    due = (today - LATER).isoformat() if since is None else None
    numbers = [paper["id"] for paper in papers]
    claim = store.telling.tell(reader, numbers, today.isoformat(), at, json.dumps(options), due=due)
    taken = set(claim.papers)
    try:
        ours = [paper for paper in papers if paper["id"] in taken]
        made = select(ours, names, day=today, topics=topics, limit=limit, later=later, query=said)
        yield _with_keepers(store, reader, made)
    except BaseException:
        if claim.number is not None:
            store.telling.take_back(reader, claim)
        raise


def _new(
    store: Store, reader: str, today: date, since: date | None, topics: Sequence[str], query: Query | None
) -> tuple[list[PaperDict], list[int]]:
    """The papers to tell of, and the numbers of those that had been put off."""
    if since is not None:
        later, numbers = [], store.telling.added_since(since.isoformat(), reader)
    else:
        later, numbers = store.telling.due(reader, (today - LATER).isoformat()), store.telling.untold(reader)
    papers = _chosen(store, reader, [*numbers, *later], topics, query)
    numbers_there = {paper["id"] for paper in papers}
    return papers, [number for number in later if number in numbers_there]


def _chosen(
    store: Store, reader: str, numbers: Sequence[int], topics: Sequence[str], query: Query | None
) -> list[PaperDict]:
    """Those of these papers that have one of the topics, where any are asked for, and that the query holds."""
    if query is not None and query.root is not None:
        held = set(store.looking.numbers(Selection(query, reader)))
        numbers = [number for number in numbers if number in held]
    papers = store.looking.by_number(numbers, reader)
    if not topics:
        return papers
    return [paper for paper in papers if not set(topics).isdisjoint(paper["topics"] or ["none"])]


def _in_words(query: Query | None) -> str:
    """A query as it is written beside other conditions."""
    return "" if query is None else f"({query})" if isinstance(query.root, Or) else str(query)


def _with_keepers(store: Store, reader: str, made: Digest) -> Digest:
    """A digest that says who else keeps the papers shown."""
    return replace(made, kept_by=store.looking.keepers([paper["id"] for paper in made.papers], but=reader))


def last(
    store: Store,
    reader: str,
    names: Mapping[str, str],
    *,
    today: date,
    topics: Sequence[str] = (),
    limit: int | None = None,
    query: Query | None = None,
) -> Digest:
    """The last digest once more, with the topics, the limit and the query that it was made with unless others are given.

    Before there was any, one of `today` with nothing in it.
    """
    told = store.telling.last(reader)
    if told is None:
        return select([], names, day=today)
    number, day, numbers = told
    made = _made_with(store.telling.made_with(number))
    again = select(
        _chosen(store, reader, numbers, topics, query),
        names,
        day=date.fromisoformat(day),
        topics=topics or made.topics,
        limit=limit if limit is not None else made.limit,
        later=made.later,
        query=_in_words(query) or made.query,
    )
    return _with_keepers(store, reader, again)


@dataclass(frozen=True, slots=True)
class _MadeWith:
    topics: tuple[str, ...] = ()
    limit: int | None = None
    later: tuple[int, ...] = ()
    query: str = ""


def _made_with(text: str | None) -> _MadeWith:
    """What a digest was made with, as `told` notes it; nothing where it doesn't say, or another program wrote it."""
    try:
        told = json.loads(text or "{}")
        topics, limit, later = told.get("topics", []), told.get("limit"), told.get("later", [])
        query = told.get("query", "")
    except (ValueError, AttributeError, RecursionError):
        return _MadeWith()
    return _MadeWith(
        tuple(topic for topic in topics if isinstance(topic, str)) if isinstance(topics, list) else (),
        limit if isinstance(limit, int) and limit > 0 else None,
        tuple(number for number in later if isinstance(number, int)) if isinstance(later, list) else (),
        query if isinstance(query, str) else "",
    )


def select(
    papers: Iterable[PaperDict],
    names: Mapping[str, str],
    *,
    day: date,
    topics: Sequence[str] = (),
    limit: int | None = None,
    later: Collection[int] = (),
    query: str = "",
) -> Digest:
    """Arrange papers in sections: in the order of `names`, unknown topics next, papers without one, those put off last.

    `later` are the numbers of those that were put off; `query` is what they all answer, as text.
    """
    ordered = sorted(papers, key=first_impression)
    new = [paper for paper in ordered if paper["id"] not in later]
    back = [paper for paper in ordered if paper["id"] in later]
    by_topic: dict[str, list[PaperDict]] = {}
    for paper in new:
        by_topic.setdefault(_section_of(paper, topics), []).append(paper)
    order = [*(t for t in names if t in by_topic), *sorted(t for t in by_topic if t not in names and t != OTHER)]
    order += [OTHER] if OTHER in by_topic else []
    sections = [
        _section(topic, names.get(topic, topic) if topic != OTHER else "Other", by_topic[topic], limit, query)
        for topic in order
    ]
    if back:
        sections.append(_put_off(back, limit, query))
    shown = [paper for section in sections for paper in section.papers]
    sentences = {
        paper["id"]: said
        for paper in shown
        if (said := paper["summary"] or telling_sentence(paper["abstract"], paper["title"]))
    }
    told = tuple(paper["id"] for paper in new)
    put_off = tuple(paper["id"] for paper in back)
    return Digest(day, told, tuple(sections), sentences, put_off, tuple(topics), limit, query)


def _section(topic: str, name: str, papers: Sequence[PaperDict], limit: int | None, query: str) -> DigestSection:
    left_out = max(0, len(papers) - limit) if limit is not None else 0
    return DigestSection(topic, name, tuple(papers[:limit]), left_out, f"{_query(topic, papers)} {query}".rstrip())


def _put_off(papers: Sequence[PaperDict], limit: int | None, query: str) -> DigestSection:
    """The papers that were put off; what it leaves out is among all that are."""
    section = _section(OTHER, "Put off until now", papers, limit, query)
    return replace(section, query=f"status:later {query}".rstrip())


def _section_of(paper: PaperDict, topics: Sequence[str]) -> str:
    """The topic that fits best; among the topics asked for, where some were."""
    wanted = [topic for topic in paper["topics"] if not topics or topic in topics]
    return wanted[0] if wanted else OTHER


def _query(topic: str, papers: Sequence[PaperDict]) -> str:
    """A query that holds a section's papers, shown and left out: by topic, the days they came, and still undecided.

    It may hold more: what has the topic, too, but stands in the section of another.
    """
    days = sorted(paper["added"][:10] for paper in papers)
    when = days[0] if days[0] == days[-1] else f"{days[0]}..{days[-1]}"
    return f"topic:{topic or 'none'} added:{when} status:inbox"
