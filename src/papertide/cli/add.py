"""`papertide add`."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from papertide.cli.common import Common, day_given
from papertide.cli.report import end_with
from papertide.cli.taxonomy import taxonomy
from papertide.config import now
from papertide.errors import LibraryMissing, UsageError
from papertide.flows.add import add as flow
from papertide.flows.archived import archive_of
from papertide.flows.tally import Step, report_of
from papertide.parsers import LAYOUTS, SUFFIXES
from papertide.records.reports import AddReport
from papertide.sources.files import Files
from papertide.sources.parts import InParts
from papertide.store import LibraryStore, open_library
from papertide.store.address import Place
from papertide.store.sqlite.engine import Waiting
from papertide.views.console import Console


def add(
    ctx: typer.Context,
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="[PATH]...", help="Files, folders, or - for stdin.")
    ] = None,
    layout: Annotated[str, typer.Option(metavar="NAME", help=f"auto, {', '.join(sorted(LAYOUTS))}.")] = "auto",
    captured: Annotated[
        str | None, typer.Option(metavar="DATE", help="The day the pages were saved; settles years they leave out.")
    ] = None,
    archive: Annotated[
        bool | None, typer.Option("--archive/--no-archive", help="Keep the pages' bytes for `replay` (default).")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
) -> None:
    """Read saved listing pages into the library.

    A paper that a page repeats is kept once; a page that was added before changes nothing. What can't be read is named
    with its file and line, and everything else is stored (exit code 3).

    \b
    Examples:
      papertide add page.txt                      a page saved as text or Markdown
      papertide add ~/papers/                     every page in a folder
      papertide add page.txt --captured 2026-05-07
      pbpaste | papertide add -                   from the clipboard
      papertide add new/ --dry-run --json
    """
    common = Common.of(ctx)
    if not paths:
        raise UsageError("nothing to add; name files or folders, or - for standard input")
    if layout != "auto" and layout not in LAYOUTS:
        raise UsageError(f"no layout {layout!r}; there are auto, {', '.join(sorted(LAYOUTS))}")
    day = day_given(captured, "--captured")
    keeps = common.config.archive if archive is None else archive
    source = InParts(Files(paths, SUFFIXES))
    with ExitStack() as stack:
        open_store = _opener(common, stack, dry_run=dry_run)
        steps = flow(
            source,
            open_store,
            taxonomy(common),
            now=now,
            layout=layout,
            captured=day,
            dry_run=dry_run,
            archive=archive_of if keeps else None,
        )
        report = _drain(common.console, steps, source.count())
    end_with(common.console, report, dry_run=dry_run)


def _opener(common: Common, stack: ExitStack, *, dry_run: bool) -> Callable[[], LibraryStore]:
    place, waiting = common.config.library, common.console.say

    def open_store() -> LibraryStore:
        store = _on_trial(place, waiting, stack) if dry_run else open_library(place, create=True, waiting=waiting)
        stack.callback(store.close)
        return store

    return open_store


def _on_trial(place: Place, waiting: Waiting, stack: ExitStack) -> LibraryStore:
    """The library; where there is none nothing may be left behind, so an empty one is elsewhere until the stack is closed."""
    try:
        return open_library(place, waiting=waiting)
    except LibraryMissing:
        elsewhere = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "library.db"
        return open_library(elsewhere, create=True)


def _drain(console: Console, steps: Generator[Step, None, AddReport], total: int) -> AddReport:
    """Run the flow to its end with a progress bar; remarks come when the bar is gone."""
    notes: list[tuple[str, str]] = []

    def done(step: Step) -> None:
        notes.extend((step.name, note) for note in step.notes)
        bar.advance()

    with console.progress("reading", total) as bar:
        report = report_of(steps, done)
    for name, note in notes:
        console.say(f"{name}: {note}", "mark")
    return report
