"""Fetching: what is missing is asked for and nothing else, and no answer is taken for "no papers" that isn't."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from tests.fakes import RULES, FakeClock, json_page, look
from tests.hub import Answer, Hub, as_json, as_page, item, month_of, served

from papertide.errors import LibraryError
from papertide.flows.fetch import IN_A_ROW, Absence, Got, fetch, plan, since_last
from papertide.flows.tally import report_of
from papertide.records.reports import AddReport
from papertide.sources import hf
from papertide.sources.base import Part, Request, Route
from papertide.sources.http import Client
from papertide.store import LibraryStore, open_library

TODAY = date(2026, 3, 31)
NOON = datetime(2026, 3, 31, 12, tzinfo=UTC).timestamp()
WEDNESDAY = date(2026, 3, 4)
SUNDAY = date(2026, 3, 8)


@pytest.fixture
def hub() -> Iterator[Hub]:
    """March 2026, three papers a weekday."""
    with served(Hub(month_of(date(2026, 3, 1), 31))) as hub:
        yield hub


@dataclass
class Reader:
    """Somebody who fetches into a library, at a time that the test sets."""

    store: LibraryStore
    hub: Hub
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOON))
    today: date = TODAY

    def fetch(self, *parts: Part, again: bool = False) -> tuple[AddReport, list[Got]]:
        """Ask for what is missing of some parts; gives the report and what was told on the way."""
        steps: list[Got] = []
        todo = plan(parts, self.store, self.clock, again=again).parts
        with Client(self.store.fetching, self.clock) as client:
            flow = fetch(todo, client, self.store, RULES, self.clock, today=self.today, again=again)
            return report_of(flow, steps.append), steps

    def days(self, first: date, last: date) -> list[Part]:
        """The hub's days."""
        return [hf.daily(first + timedelta(days=k), self.hub.url) for k in range((last - first).days + 1)]

    def asked(self) -> list[str]:
        """The API's days that were asked for since the last time, in order, each once."""
        found = [target.partition("date=")[2][:10] for target in self.hub.asked if "date=" in target]
        self.hub.asked.clear()
        return list(dict.fromkeys(found))


@pytest.fixture
def reader(tmp_path: Path, hub: Hub) -> Iterator[Reader]:
    """A reader with an empty library."""
    store = open_library(tmp_path / "library.db", create=True)
    yield Reader(store, hub)
    store.close()


def problems(report: AddReport) -> list[tuple[str, str]]:
    """Input and reason of each problem."""
    return [(problem.input, problem.reason) for problem in report.problems]


def listed(store: LibraryStore) -> list[tuple[object, ...]]:
    """Each paper's arXiv id and the days that listed it."""
    sql = "SELECT p.arxiv_id, l.day FROM paper p LEFT JOIN paper_listed l ON l.paper_id = p.id ORDER BY 1, 2"
    return look(Path(store.path)).execute(sql).fetchall()


# --- what is asked for ------------------------------------------------------------------------------------------------


def test_a_day_whole(reader: Reader) -> None:
    """A day's papers are stored with the day that listed them, and the day is asked for until it gives no more."""
    report, steps = reader.fetch(hf.daily(WEDNESDAY, reader.hub.url))
    assert (report.pages, report.entries, report.new, problems(report)) == (1, 3, 3, [])
    assert [day for _, day in listed(reader.store)] == ["2026-03-04"] * 3
    assert [got.entries for got in steps] == [3]
    assert [target.rpartition("&")[2] for target in reader.hub.asked] == ["p=0", "p=1"]


def test_a_long_day(reader: Reader) -> None:
    """A server that gives fewer papers a page than it was asked for is asked for the next page all the same."""
    reader.hub.days[WEDNESDAY] = [item(9000 + k, WEDNESDAY) for k in range(25)]
    reader.hub.largest = 10
    report, _ = reader.fetch(hf.daily(WEDNESDAY, reader.hub.url))
    assert (report.pages, report.new) == (3, 25)


