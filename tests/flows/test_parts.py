"""Adding a file in parts: it makes the library that it makes as one page, and is there whole or not at all."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from tests.fakes import NOW, RULES, add_pages, dump, exit_codes, forked, json_page, look, papers_of, prose
from tests.flows.test_state import exported

from papertide.errors import InputError, LibraryMissing
from papertide.flows.add import add, whole
from papertide.flows.replay import replay
from papertide.flows.tally import MOST_PROBLEMS, Step, report_of
from papertide.flows.titles import MANY, NearTitles
from papertide.matching.keys import face_of
from papertide.parsers import SUFFIXES
from papertide.records.listing import Entry
from papertide.records.reports import AddReport
from papertide.sources.archive import ArchiveFolder
from papertide.sources.base import Parts, Raw
from papertide.sources.files import Files
from papertide.sources.parts import LINES, InParts
from papertide.store import LibraryStore, open_library

SIZE = 2_000


def records(count: int = 60) -> list[str]:
    """Lines of papers: with ids and without, repeated with a typing error near and far behind, and some in one topic."""
    chance = Random(4)
    made: list[dict[str, object]] = []
    for number in range(count):
        words = " ".join("".join(chance.choices("abcdefghiklmnoprstu", k=6)) for _ in range(6))
        known = {"arxiv_id": f"2403.{number:05d}"} if number % 3 else {}
        made.append({"title": f"{words} adapter", "abstract": prose(words), "upvotes": number, **known})
        if number % 10 == 9:
            made.append({"title": f"{made[number // 2]['title']}s"})
    return [json.dumps(record) for record in made]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of 66 records, in some thirteen parts."""
    path = tmp_path / "papers.jsonl"
    path.write_text("\n".join(records()) + "\n", encoding="utf-8")
    return path


def added(store: LibraryStore, file: Path, size: int = SIZE, archive: ArchiveFolder | None = None) -> AddReport:
    """What is told of adding a file."""
    source = InParts(Files([str(file)], SUFFIXES), size)
    to_fill = None if archive is None else lambda _store: archive
    return report_of(add(source, lambda: store, RULES, now=lambda: NOW, archive=to_fill))


def test_parts_make_the_library_that_one_page_makes(file: Path, tmp_path: Path) -> None:
    """The same papers of the same sightings with the same lines, counted alike as one page; a second time all unchanged."""
    reports: list[AddReport] = []
    for name, size in (("parts", SIZE), ("one", 10_000_000)):
        store = open_library(tmp_path / f"{name}.db", create=True)
        reports.append(added(store, file, size))
        assert added(store, file, size).unchanged == 66
        assert [finding for finding in store.checking.findings() if not finding.well] == []
        store.close()
    assert reports[0] == reports[1]
    assert (reports[0].pages, reports[0].entries, reports[0].merged) == (1, 66, 6)
    assert len(look(tmp_path / "parts.db").execute("SELECT line FROM page").fetchall()) > 10
    lines = "SELECT json_extract(entry, '$.line') FROM sighting ORDER BY 1"
    assert [row[0] for row in look(tmp_path / "parts.db").execute(lines)] == list(range(1, 67))
    told = [
        sorted(look(tmp_path / f"{name}.db").execute("SELECT entry, paper_id, method, score, reason FROM sighting"))
        for name in ("parts", "one")
    ]
    assert told[0] == told[1]


def stated(path: Path) -> bytes:
    """The full state of a library with decisions, tags and notes."""
    store = open_library(path, create=True)
    add_pages(store, json_page(*(f"Paper number {number} of a library" for number in range(9))))
    store.deciding.decide("ada", range(1, 10), "keep", NOW, "keep")
    store.annotating.note("ada", 9, "the last one")
    data = exported(store)
    store.close()
    return data


