"""Look: from what was typed to the papers it means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches

from papertide import topics
from papertide.errors import ConfigError, QueryError, UsageError
from papertide.flows.label import relabel
from papertide.query import (
    Query,
    Spellings,
    both,
    condition,
    date_range,
    number_range,
    parse,
    readers_in,
    spellings,
    topics_in,
    widened,
)
from papertide.records.plain import PaperDict
from papertide.store.base import SORTS, Looking, Selection, Sort, Store, Unknown


@dataclass(frozen=True, slots=True)
class Filters:
    """What the filter options say; each is the query language's own field under another name."""

    topics: Sequence[str] = ()
    since: str | None = None
    until: str | None = None
    by: str = "published"
    authors: str | None = None
    status: str | None = None
    tags: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """The papers found; `partial` where none holds all the words and these hold some. `selection` is what was asked."""

    papers: list[PaperDict]
    selection: Selection
    partial: bool = False


def query_of(
    looking: Looking, text: str, filters: Filters, *, reader: str, today: date, table: Spellings | None = None
) -> Query:
    """The one query that a text and filters make; one without a root where nothing was asked for.

    `table` says what is written in several ways (default: the program's own).

    Raises QueryError for a text that doesn't parse, UsageError for a filter that makes no sense.
    """
    query = parse(
        text,
        today=today,
        saved=lambda name: looking.saved_search(reader, name),
        names=lambda: looking.saved_names(reader),
    )
    if query.root is not None:
        query = Query(widened(query.root, spellings.default() if table is None else table))
    if filters.by not in ("published", "listed", "added"):
        raise UsageError(f"--by {filters.by!r}: published, listed or added")
    more: list[Query] = [condition("topic", topic, today=today) for topic in filters.topics]
    more += [condition("tag", tag, today=today) for tag in filters.tags]
    if filters.since or filters.until:
        more.append(date_range(filters.by, filters.since, filters.until, today=today))
    if filters.authors:
        more.append(number_range("authors", filters.authors))
    if filters.status:
        more.append(condition("status", filters.status, today=today))
    for extra in more:
        query = both(query, extra)
    return query


def spellings_of(source: tuple[bytes, str] | None) -> Spellings:
    """What is written in several ways: the program's own table, with the lines of a file, given as bytes and name.

    Raises ConfigError for lines that say nothing.
    """
    if source is None:
        return spellings.default()
    data, name = source
    try:
        return spellings.read(data.decode(), name, base=spellings.default())
    except UnicodeDecodeError as error:
        raise ConfigError(f"{name}: not UTF-8 text") from error


def sort_of(name: str) -> Sort:
    """The sort that a name means; raises UsageError, with a suggestion, for one that means none."""
    for sort in SORTS:
        if sort == name:
            return sort
    close = get_close_matches(name, SORTS, n=1)
    raise UsageError(f"can't sort by {name!r}; " + (f"did you mean {close[0]}?" if close else f"by {', '.join(SORTS)}"))


def find(looking: Looking, selection: Selection, *, partial: bool = False) -> Found:
    """The papers of a selection. With `partial`, where no paper holds all the words, those that hold some."""
    papers = looking.papers(selection)
    if papers or not partial or selection.any_word or selection.limit == 0:
        return Found(papers, selection)
    if selection.offset and looking.count(selection):
        return Found(papers, selection)
    loose = replace(selection, any_word=True)
    some = looking.papers(loose)
    return Found(some, loose if some else selection, partial=bool(some))


def ensure_labels(store: Store, source: bytes, name: str) -> None:
    """Label the library anew if the topic rules changed since it was labelled; does nothing, quickly, if they didn't.

    A library that can't be written keeps the labels that it has.
    """
    if store.looking.taxonomy() == topics.digest(source) or not store.writable:
        return
    with store.adding.transaction():
        relabel(store, topics.load(source, name))


def topic_names(source: tuple[bytes, str]) -> dict[str, str]:
    """The names of the topics by id, in the order of the rules."""
    return {topic.id: topic.name for topic in topics.load(*source).topics}


def check_topics(looking: Looking, query: Query, source: tuple[bytes, str], text: str = "") -> None:
    """Raise UsageError for a topic in a query that neither the rules nor the library know.

    It is a QueryError with the column where the topic stands in `text`, which is what was typed.
    """
    check_topic_names(looking, topics_in(query), source, text)


def check_topic_names(looking: Looking | None, asked: Iterable[str], source: tuple[bytes, str], text: str = "") -> None:
    """Raise UsageError, with a suggestion, for the first name of a topic that neither the rules nor the library know.

    None is for a library that isn't there yet.
    """
    asked = [name for name in asked if name.casefold() != "none"]
    if not asked:
        return
    known = {*(looking.topic_counts() if looking is not None else ()), *topic_names(source)}
    for name in asked:
        if name.casefold() not in {topic.casefold() for topic in known}:
            close = get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]}?" if close else "`papertide topics` lists them"
            place = re.search(rf'(?i:\btopic):"?(?P<name>{re.escape(name)})(?=[\s")]|$)', text)
            if place is not None:
                raise QueryError(f"no topic {name!r}", text, place.start("name") + 1, hint)
            raise UsageError(f"no topic {name!r}; {hint}")


def unknown_readers(looking: Looking, query: Query | None) -> list[str]:
    """Which readers a query names who keep nothing, in sentences, with those who were probably meant."""
    asked = readers_in(query) if query is not None else ()
    known = {name.casefold(): name for name in looking.who_keep()} if asked else {}
    told: list[str] = []
    for name in dict.fromkeys(asked):
        if name.casefold() not in known:
            close = get_close_matches(name.casefold(), known, n=1)
            told.append(f'no reader "{name}" keeps anything' + (f"; did you mean {known[close[0]]}?" if close else ""))
    return told


def unknown_words(looking: Looking, found: Found, *, any_word: bool) -> list[Unknown]:
    """The words of a search that no paper holds; looked for only where they may be why so little was found."""
    query = found.selection.query
    if query is None or (found.papers and not found.partial and not any_word):
        return []
    return looking.unknown_words(query)
