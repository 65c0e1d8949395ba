"""Adding pages to a real library: what is one paper, that order doesn't matter, and that a page is whole or not there."""

from __future__ import annotations

import os
import signal
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import permutations
from pathlib import Path
from random import Random
from typing import cast

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.fakes import (
    NOW,
    READER,
    RULES,
    Card,
    add_pages,
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
from papertide.flows.label import relabel
from papertide.flows.tally import Step, Tally
from papertide.parsers import SUFFIXES
from papertide.records.listing import Entry, Listing
from papertide.records.plain import PaperDict
from papertide.records.reports import AddReport
from papertide.sources.base import Raw, Unread
from papertide.sources.files import Files
from papertide.store import LibraryStore, open_library
from papertide.store.base import Selection

LATER = "2026-11-22T10:00:00Z"

ADAPTERS = Card("Low-rank adapters for small language models", prose("adapters"))
FORGETTING = Card("Forgetting in sequential tuning", prose("forgetting"), authors=5, day="Jan 3, 2024 2")
ROUTING = Card("Routing between experts without a router", prose("routing"), authors=1, day="Feb 29, 2024")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the library is."""
    return tmp_path / "library.db"


@pytest.fixture
def store(path: Path) -> Iterator[LibraryStore]:
    """An empty library, open; at the end it has to be well."""
    store = open_library(path, create=True)
    yield store
    assert [finding for finding in store.checking.findings() if not finding.well] == []
    store.close()


@contextmanager
def library(folder: Path | None = None) -> Iterator[tuple[LibraryStore, Path]]:
    """Another empty library, open, which nobody will miss: it isn't waited for until it is on the disk."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        path = Path(place) / "library.db"
        store = open_library(path, create=True)
        look_past(store).execute("PRAGMA synchronous = OFF")
        try:
            yield store, path
        finally:
            store.close()


def look_past(store: LibraryStore) -> sqlite3.Connection:
    """The connection under a store."""
    connection = store._database.connection
    assert isinstance(connection, sqlite3.Connection)
    return connection


def everything(store: LibraryStore, reader: str = READER) -> list[PaperDict]:
    """All papers of a library by number."""
    return sorted(store.looking.papers(Selection(None, reader)), key=lambda paper: paper["id"])


def titles(store: LibraryStore) -> dict[str, int]:
    """The number of sightings of each paper, by title."""
    return {paper["title"]: paper["sightings"] for paper in everything(store)}


# --- what a report says -----------------------------------------------------------------------------------------------


def test_new_merged_unchanged(store: LibraryStore) -> None:
    """Every entry is counted once: new papers, known papers, and entries of a page that was added before."""
    first = text_page(ADAPTERS, FORGETTING)
    assert add_pages(store, first) == AddReport(pages=1, entries=2, new=2)
    assert add_pages(store, text_page(FORGETTING, ROUTING)) == AddReport(pages=1, entries=2, new=1, merged=1)
    assert add_pages(store, first) == AddReport(pages=1, entries=2, unchanged=2)
    assert titles(store) == {ADAPTERS.title: 1, FORGETTING.title: 2, ROUTING.title: 1}


def test_a_paper_twice_on_one_page(store: LibraryStore) -> None:
    """A page that shows a paper twice holds one paper, seen twice."""
    assert add_pages(store, json_page(ADAPTERS.title, ADAPTERS.title)) == AddReport(pages=1, entries=2, new=1, merged=1)
    assert titles(store) == {ADAPTERS.title: 2}


def test_the_same_bytes_under_two_names(store: LibraryStore) -> None:
    """The same bytes are the same page, whatever it is called; the first name stays."""
    page = text_page(ADAPTERS)
    report = add_pages(store, Raw("one", page), Raw("two", page))
    assert report == AddReport(pages=2, entries=2, new=1, unchanged=1)
    assert [sighting["page"] for sighting in store.looking.sightings(1)] == ["one"]


def test_a_bad_input_among_good_ones(store: LibraryStore) -> None:
    """An input that can't be read or fits no layout is a problem of its name; the others are stored."""
    inputs: list[Raw | Unread] = [
        Raw("a", text_page(ADAPTERS)),
        Unread("gone", "no such file"),
        Raw("list", b"milk\nbread\n"),
        Raw("b", text_page(ROUTING)),
    ]
    steps = add(inputs, lambda: store, RULES, now=lambda: NOW)
    assert [next(steps) for _ in inputs] == [Step("a"), Step("gone"), Step("list"), Step("b")]
    with pytest.raises(StopIteration) as stop:
        next(steps)
    report = stop.value.value
    assert (report.pages, report.new) == (2, 2)
    assert [problem.input for problem in report.problems] == ["gone", "list"]


def test_a_bad_entry_among_good_ones(store: LibraryStore) -> None:
    """An entry that can't be read is a problem with its line; those beside it are stored."""
    report = add_pages(store, Raw("x.jsonl", json_page(ADAPTERS.title) + b"{nonsense}\n" + json_page(ROUTING.title)))
    assert (report.entries, report.new) == (2, 2)
    assert [(problem.input, problem.line) for problem in report.problems] == [("x.jsonl", 2)]


def test_nothing_readable_opens_nothing() -> None:
    """Where no input can be read the library isn't even opened."""

    def refuse() -> LibraryStore:
        raise AssertionError("opened")

    steps = add([Raw("empty", b""), Unread("gone", "no such file")], refuse, RULES, now=lambda: NOW)
    assert [step.name for step in steps] == ["empty", "gone"]


def test_a_name_that_is_no_unicode(store: LibraryStore, tmp_path: Path) -> None:
    """A file whose name is not UTF-8 is read like any other, and so are the pages beside it."""
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "a.txt").write_bytes(text_page(ADAPTERS))
    try:
        (folder / "caf\udce9.txt").write_bytes(text_page(FORGETTING))
    except OSError:
        pytest.skip("this file system has names in UTF-8 only")
    (folder / "d.txt").write_bytes(text_page(ROUTING))
    report = add_pages(store, *cast("list[Raw]", list(Files([str(folder)], SUFFIXES))))
    assert (report.new, report.problems) == (3, ())
    assert all(sighting["page"].encode() for number in (1, 2, 3) for sighting in store.looking.sightings(number))


