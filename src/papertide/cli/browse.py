"""`papertide list` and `papertide search`."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from papertide.cli.common import Common
from papertide.cli.filters import Given, QueryWords, filtered
from papertide.cli.scores import scored
from papertide.cli.taxonomy import topic_source
from papertide.errors import UsageError
from papertide.flows.browse import Found, check_topics, ensure_labels, find, unknown_readers, unknown_words
from papertide.store.base import Sort
from papertide.views.console import Line
from papertide.views.papers import list_papers

_ON_A_TERMINAL = 20


@filtered
def list_(
    ctx: typer.Context,
    query: QueryWords = None,
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
    Fields: title abstract author org topic tag status keptby keeps source date
            listed added authors comments upvotes stars has arxiv id; @name is a
            saved search.
    A query that begins with - needs -- before it: papertide list -- "-topic:code"
    On a terminal the first 20 are shown, elsewhere all; --limit says otherwise.
    """
    _browse(Common.of(ctx), Given.of(ctx, query), "published", count=count)


@filtered
def search(
    ctx: typer.Context,
    query: QueryWords = None,
    any_word: Annotated[
        bool, typer.Option("--any", help="Papers holding any of the words, those with all first.")
    ] = False,
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
    given = Given.of(ctx, query)
    if not given.text.strip():
        raise UsageError("nothing to search for; `papertide list` shows everything")
    _browse(Common.of(ctx), given, "relevance", count=count, any_word=any_word)


def _browse(common: Common, given: Given, sort: Sort, *, count: bool, any_word: bool = False) -> None:
    console = common.console
    with common.library() as store:
        source = topic_source(common)
        ensure_labels(store, *source)
        chosen = given.selection(common, store, sort=sort, any_word=any_word)
        if chosen.limit is None and console.is_terminal:
            chosen = replace(chosen, limit=_ON_A_TERMINAL)
        if count:
            chosen = replace(chosen, limit=1, offset=0)  # whether there are any tells if partial matches are counted
        elif console.as_json or chosen.sort == "score":
            scored(common, store)
        found = find(store.looking, chosen, partial=sort == "relevance")
        total = store.looking.count(found.selection) if count or console.is_terminal else 0
        if not found.papers and chosen.query is not None and not chosen.offset and chosen.limit != 0:
            check_topics(store.looking, chosen.query, source, given.text)
        nobody = unknown_readers(store.looking, chosen.query) if not found.papers else []
        unknown = unknown_words(store.looking, found, any_word=any_word) if chosen.limit != 0 else []
    if found.partial:
        console.say("no paper holds all of the words; these hold some of them", "mark")
    for one in unknown:
        told = f"; did you mean {one.meant}?" if one.meant else ""
        console.say(f'no paper holds "{one.word}"{told}', "mark")
    for told in nobody:
        console.say(told, "mark")
    if count and console.as_json:
        console.json({"count": total})
    elif count:
        console.show([Line(str(total))])
    else:
        list_papers(console, found.papers, chosen.query if sort == "relevance" else None)
        _tell_rest(common, found, total)


def _tell_rest(common: Common, found: Found, total: int) -> None:
    console = common.console
    offset = found.selection.offset
    if not found.papers:
        console.say("no papers" if not offset else "no more papers")
    elif console.is_terminal and offset + len(found.papers) < total:
        shown = f"{offset + 1} to {offset + len(found.papers)}" if offset else f"the first {len(found.papers)}"
        console.say(f"{shown} of {total}; --limit and --offset show more", "facts")
