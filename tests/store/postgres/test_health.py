"""What `doctor` finds in a library on a server, and mends: each kind of damage, done by hand past all of our code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.fakes import NOW, READER, RULES, add_pages, json_page
from tests.libraries import Pool, dump, in_step, look

from papertide.flows.doctor import repair
from papertide.store import LibraryStore, open_library
from papertide.store.address import Server

CHECKS = [
    "schema",
    "references",
    "search index",
    "triggers",
    "indexes",
    "access",
    "papers",
    "values",
    "decisions",
    "fetches",
    "size",
]


@pytest.fixture
def path(pool: Pool) -> Iterator[Server]:
    """A library that was lived with: papers, a merge, decisions taken back, tags, notes, a digest."""
    place = pool.take()
    store = open_library(place)
    add_pages(
        store,
        json_page(
            {"title": "Alpha, a longer title", "arxiv_id": "2403.00001", "published": "2024-03-01"},
            "Omega, the last of them",
            {"title": "Something on adapters", "abstract": "Adapters again."},
        ),
    )
    store.deciding.decide(READER, [1, 2, 3], "keep", NOW, "keep")
    store.deciding.decide("bob", [2], "skip", NOW, "skip")
    store.deciding.undo(READER, 1, NOW)
    store.annotating.tag(READER, [2], ["todo"], [])
    store.telling.tell(READER, [1, 2], "2026-11-21", NOW)
    add_pages(store, json_page({"title": "Omega, the last of them", "arxiv_id": "2403.00001"}))
    store.close()
    yield place
    pool.give_back(place)


def unwell(path: Server) -> list[str]:
    """The names of what isn't well; every check is told of, in its order."""
    store = open_library(path)
    found = store.checking.findings()
    store.close()
    assert [finding.name for finding in found] == CHECKS
    assert all(finding.told and "\n" not in finding.told for finding in found)
    return [finding.name for finding in found if not finding.well]


def test_all_is_well(path: Server) -> None:
    """A library that was only ever used has nothing the matter, and looking changes nothing."""
    before = dump(path)
    assert unwell(path) == []
    assert dump(path) == before


MENDED: dict[str, tuple[str, list[str]]] = {
    "the index lacks a paper": ("DELETE FROM paper_text WHERE rowid = 3", ["search index"]),
    "the index says something else": ("UPDATE paper_text SET body = 'x' WHERE rowid = 1", ["search index"]),
    "words are due": ("INSERT INTO text_due VALUES (1)", ["search index"]),
    "a trigger is gone": ("DROP TRIGGER paper_text_update ON paper", ["triggers"]),
    "a trigger is off": ("ALTER TABLE paper DISABLE TRIGGER paper_text_insert", ["triggers"]),
    "an index is gone": ("DROP INDEX paper_added", ["indexes"]),
    "a policy is gone": ("DROP POLICY own ON tag", ["access"]),
    "policies are off": ("ALTER TABLE note DISABLE ROW LEVEL SECURITY", ["access"]),
    "a status too many": ("INSERT INTO status VALUES ('eve', 3, 'keep')", ["decisions"]),
    "a status too few": ("DELETE FROM status WHERE reader = 'ada'", ["decisions"]),
    "a wrong status": ("UPDATE status SET status = 'later' WHERE reader = 'bob'", ["decisions"]),
    "a wrong number of sightings": ("UPDATE paper SET sightings = 7 WHERE id = 3", ["papers"]),
    "a listing day that an index has otherwise": (
        "UPDATE paper SET last_listed = '1999-01-01' WHERE id = 3",
        ["papers"],
    ),
    "a date that a topic has otherwise": ("UPDATE paper_topic SET published = '1999-01-01'", ["papers"]),
    "names that are none": ("UPDATE paper SET authors = '[' WHERE id = 3", ["search index", "values"]),
    "terms of half a number": (r"INSERT INTO paper_terms VALUES (3, '\x000102') ON CONFLICT DO NOTHING", ["values"]),
    "scores of nobody": (r"INSERT INTO ranking VALUES ('x', 1, 1, '\x00', 'b', '\x', '\x')", ["values"]),
}


@pytest.mark.parametrize("what", MENDED)
def test_damage_is_found_and_mended(what: str, path: Server, tmp_path: Path) -> None:
    """Each kind of damage is found by its name and nothing else is; when it was mended, the library is as it was before."""
    statement, names = MENDED[what]
    whole = dump(path)
    connection = look(path)
    connection.execute(statement)
    connection.close()
    damaged = dump(path)
    assert sorted(unwell(path)) == sorted(names)
    assert dump(path) == damaged
    store = open_library(path)
    repair(store, RULES, tmp_path / "lost.jsonl", now=lambda: NOW)
    assert repair(store, RULES, tmp_path / "lost.jsonl", now=lambda: NOW).told == ()
    store.close()
    assert unwell(path) == []
    assert in_step(path)
    mended = dump(path)
    assert {name for name in whole if mended[name] != whole[name]} <= {"paper_terms", "terms_due", "ranking"}


FOUND: dict[str, tuple[str, list[str]]] = {
    "a table is gone": ("DROP TABLE robots", ["schema"]),
    "a function is gone": ("DROP FUNCTION note_without", ["schema"]),
    "an entry that is none": ("UPDATE sighting SET entry = '7' WHERE id = 3", ["values"]),
    "a day that never was": ("UPDATE page SET captured = '2024-02-41'", ["values"]),
    "a rule that isn't held": (
        "ALTER TABLE tag ADD CONSTRAINT more CHECK (tag <> 'x') NOT VALID",
        ["references"],
    ),
}


@pytest.mark.parametrize("what", FOUND)
def test_damage_is_found(what: str, path: Server) -> None:
    """What can't be mended is found by its name."""
    statement, names = FOUND[what]
    connection = look(path)
    connection.execute(statement)
    connection.close()
    assert unwell(path) == names


def test_decisions_are_never_mended(path: Server, tmp_path: Path) -> None:
    """Nothing that a reader said is changed by a repair."""
    before = dump(path)
    store = open_library(path)
    assert isinstance(store, LibraryStore)
    assert repair(store, RULES, tmp_path / "lost.jsonl", now=lambda: NOW).told == ()
    store.close()
    assert dump(path) == before
    assert not (tmp_path / "lost.jsonl").exists()
