"""`papertide triage`: the inbox on the full screen, or line by line."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from papertide.cli.common import Common
from papertide.cli.filters import QueryWords
from papertide.cli.lines import triage_by_lines
from papertide.cli.scores import A_WHILE, scored
from papertide.cli.taxonomy import topic_source
from papertide.errors import UsageError
from papertide.flows.browse import ensure_labels, sort_of
from papertide.flows.inbox import ANY, VIEWS, Reader, View, begin, learns, selection_of
from papertide.flows.triage import Sitting
from papertide.views.console import ExitCode
from papertide.views.triage import summary

if TYPE_CHECKING:
    from papertide.store import LibraryStore

_THEMES = ("dark", "light")


def triage(
    ctx: typer.Context,
    query: QueryWords = None,
    status: Annotated[str, typer.Option("--status", metavar="S", help=f"{', '.join(VIEWS[:-1])} or {ANY}.")] = "inbox",
    sort: Annotated[
        str, typer.Option("--sort", metavar="FIELD", help="As for `list`; by default what is best comes first.")
    ] = "score",
    reverse: Annotated[bool, typer.Option("--reverse", help="The other way round.")] = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="Line by line: for screen readers, pipes and slow connections.")
    ] = False,
    theme: Annotated[
        str | None, typer.Option("--theme", metavar="NAME", help="dark or light; the key D changes it.")
    ] = None,
) -> None:
    """Go through the inbox and decide: keep, later or skip.

    On a terminal it fills the screen, and its last lines show the keys. Each decision is stored at once. With --plain, and
    wherever input or output is no terminal, it goes line by line: one paper, then a letter and Enter; the end of the
    input ends it.

    \b
    Examples:
      papertide triage
      papertide triage topic:peft date:30d
      papertide triage --status later
      papertide triage --plain "lora forgetting"
    """
    common = Common.of(ctx)
    if status not in VIEWS:
        raise UsageError(f"--status {status!r}: {', '.join(VIEWS)}")
    if theme is not None and theme not in _THEMES:
        raise UsageError(f"--theme {theme!r}: {' or '.join(_THEMES)}")
    view = View(" ".join(query or ()), status, sort=sort_of(sort), reverse=reverse)
    reader = Reader(common.config.reader, common.today, topic_source(common), common.config.explore)
    sitting = Sitting(reader.name)
    with common.library() as store:
        ensure_labels(store, *reader.rules)
        selection = selection_of(store.looking, view, reader)
        begin(store.looking, selection, reader, 1)  # a topic that isn't there is told before the screen is taken
        by_lines = plain or not _has_screen()
        if learns(view) and (by_lines or store.scoring.due() < A_WHILE):  # else the screen does it, and opens at once
            scored(common, store)
        code = _by_lines(common, store, view, reader, sitting) if by_lines else int(ExitCode.DONE)
    if not by_lines:
        # Brings Textual, which takes longer to load than any other command takes to run.
        from papertide.tui.app import run_inbox

        code = run_inbox(common.config.library, view, reader, sitting, theme=theme)
    if common.console.as_json:
        common.console.json(sitting.counts())
    elif sitting.counts()["decided"]:
        common.console.talk(summary(sitting.counts(), sitting.standing))
    if code:
        raise typer.Exit(code)


def _has_screen() -> bool:
    """Whether there is a terminal on all sides that can be drawn on."""
    streams = (sys.stdin, sys.stdout, sys.stderr)
    return all(stream is not None and stream.isatty() for stream in streams) and os.environ.get("TERM") != "dumb"


def _by_lines(common: Common, store: LibraryStore, view: View, reader: Reader, sitting: Sitting) -> int:
    """Line by line until the input ends; an interruption is told by the exit code, and what was decided stays."""
    try:
        triage_by_lines(common.console, store, view, reader, sitting, now=common.config.moment)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    return ExitCode.DONE
