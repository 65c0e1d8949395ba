"""Reading the archived pages again: an unchanged parser changes nothing, a mended one mends, and what can't be read stays."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from random import Random
from zlib import crc32

import pytest
from tests.fakes import (
    NOW,
    READER,
    RULES,
    Card,
    dump,
    exit_codes,
    forked,
    in_step,
    json_page,
    look,
    papers_of,
    prose,
    rules_of,
    text_page,
)

from papertide.errors import LibraryError
from papertide.flows.add import add
from papertide.flows.adder import Adder
from papertide.flows.archived import archive_of
from papertide.flows.replay import ReplayReport, replay
from papertide.flows.tally import Tally, report_of
from papertide.parsers import SUFFIXES, parse
from papertide.records.listing import Listing
from papertide.records.plain import PaperDict
from papertide.records.reports import AddReport
from papertide.sources.archive import ArchiveFolder
from papertide.sources.base import Raw, Unread
from papertide.sources.files import Files
from papertide.store import LibraryStore, open_library
from papertide.store.base import Selection

PAGES = Path(__file__).resolve().parents[2] / "fixtures" / "pages"
LATER = "2026-12-24T10:00:00Z"

ADAPTERS = Card("Low-rank adapters for small language models", prose("adapters"))
FORGETTING = Card("Forgetting in sequential tuning", prose("forgetting"), authors=5, day="Jan 3, 2024 2")
ROUTING = Card("Routing between experts without a router", prose("routing"), authors=1, day="Feb 29, 2024")


class Desk:
    """A library with its archive."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.store: LibraryStore = open_library(path, create=True)
        self.archive = ArchiveFolder.beside(path)

    def add(self, *inputs: Raw | Unread, captured: date | None = None, archived: bool = True) -> AddReport:
        """Add pages as `papertide add` does."""
        archive = archive_of if archived else None
        return report_of(add(inputs, lambda: self.store, RULES, now=lambda: NOW, captured=captured, archive=archive))

    def add_as(self, raw: Raw, listing: Listing) -> None:
        """Add a page as a parser of another time read it."""
        Adder(self.store, RULES, lambda: NOW, archive=self.archive).add(raw, listing, Tally())

    def replay(self, *, dry_run: bool = False) -> ReplayReport:
        """Replay, at a later time than pages were added."""
        steps = replay(self.store, RULES, self.archive, now=lambda: LATER, dry_run=dry_run)
        return report_of(steps)

    def papers(self) -> list[PaperDict]:
        """All papers as a reader sees them, by number."""
        return sorted(self.store.looking.papers(Selection(None, READER)), key=lambda paper: paper["id"])

    def titles(self) -> list[str]:
        """The titles of all papers, by number."""
        return [paper["title"] for paper in self.papers()]

    def well(self) -> bool:
        """Whether `doctor` finds nothing, and the index is in step."""
        return all(finding.well for finding in self.store.checking.findings()) and in_step(self.path)

    def file(self, raw: Raw) -> Path:
        """Where a page is archived."""
        digest = sha256(raw.data).hexdigest()
        return self.archive.folder / digest[:2] / f"{digest}.gz"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """An empty library and its archive."""
    desk = Desk(tmp_path / "papers.db")
    yield desk
    desk.store.close()


def misread(data: bytes, *changes: Mapping[str, object], captured: date | None = None) -> Listing:
    """A page as it is read, but the first entries with some fields as an older parser saw them."""
    listing = parse(data, captured=captured)
    changed = [entry.model_copy(update=change) for entry, change in zip(listing.entries, changes, strict=False)]
    return listing.model_copy(update={"entries": (*changed, *listing.entries[len(changed) :])})


def counts(report: AddReport) -> tuple[int, int, int, int]:
    """Pages, new, merged and unchanged entries."""
    return report.pages, report.new, report.merged, report.unchanged


def test_an_unchanged_parser_changes_nothing(desk: Desk) -> None:
    """The demo feed, read again, leaves every row of every table as it was, decided on or not."""
    desk.add(*Files([str(PAGES)], SUFFIXES))
    desk.store.deciding.decide(READER, [1, 5], "keep", NOW, "keep")
    desk.store.annotating.tag(READER, [5], ["todo"], [])
    before = dump(desk.path)
    report = desk.replay()
    assert counts(report) == (4, 0, 0, 57)
    assert (report.changed, report.removed, report.missing, report.problems) == (0, 0, 0, ())
    assert dump(desk.path) == before


