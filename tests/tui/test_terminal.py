"""The inbox on a real terminal: how it comes, how it goes, and what it leaves behind."""

from __future__ import annotations

import os
import re
import signal
import stat
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from tests.cli.harness import FORGETTING, LORA, Program
from tests.fakes import look
from tests.tui.live import Live

from papertide.store.decisions import STATUSES_BY_LOG

Sit = Callable[..., Live]


@pytest.fixture
def sit(program: Program) -> Iterator[Sit]:
    """Sit down before the inbox of the small library; what still runs at the end of the test is ended."""
    live: list[Live] = []

    def begin(*arguments: str, **environment: str) -> Live:
        live.append(Live("--library", program.library, "triage", *arguments, **environment))
        return live[-1]

    yield begin
    for each in live:
        if each.process.poll() is None:
            each.process.kill()
            each.process.wait()


def statuses(program: Program) -> dict[int, str]:
    """What was decided."""
    return {row["id"]: row["status"] for row in program.done("list", "--json").rows if row["status"] != "inbox"}


def test_coming_and_going(program: Program, sit: Sit) -> None:
    """The terminal is left as it was; below the old screen stands what was decided, and how to take it back."""
    live = sit()
    live.until("Catastrophic")
    assert live.modes != live.before
    live.press("y")
    live.until("keep:")
    live.press("x")
    live.until("skip:")
    live.press("q")
    assert live.end() == 0
    assert live.left_as_it_was
    told = live.written[live.written.rindex("\x1b[?1049l") :]
    assert "2 papers decided: 1 keep, 1 skip" in told
    assert "papertide undo 2" in told
    assert statuses(program) == {FORGETTING: "keep", LORA: "skip"}
    live.close()


def test_json_at_the_end(sit: Sit) -> None:
    """With --json one object of counts is printed when the screen is gone."""
    live = sit("--json")
    live.until("Catastrophic")
    live.press("l")
    live.until("later:")
    live.press("q")
    assert live.end() == 0
    end = live.written[live.written.rindex("\x1b[?1049l") :]
    assert '{"decided": 1, "inbox": 0, "keep": 0, "later": 1, "skip": 0, "undone": 0}' in end
    live.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_being_told_to_end(program: Program, sit: Sit, number: signal.Signals) -> None:
    """A signal to end leaves the terminal as it was, what was decided stored, and exit code 130."""
    live = sit()
    live.until("Catastrophic")
    live.press("y")
    live.until("keep:")
    live.process.send_signal(number)
    assert live.end() == 130
    assert live.left_as_it_was
    assert "interrupted" in live.written
    assert statuses(program) == {FORGETTING: "keep"}
    live.close()


def test_a_closed_window_loses_nothing(program: Program, sit: Sit) -> None:
    """When the terminal goes away the program goes too, by the signal for it, and what was decided is there."""
    live = sit()
    live.until("Catastrophic")
    live.press("yx")
    live.until("skip:")
    assert live.hang_up() == -signal.SIGHUP
    assert statuses(program) == {FORGETTING: "keep", LORA: "skip"}
    assert program.done("doctor").code == 0


def test_being_killed_loses_nothing(program: Program, sit: Sit) -> None:
    """What the screen tells as decided is in the library, even if the program is killed the moment it is told."""
    live = sit()
    live.until("Catastrophic")
    live.press("y")
    live.until("keep:")
    live.process.kill()
    assert live.end() == -signal.SIGKILL
    assert statuses(program) == {FORGETTING: "keep"}
    live.close()


TOLD = re.compile(r"(taken back: )?(keep|later|skip): (\w.{7})")


@pytest.mark.parametrize("seed", range(4))
def test_killed_at_random_moments(program: Program, sit: Sit, seed: int) -> None:
    """Killed amid a flurry of decisions and undos, learnt from meanwhile: the log and the statuses agree exactly, and
    nothing that the screen told of is lost.
    """
    chance = Random(seed)
    live = sit()
    live.until("Catastrophic")
    live.press("y")
    live.until("keep:")
    for key in chance.choices("yxlu", k=chance.randrange(2, 40)):
        live.press(key)
    time.sleep(chance.uniform(0, 0.4))
    live.process.kill()
    assert live.end() == -signal.SIGKILL
    connection = look(program.library)
    held = connection.execute("SELECT reader, paper_id, status FROM status ORDER BY 1, 2").fetchall()
    assert held == sorted(connection.execute(STATUSES_BY_LOG).fetchall())
    sql = "SELECT d.undoes IS NOT NULL, coalesce(o.status, d.status), substr(p.title, 1, 8) FROM decision d"
    logged = set(connection.execute(f"{sql} LEFT JOIN decision o ON o.id = d.undoes JOIN paper p ON p.id = d.paper_id"))
    connection.close()
    told = {(int(bool(back)), status, title) for back, status, title in TOLD.findall(live.written)}
    assert (0, "keep", "Catastro") in told
    assert told <= logged
    assert program.done("doctor").code == 0
    live.close()