def test_a_server_that_knows_no_pages(reader: Reader) -> None:
    """A server that gives the same page whatever page it is asked for is asked twice, not for ever."""
    items = as_json([item(1, WEDNESDAY), item(2, WEDNESDAY)])
    reader.hub.instead = lambda target: items if "/api/" in target else None
    report, _ = reader.fetch(hf.daily(WEDNESDAY, reader.hub.url))
    assert (report.pages, report.new, len(reader.hub.asked)) == (1, 2, 2)


def test_a_server_that_never_ends(reader: Reader) -> None:
    """A server that has ever new papers is given up, and what it gave is kept."""
    numbers = iter(range(10**6))
    endless = hf.daily(WEDNESDAY, reader.hub.url)
    reader.hub.instead = lambda _target: as_json([item(next(numbers), WEDNESDAY)])
    report, _ = reader.fetch(Part("hf", endless.key, "endless", endless.routes[:1], day=WEDNESDAY))
    assert "it never comes to an end" in problems(report)[0][1]
    assert report.new == report.entries > 100


def test_only_what_is_missing(reader: Reader) -> None:
    """A second run asks only for what the first one didn't get."""
    reader.fetch(*reader.days(date(2026, 3, 2), date(2026, 3, 6)))
    reader.asked()
    report, _ = reader.fetch(*reader.days(date(2026, 3, 1), date(2026, 3, 10)))
    assert reader.asked() == ["2026-03-01", "2026-03-07", "2026-03-08", "2026-03-09", "2026-03-10"]
    assert (report.new, report.unchanged) == (6, 0)


def test_today_and_yesterday_again(reader: Reader) -> None:
    """Today and yesterday are looked at again, the day before is not."""
    days = reader.days(date(2026, 3, 27), TODAY)
    reader.fetch(*days)
    reader.asked()
    report, _ = reader.fetch(*days)
    assert reader.asked() == ["2026-03-30", "2026-03-31"]
    assert (report.new, report.unchanged) == (0, 6)
    reader.clock.sleep(2 * 86400, "two days pass")
    reader.fetch(*days)
    assert reader.asked() == ["2026-03-30", "2026-03-31"]
    reader.fetch(*days)
    assert reader.asked() == []


def test_a_half_published_day_is_completed(reader: Reader) -> None:
    """Papers that were published later on a day come with the next run, and those there already stay as they are."""
    whole = reader.hub.days[TODAY]
    reader.hub.days[TODAY] = whole[:1]
    assert reader.fetch(hf.daily(TODAY, reader.hub.url))[0].new == 1
    reader.hub.days[TODAY] = whole
    report, _ = reader.fetch(hf.daily(TODAY, reader.hub.url))
    assert (report.new, report.merged) == (2, 1)
    assert len(listed(reader.store)) == 3


def test_again(reader: Reader) -> None:
    """What was got whole is asked for once more where that is wished."""
    reader.fetch(hf.daily(WEDNESDAY, reader.hub.url))
    reader.asked()
    report, _ = reader.fetch(hf.daily(WEDNESDAY, reader.hub.url), again=True)
    assert (reader.asked(), report.unchanged) == (["2026-03-04"], 3)


def test_what_was_asked_a_moment_ago_rests(reader: Reader) -> None:
    """A part that is not to be asked for twice within a time isn't, and then is."""
    routes = hf.trending(TODAY, reader.hub.url).routes
    part = Part("some", "query", "some", routes, rest=3600.0)
    assert reader.fetch(part)[0].pages == 1
    assert reader.fetch(part)[0].pages == 0
    reader.clock.sleep(3600.0, "an hour passes")
    assert reader.fetch(part)[0].pages == 1


