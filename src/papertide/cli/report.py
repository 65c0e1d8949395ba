"""How a command that took in pages ends: what it did, what went wrong, and the exit code."""

from __future__ import annotations

import typer

from papertide.normal import counted
from papertide.records.reports import AddReport
from papertide.views.console import Console, ExitCode, Line


def end_with(console: Console, report: AddReport, *, dry_run: bool = False) -> None:
    """Tell a report; ends the command with an exit code where there were problems."""
    tell(console, report, dry_run=dry_run)
    if report.problems:
        raise typer.Exit(ExitCode.PARTLY if report.entries else ExitCode.FAILED)


def tell(console: Console, report: AddReport, *, dry_run: bool) -> None:
    """Show a report: JSON, or a line for people and a line for each problem."""
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
