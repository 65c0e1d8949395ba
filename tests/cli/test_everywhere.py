"""What holds for every command: where the options stand, which library, what goes to which stream, which exit code."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.harness import BARE, LORA, PAPER_KEYS, REWARD, ROBOTS, WIDE, Program
from tests.hub import Hub, served

from papertide import __version__
from papertide.cli.app import COMMANDS
from papertide.store.sqlite import migrations

EVERY = {
    "add": ["nothing.txt"],
    "fetch": ["hf-trending"],
    "rank": [],
    "rank explain": [str(LORA)],
    "replay": [],
    "prune": [],
    "digest": ["--peek"],
    "list": [],
    "search": ["adapters"],
    "show": [str(LORA)],
    "similar": [str(LORA)],
    "triage": [],
    "keep": [str(LORA)],
    "later": [str(LORA)],
    "skip": [str(LORA)],
    "inbox": [str(LORA)],
    "undo": [],
    "log": [],
    "tag": [str(LORA), "+todo"],
    "note": [str(LORA), "read", "this"],
    "export": [],
    "topics": [],
    "topics show": ["peft"],
    "topics test": ["LoRA"],
    "topics edit": [],
    "saved": [],
    "saved list": [],
    "saved add": ["todo", "status:later"],
    "saved remove": ["old"],
    "duplicates": [],
    "duplicates merge": ["1", "4"],
    "duplicates split": ["6"],
    "duplicates undo": [],
    "duplicates why": ["1", "2"],
    "stats": [],
    "schedule": ["--kind", "cron"],
    "doctor": [],
    "backup": ["copy-of-it.db", "--force"],
    "restore": ["kept.db", "--yes"],
    "copy": ["kept.db", "moved.db"],
}
"""A command line for every command; with `keep 3`, `saved add old x`, `duplicates merge 6 7` and
`backup kept.db` done before."""


@pytest.fixture(autouse=True)
def _a_hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What stands in for the network: a hub that lists no papers."""
    with served(Hub({})) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        yield


def test_every_command_is_tried() -> None:
    """The table above leaves no command out."""
    assert {name.split()[0] for name in EVERY} == set(COMMANDS)


@pytest.mark.parametrize("name", EVERY)
def test_json_is_all_there_is_on_stdout(program: Program, name: str) -> None:
    """With --json stdout holds JSON Lines and nothing else, wherever the flag stands, and the same for it."""
    program.done("keep", REWARD)
    program.done("saved", "add", "old", "x")
    program.done("duplicates", "merge", BARE, WIDE)
    program.done("backup", "kept.db")
    given = [*name.split(), *EVERY[name]]
    copy = shutil.copy(program.library, program.library.with_name("copy.db"))
    after = program(*given, "--json", stdin=b"")
    Path("moved.db").unlink(missing_ok=True)  # `copy` wants a place where there is nothing
    before = program("--library", copy, "--json", *given, stdin=b"")
    expected = 1 if name == "add" else 0
    assert (after.code, before.code) == (expected, expected)
    assert after.rows
    assert [sorted(row) for row in after.rows] == [sorted(row) for row in before.rows]
    assert all(isinstance(row, dict) for row in after.rows)


@pytest.mark.parametrize("name", EVERY)
def test_every_command_takes_the_common_options(program: Program, name: str) -> None:
    """--library, --reader and --today are taken after every command; the rightmost wins."""
    program.done("--reader", "you", "saved", "add", "old", "x")
    program.done("--reader", "you", "duplicates", "merge", BARE, WIDE)
    program.done("backup", "kept.db")
    given = [*name.split(), *EVERY[name]]
    options = ["--library", str(program.library), "--reader", "you", "--today", "2020-02-02"]
    ran = program("--library", "elsewhere.db", "--reader", "nobody", *given, *options, stdin=b"")
    assert ran.code == (1 if name == "add" else 0), ran.err
    assert not Path("elsewhere.db").exists()


@pytest.mark.parametrize("command", ["list", "search adapters", "digest --peek", "digest", "export"])
def test_papers_are_whole_in_json(program: Program, command: str) -> None:
    """Commands that show papers print each with exactly the contract's keys, in its order."""
    rows = program.done(*command.split(), "--json").rows
    assert rows
    for row in rows:
        assert list(row) == PAPER_KEYS


def test_unknown_is_null(program: Program) -> None:
    """A paper of which only the title is known has null or an empty list everywhere else, never 0 or an empty text."""
    (row,) = program.done("list", "nothing", "particular", "--json").rows
    known = {"id", "title", "added", "year_inferred", "status", "sightings"}
    assert {name for name, value in row.items() if value not in (None, [])} == known
    assert not row["year_inferred"]
    assert 0 not in [value for value in row.values() if not isinstance(value, bool)]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row["added"])


