"""`papertide tag` and `papertide note`."""

from __future__ import annotations

import os
import re
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from papertide.cli.common import Common
from papertide.errors import UsageError
from papertide.flows.editor import edited
from papertide.flows.triage import check_tags, named
from papertide.normal import counted
from papertide.views.console import Line


class _Words(TyperCommand):
    """Reads `-todo` as the word it is, not as options; `-h` and what begins with two dashes stay options."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        taken = re.compile(r"-[^-].*")
        return super().parse_args(
            ctx, [f" {word}" if taken.fullmatch(word) and word != "-h" else word for word in args]
        )


def tag(
    ctx: typer.Context,
    words: Annotated[
        list[str], typer.Argument(metavar="ID... [+TAG]... [-TAG]...", help="Papers, then +tags and -tags.")
    ],
) -> None:
    """Put tags on papers (+tag) and take them off (-tag).

    \b
    Examples:
      papertide tag 12 2403.02178 +todo
      papertide tag 12 +survey -todo
    """
    common = Common.of(ctx)
    words = [word.strip() for word in words]
    put = [word[1:] for word in words if word.startswith("+")]
    taken = [word[1:] for word in words if word.startswith("-")]
    names = [word for word in words if word[:1] not in ("+", "-")]
    check_tags([*put, *taken])
    if not names or not (put or taken):
        raise UsageError("name papers, and tags as +tag or -tag")
    with common.library() as store:
        numbers = named(store.looking, names)
        changed = store.annotating.tag(common.config.reader, numbers, put, taken)
    if common.console.as_json:
        common.console.json({"papers": numbers, "added": put, "removed": taken, "changed": changed})
    else:
        common.console.show([Line(f"{counted(changed, 'change')} on {counted(len(numbers), 'paper')}")])


tag.parser = _Words  # type: ignore[attr-defined] # read by `app.build`


def note(
    ctx: typer.Context,
    paper: Annotated[str, typer.Argument(metavar="ID", help="Number, arXiv id, or a URL holding that id.")],
    text: Annotated[list[str] | None, typer.Argument(metavar="[TEXT]...", help="The note; none shows it.")] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Take the note off.")] = False,
    edit: Annotated[bool, typer.Option("--edit", help="Write it in your editor; an empty one takes it off.")] = False,
) -> None:
    """Write a note on a paper, or show it.

    \b
    Examples:
      papertide note 12 "compare with LoRA+, section 4"
      papertide note 12
      papertide note 12 --edit         in your editor (VISUAL, EDITOR)
      papertide note 12 --clear
    """
    common = Common.of(ctx)
    written = " ".join(text or ()).strip()
    if clear + edit + bool(written) > 1:
        raise UsageError("--clear, --edit and a text exclude each other")
    reader = common.config.reader
    with common.library() as store:
        number = named(store.looking, [paper])[0]
        if edit:
            before = store.looking.by_number([number], reader)[0]["note"]
            store.annotating.note(reader, number, edited(before or "", os.environ))
        elif clear or written:
            store.annotating.note(reader, number, written)
        there = store.looking.by_number([number], reader)[0]["note"]
    if common.console.as_json:
        common.console.json({"id": number, "note": there})
    elif there:
        common.console.show([Line(there)])
    else:
        common.console.say("no note")
