"""The options that choose papers, shared by every command that does; they become the same query that people type."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import typer
from typer.core import TyperOption

from papertide.cli.common import Common
from papertide.flows.browse import Filters, query_of, sort_of, spellings_of
from papertide.query import Query
from papertide.store import LibraryStore
from papertide.store.base import Selection, Sort

_KEY = "papertide.filters"
_NAMED = ("--topic", "--by", "--status", "--tag", "--sort")
"""Options whose values have names."""


def words_of(ctx: typer.Context, args: list[str], incomplete: str) -> list[tuple[str, str]]:
    """What the shell completes a query with."""
    from papertide.cli import completion  # nobody but a shell that asks needs it

    return completion.query(ctx, args, incomplete)


def values_of(flag: str) -> Callable[..., list[tuple[str, str]]] | None:
    """What the shell completes an option with; None for one that anything may follow."""
    if flag not in _NAMED:
        return None

    def complete(ctx: typer.Context, _args: list[str], _incomplete: str) -> list[tuple[str, str]]:
        from papertide.cli import completion  # nobody but a shell that asks needs it

        return completion.option(flag, ctx)

    return complete


QueryWords = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[QUERY]...", help="Words and fields; see `papertide list --help`.", autocompletion=words_of
    ),
]
Topic = Annotated[
    list[str] | None,
    typer.Option(
        "--topic", metavar="T", help="Only this topic; may be given again.", autocompletion=values_of("--topic")
    ),
]

_OPTIONS: tuple[tuple[str, str | None, str, dict[str, Any]], ...] = (
    # flag, what its value is called (None: it has none), help, and what else the parser is to know
    ("--topic", "T", "Only this topic; may be given again.", {"multiple": True}),
    ("--since", "DATE", "From this day, month or year on.", {}),
    ("--until", "DATE", "Up to this day, month or year.", {}),
    ("--by", "FIELD", "What --since and --until mean: published, listed, added.", {"default": "published"}),
    ("--authors", "N", "Author count: 3, 2..5, <=3, >=10, none.", {}),
    ("--status", "S", "inbox, keep, later or skip.", {}),
    ("--tag", "T", "Only papers with this tag; may be given again.", {"multiple": True}),
    ("--sort", "FIELD", "published, listed, added, score, upvotes, comments, authors or title.", {}),
    ("--reverse", None, "The other way round.", {}),
    ("--limit", "N", "At most so many.", {"type": int}),
    ("--offset", "N", "Leave out the first so many.", {"type": int, "default": 0}),
)

Command = TypeVar("Command", bound=Callable[..., None])


def filtered(command: Command) -> Command:
    """Mark a command as one that takes these options; `Given.of` has their values."""
    command.more_options = _add_options  # type: ignore[attr-defined]  # a function may carry what it likes
    return command


def _add_options(command: Any) -> None:
    for flag, metavar, told, more in _OPTIONS:
        settings = {"is_flag": True, "default": False} if metavar is None else {"type": str, "metavar": metavar, **more}
        command.params.append(
            TyperOption(
                param_decls=[flag],
                help=told,
                expose_value=False,
                callback=_keep(flag[2:]),
                autocompletion=values_of(flag),
                **settings,
            )
        )


def _keep(name: str) -> Callable[[Any, Any, Any], Any]:
    def callback(ctx: Any, _param: Any, value: Any) -> Any:
        ctx.find_root().meta.setdefault(_KEY, {})[name] = value
        if name in ("limit", "offset") and value is not None and value < 0:
            raise typer.BadParameter("at least 0")
        return value

    return callback


@dataclass(frozen=True, slots=True)
class Given:
    """The query as it was typed (words that the shell took apart are one text), the filters, and order and extent."""

    text: str
    filters: Filters
    sort: str | None
    reverse: bool
    limit: int | None
    offset: int

    @classmethod
    def of(cls, ctx: Any, words: list[str] | None) -> Given:
        """What was given to this run."""
        told: dict[str, Any] = ctx.find_root().meta.get(_KEY, {})
        filters = Filters(
            topics=tuple(told["topic"] or ()),
            since=told["since"],
            until=told["until"],
            by=told["by"],
            authors=told["authors"],
            status=told["status"],
            tags=tuple(told["tag"] or ()),
        )
        return cls(" ".join(words or ()), filters, told["sort"], told["reverse"], told["limit"], told["offset"])

    def query(self, common: Common, store: LibraryStore) -> Query:
        """The one query that the words and the options make."""
        return query_of(
            store.looking,
            self.text,
            self.filters,
            reader=common.config.reader,
            today=common.today,
            # To read the table takes longer than to list twenty papers: only words are written in several ways.
            table=spellings_of(common.config.spelling_source()) if self.text.strip() else None,
        )

    def selection(
        self, common: Common, store: LibraryStore, *, sort: Sort = "published", any_word: bool = False
    ) -> Selection:
        """The papers meant, in the order asked for, else in that of `sort`."""
        return Selection(
            query=self.query(common, store),
            reader=common.config.reader,
            sort=sort_of(self.sort) if self.sort else sort,
            reverse=self.reverse,
            limit=self.limit,
            offset=self.offset,
            any_word=any_word,
        )
