"""The command line as a process of its own: pipes that close, signals, streams that aren't there."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.cli.harness import PAGES, ROOT, TODAY, Program

COMMAND = [sys.executable, "-m", "papertide"]


def environment(**more: str) -> dict[str, str]:
    """The environment of the test, with the package in reach."""
    return {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PAPERTIDE_TODAY": TODAY, **more}


def process(*arguments: str, shell: str = "", **more: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command line in a process; `shell` is what a shell adds behind it."""
    given: Sequence[str] = [*COMMAND, *arguments]
    if shell:
        given = ["sh", "-c", f'"$0" "$@" {shell}', *given]
    return subprocess.run(given, capture_output=True, env=environment(**more), timeout=30)


def test_a_reader_that_goes_away_is_no_error(demo: Program) -> None:
    """`papertide list --json | head -1` ends quietly: no traceback, and the line is whole."""
    for _ in range(6):  # more than a pipe holds
        demo.done("note", "1", "x" * 60_000)
    done = process("list", "--json", "--reader", "me", shell="| head -1")
    assert done.stderr == b""
    assert json.loads(done.stdout)["id"]


def test_a_digest_that_nobody_read_is_not_told(demo: Program) -> None:
    """Where the reader of the pipe goes away before the digest is written, everything stays new."""
    done = process("digest", "--limit", "100", "--reader", "me", shell="| sleep 0")
    assert b"Traceback" not in done.stderr
    read_end, write_end = os.pipe()
    os.close(read_end)
    code = subprocess.run(
        [*COMMAND, "digest", "--reader", "you"], stdout=write_end, stderr=subprocess.PIPE, env=environment()
    )
    os.close(write_end)
    assert code.stderr == b""
    assert len(demo.done("digest", "--json", "--reader", "you").ids) == 46


def test_interrupted(empty: Program) -> None:
    """Control-C while reading is exit 130 without a traceback, and what was committed stays."""
    page = next(PAGES.glob("*authors.txt"))
    running = subprocess.Popen(
        [*COMMAND, "add", str(page), "-"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # who runs us may ignore it
    )
    until = time.monotonic() + 20
    while time.monotonic() < until and not committed(empty.library):
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=20)
    assert running.returncode == 130
    assert b"Traceback" not in told
    assert b"interrupted" in told
    assert empty.done("list", "--count").out == "16\n"


def committed(library: Path) -> bool:
    """Whether a library holds papers already."""
    if not library.exists():
        return False
    with sqlite3.connect(library) as connection:
        try:
            found = bool(connection.execute("SELECT count(*) FROM paper").fetchone()[0])
        except sqlite3.OperationalError:
            found = False
    connection.close()
    return found


@pytest.mark.parametrize("command", ["add -", "list", "digest --peek"])
@pytest.mark.parametrize("stream", ["<&-", ">&-", "2>&-"])
def test_streams_that_are_closed(program: Program, command: str, stream: str) -> None:
    """Without stdin, stdout or stderr a command does what it can, or fails with a message; never a traceback."""
    done = process(*command.split(), shell=stream, PAPERTIDE_LIBRARY=str(program.library))
    assert b"Traceback" not in done.stderr
    assert done.returncode in (0, 1)


def test_any_locale(program: Program) -> None:
    """Text is UTF-8 also where the locale or the Python says ASCII."""
    for more in ({"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "POSIX", "PYTHONUTF8": "0"}):
        done = process("list", **more)
        assert "微调".encode() in done.stdout
        assert done.stderr == b""
    assert program.library.exists()


@pytest.mark.parametrize("form", ["markdown", "jsonl"])
def test_a_pipe_can_be_named_as_output(program: Program, form: str) -> None:
    """`-o /dev/stdout` in a pipeline writes the export to the pipe."""
    done = process("export", "--format", form, "-o", "/dev/stdout", shell="| cat")
    assert done.stdout.decode() == program.done("export", "--format", form).out


def test_a_page_from_the_shell(empty: Program) -> None:
    """`papertide add - < page` reads the page, and `python -m papertide` is the command."""
    page = next(PAGES.glob("*compact.txt"))
    done = process("add", "-", "--json", shell=f"< '{page}'")
    assert done.returncode == 0
    assert json.loads(done.stdout)["new"] == 12
    assert empty.done("list", "--count").out == "12\n"


def test_exit_codes_reach_the_shell(program: Program) -> None:
    """The process ends with the code that the command gives: 0, 1, 2 and 3."""
    Path("mixed.jsonl").write_text('{"title": "Good"}\nbad\n', encoding="utf-8")
    for arguments, code in ((["list"], 0), (["show", "99"], 1), (["list", "("], 2), (["add", "mixed.jsonl"], 3)):
        assert process(*arguments, PAPERTIDE_LIBRARY=str(program.library)).returncode == code