@pytest.mark.parametrize(
    "command", ["list", "search x", "show 1", "digest", "log", "stats", "export", "doctor", "undo", "replay", "prune"]
)
def test_a_missing_library_names_the_command_that_fills_it(empty: Program, command: str) -> None:
    """A command that reads says where the library would be and that `papertide add` fills it; exit 1, nothing is made."""
    ran = empty(*command.split())
    assert (ran.code, ran.out) == (1, "")
    assert str(empty.library) in ran.err
    assert "papertide add" in ran.err
    assert not empty.library.exists()


def test_commands_that_write_make_a_library(empty: Program) -> None:
    """Saving a search needs no paper: it makes the library that isn't there."""
    ran = empty("saved", "add", "todo", "status:later")
    assert ran.code == 0, ran.err
    assert empty.done("saved", "--json").one == {"name": "todo", "query": "status:later"}


def test_the_flag_wins_over_the_environment_over_the_file(
    program: Program, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--library, else PAPERTIDE_LIBRARY, else the config file, else the user's data folder."""
    file = home / ".config" / "papertide" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text('library = "from-file.db"\n', encoding="utf-8")
    monkeypatch.setenv("PAPERTIDE_LIBRARY", "from-environment.db")
    assert "from-flag.db" in program("list", "--library", "from-flag.db").err
    assert "from-environment.db" in program("list").err
    monkeypatch.delenv("PAPERTIDE_LIBRARY")
    assert "from-file.db" in program("list").err
    file.unlink()
    assert str(home / ".data" / "papertide" / "library.db") in program("list").err


def test_today_is_fixed_by_flag_and_environment(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """--today and PAPERTIDE_TODAY say what "the last days" are, and the flag wins."""
    assert program.done("list", "date:20d", "--json", "--today", "2025-02-03").ids == [ROBOTS, REWARD]
    monkeypatch.setenv("PAPERTIDE_TODAY", "2025-02-02")
    assert program.done("list", "date:today", "--json").ids == [ROBOTS]
    assert program.done("list", "date:today", "--json", "--today", "2025-01-15").ids == [REWARD]


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "2026"])
def test_today_must_be_a_day(program: Program, day: str) -> None:
    """A --today that is no date is wrong usage, and is named."""
    ran = program("list", "--today", day)
    assert (ran.code, ran.out) == (2, "")
    assert day in ran.err


def test_readers_do_not_see_each_other(program: Program) -> None:
    """Decisions, tags, notes, saved searches, the log and the digest's ledger are each reader's own."""
    for command in ("keep 1", "tag 1 +mine", "note 1 secret", "saved add mine lora", "digest"):
        program.done(*command.split(), "--reader", "a")
    (row,) = program.done("show", LORA, "--json", "--reader", "b").rows
    assert (row["status"], row["tags"], row["note"]) == ("inbox", [], None)
    assert program.done("log", "--json", "--reader", "b").out == ""
    assert program.done("saved", "--json", "--reader", "b").out == ""
    assert program.done("undo", "--json", "--reader", "b").one == {"undone": []}
    assert len(program.done("digest", "--json", "--reader", "b").rows) == 7
    (row,) = program.done("show", LORA, "--json", "--reader", "a").rows
    assert (row["status"], row["tags"], row["note"]) == ("keep", ["mine"], "secret")


@pytest.mark.parametrize(
    ("typed", "meant"), [("lst", "list"), ("serach", "search"), ("digset", "digest"), ("stat", "stats")]
)
def test_a_misspelt_command_is_suggested(program: Program, typed: str, meant: str) -> None:
    """A command that doesn't exist is exit 2 and names the one that was meant."""
    ran = program(typed)
    assert (ran.code, ran.out) == (2, "")
    assert f"papertide {meant}" in ran.err


def test_an_unheard_of_command_points_to_the_help(program: Program) -> None:
    """A command unlike any is exit 2 and says where they are listed."""
    ran = program("xyzzy", "--json")
    assert (ran.code, ran.out) == (2, "")
    assert "papertide --help" in ran.err


@pytest.mark.parametrize(
    ("command", "hint"),
    [
        ("list titel:lora", "title"),
        ("list --sort publishd", "published"),
        ("list --status kep", "keep"),
        ("list status:latr", "later"),
        ("list topic:pfet", "peft"),
        ("list --topic pfet", "peft"),
        ("search lora topic:pfet", "peft"),
        ("export topic:pfet", "peft"),
        ("digest --topic pfet", "peft"),
        ("topics show pfet", "peft"),
        ("keep --query topic:pfet --yes", "peft"),
        ("list has:cod", "code"),
    ],
)
def test_a_misspelt_name_is_suggested(program: Program, command: str, hint: str) -> None:
    """Unknown fields, sorts, statuses and topics are exit 2 and name the one that was meant."""
    ran = program(*command.split())
    assert (ran.code, ran.out) == (2, "")
    assert hint in ran.err.replace("pfet", "")