# --- a dry run --------------------------------------------------------------------------------------------------------


def test_a_dry_run_on_an_empty_library(store: LibraryStore, path: Path) -> None:
    """A dry run into an empty library says what would be done and leaves it empty."""
    before = dump(path)
    pages = [
        text_page(ADAPTERS, FORGETTING),
        json_page(FORGETTING.title, ROUTING.title),
        text_page(ADAPTERS, FORGETTING),
    ]
    said = add_pages(store, *pages, dry_run=True)
    assert dump(path) == before
    assert said == AddReport(pages=3, entries=6, new=3, merged=1, unchanged=2)
    assert add_pages(store, *pages) == said


def test_a_dry_run_changes_nothing(store: LibraryStore, path: Path) -> None:
    """A dry run changes no row, with merges, re-reads, new rules and bad inputs; the real run then reports the same."""
    add_pages(
        store,
        text_page(ADAPTERS, Card("Tuning now", prose("now"), day="May 7")),
        json_page("Alpha, a longer title", "Omega, the last of them"),
    )
    store.deciding.decide(READER, [1, 2, 3], "keep", NOW, "keep")
    before = dump(path)
    pages = [
        Raw("again", text_page(ADAPTERS, Card("Tuning now", prose("now"), day="May 7"))),
        Raw(
            "bridge",
            json_page(
                {"title": "Alpha, a longer title", "doi": "10.1/a"},
                {"title": "Omega, the last of them", "doi": "10.1/A"},
                "Beta comes in between",
            ),
        ),
        Raw("bad", b"milk\n"),
        Raw("bad line", json_page("Gamma is another one") + b"nonsense\n"),
    ]
    rules = rules_of(tuning="tuning adapter")
    captured = date(2025, 5, 9)
    said = add_pages(store, *pages, dry_run=True, captured=captured, rules=rules, now=LATER)
    assert dump(path) == before
    assert in_step(path)
    assert len(said.problems) == 2
    assert said.merged >= 3
    assert add_pages(store, *pages, captured=captured, rules=rules, now=LATER) == said
    assert dump(path) != before


def test_a_dry_run_that_is_broken_off(store: LibraryStore, path: Path) -> None:
    """A dry run whose reader goes away, or whose input fails, leaves nothing either."""
    before = dump(path)
    steps = add(
        [Raw("a", text_page(ADAPTERS)), Raw("b", text_page(ROUTING))],
        lambda: store,
        RULES,
        now=lambda: NOW,
        dry_run=True,
    )
    next(steps)
    steps.close()
    assert dump(path) == before

    def failing() -> Iterator[Raw]:
        yield Raw("a", text_page(ADAPTERS))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(add(failing(), lambda: store, RULES, now=lambda: NOW, dry_run=True))
    assert dump(path) == before
    assert add_pages(store, text_page(ADAPTERS)).new == 1


# --- pages that are read again ----------------------------------------------------------------------------------------

YEARLESS = text_page(
    Card("Tuning in spring", prose("spring"), day="May 2"), Card("Tuning in winter", prose("winter"), day="Dec 30")
)
MIXED = text_page(ADAPTERS, Card("Tuning in spring", prose("spring"), day="May 2"), header="May 7")
DATED = text_page(ADAPTERS, FORGETTING, header="May 7")
NO_HEADER = text_page(ADAPTERS, FORGETTING)
RECORDS = json_page(
    {"title": "Alpha, a longer title", "upvotes": 3}, {"title": "Omega, the last of them", "published": "2024-02-03"}
)
SHAPES = {"yearless": YEARLESS, "mixed": MIXED, "dated": DATED, "no header": NO_HEADER, "records": RECORDS}


def test_captured_settles_the_years(store: LibraryStore) -> None:
    """A page that is read again with the day of its capture gets the dates that follow from it, in place of the old ones."""
    assert add_pages(store, MIXED) == AddReport(pages=1, entries=2, new=2)
    spring = everything(store)[1]
    assert (spring["published"], spring["year_inferred"], spring["listed"]) == ("2025-05-02", True, ["2025-05-07"])
    assert add_pages(store, MIXED, captured=date(2026, 5, 9)) == AddReport(pages=1, entries=2, merged=2)
    adapters, spring = everything(store)
    assert (spring["published"], spring["year_inferred"], spring["listed"]) == ("2026-05-02", False, ["2026-05-07"])
    assert (adapters["published"], adapters["listed"]) == ("2024-03-24", ["2026-05-07"])
    assert [sighting["captured"] for sighting in store.looking.sightings(1)] == ["2026-05-09"]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("before", [None, date(2025, 5, 8)])
