"""`doctor --repair`: what was harmed is mended, in one transaction, and nothing that a person did is lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.fakes import NOW, READER, RULES, add_pages, dump, json_page, look

from papertide.errors import OutputError
from papertide.flows.doctor import Repaired, look_at_titles, repair
from papertide.flows.duplicates import Hand, merge
from papertide.store import open_library

COUNT = 17
"""Where a row of a paper has how many sightings there are."""
BY_TIME = ("terms_due", "paper_text_data", "paper_text_idx", "paper_text_docsize", "paper_text_config")
"""Tables of the search index whose bytes depend on the order in which it was written."""


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A library that was lived with: papers, merges, decisions taken back, tags, notes, a digest."""
    path = tmp_path / "library.db"
    store = open_library(path, create=True)
    first = {"title": "Alpha, a longer title", "arxiv_id": "2403.00001", "upvotes": 3, "listed": ["2026-05-07"]}
    add_pages(store, json_page(first, "Omega, the last of them", "Something on adapters"))
    add_pages(store, json_page({"title": "Alpha, a longer title", "comments": 2}), now="2026-11-22T10:00:00Z")
    store.deciding.decide(READER, [1, 2, 3], "keep", NOW, "keep")
    store.deciding.undo(READER, 1, NOW)
    store.annotating.tag(READER, [2], ["todo"], [])
    store.annotating.note(READER, 1, "read this")
    store.telling.tell(READER, [1, 2], "2026-11-21", NOW)
    merge(Hand(store, RULES, READER, NOW), 2, 3)
    store.close()
    return path


def harmed(path: Path, *statements: str) -> None:
    """Do to a library what our own code never would."""
    connection = look(path)
    for statement in statements:
        connection.execute(statement)
    connection.close()


def mended(path: Path) -> Repaired:
    """Repair a library; all is well then, and nothing is left to mend."""
    store = open_library(path)
    done = repair(store, RULES, path.with_name("lost.jsonl"), now=lambda: NOW)
    ill = [finding.name for finding in [*store.checking.findings(), look_at_titles(store)] if not finding.well]
    again = repair(store, RULES, path.with_name("again.jsonl"), now=lambda: NOW)
    store.close()
    assert ill == []
    assert again == Repaired((), None)
    return done


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """What a library holds, but for the search index's own tables and what is still to be ranked: both follow from it."""
    return {name: found for name, found in dump(path).items() if name not in BY_TIME}


FORCED = ("PRAGMA writable_schema = ON", "DELETE FROM sqlite_master WHERE name = 'paper_text'")
"""Takes the search index out of the schema, and leaves its own tables there."""

WHOLLY = {
    "index too small": ["INSERT INTO paper_text (paper_text) VALUES ('delete-all')"],
    "index too large": ["INSERT INTO paper_text (rowid, title) VALUES (99, 'ghost')"],
    "no list of the index": ["DROP TABLE paper_text_idx"],
    "no data of the index": ["DROP TABLE paper_text_data"],
    "no settings of the index": ["DROP TABLE paper_text_config"],
    "nonsense in the index": ["UPDATE paper_text_data SET block = zeroblob(9)"],
    "only parts of the index": ["DROP TABLE paper_text_docsize", *FORCED],
    "a broken index and a paper gone": [
        "DROP TRIGGER paper_text_delete",
        "DELETE FROM paper WHERE id = 1",
        "DROP TABLE paper_text_config",
    ],
    "no trigger": ["DROP TRIGGER paper_text_update", "DROP TRIGGER paper_text_insert"],
    "another trigger": [
        "DROP TRIGGER paper_text_delete",
        "CREATE TRIGGER paper_text_delete AFTER DELETE ON paper BEGIN SELECT 1; END",
    ],
    "no index": ["DROP INDEX paper_added", "DROP INDEX paper_arxiv"],
    "another index": ["DROP INDEX paper_added", "CREATE INDEX paper_added ON paper (title)"],
    "an empty table gone": ["DROP TABLE robots"],
    "a paper gone": ["DROP TRIGGER paper_text_delete", "DELETE FROM paper WHERE id = 1"],
    "wrong count": ["UPDATE paper SET sightings = 9"],
    "statuses gone": ["DELETE FROM status"],
    "statuses wrong": ["UPDATE status SET status = 'skip'", "INSERT INTO status VALUES ('eve', 1, 'keep')"],
    "wrong listing days": ["UPDATE paper SET last_listed = '1999-01-01'"],
    "listing days gone": ["DELETE FROM paper_listed"],
    "names that are none": ["UPDATE paper SET authors = '[' WHERE id = 1"],
    "a title that is none": ["UPDATE paper SET title = x'00ff', published = 'soon' WHERE id = 2"],
    "days that never were": [
        "UPDATE page SET captured = '2024-02-31'",
        "UPDATE sighting SET listed = 'x' WHERE id = 1",
        "UPDATE paper_listed SET day = 'x'",
    ],
    "scores of nobody": ["INSERT INTO ranking VALUES ('x', 1, 1, x'00', 'b', x'', x'')"],
    "terms of half a number": ["INSERT INTO paper_terms VALUES (1, x'000102')"],
    "a topic of no paper": ["INSERT INTO paper_topic VALUES (99, 'x', 0, NULL, NULL)"],
}


