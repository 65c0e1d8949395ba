"""The options that choose papers, shared by every command that does; they become the same query that people type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from papertide.cli.common import Common
from papertide.flows.browse import Filters, query_of
from papertide.query import Query
from papertide.store import SqliteStore

QueryWords = Annotated[
    list[str] | None, typer.Argument(metavar="[QUERY]...", help="Words and fields; see `papertide list --help`.")
]
Topic = Annotated[list[str] | None, typer.Option("--topic", metavar="T", help="Only this topic; may be given again.")]
Since = Annotated[str | None, typer.Option(metavar="DATE", help="From this day, month or year on.")]
Until = Annotated[str | None, typer.Option(metavar="DATE", help="Up to this day, month or year.")]
By = Annotated[str, typer.Option(metavar="FIELD", help="What --since and --until mean: published, listed, added.")]
Authors = Annotated[str | None, typer.Option(metavar="N", help="Author count: 3, 2..5, <=3, >=10, none.")]
Status = Annotated[str | None, typer.Option(metavar="S", help="inbox, keep, later or skip.")]
Tag = Annotated[
    list[str] | None, typer.Option("--tag", metavar="T", help="Only papers with this tag; may be given again.")
]
Sort = Annotated[
    str | None,
    typer.Option(metavar="FIELD", help="published, listed, added, score, upvotes, comments, authors or title."),
]
Reverse = Annotated[bool, typer.Option("--reverse", help="The other way round.")]
Limit = Annotated[int | None, typer.Option(metavar="N", min=0, help="At most so many.")]
Offset = Annotated[int, typer.Option(metavar="N", min=0, help="Leave out the first so many.")]


@dataclass(frozen=True, slots=True)
class Given:
    """The filter options as they were given."""

    words: Sequence[str] | None = None
    topic: Sequence[str] | None = None
    since: str | None = None
    until: str | None = None
    by: str = "published"
    authors: str | None = None
    status: str | None = None
    tag: Sequence[str] | None = None

    @property
    def text(self) -> str:
        """The query as it was typed; words that the shell took apart are one query."""
        return " ".join(self.words or ())

    def query(self, common: Common, store: SqliteStore) -> Query:
        """The one query that the words and the options make."""
        filters = Filters(
            topics=tuple(self.topic or ()),
            since=self.since,
            until=self.until,
            by=self.by,
            authors=self.authors,
            status=self.status,
            tags=tuple(self.tag or ()),
        )
        return query_of(store.looking, self.text, filters, reader=common.config.reader, today=common.today)
