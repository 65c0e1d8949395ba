"""Papers arranged for an export."""

from __future__ import annotations

from datetime import date

import pytest
from tests.export.papers import paper

from papertide.export.base import Section
from papertide.flows.digest import select
from papertide.flows.readinglist import GROUPINGS, digest_list, reading_list

PAPERS = [
    paper(1, "one", topics=["b", "a"], published="2024-05-10", tags=["x", "y"], status="keep"),
    paper(2, "two", topics=["zz"], published="2025-01-01", status="skip"),
    paper(3, "three", tags=["x"]),
]
NAMES = {"a": "First", "b": "Second", "c": "Third"}


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
def test_groups(group: str, expected: list[tuple[str, list[int]]]) -> None:
    """Groups have their headings, their order and their papers; a paper of two groups stands in both."""
    made = reading_list(PAPERS, NAMES, group_by=group, subtitle="below")
    assert [(section.heading, [p["id"] for p in section.papers]) for section in made.sections] == expected
    assert (made.title, made.subtitle, made.sentences) == ("Reading list", "below", None)


@pytest.mark.parametrize("group", GROUPINGS)
def test_nobody_gets_lost(group: str) -> None:
    """However they are grouped, every paper stands somewhere, in the order that it came in; none for none."""
    made = reading_list(PAPERS, NAMES, group_by=group)
    assert {p["id"] for section in made.sections for p in section.papers} == {1, 2, 3}
    for section in made.sections:
        assert [p["id"] for p in section.papers] == sorted(p["id"] for p in section.papers)
    assert all(not section.papers for section in reading_list([], NAMES, group_by=group).sections)


def test_a_digest_as_a_reading_list() -> None:
    """Its sections stay, each with its sentences and the query for what it leaves out."""
    made = select(
        [*PAPERS, paper(4, "four", abstract="It says so.", topics=["zz"])], NAMES, day=date(2026, 5, 7), limit=1
    )
    told = digest_list(made)
    assert (told.title, told.subtitle) == ("Papers of 2026-05-07", "4 new papers")
    assert [(section.heading, section.note) for section in told.sections] == [
        ("Second", ""),
        ("zz", '1 more: `papertide list "topic:zz added:2026-11-21 status:inbox"`'),
        ("Other", ""),
    ]
    assert told.sections[2] == Section("Other", (PAPERS[2],), "")
