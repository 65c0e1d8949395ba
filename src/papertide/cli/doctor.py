"""`papertide doctor`."""

from __future__ import annotations

import typer

from papertide.cli.common import Common
from papertide.views.console import ExitCode, Line


def doctor(ctx: typer.Context) -> None:
    """Look whether the library is well.

    Checks the file, the schema, the search index, the triggers and the decision log, and changes nothing. Ends with
    exit code 1 if anything is not as it should be.

    \b
    Example:
      papertide doctor
    """
    common = Common.of(ctx)
    with common.library() as store:
        findings = store.checking.findings()
    well = all(finding.well for finding in findings)
    if common.console.as_json:
        checks = {finding.name: {"ok": finding.well, "told": finding.told} for finding in findings}
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