def test_captured_later_is_captured_at_once(shape: str, before: date | None, store: LibraryStore) -> None:
    """Giving the day of the capture later, or another one, ends in the library that giving it at once makes."""
    day = date(2026, 5, 9) if shape != "dated" else date(2025, 5, 9)
    page = SHAPES[shape]
    add_pages(store, page, captured=before)
    add_pages(store, page, captured=day)
    with library() as (other, elsewhere):
        add_pages(other, page, captured=day)
        assert papers_of(Path(store.path)) == papers_of(elsewhere)
        assert everything(store) == everything(other)


@pytest.mark.parametrize("shape", SHAPES)
def test_what_a_person_said_stays(shape: str, store: LibraryStore, path: Path) -> None:
    """A page added again without the day of its capture keeps the day that was given, and nothing changes."""
    page = SHAPES[shape]
    add_pages(store, page, captured=date(2026, 5, 9))
    before = dump(path)
    for captured in (None, date(2026, 5, 9), None):
        assert add_pages(store, page, captured=captured, now=LATER) == AddReport(pages=1, entries=2, unchanged=2)
        assert dump(path) == before


def test_the_latest_capture_has_the_say_on_counts(store: LibraryStore) -> None:
    """Upvotes are those of the latest capture, also where the day of a capture is given afterwards."""
    early, late = (
        json_page({"title": "Alpha, a longer title", "upvotes": 9}),
        json_page({"title": "Alpha, a longer title", "upvotes": 4}),
    )
    add_pages(store, early, captured=date(2026, 5, 1))
    add_pages(store, late)
    assert everything(store)[0]["upvotes"] == 9
    add_pages(store, late, captured=date(2026, 5, 2))
    assert everything(store)[0]["upvotes"] == 4


# --- pages that a mended parser reads otherwise -----------------------------------------------------------------------


def read_as(store: LibraryStore, *entries: Entry | str, layout: str = "hf-text", data: bytes = b"page") -> AddReport:
    """Add a page that a parser reads as these entries; the bytes are always the same."""
    read = [Entry(title=entry, abstract=prose(entry)) if isinstance(entry, str) else entry for entry in entries]
    tally = Tally()
    Adder(store, RULES, lambda: NOW).add(Raw("page", data), Listing(layout=layout, entries=tuple(read)), tally)
    return tally.report()


def numbers(store: LibraryStore) -> dict[str, int]:
    """The number of each paper, by title."""
    return {paper["title"]: paper["id"] for paper in everything(store)}


def positions(store: LibraryStore) -> list[tuple[int, int]]:
    """Where the sightings stand on their pages, with their papers."""
    return look_past(store).execute("SELECT position, paper_id FROM sighting ORDER BY 1").fetchall()


ASH, BIRCH, CEDAR = "Ash trees of tuning", "Birch bark for pruning", "Cedar wood in routing"


def test_a_bogus_entry_goes(store: LibraryStore, path: Path) -> None:
    """When a first entry that was none is read no longer, its paper goes, and the others keep numbers and decisions."""
    assert read_as(store, "Subscribe to this", ASH, BIRCH).new == 3
    store.deciding.decide(READER, [2], "keep", NOW, "keep")
    store.annotating.note(READER, 3, "on birches")
    store.telling.tell(READER, [1, 2], "2026-11-21", NOW)
    assert read_as(store, ASH, BIRCH) == AddReport(pages=1, entries=2, unchanged=2)
    assert numbers(store) == {ASH: 2, BIRCH: 3}
    assert [(paper["status"], paper["note"]) for paper in everything(store)] == [
        ("keep", None),
        ("inbox", "on birches"),
    ]
    assert positions(store) == [(0, 2), (1, 3)]
    assert in_step(path)
    before = dump(path)
    assert read_as(store, ASH, BIRCH).unchanged == 2
    assert dump(path) == before


def test_an_entry_is_found_before_the_others(store: LibraryStore) -> None:
    """An entry that was overlooked shifts the others by a place, and nothing else."""
    read_as(store, ASH, BIRCH)
    assert read_as(store, CEDAR, ASH, BIRCH) == AddReport(pages=1, entries=3, new=1, unchanged=2)
    assert numbers(store) == {ASH: 1, BIRCH: 2, CEDAR: 3}
    assert positions(store) == [(0, 3), (1, 1), (2, 2)]


def test_entries_change_places(store: LibraryStore) -> None:
    """Entries in another order are the same entries."""
    read_as(store, ASH, BIRCH, CEDAR)
    assert read_as(store, CEDAR, BIRCH, ASH) == AddReport(pages=1, entries=3, unchanged=3)
    assert numbers(store) == {ASH: 1, BIRCH: 2, CEDAR: 3}
    assert positions(store) == [(0, 3), (1, 2), (2, 1)]


