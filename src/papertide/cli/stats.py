"""`papertide stats`."""

from __future__ import annotations

import typer

from papertide.cli.common import Common
from papertide.cli.taxonomy import topic_source
from papertide.flows.browse import ensure_labels
from papertide.normal import counted
from papertide.views.bars import bars
from papertide.views.console import Line

_MONTHS = 24


def stats(ctx: typer.Context) -> None:
    """What is in the library, counted.

    Papers by topic, month of publication, status and source.

    \b
    Examples:
      papertide stats
      papertide stats --json
    """
    common = Common.of(ctx)
    with common.library() as store:
        ensure_labels(store, *topic_source(common))
        topics = store.looking.topic_counts()
        tallies = store.looking.tallies(common.config.reader)
    none = topics.pop("", 0)
    if common.console.as_json:
        by = {
            "topic": {**topics, **({"none": none} if none else {})},
            **{k: v for k, v in tallies.items() if k != "library"},
        }
        common.console.json({**tallies["library"], **by})
        return
    whole = tallies["library"]
    told = f"{whole['papers']} papers from {whole['sightings']} sightings on {counted(whole['pages'], 'page')}"
    known = ", ".join(
        f"{whole[name]} {words}"
        for name, words in (
            ("dated", "with a date"),
            ("with_authors", "with an author count"),
            ("with_abstract", "with an abstract"),
            ("with_arxiv_id", "with an arXiv id"),
        )
    )
    common.console.show([Line(told, "title"), Line(known, "facts"), Line()])
    common.console.show(bars("By topic", {**topics, **({"none": none} if none else {})}))
    common.console.show(bars("By month of publication", tallies["month"], most=_MONTHS))
    common.console.show(bars("By status", tallies["status"]))
    common.console.show(bars("By layout of the page", tallies["layout"]))
