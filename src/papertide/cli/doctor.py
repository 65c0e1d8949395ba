"""`papertide doctor`."""

from __future__ import annotations

from typing import Annotated

import typer

from papertide.cli.archive import archive_of
from papertide.cli.common import Common
from papertide.flows.doctor import look_at_archive
from papertide.views.console import ExitCode, Line


def doctor(
    ctx: typer.Context,
    thorough: Annotated[
        bool, typer.Option("--thorough", help="Read every archived page, also where that takes long.")
    ] = False,
) -> None:
    """Look whether the library is well.

    Checks the file, the schema, the search index, the triggers and the decision log, and the archive of raw pages beside
    it, tells what was fetched last, and changes nothing. Ends with exit code 1 if anything is not as it should be.

    \b
    Examples:
      papertide doctor
      papertide doctor --thorough
    """
    common = Common.of(ctx)
    with common.library() as store:
        findings = store.checking.findings()
        with common.console.progress("reading archived pages", len(store.recalling.pages())) as bar:
            findings.append(look_at_archive(store, archive_of(common), thorough=thorough, each=bar.advance))
    well = all(finding.well for finding in findings)
    if common.console.as_json:
        checks = {f.name: {"ok": f.well, "told": f.told, **f.facts} for f in findings}
        common.console.json({"ok": well, "library": str(common.config.library), "checks": checks})
    else:
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