def test_a_title_is_mended(store: LibraryStore) -> None:
    """A paper whose title was read wrong has its number and its decision with the right one."""
    read_as(store, ASH, Entry(title=f"Get all papers by mail {BIRCH}", abstract=prose(BIRCH)), CEDAR)
    store.deciding.decide(READER, [2], "later", NOW, "later")
    assert read_as(store, ASH, BIRCH, CEDAR) == AddReport(pages=1, entries=3, merged=1, unchanged=2)
    assert numbers(store) == {ASH: 1, BIRCH: 2, CEDAR: 3}
    assert everything(store)[1]["status"] == "later"


def test_a_glued_entry_is_split(store: LibraryStore) -> None:
    """An entry that was two is replaced by them; those around it keep their numbers."""
    read_as(store, ASH, f"{BIRCH} {CEDAR}", "Elm and oak as teachers")
    assert read_as(store, ASH, BIRCH, CEDAR, "Elm and oak as teachers") == AddReport(
        pages=1, entries=4, new=2, unchanged=2
    )
    assert numbers(store) == {ASH: 1, "Elm and oak as teachers": 3, BIRCH: 4, CEDAR: 5}


def test_an_entry_seen_elsewhere_goes(store: LibraryStore) -> None:
    """A paper that loses a sighting and keeps another is what that one says, and is told by it."""
    read_as(store, Entry(title=ASH, arxiv_id="2403.00001", upvotes=9), BIRCH, data=b"one page", layout="hf-json")
    read_as(store, Entry(title=ASH, upvotes=3), CEDAR, data=b"another")
    store.deciding.decide(READER, [1], "keep", NOW, "keep")
    assert read_as(store, BIRCH, data=b"one page", layout="hf-json").unchanged == 1
    (ash,) = [paper for paper in everything(store) if paper["id"] == 1]
    assert (ash["arxiv_id"], ash["upvotes"], ash["sightings"], ash["status"]) == (None, 3, 1, "keep")
    assert [sighting["method"] for sighting in store.looking.sightings(1)] == ["new"]


def test_what_a_person_decided_on_stays(store: LibraryStore, path: Path) -> None:
    """The last sighting of a paper that is a person's stays, though its page shows it no longer; reading on changes nothing."""
    read_as(store, "Subscribe to this", ASH, "All about cookies", "Terms and conditions")
    store.deciding.decide("bob", [1], "skip", NOW, "skip")
    store.deciding.undo("bob", 1, NOW)
    store.annotating.tag(READER, [3], ["odd"], [])
    assert read_as(store, ASH, BIRCH) == AddReport(pages=1, entries=2, new=1, unchanged=1)
    assert numbers(store) == {"Subscribe to this": 1, ASH: 2, "All about cookies": 3, BIRCH: 5}
    before = dump(path)
    assert read_as(store, ASH, BIRCH).unchanged == 2
    assert dump(path) == before
    store.annotating.tag(READER, [3], [], ["odd"])
    assert read_as(store, ASH, BIRCH, CEDAR).new == 1
    assert set(numbers(store)) == {"Subscribe to this", ASH, BIRCH, CEDAR}


def test_a_decision_goes_to_the_paper_that_it_was(store: LibraryStore) -> None:
    """Where what is read now is the paper of an entry that went, it has its number and decisions, and only its own words."""
    near = "Birch bark for sparse pruning of large experts"
    read_as(store, ASH, Entry(title=f"{near}s"), Entry(title="Terms and conditions"), CEDAR)
    store.deciding.decide(READER, [2, 3], "keep", NOW, "keep")
    assert read_as(store, ASH, Entry(title=near), CEDAR) == AddReport(pages=1, entries=3, merged=1, unchanged=2)
    assert numbers(store) == {ASH: 1, near: 2, "Terms and conditions": 3, CEDAR: 4}
    assert [paper["sightings"] for paper in everything(store)] == [1, 1, 1, 1]


def test_a_decision_goes_to_the_paper_that_is_there(store: LibraryStore) -> None:
    """Where an entry that went is by now the same as another paper, that paper has the decisions on it."""
    read_as(store, ASH, BIRCH)
    store.deciding.decide(READER, [2], "keep", NOW, "keep")
    with store.adding.transaction():  # as an older version may have left it: two papers that are one by today's rules
        connection = look_past(store)
        connection.execute(
            "INSERT INTO page (id, digest, name, layout, added) VALUES (9, 'x', 'x', 'hf-text', ?)", (NOW,)
        )
        connection.execute(
            "INSERT INTO paper (title, abstract, added, sightings) VALUES (?, ?, ?, 1)", (BIRCH, prose(BIRCH), NOW)
        )
        connection.execute(
            "INSERT INTO sighting (paper_id, page_id, position, entry, title_key, method, reason, added)"
            " SELECT 3, 9, 0, entry, title_key, method, reason, added FROM sighting WHERE paper_id = 2"
        )
    assert read_as(store, ASH).unchanged == 1
    assert numbers(store) == {ASH: 1, BIRCH: 3}
    assert everything(store)[1]["status"] == "keep"
    assert store.looking.resolve("2") == 3


