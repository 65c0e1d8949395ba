"""Markdown from the program itself: the page of commands, and the tables that stand inside other pages."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence

from tools.reference import Command, Piece, Row, examples

from papertide import topics
from papertide.query.fields import FIELDS, HAS

HEAD = """\
<!-- Made by `make docs` from what the program itself says. -->

# Commands

What `papertide --help` and `papertide COMMAND --help` say, on one page. {names}.
"""

BLOCK = re.compile(r"(<!-- made: ([a-z-]+) -->\n).*?(<!-- end -->)", flags=re.DOTALL)
"""A part of a page that is made anew: what stands between the two marks."""


def commands(program: Command) -> str:
    """The page of all commands."""
    names = ", ".join(f"[{_short(command)}](#{_anchor(command)})" for command in program.commands)
    return "\n".join([HEAD.format(names=names), *_program(program), *map(_section, list(program.walk())[1:])])


def _short(command: Command) -> str:
    return command.name.removeprefix("papertide ")


def _anchor(command: Command) -> str:
    return command.name.replace(" ", "-")


def _program(program: Command) -> Iterator[str]:
    yield "## Options of every command\n"
    yield "They stand before the command or behind it.\n"
    yield from _rows(program.options)


def _section(command: Command) -> str:
    depth = "##" if command.name.count(" ") == 1 else "###"
    parts = [f"{depth} {command.name}\n", f"`{command.usage}`\n", *map(_paragraph, command.pieces)]
    parts += _rows((*command.arguments, *command.options))
    return "\n".join(parts)


def _paragraph(piece: Piece) -> str:
    shown = examples(piece)
    if shown is not None:
        width = max(len(line) for line, told in shown if told) if any(told for _, told in shown) else 0
        lines = [f"{line:<{width}}  # {told}" if told else line for line, told in shown]
        return "\n".join(["```sh", *lines, "```\n"])
    if piece.lines:
        return f"```\n{textwrap.dedent(piece.text)}\n```\n"
    return f"{piece.text}\n"


def _rows(rows: tuple[Row, ...]) -> Iterator[str]:
    if rows:
        yield "\n".join(f"- `{name}`: {told}" for name, told in rows) + "\n"


def filled(page: str) -> str:
    """A page with each part that is made put in anew."""
    return BLOCK.sub(lambda found: f"{found[1]}{_BLOCKS[found[2]]()}{found[3]}", page)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def _fields() -> str:
    rows = []
    for field in FIELDS:
        names = ", ".join(f"`{name}:`" for name in (field.name, *field.aliases))
        rows.append((names, field.help, " ".join(f"`{example}`" for example in field.examples)))
    return _table(("field", "what it asks for", "for example"), rows)


def _has() -> str:
    return _table(("", "papers with"), [(f"`has:{name}`", told) for name, told in HAS.items()])


def _topics() -> str:
    taxonomy = topics.load(topics.default_source(), "default topics")
    return _table(("topic", "what it is"), [(f"`{topic.id}`", topic.name) for topic in taxonomy.topics])


_BLOCKS = {"fields": _fields, "has": _has, "topics": _topics}
