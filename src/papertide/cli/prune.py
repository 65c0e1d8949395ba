"""`papertide prune`."""

from __future__ import annotations

from typing import Annotated

import typer

from papertide.cli.common import Common
from papertide.flows import prune as flow
from papertide.flows.archived import archive_of
from papertide.flows.prune import Pruning, megabytes
from papertide.normal import counted
from papertide.query.dates import first_day
from papertide.views.console import Console, ExitCode, Line


def prune(
    ctx: typer.Context,
    older_than: Annotated[
        str | None,
        typer.Option(
            "--older-than", metavar="DATE", help="Pages added before this day, or longer ago than 90d, 12w, 1y."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
) -> None:
    """Make the archive of raw pages smaller.

    Removes what belongs to no page of the library and, with --older-than, old pages; asks first. Papers, and what the
    pages said of them, all stay: what is lost is only that `papertide replay` can read these pages again.

    \b
    Examples:
      papertide prune --dry-run                   what belongs to no page
      papertide prune --older-than 90d
      papertide prune --older-than 2026-01-01 --yes
    """
    common = Common.of(ctx)
    console = common.console
    before = first_day(older_than.strip(), common.today) if older_than is not None else None
    with common.library() as store:
        archive = archive_of(store)
        done = flow.plan(store, archive, before)
        if not dry_run and _is_any(done):
            question = f"remove {_files(done)}?"
            if (done.pages or done.orphans) and not yes and not console.ask(question):
                console.say(f"{question} nothing was removed; --yes says so beforehand")
                raise typer.Exit(ExitCode.FAILED)
            done = flow.prune(store, archive, before)
    _tell(console, done, dry_run=dry_run)


def _tell(console: Console, done: Pruning, *, dry_run: bool) -> None:
    if console.as_json:
        counts = {"pages": len(done.pages), "orphans": len(done.orphans), "strays": done.strays}
        console.json({**counts, "bytes": done.bytes, "left": done.left})
        return
    would = "would be " if dry_run else ""
    told = f"{_files(done)} {would}removed" if _is_any(done) else "nothing to remove"
    console.show([Line(f"{told}; {counted(done.left, 'archived page')} left")])


def _is_any(done: Pruning) -> bool:
    return bool(done.pages or done.orphans or done.strays)


def _files(done: Pruning) -> str:
    """What is removed, in words: "2 archived pages and 1 file of no page (0.40 MB)"."""
    useless = len(done.orphans) + done.strays
    told = [counted(len(done.pages), "archived page")] if done.pages else []
    told += [f"{counted(useless, 'file')} of no page"] if useless else []
    return f"{' and '.join(told)} ({megabytes(done.bytes)})"
