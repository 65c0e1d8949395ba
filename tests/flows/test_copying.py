"""Copies from one place to another: nothing is lost, nothing half is taken for whole, whatever happens on the way."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from functools import partial
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from tests.fakes import (
    NOW,
    READER,
    RULES,
    add_pages,
    as_nobody,
    dump,
    exit_codes,
    forked,
    in_step,
    json_page,
    look,
    prose,
)
from tests.flows.test_state import LIVES, Did, exported, lived
from tests.libraries import SCHEMAS, old_library

from papertide.errors import (
    LibraryDamaged,
    LibraryError,
    LibraryMissing,
    LibraryNewer,
    LibraryUnfinished,
    OutputError,
    UsageError,
)
from papertide.flows.add import add
from papertide.flows.archived import archive_of
from papertide.flows.backup import backup
from papertide.flows.copying import ARCHIVED, Copied, Step, copy
from papertide.flows.rank import ensure_scores
from papertide.flows.tally import report_of
from papertide.sources.archive import ArchiveFolder
from papertide.sources.base import Raw
from papertide.store import open_library, unfinished
from papertide.store.address import Place
from papertide.store.base import Selection
from papertide.store.moving import Held, moving
from papertide.store.sqlite import migrations
from papertide.store.unfinished import Note, Part

SMALL = 400
"""Characters a chunk: a table of these libraries has several."""

DEEDS = [
    *(Did("page", n, n % 3, "ada") for n in range(6)),
    *(Did(what, 3, 1, reader) for reader in ("ada", "bob") for what in "keep skip undo tag note tell save".split()),
    *(Did(what, 2, 4, "ada") for what in ("merge", "split", "unsay", "merge", "keep")),
]


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that was lived with: pages, decisions, merges, scores, a memory of fetches, an archived page."""
    path = tmp_path_factory.mktemp("master") / "library.db"
    store = open_library(path, create=True)
    pages = [Raw("page", json_page(*({"title": f"On {n} things", "abstract": prose(str(n))} for n in range(12))))]
    report_of(add(pages, lambda: store, RULES, now=lambda: NOW, archive=archive_of))
    lived(store, DEEDS)
    store.fetching.got("hf", "2026-11-20", NOW, 12)
    store.fetching.keep_marks("https://example.org/é", "tag", None, "0" * 64)
    store.fetching.reserve("example.org", 1.5, 0.25, 9.0)
    store.fetching.keep_robots("example.org", "User-agent: *\nDisallow:\n", 0.1)
    ensure_scores(store, "ada")
    add_pages(store, json_page("A page whose terms are due"))
    store.close()
    return path


@pytest.fixture
def library(master: Path, tmp_path: Path) -> Path:
    """A copy of it for one test."""
    shutil.copytree(master.parent, tmp_path, dirs_exist_ok=True)
    return tmp_path / master.name


def copied(source: Place, target: Place, *, archive: bool = False) -> tuple[Copied, list[str]]:
    """A copy, made to its end, and what was said meanwhile."""
    said: list[str] = []
    steps = copy(source, target, archive=archive, saying=said.append)
    last = (0, 0)
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            assert last[0] == last[1]
            made: Copied = end.value
            return made, said
        assert last[0] <= step.done <= step.of
        last = step.done, step.of


def moved(source: Place, target: Place, steps: int | None = None, step: int = SMALL) -> Held | None:
    """The rows of a copy in small chunks, to the end or for so many steps."""
    with moving(source, target, step=step) as move:
        for number, _ in enumerate(move.rows()):
            if number == steps:
                return None
        return move.finish()


def same(one: Path, other: Path) -> bool:
    """Whether two libraries hold the same rows, search index apart, which has to be in step."""
    return held(one) == held(other) and in_step(other)


