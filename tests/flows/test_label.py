"""Labels follow the rules: changed ones label the whole library anew, unchanged ones touch nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.fakes import NOW, READER, RULES, add_pages, dump, json_page, look, rules_of

from papertide.errors import LibraryLocked
from papertide.flows.browse import ensure_labels
from papertide.flows.label import relabel
from papertide.store import LibraryStore, open_library
from papertide.store.base import Selection
from papertide.store.sqlite.engine import FileDatabase
from papertide.topics import Taxonomy

PAGE = json_page(
    {"title": "Low-rank adapters", "abstract": "They change forgetting, and forgetting changes them."},
    {"title": "Forgetting in sequential tuning"},
    {"title": "Adapters for image tuning"},
    {"title": "A note on something else"},
)
OTHER = rules_of(tuning="tuning", peft="adapter")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A library of four papers, labelled by RULES."""
    store = open_library(tmp_path / "library.db", create=True)
    add_pages(store, PAGE)
    store.close()
    return tmp_path / "library.db"


@pytest.fixture
def store(path: Path) -> Iterator[LibraryStore]:
    """The same, open."""
    store = open_library(path)
    yield store
    store.close()


def labels(store: LibraryStore) -> dict[int, list[str]]:
    """The topics of each paper."""
    return {paper["id"]: paper["topics"] for paper in store.looking.papers(Selection(None, READER))}


def labelled(store: LibraryStore, rules: Taxonomy) -> bool:
    """Label in a transaction, as flows do."""
    with store.adding.transaction():
        return relabel(store, rules)


def test_changed_rules(store: LibraryStore, path: Path) -> None:
    """Changed rules label every paper anew, best topic first, take old topics away, and touch nothing else."""
    assert labels(store) == {1: ["peft", "memory"], 2: ["memory"], 3: ["peft"], 4: []}
    before = dump(path)
    assert labelled(store, OTHER)
    assert labels(store) == {1: ["peft"], 2: ["tuning"], 3: ["tuning", "peft"], 4: []}
    assert store.looking.taxonomy() == OTHER.digest
    after = dump(path)
    assert {name for name in before if before[name] != after[name]} == {"meta", "paper_topic"}


def test_unchanged_rules(store: LibraryStore, path: Path) -> None:
    """The same rules again change nothing, and don't even write."""
    before = dump(path)
    connection = store._database.connection
    assert isinstance(connection, sqlite3.Connection)
    writes = connection.total_changes
    assert not labelled(store, RULES)
    assert connection.total_changes == writes
    assert dump(path) == before


def test_there_and_back(store: LibraryStore, path: Path) -> None:
    """Old rules put back bring back the old labels, exactly."""
    before = dump(path)
    assert labelled(store, OTHER)
    assert labelled(store, RULES)
    assert not labelled(store, RULES)
    assert dump(path) == before


def test_labels_are_those_of_papers_added_under_the_rules(store: LibraryStore) -> None:
    """A library labelled anew has the labels that it would have, had it been filled under those rules."""
    labelled(store, OTHER)
    other = open_library(Path(store.path).with_name("other.db"), create=True)
    add_pages(other, PAGE, rules=OTHER)
    assert labels(store) == labels(other)
    other.close()


def test_adding_brings_the_rules(store: LibraryStore) -> None:
    """Adding under other rules labels what was there before, too, whether the page is new or not."""
    assert add_pages(store, PAGE, rules=OTHER).unchanged == 4
    assert labels(store) == {1: ["peft"], 2: ["tuning"], 3: ["tuning", "peft"], 4: []}


def test_an_empty_library(tmp_path: Path) -> None:
    """A library without papers is labelled, too: it notes the rules, and has no topics."""
    store = open_library(tmp_path / "empty.db", create=True)
    assert store.looking.taxonomy() is None
    assert labelled(store, RULES)
    assert (store.looking.taxonomy(), store.looking.topic_counts()) == (RULES.digest, {})
    store.close()


def test_broken_off(store: LibraryStore, path: Path) -> None:
    """Labelling that is interrupted leaves the old labels and the old rules."""
    before = dump(path)

    def interrupted() -> bool:
        with store.adding.transaction():
            relabel(store, OTHER)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert dump(path) == before
    assert labelled(store, OTHER)


SOURCE = b'[tuning]\nname = "Tuning"\ndescription = "for a test"\nstrong = ["tuning"]\n'


def test_looking_brings_the_rules(store: LibraryStore, path: Path) -> None:
    """Who looks under changed rules sees the new labels; under the same ones nothing is loaded and nothing written."""
    ensure_labels(store, SOURCE, "mine")
    assert labels(store) == {1: [], 2: ["tuning"], 3: ["tuning"], 4: []}
    before = dump(path)
    ensure_labels(store, SOURCE, "mine")
    assert dump(path) == before


def test_looking_while_another_process_writes(path: Path) -> None:
    """Under changed rules a library that is being written is LibraryLocked; under the same ones it is shown."""
    store = LibraryStore(FileDatabase.open(path, wait=0.02))
    other = look(path)
    other.execute("BEGIN IMMEDIATE")
    assert store.looking.taxonomy() == RULES.digest
    with pytest.raises(LibraryLocked):
        ensure_labels(store, SOURCE, "mine")
    other.execute("ROLLBACK")
    other.close()
    ensure_labels(store, SOURCE, "mine")
    assert store.looking.topic_counts() == {"tuning": 2, "": 2}
    store.close()


def test_readers_are_not_touched(store: LibraryStore) -> None:
    """Decisions, tags, notes and what was told stay through a change of rules."""
    store.deciding.decide(READER, [1], "keep", NOW, "keep")
    store.annotating.tag(READER, [2], ["todo"], [])
    store.telling.tell(READER, [3], "2026-11-21", NOW)
    labelled(store, OTHER)
    one, two = store.looking.by_number([1, 2], READER)
    assert (one["status"], two["tags"], store.telling.untold(READER)) == ("keep", ["todo"], [2, 4])
