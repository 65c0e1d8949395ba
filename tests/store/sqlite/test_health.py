"""What `doctor` finds: nothing on a good library, and each kind of damage by its name, without changing anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fakes import NOW, READER, add_pages, dump, json_page, look

from papertide.store import LibraryStore
from papertide.store.sqlite import migrations
from papertide.store.sqlite.engine import FileDatabase

pytestmark = pytest.mark.files

CHECKS = [
    "schema",
    "integrity",
    "references",
    "search index",
    "triggers",
    "indexes",
    "papers",
    "values",
    "decisions",
    "fetches",
    "size",
]


@pytest.fixture
def path(path: Path) -> Path:
    """A library that was lived with: papers, a merge, decisions taken back, tags, notes, a digest."""
    store = LibraryStore(FileDatabase.open(path, create=True))
    add_pages(
        store,
        json_page(
            {"title": "Alpha, a longer title", "arxiv_id": "2403.00001"},
            "Omega, the last of them",
            "Something on adapters",
        ),
    )
    store.deciding.decide(READER, [1, 2, 3], "keep", NOW, "keep")
    store.deciding.decide("bob", [2], "skip", NOW, "skip")
    store.deciding.undo(READER, 1, NOW)
    store.annotating.tag(READER, [2], ["todo"], [])
    store.annotating.note(READER, 1, "read this")
    store.telling.tell(READER, [1, 2], "2026-11-21", NOW)
    add_pages(store, json_page({"title": "Omega, the last of them", "arxiv_id": "2403.00001"}))
    assert [row.id for row in store.deciding.log("bob", None) if row.paper_id == 1]
    store.close()
    return path


def unwell(path: Path, wait: float = 1.0) -> list[str]:
    """The names of what isn't well; every check is told of, in its order."""
    store = LibraryStore(FileDatabase.open(path, wait=wait))
    found = store.checking.findings()
    store.close()
    assert [finding.name for finding in found] == CHECKS
    assert all(finding.told and "\n" not in finding.told for finding in found)
    return [finding.name for finding in found if not finding.well]


def damage(path: Path, *statements: str) -> None:
    """Do to a library what our own code never would."""
    connection = look(path)
    for statement in statements:
        connection.execute(statement)
    connection.close()


def test_all_is_well(path: Path) -> None:
    """A library that was only ever used has nothing the matter, and looking changes nothing."""
    before, raw = dump(path), path.read_bytes()
    assert unwell(path) == []
    assert dump(path) == before
    assert path.read_bytes() == raw


def test_an_empty_library_is_well(tmp_path: Path) -> None:
    """So has one that was just made."""
    FileDatabase.open(tmp_path / "new.db", create=True).close()
    assert unwell(tmp_path / "new.db") == []


