"""`papertide doctor`."""

from __future__ import annotations

from typing import Annotated

import typer

from papertide.cli.common import Common, free_name
from papertide.cli.taxonomy import taxonomy
from papertide.config import now
from papertide.flows.archived import archive_of
from papertide.flows.doctor import Repaired, look_at_archive, look_at_titles
from papertide.flows.doctor import repair as mend
from papertide.views.console import ExitCode, Line


def doctor(
    ctx: typer.Context,
    thorough: Annotated[
        bool, typer.Option("--thorough", help="Read every archived page, also where that takes long.")
    ] = False,
    repair: Annotated[bool, typer.Option("--repair", help="Mend what can be mended, and say what was done.")] = False,
) -> None:
    """Look whether the library is well.

    Checks the file, the schema, the search index, the triggers and the decision log, and the archive of raw pages, tells
    what was fetched last, and changes nothing. Ends with exit code 1 if anything is not as it should be.

    With --repair what follows from other rows is made anew, all or nothing. No decision, tag or note is thrown away: rows
    that belong to nothing any more are written to a file, which is named: beside the library, or for one on a server in your
    data folder.

    \b
    Examples:
      papertide doctor
      papertide doctor --thorough
      papertide doctor --repair
    """
    common = Common.of(ctx)
    done: Repaired | None = None
    with common.library() as store:
        if repair:
            done = mend(store, taxonomy(common), free_name(common.config.anchor, "lost"), now=now)
        findings = store.checking.findings()
        findings.append(look_at_titles(store))
        with common.console.progress("reading archived pages", len(store.recalling.pages())) as bar:
            findings.append(look_at_archive(store, archive_of(store), thorough=thorough, each=bar.advance))
    well = all(finding.well for finding in findings)
    if common.console.as_json:
        checks = {f.name: {"ok": f.well, "told": f.told, **f.facts} for f in findings}
        mended = {"repaired": list(done.told), "kept": str(done.kept) if done.kept else None} if done else {}
        common.console.json({"ok": well, "library": str(common.config.library), **mended, "checks": checks})
    else:
        if done is not None:
            _tell(common, done)
        common.console.show([Line(str(common.config.library), "title")])
        common.console.show(
            Line(
                f"{finding.name}: {finding.told}",
                "well" if finding.well else "ill",
                indent=6,
                lead="ok" if finding.well else "BAD",
            )
            for finding in findings
        )
    if not well:
        raise typer.Exit(ExitCode.FAILED)


def _tell(common: Common, done: Repaired) -> None:
    """What was mended, for people."""
    common.console.show(
        Line(told, indent=6, lead="did") for told in done.told or ["nothing: there was nothing to mend"]
    )
    if done.kept:
        common.console.say(f"rows that belonged to nothing any more are in {done.kept}", "mark")
