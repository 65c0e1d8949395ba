"""`papertide add`."""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

from papertide.cli.common import Common, day_given
from papertide.cli.taxonomy import taxonomy
from papertide.config import now
from papertide.errors import UsageError
from papertide.flows.add import Step
from papertide.flows.add import add as flow
from papertide.normal import counted
from papertide.parsers import LAYOUTS, SUFFIXES
from papertide.records.reports import AddReport
from papertide.sources.files import Files
from papertide.store import SqliteStore, open_library
from papertide.views.console import Console, ExitCode, Line


def add(
    ctx: typer.Context,
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="[PATH]...", help="Files, folders, or - for stdin.")
    ] = None,
    layout: Annotated[str, typer.Option(metavar="NAME", help=f"auto, {', '.join(sorted(LAYOUTS))}.")] = "auto",
    captured: Annotated[
        str | None, typer.Option(metavar="DATE", help="The day the pages were saved; settles years they leave out.")
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
    source = Files(paths, SUFFIXES)
    with ExitStack() as stack:
        open_store = _opener(common, stack, dry_run=dry_run)
        steps = flow(source, open_store, taxonomy(common), now=now, layout=layout, captured=day, dry_run=dry_run)
        report = _drain(common.console, steps, source.count())
    _tell(common.console, report, dry_run=dry_run)
    if report.problems:
        raise typer.Exit(ExitCode.PARTLY if report.entries else ExitCode.FAILED)


def _opener(common: Common, stack: ExitStack, *, dry_run: bool) -> Any:
    def open_store() -> SqliteStore:
        path = common.config.library
        if dry_run and not path.exists():  # nothing may be left behind, so the trial library is elsewhere
            path = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "library.db"
        store = open_library(path, create=True)
        stack.callback(store.close)
        return store

    return open_store


def _drain(console: Console, steps: Generator[Step, None, AddReport], total: int) -> AddReport:
    """Run the flow to its end with a progress bar; remarks come when the bar is gone."""
    notes: list[tuple[str, str]] = []
    report = AddReport()

    def whole() -> Generator[Step, None, None]:
        nonlocal report
        report = yield from steps

    with console.progress("reading", total) as advance:
        for step in whole():
            notes += [(step.name, note) for note in step.notes]
            advance(step.name)
    for name, note in notes:
        console.say(f"{name}: {note}", "mark")
    return report


def _tell(console: Console, report: AddReport, *, dry_run: bool) -> None:
    if console.as_json:
        console.json(report.model_dump(mode="json"))
    for problem in report.problems:
        where = problem.input + (f", line {problem.line}" if problem.line is not None else "")
        shown = f": {problem.excerpt!r}" if problem.excerpt else ""
        console.say(f"{where}: {problem.reason}{shown}", "mark")
    would = "would be " if dry_run else ""
    pages = counted(report.pages, "page")
    counts = f"{report.new} {would}new, {report.merged} {would}merged, {report.unchanged} unchanged"
    told = f"{pages}, {report.entries} {'entry' if report.entries == 1 else 'entries'}: {counts}"
    console.show([Line(told)])
    if report.problems and not console.as_json:
        rest = "what could be read is stored" if report.entries else "nothing was stored"
        console.say(f"{counted(len(report.problems), 'problem')}; {rest}")
