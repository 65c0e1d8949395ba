"""`papertide keep`, `later`, `skip`, `inbox`, `undo` and `log`."""

from __future__ import annotations

from typing import Annotated

import typer

from papertide.cli.common import Common
from papertide.cli.taxonomy import topic_source
from papertide.errors import UsageError
from papertide.flows import triage
from papertide.flows.browse import Filters, check_topics, ensure_labels, query_of, spellings_of
from papertide.normal import counted
from papertide.store.base import Decided, Selection
from papertide.views.console import ExitCode, Line

Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Number, arXiv id, or a URL holding that id.")]
Query = Annotated[str | None, typer.Option("--query", metavar="Q", help="All papers that a query holds; asks first.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")]


def keep(ctx: typer.Context, ids: Ids = None, query: Query = None, yes: Yes = False) -> None:
    """Keep papers: they belong on your reading list.

    \b
    Examples:
      papertide keep 12 2403.02178
      papertide keep --query "topic:peft date:2024 comments:>=5"
    """
    _decide(ctx, "keep", ids, query, yes=yes)


def later(ctx: typer.Context, ids: Ids = None, query: Query = None, yes: Yes = False) -> None:
    """Put papers off: neither kept nor skipped.

    \b
    Example:
      papertide later 12
    """
    _decide(ctx, "later", ids, query, yes=yes)


def skip(ctx: typer.Context, ids: Ids = None, query: Query = None, yes: Yes = False) -> None:
    """Skip papers: they won't be shown as new again.

    \b
    Examples:
      papertide skip 12 13 14
      papertide skip --query "topic:robotics-control status:inbox" --yes
    """
    _decide(ctx, "skip", ids, query, yes=yes)


def inbox(ctx: typer.Context, ids: Ids = None, query: Query = None, yes: Yes = False) -> None:
    """Put papers back into the inbox, undecided.

    \b
    Example:
      papertide inbox 12
    """
    _decide(ctx, "inbox", ids, query, yes=yes)


def _decide(ctx: typer.Context, status: str, ids: list[str] | None, query: str | None, *, yes: bool) -> None:
    common = Common.of(ctx)
    console = common.console
    if bool(ids) == bool(query):
        raise UsageError(
            "name papers, or give --query; not both" if ids else "which papers? name them, or give --query"
        )
    reader = common.config.reader
    with common.library() as store:
        if query:
            source = topic_source(common)
            ensure_labels(store, *source)
            table = spellings_of(common.config.spelling_source())
            asked = query_of(store.looking, query, Filters(), reader=reader, today=common.today, table=table)
            numbers = store.looking.numbers(Selection(asked, reader))
            if not numbers:
                check_topics(store.looking, asked, source)
            question = f"{status} {counted(len(numbers), 'paper')}?"
            if numbers and not yes and not console.ask(question):
                console.say(f"{question} nothing was changed; --yes says so beforehand")
                raise typer.Exit(ExitCode.FAILED)
        else:
            numbers = triage.named(store.looking, ids or ())
        made = triage.decide(store, reader, numbers, status, at=common.config.moment(), command=status)
    if console.as_json:
        console.json({"status": status, "changed": list(made.changed), "unchanged": list(made.unchanged)})
        return
    had = f"; {len(made.unchanged)} had it already" if made.unchanged else ""
    console.show([Line(f"{status}: {counted(len(made.changed), 'paper')}{had}")])
    if len(made.changed) > 1:
        console.say(f"`papertide undo {len(made.changed)}` takes that back", "facts")


def undo(
    ctx: typer.Context,
    count: Annotated[int, typer.Argument(metavar="[N]", min=1, help="How many decisions.")] = 1,
) -> None:
    """Take back your last decisions.

    Also those of earlier runs; each paper goes back to what it was.

    \b
    Examples:
      papertide undo
      papertide undo 37
    """
    common = Common.of(ctx)
    with common.library() as store:
        taken_back = triage.undo(store, common.config.reader, count, at=common.config.moment())
    if common.console.as_json:
        common.console.json({"undone": [_row(decided) for decided in taken_back]})
        return
    common.console.show(Line(f"no longer {d.status}: {d.title}", indent=6, lead=str(d.paper_id)) for d in taken_back)
    if not taken_back:
        common.console.say("nothing to take back")


def log(
    ctx: typer.Context,
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, help="At most so many (terminal: 20).")] = None,
) -> None:
    """Your decisions, newest first.

    \b
    Example:
      papertide log --limit 50
    """
    common = Common.of(ctx)
    if limit is None and common.console.is_terminal:
        limit = 20
    with common.library() as store:
        rows = store.deciding.log(common.config.reader, limit)
    if common.console.as_json:
        for decided in rows:
            common.console.json(_row(decided))
        return
    heads = (("when", "left"), ("what", "left"), ("#", "right"), ("title", "left"))
    common.console.table(heads, ((d.at, _said(d), str(d.paper_id), d.title) for d in rows), wide=3)
    if not rows:
        common.console.say("no decisions yet")


def _said(decided: Decided) -> str:
    return f"undo ({decided.status})" if decided.undoes is not None else decided.status


def _row(decided: Decided) -> dict[str, object]:
    return {
        "id": decided.id,
        "paper": decided.paper_id,
        "title": decided.title,
        "status": decided.status,
        "at": decided.at,
        "command": decided.command,
        "undoes": decided.undoes,
    }
