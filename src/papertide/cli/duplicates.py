"""`papertide duplicates`: the merges that no id made, and a person's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from papertide.cli.common import Common
from papertide.cli.duplicates_find import find
from papertide.cli.taxonomy import taxonomy
from papertide.config import now
from papertide.flows import duplicates as flow
from papertide.flows.triage import named
from papertide.store import LibraryStore
from papertide.store.facts import Joined
from papertide.views.console import ExitCode, Line
from papertide.views.duplicates import list_joined

app = typer.Typer(add_completion=False, rich_markup_mode=None, invoke_without_command=True)
app.command("find")(find)

Id = Annotated[str, typer.Argument(metavar="ID", help="Number, arXiv id, or a URL holding that id.")]


@app.callback()
def duplicates(
    ctx: typer.Context,
    paper: Annotated[str | None, typer.Option(metavar="ID", help="Only those of this paper.")] = None,
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, help="At most so many (terminal: 20).")] = None,
) -> None:
    """Merges that were not by id, and why; merge and split by hand.

    Those by hand come first, then the least alike. A merge or split by hand
    stands whatever is added later, and `undo` takes it back.

    \b
    Examples:
      papertide duplicates --limit 50
      papertide duplicates merge 12 57
      papertide duplicates split 12
      papertide duplicates why 12 57
      papertide duplicates find refs.bib
    """
    if ctx.invoked_subcommand is None:
        _list(Common.of(ctx), paper, limit)


def _list(common: Common, paper: str | None, limit: int | None) -> None:
    console = common.console
    cut = 20 if limit is None and console.is_terminal else limit
    with common.library() as store:
        number = named(store.looking, [paper])[0] if paper else None
        found = store.judging.joined(None if cut is None else cut + 1, number)
    more = cut is not None and len(found) > cut
    rows = found[:cut]
    if console.as_json:
        for joined in rows:
            console.json(_row(joined))
        return
    list_joined(console, rows)
    if not rows:
        console.say("no merges but by id")
    elif more and limit is None:
        console.say("there are more; --limit N shows them", "facts")


def _row(joined: Joined) -> dict[str, object]:
    return {
        "paper": joined.paper,
        "a": joined.a,
        "b": joined.b,
        "score": joined.score,
        "reason": joined.reason,
        "by": "hand" if joined.by_hand else "rule",
    }


@app.command("merge")
def merge(
    ctx: typer.Context,
    one: Annotated[str, typer.Argument(metavar="A", help="Number, arXiv id, or a URL holding that id.")],
    other: Annotated[str, typer.Argument(metavar="B", help="Likewise.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask, though they have two arXiv ids.")] = False,
) -> None:
    """Make one paper of two, whatever the rules say.

    The lower number stays, and the other leads there. Decisions, tags and notes
    of both are kept.

    \b
    Example:
      papertide duplicates merge 12 57
    """
    common = Common.of(ctx)
    with common.library() as store:
        first, second = (named(store.looking, [name])[0] for name in (one, other))
        doubt = flow.two_ids(store, first, second) if first != second else None
        if doubt and not yes and not common.console.ask(f"{doubt}; merge them?"):
            common.console.say(f"{doubt}: nothing was changed; --yes says that they are one paper all the same")
            raise typer.Exit(ExitCode.FAILED)
        made = flow.merge(_hand(common, store), first, second)
    if common.console.as_json:
        common.console.json({"merged": list(made.before), "into": made.now[0], "notes": list(made.notes)})
        return
    gone = next(number for number in made.before if number != made.now[0])
    common.console.show([Line(f"{made.now[0]} and {gone} are one paper, {made.now[0]}")])
    _remark(common, made.notes)


@app.command("split")
def split(
    ctx: typer.Context,
    paper: Id,
    sighting: Annotated[
        list[int] | None,
        typer.Option("--sighting", "-s", metavar="N", min=1, help="What parts, as `show` numbers it; repeatable."),
    ] = None,
) -> None:
    """Take a paper apart that is two.

    Without --sighting what was merged by hand last parts again; else all that
    has another title than the first, and no id that joins it. The paper keeps
    its number, decisions, tags and notes; what parts gets the number back that
    it had, with what belonged to it then, or a new number in the inbox.

    \b
    Examples:
      papertide duplicates split 12
      papertide duplicates split 12 --sighting 3 --sighting 4
    """
    common = Common.of(ctx)
    with common.library() as store:
        number = named(store.looking, [paper])[0]
        made = flow.split(_hand(common, store), number, sighting or ())
    if common.console.as_json:
        common.console.json({"split": number, "into": list(made.now), "notes": list(made.notes)})
        return
    common.console.show([Line(f"{number} is taken apart: {_and(made.now)}")])
    _remark(common, made.notes)


@app.command("undo")
def undo(
    ctx: typer.Context,
    count: Annotated[int, typer.Argument(metavar="[N]", min=1, help="How many merges and splits.")] = 1,
) -> None:
    """Take back your last merges and splits by hand.

    Numbers, decisions, tags and notes are as they were, as far as nothing that
    you did since speaks against it; what can't be is told.

    \b
    Example:
      papertide duplicates undo
    """
    common = Common.of(ctx)
    with common.library() as store:
        undone = flow.undo(_hand(common, store), count)
    if common.console.as_json:
        rows = [{"kind": "merge" if u.same else "split", "papers": list(u.now), "notes": list(u.notes)} for u in undone]
        common.console.json({"undone": rows})
        return
    for made in undone:
        done = "merged" if made.same else "split"
        common.console.show([Line(f"no longer {done} by hand: {_and(made.now) or 'no page shows them any more'}")])
        _remark(common, made.notes)
    if not undone:
        common.console.say("nothing to take back")


@app.command("why")
def why(
    ctx: typer.Context,
    one: Annotated[str, typer.Argument(metavar="A", help="Number, arXiv id, or a URL holding that id.")],
    other: Annotated[str, typer.Argument(metavar="B", help="Likewise.")],
) -> None:
    """Say why two names are one paper's, or why they are not.

    \b
    Example:
      papertide duplicates why 12 57
    """
    common = Common.of(ctx)
    with common.library() as store:
        first, second = (named(store.looking, [name])[0] for name in (one, other))
        same, reason = flow.why(store, first, second)
    if common.console.as_json:
        common.console.json({"a": first, "b": second, "same": same, "reason": reason})
        return
    what = f"both are paper {first}" if same else f"{first} and {second} are two papers"
    common.console.show([Line(f"{what}: {reason}")])


def _hand(common: Common, store: LibraryStore) -> flow.Hand:
    return flow.Hand(store, taxonomy(common), common.config.reader, now())


def _remark(common: Common, notes: Sequence[str]) -> None:
    for note in notes:
        common.console.say(note, "mark")


def _and(numbers: Sequence[int]) -> str:
    return " and ".join(map(str, numbers))
