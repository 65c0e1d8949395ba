"""`papertide digest`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from papertide.cli.common import Common, day_given
from papertide.cli.filters import Topic
from papertide.cli.scores import scored
from papertide.cli.taxonomy import topic_source
from papertide.config import now
from papertide.errors import UsageError
from papertide.export import FORMATS
from papertide.flows import digest as flow
from papertide.flows.browse import check_topic_names, ensure_labels, topic_names
from papertide.flows.output import write_whole
from papertide.flows.readinglist import digest_list
from papertide.records.digest import Digest
from papertide.views.console import plain
from papertide.views.digest import as_json, as_lines

_LOOKS = ("terminal", "markdown", "json")
_A_SECTION = 10


def digest(
    ctx: typer.Context,
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="What came into the library since this day, told of or not.")
    ] = None,
    topic: Topic = None,
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="At most so many papers a section (terminal: 10).")
    ] = None,
    look: Annotated[str, typer.Option("--format", metavar="NAME", help=f"{', '.join(_LOOKS)}.")] = "terminal",
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write it there.")] = None,
    peek: Annotated[bool, typer.Option("--peek", help="Look only: it all stays new.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Show the last digest once more.")] = False,
) -> None:
    """What is new since your last digest, by topic.

    Best first, and each paper with the sentence of its abstract that says most.

    All that is new counts as told, so that nothing is shown twice; what a section leaves out is named with the query
    that lists it. Papers you decided on are not new.

    \b
    Examples:
      papertide digest
      papertide digest --peek --limit 3
      papertide digest --topic peft --topic alignment
      papertide digest --format markdown -o today.md
      papertide digest --again
    """
    common = Common.of(ctx)
    console = common.console
    if look not in _LOOKS:
        raise UsageError(f"no format {look!r} for digests; there are {', '.join(_LOOKS)}")
    if again and since:
        raise UsageError("--again and --since exclude each other")
    topic = [name.casefold() for name in topic or ()]
    start = day_given(since, "--since")
    source = topic_source(common)
    if limit is None and look == "terminal" and not console.as_json:
        limit = _A_SECTION
    with common.library() as store:
        ensure_labels(store, *source)
        check_topic_names(store.looking, topic or (), source)
        scored(common, store)
        made = flow.prepare(
            store,
            common.config.reader,
            topic_names(source),
            today=common.today,
            since=start,
            topics=topic or (),
            limit=limit,
            again=again,
        )
        pieces = "".join(FORMATS["markdown"](digest_list(made))) if look == "markdown" else None
        if console.as_json and output is None:
            for paper in made.papers:
                console.json(paper)
        elif look == "json":
            _put(common, look, made, output, as_json(made) + "\n")
        elif pieces is not None:
            _put(common, look, made, output, pieces)
        elif output is not None:
            _put(common, look, made, output, "".join(plain(as_lines(made))))
        else:
            console.show(as_lines(made))
        console.flush()
        if not peek and not again:
            flow.tell(store, common.config.reader, made, today=common.today, at=now())


def _put(common: Common, look: str, made: Digest, output: Path | None, text: str) -> None:
    if output is None:
        common.console.data(text)
    else:
        write_whole(output, [text])
        if common.console.as_json:
            common.console.json({"papers": len(made.papers), "format": look, "output": str(output)})
        else:
            common.console.say(f"written to {output}")
