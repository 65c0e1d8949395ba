"""Killing: every command that writes is killed (SIGKILL) at random moments; what was committed must be there, and sound.

Each kill has a fresh copy of a library that was lived with. A command that does one thing must leave the library as it was
or as the whole command makes it; one that goes page by page must be able to go on and end where an undisturbed run ends.
Each time SQLite's integrity check and every check of `doctor` must be well, and files beside the library whole or absent.
`--kills 200` is the full measure; processes are forked, so that the kills fall into the work and not into imports.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

from table import keep, measured_on

import papertide
from papertide.cli.app import run
from papertide.errors import LibraryError
from papertide.sources.archive import ArchiveFolder
from papertide.store import open_library

ROOT = Path(__file__).resolve().parents[1]
LIBRARY = "library.db"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
OF_THE_INDEX = ("paper_text_data", "paper_text_idx", "paper_text_docsize", "paper_text_config")
"""Tables of the search index: `doctor` tells whether it is in step."""

RULES = '[short]\nname = "Short"\ndescription = "for a measurement"\nstrong = ["lora", "forgetting"]\n'
State = dict[str, list[str]]


@dataclass(frozen=True)
class Case:
    """A command to be killed. `prepare` changes the copy first; `whole` says what is wrong with the files beside it.

    `steps` if it does its work in several transactions; `again` if it can be given once more and ends in the same.
    """

    name: str
    arguments: Sequence[str]
    prepare: Callable[[Path], object] = lambda _folder: None
    whole: Callable[[Path], str] = lambda _folder: ""
    steps: bool = False
    again: bool = True


@dataclass
class Outcome:
    """How a command's kills fell: before it changed anything, in between, or behind its last change; and what was wrong."""

    fell: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def sql(*statements: str) -> Callable[[Path], None]:
    """Do something to the copy past all of our code."""

    def change(folder: Path) -> None:
        with closing(sqlite3.connect(folder / LIBRARY, isolation_level=None)) as connection:
            for statement in statements:
                connection.execute(statement)

    return change


