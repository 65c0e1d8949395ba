"""`papertide replay`, `papertide prune`, and the archive that `add` fills for them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.cli.harness import PAGES, Program, write_jsonl
from tests.fakes import dump, look

from papertide import Library
from papertide.sources.archive import ArchiveFolder

REPORT_KEYS = ["pages", "entries", "new", "merged", "unchanged", "problems", "changed", "removed", "missing"]
PRUNE_KEYS = ["pages", "orphans", "strays", "bytes", "left"]


def archived(program: Program) -> list[Path]:
    """The files of the archive."""
    return sorted(program.library.with_name(f"{program.library.name}.pages").rglob("*.gz"))


def age(library: Path, days: str) -> None:
    """Let the first page of a library have been added long ago."""
    connection = look(library)
    connection.execute("UPDATE page SET added = ? WHERE id = 1", (days,))
    connection.close()


def spoil_a_title(library: Path) -> str:
    """Let the library hold a title as an older parser might have read it; gives the right one."""
    connection = look(library)
    (number, text) = connection.execute("SELECT id, entry FROM sighting WHERE id = 1").fetchone()
    entry = json.loads(text)
    right = str(entry["title"])
    entry["title"] = f"Subscribe{right}"
    connection.execute("UPDATE sighting SET entry = ? WHERE id = ?", (json.dumps(entry), number))
    connection.execute("UPDATE paper SET title = ? WHERE id = 1", (entry["title"],))
    connection.close()
    return right


def test_what_add_reads_is_archived(empty: Program) -> None:
    """Every page that is stored is archived beside the library, once; adding the same again changes nothing."""
    empty.done("add", PAGES)
    files = archived(empty)
    assert len(files) == 4
    held = [(file, file.stat().st_ino, file.stat().st_mtime_ns) for file in files]
    assert empty.done("add", PAGES, "--json").one["unchanged"] == 57
    assert [(file, file.stat().st_ino, file.stat().st_mtime_ns) for file in archived(empty)] == held
    archive = ArchiveFolder.beside(empty.library)
    assert sorted(map(str, map(archive.read, archive.contents()))) == sorted(
        str(p.read_bytes()) for p in PAGES.iterdir()
    )


def test_what_is_not_stored_is_not_archived(empty: Program) -> None:
    """A file that is no page, and a trial, leave nothing in the archive."""
    Path("bad.txt").write_text("Dear reader, this is a letter and nothing else.\n", encoding="utf-8")
    assert empty("add", "bad.txt").code == 1
    empty.done("add", PAGES, "--dry-run")
    assert not [path for path in empty.library.parent.iterdir() if path.name.endswith(".pages")]


@pytest.mark.parametrize(
    ("flags", "environment", "setting", "kept"),
    [
        ([], None, None, True),
        (["--no-archive"], None, None, False),
        ([], "false", None, False),
        ([], None, "false", False),
        ([], "0", "true", False),
        ([], "Yes", "false", True),
        ([], "", "false", False),
        (["--archive"], "off", "false", True),
        (["--no-archive"], "on", "true", False),
    ],
)
def test_whether_pages_are_archived(
    empty: Program,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    flags: list[str],
    environment: str | None,
    setting: str | None,
    kept: bool,
) -> None:
    """The flag wins over PAPERTIDE_ARCHIVE, that over the config file; without any of them pages are archived."""
    if environment is not None:
        monkeypatch.setenv("PAPERTIDE_ARCHIVE", environment)
    if setting is not None:
        file = home / ".config" / "papertide" / "config.toml"
        file.parent.mkdir(parents=True)
        file.write_text(f"archive = {setting}\n", "utf-8")
    empty.done("add", PAGES, *flags)
    assert len(archived(empty)) == (4 if kept else 0)


@pytest.mark.parametrize("text", ["archive = 'no'\n", "archive = 0\n"])
def test_a_setting_that_is_neither(empty: Program, home: Path, text: str) -> None:
    """In the config file `archive` is true or false; anything else is an error that names it."""
    file = home / ".config" / "papertide" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text, "utf-8")
    ran = empty("add", PAGES)
    assert (ran.code, empty.library.exists()) == (1, False)
    assert "archive must be true or false" in ran.err


def test_a_variable_that_is_neither(empty: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """So it is in the environment, where it is wrong usage."""
    monkeypatch.setenv("PAPERTIDE_ARCHIVE", "perhaps")
    ran = empty("add", PAGES)
    assert (ran.code, empty.library.exists()) == (2, False)
    assert "PAPERTIDE_ARCHIVE" in ran.err


def test_a_library_that_has_no_path(empty: Program, home: Path) -> None:
    """A library's path that no system can have is wrong usage, not a traceback."""
    file = home / ".config" / "papertide" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text('library = "a\\u0000b"\n', "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PAPERTIDE_LIBRARY")
        ran = empty("add", PAGES)
    assert (ran.code, ran.out) == (2, "")


