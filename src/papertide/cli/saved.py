"""`papertide saved`: searches under a name."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from papertide.cli.common import Common
from papertide.errors import NotFound, UsageError
from papertide.flows.browse import Filters, query_of
from papertide.views.console import Line

app = typer.Typer(add_completion=False, rich_markup_mode=None, invoke_without_command=True)

_NAME = re.compile(r"[A-Za-z0-9_][\w.-]{0,63}")


def _names(ctx: typer.Context) -> list[tuple[str, str]]:
    from papertide.cli import completion  # nobody but a shell that asks needs it

    return completion.saved_name(ctx)


@app.callback()
def saved(ctx: typer.Context) -> None:
    """Saved searches; @NAME stands for one in any query.

    \b
    Examples:
      papertide saved add todo "status:later authors:<=5"
      papertide list "@todo topic:peft"
      papertide saved remove todo
    """
    if ctx.invoked_subcommand is None:
        list_(ctx)


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """The saved searches, by name."""
    common = Common.of(ctx)
    with common.library() as store:
        searches = store.annotating.searches(common.config.reader)
    if common.console.as_json:
        for name, query in searches:
            common.console.json({"name": name, "query": query})
        return
    common.console.table(
        (("name", "left"), ("query", "left")), ((f"@{name}", query) for name, query in searches), wide=1
    )
    if not searches:
        common.console.say("no saved searches")


@app.command("add")
def add(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Letters, digits, _, . and -.")],
    query: Annotated[
        list[str], typer.Argument(metavar="QUERY...", help="Words and fields; see `papertide list --help`.")
    ],
) -> None:
    """Save a search; one of that name is replaced."""
    common = Common.of(ctx)
    name = name.removeprefix("@")
    text = " ".join(query)
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} can't be a name: letters, digits, _, . and - only, 64 at most")
    reader = common.config.reader
    with common.library(create=True) as store:
        before = store.looking.saved_search(reader, name)
        # It must mean something now, and must not come to mean itself.
        store.annotating.save_search(reader, name, text)
        try:
            query_of(store.looking, f"@{name}", Filters(), reader=reader, today=common.today)
        except Exception:
            if before is None:
                store.annotating.remove_search(reader, name)
            else:
                store.annotating.save_search(reader, name, before)
            raise
    if common.console.as_json:
        common.console.json({"name": name, "query": text})
    else:
        common.console.show([Line(f"@{name}: {text}")])


@app.command("remove")
def remove(
    ctx: typer.Context, name: Annotated[str, typer.Argument(metavar="NAME", help="Its name.", autocompletion=_names)]
) -> None:
    """Forget a saved search."""
    common = Common.of(ctx)
    with common.library() as store:
        if not store.annotating.remove_search(common.config.reader, name.removeprefix("@")):
            raise NotFound("saved search", name, "`papertide saved` lists them")
    if common.console.as_json:
        common.console.json({"removed": name.removeprefix("@")})
    else:
        common.console.show([Line(f"@{name.removeprefix('@')} is forgotten")])