@pytest.mark.parametrize("place", ["alone", "before", "behind", "far behind"])
def test_a_state_among_other_lines(file: Path, tmp_path: Path, place: str) -> None:
    """The state of a library in a large file is taken in whole, wherever it stands; other lines keep their places."""
    state, others = stated(tmp_path / "there.db"), file.read_bytes()
    far = others + b"\n" * (2 * LINES) + state
    text = {"alone": state, "before": state + others, "behind": others + state, "far behind": far}[place]
    path = tmp_path / "mixed.jsonl"
    path.write_bytes(text if place == "alone" else text + b'{"title": 7}\n')
    store = open_library(tmp_path / "library.db", create=True)
    report = added(store, path)
    assert (report.new, len(store.deciding.log("ada", None))) == (9 if place == "alone" else 9 + 60, 9)
    assert [problem.line for problem in report.problems] == ([] if place == "alone" else [text.count(b"\n") + 1])
    if place == "alone":
        assert exported(store) == state
    assert added(store, path).new == 0
    store.close()


def test_a_state_that_is_too_large(tmp_path: Path) -> None:
    """A state file has a limit of its own, and the reason says what it is; lines that only mention a state are papers."""
    path = tmp_path / "state.jsonl"
    path.write_bytes(stated(tmp_path / "there.db"))
    (given,) = InParts(Files([str(path)], SUFFIXES), SIZE)
    assert isinstance(given, Parts)
    assert whole(given).data == path.read_bytes()
    with pytest.raises(InputError, match="holds the state of a library, and is larger than 0 MB"):
        whole(given, 1_000)
    path.write_text("".join(json.dumps({"title": f"Paper {n}", "state": "known"}) + "\n" for n in range(90)), "utf-8")
    store = open_library(tmp_path / "library.db", create=True)
    assert added(store, path).new == 90
    store.close()


def test_a_bad_line_is_told_with_its_line(file: Path, tmp_path: Path) -> None:
    """What can't be read in a part is a problem with the line of the file; of very many, the rest is counted."""
    text = file.read_text(encoding="utf-8").splitlines()
    text[40] = '{"title": 7}'
    file.write_text("\n".join([*text, "x" * 3_000, *["{}"] * (MOST_PROBLEMS + 300)]), encoding="utf-8")
    store = open_library(tmp_path / "library.db", create=True)
    report = added(store, file)
    store.close()
    assert report.entries == 65
    assert report.problems[0].line == 41
    assert len(report.problems) <= MOST_PROBLEMS + 1


def test_more_problems_than_anybody_reads(file: Path, tmp_path: Path) -> None:
    """Of very many problems the first are told, and how many more there are."""
    text = file.read_text(encoding="utf-8").splitlines()
    mixed = [line for number in range(MOST_PROBLEMS + 9) for line in (text[number % 66], "{")]
    file.write_text("\n".join(mixed), encoding="utf-8")
    store = open_library(tmp_path / "library.db", create=True)
    report = added(store, file, 400_000)
    store.close()
    assert len(report.problems) == MOST_PROBLEMS + 1
    assert report.problems[-1].reason == "9 more like these"


def test_a_file_without_papers_leaves_no_library(tmp_path: Path) -> None:
    """A large file of objects that are no papers is a problem, and the library isn't even made."""
    path = tmp_path / "x.jsonl"
    path.write_text('{"a": 1}\n' * 999, encoding="utf-8")
    made = tmp_path / "library.db"
    source = InParts(Files([str(path)], SUFFIXES), SIZE)
    report = report_of(add(source, lambda: open_library(made, create=True), RULES, now=lambda: NOW))
    assert [problem.reason for problem in report.problems] == ["no line is a JSON object with a title"]
    with pytest.raises(LibraryMissing):
        open_library(made)


def test_a_file_that_fails_on_the_way_leaves_nothing(file: Path, tmp_path: Path) -> None:
    """A file that can't be read to its end is a problem, nothing of it is stored, and what comes behind it is."""
    walks = 0

    class Failing:
        def __iter__(self) -> Iterator[Raw]:
            nonlocal walks
            walks += 1
            (given,) = InParts(Files([str(file)], SUFFIXES), SIZE)
            assert isinstance(given, Parts)
            for number, raw in enumerate(given.pages):
                if walks == 2 and number == 9:
                    raise InputError("x", "the disk is gone")
                yield raw

    store = open_library(tmp_path / "library.db", create=True)
    behind = Raw("behind", records()[0].encode())
    report = report_of(add([Parts("x", Failing()), behind], lambda: store, RULES, now=lambda: NOW))
    store.close()
    assert [problem.reason for problem in report.problems] == ["the disk is gone"]
    assert (report.pages, report.new) == (1, 1)
    assert len(papers_of(tmp_path / "library.db")) == 1


