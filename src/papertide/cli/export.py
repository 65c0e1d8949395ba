"""`papertide export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from papertide.cli.common import Common
from papertide.cli.filters import Given, QueryWords, filtered
from papertide.cli.scores import scored
from papertide.cli.taxonomy import topic_source
from papertide.errors import UsageError
from papertide.export import FORMATS
from papertide.flows.browse import check_topics, ensure_labels, topic_names
from papertide.flows.output import write_whole
from papertide.flows.readinglist import GROUPINGS, reading_list, with_state
from papertide.normal import counted


@filtered
def export(
    ctx: typer.Context,
    query: QueryWords = None,
    form: Annotated[str, typer.Option("--format", metavar="NAME", help=f"{', '.join(FORMATS)}.")] = "markdown",
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write it there.")] = None,
    group_by: Annotated[str, typer.Option(metavar="WHAT", help=f"{', '.join(GROUPINGS)}.")] = "none",
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
    given = Given.of(ctx, query)
    source = topic_source(common)
    as_lines = output is None and common.console.as_json
    with common.library() as store:
        ensure_labels(store, *source)
        scored(common, store)
        with store.carrying.steady():
            chosen = given.selection(common, store)
            papers = store.looking.papers(chosen)
            if not papers and chosen.query is not None:
                check_topics(store.looking, chosen.query, source, given.text)
            names = topic_names(source) if group_by == "topic" else {}
            count = counted(len(papers), "paper")
            asked = chosen.query is not None and chosen.query.root is not None
            reading = reading_list(
                papers, names, group_by=group_by, subtitle=f"{count}: {chosen.query}" if asked else count
            )
            if form == "jsonl" and not as_lines:
                reading = with_state(reading, store, {paper["id"] for paper in papers})
            pieces = FORMATS["jsonl" if as_lines else form](reading)
            if output is None:
                for piece in pieces:
                    common.console.data(piece)
                return
            write_whole(output, pieces)
    if common.console.as_json:
        common.console.json({"papers": len(papers), "format": form, "output": str(output)})
    else:
        common.console.say(f"{count} written to {output}")
