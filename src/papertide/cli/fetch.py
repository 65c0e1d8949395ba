"""`papertide fetch`."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated

import typer

from papertide.cli.common import Common
from papertide.cli.days import Span, span_named
from papertide.cli.report import end_with
from papertide.cli.taxonomy import taxonomy
from papertide.config import Config, token
from papertide.errors import FetchError, UsageError
from papertide.flows.archived import archive_of
from papertide.flows.fetch import Got, Todo, noun, plan, since_last
from papertide.flows.fetch import fetch as flow
from papertide.flows.tally import report_of
from papertide.normal import counted
from papertide.raw import Archive
from papertide.records.reports import AddReport
from papertide.sources import arxiv, hf
from papertide.sources.address import base
from papertide.sources.base import Part
from papertide.sources.clock import SystemClock
from papertide.sources.http import Client
from papertide.store import LibraryStore
from papertide.views.console import Progress

SOURCES = ("hf", "hf-search", "hf-trending", "arxiv")
_WORTH_TELLING = 1.0
"""Seconds; a shorter wait is over before it is read of."""


def fetch(
    ctx: typer.Context,
    source: Annotated[str, typer.Argument(metavar="[SOURCE]", help=f"{', '.join(SOURCES)}.")] = "hf",
    day: Annotated[str | None, typer.Option("--date", metavar="DATE", help="One day.")] = None,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="From this day on.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="Up to this day.")] = None,
    week: Annotated[str | None, typer.Option(metavar="WEEK", help="A week, such as 2026-W10.")] = None,
    month: Annotated[str | None, typer.Option(metavar="MONTH", help="A month, such as 2026-03.")] = None,
    query: Annotated[str | None, typer.Option(metavar="TEXT", help="What to search for (hf-search, arxiv).")] = None,
    category: Annotated[str | None, typer.Option(metavar="NAME", help="An arXiv category, such as cs.CL.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Ask once more for what was fetched whole.")] = False,
    no_archive: Annotated[bool, typer.Option("--no-archive", help="Don't keep the raw pages for `replay`.")] = False,
) -> None:
    """Fetch listings from Hugging Face or arXiv into the library.

    Without a day: what Hugging Face listed since the last fetch (at first in the last week), today and yesterday always
    once more. A fetch that was stopped goes on where it was; what was fetched whole isn't asked for again. Servers are
    asked no faster than they allow.

    \b
    Examples:
      papertide fetch                             what is new
      papertide fetch --date 2026-03-04
      papertide fetch --since 2026-01-01          up to today
      papertide fetch --month 2026-03
      papertide fetch hf-trending
      papertide fetch hf-search --query "catastrophic forgetting"
      papertide fetch arxiv --category cs.CL      today's announcements
      papertide fetch arxiv --category cs.LG --query lora --since 2026-03-01
    """
    common = Common.of(ctx)
    span = span_named(common.today, day=day, since=since, until=until, week=week, month=month)
    _check(source, span, query, category)
    shown = _Shown()
    clock = SystemClock(shown.waiting)
    parts = _parts(source, span, query, category, common.config) if span or source != "hf" else None
    with common.library(create=True) as store:
        if parts is None:
            absence = since_last(store, common.today)
            parts = _parts(source, (absence.first, common.today), query, category, common.config)
            todo = plan(parts, store, clock, again=again)
            if absence.unseen is not None:
                told = f"the days from {absence.unseen} to {absence.first - timedelta(days=1)} are left out"
                common.console.say(f"{told}: `papertide fetch --since {absence.unseen}` gets them", "mark")
        else:
            todo = plan(parts, store, clock, again=again)
            _tell_settled(common, todo)
        archive = archive_of(store) if common.config.archive and not no_archive else None
        report = _run(common, store, todo, clock, shown, archive, again)
    end_with(common.console, report)


def _run(
    common: Common,
    store: LibraryStore,
    todo: Todo,
    clock: SystemClock,
    shown: _Shown,
    archive: Archive | None,
    again: bool,
) -> AddReport:
    """Run the flow to its end with a progress bar; remarks come when the bar is gone."""
    if any(part.source == "arxiv" for part in todo.parts) and common.config.contact is None:
        how = 'set PAPERTIDE_CONTACT, or contact = "you@example.org" in the config file'
        common.console.say(f"arXiv asks its users for a contact: {how}")
    console = common.console
    with (
        Client(store.fetching, clock, contact=common.config.contact, token=token(), also=arxiv.HOSTS) as client,
        console.progress("fetching", len(todo.parts), least=1) as shown.bar,
    ):
        steps = flow(
            todo.parts, client, store, taxonomy(common), clock, today=common.today, archive=archive, again=again
        )
        report = report_of(steps, shown.done)
    for label, note in shown.notes:
        console.say(f"{label}: {note}", "mark")
    return report


@dataclass(slots=True)
class _Shown:
    """What the progress bar tells: how many papers came, and what is waited for."""

    bar: Progress | None = None
    papers: int = 0
    notes: list[tuple[str, str]] = field(default_factory=list)

    def done(self, got: Got) -> None:
        """A part is done."""
        self.papers += got.entries or 0
        self.notes += [(got.label, note) for note in got.notes]
        if self.bar is not None:
            self.bar.advance()
        self._tell("")

    def waiting(self, seconds: float, why: str) -> None:
        """Some time is left to wait."""
        self._tell(f", waiting {math.ceil(seconds)} s: {why}" if seconds >= _WORTH_TELLING else "")

    def _tell(self, more: str) -> None:
        if self.bar is not None:
            self.bar.tell(counted(self.papers, "paper") + more)


def _tell_settled(common: Common, todo: Todo) -> None:
    if todo.settled:
        many = len(todo.settled)
        last = max(at for _, at in todo.settled)[:10]
        parts = [part for part, _ in todo.settled]
        which = f"{parts[0].label} was" if many == 1 else f"{many} {noun(parts, many)} were"
        common.console.say(f"{which} fetched whole before (last on {last}); --again asks once more")


# --- what is asked for ------------------------------------------------------------------------------------------------


def _parts(source: str, span: Span | None, query: str | None, category: str | None, settings: Config) -> list[Part]:
    """What is asked of a source; `hf` needs its days. Raises UsageError for what the source itself can't make sense of."""
    if source == "arxiv":
        if span is None and query is None and category is not None:
            return [arxiv.feed(category, _endpoint(settings.arxiv_endpoint) or arxiv.FEEDS)]
        since, until = span or (None, None)
        return arxiv.search(query, category, since, until, _endpoint(settings.arxiv_endpoint) or arxiv.API)
    endpoint = _endpoint(settings.hf_endpoint) or hf.ENDPOINT
    if source == "hf-search":
        return [hf.search(query or "", endpoint)]
    if source == "hf-trending" or span is None:
        return [hf.trending(settings.today, endpoint)]
    first, last = span
    return [hf.daily(first + timedelta(days=k), endpoint) for k in range((last - first).days + 1)]


def _endpoint(text: str | None) -> str | None:
    """A server's address as it was set; raises UsageError for one that is none."""
    if text is None:
        return None
    try:
        return base(text)
    except FetchError as error:
        raise UsageError(f"the endpoint {error.name}: {error.reason}") from None


def _check(source: str, span: Span | None, query: str | None, category: str | None) -> None:
    """Raise UsageError for options that make no sense together."""
    if source not in SOURCES:
        raise UsageError(f"no source {source!r}; there are {', '.join(SOURCES)}")
    if query is not None and not query.strip():
        raise UsageError("--query is empty")
    if source == "arxiv" and query is None and category is None:
        raise UsageError("arxiv needs a --category such as cs.CL, a --query, or both")
    if source == "hf-search" and query is None:
        raise UsageError("hf-search needs a --query")
    if query is not None and source not in ("hf-search", "arxiv"):
        raise UsageError(f"--query goes with hf-search and arxiv, not with {source}")
    if category is not None and source != "arxiv":
        raise UsageError(f"--category goes with arxiv, not with {source}")
    if span is not None and source not in ("hf", "arxiv"):
        raise UsageError(f"{source} knows no days; leave them out")
