"""Libraries of every released schema, as their own programs left them: they open, hold all they held, and go on working."""

from __future__ import annotations

import json
import os
import signal
import time
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.fakes import add_pages, dump, exit_codes, forked, json_page, look
from tests.libraries import OLD_LIBRARIES, SCHEMAS, old_library

from papertide.errors import LibraryNewer
from papertide.store import LibraryStore, open_library
from papertide.store.base import Selection
from papertide.store.sqlite import migrations

pytestmark = pytest.mark.files


def expected(schema: int) -> Any:
    """What its own program said that it holds."""
    return json.loads((OLD_LIBRARIES / f"schema-{schema}.expected.json").read_text(encoding="utf-8"))


def told(store: LibraryStore) -> dict[str, Any]:
    """The same of an open library; what a paper's topics and score are is today's business."""
    papers = [dict(paper) for paper in store.looking.papers(Selection(None, "ada", "published"))]
    keys = ("id", "paper", "title", "status", "at", "command", "undoes")
    return {
        "papers": [without(paper) for paper in papers],
        "log": {
            reader: [
                dict(zip(keys, (d.id, d.paper_id, d.title, d.status, d.at, d.command, d.undoes), strict=True))
                for d in store.deciding.log(reader, None)
            ]
            for reader in ("ada", "bob")
        },
        "saved": [{"name": name, "query": query} for name, query in store.annotating.searches("ada")],
        "seen": {
            str(number): [[s["page"], s["title"], s["method"], s["reason"]] for s in store.looking.sightings(number)]
            for number in (1, 2, 3)
        },
    }


def without(paper: dict[str, Any]) -> dict[str, Any]:
    """A paper without its topics and score."""
    return {name: value for name, value in paper.items() if name not in ("topics", "score")}


def test_every_file_is_tried() -> None:
    """The tests below leave none of the files out, and each is of the schema that its name says."""
    files = {int(file.stem.removeprefix("schema-")): file for file in OLD_LIBRARIES.glob("schema-*.sql")}
    assert set(files) == set(SCHEMAS)
    assert set(SCHEMAS) >= set(range(1, migrations.NEWEST)), "the newest is kept when it is released, all others are"
    assert all(f"PRAGMA user_version = {schema};" in file.read_text(encoding="utf-8") for schema, file in files.items())


@pytest.mark.parametrize("schema", SCHEMAS)
def test_an_old_library_holds_what_it_held(schema: int, path: Path) -> None:
    """Papers, sightings, the log of each reader, tags, notes, searches and digests are those of its own program; the
    schema is that of a library made today; and it goes on working."""
    store = open_library(old_library(schema, path))
    known = expected(schema)
    assert told(store) == known | {"papers": [without(paper) for paper in known["papers"]]}
    assert store.telling.last("ada") is not None
    assert all(finding.well for finding in store.checking.findings())
    store.deciding.undo("ada", 1, "2026-11-21T10:00:00Z")
    more = add_pages(
        store,
        json_page(
            {"title": "Forgetting in Continual Tuning, a Second Look", "published": "2025-05-02"},
            {"title": "Sparse Experts in a Narrow Room", "arxiv_id": "2505.99102"},
            "Something that is new",
        ),
    )
    assert (more.new, more.merged) == (1, 2)
    assert all(finding.well for finding in store.checking.findings())
    store.close()
    open_library(path.with_name("new.db"), create=True).close()
    assert schema_of(path) == schema_of(path.with_name("new.db"))


def schema_of(path: Path) -> list[tuple[object, ...]]:
    """What is declared in a library."""
    return sorted((row for row in dump(path)["(schema)"] if row[2] is not None), key=repr)


@pytest.mark.parametrize("schema", SCHEMAS)
def test_a_newer_library_is_left_alone(schema: int, path: Path) -> None:
    """A library of a newer schema than the program knows is refused, whatever was asked, and no byte of it changes."""
    old_library(schema, path)
    connection = look(path)
    connection.execute(f"PRAGMA user_version = {migrations.NEWEST + 1}")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    before = path.read_bytes()
    for create in (False, True):
        with pytest.raises(LibraryNewer, match="update Papertide"):
            open_library(path, create=create)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def bring_up_to_date(path: Path) -> None:
    """Open a library."""
    open_library(path).close()


@pytest.mark.parametrize("schema", SCHEMAS[:-1])
def test_killed_on_the_way(schema: int, tmp_path: Path) -> None:
    """Killed at any moment while it is brought up to date, a library stands at one schema or another, whole, and opening
    it again brings it where an undisturbed one is."""
    bring_up_to_date(old_library(schema, tmp_path / "undisturbed.db"))
    whole = dump(tmp_path / "undisturbed.db")
    chance = Random(schema)
    for turn in range(4):
        path = old_library(schema, tmp_path / f"{turn}.db")
        child = forked(partial(bring_up_to_date, path))
        time.sleep(chance.uniform(0.0, 0.02))
        os.kill(child, signal.SIGKILL)
        exit_codes([child])
        connection = look(path)
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        connection.close()
        bring_up_to_date(path)
        assert dump(path) == whole