def old_library(folder: Path) -> None:
    """Put a library of the first schema in the place of the copy."""
    (folder / LIBRARY).unlink()
    text = (ROOT / "fixtures" / "libraries" / "schema-1.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(folder / LIBRARY, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.executescript(text)


def new_rules(folder: Path) -> None:
    """Change the topic rules, so that the library is to be labelled anew."""
    config = folder / "config" / "papertide"
    config.mkdir(parents=True)
    (config / "topics.toml").write_text(RULES, encoding="utf-8")


def a_backup(folder: Path) -> None:
    """Keep a backup, and go on from there."""
    child(folder, ["backup", "kept.db"])
    child(folder, ["skip", "9", "10"])


def backup_is_whole(folder: Path) -> str:
    """A backup stands there whole, with its pages, or not at all."""
    made = folder / "new.db"
    if not made.exists():
        return ""
    if state(made) != state(folder / LIBRARY):
        return "the backup isn't the library"
    return "" if ArchiveFolder.beside(made).contents() else "the backup's pages are missing"


def pages_are_whole(folder: Path) -> str:
    """Each archived page is whole."""
    archive = ArchiveFolder.beside(folder / LIBRARY)
    for digest in archive.contents():
        archive.read(digest)  # raises for a page that is damaged
    return ""


def copy_is_whole(folder: Path) -> str:
    """A copy that was begun says that it is none yet, and the same command makes the library of it."""
    made = folder / "moved.db"
    if not made.exists() or not is_copied(made):
        code = child(folder, ["copy", LIBRARY, made.name])
        if code != 0:
            return f"given again it ends with {code}"
    if state(made) != state(folder / LIBRARY):
        return "the copy isn't the library"
    return (
        ""
        if ArchiveFolder.beside(made).contents() == ArchiveFolder.beside(folder / LIBRARY).contents()
        else "pages are missing"
    )


def is_copied(made: Path) -> bool:
    """Whether anybody can open it, and it isn't the empty file that a copy begins with."""
    try:
        with closing(open_library(made)) as store:
            return store.looking.newest() > 0
    except LibraryError:
        return False


def export_is_whole(folder: Path) -> str:
    """An exported file has a line for each paper, or isn't there."""
    made = folder / "all.jsonl"
    papers = len(state(folder / LIBRARY)["paper"])
    whole = not made.exists() or len(made.read_text(encoding="utf-8").splitlines()) == papers
    return "" if whole else "half an export"


HARM = sql(
    "DROP TRIGGER paper_text_update", "DROP INDEX paper_added", "DELETE FROM status", "UPDATE paper SET sightings = 7",
    "INSERT INTO paper_text (rowid, title) VALUES (99, 'ghost')", "INSERT INTO note VALUES ('me', 999, 'mine')",
)  # fmt: skip
SICK = frozenset({"schema", "triggers", "indexes", "papers", "decisions", "references", "search index"})
"""The checks that `HARM` makes unwell."""
CASES = (
    Case("add", ["add", "more"], whole=pages_are_whole, steps=True),
    Case("add, a new library", ["--library", "new.db", "add", "more"], steps=True),
    Case("add, a full state", ["--library", LIBRARY, "add", "state.jsonl"]),
    Case("keep", ["keep", "1", "2", "3", "4"]),
    Case("later", ["later", "--query", "lora", "--yes"]),
    Case("skip", ["skip", "5"]),
    Case("undo", ["undo", "3"], again=False),
    Case("tag", ["tag", "1", "2", "+one", "-todo"]),
    Case("note", ["note", "1", "read", "this"]),
    Case("saved add", ["saved", "add", "later", "status:later"]),
    Case("saved remove", ["saved", "remove", "mine"], again=False),
    Case("digest", ["digest"], steps=True, again=False),
    Case("duplicates merge", ["duplicates", "merge", "1", "2", "--yes"], again=False),
    Case("duplicates split", ["duplicates", "split", "5"], again=False),
    Case("duplicates undo", ["duplicates", "undo"], again=False),
    Case(
        "replay",
        ["replay"],
        sql("UPDATE sighting SET entry = json_set(entry, '$.upvotes', 77)"),
        pages_are_whole,
        steps=True,
    ),
    Case("rank", ["rank"], steps=True),
    Case("prune", ["prune", "--older-than", "2999-01-01", "--yes"], whole=pages_are_whole),
    Case("topics edit, relabel", ["topics"], new_rules),
    Case("export", ["export", "--format", "jsonl", "-o", "all.jsonl"], whole=export_is_whole, steps=True),
    Case("backup", ["backup", "new.db", "--force"], whole=backup_is_whole),
    Case("copy", ["copy", LIBRARY, "moved.db"], whole=copy_is_whole, again=False),
    Case("restore", ["restore", "kept.db", "--yes"], a_backup, pages_are_whole),
    Case("doctor --repair", ["doctor", "--repair"], HARM),
    Case("migration", ["list"], old_library, steps=True),
)


Within = Callable[[], AbstractContextManager[object]]
"""What a command is run within, in its own process."""


def child(
    folder: Path,
    arguments: Sequence[str],
    seconds: float | None = None,
    *,
    end: signal.Signals = signal.SIGKILL,
    within: Within = nullcontext,
) -> int | None:
    """Run a command in a process of its own, ended by `end` after `seconds`; gives its exit code, None where a signal ended
    it."""
    number = begun(folder, arguments, within)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(number, end)
    return ended(number)


def begun(folder: Path, arguments: Sequence[str], within: Within = nullcontext) -> int:
    """Start a command in a process of its own, which says nothing; gives its id."""
    number = os.fork()
    if number == 0:
        code = 99
        try:
            os.chdir(folder)
            nothing = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(nothing, stream)
            sys.stdin, sys.stdout, sys.stderr = (
                os.fdopen(stream, mode, encoding="utf-8", closefd=False)
                for stream, mode in ((0, "r"), (1, "w"), (2, "w"))
            )
            ours = {"LIBRARY": LIBRARY, "READER": "me", "TODAY": "2026-11-21"}
            os.environ.update({f"PAPERTIDE_{name}": value for name, value in ours.items()})
            os.environ.update({"HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config")})
            with within():
                code = run(arguments)
        finally:
            os._exit(code)
    return number


def ended(number: int) -> int | None:
    """Wait for a process; gives its exit code, None where it was killed."""
    code = os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])
    return None if code < 0 else code


def master(folder: Path) -> Path:
    """A library that was lived with, its archive, pages to add, and the state of another library."""
    folder.mkdir()
    more = folder / "more"
    more.mkdir()
    first, *rest = sorted((ROOT / "fixtures" / "pages").glob("*"))
    for page in rest:
        shutil.copy(page, more)
    shutil.copy(first, folder / "first.txt")
    for arguments in (
        ["add", "first.txt"], ["keep", "1", "2"], ["skip", "3"], ["undo"], ["tag", "2", "+todo"], ["note", "4", "hm"],
        ["saved", "add", "mine", "lora"], ["duplicates", "merge", "5", "6", "--yes"],
        ["--library", "other.db", "add", "more"], ["--library", "other.db", "keep", "1", "2", "3"],
        ["--library", "other.db", "duplicates", "merge", "1", "2", "--yes"],
        ["--library", "other.db", "export", "--format", "jsonl", "-o", "state.jsonl"],
    ):  # fmt: skip
        if child(folder, arguments) != 0:
            raise RuntimeError(f"papertide {' '.join(arguments)} failed")
    return folder