def test_where_a_fetch_without_a_day_begins(reader: Reader) -> None:
    """It looks a week back, and as far as the first day that was got, so that no gap stays; a month at most."""
    assert since_last(reader.store, TODAY) == Absence(date(2026, 3, 24))
    reader.fetch(hf.daily(date(2026, 3, 10), reader.hub.url))
    assert since_last(reader.store, TODAY) == Absence(date(2026, 3, 10))
    reader.fetch(hf.daily(date(2026, 3, 20), reader.hub.url))
    assert since_last(reader.store, TODAY) == Absence(date(2026, 3, 10))
    assert since_last(reader.store, date(2026, 3, 12)) == Absence(date(2026, 3, 5))
    assert since_last(reader.store, date(2026, 3, 1)) == Absence(date(2026, 2, 22))


def test_a_long_absence_is_told(reader: Reader) -> None:
    """After more than a month the days that are not looked at are known, so that a person can be told."""
    reader.fetch(hf.daily(date(2026, 3, 20), reader.hub.url))
    assert since_last(reader.store, date(2026, 9, 1)) == Absence(date(2026, 8, 1), date(2026, 3, 21))


# --- what is believed -------------------------------------------------------------------------------------------------


def test_an_empty_weekend(reader: Reader) -> None:
    """A weekend without papers is no problem and no remark, and settles."""
    sunday = hf.daily(SUNDAY, reader.hub.url)
    report, steps = reader.fetch(sunday)
    assert (report.entries, problems(report)) == (0, [])
    assert steps == [Got(sunday.label, 0)]
    assert plan([sunday], reader.store, reader.clock).parts == ()


def test_an_empty_weekday(reader: Reader) -> None:
    """A weekday without papers is no problem, but it is told, and looked at again for a week."""
    day = date(2026, 3, 27)
    reader.hub.days[day] = []
    part = hf.daily(day, reader.hub.url)
    report, steps = reader.fetch(part)
    assert (report.entries, problems(report)) == (0, [])
    assert steps[0].notes == ("no papers",)
    assert plan([part], reader.store, reader.clock).parts == (part,)
    reader.clock.sleep(3 * 86400, "three days pass")
    reader.fetch(part)
    assert plan([part], reader.store, reader.clock).parts == ()


def test_a_page_for_another_day(reader: Reader) -> None:
    """An answer with another day's papers is a problem that names that day, by the API and by the page."""
    other = reader.hub.days[date(2026, 3, 3)]
    reader.hub.instead = lambda target: as_json(other) if "/api/" in target else as_page(date(2026, 3, 3), other)
    report, _ = reader.fetch(hf.daily(WEDNESDAY, reader.hub.url))
    ((where, reason),) = problems(report)
    assert where == "Hugging Face, 2026-03-04"
    assert reason.count("the page is for 2026-03-03, not for 2026-03-04") == 2
    assert listed(reader.store) == []
    assert reader.store.fetching.parts("hf") == {}


def test_today_before_it_is_published(reader: Reader) -> None:
    """A day that has only begun and isn't there yet is a remark, not a problem, and is asked for again."""
    del reader.hub.days[TODAY]
    reader.hub.instead = lambda target: Answer(400, b'{"error":"Invalid date"}') if "/api/" in target else None
    part = hf.daily(TODAY, reader.hub.url)
    report, steps = reader.fetch(part)
    assert problems(report) == []
    assert steps[0].notes == ("not published yet",)
    assert plan([part], reader.store, reader.clock).parts == (part,)


@pytest.mark.parametrize(
    ("answer", "seen"),
    [
        (Answer(200, b"<html><script src='https://x.awswaf.com/challenge.js'></script></html>"), "challenge"),
        (Answer(200, b"<html><body><p>Something new</p></body></html>"), "HTML"),
        (Answer(200, b""), "empty"),
        (Answer(200, b'{"error":"Internal"}'), "Internal"),
        (Answer(404, b"Not Found"), "404"),
        (Answer(200, b"[1, 2, 3]"), "none of them is a paper"),
    ],
)
def test_never_no_papers_by_mistake(reader: Reader, answer: Answer, seen: str) -> None:
    """An answer that is no listing is a problem that names what was seen; the day is asked for again."""
    reader.hub.instead = lambda _target: answer
    part = hf.daily(WEDNESDAY, reader.hub.url)
    report, steps = reader.fetch(part)
    assert seen in problems(report)[0][1]
    assert reader.hub.url in problems(report)[0][1]
    assert [got.entries for got in steps] == [None]
    assert plan([part], reader.store, reader.clock).parts == (part,)


