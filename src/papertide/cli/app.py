"""The program: its commands, loaded when they are named, and the one place where errors become exit codes."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup, TyperOption

from papertide.cli.common import add_common_options, console_of
from papertide.errors import LibraryError, LibraryUncertain, PapertideError, QueryError, UsageError
from papertide.views.console import Console, ExitCode, Line, silence_stdout

COMMANDS = {
    # name: module of papertide.cli, and what in it is the command
    "add": "add:add",
    "fetch": "fetch:fetch",
    "digest": "digest:digest",
    "list": "browse:list_",
    "search": "browse:search",
    "show": "show:show",
    "similar": "similar:similar",
    "triage": "triage:triage",
    "keep": "decide:keep",
    "later": "decide:later",
    "skip": "decide:skip",
    "inbox": "decide:inbox",
    "undo": "decide:undo",
    "log": "decide:log",
    "tag": "annotate:tag",
    "note": "annotate:note",
    "export": "export:export",
    "topics": "topics:app",
    "saved": "saved:app",
    "duplicates": "duplicates:app",
    "stats": "stats:stats",
    "rank": "rank:app",
    "schedule": "schedule:schedule",
    "replay": "replay:replay",
    "prune": "prune:prune",
    "doctor": "doctor:doctor",
    "backup": "backup:backup",
    "restore": "backup:restore",
    "copy": "copy:copy",
}

_ASKS = "_PAPERTIDE_COMPLETE"
"""Set by a shell that asks for completions; `completion` answers."""

HELP = """Read a feed of papers in ten minutes a day and miss nothing that matters.

\b
A day with Papertide:
  papertide fetch                       take in what is newly listed
  papertide add saved-page.txt          take in what you saved
  papertide digest                      what is new, by topic, best first
  papertide triage                      keep, put off or skip, paper by paper
  papertide search catastrophic forgetting
  papertide list "topic:peft date:2024 authors:<=3"
  papertide keep 12 2403.02178          decide, by number or arXiv id
  papertide export status:keep -o reading.md

Every command takes --json; `papertide COMMAND --help` shows examples.
"""


class _Commands(TyperGroup):
    """Imports a command's module when the command is named, and none before."""

    def list_commands(self, _ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: Any, cmd_name: str) -> Any:
        where = COMMANDS.get(cmd_name)
        if where is None:
            return None
        module, _, name = where.partition(":")
        made = build(cmd_name, getattr(import_module(f"papertide.cli.{module}"), name))
        add_common_options(made)
        return made

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            close = get_close_matches(args[0], COMMANDS, n=1)
            hint = f"; did you mean `papertide {close[0]}`?" if close else "; `papertide --help` lists them"
            raise UsageError(f"no command {args[0]!r}{hint}")
        return super().resolve_command(ctx, args)


def build(name: str, made: Any) -> Any:
    """A command from a function, or from a Typer app with subcommands."""
    if isinstance(made, typer.Typer):
        return typer.main.get_command(made)
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(name, cls=getattr(made, "parser", None), context_settings={"help_option_names": ["-h", "--help"]})(made)
    command = typer.main.get_command(app)
    if hasattr(made, "more_options"):
        made.more_options(command)
    return command


def program() -> Any:
    """The whole command line, as one command."""
    group = _Commands(
        name="papertide",
        help=HELP,
        rich_markup_mode=None,
        no_args_is_help=True,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    add_common_options(group, version=True)
    for flag, told in (
        ("--show-completion", "Print the script that completes commands and queries in bash, zsh or fish."),
        ("--install-completion", "Put that script where the shell finds it."),
    ):
        group.params.append(
            TyperOption(
                param_decls=[flag],
                type=str,
                metavar="SHELL",
                is_eager=True,
                help=told,
                expose_value=False,
                callback=_complete,
                autocompletion=lambda _ctx, _args, _incomplete: ["bash", "zsh", "fish"],
            )
        )
    return group


def _complete(ctx: Any, param: Any, shell: Any) -> Any:
    if shell is None or ctx.resilient_parsing:
        return shell
    from papertide.cli import completion

    if param.opts[0] == "--show-completion":
        console_of(ctx).data(completion.show(shell) + "\n")
    else:
        console_of(ctx).show([Line(completion.install(shell))])
        console_of(ctx).say("a new shell completes `papertide`")
    raise typer.Exit


def run(arguments: Sequence[str]) -> int:
    """Run a command line and give its exit code; whatever went wrong on purpose is one message on stderr."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed before we came
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - it lives as long as we do
    with _heeded_interrupts() as interrupted:
        try:
            code = _run(arguments)
        except BrokenPipeError:  # the reader has seen enough
            silence_stdout()
            return ExitCode.DONE
        except OSError as error:  # what was to be shown could not be written: /dev/full
            silence_stdout()
            sys.stderr.write(f"papertide: can't write the output: {error.strerror or error}\n")
            return ExitCode.FAILED
        except KeyboardInterrupt:
            code = ExitCode.INTERRUPTED
        if interrupted or code == ExitCode.INTERRUPTED:
            Console().say("interrupted; what was stored before stays")
            return ExitCode.INTERRUPTED
        return code


@contextmanager
def _heeded_interrupts() -> Iterator[list[int]]:
    """Note each Control-C: Python drops one that comes within a destructor, and the program would end as if none had."""
    noted: list[int] = []

    def note(number: int, _frame: object) -> None:
        noted.append(number)
        raise KeyboardInterrupt

    in_main = threading.current_thread() is threading.main_thread()
    ours = in_main and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if ours:
        signal.signal(signal.SIGINT, note)
    try:
        yield noted
    finally:
        if ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)


def _run(arguments: Sequence[str]) -> int:
    if _ASKS in os.environ:
        return _answer()
    try:
        code = int(program().main(list(arguments), prog_name="papertide", standalone_mode=False) or 0)
        sys.stdout.flush()
    except PapertideError as error:
        _tell(error)
        return ExitCode.USAGE if isinstance(error, UsageError) else ExitCode.FAILED
    except typer.Abort:
        return ExitCode.INTERRUPTED
    except Exception as error:
        if not hasattr(error, "exit_code") or not hasattr(error, "show"):
            raise
        error.show()  # the parser's own usage errors
        return int(error.exit_code)
    return code


def _answer() -> int:
    """Answer a shell that asks for completions; whatever goes wrong, nothing is said into a half-typed line."""
    from papertide.cli import completion

    completion.prepare()
    with suppress(PapertideError, SystemExit):  # Typer leaves the program when it has answered
        program().main([], prog_name="papertide", complete_var=_ASKS)
    sys.stdout.flush()
    return ExitCode.DONE


def _tell(error: PapertideError) -> None:
    console = console_of(None)
    console.error(str(error))
    if isinstance(error, QueryError) and error.text:
        start = max(0, error.column - 60)
        shown = error.text[start : start + 76].replace("\n", " ").replace("\t", " ")
        console.talk([Line(shown, indent=2), Line("^".rjust(min(error.column, len(error.text) + 1) - start), indent=2)])
    elif isinstance(error, LibraryUncertain):
        return
    elif isinstance(error, LibraryError) and "`papertide " not in error.reason:
        from papertide.store.address import is_server  # the store costs start-up, and has failed only if it is loaded

        told = "" if is_server(error.path) else "`papertide doctor` looks at a library; "  # one that can be had
        console.say(f"{told}nothing was changed")
