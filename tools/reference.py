"""What the program says of its commands, as values: the documents are made of it, and so they say what `--help` says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from papertide.cli.app import program

SHARED = ("--library", "--reader", "--today", "--json", "-h, --help")
"""How the options begin that every command has; they are told of once, with the program itself."""

Row = tuple[str, str]
"""An option or argument, and what is told of it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph of a command's help: prose, or lines that stay as they are."""

    text: str
    lines: bool


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its whole name, how it is written, what it does, what it takes, and the commands in it."""

    name: str
    usage: str
    pieces: tuple[Piece, ...]
    arguments: tuple[Row, ...]
    options: tuple[Row, ...]
    commands: tuple[Command, ...]

    @property
    def summary(self) -> str:
        """The first paragraph."""
        return self.pieces[0].text

    def walk(self) -> Iterator[Command]:
        """This command, and all below it."""
        yield self
        for command in self.commands:
            yield from command.walk()


def read() -> Command:
    """The whole program."""
    made = program()
    return _command(made, made.make_context("papertide", [], resilient_parsing=True), shared=True)


def _command(made: Any, ctx: Any, *, shared: bool = False) -> Command:
    records = [(param.param_type_name, param.get_help_record(ctx)) for param in made.get_params(ctx)]
    rows = [(kind, _row(*record)) for kind, record in records if record]
    below = made.list_commands(ctx) if hasattr(made, "list_commands") else ()
    return Command(
        ctx.command_path,
        made.get_usage(ctx).removeprefix("Usage: "),
        tuple(_pieces(made.help)),
        tuple(row for kind, row in rows if kind == "argument"),
        tuple(row for kind, row in rows if kind == "option" and (shared or not row[0].startswith(SHARED))),
        tuple(_below(made, ctx, name) for name in below),
    )


def _below(made: Any, ctx: Any, name: str) -> Command:
    command = made.get_command(ctx, name)
    return _command(command, command.make_context(name, [], parent=ctx, resilient_parsing=True))


def _row(name: str, told: str) -> Row:
    """An option or argument as the help has it, in one line."""
    return name, re.sub(r" {2,}", " ", told.strip())


def _pieces(text: str) -> Iterator[Piece]:
    """The paragraphs of a help text; one that begins with a backspace stays as it is, as the help itself has it."""
    for part in re.split(r"\n{2,}", text.strip("\n")):
        if part.startswith("\b"):
            yield Piece(part.removeprefix("\b").strip("\n"), lines=True)
        else:
            yield Piece(" ".join(part.split()), lines=False)


def examples(piece: Piece) -> list[Row] | None:
    """The command lines of a paragraph that shows some, each with what is told of it; None for another paragraph."""
    head, *lines = piece.text.splitlines()
    if not piece.lines or not all("papertide " in line for line in lines):
        return None
    if head not in ("Example:", "Examples:", "A day with Papertide:"):
        return None
    parts = [re.split(r" {3,}", line.strip(), maxsplit=1) for line in lines]
    return [(part[0], part[1] if len(part) > 1 else "") for part in parts]
