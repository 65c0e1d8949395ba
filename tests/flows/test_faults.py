"""Faults under commands that write: disks, signals, clocks, two versions at once, a network that falls silent.

`bench/faults.py --tries 20` is the measure at length; its table stands in docs/reliability.md.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from threading import Event

import pytest
from faults import FAULTS, SHIM, compiled
from killing import CASES, LIBRARY, Case, child, illness, master, old_library, state
from tests.cli.harness import ROOT
from tests.hub import Hub, item, served

from papertide.store import open_library
from papertide.store.base import Selection
from papertide.store.sqlite import migrations

BENCH = ROOT / "bench" / "faults.py"
COMMANDS = ["add", "export", "backup"]
"""Of a fault each: many pages, a file, a copy."""


@pytest.fixture(scope="module")
def lived_with(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that was lived with."""
    return master(tmp_path_factory.mktemp("faults") / "master")


@pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("gcc"), reason="needs Linux and gcc: calls are made to fail"
)
def test_every_fault(tmp_path: Path) -> None:
    """Whatever fails: the library is as it was or as it was to be and sound, files are whole, and the reason is told."""
    shim = str(compiled(tmp_path))
    done = subprocess.run(
        [sys.executable, str(BENCH), "--seed", "7", *COMMANDS],
        capture_output=True, text=True, env={**os.environ, SHIM: shim, "LD_PRELOAD": shim}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [line.split(" | ") for line in done.stdout.splitlines()[2:]]
    assert [row[0].removeprefix("| ") for row in rows] == [fault.name for fault in FAULTS]
    assert all(row[1] == str(len(COMMANDS)) and row[-1] == "nothing |" for row in rows)
    ends = {row[0].removeprefix("| "): row[5] for row in rows}
    assert all(
        "exit 1" in ends[name] or "exit 3" in ends[name]
        for name in ends
        if name.startswith(("disk", "no perm", "sync"))
    )


def test_a_fault_is_seen(lived_with: Path, tmp_path: Path) -> None:
    """The measure itself sees a loss: a library that lost a decision, or that breaks, isn't taken for a good one."""
    copy = tmp_path / "copy"
    shutil.copytree(lived_with, copy)
    before = state(copy / LIBRARY)
    with closing(sqlite3.connect(copy / LIBRARY, isolation_level=None)) as library:
        library.execute("DELETE FROM decision WHERE id = (SELECT max(id) FROM decision)")
    assert state(copy / LIBRARY) != before
    assert illness(copy / LIBRARY, unwell=frozenset())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize(
    "case", [case for case in CASES if "--library" not in case.arguments], ids=lambda case: case.name
)
def test_nobody_hears(lived_with: Path, tmp_path: Path, case: Case) -> None:
    """A command whose output nobody can write down ends with 1 if it had something to say; the library is sound either way."""
    copy, text = tmp_path / "copy", tmp_path / "said"
    shutil.copytree(lived_with, copy)
    case.prepare(copy)

    @contextmanager
    def full() -> Iterator[None]:
        with Path("/dev/full").open("wb") as nowhere, text.open("wb") as said:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(said.fileno(), 2)
        yield
        sys.stderr.flush()

    code = child(copy, case.arguments, within=full)
    assert code in (0, 1)
    assert code == 0 or "can't write the output" in text.read_text(encoding="utf-8")
    if case.name != "migration":
        assert illness(copy / LIBRARY, unwell=frozenset()) == []


# --- two versions at once ---------------------------------------------------------------------------------------------


def test_an_old_program_still_has_it_open(tmp_path: Path) -> None:
    """A library that an older program reads is brought up to date under its eyes: it reads on what it read, and ends well."""
    path = tmp_path / LIBRARY
    path.touch()
    old_library(tmp_path)
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        old.execute("PRAGMA journal_mode = WAL")
        old.execute("BEGIN")
        papers = old.execute("SELECT id, title FROM paper ORDER BY id").fetchall()
        with closing(open_library(path)) as new:
            assert len(new.looking.papers(Selection(None, "ada"))) == len(papers)
            assert old.execute("SELECT id, title FROM paper ORDER BY id").fetchall() == papers
            assert old.execute("PRAGMA user_version").fetchone() == (1,)
            with pytest.raises(sqlite3.OperationalError):  # what it saw isn't what is there any more
                old.execute(
                    "INSERT INTO decision (reader, paper_id, status, at, command) VALUES ('ada', 1, 'keep', 'x', 'y')"
                )
            old.execute("ROLLBACK")
            assert old.execute("PRAGMA user_version").fetchone() == (migrations.NEWEST,)
            assert [finding.name for finding in new.checking.findings() if not finding.well] == []


def test_an_old_program_is_writing(tmp_path: Path) -> None:
    """While an older program writes, the library isn't brought up to date; then it is, with what was written."""
    path = tmp_path / LIBRARY
    path.touch()
    old_library(tmp_path)
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        old.execute("PRAGMA journal_mode = WAL")
        old.execute("BEGIN IMMEDIATE")
        old.execute("UPDATE paper SET title = 'Written late' WHERE id = 1")
        running = subprocess.Popen(
            [sys.executable, "-m", "papertide", "--library", str(path), "list", "--json"],
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert running.stderr is not None
        assert b"waiting for another process" in running.stderr.readline()
        assert old.execute("PRAGMA user_version").fetchone() == (1,)
        old.execute("COMMIT")
        out, _ = running.communicate()
    assert running.returncode == 0
    assert "Written late" in [json.loads(line)["title"] for line in out.splitlines()]


# --- a network that falls silent --------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_the_network_falls_silent(tmp_path: Path, end: signal.Signals) -> None:
    """A fetch that waits for a silent server is ended: the days that came are there, and it goes on where it was."""
    days = [date(2026, 3, 2), date(2026, 3, 3)]
    hub = Hub({day: [item(number + 1, day)] for number, day in enumerate(days)})
    path = tmp_path / "library.db"
    speaks = Event()

    def silent(target: str) -> None:
        if str(days[1]) in target:
            speaks.wait()

    hub.instead = silent
    with served(hub) as running:
        env = {
            **os.environ,
            "PYTHONPATH": str(ROOT / "src"),
            "HF_ENDPOINT": running.url,
            "PAPERTIDE_TODAY": "2026-11-21",
        }
        given = [
            sys.executable,
            "-m",
            "papertide",
            "--library",
            str(path),
            "fetch",
            "--since",
            "2026-03-02",
            "--until",
            "2026-03-03",
        ]
        heeded = (
            partial(signal.signal, end, signal.SIG_DFL) if end != signal.SIGKILL else None
        )  # also in the background
        fetching = subprocess.Popen(given, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=heeded)
        while not any(str(days[1]) in target for target in running.asked):
            time.sleep(0.02)
        fetching.send_signal(end)
        fetching.communicate()
        assert fetching.returncode in (-end, 130)
        with closing(open_library(path)) as store:
            assert len(store.looking.papers(Selection(None, "me"))) == 1
            assert [finding.name for finding in store.checking.findings() if not finding.well] == []
        speaks.set()
        running.asked.clear()
        assert subprocess.run(given, env=env, capture_output=True, check=False).returncode == 0
        assert not any(str(days[0]) in target for target in running.asked)
    with closing(open_library(path)) as store:
        assert len(store.looking.papers(Selection(None, "me"))) == 2
