"""`papertide stats`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from papertide.cli.common import Common
from papertide.cli.taxonomy import topic_source
from papertide.errors import UsageError
from papertide.flows.browse import ensure_labels, topic_names
from papertide.flows.output import write_whole
from papertide.normal import counted
from papertide.views.bars import bars
from papertide.views.console import Line
from papertide.views.plots import figure, page

_MONTHS = 24
_LOOKS = ("terminal", "html", "svg")


def stats(
    ctx: typer.Context,
    look: Annotated[str, typer.Option("--format", metavar="NAME", help=f"{', '.join(_LOOKS)}.")] = "terminal",
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write it there.")] = None,
) -> None:
    """What is in the library, counted.

    Papers by topic, month of publication, status and source; as html or svg plots of topics over time, numbers of
    authors, and what was kept and skipped.

    \b
    Examples:
      papertide stats
      papertide stats --format html -o stats.html
      papertide stats --json
    """
    common = Common.of(ctx)
    if look not in _LOOKS:
        raise UsageError(f"no format {look!r} for statistics; there are {', '.join(_LOOKS)}")
    if look != "terminal":
        _plots(common, look, output)
        return
    if output is not None:
        raise UsageError("-o is for --format html and svg")
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


def _plots(common: Common, look: str, output: Path | None) -> None:
    source = topic_source(common)
    with common.library() as store:
        ensure_labels(store, *source)
        figures = store.looking.figures(common.config.reader)
        papers = store.looking.tallies(common.config.reader)["library"]["papers"]
    about = f"{counted(papers, 'paper')}, {common.today.isoformat()}"
    text = (page if look == "html" else figure)(figures, topic_names(source), about)
    if output is not None:
        write_whole(output, [text])
        common.console.say(f"written to {output}")
    if common.console.as_json:
        common.console.json({"papers": papers, "format": look, "output": str(output) if output else None, **figures})
    elif output is None:
        common.console.data(text)