DAMAGE: dict[str, tuple[list[str], list[str]]] = {
    "the index says too little": (["INSERT INTO paper_text (paper_text) VALUES ('delete-all')"], ["search index"]),
    "the index says too much": (["INSERT INTO paper_text (rowid, title) VALUES (99, 'ghost')"], ["search index"]),
    "the index says something else": (
        ["DROP TRIGGER paper_text_update", "UPDATE paper SET title = 'Other' WHERE id = 1"],
        ["search index", "triggers"],
    ),
    "an insert trigger is gone": (["DROP TRIGGER paper_text_insert"], ["triggers"]),
    "a delete trigger is gone": (["DROP TRIGGER paper_text_delete"], ["triggers"]),
    "an update trigger is gone": (["DROP TRIGGER paper_text_update"], ["triggers"]),
    "an index is gone": (["DROP INDEX paper_added"], ["indexes"]),
    "an index is another": (["DROP INDEX paper_added", "CREATE INDEX paper_added ON paper (title)"], ["indexes"]),
    "a trigger is another": (
        [
            "DROP TRIGGER paper_text_insert",
            "CREATE TRIGGER paper_text_insert AFTER INSERT ON paper BEGIN SELECT 1; END",
        ],
        ["triggers"],
    ),
    "a table is gone": (["DROP TABLE robots"], ["schema"]),
    "a table is another": (["ALTER TABLE robots ADD COLUMN more TEXT"], ["schema"]),
    "a tag on no paper": (["INSERT INTO tag VALUES ('ada', 99, 'x')"], ["references"]),
    "a topic of no paper": (["INSERT INTO paper_topic VALUES (99, 'x', 0, NULL, NULL)"], ["references"]),
    "an old number of no paper": (["UPDATE paper_alias SET paper_id = 99"], ["references"]),
    "a digest that is gone": (["DELETE FROM digest"], ["references"]),
    "a page that is gone": (["DELETE FROM page WHERE id = 2"], ["references"]),
    "a paper that is gone": (["DELETE FROM paper WHERE id = 3"], ["references"]),
    "a status too many": (["INSERT INTO status VALUES ('eve', 3, 'keep')"], ["decisions"]),
    "a status too few": (["DELETE FROM status WHERE reader = 'ada'"], ["decisions"]),
    "a wrong status": (["UPDATE status SET status = 'later' WHERE reader = 'bob'"], ["decisions"]),
    "a wrong number of sightings": (["UPDATE paper SET sightings = 7 WHERE id = 3"], ["papers"]),
    "a listing day that an index has otherwise": (
        ["UPDATE paper SET last_listed = '1999-01-01' WHERE id = 3"],
        ["papers"],
    ),
    "a date that a topic has otherwise": (["UPDATE paper_topic SET published = '1999-01-01'"], ["papers"]),
    "names that are none": (["UPDATE paper SET authors = '[' WHERE id = 3"], ["values"]),
    "a title that is none": (["UPDATE paper SET title = x'00ff' WHERE id = 3"], ["values"]),
    "an entry that is none": (["UPDATE sighting SET entry = '7' WHERE id = 3"], ["values"]),
    "a day that never was": (["UPDATE page SET captured = '2024-02-31'"], ["values"]),
    "terms of half a number": (["INSERT INTO paper_terms VALUES (3, x'000102')"], ["values"]),
    "scores of nobody": (["INSERT INTO ranking VALUES ('x', 1, 1, x'00', 'b', x'', x'')"], ["values"]),
    "a sighting that is gone": (["DELETE FROM sighting WHERE paper_id = 3"], ["papers"]),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_damage(what: str, path: Path) -> None:
    """Each kind of damage is found by its name, and nothing else is said to be wrong."""
    statements, found = DAMAGE[what]
    damage(path, *statements)
    before = dump(path)
    assert unwell(path) == found
    assert dump(path) == before


def test_a_damaged_file(path: Path) -> None:
    """A page of the file that holds nonsense is found, and the other checks still answer."""
    connection = look(path)
    (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'paper_authors'").fetchone()
    connection.close()
    broken = bytearray(path.read_bytes())
    broken[4096 * (root - 1) : 4096 * root] = b"\xa5" * 4096
    path.write_bytes(broken)
    assert "integrity" in unwell(path)
    assert path.read_bytes() == broken


def test_a_schema_behind(path: Path) -> None:
    """A library whose schema fell behind while it was open is told of."""
    store = LibraryStore(FileDatabase.open(path))
    damage(path, "PRAGMA user_version = 0")
    assert [finding.name for finding in store.checking.findings() if not finding.well] == ["schema"]
    damage(path, f"PRAGMA user_version = {migrations.NEWEST}")
    store.close()


def test_while_another_process_writes(path: Path) -> None:
    """A good library is not called damaged because another process is writing to it."""
    other = look(path)
    other.execute("BEGIN IMMEDIATE")
    try:
        assert unwell(path, wait=0.02) == []
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert unwell(path) == []


def test_looking_leaves_nothing_open(path: Path) -> None:
    """After all checks, damage found or not, no transaction is open and others can write."""
    damage(path, "INSERT INTO paper_text (paper_text) VALUES ('delete-all')")
    store = LibraryStore(FileDatabase.open(path))
    store.checking.findings()
    other = look(path)
    other.execute("PRAGMA busy_timeout = 0")
    other.execute("DELETE FROM note")
    other.close()
    store.close()


def test_the_last_fetches(path: Path) -> None:
    """Of each live source the part that was got last is told, when that was, and how many parts there are."""
    store = LibraryStore(FileDatabase.open(path))
    (told,) = [finding for finding in store.checking.findings() if finding.name == "fetches"]
    assert (told.told, told.facts) == ("nothing was fetched yet", {"sources": {}})
    for source, part, at in (
        ("hf", "day:2026-11-19", "2026-11-20T08:00:00Z"),
        ("hf", "day:2026-11-20", "2026-11-20T08:00:00Z"),
        ("hf", "day:2026-11-18", "2026-11-19T08:00:00Z"),
        ("arxiv", "day:2026-11-20 cs.CL", "2026-11-21T08:00:00Z"),
    ):
        store.fetching.got(source, part, at, 12)
    (told,) = [finding for finding in store.checking.findings() if finding.name == "fetches"]
    store.close()
    assert told.well
    assert told.facts == {
        "sources": {
            "arxiv": {"part": "day:2026-11-20 cs.CL", "at": "2026-11-21T08:00:00Z", "parts": 1},
            "hf": {"part": "day:2026-11-20", "at": "2026-11-20T08:00:00Z", "parts": 3},
        }
    }
    assert "hf day:2026-11-20 at 2026-11-20T08:00:00Z, 3 parts in all" in told.told
    assert "arxiv day:2026-11-20 cs.CL at 2026-11-21T08:00:00Z, 1 part in all" in told.told