def hub_page(**titles: str) -> bytes:
    """An answer of the hub's API that doesn't say whose day it is: the titles of papers by a word of their own."""
    papers = [
        {"paper": {"id": f"2405.{crc32(word.encode()) % 90000 + 10000}", "title": title, "summary": prose(word)}}
        for word, title in titles.items()
    ]
    return json.dumps(papers).encode()


def test_what_was_said_of_a_page_still_holds(desk: Desk) -> None:
    """A page keeps the capture that a person gave, the day of its name, and the layout that was asked for."""
    yearless = text_page(Card(ADAPTERS.title, ADAPTERS.abstract, day="May 3"), FORGETTING)
    desk.add(Raw("given.txt", yearless), captured=date(2021, 5, 7))
    desk.add(Raw("daily-2024-08-01.json", hub_page(tides="On tides", moons="On moons"), listed=date(2024, 8, 1)))
    desk.add(Raw("asked.txt", text_page(ROUTING), "hf-text"), Raw("no-page.json", b"[]"))
    desk.add(Raw("fetched", hub_page(winds="On winds"), "hf-json", date(2024, 8, 3), date(2024, 8, 2)))
    desk.add(Raw("inferred.txt", text_page(Card("Another title of this kind", prose("other"), day="May 9"), ROUTING)))
    days = {paper["title"]: paper["published"] for paper in desk.papers()}
    assert days[ADAPTERS.title] == "2021-05-03"
    assert [paper["listed"] for paper in desk.papers()][2:6] == [["2024-08-01"], ["2024-08-01"], [], ["2024-08-02"]]
    before = dump(desk.path)
    assert counts(desk.replay()) == (6, 0, 0, 8)
    assert dump(desk.path) == before


def test_a_mended_parser_mends_the_library(desk: Desk) -> None:
    """A title that was misread is mended; the paper keeps its number, and its reader's decision, tag and note."""
    data = text_page(ADAPTERS, FORGETTING)
    wrong = {"title": "SubscribeLow-rank adapters for small language models", "author_count": None}
    desk.add_as(Raw("page.txt", data), misread(data, wrong))
    desk.store.deciding.decide(READER, [1], "keep", NOW, "keep")
    desk.store.annotating.tag(READER, [1], ["todo"], [])
    desk.store.annotating.note(READER, 1, "read this")
    assert desk.titles() == [wrong["title"], FORGETTING.title]
    report = desk.replay()
    assert counts(report) == (1, 0, 1, 1)
    assert (report.entries, report.changed, report.removed) == (2, 1, 0)
    paper = desk.papers()[0]
    assert (paper["id"], paper["title"], paper["author_count"]) == (1, ADAPTERS.title, 3)
    assert (paper["status"], paper["tags"], paper["note"], paper["added"]) == ("keep", ["todo"], "read this", NOW)
    assert [decided.paper_id for decided in desk.store.deciding.log(READER, None)] == [1]
    assert desk.well()
    assert counts(desk.replay()) == (1, 0, 0, 2)


def test_replayed_is_as_if_read_rightly_at_once(tmp_path: Path) -> None:
    """After a replay the papers are those of a library whose pages were read by the mended parser from the start."""
    pages = [text_page(ADAPTERS, FORGETTING), text_page(ROUTING, ADAPTERS), text_page(FORGETTING)]
    raws = [Raw(f"page-{number}.txt", data) for number, data in enumerate(pages)]
    before, at_once = Desk(tmp_path / "before.db"), Desk(tmp_path / "at once.db")
    for raw in raws:
        before.add_as(raw, misread(raw.data, {"title": f"Menu {ADAPTERS.title}", "comments": 7}))
    at_once.add(*raws)
    assert papers_of(before.path) != papers_of(at_once.path)
    before.replay()
    assert papers_of(before.path) == papers_of(at_once.path)
    before.store.close()
    at_once.store.close()


def test_an_entry_that_was_overlooked(desk: Desk) -> None:
    """An entry that only the parser of today sees is a new paper; those behind it stay the papers that they were."""
    data = text_page(ROUTING, ADAPTERS, FORGETTING)
    whole = parse(data)
    desk.add_as(Raw("page.txt", data), whole.model_copy(update={"entries": whole.entries[1:]}))
    desk.store.deciding.decide(READER, [1], "keep", NOW, "keep")
    desk.store.deciding.decide(READER, [2], "skip", NOW, "skip")
    report = desk.replay()
    assert counts(report) == (1, 1, 0, 2)
    assert (report.changed, report.removed) == (1, 0)
    assert [(paper["title"], paper["status"]) for paper in desk.papers()] == [
        (ADAPTERS.title, "keep"),
        (FORGETTING.title, "skip"),
        (ROUTING.title, "inbox"),
    ]
    assert desk.well()