def held(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of a library, and what it declares, apart from how the search index is stored."""
    return {name: rows for name, rows in dump(path).items() if not name.startswith("paper_text_")}


def observed(path: Path) -> object:
    """What people see of a library."""
    with closing(open_library(path)) as store:
        searched = Selection(None, "ada", "score")
        return [
            exported(store), store.looking.papers(searched), store.looking.tallies("ada"), store.deciding.log("bob", None),
            store.scoring.weights("ada"), store.scoring.state("ada"), store.scoring.due(), store.looking.taxonomy(),
            store.looking.similar(1, "ada", 5), store.titling.keys(0), [f for f in store.checking.findings() if not f.well],
            store.fetching.parts("hf"), store.fetching.robots("example.org"), store.looking.sightings(1),
        ]  # fmt: skip


def test_a_copy_is_the_library(library: Path, tmp_path: Path) -> None:
    """Every row is there, every number goes on where it was, what people see is the same, and the source is as it was."""
    target = tmp_path / "far" / "copy.db"
    before = dump(library)
    made, said = copied(library, target, archive=True)
    assert said == []
    assert dump(library) == before
    assert same(library, target)
    assert observed(library) == observed(target)
    assert made.papers == len(before["paper"])
    assert made.decisions == len(before["decision"])
    assert made.there == 0
    assert made.pages is not None
    assert (made.pages.copied, made.pages.there, made.pages.damaged) == (1, 0, ())
    assert made.pages.missing == len(before["page"]) - 1
    assert ArchiveFolder.beside(target).contents() == ArchiveFolder.beside(library).contents()
    assert {path.name for path in target.parent.iterdir()} == {"copy.db", "copy.db.pages"}


@settings(max_examples=15)
@given(LIVES)
def test_there_and_back(deeds: Sequence[Did]) -> None:
    """Any library, copied and copied back, is the same row for row, and goes on in the same way."""
    with tempfile.TemporaryDirectory() as folder:
        first, there, back = (Path(folder) / name for name in ("first.db", "there.db", "back.db"))
        store = open_library(first, create=True)
        lived(store, deeds)
        store.close()
        moved(first, there, step=900)
        moved(there, back, step=2000)
        assert same(first, back)
        for path in (first, back):
            with closing(open_library(path)) as store:
                lived(store, [Did("page", 9, 1, "bob"), Did("keep", 1, 2, "bob"), Did("merge", 0, 1, "bob")], 2)
        assert same(first, back)


def test_an_empty_library_is_copied(tmp_path: Path) -> None:
    """A library without papers can be copied, also into an empty one, or over an empty file."""
    source = tmp_path / "source.db"
    open_library(source, create=True).close()
    for name in ("new.db", "empty.db", "file.db"):
        target = tmp_path / name
        if name == "empty.db":
            open_library(target, create=True).close()
        if name == "file.db":
            target.touch()
        assert copied(source, target)[0].papers == 0
        assert same(source, target)


def test_a_deleted_row_keeps_its_number(library: Path, tmp_path: Path) -> None:
    """Numbers that were given and are no paper's any more are not given again by the copy."""
    with closing(look(library)) as connection:
        connection.execute("UPDATE sqlite_sequence SET seq = 1000 WHERE name IN ('paper', 'verdict')")
        connection.execute("DELETE FROM sqlite_sequence WHERE name = 'decision'")
    target = tmp_path / "copy.db"
    moved(library, target)
    with closing(open_library(target)) as store:
        add_pages(store, json_page("Another one of these"))
        assert store.looking.newest() == 1001


# --- stopped on the way -----------------------------------------------------------------------------------------------


def test_stopped_anywhere_it_goes_on(library: Path, tmp_path: Path) -> None:
    """Left after any step, it is no library to anybody, says how to go on, and the next run ends in the whole copy."""
    with moving(library, tmp_path / "whole.db", step=SMALL) as move:
        count = len(list(move.rows()))
    assert count > 100
    for steps in range(0, count, 7):
        target = tmp_path / f"{steps}.db"
        assert moved(library, target, steps) is None
        with pytest.raises(LibraryUnfinished, match=rf"papertide copy {library} {target}"):
            open_library(target)
        ended = moved(library, target)
        assert ended is not None
        assert (ended.there > 0) is (steps > 0)
        assert same(library, target)


def test_killed_it_goes_on(library: Path, tmp_path: Path) -> None:
    """Killed at any moment, again and again, it comes to its end, and never looked like a library before."""
    whole = tmp_path / "whole.db"
    begin = time.monotonic()
    assert exit_codes([forked(partial(moved_whole, library, whole))]) == [0]
    longest = time.monotonic() - begin
    chance = Random(8)
    for turn in range(4):
        target = tmp_path / f"{turn}.db"
        for _ in range(40):
            child = forked(partial(moved_whole, library, target))
            time.sleep(chance.uniform(0.0, longest))
            os.kill(child, signal.SIGKILL)
            exit_codes([child])
            if target.exists() and finished(target):
                break
        else:
            moved(library, target)
        assert same(library, target)


def moved_whole(source: Path, target: Path) -> None:
    """The rows of a copy in small chunks, in a process that may be killed."""
    moved(source, target)


def finished(path: Path) -> bool:
    """Whether a library can be opened and holds anything: then it must hold all."""
    with suppress(LibraryError), closing(open_library(path)) as store:
        return store.looking.newest() > 0
    return False


def test_a_source_that_grew_is_gone_on_with(library: Path, tmp_path: Path) -> None:
    """What the source only added since is added to what is there."""
    target = tmp_path / "copy.db"
    moved(library, target, 30)
    with closing(open_library(library)) as store:
        add_pages(store, json_page("Something that came meanwhile"))
    made, said = copied(library, target)
    assert made.there > 0
    assert said == [f"{target} was begun before: {made.there:,} rows are there, going on"]
    assert same(library, target)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE page SET name = 'another'",
        "UPDATE paper SET upvotes = 1 + coalesce(upvotes, 0) WHERE id = 1",
        "DELETE FROM tag",
        "UPDATE mark SET place = place + 1000",
    ],
)
@pytest.mark.parametrize("steps", [60, 10_000])
def test_a_source_that_changed_is_begun_again(library: Path, tmp_path: Path, change: str, steps: int) -> None:
    """Where the source says something else than what is there, all is copied anew, and that is said: never a mixture."""
    target = tmp_path / "copy.db"
    with moving(library, target, step=SMALL) as move:
        for number, _ in enumerate(move.rows()):
            if number == steps:
                break
    reached = dump(target)
    with closing(look(library)) as connection:
        connection.execute(change)
    made, said = copied(library, target)
    table = change.replace("FROM", "UPDATE").split("UPDATE ")[1].split()[0]
    if reached[table]:
        assert made.there == 0
        assert said == [f"{library} isn't what it was when this copy was begun; beginning again"]
    assert same(library, target)


