"""`papertide show`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from papertide.cli.common import Common
from papertide.cli.scores import scored
from papertide.cli.taxonomy import topic_source
from papertide.flows.browse import ensure_labels
from papertide.flows.rank import explain
from papertide.flows.triage import named
from papertide.views.console import Line
from papertide.views.papers import whole
from papertide.views.rank import as_values, because

if TYPE_CHECKING:
    from collections.abc import Sequence

    from papertide.flows.duplicates import Apart
    from papertide.store import LibraryStore

_WORDS = 10


def show(
    ctx: typer.Context,
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Number, arXiv id, or a URL holding that id.")],
) -> None:
    """Show papers whole.

    All that is known, who else keeps them, every page that showed them, why those were taken for one paper, and what is
    nearly the same.

    \b
    Examples:
      papertide show 12
      papertide show 2403.02178 https://huggingface.co/papers/2106.09685
      papertide show 12 --json
    """
    common = Common.of(ctx)
    with common.library() as store:
        ensure_labels(store, *topic_source(common))
        scored(common, store)
        numbers = named(store.looking, ids)
        papers = {paper["id"]: paper for paper in store.looking.by_number(numbers, common.config.reader)}
        keepers = store.looking.keepers(numbers, but=common.config.reader)
        sightings = {number: store.looking.sightings(number) for number in numbers}
        reasons = {why.paper: why for why in explain(store, common.config.reader, papers.values(), most=_WORDS)}
        apart = {number: _apart(store, number) for number in numbers}
    for place, number in enumerate(numbers):
        if common.console.as_json:
            seen = [{"number": k, **sighting} for k, sighting in enumerate(sightings[number], 1)]
            others = [{"paper": a.paper, "title": a.title, "reason": a.reason} for a in apart[number]]
            common.console.json({**papers[number], "why": as_values(reasons[number]), "seen": seen, "apart": others})
            continue
        if place:
            common.console.show([Line()])
        common.console.show(whole(papers[number], sightings[number], keepers.get(number, ())))
        common.console.show(because(reasons[number]))
        if apart[number]:
            common.console.show([Line(), Line("Nearly the same, but another paper:", "heading", indent=6)])
            common.console.show(Line(f"{a.title}: {a.reason}", indent=8, lead=str(a.paper)) for a in apart[number])


def _apart(store: LibraryStore, number: int) -> Sequence[Apart]:
    """The papers that are nearly the same as this one; for most there are none, and nothing more is loaded."""
    twins = store.judging.twins(number)
    if not twins:
        return ()
    from papertide.flows.duplicates import (
        kept_apart,
    )  # brings the matching, which takes longer to load than `show` does

    return kept_apart(store, number, twins)
