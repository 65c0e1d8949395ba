"""`papertide export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from papertide.cli import filters
from papertide.cli.common import Common
from papertide.cli.filters import Given
from papertide.cli.taxonomy import topic_source
from papertide.errors import UsageError
from papertide.export import FORMATS
from papertide.flows.browse import check_topics, ensure_labels, sort_of, topic_names
from papertide.flows.output import write_whole
from papertide.flows.readinglist import GROUPINGS, reading_list
from papertide.normal import counted
from papertide.store.base import Selection


def export(
    ctx: typer.Context,
    query: filters.QueryWords = None,
    form: Annotated[str, typer.Option("--format", metavar="NAME", help=f"{', '.join(FORMATS)}.")] = "markdown",
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write it there.")] = None,
    group_by: Annotated[str, typer.Option(metavar="WHAT", help=f"{', '.join(GROUPINGS)}.")] = "none",
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
) -> None:
    """Write a reading list.

    It holds what a query and the options choose, as for `list`. The same library and query give the same bytes. A file
    is written whole or not at all.

    \b
    Examples:
      papertide export status:keep -o reading.md
      papertide export --topic peft --group-by month -o peft.md
      papertide export --format jsonl -o everything.jsonl
    """
    common = Common.of(ctx)
    if form not in FORMATS:
        raise UsageError(f"no format {form!r}; there are {', '.join(FORMATS)}")
    if group_by not in GROUPINGS:
        raise UsageError(f"can't group by {group_by!r}; by {', '.join(GROUPINGS)}")
    given = Given(query, topic, since, until, by, authors, status, tag)
    source = topic_source(common)
    with common.library() as store:
        ensure_labels(store, *source)
        asked = given.query(common, store)
        chosen = Selection(asked, common.config.reader, sort_of(sort or "published"), reverse, limit, offset)
        papers = store.looking.papers(chosen)
        if not papers:
            check_topics(store.looking, asked, source)
    names = topic_names(source) if group_by == "topic" else {}
    count = counted(len(papers), "paper")
    subtitle = f"{count}: {asked}" if asked.root is not None else count
    pieces = FORMATS[form](reading_list(papers, names, group_by=group_by, subtitle=subtitle))
    if output is None:
        for piece in pieces:
            common.console.data(piece)
        return
    write_whole(output, pieces)
    if common.console.as_json:
        common.console.json({"papers": len(papers), "format": form, "output": str(output)})
    else:
        common.console.say(f"{count} written to {output}")