def state(library: Path) -> State:
    """Every row, moments apart, and what is declared; nothing where there is no library."""
    if not library.exists() or not library.stat().st_size:
        return {}
    with closing(sqlite3.connect(library, isolation_level=None)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {name: told(connection, f"SELECT * FROM {name}") for name in names if name not in OF_THE_INDEX}
        found["(schema)"] = told(connection, "SELECT type, name, sql FROM sqlite_master")
        return found


def told(connection: sqlite3.Connection, query: str) -> list[str]:
    """Rows as text, sorted, every moment the same."""
    return sorted(MOMENT.sub("then", json.dumps(row, default=bytes.hex)) for row in connection.execute(query))


def illness(library: Path, *, unwell: frozenset[str]) -> list[str]:
    """What is wrong with a library; `unwell` are the checks that needn't be well, for they weren't before."""
    if not library.exists() or not library.stat().st_size:
        return []
    with closing(sqlite3.connect(library, isolation_level=None)) as connection:
        if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            return ["integrity_check"]
        if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            return []
    with closing(open_library(library)) as store:
        return [f.name for f in store.checking.findings() if not f.well and f.name not in unwell]


def killed(case: Case, home: Path, kills: int, chance: random.Random) -> Outcome:
    """Kill a command so many times."""
    place = case.arguments[1] if case.arguments[0] == "--library" else LIBRARY
    shutil.copytree(home, home.parent / "prepared")
    prepared = home.parent / "prepared"
    case.prepare(prepared)
    before = state(prepared / place)
    unwell = SICK if case.name == "doctor --repair" else frozenset[str]()
    undisturbed = home.parent / "undisturbed"
    shutil.copytree(prepared, undisturbed)
    begin = time.perf_counter()
    child(undisturbed, case.arguments)
    longest = time.perf_counter() - begin
    after = state(undisturbed / place)
    outcome = Outcome()
    for _ in range(kills):
        copy = home.parent / "copy"
        shutil.copytree(prepared, copy)
        child(copy, case.arguments, chance.uniform(0.0, longest * 1.05))
        outcome.wrong += [
            f"{case.name}: {wrong}" for wrong in judged(case, copy, place, (before, after), unwell, outcome)
        ]
        shutil.rmtree(copy)
    for folder in (prepared, undisturbed):
        shutil.rmtree(folder)
    return outcome


def judged(
    case: Case, copy: Path, place: str, ends: tuple[State, State], unwell: frozenset[str], outcome: Outcome
) -> list[str]:
    """What is wrong with what a kill left behind."""
    before, after = ends
    now = state(copy / place)
    fell = "after" if now == after else "before" if now == before else "between"
    outcome.fell[fell] += 1
    wrong = [] if fell != "between" or case.steps else ["neither what it was nor what it was to be"]
    if not (case.name == "migration" and fell != "after"):  # to look is to bring it up to date
        wrong += illness(copy / place, unwell=frozenset() if fell == "after" else unwell)
    said = case.whole(copy)
    wrong += [said] if said else []
    if case.again:
        code = child(copy, case.arguments)
        if code != 0:
            wrong.append(f"given again it ends with {code}")
        elif state(copy / place) != after:
            wrong.append("given again it ends elsewhere")
    return wrong


def warm() -> None:
    """Import all there is, so that a fork is at work at once."""
    for module in walk_packages(papertide.__path__, "papertide."):
        if not module.name.endswith("__main__"):
            import_module(module.name)


def all_killed(kills: int, seed: int, names: Sequence[str] = ()) -> Iterator[tuple[str, Outcome]]:
    """Kill every command, or those that are named; gives each as it is done."""
    warm()
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        home = master(Path(folder) / "master")
        for case in CASES:
            if not names or case.name in names:
                yield case.name, killed(case, home, kills, chance)


def main() -> None:
    """Kill, print the table, and fail if anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=10, help="kills a command (default: 10)")
    parser.add_argument("--seed", type=int, default=1, help="of the moments (default: 1)")
    parser.add_argument("names", nargs="*", help="these commands only")
    given = parser.parse_args()
    print(f"{'command':<24}{'kills':>6}{'before':>8}{'between':>9}{'after':>7}   wrong")
    measured_on(f"{given.kills} kills of each command")
    wrong: list[str] = []
    for name, outcome in all_killed(given.kills, given.seed, given.names):
        fell = [outcome.fell[where] for where in ("before", "between", "after")]
        print(f"{name:<24}{sum(fell):>6}{fell[0]:>8}{fell[1]:>9}{fell[2]:>7}   {len(outcome.wrong)}", flush=True)
        wrong += outcome.wrong
    for line, times in Counter(wrong).items():
        print(f"  {times} times: {line}")
    keep("what is wrong after kills (SIGKILL)", None, len(wrong), "<= 0")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