@pytest.mark.parametrize("what", WHOLLY)
def test_wholly_mended(what: str, library: Path) -> None:
    """After these harms and a repair the library is row for row what it was, and what was done is told."""
    before = rows(library)
    harmed(library, *WHOLLY[what])
    done = mended(library)
    after = rows(library)
    assert sorted(before.pop("(schema)"), key=repr) == sorted(after.pop("(schema)"), key=repr)
    assert after == before
    assert done.told
    assert done.kept is None


def test_titles_are_made_anew(library: Path) -> None:
    """Titles and marks out of step are found, and made anew with the next page, as if they had always been there."""
    whole = rows(library)
    for harm in (
        "DELETE FROM title WHERE id = 1",
        "DELETE FROM mark WHERE title_id = 2",
        "DELETE FROM mark",
    ):
        harmed(library, harm)
        assert any("titles" in told for told in mended(library).told)
        store = open_library(library)
        add_pages(store, json_page({"title": "Omega, the last of them", "upvotes": len(harm)}))
        store.close()
        assert {row[1] for row in rows(library)["title"]} == {row[1] for row in whole["title"]}
        assert {row[2] for row in rows(library)["mark"]} == {row[0] for row in rows(library)["title"]}


LOST = {
    "a tag on no paper": (["INSERT INTO tag VALUES ('ada', 99, 'x')"], "tag"),
    "a note on no paper": (["INSERT INTO note VALUES ('ada', 99, 'x')"], "note"),
    "a decision on no paper": (
        ["INSERT INTO decision (reader, paper_id, status, at, command) VALUES ('ada', 99, 'keep', 'x', 'keep')"],
        "decision",
    ),
    "a digest gone": (["DELETE FROM digest"], "told"),
    "an old number of no paper": (["INSERT INTO paper_alias VALUES (98, 99)"], "paper_alias"),
}


@pytest.mark.parametrize("what", LOST)
def test_what_belongs_to_nothing_is_kept_elsewhere(what: str, library: Path) -> None:
    """Rows that nothing can be made of leave the library for a file beside it, which holds them whole."""
    harms, table = LOST[what]
    before = rows(library)
    harmed(library, *harms)
    harm = rows(library)
    done = mended(library)
    assert done.kept == library.with_name("lost.jsonl")
    kept = [json.loads(line) for line in done.kept.read_text(encoding="utf-8").splitlines()]
    gone = [row for row in harm[table] if row not in rows(library)[table]]
    assert gone
    assert [tuple(row["row"].values()) for row in kept if row["table"] == table] == gone
    assert [row for row in rows(library)["decision"] if row not in before["decision"]] == []


def test_a_page_that_is_gone(library: Path) -> None:
    """The sightings of a page that is gone stay, on a page that says so; no decision is lost."""
    before = rows(library)
    harmed(library, "DELETE FROM page WHERE id = 1")
    done = mended(library)
    after = rows(library)
    assert "page 1 made again" in done.told[0]
    assert len(after["sighting"]) == len(before["sighting"])
    assert after["decision"] == before["decision"]
    assert "lost page 1" in [row[2] for row in after["page"]]


def test_a_paper_without_sightings(library: Path) -> None:
    """A paper whose sightings are gone stays with all that is known of it and was decided on it, and a page that shows it
    again adds to it.
    """
    before = rows(library)
    harmed(library, "DELETE FROM verdict_sighting", "DELETE FROM sighting")
    told = mended(library).told
    after = rows(library)
    assert "sighting of paper 1 made again, of what is known of it" in told
    assert after["decision"] == before["decision"]
    same = [[[value for k, value in enumerate(row) if k != COUNT] for row in held["paper"]] for held in (before, after)]
    assert same[0] == same[1]
    assert after["paper_listed"] == before["paper_listed"] != []
    store = open_library(library)
    report = add_pages(store, json_page({"title": "Alpha, a longer title", "arxiv_id": "2403.00001"}))
    store.close()
    assert (report.new, report.merged) == (0, 1)