def test_what_was_no_paper(desk: Desk) -> None:
    """What an older parser took for a paper and this one doesn't is gone from the page; the others are as they were."""
    data = text_page(ADAPTERS, FORGETTING)
    whole = parse(data)
    menu = whole.entries[0].model_copy(update={"title": "Sign in to follow", "abstract": None, "line": 1})
    desk.add_as(Raw("page.txt", data), whole.model_copy(update={"entries": (menu, *whole.entries)}))
    desk.store.deciding.decide(READER, [2], "keep", NOW, "keep")
    report = desk.replay()
    assert counts(report) == (1, 0, 0, 2)
    assert (report.changed, report.removed) == (0, 1)
    assert [(p["id"], p["title"], p["status"]) for p in desk.papers()] == [
        (2, ADAPTERS.title, "keep"),
        (3, FORGETTING.title, "inbox"),
    ]
    assert desk.well()


def test_a_paper_that_a_reader_decided_on_stays(desk: Desk) -> None:
    """It stays also when its page doesn't show it any more; a second replay has nothing to tell and changes nothing."""
    data = text_page(ADAPTERS)
    whole = parse(data)
    kept = whole.entries[0].model_copy(update={"title": "A paper that was none", "abstract": prose("none")})
    desk.add_as(Raw("page.txt", data), whole.model_copy(update={"entries": (*whole.entries, kept)}))
    desk.store.deciding.decide(READER, [2], "keep", NOW, "keep")
    assert desk.replay().removed == 1
    assert [(paper["id"], paper["status"]) for paper in desk.papers()] == [(1, "inbox"), (2, "keep")]
    before = dump(desk.path)
    report = desk.replay()
    assert (counts(report), report.changed, report.removed) == ((1, 0, 0, 1), 0, 0)
    assert dump(desk.path) == before
    assert desk.well()


def test_pages_that_are_not_archived(desk: Desk) -> None:
    """They are counted and left as they were; the others are read again."""
    first, second = Raw("first.txt", text_page(ADAPTERS)), Raw("second.txt", text_page(FORGETTING))
    for raw in (first, second):
        desk.add_as(raw, misread(raw.data, {"title": f"Menu {raw.name}"}))
    desk.file(first).unlink()
    report = desk.replay()
    assert (counts(report), report.missing, report.problems) == ((1, 0, 1, 0), 1, ())
    assert desk.titles() == ["Menu first.txt", FORGETTING.title]


def test_a_page_that_comes_again_is_archived(desk: Desk) -> None:
    """A page that was added without its bytes being kept is archived when it is added again."""
    raw = Raw("page.txt", text_page(ADAPTERS))
    desk.add(raw, archived=False)
    assert desk.replay().missing == 1
    assert not desk.archive.folder.exists()
    assert desk.add(raw).unchanged == 1
    assert desk.archive.read(sha256(raw.data).hexdigest()) == raw.data
    assert (desk.replay().missing, desk.replay().unchanged) == (0, 1)


