"""`papertide show`."""

from __future__ import annotations

from typing import Annotated

import typer

from papertide.cli.common import Common
from papertide.cli.taxonomy import topic_source
from papertide.flows.browse import ensure_labels
from papertide.flows.triage import named
from papertide.views.console import Line
from papertide.views.papers import whole


def show(
    ctx: typer.Context,
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Number, arXiv id, or a URL holding that id.")],
) -> None:
    """Show papers whole.

    All that is known, every page that showed them, and why those were taken for one paper.

    \b
    Examples:
      papertide show 12
      papertide show 2403.02178 https://huggingface.co/papers/2106.09685
      papertide show 12 --json
    """
    common = Common.of(ctx)
    with common.library() as store:
        ensure_labels(store, *topic_source(common))
        numbers = named(store.looking, ids)
        papers = {paper["id"]: paper for paper in store.looking.by_number(numbers, common.config.reader)}
        sightings = {number: store.looking.sightings(number) for number in numbers}
    for place, number in enumerate(numbers):
        if common.console.as_json:
            common.console.json({**papers[number], "seen": sightings[number]})
            continue
        if place:
            common.console.show([Line()])
        common.console.show(whole(papers[number], sightings[number]))
