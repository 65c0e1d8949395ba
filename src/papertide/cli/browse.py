"""`papertide list` and `papertide search`."""

from __future__ import annotations

from typing import Annotated

import typer

from papertide.cli import filters
from papertide.cli.common import Common
from papertide.cli.filters import Given
from papertide.cli.taxonomy import topic_source
from papertide.errors import UsageError
from papertide.flows.browse import Found, check_topics, ensure_labels, find, sort_of
from papertide.store.base import Selection
from papertide.views.console import Line
from papertide.views.papers import list_papers

_ON_A_TERMINAL = 20


def list_(
    ctx: typer.Context,
    query: filters.QueryWords = None,
    topic: filters.Topic = None,
    since: filters.Since = None,
    until: filters.Until = None,
    by: filters.By = "published",
    authors: filters.Authors = None,
    status: filters.Status = None,
    tag: filters.Tag = None,
    sort: filters.Sort = None,
    reverse: filters.Reverse = False,
    limit: filters.Limit = None,
    offset: filters.Offset = 0,
    count: Annotated[bool, typer.Option("--count", help="Only say how many there are.")] = False,
) -> None:
    """Browse the library, whole or by a query.

    \b
    Examples:
      papertide list --topic peft --since 2024-01-01 --authors "<=3"
      papertide list "topic:peft date:2024 authors:<=3"        the same
      papertide list "lora forgetting"                         all words
      papertide list '"catastrophic forgetting" OR adapt*'     phrase, prefix
      papertide list "title:lora -topic:vision has:code"
      papertide list date:7d --sort upvotes                    the last week
      papertide list status:keep --json | jq .title

    \b
    Fields: title abstract author org topic tag status source date listed added
            authors comments upvotes stars has arxiv id; @name is a saved search.
    A query that begins with - needs -- before it: papertide list -- "-topic:code"
    On a terminal the first 20 are shown, elsewhere all; --limit says otherwise.
    """
    given = Given(query, topic, since, until, by, authors, status, tag)
    _browse(Common.of(ctx), given, sort=sort, reverse=reverse, limit=limit, offset=offset, count=count)


def search(
    ctx: typer.Context,
    query: filters.QueryWords = None,
    any_word: Annotated[
        bool, typer.Option("--any", help="Papers holding any of the words, those with all first.")
    ] = False,
    topic: filters.Topic = None,
    since: filters.Since = None,
    until: filters.Until = None,
    by: filters.By = "published",
    authors: filters.Authors = None,
    status: filters.Status = None,
    tag: filters.Tag = None,
    sort: filters.Sort = None,
    reverse: filters.Reverse = False,
    limit: filters.Limit = None,
    offset: filters.Offset = 0,
    count: Annotated[bool, typer.Option("--count", help="Only say how many there are.")] = False,
) -> None:
    """Find papers by words, best match first.

    All the words must be there, in the title or the abstract, in any form ("forget" finds "forgetting"). If no paper
    holds them all, the best partial matches are shown, and it says so.

    \b
    Examples:
      papertide search catastrophic forgetting
      papertide search "math reasoning topic:rl-finetuning date:2025"
      papertide search --any reward hacking verifier --limit 5
    """
    given = Given(query, topic, since, until, by, authors, status, tag)
    if not given.text.strip():
        raise UsageError("nothing to search for; `papertide list` shows everything")
    common = Common.of(ctx)
    _browse(
        common,
        given,
        sort=sort,
        reverse=reverse,
        limit=limit,
        offset=offset,
        count=count,
        ranked=True,
        any_word=any_word,
    )


def _browse(
    common: Common,
    given: Given,
    *,
    sort: str | None,
    reverse: bool,
    limit: int | None,
    offset: int,
    count: bool,
    ranked: bool = False,
    any_word: bool = False,
) -> None:
    console = common.console
    order = sort_of(sort) if sort else ("relevance" if ranked else "published")
    if limit is None and console.is_terminal:
        limit = _ON_A_TERMINAL
    with common.library() as store:
        source = topic_source(common)
        ensure_labels(store, *source)
        query = given.query(common, store)
        chosen = Selection(query, common.config.reader, order, reverse, limit, offset, any_word)
        found = find(store.looking, chosen, partial=ranked)
        total = store.looking.count(found.selection) if count or console.is_terminal else 0
        if not found.papers and not offset and limit != 0:
            check_topics(store.looking, query, source)
    if found.partial:
        console.say("no paper holds all of the words; these hold some of them", "mark")
    if count:
        console.json({"count": total}) if console.as_json else console.show([Line(str(total))])
        return
    list_papers(console, found.papers)
    _tell_rest(common, found, total, offset)


def _tell_rest(common: Common, found: Found, total: int, offset: int) -> None:
    console = common.console
    if not found.papers:
        console.say("no papers" if not offset else "no more papers")
    elif console.is_terminal and offset + len(found.papers) < total:
        shown = f"{offset + 1} to {offset + len(found.papers)}" if offset else f"the first {len(found.papers)}"
        console.say(f"{shown} of {total}; --limit and --offset show more", "facts")
