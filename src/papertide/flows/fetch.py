"""Get listings from where they are published, part by part (a day is a part), and take them in as `add` does.

A part that was got whole is noted in the library, so that a second run asks only for what is missing; a part that may
have grown since then is asked for again. A part is tried by its routes in turn, and what one route gave before it failed
is kept. "No papers" is believed only of an answer that says so itself.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

from papertide.errors import FetchError, InputError, LibraryError
from papertide.flows.adder import Adder
from papertide.flows.tally import Tally
from papertide.normal import counted
from papertide.parsers import parse
from papertide.raw import Archive
from papertide.records.listing import Listing
from papertide.records.reports import AddReport, InputProblem
from papertide.sources.base import Clock, Part, Raw, Request, Route
from papertide.sources.http import Answer, Client, Validators
from papertide.store.base import Store
from papertide.store.facts import FetchedPart, PageMarks
from papertide.topics import Taxonomy

_BACK = 7
_FURTHEST_BACK = 31

IN_A_ROW = 3
"""Parts that may fail one after the other until no more is asked for."""

_EMPTY_SETTLES = 7
"""Days for which a weekday without papers is asked for again: perhaps it was not published yet."""

_SATURDAY = 5

_MOST_PAGES = 200
"""Pages of one part; a server that gives more goes round in a circle."""


@dataclass(frozen=True, slots=True)
class Todo:
    """What a run asks for, and the parts it leaves out because they were got before, with when (ISO text)."""

    parts: tuple[Part, ...]
    settled: tuple[tuple[Part, str], ...]


@dataclass(frozen=True, slots=True)
class Got:
    """One part is done: its label, how many entries it had (None where it failed), and remarks for a person."""

    label: str
    entries: int | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Absence:
    """The days that a fetch without a day looks at begin with `first`; those from `unseen` on up to it are left out."""

    first: date
    unseen: date | None = None


def since_last(store: Store, today: date) -> Absence:
    """The days that a fetch without a day looks at: those since the earliest that was ever got, as `plan` leaves out what
    was got, but no more than _FURTHEST_BACK; the last week in any case.
    """
    days = [date.fromisoformat(key.removeprefix("day:")) for key in store.fetching.parts("hf")]
    week, furthest = today - timedelta(days=_BACK), today - timedelta(days=_FURTHEST_BACK)
    got = [day for day in days if day <= today]
    first = max(min([*got, week]), furthest)
    unseen = max(got, default=first) + timedelta(days=1)
    return Absence(first, unseen if got and unseen < first else None)


def plan(parts: Iterable[Part], store: Store, clock: Clock, *, again: bool = False) -> Todo:
    """Which parts are to be asked for: those never got whole, those that may have grown since, all of them if `again`."""
    todo: list[Part] = []
    settled: list[tuple[Part, str]] = []
    known: dict[str, dict[str, FetchedPart]] = {}
    for part in parts:
        if part.source not in known:
            known[part.source] = store.fetching.parts(part.source)
        got = known[part.source].get(part.key)
        if again or got is None or _may_have_grown(part, got, clock.now()):
            todo.append(part)
        else:
            settled.append((part, got.at))
    return Todo(tuple(todo), tuple(settled))


def noun(parts: Iterable[Part], count: int) -> str:
    """What a person calls so many of these parts."""
    word = "day" if all(part.day is not None for part in parts) else "part"
    return word if count == 1 else f"{word}s"


def _may_have_grown(part: Part, got: FetchedPart, now: float) -> bool:
    at = datetime.fromisoformat(got.at)
    if 0 <= now - at.timestamp() < part.rest:
        return False
    if part.day is None or part.settles is None:
        return True
    days = part.settles
    if got.entries == 0 and part.day.weekday() < _SATURDAY:
        days = max(days, _EMPTY_SETTLES)
    return at.date() < part.day + timedelta(days=days)


def fetch(
    parts: Sequence[Part],
    client: Client,
    store: Store,
    taxonomy: Taxonomy,
    clock: Clock,
    *,
    today: date,
    archive: Archive | None = None,
    again: bool = False,
) -> Generator[Got, None, AddReport]:
    """Ask for parts and take them in, yielding a Got for each; the generator's value is the report.

    A part that fails is a problem in the report. After IN_A_ROW of them that the server gave no clear answer for, or where
    the host can't be reached at all, the rest is left for the next run, and the report says so. With `again` pages are
    asked for as if they had never been got.
    """
    run = _Run(client, store, taxonomy, clock, today, archive, again=again)
    failed = 0
    for place, part in enumerate(parts):
        try:
            got = run.part(part)
        except _Missed as error:
            run.tally.problems.append(InputProblem(input=part.label, reason=error.reason))
            failed += not error.clear
            yield Got(part.label, None)
            left = len(parts) - place - 1
            if left and (failed == IN_A_ROW or not error.reachable):
                reason = "not asked for after these failures; the next fetch goes on here"
                told = f"{'one' if left == 1 else left} more {noun(parts, left)}"
                run.tally.problems.append(InputProblem(input=told, reason=reason))
                break
        except LibraryError as error:
            if not run.tally.pages:
                raise
            reason = f"not stored, nor what comes after it: {error.reason}"
            run.tally.problems.append(InputProblem(input=part.label, reason=reason))
            break
        else:
            failed = 0
            yield got
    return run.tally.report()


class _OtherDay(InputError):
    """A page for another day than the one that was asked for."""


class _Missed(Exception):
    """A part that no route gave, and why; `clear` where the server's answers say that asking again won't help."""

    def __init__(self, missed: Sequence[InputError]) -> None:
        super().__init__()
        self.reason = "; then ".join(map(str, missed))
        self.clear = all(map(_is_clear, missed))
        self.reachable = all(not isinstance(error, FetchError) or error.reachable for error in missed)


@dataclass(slots=True)
class _Pages:
    """What one route gave so far: papers, and items that were none."""

    entries: int = 0
    damaged: int = 0
    names: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)


class _Run:
    """One run over some parts, adding to one library."""

    def __init__(
        self,
        client: Client,
        store: Store,
        taxonomy: Taxonomy,
        clock: Clock,
        today: date,
        archive: Archive | None,
        *,
        again: bool,
    ) -> None:
        self.tally = Tally()
        self._client = client
        self._log = store.fetching
        self._clock = clock
        self._today = today
        self._again = again
        self._down: Counter[str] = Counter()
        self._adder = Adder(store, taxonomy, self._now, archive=archive)

    def part(self, part: Part) -> Got:
        """Get one part by the first route that works; raises _Missed where none does.

        A route that failed IN_A_ROW times is the last to be tried.
        """
        missed: list[InputError] = []
        for route in sorted(part.routes, key=lambda route: self._down[route.layout] >= IN_A_ROW):
            pages = _Pages()
            try:
                self._pages(part, route, pages)
            except InputError as error:
                missed.append(error)
                self._down[route.layout] += not _is_clear(error)
                if isinstance(error, FetchError) and not error.reachable:
                    break
                continue
            self._down[route.layout] = 0
            self._log.got(part.source, part.key, self._now(), pages.entries)
            detours = [f"{error}; read from {route.layout} instead" for error in missed]
            if not pages.entries and (part.day is None or part.day.weekday() < _SATURDAY):
                pages.notes.append("no papers")
            return Got(part.label, pages.entries, (*detours, *dict.fromkeys(pages.notes)))
        if part.day is not None and part.day >= self._today and _are_not_yet(missed):
            return Got(part.label, 0, ("not published yet",))
        raise _Missed(missed)

    def _pages(self, part: Part, route: Route, pages: _Pages) -> None:
        """Take in the pages of a route, one after the other, until one says that there are no more."""
        for number in range(_MOST_PAGES if route.size is not None else 1):
            request = route.page(number)
            marks = None if self._again else self._log.marks(request.url)
            answer = self._client.get(request, Validators(marks.etag, marks.modified) if marks else None)
            if marks is not None and not answer.fresh:
                self._unchanged(marks, pages)
            elif self._is_last(part, route, request, answer, pages):
                return
        if route.size is not None:
            raise FetchError(part.label, f"more than {_MOST_PAGES} pages: it never comes to an end")

    def _unchanged(self, marks: PageMarks, pages: _Pages) -> None:
        """Count a page of which the server says that it is as it was."""
        self.tally.pages += 1
        self.tally.unchanged += marks.entries
        pages.entries += marks.entries

    def _is_last(self, part: Part, route: Route, request: Request, answer: Answer, pages: _Pages) -> bool:
        """Take in one page; gives whether it was the last one."""
        raw = Raw(request.url, answer.data, route.layout, captured=self._today, listed=part.day)
        try:
            listing = parse(raw.data, raw.layout, raw.captured, listed=raw.listed)
        except InputError as error:
            raise FetchError(request.url, error.reason) from error
        _check_day(part, request, answer, listing)
        names = {entry.arxiv_id or entry.url or entry.title for entry in listing.entries}
        if names <= pages.names and not listing.problems:
            if listing.total is not None and listing.total > pages.entries + pages.damaged:
                told = f"says that there are {listing.total} papers, and gave {pages.entries}"
                raise FetchError(request.url, told)
            return True
        pages.names |= names
        pages.notes += self._adder.add(raw, listing, self.tally)
        if not listing.whole:
            raise FetchError(request.url, f"the page breaks off behind {counted(len(listing.entries), 'paper')}")
        if answer.etag or answer.modified:
            digest = hashlib.sha256(raw.data).hexdigest()
            self._log.keep_marks(request.url, answer.etag, answer.modified, digest)
        pages.entries += len(listing.entries)
        pages.damaged += len(listing.problems)
        return listing.total is not None and pages.entries + pages.damaged >= listing.total

    def _now(self) -> str:
        return datetime.fromtimestamp(self._clock.now(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _check_day(part: Part, request: Request, answer: Answer, listing: Listing) -> None:
    """Raise for a listing that is another day's: servers answer with the latest day instead of one they don't have."""
    if part.day is None:
        return
    path = urlsplit(answer.url).path
    if path != urlsplit(request.url).path and str(part.day) not in path:
        raise _OtherDay(request.url, f"it leads to {path}, which is not for {part.day}")
    days = {listing.day} if listing.day is not None else {entry.listed for entry in listing.entries if entry.listed}
    if days and part.day not in days:
        other = ", ".join(sorted(map(str, days))[:3])
        raise _OtherDay(request.url, f"the page is for {other}, not for {part.day}")


_NO_SUCH_DAY = 400
_GONE = frozenset({_NO_SUCH_DAY, 404, 410})


def _is_clear(error: InputError) -> bool:
    """Whether a server said plainly that it doesn't have this, which says nothing of what else is asked for."""
    return isinstance(error, _OtherDay) or (isinstance(error, FetchError) and error.status in _GONE)


def _are_not_yet(missed: Sequence[InputError]) -> bool:
    """Whether this is how a server says that a day has no listing yet; "not found" alone may be a wrong address."""
    said = any(isinstance(e, _OtherDay) or (isinstance(e, FetchError) and e.status == _NO_SUCH_DAY) for e in missed)
    return said and all(map(_is_clear, missed))