def test_not_found_is_not_not_yet(reader: Reader) -> None:
    """An address where nothing is found is a problem for today, too: it may be the wrong server's."""
    reader.hub.instead = lambda _target: Answer(404, b"Not Found")
    report, _ = reader.fetch(hf.daily(TODAY, reader.hub.url))
    assert "404" in problems(report)[0][1]


@pytest.mark.parametrize("elsewhere", ["/papers/date/2026-03-03", "/papers/week/2026-W10"])
def test_a_page_that_leads_elsewhere(reader: Reader, elsewhere: str) -> None:
    """A page that redirects to another day's is that other day's, whether it says its day itself or not."""
    card = b"<article><h3><a href='/papers/2601.00001'>A title of a paper</a></h3></article>"

    def instead(target: str) -> Answer | None:
        if "/api/" in target:
            return Answer(500, b"oops")
        return (
            Answer(200, b"<html><body>" + card + b"</body></html>")
            if target == elsewhere
            else (Answer(302, b"", {"Location": elsewhere}) if target.startswith("/papers") else None)
        )

    reader.hub.instead = instead
    report, _ = reader.fetch(hf.daily(WEDNESDAY, reader.hub.url))
    assert f"it leads to {elsewhere}" in problems(report)[0][1]
    assert listed(reader.store) == []