@pytest.mark.parametrize(
    ("query", "column"),
    [
        ("a OR", 3),
        ("OR a", 1),
        ("(a b", 1),
        ("a b)", 4),
        ('a "b', 3),
        ("a date:2024-13", 8),
        ("a authors:many", 11),
        ("@nobody", 1),
        ("id:x", 4),
        ("()", 1),
        ("!!!", 1),
    ],
)
@pytest.mark.parametrize("command", ["list", "search", "export"])
def test_a_query_that_does_not_parse_marks_its_column(program: Program, command: str, query: str, column: int) -> None:
    """Such a query is exit 2, with the query repeated on stderr and a caret under the first wrong character."""
    ran = program(command, query, "--json")
    assert (ran.code, ran.out) == (2, "")
    told, shown, mark = ran.err.splitlines()
    assert f"column {column}:" in told
    assert shown.strip() == query
    assert mark.index("^") - (len(shown) - len(query)) == column - 1


def test_the_mark_stays_in_sight(program: Program) -> None:
    """In a long query with line ends the part around the wrong place is shown, on one line, with the mark under it."""
    ran = program("list", "word\n" * 60 + "titel:x" + " word" * 60)
    _, shown, mark = ran.err.splitlines()
    assert shown[mark.index("^") :].startswith("titel:x")
    assert len(shown) <= 80


@pytest.mark.parametrize(
    "command",
    [
        "list --bogus",
        "list --limit x",
        "list --limit -1",
        "list --offset -1",
        "list --by read",
        "list --since 2024-99",
        "list --since 2025 --until 2024",
        "list --authors few",
        "search",
        "show",
        "keep",
        "keep 1 --query lora",
        "undo 0",
        "undo x",
        "log --limit 0",
        "tag",
        "tag 1",
        "tag +todo",
        "note",
        "note 1 text --clear",
        "export --format pdf",
        "export --group-by colour",
        "digest --format pdf",
        "digest --limit 0",
        "digest --since soon",
        "digest --again --since 2024-01-01",
        "saved add todo",
        "saved add to+do lora",
        "saved add todo (",
        "topics show",
        "topics nonsense",
        "add",
        "add x --layout pdf",
        "add x --captured soon",
        "doctor extra",
    ],
)
def test_wrong_usage_is_two(program: Program, command: str) -> None:
    """Wrong usage is exit 2, says why on stderr, prints no data and changes nothing."""
    before = dump(program.library)
    ran = program(*command.split())
    assert (ran.code, ran.out) == (2, "")
    assert ran.err
    assert dump(program.library) == before


@pytest.mark.parametrize("command", ["list --limit", "list --offset", "search lora --limit", "undo", "log --limit"])
def test_numbers_beyond_any_library_do_no_harm(program: Program, command: str) -> None:
    """A number that SQLite can't hold is taken for a very large one, or is refused with a message; never a traceback."""
    assert program(*command.split(), "9" * 25).code in (0, 1, 2)


@pytest.mark.parametrize(
    "command", ["show 99", "keep 99", "tag 99 +x", "note 99 x", "show 2405.00001", "saved remove x", "keep 1 x"]
)
def test_what_is_not_there_is_one(program: Program, command: str) -> None:
    """A paper or saved search that isn't there is exit 1, is named, and nothing is changed."""
    before = dump(program.library)
    ran = program(*command.split(), "--json")
    assert (ran.code, ran.out) == (1, "")
    assert repr(command.split()[1 if command != "keep 1 x" and "remove" not in command else 2]) in ran.err
    assert dump(program.library) == before


@pytest.mark.parametrize("name", ["12", "2405.99001", "https://arxiv.org/abs/2405.99001v2", "hf:2405.99001", " 1 "])
def test_a_paper_has_three_names(program: Program, name: str) -> None:
    """A paper is named by its number, its arXiv id, or a URL holding that id."""
    ran = program("show", name, "--json")
    assert ran.code == 1 if name == "12" else ran.one["id"] == LORA


@pytest.mark.parametrize("kind", ["text", "database", "folder", "newer", "broken"])
def test_what_is_no_library_is_refused(program: Program, kind: str) -> None:
    """A file that is no library (or a newer one) is exit 1, named, and left as it is, by reading and writing commands."""
    path = Path("other.db")
    if kind == "text":
        path.write_text("not a database at all, but long enough to be one" * 10, encoding="utf-8")
    elif kind == "folder":
        path.mkdir()
    elif kind == "broken":
        path.write_bytes(program.library.read_bytes()[:100] + b"\xff" * 9000)
    else:
        if kind == "newer":
            shutil.copy(program.library, path)
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA user_version = 999" if kind == "newer" else "CREATE TABLE other (x)")
        connection.close()
    before = path.read_bytes() if path.is_file() else b""
    page = Path("page.jsonl")
    page.write_text('{"title": "A paper"}\n', encoding="utf-8")
    for command in (["list"], ["add", "page.jsonl"], ["keep", "1"], ["doctor"]):
        ran = program("--library", "other.db", *command)
        assert (ran.code, ran.out) == (1, "")
        assert "other.db" in ran.err
    assert (path.read_bytes() if path.is_file() else b"") == before