def test_another_library_is_begun_again(library: Path, tmp_path: Path) -> None:
    """Half a copy of one library is not gone on with by another."""
    other, target = tmp_path / "other.db", tmp_path / "copy.db"
    with closing(open_library(other, create=True)) as store:
        add_pages(store, json_page("Of another library", "And one more of it"))
    moved(library, target, 40)
    assert "beginning again" in copied(other, target)[1][0]
    assert same(other, target)


def test_a_library_that_moved_is_gone_on_with(library: Path, tmp_path: Path) -> None:
    """It is known by what it holds, not by its name."""
    target, elsewhere = tmp_path / "copy.db", tmp_path / "elsewhere.db"
    moved(library, target, 40)
    library.rename(elsewhere)
    assert copied(elsewhere, target)[0].there > 0
    assert same(elsewhere, target)


@pytest.mark.parametrize("note", ["", "[]", "{}", '{"from": 1, "parts": {"paper": 1}}', '{"from": "x", "parts": [1]}'])
def test_a_note_that_is_none(library: Path, tmp_path: Path, note: str) -> None:
    """A note that somebody else wrote is no reason to fail: the copy begins again."""
    target = tmp_path / "copy.db"
    moved(library, target, 40)
    with closing(look(target)) as connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = ?", (note, unfinished.KEY))
    with pytest.raises(LibraryUnfinished):
        open_library(target)
    copied(library, target)
    assert same(library, target)


# --- others meanwhile -------------------------------------------------------------------------------------------------


def test_what_others_write_meanwhile_is_not_in_it(library: Path, tmp_path: Path) -> None:
    """The copy is of one moment: what is written to the source after it has begun is not in it, and isn't hindered."""
    target, before = tmp_path / "copy.db", tmp_path / "before.db"
    backup(library, before, None)
    with moving(library, target, step=SMALL) as move, closing(open_library(library)) as store:
        for number, _ in enumerate(move.rows()):
            if number % 20 == 0:
                add_pages(store, json_page(f"Written meanwhile, number {number}"))
                store.deciding.decide(READER, [1 + number % 5], "keep", NOW, "keep")
        move.finish()
    assert same(before, target)
    assert not same(library, target)