def test_another_layout_is_another_trust(store: LibraryStore) -> None:
    """The same entries, read in another layout, count as that layout does."""
    read_as(store, Entry(title="Ash Trees of Tuning"), data=b"a", layout="markdown")
    read_as(store, Entry(title="ASH TREES OF TUNING"))
    assert set(numbers(store)) == {"Ash Trees of Tuning"}
    assert read_as(store, Entry(title="ASH TREES OF TUNING"), layout="hf-json").unchanged == 1
    assert set(numbers(store)) == {"ASH TREES OF TUNING"}


# --- the order of imports doesn't matter ------------------------------------------------------------------------------

ONE, OTHER = prose("one thing", 60), prose("another thing", 60)
TITLES = (
    "Low-rank adapters for small language models",
    "Low rank adapters for small language models",
    "Low-rank adapter for small language models",
    "Low-rank adapters for smaller language models",
    "Low-rank adapters for small language models 2",
    "Low-rank adapters for small language models: a survey",
    "Low-rank adapters",
    "Adapters",
    "Forgetting in sequential tuning",
    "Forgetting in sequential tunning",
    "Forgetting in sequential pruning",
)
ABSTRACTS = (ONE, ONE[:200], ONE + " And more.", OTHER, OTHER[:90], None)


@st.composite
def papers(draw: st.DrawFn) -> dict[str, object]:
    """What a page knows of one paper, drawn from so little that papers overlap, with other facts each time."""
    known = {
        "title": draw(st.sampled_from(TITLES)),
        "abstract": draw(st.sampled_from(ABSTRACTS)),
        "arxiv_id": draw(st.sampled_from((None, None, "2403.00001", "2403.00002", "2403.00003"))),
        "doi": draw(st.sampled_from((None, None, None, "10.1/a", "10.1/A", "10.1/b"))),
        "author_count": draw(st.sampled_from((None, None, 2, 3))),
        "published": draw(st.sampled_from((None, "2024-03-01", "2024-03-02"))),
        "year_inferred": draw(st.booleans()),
        "listed": draw(st.sampled_from(([], ["2024-03-05"], ["2024-03-06"]))),
        "source_ids": draw(st.sampled_from(([], ["hf:a"], ["s2:b", "hf:a"]))),
        "upvotes": draw(st.sampled_from((None, 1, 7))),
        "comments": draw(st.sampled_from((None, 0, 2))),
        "authors": draw(st.sampled_from(([], [], ["Ada L.", "Alan T."]))),
        "code_url": draw(st.sampled_from((None, "https://example.org/a", "https://example.org/b"))),
    }
    return {name: value for name, value in known.items() if value not in (None, [], False)}


@st.composite
def cards(draw: st.DrawFn) -> Card:
    """The same for a text dump, which knows no ids."""
    return Card(
        draw(st.sampled_from(TITLES)),
        draw(st.sampled_from([abstract for abstract in ABSTRACTS if abstract])),
        draw(st.sampled_from((2, 3))),
        draw(st.sampled_from(("Mar 24, 2024", "Mar 25, 2024 2", "May 2"))),
    )


json_pages = st.lists(papers(), min_size=1, max_size=4).map(lambda drawn: json_page(*drawn))
text_pages = st.builds(
    lambda drawn, header: text_page(*drawn, header=header),
    st.lists(cards(), min_size=1, max_size=3),
    st.sampled_from(("", "May 7")),
)
feeds = st.lists(
    st.tuples(
        st.one_of(json_pages, json_pages, text_pages), st.sampled_from((None, None, date(2024, 5, 8), date(2025, 5, 8)))
    ),
    min_size=2,
    max_size=4,
    unique_by=lambda page: page[0],
)
Feed = Sequence[tuple[bytes, date | None]]


def added(store: LibraryStore, feed: Feed) -> None:
    """Add pages one after the other, each with its own capture."""
    for page, captured in feed:
        add_pages(store, page, captured=captured)


def well(store: LibraryStore) -> None:
    """Assert that `doctor` finds nothing."""
    assert [finding for finding in store.checking.findings() if not finding.well] == []


THREE_AGAINST_ONE: Feed = [
    (json_page({"title": TITLES[2], "arxiv_id": "2403.00001"}), None),
    (json_page({"title": TITLES[0], "upvotes": 1}), None),
    (json_page({"title": TITLES[0], "upvotes": 7}), None),
    (json_page({"title": TITLES[0], "arxiv_id": "2403.00002"}), None),
]


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(feeds, st.randoms(use_true_random=False))
@example(THREE_AGAINST_ONE, Random(1))
def test_the_order_of_imports_does_not_matter(feed: Feed, chance: Random) -> None:
    """Pages in any order, or all in one go, make the same papers; a page added again is unchanged and changes no row."""
    shuffled = list(feed)
    chance.shuffle(shuffled)
    results: list[list[object]] = []
    for order in (list(feed), list(feed)[::-1], shuffled):
        with library() as (store, path):
            added(store, order)
            results.append(papers_of(path))
            well(store)
            before = dump(path)
            for page, captured in chance.sample(order, 2):
                report = add_pages(store, page, captured=chance.choice((captured, None)), now=LATER)
                assert report == AddReport(
                    pages=1, entries=report.unchanged, unchanged=report.unchanged, problems=report.problems
                )
            assert dump(path) == before
    assert results[0] == results[1] == results[2]