@pytest.mark.parametrize("name", ["a b.db", "100%25.db", "what?mode=ro.db", "#1.db", "библиотека.db", "'; DROP.db"])
def test_a_library_may_have_any_name(empty: Program, name: str) -> None:
    """Characters that mean something in a URI or in SQL mean nothing in the library's path."""
    Path("page.jsonl").write_text('{"title": "A paper"}\n', encoding="utf-8")
    empty.done("--library", name, "add", "page.jsonl")
    assert empty.done("--library", name, "list", "--json").ids == [1]
    assert Path(name).is_file()


@pytest.mark.parametrize("where", ["postgresql://127.0.0.1:9/papers", "~nobody-of-that-name/library.db"])
def test_a_library_that_cannot_be_is_said_to_be_none(program: Program, where: str) -> None:
    """A library on a server, or in the home of somebody who doesn't exist, is a clear error."""
    ran = program("--library", where, "list")
    assert ran.code in (1, 2)
    assert ran.out == ""
    assert ran.err.startswith("papertide: ")


@pytest.mark.parametrize(
    "command",
    [
        ["note", "1", "\udcff"],
        ["tag", "1", "+\udcff"],
        ["keep", "1", "--reader", "\udcff"],
        ["saved", "add", "x", "\udcff"],
        ["list", "\udcff"],
        ["show", "\udcff"],
        ["add", "\udcff"],
        ["topics", "test", "\udcff"],
        ["list", "--tag", "\udcff"],
        ["digest", "--reader", "\udcff", "--peek"],
    ],
    ids=" ".join,
)
def test_bytes_that_are_no_text_do_no_harm(program: Program, command: list[str]) -> None:
    """An argument that isn't UTF-8 reaches us as half a character; it is refused or shown, never a traceback."""
    assert program(*command).code in (0, 1, 2)


def test_version(program: Program) -> None:
    """--version prints the version with the schema of its libraries, and nothing else, whoever answers."""
    told = f"papertide {__version__} (schema {migrations.NEWEST})\n"
    for flag in ("--version", "-V"):
        assert program.done(flag).out == told
        quick = subprocess.run([sys.executable, "-m", "papertide", flag], capture_output=True, text=True, check=True)
        assert (quick.stdout, quick.stderr) == (told, "")


def test_one_line_a_paper(program: Program) -> None:
    """Not on a terminal a list is one tab-parted line a paper, titles whole, without escapes, boxes or talk."""
    ran = program.done("list")
    assert ran.err == ""
    rows = [line.split("\t") for line in ran.out.splitlines()]
    assert [len(row) for row in rows] == [6] * 7
    titles = {row["title"] for row in program.done("list", "--json").rows}
    assert {row[3] for row in rows} == titles
    assert not re.search("[\x1b\u2500-\u257f]", ran.out)


@pytest.mark.parametrize("name", EVERY)
def test_pipes_hold_no_escapes(program: Program, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a terminal: no escape and no box drawing on either stream, whatever TERM says."""
    monkeypatch.setenv("TERM", "xterm-256color")
    program.done("saved", "add", "old", "x")
    ran = program(*name.split(), *EVERY[name], stdin=b"")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2500-\u257f]", ran.out + ran.err)


def test_asking_changes_nothing(program: Program) -> None:
    """The commands that look leave the library as it is."""
    before = dump(program.library)
    for command in ("list", "search lora", "show 1", "digest --peek", "log", "note 1", "export", "topics", "topics show peft",
                    "topics test lora", "saved", "stats", "doctor", "undo"):  # fmt: skip
        program.done(*command.split())
    assert dump(program.library) == before


def dump(library: Path) -> list[str]:
    """Everything that a library holds, as SQL."""
    with sqlite3.connect(library) as connection:
        told = [line for line in connection.iterdump() if "paper_text" not in line]
    connection.close()
    return told


def test_json_is_utf8_and_safe_for_line_readers(program: Program) -> None:
    """JSON is written as UTF-8 text, and a note's odd line separators don't part a line."""
    program.done("note", LORA, "one\u2028two\u2029three\x85four")
    out = program.done("show", LORA, "--json").out
    assert len(out.splitlines()) == 1
    assert json.loads(out)["note"].startswith("one")
    assert "微调" in program.done("list", "--json").out