def test_two_copies_into_one_place(library: Path, tmp_path: Path) -> None:
    """Of two processes that copy into the same place one is told so; the other, or the next, ends in the whole copy."""
    target = tmp_path / "copy.db"
    with moving(library, target, step=SMALL) as first, moving(library, target, step=SMALL) as second:
        mine, theirs = first.rows(), second.rows()
        for _ in range(20):
            next(mine)
        with pytest.raises(LibraryError, match="another process"):
            for _ in theirs:
                pass
        for _ in mine:
            pass
        first.finish()
    assert same(library, target)


def test_a_copy_that_somebody_changed(library: Path, tmp_path: Path) -> None:
    """What was written is read again: a difference is an error that names the table, and the next run begins again."""
    target = tmp_path / "copy.db"
    with moving(library, target, step=SMALL) as move:
        steps = move.rows()
        while next(steps).table != "ranking":
            pass
        with closing(look(target)) as connection:
            connection.execute("UPDATE note SET text = 'mine'")
            connection.execute("DELETE FROM terms_due")
        with pytest.raises(LibraryError, match=r"note, terms_due came out"):
            list(steps)
    with pytest.raises(LibraryUnfinished):
        open_library(target)
    assert "beginning again" in copied(library, target)[1][0]
    assert same(library, target)


# --- what stands in the way -------------------------------------------------------------------------------------------


def test_what_is_refused(library: Path, tmp_path: Path) -> None:
    """A library in the target's place, the library itself, and what is no library, are refused and left as they are."""
    other = tmp_path / "other.db"
    with closing(open_library(other, create=True)) as store:
        add_pages(store, json_page("Of another library"))
    link, letter, folder = tmp_path / "link.db", tmp_path / "letter.db", tmp_path / "folder"
    link.symlink_to(library)
    letter.write_bytes(b"a letter")
    folder.mkdir()
    old = old_library(1, tmp_path / "old.db")
    before = [dump(path) for path in (library, other, old)]
    refused: list[tuple[Path, Path, type[Exception]]] = [
        (library, other, OutputError), (library, old, OutputError), (library, library, UsageError),
        (library, link, UsageError), (tmp_path / "none.db", tmp_path / "new.db", LibraryMissing),
        (library, letter, LibraryDamaged), (letter, tmp_path / "new.db", LibraryDamaged), (library, folder, LibraryDamaged),
        (library, letter / "x.db", LibraryError),
    ]  # fmt: skip
    for source, target, error in refused:
        with pytest.raises(error):
            copied(source, target)
    assert [dump(path) for path in (library, other, old)] == before
    assert not (tmp_path / "new.db").exists()


def test_half_a_copy_is_nobodys_library(library: Path, tmp_path: Path) -> None:
    """It can't be backed up, copied on or restored from; a newer program's is left alone."""
    half = tmp_path / "half.db"
    moved(library, half, 40)
    doors: list[Callable[[], object]] = [
        lambda: backup(half, tmp_path / "kept.db", None),
        lambda: copied(half, tmp_path / "new.db"),
        lambda: open_library(half, create=True),
    ]
    for door in doors:
        with pytest.raises(LibraryUnfinished):
            door()
    with closing(look(half)) as connection:
        connection.execute(f"PRAGMA user_version = {migrations.NEWEST + 1}")
    with pytest.raises(LibraryNewer):
        copied(library, half)


@pytest.mark.parametrize("schema", SCHEMAS)
def test_an_old_library_is_copied_as_it_is_today(schema: int, tmp_path: Path) -> None:
    """A library of an older schema is not changed; its copy is what it would be if it were opened, gone on with or not."""
    source, target = old_library(schema, tmp_path / "old.db"), tmp_path / "copies" / "copy.db"
    before = dump(source)
    moved(source, target, 25)
    assert copied(source, target)[0].there > 0
    assert dump(source) == before
    assert {path.name for path in target.parent.iterdir()} == {"copy.db"}
    open_library(source).close()
    assert same(source, target)


def test_half_a_copy_of_an_older_program(library: Path, tmp_path: Path) -> None:
    """Half a copy that an older program began is brought up to date and begun again, for its rows were others."""
    target = old_library(3, tmp_path / "copy.db")
    with closing(look(target)) as connection:
        unfinished.write(connection, Note("another", {"page": Part((1,), 1, "0" * 64)}))
    with pytest.raises(LibraryUnfinished):
        open_library(target)
    assert "beginning again" in copied(library, target)[1][0]
    assert same(library, target)