REFUSED: dict[str, bytes] = {
    "no layout": b"Dear reader, this is a letter and holds no papers.\n" * 4,
    "no text": b"\x7fELF" + bytes(range(256)) * 20,
    "no papers": b"[]",
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_page_that_is_refused_now(desk: Desk, what: str) -> None:
    """A page that no parser takes any more, or on which none finds papers, is a problem, and stays as it was."""
    listing = parse(text_page(ADAPTERS, FORGETTING))
    desk.add_as(Raw("once.txt", REFUSED[what]), listing)
    mended = text_page(ROUTING)
    desk.add_as(Raw("mended.txt", mended), misread(mended, {"title": "Menu"}))
    before = dump(desk.path)["sighting"][:2]
    report = desk.replay()
    assert counts(report) == (1, 0, 1, 0)
    (problem,) = report.problems
    assert (problem.input, problem.reason.startswith("left as it was: ")) == ("once.txt", True)
    assert dump(desk.path)["sighting"][:2] == before
    assert desk.titles() == [ADAPTERS.title, FORGETTING.title, ROUTING.title]


def test_damaged_bytes(desk: Desk) -> None:
    """A page whose archived bytes are not its own is a problem that names the file; the page stays, others are read."""
    first, second = Raw("first.txt", text_page(ADAPTERS)), Raw("second.txt", text_page(FORGETTING))
    desk.add(first, second)
    desk.file(first).write_bytes(desk.file(second).read_bytes())
    before = dump(desk.path)
    report = desk.replay()
    assert counts(report) == (1, 0, 0, 1)
    (problem,) = report.problems
    assert problem.input == "first.txt"
    assert str(desk.file(first)) in problem.reason
    assert dump(desk.path) == before


def test_bad_entries_are_told_of_as_add_tells(desk: Desk) -> None:
    """What can't be read on a page is a problem with its line, as it was when the page was added."""
    raw = Raw("papers.jsonl", json_page("Good") + b"not json\n")
    added = desk.add(raw)
    assert len(added.problems) == 1
    assert desk.replay().problems == added.problems


ODD = b"a first line that is no JSON\n" + json_page("Alpha, a longer title", "Omega, the last of them")
"""A page that only the parser for JSON Lines reads, and that isn't detected as such."""


def test_the_layout_that_was_found_before(desk: Desk) -> None:
    """Where detection fails now, the layout that was detected then is tried before giving up; it stays "auto"."""
    desk.add_as(Raw("odd.txt", ODD), misread(ODD.partition(b"\n")[2], {"title": "Alpha, a longer"}))
    report = desk.replay()
    assert (report.merged, report.unchanged, len(report.problems)) == (2, 0, 1)
    assert desk.titles() == ["Alpha, a longer title", "Omega, the last of them"]
    (page,) = desk.store.recalling.pages()
    assert (page.layout, page.asked) == ("jsonl", "auto")


@pytest.mark.parametrize("asked", ["hf-text", "hf-json", "markdown"])
def test_a_layout_that_was_asked_for(desk: Desk, asked: str) -> None:
    """It is the only one that is tried, as it was when the page was added."""
    data = text_page(ADAPTERS)
    desk.add_as(Raw("page.txt", data, asked), misread(data, {"title": "Menu"}).model_copy(update={"layout": asked}))
    report = desk.replay()
    assert (report.merged, len(report.problems)) == ((1, 0) if asked == "hf-text" else (0, 1))
    assert desk.titles() == [ADAPTERS.title if asked == "hf-text" else "Menu"]
    assert [page.asked for page in desk.store.recalling.pages()] == [asked]


def test_layouts_that_are_not_known_here(desk: Desk) -> None:
    """A layout of another version counts as none: the page is detected anew, or is a problem."""
    data = text_page(ADAPTERS)
    desk.add_as(Raw("page.txt", data), misread(data, {"title": "Menu"}))
    desk.add_as(Raw("odd.txt", ODD), misread(ODD.partition(b"\n")[2]))
    connection = look(desk.path)
    connection.execute("UPDATE page SET asked = 'hf-next', layout = 'hf-next'")
    connection.close()
    report = desk.replay()
    assert (report.pages, [problem.input for problem in report.problems]) == (1, ["odd.txt"])
    assert desk.titles()[0] == ADAPTERS.title
    assert [(page.layout, page.asked) for page in desk.store.recalling.pages()] == [
        ("hf-text", "hf-next"),
        ("hf-next", "hf-next"),
    ]


def test_a_dry_run_changes_nothing(desk: Desk) -> None:
    """It reports what a replay does, and leaves every table as it was."""
    for number, card in enumerate((ADAPTERS, FORGETTING, ADAPTERS)):
        data = text_page(card, ROUTING)
        desk.add_as(Raw(f"page-{number}", data), misread(data, {"title": f"Menu {number}"}))
    before = dump(desk.path)
    told = desk.replay(dry_run=True)
    assert told.changed
    assert dump(desk.path) == before
    assert desk.replay() == told
    assert dump(desk.path) != before


def test_pages_come_in_the_order_of_their_numbers(desk: Desk) -> None:
    """There is a step for every page of the library, archived or not, in the order in which they were added."""
    raws = [Raw(f"page-{number}.jsonl", json_page(f"Title number {number}")) for number in (3, 1, 2)]
    desk.add(*raws)
    desk.file(raws[1]).unlink()
    steps = replay(desk.store, RULES, desk.archive, now=lambda: NOW)
    assert [step.name for step in steps] == [raw.name for raw in raws]


def test_new_topic_rules_go_with_it(desk: Desk) -> None:
    """Papers are labelled by the rules that are in force."""
    desk.add(Raw("page.txt", text_page(ADAPTERS)))
    rules = rules_of(gradients="language")
    report_of(replay(desk.store, rules, desk.archive, now=lambda: NOW))
    assert desk.papers()[0]["topics"] == ["gradients"]


def failing_from(desk: Desk, page: int) -> None:
    """Let the library take no change to the sightings of this page and of those after it."""
    connection = look(desk.path)
    connection.execute(
        f"CREATE TRIGGER full BEFORE UPDATE ON sighting WHEN old.page_id >= {page} BEGIN SELECT RAISE(ABORT, 'no more'); END"
    )
    connection.close()


def three_misread(desk: Desk) -> None:
    """Three pages whose titles an older parser misread."""
    for number, card in enumerate((ADAPTERS, FORGETTING, ROUTING), 1):
        data = text_page(card)
        desk.add_as(Raw(f"page-{number}", data), misread(data, {"title": f"Menu number {number}"}))


def test_a_library_that_fails_in_the_middle(desk: Desk) -> None:
    """What was read again before stays, the page at which the library failed is named, and nothing is tried after it."""
    three_misread(desk)
    failing_from(desk, 2)
    report = desk.replay()
    assert counts(report) == (1, 0, 1, 0)
    (problem,) = report.problems
    assert problem.input == "page-2"
    assert "no more" in problem.reason
    assert desk.titles() == [ADAPTERS.title, "Menu number 2", "Menu number 3"]


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_library_that_fails_at_once(desk: Desk, dry_run: bool) -> None:
    """Where nothing was done, the error itself is what is told; so it is in a dry run."""
    three_misread(desk)
    failing_from(desk, 2 if dry_run else 1)
    before = dump(desk.path)
    with pytest.raises(LibraryError, match="no more"):
        desk.replay(dry_run=dry_run)
    assert dump(desk.path) == before


def test_a_dry_run_that_is_left(desk: Desk) -> None:
    """A dry run that nobody follows to its end has changed nothing, and the library can be written again."""
    three_misread(desk)
    before = dump(desk.path)
    steps = replay(desk.store, RULES, desk.archive, now=lambda: NOW, dry_run=True)
    next(steps)
    steps.close()
    assert dump(desk.path) == before
    assert desk.replay().changed == 3


def feed(count: int) -> Sequence[Raw]:
    """Pages that share papers, each with one of its own."""
    return [
        Raw(
            f"page-{n}",
            text_page(Card(f"Study number {n}: {prose(str(n), 5)}", prose(f"study {n}")), ADAPTERS, ROUTING),
        )
        for n in range(count)
    ]


def fill(path: Path, raws: Sequence[Raw]) -> None:
    """A library whose pages an older parser misread."""
    desk = Desk(path)
    for raw in raws:
        desk.add_as(raw, misread(raw.data, {"title": f"Menu {prose(raw.name, 6)}"}, {"comments": 9}))
    desk.store.deciding.decide(READER, [1, 2, 3], "keep", NOW, "keep")
    desk.store.close()


def states(path: Path, raws: Sequence[Raw]) -> list[dict[str, list[tuple[object, ...]]]]:
    """What the library holds after each page of a replay that nothing disturbs, and before it."""
    fill(path, raws)
    desk = Desk(path)
    held = [dump(path)]
    for _ in replay(desk.store, RULES, desk.archive, now=lambda: NOW):
        held.append(dump(path))  # noqa: PERF401 - the library changes with every step
    desk.store.close()
    return held


def replaying(path: Path, begin: int) -> Callable[[], None]:
    """The work of a process that replays a library, telling when it begins."""

    def work() -> None:
        desk = Desk(path)
        os.write(begin, b"x")
        report_of(replay(desk.store, RULES, desk.archive, now=lambda: NOW))

    return work


def test_killed_at_any_moment(tmp_path: Path) -> None:
    """A replay that is killed leaves each page read wholly anew or wholly as it was, and the next replay completes it."""
    raws = feed(8)
    whole = states(tmp_path / "whole.db", raws)
    chance = Random(13)
    longest, torn, turn = 0.05, 0, 0  # seconds until a kill; found out by trying, for machines differ
    while torn < 5:
        turn += 1
        path = tmp_path / f"{turn}.db"
        fill(path, raws)
        started, begin = os.pipe()
        child = forked(replaying(path, begin))
        os.read(started, 1)
        time.sleep(chance.uniform(0.0, longest))
        os.kill(child, signal.SIGKILL)
        assert exit_codes([child]) in ([-signal.SIGKILL], [0])
        os.close(started)
        os.close(begin)
        held = dump(path)
        assert held in whole
        longest *= 1.25 if held == whole[0] else 0.9 if held == whole[-1] else 1.0
        torn += held in whole[1:-1]
        desk = Desk(path)
        report_of(replay(desk.store, RULES, desk.archive, now=lambda: NOW))
        assert desk.well()
        desk.store.close()
        assert dump(path) == whole[-1]
