"""`papertide backup` and `papertide restore`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from papertide.cli.archive import name_damaged
from papertide.cli.common import Common, free_name
from papertide.errors import UsageError
from papertide.flows import backup as flow
from papertide.flows.backup import Kept, Pages, Watching
from papertide.flows.prune import megabytes
from papertide.normal import counted
from papertide.sources.archive import ArchiveFolder
from papertide.store.address import Server
from papertide.views.console import ExitCode, Line

File = Annotated[Path, typer.Argument(metavar="FILE", help="The backup.", show_default=False)]
WithPages = Annotated[
    bool, typer.Option("--archive/--no-archive", help="With the archived raw pages, which are in FILE.pages (default).")
]


def backup(
    ctx: typer.Context,
    file: File,
    archive: WithPages = True,
    force: Annotated[bool, typer.Option("--force", help="Replace a backup that is there.")] = False,
) -> None:
    """Copy the library to a file, also while others write to it.

    The copy is checked, and stands there whole or not at all; the archived raw pages go along, to a folder beside it.

    \b
    Examples:
      papertide backup ~/backups/papers.db
      papertide backup papers-copy.db --force --no-archive
    """
    common = Common.of(ctx)
    library = _file_of(common)
    archives = (ArchiveFolder.beside(library), ArchiveFolder.beside(file)) if archive else None
    with common.console.progress(
        "copying archived pages", _archived(ArchiveFolder.beside(library)) if archive else 0
    ) as bar:
        watching = Watching(common.console.say, bar.advance)
        kept = flow.backup(library, file, archives, force=force, watching=watching)
    _tell(common, kept, file, f"{file}: {_holding(kept)}")


def restore(
    ctx: typer.Context,
    file: File,
    archive: WithPages = True,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
) -> None:
    """Make the library what a backup holds.

    The backup is checked first. The library that is replaced stays beside the new one under another name, which is told;
    asks before it replaces one.

    \b
    Examples:
      papertide restore ~/backups/papers.db
      papertide --library new.db restore papers.db
    """
    common = Common.of(ctx)
    console = common.console
    library = _file_of(common)
    if library.exists() and file.exists() and file.samefile(library):
        raise UsageError(f"{file} is the library itself")
    found = flow.look_at(file)
    question = f"replace {library} by the backup of {_holding(found)}?"
    if library.exists() and not yes and not console.ask(question):
        console.say(f"{question} nothing was changed; --yes says so beforehand")
        raise typer.Exit(ExitCode.FAILED)
    archives = (ArchiveFolder.beside(file), ArchiveFolder.beside(library)) if archive else None
    with console.progress("copying archived pages", _archived(ArchiveFolder.beside(file)) if archive else 0) as bar:
        watching = Watching(console.say, bar.advance)
        kept = flow.restore(file, library, free_name(library, "before"), archives, watching=watching)
    _tell(common, kept, file, f"{library}: {_holding(kept)}")


def _file_of(common: Common) -> Path:
    """The library's file; raises UsageError for a library on a server, which is kept safe by other means."""
    library = common.config.library
    if isinstance(library, Server):
        told = "`pg_dump` and `pg_restore` keep it safe, and `papertide copy URL FILE` copies it into a file"
        raise UsageError(f"{library} is on a server: {told}")
    return library


def _archived(archive: ArchiveFolder) -> int:
    return len(archive.contents())


def _holding(kept: Kept) -> str:
    """What a backup holds, in words: "46 papers (0.40 MB), 4 archived pages"."""
    pages = f", {counted(kept.pages.copied, 'archived page')}" if kept.pages else ""
    return f"{counted(kept.papers, 'paper')} ({megabytes(kept.bytes)}){pages}"


def _tell(common: Common, kept: Kept, file: Path, told: str) -> None:
    console, pages = common.console, kept.pages
    if console.as_json:
        console.json(
            {
                "library": str(common.config.library), "file": str(file), "bytes": kept.bytes, "schema": kept.schema,
                "papers": kept.papers, "aside": str(kept.aside) if kept.aside else None, "pages": _values(pages),
            }
        )  # fmt: skip
    console.show([Line(told)])
    if kept.aside:
        console.say(f"what was there before is {kept.aside}")
    if pages and pages.damaged:
        name_damaged(console, pages.damaged)
        raise typer.Exit(ExitCode.PARTLY)


def _values(pages: Pages | None) -> dict[str, object] | None:
    if pages is None:
        return None
    return {"copied": pages.copied, "missing": pages.missing, "damaged": list(pages.damaged)}