def test_a_sighting_that_cannot_be_read(library: Path) -> None:
    """Nothing can be made of it: it stays, and is told of."""
    harmed(library, "UPDATE sighting SET entry = '{' WHERE id = 1")
    before = rows(library)
    store = open_library(library)
    told = repair(store, RULES, library.with_name("lost"), now=lambda: NOW).told
    store.close()
    assert told == ("1 paper with sightings that can't be read; a backup may have them",)
    assert rows(library) == before


def test_a_paper_without_sightings_whose_row_cannot_be_read(library: Path) -> None:
    """Nothing is made of it, and doctor goes on saying so."""
    harmed(
        library, "DELETE FROM verdict_sighting", "DELETE FROM sighting", "UPDATE paper SET authors = '[' WHERE id = 1"
    )
    store = open_library(library)
    told = repair(store, RULES, library.with_name("lost"), now=lambda: NOW).told
    (papers,) = (finding for finding in store.checking.findings() if finding.name == "papers")
    store.close()
    assert not any("of paper 1 made again" in line for line in told)
    assert "1 paper without a sighting" in papers.told


def test_references_that_may_be_unknown(library: Path) -> None:
    """A decision that takes back one that is gone stays in the log; so does a word on a sighting that is gone."""
    harmed(library, "DELETE FROM decision WHERE id = 3")
    before = rows(library)["decision"]
    mended(library)
    assert [row[:6] for row in rows(library)["decision"]] == [row[:6] for row in before]


def test_a_unique_index_that_cannot_be(library: Path) -> None:
    """Where two papers bear one arXiv id the index that forbids it can't be made: that is told, and the rest mended."""
    harmed(library, "DROP INDEX paper_arxiv", "UPDATE paper SET arxiv_id = '2403.00001'", "DROP INDEX paper_added")
    store = open_library(library)
    told = repair(store, RULES, library.with_name("lost"), now=lambda: NOW).told
    ill = [finding.name for finding in store.checking.findings() if not finding.well]
    store.close()
    assert any("could not be made again" in line for line in told)
    assert ill == ["indexes"]


def test_a_table_that_is_another_is_left_alone(library: Path) -> None:
    """A table with other columns than it should have isn't touched: what is in it is somebody's."""
    harmed(library, "ALTER TABLE robots ADD COLUMN more TEXT")
    before = dump(library)
    store = open_library(library)
    assert repair(store, RULES, library.with_name("lost"), now=lambda: NOW).told == ()
    store.close()
    assert dump(library) == before


def test_a_damaged_index_of_sqlite(library: Path) -> None:
    """An index whose entries aren't those of its table is made anew."""
    connection = look(library)
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute(
        "UPDATE sqlite_master SET sql = replace(sql, 'added DESC', 'title DESC') WHERE name = 'paper_added'"
    )
    connection.close()
    connection = look(library)
    assert connection.execute("PRAGMA integrity_check").fetchone() != ("ok",)
    connection.close()
    mended(library)


def test_all_or_nothing(library: Path) -> None:
    """Where lost rows can't be written down nothing is removed, and nothing else is changed either."""
    harmed(library, "INSERT INTO tag VALUES ('ada', 99, 'x')", "DELETE FROM status")
    before = dump(library)
    store = open_library(library)
    with pytest.raises(OutputError):
        repair(store, RULES, library / "no" / "folder", now=lambda: NOW)
    store.close()
    assert dump(library) == before


def test_lost_rows_need_a_folder(library: Path, tmp_path: Path) -> None:
    """The folder of lost rows is made when there are any, and not before."""
    lost = tmp_path / "data" / "servers" / "lost.jsonl"
    store = open_library(library)
    repair(store, RULES, lost, now=lambda: NOW)
    assert not lost.parent.exists()
    harmed(library, "INSERT INTO tag VALUES ('ada', 99, 'x')")
    assert repair(store, RULES, lost, now=lambda: NOW).kept == lost
    store.close()
    assert json.loads(lost.read_text("utf-8"))["table"] == "tag"


def test_nothing_to_mend(library: Path) -> None:
    """A library that is well is left as it is."""
    before = dump(library)
    assert mended(library) == Repaired((), None)
    assert dump(library) == before


def test_titles_of_a_library_that_lacks_their_table(library: Path) -> None:
    """A table of titles that is gone is a finding, and is made again, empty."""
    harmed(library, "DROP TABLE mark")
    store = open_library(library)
    assert not look_at_titles(store).well
    store.close()
    mended(library)
