"""Papers arranged for an export."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from tests.export.papers import paper
from tests.fakes import NOW, READER, json_page

from papertide import topics
from papertide.export.base import Section
from papertide.flows.add import add
from papertide.flows.digest import select
from papertide.flows.readinglist import GROUPINGS, digest_list, reading_list
from papertide.flows.tally import report_of
from papertide.sources.base import Raw
from papertide.store import LibraryStore, open_library
from papertide.store.base import Selection

RULES = topics.load(
    b"".join(b'[%s]\nname="%s"\ndescription="x"\nstrong=["%s"]\n' % row for row in [
        (b"a", b"First", b"apple"), (b"b", b"Second", b"banana"), (b"zz", b"Last", b"zebra"),
    ]),
    "rules",
)  # fmt: skip
NAMES = {"a": "First", "b": "Second", "c": "Third"}


PAGE = json_page(
    {"title": "one apple and a banana", "published": "2024-05-10"},
    {"title": "two for the zebra", "published": "2025-01-01"},
    {"title": "three of nothing"},
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LibraryStore]:
    """A library of three papers: of two topics, of one that isn't named, of none."""
    store = open_library(tmp_path / "x.db", create=True)
    assert report_of(add([Raw("page.jsonl", PAGE)], lambda: store, RULES, now=lambda: NOW)).new == 3
    store.annotating.tag(READER, [1], ["x", "y"], [])
    store.annotating.tag(READER, [3], ["x"], [])
    store.deciding.decide(READER, [1], "keep", NOW, "keep")
    store.deciding.decide(READER, [2], "skip", NOW, "skip")
    yield store
    store.close()


EVERYTHING = Selection(None, READER, sort="added")


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ("none", [("", [1, 2, 3])]),
        ("topic", [("First", [1]), ("Second", [1]), ("zz", [2]), ("Other", [3])]),
        ("month", [("2025-01", [2]), ("2024-05", [1]), ("No date", [3])]),
        ("tag", [("x", [1, 3]), ("y", [1]), ("No tag", [2])]),
        ("status", [("Inbox", [3]), ("Keep", [1]), ("Skip", [2])]),
    ],
)
def test_groups(store: LibraryStore, group: str, expected: list[tuple[str, list[int]]]) -> None:
    """Groups have their headings, their order and their papers, whole; a paper of two groups stands in both."""
    made, count = reading_list(store.looking, EVERYTHING, NAMES, group_by=group)
    assert [(section.heading, [p["id"] for p in section.papers]) for section in made.sections] == expected
    assert (made.title, made.subtitle, made.updated, count) == ("Reading list", "3 papers", NOW, 3)
    assert sorted(made.each(), key=lambda p: p["id"]) == store.looking.by_number([1, 2, 3], READER)


@pytest.mark.parametrize("group", GROUPINGS)
def test_nothing_in_it(store: LibraryStore, group: str) -> None:
    """Of no papers there are no groups, and nothing was updated."""
    made, count = reading_list(store.looking, Selection(None, READER, limit=0), NAMES, group_by=group)
    assert (list(made.sections), count, made.updated) == ([], 0, None)


def test_many_in_their_order(store: LibraryStore) -> None:
    """More papers than are read at once come in the order of the selection, none lost."""

    page = json_page(*(f"Number {n} is unlike any other {n * 7919}" for n in range(600)))
    report_of(add([Raw("many.jsonl", page)], lambda: store, RULES, now=lambda: NOW))
    asked = Selection(None, READER, sort="title")
    made, _ = reading_list(store.looking, asked, NAMES)
    assert list(made.each()) == store.looking.papers(asked)


def test_what_others_write_meanwhile_is_not_seen(store: LibraryStore) -> None:
    """While a list is written it stays as it was counted, whatever another process does."""
    other = open_library(Path(store.path))
    with store.looking.steady():
        made, count = reading_list(store.looking, EVERYTHING, NAMES, group_by="status")
        other.deciding.decide(READER, [3], "skip", NOW, "skip")
        assert sum(1 for section in made.sections for p in section.papers if p["status"] == "inbox") == 1
        assert count == 3
    assert store.looking.by_number([3], READER)[0]["status"] == "skip"
    other.close()


def test_a_digest_as_a_reading_list() -> None:
    """Its sections stay, each with its sentences and the query for what it leaves out."""
    papers = [
        paper(1, "one", topics=["b", "a"], published="2024-05-10", tags=["x", "y"], status="keep"),
        paper(2, "two", topics=["zz"], published="2025-01-01", status="skip"),
        paper(3, "three", tags=["x"]),
        paper(4, "four", abstract="It says so.", topics=["zz"]),
    ]
    told = digest_list(select(papers, NAMES, day=date(2026, 5, 7), limit=1))
    assert (told.title, told.subtitle) == ("Papers of 2026-05-07", "4 new papers")
    assert [(section.heading, section.left_out, section.query) for section in told.sections] == [
        ("Second", 0, "topic:b added:2026-11-21 status:inbox"),
        ("zz", 1, "topic:zz added:2026-11-21 status:inbox"),
        ("Other", 0, "topic:none added:2026-11-21 status:inbox"),
    ]
    assert told.sections[2] == Section("Other", (papers[2],), 0, "topic:none added:2026-11-21 status:inbox")
