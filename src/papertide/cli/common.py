"""What every command shares: the common options, the settings, the console, and the way to the library."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperOption

from papertide import __schema__, __version__, config
from papertide.errors import UsageError
from papertide.views.console import Console

if TYPE_CHECKING:
    from papertide.store import LibraryStore

_KEY = "papertide.common"


@dataclass(slots=True)
class Common:
    """The values of the common options, wherever on the line they stood; the rightmost wins."""

    given: dict[str, str] = field(default_factory=dict)
    as_json: bool = False
    _config: config.Config | None = None
    _console: Console | None = None

    @classmethod
    def of(cls, ctx: Any) -> Common:
        """The ones of this run."""
        found: Common = ctx.find_root().meta.setdefault(_KEY, cls())
        return found

    @property
    def config(self) -> config.Config:
        """The settings in force."""
        if self._config is None:
            given = self.given.get
            self._config = config.load(library=given("library"), reader=given("reader"), today=given("today"))
            if self._config.warning:
                self.console.say(self._config.warning, "mark")
        return self._config

    @property
    def console(self) -> Console:
        """Where data and talk go."""
        if self._console is None:
            self._console = Console(as_json=self.as_json)
        return self._console

    @property
    def today(self) -> date:
        """The day it is, or is said to be."""
        return self.config.today

    @contextmanager
    def library(self, *, create: bool = False) -> Iterator[LibraryStore]:
        """The library, open; made first if `create`."""
        from papertide.store import open_library

        store = open_library(self.config.library, create=create, waiting=self.console.say)
        try:
            yield store
        finally:
            store.close()


def day_given(text: str | None, flag: str) -> date | None:
    """The day that an option names; raises UsageError, naming the option, for what is none."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{flag} {text!r} is no date; write it as 2026-05-07") from None


def free_name(library: Path, what: str) -> Path:
    """A name beside a library that nothing has yet: what it is for, and when that was."""
    stem = f"{library.name}.{what}-{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}"
    names = (library.with_name(stem + (f"-{n}" if n > 1 else "")) for n in count(1))
    return next(name for name in names if not name.exists())


def console_of(ctx: Any) -> Console:
    """The console of this run; a new one where there is no run yet."""
    return Common.of(ctx).console if ctx is not None else Console()


def _keep(name: str) -> Any:
    def callback(ctx: Any, _param: Any, value: Any) -> Any:
        if value:
            common = Common.of(ctx)
            if name == "json":
                common.as_json = True
            else:
                common.given[name] = value
        return value

    return callback


def _version(ctx: Any, _param: Any, value: Any) -> Any:
    if value:
        Common.of(ctx).console.data(f"papertide {__version__} (schema {__schema__})\n")
        raise typer.Exit
    return value


def add_common_options(command: Any, *, version: bool = False) -> None:
    """Give a command (and its subcommands) the options that all have."""
    options = [
        (
            "--library",
            "PATH|URL",
            "The library: a file, or postgresql://… (else PAPERTIDE_LIBRARY, else the config file).",
        ),
        ("--reader", "NAME", "Whose decisions, tags, notes and digests (else the config, else your login name)."),
        ("--today", "DATE", "Take this for today, for scripts (else PAPERTIDE_TODAY)."),
    ]
    for flag, metavar, told in options:
        name = flag.removeprefix("--")
        command.params.append(
            TyperOption(
                param_decls=[flag], type=str, metavar=metavar, help=told, expose_value=False, callback=_keep(name)
            )
        )
    told = "Print JSON: one paper a line, or one object saying what was done."
    command.params.append(
        TyperOption(
            param_decls=["--json"], is_flag=True, default=False, help=told, expose_value=False, callback=_keep("json")
        )
    )
    if version:
        command.params.append(
            TyperOption(
                param_decls=["--version", "-V"],
                is_flag=True,
                default=False,
                is_eager=True,
                help="Print the version, and the schema of its libraries.",
                expose_value=False,
                callback=_version,
            )
        )
    for sub in getattr(command, "commands", {}).values():
        add_common_options(sub)
