"""`papertide similar`."""

from __future__ import annotations

from typing import Annotated

import typer

from papertide.cli.common import Common
from papertide.cli.taxonomy import topic_source
from papertide.flows.browse import ensure_labels
from papertide.flows.triage import named
from papertide.views.papers import list_papers


def similar(
    ctx: typer.Context,
    paper: Annotated[str, typer.Argument(metavar="ID", help="Number, arXiv id, or a URL holding that id.")],
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=0, help="At most so many.")] = 10,
) -> None:
    """The papers nearest to one, by what they say.

    Those come first that share its rarest words, and the words of the papers that do.

    \b
    Examples:
      papertide similar 12
      papertide similar 2403.02178 --limit 5 --json | jq .score
    """
    common = Common.of(ctx)
    with common.library() as store:
        ensure_labels(store, *topic_source(common))
        (number,) = named(store.looking, [paper])
        found = store.looking.similar(number, common.config.reader, limit)
    list_papers(common.console, found)
    if not found and limit:
        common.console.say("no paper shares its words")