def test_an_archive_that_cannot_be_written(empty: Program) -> None:
    """Then the page isn't stored either; the error names the place and the way round, which works."""
    folder = empty.library.with_name("library.db.pages")
    folder.write_bytes(b"a file in its place")
    ran = empty("add", PAGES)
    assert (ran.code, ran.out) == (1, "")
    assert str(folder) in ran.err
    assert "--no-archive" in ran.err
    assert empty.done("list", "--count").out == "0\n"
    assert empty.done("add", PAGES, "--no-archive", "--json").one["new"] == 46


def test_replay(empty: Program) -> None:
    """What the library holds by another reading is mended, and told; a second replay finds nothing to do."""
    empty.done("add", PAGES)
    right = spoil_a_title(empty.library)
    empty.done("keep", "1")
    empty.done("tag", "1", "+todo")
    empty.done("note", "1", "read this")
    trial = empty.done("replay", "--dry-run")
    assert trial.out == "4 pages, 57 entries: 0 would be new, 1 would be merged, 56 unchanged\n"
    assert trial.err == "1 entry would be read differently than before\n"
    assert empty.done("show", "1", "--json").one["title"] == f"Subscribe{right}"
    report = empty.done("replay", "--json").one
    assert list(report) == REPORT_KEYS
    assert (report["merged"], report["unchanged"], report["changed"], report["missing"]) == (1, 56, 1, 0)
    paper = empty.done("show", "1", "--json").one
    assert (paper["title"], paper["status"], paper["tags"], paper["note"]) == (right, "keep", ["todo"], "read this")
    before = dump(empty.library)
    again = empty.done("replay")
    assert (again.out, again.err) == ("4 pages, 57 entries: 0 new, 0 merged, 57 unchanged\n", "")
    assert dump(empty.library) == before


def test_entries_that_are_gone(empty: Program) -> None:
    """That something is no longer taken for a paper is said, too."""
    path = write_jsonl(Path("two.jsonl"), [{"title": "Alpha, a longer title"}, {"title": "Omega, the last of them"}])
    empty.done("add", path)
    connection = look(empty.library)
    connection.execute("INSERT INTO sighting SELECT 9, 2, 1, 2, entry, title_key, text_key, arxiv_id, doi, listed, method,"
                       " score, reason, added FROM sighting WHERE id = 2")  # fmt: skip
    connection.execute("UPDATE paper SET sightings = 2 WHERE id = 2")
    connection.close()
    ran = empty.done("replay", "--dry-run")
    assert ran.err == "1 entry would be no longer taken for papers\n"
    assert empty.done("replay", "--json").one["removed"] == 1
    assert empty.done("doctor", "--json").one["ok"]


def test_pages_that_are_missing_or_damaged(empty: Program) -> None:
    """Missing pages are counted, damaged ones named: exit 3, or 1 where no page could be read again."""
    empty.done("add", PAGES)
    missing, damaged, *others = archived(empty)
    missing.unlink()
    damaged.write_bytes(b"nonsense")
    before = dump(empty.library)
    ran = empty("replay", "--json")
    assert ran.code == 3
    assert (ran.one["pages"], ran.one["missing"], len(ran.one["problems"])) == (2, 1, 1)
    assert str(damaged) in ran.err
    assert "1 page not in the archive" in empty("replay").err
    for file in others:
        file.unlink()
    assert empty("replay").code == 1
    assert dump(empty.library) == before


def test_a_library_without_an_archive(demo: Program) -> None:
    """A library whose pages were never archived is left as it is, and says so."""
    before = dump(demo.library)
    ran = demo.done("replay")
    assert ran.out == "0 pages, 0 entries: 0 new, 0 merged, 0 unchanged\n"
    assert ran.err == "4 pages not in the archive: left as before\n"
    assert dump(demo.library) == before


def test_progress_on_a_terminal(empty: Program) -> None:
    """On a terminal a bar is drawn, and gone at the end."""
    empty.done("add", PAGES)
    for command in ("replay", "doctor"):
        code, told = empty.on_terminal(command)
        assert code == 0
        assert "reading" in told


@pytest.mark.parametrize("name", ["papers", "a b%20?#'\"é.db", "two\nlines.db"])
def test_the_archive_follows_the_library(empty: Program, name: str) -> None:
    """Whatever the library is called, its archive stands beside it, and both can be moved together."""
    Path("here").mkdir()
    empty.done("--library", f"here/{name}", "add", PAGES)
    shutil.move("here", "there")
    assert empty.done("--library", f"there/{name}", "replay", "--json").one["unchanged"] == 57
    assert {path.name for path in Path("there").iterdir()} == {name, f"{name}.pages"}


def prune(program: Program, *arguments: str) -> dict[str, Any]:
    """The object that `prune --json` prints."""
    told: dict[str, Any] = program.done("prune", *arguments, "--json").one
    assert list(told) == PRUNE_KEYS
    return told


