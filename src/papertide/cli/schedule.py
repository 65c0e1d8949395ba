"""`papertide schedule`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from papertide.cli.common import Common
from papertide.cli.unattended import check_digest, check_settings
from papertide.config import Config
from papertide.errors import UsageError
from papertide.flows import schedule as flow
from papertide.flows.output import made_folder
from papertide.store.address import Server
from papertide.views.console import ExitCode, Line


def schedule(
    ctx: typer.Context,
    digest_options: Annotated[
        list[str] | None, typer.Argument(metavar="[-- DIGEST OPTION...]", help="What the digest is made with.")
    ] = None,
    at: Annotated[str, typer.Option("--at", metavar="HH:MM", help="Every day at this time.")] = "07:30",
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="NAME", help=f"{', '.join(flow.KINDS)} (else what fits).")
    ] = None,
    install: Annotated[bool, typer.Option("--install", help="Do it; without this it is only shown.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Take the timer away again.")] = False,
    run: Annotated[bool, typer.Option("--run", help="What the timer does: fetch, then digest.")] = False,
) -> None:
    """A timer for fetch and digest.

    Shows what it would write and run; --install does that, and a second time changes nothing. The digest goes by mail
    where [mail] is set, else as a page into the folder `digests` beside the library (of one on a server: in your data
    folder); options of `papertide digest`
    behind -- say otherwise, as in `papertide schedule -- --topic peft --email`.

    \b
    Examples:
      papertide schedule
      papertide schedule --install --at 06:45
      papertide schedule --remove
    """
    common = Common.of(ctx)
    if install + remove + run > 1:
        raise UsageError("--install, --remove and --run exclude each other")
    if run:
        _run(common, digest_options or _usual(common))
        return
    kind = kind or flow.usual_kind(sys.platform)
    if kind not in flow.KINDS:
        raise UsageError(f"no timer {kind!r}; there are {', '.join(flow.KINDS)}")
    if remove:
        plan = flow.remove(kind, Path.home(), os.environ)
    else:
        check_settings(common)
        check_digest(common, digest_options or [])
        plan = flow.install(
            kind, _arguments(common, digest_options or []), flow.clock_time(at), Path.home(), os.environ
        )
    _tell(common, plan, acts=install or remove)
    done = flow.carry_out(plan) if install or remove else None
    if common.console.as_json:
        files = {str(path): text for path, text in plan.files.items()}
        commands = [list(command) for command in (*plan.before, *plan.after)]
        told = {"kind": kind, "files": files, "cron": plan.cron, "commands": commands}
        common.console.json({**told, "changed": bool(done)})
    elif done is None:
        common.console.say("nothing was done; --install does it")
    else:
        common.console.say(("removed" if remove else "installed") if done else "it is so already; nothing was changed")


def _tell(common: Common, plan: flow.Plan, *, acts: bool) -> None:
    """What is to be done: data where it is only shown, talk where it is done next."""
    lines = [Line(text) for text in flow.told(plan)]
    if not acts:
        common.console.show(lines)
    elif not common.console.as_json:
        common.console.talk(lines)


def _arguments(common: Common, digest_options: list[str]) -> list[str]:
    """The command of the timer, with everything named that this run was told by flags or the environment."""
    behind = ["--", *digest_options] if digest_options else []
    return [sys.executable, "-m", "papertide", *library_flags(common.config), "schedule", "--run", *behind]


def library_flags(config: Config) -> list[str]:
    """Which library, and whose. To be shown only after `check_settings`: an address may hold a password."""
    place = config.library
    return ["--library", place.url if isinstance(place, Server) else str(place.absolute()), "--reader", config.reader]


def _usual(common: Common) -> list[str]:
    """How a digest is made that nobody watches: by mail, else as a page of its own, so that none is lost."""
    if common.config.mail is not None:
        return ["--email"]
    folder = made_folder(common.config.anchor.absolute().with_name("digests"))
    return ["--format", "html", "-o", str(folder)]


def _run(common: Common, digest_options: list[str]) -> None:
    """Fetch, and where that brought anything, the digest; ends with the exit code of the one that failed."""
    from papertide.cli.app import run as command  # the program itself; it imports this file when it is asked for

    ours = library_flags(common.config)
    ours += ["--json"] if common.console.as_json else []
    today = ["--today", common.given["today"]] if "today" in common.given else []
    code = command([*ours, *today, "fetch"])
    if code in (ExitCode.DONE, ExitCode.PARTLY):
        code = command([*ours, *today, "digest", *digest_options]) or code
    if code:
        raise typer.Exit(code)
