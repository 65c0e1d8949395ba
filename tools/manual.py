"""The manual page as troff: what the program says of its commands, and the tables of docs/configuration.md."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

from tools.reference import Command, Piece, Row, examples

from papertide import __version__
from papertide.query.fields import FIELDS

DAY = "2026-11-21"
"""The day of the version that the page is of."""
SETTINGS = Path(__file__).resolve().parents[1] / "docs" / "configuration.md"


def manual(program: Command) -> str:
    """The whole page."""
    return "".join(f"{line}\n" for line in _lines(program))


def _lines(program: Command) -> Iterator[str]:
    yield '.\\" Made by `make docs`; what it says is said in the program.'
    yield f'.TH PAPERTIDE 1 {DAY} "Papertide {__version__}" "User Commands"'
    summary = _prose(program.summary).removesuffix(".")
    yield from (".SH NAME", f"papertide \\- {summary[0].lower()}{summary[1:]}")
    yield from (".SH SYNOPSIS", ".B papertide", ".RI [ options ]", ".I command", ".RI [ arguments ]")
    yield ".SH DESCRIPTION"
    yield from _told(program.pieces[1:])
    yield ".SH OPTIONS"
    yield "These stand before the command or behind it."
    yield from _rows(program.options)
    yield ".SH COMMANDS"
    for command in list(program.walk())[1:]:
        yield f".SS {_line(command.name.removeprefix('papertide '))}"
        yield from (".nf", f".B {_line(command.usage)}", ".fi", ".PP")
        yield from _told(command.pieces)
        yield from _rows((*command.arguments, *command.options))
    yield ".SH QUERIES"
    yield _prose(
        "Words side by side must all be there; OR, NOT and parentheses join them. Fields ask for what else is known."
    )
    yield from _rows(tuple((f"{field.name}:", f"{field.help}, as in {field.examples[0]}") for field in FIELDS))
    for heading, title in (("Environment", "ENVIRONMENT"), ("Files", "FILES"), ("Exit codes", "EXIT STATUS")):
        yield f".SH {title}"
        yield from _rows(tuple(table(SETTINGS.read_text(encoding="utf-8"), heading)))


def table(page: str, heading: str) -> list[Row]:
    """The rows of the first table below a heading of a Markdown page: the first cell, and the last."""
    below = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [
        [cell.strip() for cell in line.strip("|").split(" | ")] for line in below.splitlines() if line.startswith("|")
    ]
    return [(cells[0].replace("`", ""), cells[-1]) for cells in lines[2:]]


def _told(pieces: tuple[Piece, ...]) -> Iterator[str]:
    for number, piece in enumerate(pieces):
        shown = examples(piece)
        if number:
            yield ".PP"
        if piece.lines:
            if shown is not None:
                yield from (piece.text.splitlines()[0], ".PP")
            lines = piece.text.splitlines()[1:] if shown is not None else piece.text.splitlines()
            yield from (".EX", *map(_line, lines), ".EE")
        else:
            yield _prose(piece.text)


def _rows(rows: tuple[Row, ...]) -> Iterator[str]:
    for name, told in rows:
        yield from (".TP", f".B {_line(name)}", _prose(told) or "\\&")


def _prose(text: str) -> str:
    """A paragraph in lines of a decent length: what stands in backticks is bold, hyphens that are typed are no dashes."""
    parts = re.split(r"`([^`]+)`", text)
    made = [_typed(part) if number % 2 == 0 else f"\\fB{_line(part)}\\fR" for number, part in enumerate(parts)]
    lines = textwrap.wrap("".join(made), 79, break_long_words=False, break_on_hyphens=False)
    return "\n".join(map(_guarded, lines))


def _typed(text: str) -> str:
    return re.sub(r"(?<![\w-])--?(?=\w)", lambda found: "\\-" * len(found[0]), _escaped(text))


def _line(text: str) -> str:
    """A line as it is typed."""
    return _guarded(_escaped(text).replace("-", "\\-"))


def _escaped(text: str) -> str:
    plain = text.replace("\\", "\\e").replace("~", "\\(ti").replace("^", "\\(ha").replace("'", "\\(aq")
    return "".join(letter if letter.isascii() else f"\\[u{ord(letter):04X}]" for letter in plain)


def _guarded(line: str) -> str:
    """A line that troff doesn't take for a request."""
    return f"\\&{line}" if line.startswith((".", "'")) else line