def test_prune_removes_what_belongs_to_no_page(empty: Program) -> None:
    """Orphans and unfinished files go without any option, after asking; pages of the library stay."""
    empty.done("add", PAGES)
    assert empty.done("prune").out == "nothing to remove; 4 archived pages left\n"
    first = archived(empty)[0]
    first.with_name(".x.part").write_bytes(b"")
    assert empty.done("prune").out == "1 file of no page (0.00 MB) removed; 4 archived pages left\n"
    ArchiveFolder.beside(empty.library).keep("0" * 64, b"no page")
    size = archived(empty)[0].stat().st_size
    assert prune(empty, "--dry-run") == {"pages": 0, "orphans": 1, "strays": 0, "bytes": size, "left": 4}
    refused = empty("prune")
    assert (refused.code, refused.out) == (1, "")
    assert "1 file of no page (0.00 MB)? nothing was removed; --yes" in refused.err
    assert len(archived(empty)) == 5
    assert prune(empty, "--yes") == {"pages": 0, "orphans": 1, "strays": 0, "bytes": size, "left": 4}
    assert len(archived(empty)) == 4


@pytest.mark.parametrize(
    ("older_than", "removed"),
    [("2026-01-01", 0), ("2026-01-02", 1), ("2026-02", 1), ("2026", 0), ("320d", 1), ("325d", 0), ("today", 1)],
)
def test_prune_by_age(empty: Program, older_than: str, removed: int) -> None:
    """Pages added before a day, or longer ago than so many days; the library stays, and only these can't be replayed."""
    empty.done("add", PAGES)
    age(empty.library, "2026-01-01T10:00:00Z")
    connection = look(empty.library)
    connection.execute("UPDATE page SET added = '2026-11-21T10:00:00Z' WHERE id > 1")
    connection.close()
    before = dump(empty.library)
    told = prune(empty, "--older-than", older_than, "--yes")
    assert (told["pages"], told["left"], len(archived(empty))) == (removed, 4 - removed, 4 - removed)
    assert dump(empty.library) == before
    assert empty.done("replay", "--json").one["missing"] == removed


def test_prune_asks(empty: Program) -> None:
    """On a terminal it says how many pages and how many MB, and removes them for a yes only."""
    empty.done("add", PAGES)
    age(empty.library, "2020-01-01T10:00:00Z")
    code, told = empty.on_terminal("prune", "--older-than", "2025-01-01", typed="n\n")
    assert code == 1
    assert "remove 1 archived page (0.00 MB)? [y/N]" in told
    assert len(archived(empty)) == 4
    code, told = empty.on_terminal("prune", "--older-than", "2025-01-01", typed="y\n")
    assert code == 0
    assert "1 archived page (0.00 MB) removed; 3 archived pages left" in told
    assert len(archived(empty)) == 3


@pytest.mark.parametrize("arguments", ["--older-than soon", "--older-than", "extra", "--older-than 0d"])
def test_prune_that_is_wrong_usage(empty: Program, arguments: str) -> None:
    """A day that is none is exit 2, and nothing is removed."""
    empty.done("add", PAGES)
    ran = empty("prune", *arguments.split())
    assert (ran.code, ran.out) == (2, "")
    assert len(archived(empty)) == 4


@pytest.mark.parametrize("command", ["replay", "prune"])
def test_a_library_that_is_not_there(empty: Program, command: str) -> None:
    """Neither makes a library."""
    ran = empty(command)
    assert (ran.code, ran.out) == (1, "")
    assert "papertide add" in ran.err
    assert not empty.library.exists()


def test_doctor_tells_of_the_archive(empty: Program) -> None:
    """`doctor` counts what is archived, missing and orphaned, and finds what is damaged."""
    empty.done("add", PAGES)
    told = empty.done("doctor", "--json").one["checks"]["archive"]
    assert told["ok"]
    assert (told["archived"], told["missing"], told["orphans"], told["read"]) == (4, 0, 0, True)
    assert told["bytes"] == sum(file.stat().st_size for file in archived(empty))
    assert "archive: 4 pages, 0.02 MB, all whole" in empty.done("doctor", "--thorough").out
    archived(empty)[0].write_bytes(b"nonsense")
    ran = empty("doctor", "--json")
    assert ran.code == 1
    assert not ran.one["checks"]["archive"]["ok"]
    assert str(archived(empty)[0]) in empty("doctor").out


def test_the_python_face(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`Library` archives what it adds unless told otherwise, by keyword or by setting, and replays."""
    pages = sorted(PAGES.iterdir())
    with Library.open(tmp_path / "a.db") as library:
        library.add(pages[0])
        assert (library.replay().pages, library.replay(dry_run=True).missing) == (1, 0)
    with Library.open(tmp_path / "a.db", archive=False) as library:
        library.add(pages[1])
        report = library.replay()
        assert (report.pages, report.missing, report.changed, report.unchanged) == (1, 1, 0, report.entries)
    monkeypatch.setenv("PAPERTIDE_ARCHIVE", "no")
    with Library.open(tmp_path / "b.db") as library:
        library.add(pages[0])
        assert library.replay().missing == 1
    with Library.open(tmp_path / "b.db", archive=True) as library:
        library.add(pages[0])
        assert library.replay().missing == 0
