"""`papertide replay`."""

from __future__ import annotations

from typing import Annotated

import typer

from papertide.cli.common import Common
from papertide.cli.report import tell
from papertide.cli.taxonomy import taxonomy
from papertide.config import now
from papertide.flows.archived import archive_of
from papertide.flows.replay import ReplayReport
from papertide.flows.replay import replay as flow
from papertide.flows.tally import report_of
from papertide.normal import counted
from papertide.views.console import Console, ExitCode


def replay(
    ctx: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
) -> None:
    """Read the archived pages again, by today's parsers.

    For after an update that reads pages better. Papers get what their pages say now; numbers, decisions, tags and notes
    stay. A page that is not archived stays as it is, and so does one that can't be read any more, which is named (exit
    code 3).

    \b
    Examples:
      papertide replay --dry-run                  what would change
      papertide replay
      papertide replay --json
    """
    common = Common.of(ctx)
    with common.library() as store:
        steps = flow(store, taxonomy(common), archive_of(store), now=now, dry_run=dry_run)
        with common.console.progress("reading again", len(store.recalling.pages())) as bar:
            report = report_of(steps, lambda _step: bar.advance())
    tell(common.console, report, dry_run=dry_run)
    _tell_more(common.console, report, dry_run=dry_run)
    if report.problems:
        raise typer.Exit(ExitCode.PARTLY if report.entries else ExitCode.FAILED)


def _tell_more(console: Console, report: ReplayReport, *, dry_run: bool) -> None:
    """What `add` has no words for, as talk."""
    if console.as_json:
        return
    would = "would be" if dry_run else "are"
    if report.changed:
        console.say(f"{_entries(report.changed)} {would} read differently than before")
    if report.removed:
        console.say(f"{_entries(report.removed)} {would} no longer taken for papers")
    if report.missing:
        console.say(f"{counted(report.missing, 'page')} not in the archive: left as before")


def _entries(count: int) -> str:
    return f"{count} {'entry' if count == 1 else 'entries'}"