def test_a_stop_leaves_nothing(file: Path, tmp_path: Path) -> None:
    """Where adding is left in the middle of a file, nothing of it is stored; a dry run stores nothing either."""
    path = tmp_path / "library.db"
    store = open_library(path, create=True)
    added(store, file.with_name("none.jsonl"))
    before = dump(path)
    source = InParts(Files([str(file)], SUFFIXES), SIZE)
    steps = add(source, lambda: store, RULES, now=lambda: NOW)
    assert [next(steps) for _ in range(5)] == [Step(str(file))] * 5
    steps.close()
    assert len(papers_of(path)) == 0
    report = report_of(add(source, lambda: store, RULES, now=lambda: NOW, dry_run=True))
    assert report.entries == 66
    assert {**dump(path), "meta": []} == {**before, "meta": []}
    assert added(store, file).entries == 66
    store.close()


def test_a_killed_process_leaves_all_or_nothing(file: Path, tmp_path: Path) -> None:
    """Whenever the process is killed, the library holds every paper of the file or none, and is sound."""
    chance = Random(8)
    whole = tmp_path / "whole.db"
    store = open_library(whole, create=True)
    begin = time.monotonic()
    added(store, file)
    longest = time.monotonic() - begin
    store.close()
    there = len(papers_of(whole))
    for turn in range(6):
        path = tmp_path / f"{turn}.db"
        store = open_library(path, create=True)
        store.close()

        def work(path: Path = path) -> None:
            added(open_library(path), file)

        child = forked(work)
        time.sleep(chance.uniform(0.0, longest))
        os.kill(child, signal.SIGKILL)
        exit_codes([child])
        assert len(papers_of(path)) in (0, there)
        assert look(path).execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        store = open_library(path)
        assert added(store, file).entries == 66
        assert len(papers_of(path)) == there
        store.close()


def test_replay_reads_parts_again(file: Path, tmp_path: Path) -> None:
    """Parts are archived, and are read again as they were, with the lines of their file."""
    store = open_library(tmp_path / "library.db", create=True)
    archive = ArchiveFolder(tmp_path / "pages")
    added(store, file, archive=archive)
    before = dump(tmp_path / "library.db")
    report = report_of(replay(store, RULES, archive, now=lambda: NOW))
    assert (report.entries, report.unchanged, report.missing) == (66, 66, 0)
    assert dump(tmp_path / "library.db") == before
    store.close()


def test_the_same_part_elsewhere_is_the_same_page(file: Path, tmp_path: Path) -> None:
    """Bytes that stood at another line of another file change nothing: a page is what it was when it first came."""
    store = open_library(tmp_path / "library.db", create=True)
    added(store, file)
    part = next(iter(InParts(Files([str(file)], SUFFIXES), SIZE)))
    assert isinstance(part, Parts)
    first = next(iter(part.pages))
    before = dump(tmp_path / "library.db")
    again = Raw("elsewhere", first.data, "jsonl", line=99)
    report = report_of(add([again], lambda: store, RULES, now=lambda: NOW))
    assert report.unchanged == report.entries > 0
    assert dump(tmp_path / "library.db") == before
    store.close()


def test_many_titles_are_looked_at_at_once(tmp_path: Path) -> None:
    """Titles that are expected are found from the first page on, those of the library as well."""
    chance = Random(1)
    keys = ["".join(chance.choices("abcdefghijklmnop", k=40)) for _ in range(MANY + 1)]
    store = open_library(tmp_path / "library.db", create=True)
    with store.adding.transaction():
        near = NearTitles(store.titling)
        near.take([face_of(Entry(title=f"{keys[0]}x")), face_of(Entry(title=f"{keys[1]}y"))])
        near.expect(keys[1:])
        assert set(near.near(keys[1])) - {keys[1]} == {f"{keys[1]}y"}
        near.take([face_of(Entry(title=keys[2]))])
        assert set(near.near(f"{keys[2]}z")) - {keys[2]} == set()
    store.close()
