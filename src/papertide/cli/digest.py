"""`papertide digest`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypedDict

import typer

from papertide.cli.common import Common, day_given
from papertide.cli.filters import QueryWords, Topic
from papertide.cli.outputs import STANDARD_OUTPUT, output_path
from papertide.cli.scores import scored
from papertide.cli.taxonomy import topic_source
from papertide.config import now
from papertide.errors import UsageError
from papertide.export import FORMATS
from papertide.export.facts import news
from papertide.flows import digest as flow
from papertide.flows.browse import (
    Filters,
    check_topic_names,
    check_topics,
    ensure_labels,
    query_of,
    spellings_of,
    topic_names,
    unknown_readers,
)
from papertide.flows.output import free_path, write_whole
from papertide.flows.readinglist import digest_list
from papertide.query import Query
from papertide.records.digest import Digest
from papertide.views.console import ExitCode, plain
from papertide.views.digest import as_json, as_lines

if TYPE_CHECKING:
    from papertide.store import LibraryStore

_ENDS = {"terminal": ".txt", "markdown": ".md", "html": ".html", "atom": ".atom", "json": ".json"}
"""The formats, and what the name of a file of theirs ends with."""
_A_SECTION = 10


class _Asked(TypedDict):
    """What all ways to make a digest are asked with."""

    today: date
    topics: Sequence[str]
    limit: int | None
    query: Query | None


def digest(
    ctx: typer.Context,
    query: QueryWords = None,
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="What came into the library since this day, told of or not.")
    ] = None,
    topic: Topic = None,
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="At most so many papers a section (terminal: 10).")
    ] = None,
    look: Annotated[str, typer.Option("--format", metavar="NAME", help=f"{', '.join(_ENDS)}.")] = "terminal",
    output: Annotated[
        str | None, typer.Option("-o", "--output", metavar="FILE", help="Write it there; into a folder, by its day.")
    ] = None,
    peek: Annotated[bool, typer.Option("--peek", help="Look only: it all stays new.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Show the last digest once more, as it was made.")] = False,
    email: Annotated[bool, typer.Option("--email", help="Send it by mail, as [mail] in the config file says.")] = False,
) -> None:
    """What is new since your last digest, by topic.

    With a query only what it holds; all else stays new. Best first, and each paper with the sentence of its abstract that
    says most.

    All that is new counts as told, so that nothing is shown twice; what a section leaves out is named with the query
    that lists it. Papers you decided on are not new; what you put off with `later` comes once more, on a later day.

    \b
    Examples:
      papertide digest
      papertide digest --peek --limit 3
      papertide digest --topic peft --topic alignment
      papertide digest keptby:anna              what is new to you and anna keeps
      papertide digest --format html -o today.html
      papertide digest --email
      papertide digest --again
    """
    common = Common.of(ctx)
    console = common.console
    start = check_options(look, since, again=again)
    topics = [name.casefold() for name in topic or ()]
    source = topic_source(common)
    reader = common.config.reader
    mail = _Mail(common) if email else None
    with common.library() as store:
        ensure_labels(store, *source)
        check_topic_names(store.looking, topics, source)
        chosen = query_given(common, store, query)
        scored(common, store)
        names = topic_names(source)
        if not again and limit is None and look == "terminal" and not console.as_json and not email:
            limit = _A_SECTION
        making: AbstractContextManager[Digest]
        asked: _Asked = {"today": common.today, "topics": topics, "limit": limit, "query": chosen}
        if again:
            making = nullcontext(flow.last(store, reader, names, **asked))
        elif peek:
            making = nullcontext(flow.prepare(store, reader, names, since=start, **asked))
        else:
            making = flow.told(store, reader, names, at=now(), since=start, **asked)
        with making as made:
            if not made.sections:
                for told in unknown_readers(store.looking, chosen):
                    console.say(told, "mark")
            _hand_over(common, look, made, output, mail)
    if mail is not None and mail.refused:  # behind all that: the others have it, and mustn't get it again
        raise typer.Exit(ExitCode.PARTLY)


def check_options(look: str, since: str | None, *, again: bool) -> date | None:
    """The day of --since. Raises UsageError for options that make no sense, whatever the library holds."""
    if look not in _ENDS:
        raise UsageError(f"no format {look!r} for digests; there are {', '.join(_ENDS)}")
    if again and since:
        raise UsageError("--again and --since exclude each other")
    return day_given(since, "--since")


def query_given(common: Common, store: LibraryStore, words: Sequence[str] | None) -> Query | None:
    """The query that was typed, if one was. Raises QueryError for one that doesn't parse or names no topic."""
    text = " ".join(words or ())
    if not text.strip():
        return None
    table = spellings_of(common.config.spelling_source())
    query = query_of(store.looking, text, Filters(), reader=common.config.reader, today=common.today, table=table)
    check_topics(store.looking, query, topic_source(common), text)
    return query


def _hand_over(common: Common, look: str, made: Digest, output: str | None, mail: _Mail | None) -> None:
    """Bring a digest where it is wanted, to its last byte."""
    if output is not None and output != STANDARD_OUTPUT:
        _put(common, look, made, output_path(output))
    if mail is not None:
        mail.send(made)
    if output == STANDARD_OUTPUT or (output is None and mail is None):
        _show(common, look, made)
    common.console.flush()


def _text(look: str, made: Digest) -> str:
    if look == "json":
        return as_json(made) + "\n"
    if look == "terminal":
        return "".join(plain(as_lines(made)))
    return "".join(FORMATS[look](digest_list(made)))


def _show(common: Common, look: str, made: Digest) -> None:
    if common.console.as_json:
        for paper in made.papers:
            common.console.json(paper)
    elif look == "terminal":
        common.console.show(as_lines(made))
    else:
        common.console.data(_text(look, made))


def _put(common: Common, look: str, made: Digest, output: Path) -> None:
    """Write a digest to a file. In a folder it takes a name that no file has; one with nothing in it isn't written there."""
    told = {"papers": len(made.papers), "format": look}
    if output.is_dir():
        if not made.sections:
            if common.console.as_json:
                common.console.json({**told, "output": None})
            else:
                common.console.say(f"{news(made)}; nothing is written")
            return
        output = free_path(output, made.day.isoformat(), _ENDS[look])
    write_whole(output, [_text(look, made)])
    if common.console.as_json:
        common.console.json({**told, "output": str(output)})
    else:
        common.console.say(f"written to {output}")


class _Mail:
    """The way out by mail; made first, so that settings that are wrong are told before anything else happens."""

    def __init__(self, common: Common) -> None:
        from papertide.flows.mail import Mailbox  # the library of mail costs start-up

        self._common = common
        self._mailbox = Mailbox.of(common.config.mail)
        self.refused: list[str] = []

    def send(self, made: Digest) -> None:
        """Send a digest; one with nothing in it isn't."""
        from papertide.flows.mail import compose, send

        console = self._common.console
        to: list[str] = []
        if made.sections:
            subject = f"Papertide, {made.day.isoformat()}: {news(made)}"
            text, html = _text("terminal", made), _text("html", made)
            self.refused = send(self._mailbox, compose(self._mailbox, subject, text, html, at=now()))
            to = [one for one in self._mailbox.to if one not in self.refused]
        if console.as_json:
            console.json({"papers": len(made.papers), "sent_to": to, "refused": self.refused})
        else:
            if self.refused:
                console.say(f"mail by {self._mailbox.server}: refused for {', '.join(self.refused)}", "ill")
            console.say(f"sent to {', '.join(to)}" if to else f"{news(made)}; no mail is sent")