@pytest.mark.parametrize("order", list(permutations(range(4))), ids=str)
def test_a_number_changes_hands_in_any_order(order: Sequence[int]) -> None:
    """Four pages whose papers part and join as they come make the same two papers in each of their 24 orders."""
    with library() as (store, path):
        added(store, [THREE_AGAINST_ONE[k] for k in order])
        assert {p["arxiv_id"]: p["sightings"] for p in everything(store)} == {"2403.00001": 1, "2403.00002": 3}
        assert {arxiv: store.looking.resolve(arxiv) for arxiv in ("2403.00001", "2403.00002")} == {
            p["arxiv_id"]: p["id"] for p in everything(store)
        }
        well(store)
        assert in_step(path)


# --- and neither does how often a page is read ----------------------------------------------------------------------

readings = st.lists(
    st.builds(
        Entry,
        title=st.sampled_from(TITLES),
        abstract=st.sampled_from(ABSTRACTS),
        arxiv_id=st.sampled_from((None, None, "2403.00001", "2403.00002")),
        upvotes=st.sampled_from((None, 1, 7)),
    ),
    max_size=4,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(readings, readings, readings)
def test_mended_later_is_mended_at_once(other: list[Entry], wrong: list[Entry], right: list[Entry]) -> None:
    """A page that was first read otherwise makes the papers that reading it so from the beginning makes."""
    with library() as (one, path), library() as (two, elsewhere):
        for store, reads in ((one, (wrong, right, right)), (two, (right,))):
            read_as(store, *other, data=b"another page")
            for entries in reads:
                assert read_as(store, *entries).entries == len(entries)
            well(store)
        assert papers_of(path) == papers_of(elsewhere)
        assert in_step(path)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(readings, readings, readings, st.data())
def test_nothing_of_a_persons_is_lost(
    other: list[Entry], wrong: list[Entry], right: list[Entry], data: st.DataObject
) -> None:
    """However a page is read anew, every decision, tag and note is still on a paper, and reading it again changes nothing."""
    with library() as (store, path):
        read_as(store, *other, data=b"another page")
        read_as(store, *wrong)
        there = [paper["id"] for paper in everything(store)]
        for number in data.draw(st.lists(st.sampled_from(there), unique=True)) if there else []:
            store.deciding.decide(READER, [number], "keep", NOW, "keep")
            store.annotating.note(READER, number, f"note {number};")
        written = sorted(word for paper in everything(store) for word in (paper["note"] or "").split(";"))
        for entries in (right, wrong, right):
            read_as(store, *entries)
            kept = [paper for paper in everything(store) if paper["note"]]
            assert sorted(w.strip() for p in kept for w in (p["note"] or "").split(";") if w.strip()) == [
                word for word in written if word
            ]
            assert all(paper["status"] == "keep" for paper in kept)
            well(store)
            before = dump(path)
            read_as(store, *entries)
            assert dump(path) == before


# --- papers that join -------------------------------------------------------------------------------------------------

ALPHA = {
    "title": "Alpha of the low-rank adapters",
    "arxiv_id": "2403.00001",
    "source_ids": ["hf:2403.00001"],
    "listed": ["2024-03-01"],
}
OMEGA = {"title": "Omega for sequential forgetting", "source_ids": ["s2:omega"], "listed": ["2024-03-02"], "upvotes": 3}
BRIDGE = {"title": OMEGA["title"], "arxiv_id": ALPHA["arxiv_id"], "listed": ["2024-03-03"]}


def both(store: LibraryStore) -> None:
    """Two papers: 1 is ALPHA, 2 is OMEGA."""
    add_pages(store, json_page(ALPHA, OMEGA))
    assert [paper["id"] for paper in everything(store)] == [1, 2]


def bridged(store: LibraryStore) -> PaperDict:
    """The one paper that a third sighting makes of the two."""
    assert add_pages(store, json_page(BRIDGE), now=LATER) == AddReport(pages=1, entries=1, merged=1)
    (paper,) = everything(store)
    return paper


def test_a_bridge(store: LibraryStore, path: Path) -> None:
    """A sighting that is both of two papers makes them one, under the lower number, with all that pages said of them."""
    both(store)
    paper = bridged(store)
    assert (paper["id"], paper["sightings"], paper["added"]) == (1, 3, NOW)
    assert paper["source_ids"] == ["hf:2403.00001", "s2:omega"]
    assert paper["listed"] == ["2024-03-01", "2024-03-02", "2024-03-03"]
    assert (paper["title"], paper["upvotes"]) == (OMEGA["title"], 3)
    assert paper["topics"] == ["memory"]
    assert len(store.looking.sightings(1)) == 3
    assert store.looking.sightings(2) == []
    assert in_step(path)
    match = "SELECT rowid FROM paper_text WHERE paper_text MATCH ?"
    assert [look_past(store).execute(match, (word,)).fetchall() for word in ("omega", "alpha")] == [[(1,)], []]


def test_the_old_number_leads_to_the_paper(store: LibraryStore) -> None:
    """A number that was given up still finds the paper, also when that is merged again, and is never given anew."""
    both(store)
    bridged(store)
    assert store.looking.resolve("2") == 1
    assert store.looking.resolve("1") == 1
    add_pages(store, json_page("Something else entirely"))
    assert [paper["id"] for paper in everything(store)] == [1, 3]


def test_old_numbers_follow_through_merges(store: LibraryStore) -> None:
    """A number given up to a paper that is given up in turn leads to the last one."""
    zero = {"title": "Zero, a paper of its own", "doi": "10.1/zero"}
    add_pages(store, json_page(zero))
    add_pages(store, json_page(ALPHA, OMEGA))
    add_pages(store, json_page(BRIDGE))
    assert [paper["id"] for paper in everything(store)] == [1, 2]
    add_pages(store, json_page({"title": zero["title"], "doi": zero["doi"], "arxiv_id": ALPHA["arxiv_id"]}))
    assert [paper["id"] for paper in everything(store)] == [1]
    assert [store.looking.resolve(name) for name in ("1", "2", "3", "2403.00001")] == [1, 1, 1, 1]


def test_decisions_follow_a_merge(store: LibraryStore) -> None:
    """The decisions on both papers are the paper's, and each reader's latest one is its status; they can be taken back."""
    both(store)
    store.deciding.decide(READER, [2], "keep", NOW, "keep")
    store.deciding.decide(READER, [1], "skip", NOW, "skip")
    store.deciding.decide("bob", [1], "keep", NOW, "keep")
    store.deciding.decide("bob", [2], "later", NOW, "later")
    store.deciding.decide("cy", [2], "later", NOW, "later")
    store.deciding.undo("cy", 1, NOW)
    store.deciding.decide("di", [2], "skip", NOW, "skip")
    bridged(store)
    assert {reader: everything(store, reader)[0]["status"] for reader in (READER, "bob", "cy", "di", "eve")} == {
        READER: "skip", "bob": "later", "cy": "inbox", "di": "skip", "eve": "inbox"
    }  # fmt: skip
    assert [(decided.paper_id, decided.status) for decided in store.deciding.log(READER, None)] == [
        (1, "skip"),
        (1, "keep"),
    ]
    store.deciding.undo(READER, 1, LATER)
    assert everything(store)[0]["status"] == "keep"
    store.deciding.undo(READER, 1, LATER)
    assert everything(store)[0]["status"] == "inbox"
    well(store)


def test_a_decision_taken_back_says_nothing_in_a_merge(store: LibraryStore) -> None:
    """Where one paper was kept and the decision on the other was taken back, the paper they make is kept."""
    both(store)
    store.deciding.decide(READER, [1], "keep", NOW, "keep")
    store.deciding.decide(READER, [2], "later", NOW, "later")
    store.deciding.undo(READER, 1, NOW)
    assert [paper["status"] for paper in everything(store)] == ["keep", "inbox"]
    assert bridged(store)["status"] == "keep"


def test_tags_and_notes_follow_a_merge(store: LibraryStore) -> None:
    """Tags of both papers are the paper's, notes are joined, and each reader keeps their own."""
    both(store)
    store.annotating.tag(READER, [1, 2], ["todo"], [])
    store.annotating.tag(READER, [2], ["survey"], [])
    store.annotating.tag("bob", [2], ["bobs"], [])
    store.annotating.note(READER, 1, "on alpha")
    store.annotating.note(READER, 2, "on omega")
    store.annotating.note("bob", 2, "bob on omega")
    paper = bridged(store)
    assert (paper["tags"], paper["note"]) == (["survey", "todo"], "on alpha\n\non omega")
    (bobs,) = everything(store, "bob")
    assert (bobs["tags"], bobs["note"]) == (["bobs"], "bob on omega")


def test_what_was_told_stays_told(store: LibraryStore) -> None:
    """A paper of which either half was told is not told again; each reader has a ledger of their own."""
    both(store)
    store.telling.tell(READER, [2], "2026-11-21", NOW)
    store.telling.tell("bob", [1], "2026-11-21", NOW)
    store.telling.tell("cy", [1, 2], "2026-11-21", NOW)
    bridged(store)
    assert [store.telling.untold(reader) for reader in (READER, "bob", "cy", "di")] == [[], [], [], [1]]
    assert [store.telling.last(reader) for reader in (READER, "bob")] == [
        (1, "2026-11-21", [1]),
        (2, "2026-11-21", [1]),
    ]


# --- papers that part -------------------------------------------------------------------------------------------------


def test_a_sighting_moves_to_a_better_match(store: LibraryStore, path: Path) -> None:
    """A sighting without an id leaves the paper it was taken for when a better match comes; the rows of both are right."""
    near = {"title": TITLES[2], "arxiv_id": "2403.00001", "listed": ["2024-03-01"]}
    stray = {"title": TITLES[0], "source_ids": ["s2:stray"], "listed": ["2024-03-02"], "upvotes": 7}
    add_pages(store, json_page(near), json_page(stray))
    (paper,) = everything(store)
    assert (paper["sightings"], paper["listed"], paper["upvotes"]) == (2, ["2024-03-01", "2024-03-02"], 7)
    store.deciding.decide(READER, [1], "keep", NOW, "keep")
    add_pages(store, json_page({"title": TITLES[0], "arxiv_id": "2403.00002"}), now=LATER)
    one, two = everything(store)
    assert (one["id"], one["arxiv_id"], one["title"], one["sightings"]) == (1, "2403.00001", TITLES[2], 1)
    assert (one["source_ids"], one["listed"], one["upvotes"], one["status"]) == ([], ["2024-03-01"], None, "keep")
    assert (two["id"], two["arxiv_id"], two["title"], two["sightings"]) == (2, "2403.00002", TITLES[0], 2)
    assert (two["source_ids"], two["listed"], two["upvotes"], two["status"]) == (
        ["s2:stray"],
        ["2024-03-02"],
        7,
        "inbox",
    )
    assert (two["added"], one["added"]) == (LATER, NOW)
    assert [len(store.looking.sightings(number)) for number in (1, 2)] == [1, 2]
    assert in_step(path)


def test_a_paper_keeps_its_number_with_its_id(store: LibraryStore) -> None:
    """When a paper parts, the number stays with the arXiv id that it bore: people decided on that paper."""
    added(store, THREE_AGAINST_ONE[:3])
    store.deciding.decide(READER, [1], "keep", NOW, "keep")
    (paper,) = everything(store)
    assert (paper["id"], paper["arxiv_id"], paper["sightings"]) == (1, "2403.00001", 3)
    added(store, THREE_AGAINST_ONE[3:])
    assert {p["arxiv_id"]: p["status"] for p in everything(store)} == {"2403.00001": "keep", "2403.00002": "inbox"}


# --- whole or not at all ----------------------------------------------------------------------------------------------


def feed_of(pages: int) -> list[Raw]:
    """Pages that overlap with the one before them, bridge papers and move sightings."""
    made = []
    for k in range(pages):
        cards = [
            Card(f"Subject {word} of tuning", prose(word))
            for word in ("ash birch cedar elm fir hazel oak pine".split()[k % 5 : k % 5 + 3])
        ]
        records = [ALPHA, OMEGA] if k % 4 == 0 else [BRIDGE] if k % 4 == 2 else [{"title": TITLES[k % 4], "upvotes": k}]
        made += [
            Raw(f"text {k}", text_page(*cards, header=f"May {k + 1}")),
            Raw(f"json {k}", json_page(*records, f"Paper number {k} of many")),
        ]
    return made


def states(folder: Path, feed: Sequence[Raw]) -> list[dict[str, list[tuple[object, ...]]]]:
    """The library before the first page, and behind each page, of a run that nothing disturbs."""
    path = folder / "undisturbed.db"
    store = open_library(path, create=True)
    with store.adding.transaction():
        relabel(store, RULES)  # the first thing that adding does
    found = [dump(path)]
    steps = add(feed, lambda: store, RULES, now=lambda: NOW)
    found += [dump(path) for _ in steps]
    store.close()
    return found


def test_killed_at_any_moment(tmp_path: Path) -> None:
    """However often a process is killed while it adds pages, each page is there whole or not at all, the file is sound,
    and adding again ends in exactly the library of a run that nothing disturbed."""
    feed = feed_of(8)
    whole = states(tmp_path, feed)
    empty = dump_of_an_empty_library(tmp_path)
    chance = Random(11)
    turn = torn = 0
    longest = 0.05  # seconds until a kill; found out by trying, for machines differ
    path = tmp_path / "0.db"
    while torn < 25:
        turn += 1
        started, begin = os.pipe()

        def work(path: Path = path, begin: int = begin) -> None:
            store = open_library(path, create=True)
            os.write(begin, b"x")
            add_pages(store, *feed)

        child = forked(work)
        os.read(started, 1)
        time.sleep(chance.uniform(0.0, longest))
        os.kill(child, signal.SIGKILL)
        assert exit_codes([child]) in ([-signal.SIGKILL], [0])
        os.close(started)
        os.close(begin)
        held = dump(path)
        assert held in (empty, *whole)
        connection = look(path)
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        connection.close()
        longest *= 1.25 if held in (empty, whole[0]) else 0.9 if held == whole[-1] else 1.0
        torn += held in whole[1:-1]
        if turn % 6 == 0 or held == whole[-1]:
            store = open_library(path)
            add_pages(store, *feed)
            well(store)
            store.close()
            assert dump(path) == whole[-1]
            path = tmp_path / f"{turn}.db"


def dump_of_an_empty_library(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """A library that was just made."""
    path = folder / "empty.db"
    open_library(path, create=True).close()
    return dump(path)


def test_a_library_that_fails_keeps_what_was_stored(store: LibraryStore, path: Path) -> None:
    """Where the disk is full behind the first page, that page stays, and the next one is a problem and the end."""
    first = text_page(ADAPTERS)
    add_pages(store, first)
    connection = look_past(store)
    size = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {size + 2}")
    many = [Card(f"Number {n} of {prose(str(n))[:60]}", prose(f"subject {n}", words=150)) for n in range(60)]
    report = add_pages(store, first, text_page(*many), first)
    assert (report.pages, report.unchanged, report.new) == (1, 1, 0)
    (problem,) = report.problems
    assert (problem.input, "full" in problem.reason) == ("page-2", True)
    assert len(papers_of(path)) == 1
    with pytest.raises(LibraryError, match="full"):
        add_pages(store, text_page(*many))