def test_a_page_that_breaks_off_is_not_the_whole_day(reader: Reader) -> None:
    """What a cut answer holds is stored, the page is asked for the rest, and without one the day is asked for again."""
    body = as_json(reader.hub.days[WEDNESDAY]).body
    cut = Answer(200, body[: len(body) * 2 // 3], {"ETag": '"one"'})
    part = hf.daily(WEDNESDAY, reader.hub.url)
    reader.hub.instead = lambda target: cut if "p=0" in target else None
    report, steps = reader.fetch(part)
    assert len(listed(reader.store)) == 3
    assert "breaks off" in steps[0].notes[0]
    other = hf.daily(date(2026, 3, 5), reader.hub.url)
    body = as_json(reader.hub.days[date(2026, 3, 5)]).body
    cut = Answer(200, body[: len(body) // 2], {"ETag": '"one"'})
    reader.hub.instead = lambda target: cut if "p=0" in target else Answer(404, b"no")
    report, _ = reader.fetch(other)
    assert report.new == 1
    assert any("breaks off" in reason for _, reason in problems(report))
    reader.hub.instead = lambda _target: None
    assert reader.fetch(other)[0].new == 2


def test_again_asks_as_if_for_the_first_time(reader: Reader) -> None:
    """What is asked for again is sent again, whatever the server gave to tell it by."""
    part = hf.daily(WEDNESDAY, reader.hub.url)
    body = as_json(reader.hub.days[WEDNESDAY]).body
    reader.hub.instead = lambda target: Answer(200, body, {"ETag": '"one"'}) if "p=0" in target else None
    reader.fetch(part)
    reader.hub.headers.clear()
    reader.fetch(part, again=True)
    assert all("If-None-Match" not in headers for _, headers in reader.hub.headers)


def test_fewer_than_the_page_says(reader: Reader) -> None:
    """A page that says how many papers there are, and then gives none, is a problem."""
    feed = b"""<feed xmlns="http://www.w3.org/2005/Atom" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">
        <id>http://arxiv.org/api/one</id><opensearch:totalResults>40</opensearch:totalResults></feed>"""
    reader.hub.instead = lambda _target: Answer(200, feed)
    request = Request(f"{reader.hub.url}/api/query", "arxiv.org", 3.0)
    report, _ = reader.fetch(Part("arxiv", "a", "arXiv", (Route("arxiv-atom", lambda _page: request, 100),)))
    assert "says that there are 40 papers, and gave 0" in problems(report)[0][1]


# --- when something fails ---------------------------------------------------------------------------------------------


def test_the_page_where_the_api_fails(reader: Reader) -> None:
    """Where the API fails the day's page is read, and the reader is told."""
    reader.hub.instead = lambda target: Answer(500, b"oops") if "/api/" in target else None
    report, steps = reader.fetch(hf.daily(WEDNESDAY, reader.hub.url))
    assert (report.new, problems(report)) == (3, [])
    assert "500" in steps[0].notes[0]
    assert "read from hf-html instead" in steps[0].notes[0]
    assert [day for _, day in listed(reader.store)] == ["2026-03-04"] * 3


def test_the_page_completes_what_the_api_began(reader: Reader) -> None:
    """Where the API fails in the middle of a day, what it gave stays and the page gives the rest."""
    reader.hub.largest = 2
    reader.hub.instead = lambda target: Answer(500, b"oops") if "p=1" in target else None
    report, _ = reader.fetch(hf.daily(WEDNESDAY, reader.hub.url))
    assert (report.new, report.merged, problems(report)) == (3, 2, [])


def test_others_go_on(reader: Reader) -> None:
    """A day that fails is named, and the others are got."""
    reader.hub.instead = lambda target: Answer(404, b"gone") if "2026-03-04" in target else None
    report, steps = reader.fetch(*reader.days(date(2026, 3, 3), date(2026, 3, 5)))
    assert report.new == 6
    assert [where for where, _ in problems(report)] == ["Hugging Face, 2026-03-04"]
    assert [got.entries for got in steps] == [3, None, 3]


def test_days_that_are_not_there_stop_nothing(reader: Reader) -> None:
    """Days that the server says it doesn't have are named, however many, and the others are got."""
    gone = {f"2026-03-{day:02}" for day in range(2, 7)}
    reader.hub.instead = lambda target: Answer(404, b"gone") if any(day in target for day in gone) else None
    report, _ = reader.fetch(*reader.days(date(2026, 3, 2), date(2026, 3, 10)))
    assert len(problems(report)) == 5
    assert report.new == 6


def test_a_dead_route_is_tried_last(reader: Reader) -> None:
    """After some failures in a row the API is not asked first any more, while the pages are there."""
    reader.hub.instead = lambda target: Answer(500, b"oops") if "/api/" in target else None
    report, _ = reader.fetch(*reader.days(date(2026, 3, 9), date(2026, 3, 13)), *reader.days(date(2026, 3, 16), TODAY))
    assert problems(report) == []
    assert sum("/api/" in target for target in reader.hub.asked) == IN_A_ROW * 4


def test_no_more_after_failures_in_a_row(reader: Reader) -> None:
    """After some failures in a row the rest is left for another time, and that is told."""
    reader.hub.instead = lambda _target: Answer(500, b"oops")
    report, _ = reader.fetch(*reader.days(date(2026, 3, 2), date(2026, 3, 12)))
    assert len(reader.asked()) == IN_A_ROW
    where, reason = problems(report)[-1]
    assert where == f"{11 - IN_A_ROW} more days"
    assert "goes on here" in reason


def test_nobody_there(reader: Reader) -> None:
    """Where nobody answers at that address at all, no other day is tried."""
    url = reader.hub.url.rpartition(":")[0] + ":1"
    report, steps = reader.fetch(*(hf.daily(WEDNESDAY + timedelta(days=k), url) for k in range(3)))
    assert len(steps) == 1
    assert [where for where, _ in problems(report)] == ["Hugging Face, 2026-03-04", "2 more days"]


def test_a_damaged_item_is_named(reader: Reader) -> None:
    """A damaged item within a good answer is a problem with its address; the others are stored and the day is got."""
    items: Sequence[object] = [item(1, WEDNESDAY), {"paper": {"id": "2601.00002"}}, item(3, WEDNESDAY)]
    reader.hub.instead = lambda target: as_json(items if "p=0" in target else [])
    report, _ = reader.fetch(hf.daily(WEDNESDAY, reader.hub.url))
    assert report.new == 2
    ((where, reason),) = problems(report)
    assert where.startswith(reader.hub.url)
    assert "item 2" in reason
    assert "day:2026-03-04" in reader.store.fetching.parts("hf")


def test_unchanged_pages_are_not_sent_again(reader: Reader) -> None:
    """A page that the server says is as it was counts as unchanged, without being sent."""
    body = as_json(reader.hub.days[TODAY])
    empty = as_json([])
    reader.hub.instead = lambda target: Answer(200, body.body, {"ETag": '"one"'}) if "p=0" in target else empty
    part = hf.daily(TODAY, reader.hub.url)
    assert reader.fetch(part)[0].new == 3
    reader.hub.instead = lambda target: Answer(304, b"", {"ETag": '"one"'}) if "p=0" in target else empty
    report, steps = reader.fetch(part)
    assert (report.pages, report.entries, report.unchanged) == (1, 3, 3)
    assert [got.entries for got in steps] == [3]


class _Full:
    """An archive on a full disk, after a first page."""

    def __init__(self, room: int) -> None:
        self.room = room

    def keep(self, _digest: str, _data: bytes) -> None:
        """Keep what there is room for."""
        self.room -= 1
        if self.room < 0:
            raise LibraryError("library.db.pages", "the disk is full")


def test_a_full_disk(reader: Reader) -> None:
    """Where nothing could be stored that is an error; where something was, it is a problem and the end, and that stays."""
    parts = reader.days(date(2026, 3, 2), date(2026, 3, 5))
    with Client(reader.store.fetching, reader.clock) as client:
        for room, stored in ((0, None), (2, 6)):
            flow = fetch(parts, client, reader.store, RULES, reader.clock, today=TODAY, archive=_Full(room))
            if stored is None:
                with pytest.raises(LibraryError, match="full"):
                    report_of(flow)
                continue
            report = report_of(flow)
            assert (report.new, len(listed(reader.store))) == (stored, stored)
            assert "not stored, nor what comes after it" in problems(report)[0][1]


def test_trending_and_search(reader: Reader) -> None:
    """What is trending, and what a search finds, is taken in as it stands, and asked for anew each time."""
    for part in (hf.trending(TODAY, reader.hub.url), hf.search("adapter & co", reader.hub.url)):
        assert reader.fetch(part)[0].entries == 66
        assert reader.fetch(part)[0].entries == 66
    assert listed(reader.store)[0][1] == "2026-03-02"


def test_a_search_is_no_days_listing(reader: Reader) -> None:
    """What a search finds was listed on the days that it says, and on none where it says none."""
    found = item(1, WEDNESDAY)
    del found["paper"]["submittedOnDailyAt"]
    reader.hub.instead = lambda _target: as_json([found])
    reader.fetch(hf.search("adapters", reader.hub.url))
    assert [day for _, day in listed(reader.store)] == [None]


def test_saved_pages_and_fetched_ones_meet(reader: Reader) -> None:
    """A paper that a saved file brought is recognised when it is fetched."""
    first = reader.hub.days[WEDNESDAY][0]["paper"]
    from tests.fakes import add_pages

    add_pages(reader.store, json_page({"title": first["title"], "abstract": first["summary"]}))
    report, _ = reader.fetch(hf.daily(WEDNESDAY, reader.hub.url))
    assert (report.new, report.merged) == (2, 1)