def test_a_crash_leaves_the_terminal_as_it_was(program: Program, sit: Sit) -> None:
    """A fault within, here authors that are no JSON, ends the screen first and is told then; exit 1, decisions stay."""
    live = sit()
    live.until("Catastrophic")
    live.press("j")
    live.press("y")
    live.until("keep:")
    connection = look(program.library)
    connection.execute("UPDATE paper SET authors = 'no JSON' WHERE id = ?", (FORGETTING,))
    connection.close()
    live.press("r")
    assert live.end() == 1
    assert live.left_as_it_was
    assert "JSONDecodeError" in live.written[live.written.rindex("\x1b[?1049l") :]
    connection = look(program.library)
    assert connection.execute("SELECT paper_id, status FROM status").fetchall() == [(LORA, "keep")]
    connection.close()
    live.close()


def test_stopping_and_going_on(sit: Sit) -> None:
    """Control-Z gives the terminal back for a while; going on draws the screen again."""
    live = sit()
    live.until("Catastrophic")
    live.press("\x1a")
    live.until("[?1049l")
    _, status = os.waitpid(live.process.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    live.drain()
    assert live.left_as_it_was
    live.process.send_signal(signal.SIGCONT)
    live.until("Catastrophic")
    live.press("q")
    assert live.end() == 0
    live.close()


def test_a_note_in_the_editor(program: Program, sit: Sit, tmp_path: Path) -> None:
    """N hands the terminal and the note to the user's editor, and keeps what it saved; one that fails changes nothing."""
    editor = tmp_path / "editor"
    body = "import sys; open(sys.argv[1], 'a').write('one\\ntwo\\n')\nsys.exit('fail' in sys.argv[0])\n"
    for name in ("editor", "fail"):
        editor = tmp_path / name
        editor.write_text(f"#!{sys.executable}\n{body}", encoding="utf-8")
        editor.chmod(editor.stat().st_mode | stat.S_IXUSR)
    for command, told in [("editor", "note:"), ("fail", "the note stays")]:
        live = sit(VISUAL=str(tmp_path / command))
        live.until("Catastrophic")
        live.press("N")
        live.until(told)
        live.press("q")
        assert live.end() == 0
        assert live.left_as_it_was
        live.close()
    (row,) = program.done("show", str(FORGETTING), "--json").rows
    assert row["note"] == "one\ntwo"


def test_without_colour(sit: Sit) -> None:
    """With NO_COLOR nothing is told by a hue: every colour written is a grey, and the cursor's row has its mark."""
    live = sit(NO_COLOR="1")
    live.until("Catastrophic")
    live.press("j")
    live.until("Low-rank")
    live.press("q")
    assert live.end() == 0
    colours = {int(number) for number in re.findall(r"[34]8;5;(\d+)", live.written)}
    assert colours
    # Of xterm's 256 colours these are grey: the ramp at the end, and the diagonal of the cube.
    assert all(colour >= 232 or (colour >= 16 and (colour - 16) % 43 == 0) for colour in colours)
    assert not re.search(r"[34]8;2;|\x1b\[[34][1-6]m", live.written)
    assert ">" in live.written
    live.close()


def test_line_by_line_on_a_terminal(program: Program, sit: Sit) -> None:
    """With --plain, and on a terminal that can't be drawn on, a question is asked on its line; Control-D ends."""
    for arguments, environment in [(["--plain"], {}), ([], {"TERM": "dumb"})]:
        live = sit(*arguments, **environment)
        live.until("? help: ")
        live.press("y\n")
        live.until("? help: ")
        live.press("\x04")
        assert live.end() == 0
        assert "[?1049h" not in live.written
        assert "1 paper decided: 1 keep" in live.written
        assert live.modes == live.before
        live.close()
    assert statuses(program) == {FORGETTING: "keep", LORA: "keep"}


def test_control_c_line_by_line(program: Program, sit: Sit) -> None:
    """Control-C ends it with 130, and what was decided stays."""
    live = sit("--plain", "--json")
    live.until("? help: ")
    live.press("y\n")
    live.until("? help: ")
    live.press("\x03")
    assert live.end() == 130
    assert '"keep": 1' in live.written
    assert statuses(program) == {FORGETTING: "keep"}
    live.close()
