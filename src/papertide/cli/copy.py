"""`papertide copy`."""

from __future__ import annotations

from collections.abc import Generator
from typing import Annotated

import typer

from papertide.cli.archive import name_damaged
from papertide.cli.common import Common
from papertide.config import place
from papertide.errors import LibraryError
from papertide.flows import copying as flow
from papertide.flows.copying import ARCHIVED, Copied, Pages, Step
from papertide.flows.prune import megabytes
from papertide.normal import counted
from papertide.store.address import Place
from papertide.views.console import Console, ExitCode, Line, Progress

_BAR = 100
"""Parts of the progress bar."""


def copy(
    ctx: typer.Context,
    source: Annotated[str, typer.Argument(metavar="FROM", help="The library: a file, or a server's address.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="Where there is none yet.")],
    archive: Annotated[
        bool, typer.Option("--archive/--no-archive", help="With the archived raw pages (default).")
    ] = True,
) -> None:
    """Copy a library to another file or server.

    Everything goes along: papers under their numbers, decisions with their history, merges and splits, tags, notes, saved
    searches, digests, what was fetched when, and the archive. The copy is of one moment, also while others write, and is
    compared with its source at the end. Stopped on the way, the same command goes on where it was; until it is done nothing
    else opens the copy.

    \b
    Examples:
      papertide copy papers.db postgresql://lab.example.org/papers
      papertide copy postgresql://lab.example.org/papers mine.db
      papertide copy papers.db elsewhere.db --no-archive
    """
    common = Common.of(ctx)
    console = common.console
    places = place(source), place(target)
    with console.progress("copying", _BAR) as bar:
        copied = _followed(console, flow.copy(*places, archive=archive, saying=console.say), bar)
    _tell(console, places, copied)


def _followed(console: Console, steps: Generator[Step, None, Copied], bar: Progress) -> Copied:
    """What was copied at the end, with the bar moved on the way; ends the command where a copy broke off that was begun."""
    shown, begun = 0, False
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            copied: Copied = end.value
            return copied
        except LibraryError as error:
            if not begun:
                raise
            console.error(str(error))
            console.say("what is copied stays, but is no library yet; the same command goes on where this one was")
            raise typer.Exit(ExitCode.FAILED) from None
        begun = True
        while shown < _BAR * step.done // max(1, step.of):
            shown += 1
            bar.advance()
        bar.tell("archived pages" if step.what == ARCHIVED else f"{step.done:,} of {step.of:,} rows")


def _tell(console: Console, places: tuple[Place, Place], copied: Copied) -> None:
    source, target = map(str, places)
    pages = copied.pages
    if console.as_json:
        told = {"from": source, "to": target, "papers": copied.papers, "decisions": copied.decisions}
        console.json({**told, "rows": copied.rows, "resumed": copied.there > 0, "pages": _values(pages)})
    kept = pages.copied + pages.there if pages else 0
    with_pages = f", {counted(kept, 'archived page')} ({megabytes(pages.bytes)} copied)" if pages and kept else ""
    held = f"{counted(copied.papers, 'paper')}, {counted(copied.decisions, 'decision')}{with_pages}"
    console.show([Line(f"{target}: {held}")])
    if pages and pages.missing:
        console.say(
            f"not in the archive, so that they couldn't go along: the bytes of {counted(pages.missing, 'page')}"
        )
    if pages and pages.damaged:
        name_damaged(console, pages.damaged)
        raise typer.Exit(ExitCode.PARTLY)


def _values(pages: Pages | None) -> dict[str, object] | None:
    if pages is None:
        return None
    counts = {"copied": pages.copied, "bytes": pages.bytes, "there": pages.there, "missing": pages.missing}
    return {**counts, "damaged": list(pages.damaged)}