def test_lost_references_are_told_of_first(library: Path, tmp_path: Path) -> None:
    """A source whose rows refer to rows that aren't there is refused before anything is written."""
    with closing(look(library)) as connection:
        connection.execute("INSERT INTO note VALUES ('me', 999, 'mine')")
    with pytest.raises(LibraryDamaged, match="doctor --repair"):
        copied(library, tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


@pytest.fixture
def outside(master: Path) -> Iterator[Path]:
    """A folder that any user can enter, with the library in a subfolder that none can write to."""
    with tempfile.TemporaryDirectory(prefix="papertide-") as name:
        folder = Path(name)
        folder.chmod(0o777)
        shelf = folder / "shelf"
        shelf.mkdir()
        Path(shutil.copy(master, shelf)).chmod(0o444)
        shelf.chmod(0o555)
        yield folder
        shelf.chmod(0o755)


def test_a_source_that_cannot_be_written(outside: Path) -> None:
    """A library in a folder that can't be written is copied from there, and not to there."""
    source, target = outside / "shelf" / "library.db", outside / "copy.db"

    def work() -> None:
        copied(source, target)
        with pytest.raises(LibraryError, match="ermission denied"):
            copied(target, outside / "shelf" / "new.db")

    as_nobody(work)
    assert same(source, target)


def test_a_disk_that_is_full(library: Path, tmp_path: Path) -> None:
    """Where the target can't be written to its end, that is said of it, the source is whole, and it goes on later."""
    resource = pytest.importorskip("resource")
    target = tmp_path / "copy.db"
    before = dump(library)

    def work() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (700_000, 700_000))
        with pytest.raises(LibraryError, match=r"copy\.db"):
            moved(library, target)

    assert exit_codes([forked(work)]) == [0]
    assert dump(library) == before
    with pytest.raises(LibraryUnfinished):
        open_library(target)
    ended = moved(library, target)
    assert ended is not None
    assert ended.there > 0
    assert same(library, target)


def test_a_target_that_others_lock(library: Path, tmp_path: Path) -> None:
    """Somebody who holds the target is waited for."""
    target = tmp_path / "copy.db"
    moved(library, target, 10)
    told, tell = os.pipe()

    def hold() -> None:
        with closing(sqlite3.connect(target, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            os.write(tell, b"x")
            time.sleep(1.3)
            connection.execute("ROLLBACK")

    child = forked(hold)
    os.read(told, 1)
    _, said = copied(library, target)
    assert exit_codes([child]) == [0]
    assert "waiting for another process" in said[0]
    assert same(library, target)


# --- the archive ------------------------------------------------------------------------------------------------------


def test_pages_that_cannot_go_along(library: Path, tmp_path: Path) -> None:
    """A damaged page is named and left behind, one that is there already is left alone, and the library is whole."""
    target = tmp_path / "copy.db"
    old, new = ArchiveFolder.beside(library), ArchiveFolder.beside(target)
    for text in (b"one", b"two", b"three"):
        old.keep(sha256(text).hexdigest(), text)
    first, second, *_ = sorted(old.contents())
    data = old.read(first)
    assert data is not None
    new.keep(first, data)
    (old.folder / second[:2] / f"{second}.gz").write_bytes(b"x")
    made, _ = copied(library, target, archive=True)
    assert made.pages is not None
    assert (made.pages.copied, made.pages.there) == (2, 1)
    (named,) = made.pages.damaged
    assert second in named
    assert made.pages.bytes == sum(new.contents().values()) - new.contents()[first]
    assert same(library, target)


def test_a_page_that_is_pruned_meanwhile(library: Path, tmp_path: Path) -> None:
    """A page that is gone when its turn comes is told with those that were never there; the others are copied."""
    old, target = ArchiveFolder.beside(library), tmp_path / "copy.db"
    old.keep(sha256(b"one").hexdigest(), b"one")
    _, last = sorted(old.contents())
    steps = copy(library, target)
    while next(steps).what != ARCHIVED:
        pass
    old.remove(last)
    made: list[Copied] = []

    def walked() -> Iterator[Step]:
        made.append((yield from steps))

    assert len(list(walked())) == 1
    pages = made[0].pages
    assert pages is not None
    assert pages.copied == 1
    with closing(look(library)) as connection:
        (known,) = connection.execute("SELECT count(*) FROM page").fetchone()
    assert pages.missing == known
    assert same(library, target)
