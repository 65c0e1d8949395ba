"""What the shell completes: fields, topics, tags and saved names, inside a query and after the options.

The shell asks the program itself (`_PAPERTIDE_COMPLETE` is set then), by the scripts in `completions`; nothing of this is
loaded otherwise. A library that isn't there, or can't be read, completes to nothing and never to an error.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import typer

from papertide.cli.common import Common
from papertide.errors import PapertideError
from papertide.normal import safe, still
from papertide.query import FIELDS, HAS
from papertide.query.fields import Field, lookup
from papertide.records.plain import STATUSES
from papertide.store.base import SORTS

ASKS = "_PAPERTIDE_COMPLETE"  # as in `app`, which mustn't load this to look
_HERE = Path(__file__).with_name("completions")
SCRIPTS = {"bash": _HERE / "papertide.bash", "zsh": _HERE / "_papertide", "fish": _HERE / "papertide.fish"}
"""For each shell the script that makes it ask. A wheel puts them where the shells look, too."""

_DAYS = ("today", "yesterday", "7d", "30d")

_ACTIVE = frozenset("\"'`$\\!*?[](){}<>|&;~#^")
"""Characters that mean something to one shell or another."""

Item = tuple[str, str]
"""A completion, and what is told of it."""


def query(ctx: Any, _args: list[str], incomplete: str) -> list[Item]:
    """Completions of the last word of a query, with all that stands before it."""
    typed = incomplete[len(incomplete) - len(incomplete.split(" ")[-1]) :]
    word = typed.lstrip("-(")
    before = incomplete[: len(incomplete) - len(word)]
    return [(before + value, told) for value, told in _of_word(ctx, word) if value.startswith(word)]


def option(flag: str, ctx: Any) -> list[Item]:
    """The values of an option."""
    if flag == "--topic":
        return list(_quietly(_topics, ctx))
    if flag == "--tag":
        return list(_quietly(_tags, ctx))
    return list(_plainly({"--status": STATUSES, "--sort": SORTS, "--by": ("published", "listed", "added")}[flag]))


def saved_name(ctx: Any) -> list[Item]:
    """The names of saved searches, without the @."""
    return [(name.removeprefix("@"), told) for name, told in _quietly(_saved, ctx)]


def show(shell: str) -> str:
    """The script that makes a shell ask."""
    _check(shell)
    return SCRIPTS[shell].read_text(encoding="utf-8").rstrip("\n")


def install(shell: str) -> str:
    """Put that script where the shell finds it; gives the file's path."""
    from typer._completion_shared import install as put

    _check(shell)
    path = put(shell=shell, prog_name="papertide", complete_var=ASKS)[1]  # Typer knows the place; the script is ours
    path.write_text(f"{show(shell)}\n", encoding="utf-8")
    return str(path)


def prepare() -> None:
    """Make ready to answer a shell that asks: a completion a line, and what is told of it behind a tab.

    Not as Typer does it: its answer to zsh is a command that zsh evaluates, with the names from the library in it.
    """
    # Typer has no public way to these; it is pinned to a minor version.
    from typer._click.shell_completion import add_completion_class, split_arg_string
    from typer._completion_classes import BashComplete

    class Line(BashComplete):
        """Zsh and fish tell the line up to the cursor, and take the whole last word."""

        def get_completion_args(self) -> tuple[list[str], str]:
            line = os.environ.get("_PAPERTIDE_LINE", "")
            words = split_arg_string(line)[1:]
            if not words or (line.endswith(" ") and not line.endswith(words[-1])):
                words.append("")
            return words[:-1], words[-1]

        def format_completion(self, item: Any) -> str:
            return f"{item.value}\t{' '.join(item.help.split())}" if item.help else str(item.value)

    class Bash(BashComplete):
        """Bash takes a word apart at colons and at signs, unless it is in quotes, and replaces only the last part: what
        stands behind a colon, but all from an at sign on."""

        def get_completion_args(self) -> tuple[list[str], str]:
            parts = split_arg_string(os.environ["COMP_WORDS"])[1 : int(os.environ["COMP_CWORD"]) + 1]
            at_end = int(os.environ["COMP_CWORD"]) > len(parts)
            words = _rejoined([*parts, ""] if at_end else parts)
            return words[:-1], words[-1]

        def format_completion(self, item: Any) -> str:
            asked = self.get_completion_args()[1]
            if os.environ.get("_PAPERTIDE_WORD", "").startswith(('"', "'")):
                return str(item.value)
            return str(item.value)[max(asked.rfind(":") + 1, asked.rfind("@"), 0) :]

    for shell, answers in (("bash", Bash), ("zsh", Line), ("fish", Line)):
        add_completion_class(answers, shell)


def _rejoined(parts: list[str]) -> list[str]:
    """The words of a line that Bash took apart: a colon belongs to both sides, an at sign to what follows."""
    found: list[str] = []
    for part in parts:
        if found and (part == ":" or found[-1].endswith(":") or found[-1] == "@"):
            found[-1] += part
        else:
            found.append(part)
    return found


def _check(shell: str) -> None:
    if shell not in SCRIPTS:
        raise typer.BadParameter(f"{shell!r} is not known; {', '.join(SCRIPTS)} are")


# --- values -----------------------------------------------------------------------------------------------------------


def _of_word(ctx: Any, word: str) -> Iterator[Item]:
    name, colon, _ = word.partition(":")
    if colon:
        known = lookup(name)
        values = _values(ctx, known) if known is not None else ()
        return ((f"{name}:{value}", told) for value, told in values)
    fields = ((f"{field.name}:", field.help) for field in FIELDS)
    return (item for items in (fields, _quietly(_saved, ctx)) for item in items)


def _values(ctx: Any, field: Field) -> Iterator[Item]:
    if field.name == "topic":
        yield from _quietly(_topics, ctx)
    elif field.name == "tag":
        yield from _quietly(_tags, ctx)
    elif field.name == "keptby":
        yield from _quietly(_keepers, ctx)
    elif field.takes == "status":
        yield from _plainly(STATUSES)
    elif field.takes == "has":
        yield from HAS.items()
    elif field.takes == "date":
        yield from _plainly(_DAYS)
    if field.none:
        yield "none", "nothing is known there"


def _plainly(values: tuple[str, ...]) -> Iterator[Item]:
    return ((value, "") for value in values)


def _topics(ctx: Any) -> Iterator[Item]:
    from papertide.cli.taxonomy import taxonomy

    return ((topic.id, topic.name) for topic in taxonomy(Common.of(ctx)).topics)


def _tags(ctx: Any) -> Iterator[Item]:
    common = Common.of(ctx)
    with common.library() as store:
        for tag in store.looking.tags(common.config.reader):
            yield tag, ""


def _keepers(ctx: Any) -> Iterator[Item]:
    with Common.of(ctx).library() as store:
        for reader in store.looking.who_keep():
            yield reader, ""


def _saved(ctx: Any) -> Iterator[Item]:
    common = Common.of(ctx)
    with common.library() as store:
        for name, text in store.annotating.searches(common.config.reader):
            yield f"@{name}", text


def _quietly(values: Callable[[Any], Iterator[Item]], ctx: Any) -> Iterator[Item]:
    """What a library holds, safe to be put on a command line: what can't be typed as it is, or means something to a
    shell, is left out; what is told is one line."""
    with suppress(PapertideError):
        for value, told in values(ctx):
            if value == "".join(still(value).split()) and not _ACTIVE.intersection(value):
                yield value, " ".join(safe(told).split())
