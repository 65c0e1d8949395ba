"""`papertide schedule`: what is shown is what is done, once, and taken away again."""

from __future__ import annotations

import os
import plistlib
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.harness import TODAY, Program
from tests.hub import Hub, served

from papertide.errors import OutputError, UsageError
from papertide.flows import schedule as flow

STAND_IN = f"""#!{sys.executable}
import pathlib, sys
here = pathlib.Path(__file__).parent
name = pathlib.Path(__file__).name
with (here / "calls").open("a") as file:
    file.write(" ".join([name, *sys.argv[1:]]) + "\\n")
table = here / "table"
if name == "crontab" and (here / "broken").exists():
    raise SystemExit("not today")
if name == "crontab" and sys.argv[1] == "-l":
    if not table.exists():
        raise SystemExit("no crontab for me")
    sys.stdout.write(table.read_text())
elif name == "crontab":
    table.write_text(sys.stdin.read())
elif (here / "broken").exists():
    raise SystemExit("it is broken")
"""
"""A program that stands in for systemctl, launchctl and crontab: it writes down how it was called, and keeps a table."""


@pytest.fixture
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the three programs, which is all of the PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("systemctl", "launchctl", "crontab"):
        (folder / name).write_text(STAND_IN, "utf-8")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return folder


FILES = {
    "systemd": [".config/systemd/user/papertide.service", ".config/systemd/user/papertide.timer"],
    "launchd": ["Library/LaunchAgents/papertide.plist"],
    "cron": [],
}


@pytest.mark.parametrize("kind", FILES)
def test_nothing_is_done_unasked(program: Program, bin_folder: Path, home: Path, kind: str) -> None:
    """Without --install everything is shown and nothing is written or run."""
    ran = program.done("schedule", "--kind", kind)
    assert "--run" in ran.out
    assert ran.err == "nothing was done; --install does it\n"
    assert not list(home.iterdir())
    assert not (bin_folder / "calls").exists()
    assert program.done("schedule", "--kind", kind, "--json").one["changed"] is False


@pytest.mark.parametrize("kind", FILES)
def test_there_and_back(program: Program, bin_folder: Path, home: Path, kind: str) -> None:
    """--install says what it does and does it; a second time changes nothing; --remove takes away just that."""
    table = bin_folder / "table"
    others = "MAILTO=me\n5 4 * * * other # papertide schedule or so\n"
    table.write_text(others.rstrip("\n"), "utf-8")
    shown = program.done("schedule", "--kind", kind).out
    ran = program.done("schedule", "--kind", kind, "--install")
    assert ran.err == f"{shown}installed\n"
    assert ran.out == ""
    assert all((home / name).is_file() for name in FILES[kind])
    before = {path: path.read_bytes() for path in (*home.rglob("*"), table) if path.is_file()}
    assert "it is so already" in program.done("schedule", "--kind", kind, "--install").err
    assert before == {path: path.read_bytes() for path in (*home.rglob("*"), table) if path.is_file()}
    moved = program.done("schedule", "--kind", kind, "--install", "--at", "6:05")
    assert moved.err.endswith("installed\n")
    if kind == "cron":
        assert table.read_text("utf-8").startswith(others + "5 6 * * * ")
        assert table.read_text("utf-8").count("--run") == 1
    assert program.done("schedule", "--kind", kind, "--remove").err.endswith("removed\n")
    assert not [path for path in home.rglob("*") if path.is_file()]
    assert program.done("schedule", "--kind", kind, "--remove", "--json").one["changed"] is False
    if kind == "cron":
        assert table.read_text("utf-8") == others


def test_what_fails_is_done_again(program: Program, bin_folder: Path) -> None:
    """A command that fails is named, with what it said; the next --install goes on from there."""
    (bin_folder / "broken").touch()
    ran = program("schedule", "--kind", "systemd", "--install")
    assert ran.code == 1
    assert "it is broken" in ran.err
    (bin_folder / "broken").unlink()
    program.done("schedule", "--kind", "systemd", "--install")
    calls = (bin_folder / "calls").read_text("utf-8").splitlines()
    assert calls[-2:] == ["systemctl --user daemon-reload", "systemctl --user enable --now papertide.timer"]
    (bin_folder / "crontab").unlink()
    assert "crontab" in program("schedule", "--kind", "cron", "--install").err


def test_a_crontab_that_cannot_be_read_is_not_replaced(program: Program, bin_folder: Path) -> None:
    """A table that isn't there begins with our line; one that can't be read is left as it is."""
    program.done("schedule", "--kind", "cron", "--install")
    assert (bin_folder / "table").read_text("utf-8").count("\n") == 1
    (bin_folder / "table").write_text("5 4 * * * mine\n", "utf-8")
    (bin_folder / "broken").touch()
    ran = program("schedule", "--kind", "cron", "--install")
    assert ran.code == 1
    assert "not today" in ran.err
    assert (bin_folder / "table").read_text("utf-8") == "5 4 * * * mine\n"


HARD = ["/a b/python", "-m", "it's", '"quoted"', "100%", "$HOME", "`id`", "back\\slash", "; rm -rf /"]


def test_arguments_stay_what_they_are(tmp_path: Path) -> None:
    """Blanks, quotes and signs of a shell, of systemd and of cron reach the program as they are."""
    line = flow.cron_line(HARD, (7, 30))
    assert line.startswith("30 7 * * * ")
    command = line.removeprefix("30 7 * * * ").replace("\\%", "%")
    assert "%" not in line.replace("\\%", "")
    show = [sys.executable, "-c", "import sys; print(sys.argv[1:])"]
    words = shlex.split(command, comments=True)
    assert words == HARD
    printed = subprocess.run(["/bin/sh", "-c", f"{shlex.join(show)} {command}"], capture_output=True, text=True)
    assert printed.stdout.strip() == str(HARD)
    service, timer = flow.install("systemd", HARD, (7, 30), tmp_path, {}).files.values()
    assert service is not None
    assert timer is not None
    (started,) = [line for line in service.splitlines() if line.startswith("ExecStart=")]
    assert shlex.split(started.removeprefix("ExecStart=").replace("%%", "%").replace("$$", "$")) == HARD
    assert "OnCalendar=*-*-* 07:30:00" in timer
    (job,) = flow.install("launchd", HARD, (7, 30), tmp_path, {}).files.values()
    assert job is not None
    assert plistlib.loads(job.encode())["ProgramArguments"] == HARD


@pytest.mark.parametrize("text", ["25:00", "7", "7:60", "", "07:30\n0 0 * * * x"])
def test_times_that_are_none(text: str) -> None:
    """Anything but a time of day is refused."""
    with pytest.raises(UsageError, match="time of day"):
        flow.clock_time(text)


def test_what_makes_no_sense(program: Program, bin_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two things at once, an unheard-of timer, a line end in an argument, settings that a timer doesn't see."""
    assert program("schedule", "--install", "--remove").code == 2
    assert program("schedule", "--kind", "at").code == 2
    assert program("schedule", "--", "--topic", "a\nb").code == 2
    monkeypatch.setenv("PAPERTIDE_CONFIG", "elsewhere.toml")
    assert "PAPERTIDE_CONFIG" in program("schedule").err
    assert (flow.usual_kind("darwin"), flow.usual_kind("linux")) == ("launchd", "systemd")
    (bin_folder / "systemctl").unlink()
    assert flow.usual_kind("linux") == "cron"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--nonsense"], "--nonsense"),
        (["--topic", "pefd"], "did you mean peft?"),
        (["--format", "docx"], "no format 'docx'"),
        (["--since", "someday"], "no date"),
        (["--limit", "0"], "--limit"),
        (["topic:pefd"], "did you mean peft?"),
        (["titel:lora"], "did you mean title:?"),
        (["@nosuch"], "no saved search"),
        (["lora", "(adapter"], "never closed"),
        (["--email"], "no [mail]"),
    ],
)
def test_options_that_no_digest_takes(program: Program, bin_folder: Path, options: list[str], told: str) -> None:
    """What `papertide digest` would refuse is refused before anything is installed, with a library or before there is one."""
    for library in (program.library, "later.db"):
        ran = program("schedule", "--library", library, "--kind", "cron", "--install", "--", *options)
        assert ran.code == (1 if told == "no [mail]" else 2)
        assert told in ran.err
    assert not (bin_folder / "table").exists()
    assert not Path("later.db").exists()
    program.done("schedule", "--kind", "cron", "--install", "--", "--topic", "PEFT", "--limit", "3", "keeps:>=1 lora")
    assert "--topic PEFT --limit 3 'keeps:>=1 lora'" in (bin_folder / "table").read_text("utf-8")


def test_a_password_that_a_timer_does_not_see(
    program: Program, bin_folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mail that needs a password from the environment isn't installed; with a command for it, it is, and so is a page."""
    monkeypatch.setenv("PAPERTIDE_MAIL_PASSWORD", "secret")
    file = home / ".config" / "papertide" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text('[mail]\nserver = "x.example"\nfrom = "me@example.org"\nuser = "me"\n', "utf-8")
    for options in ([], ["--", "--email"]):
        ran = program("schedule", "--kind", "cron", "--install", *options)
        assert (ran.code, "PAPERTIDE_MAIL_PASSWORD" in ran.err) == (2, True)
    assert not (bin_folder / "table").exists()
    program.done("schedule", "--kind", "cron", "--", "-o", "digests/")
    with file.open("a", encoding="utf-8") as more:
        more.write('password_command = ["pass"]\n')
    assert "secret" not in program.done("schedule", "--kind", "cron").out


def test_settings_elsewhere(program: Program, bin_folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of settings that a timer wouldn't find is told of; one that makes no difference is well."""
    assert bin_folder.exists()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    program.done("schedule", "--kind", "cron")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "moved"))
    program.done("schedule", "--kind", "cron")
    (home / "moved" / "papertide").mkdir(parents=True)
    ran = program("schedule", "--kind", "cron", "--install")
    assert (ran.code, "XDG_CONFIG_HOME" in ran.err) == (2, True)
    assert program("schedule", "--kind", "cron", "--remove").code == 0


def test_a_backslash_before_a_percent_sign(tmp_path: Path) -> None:
    """Cron takes a backslash before % away, so what holds both is refused there, and only there."""
    with pytest.raises(UsageError, match="timer"):
        flow.install("cron", ["a\\%b"], (7, 30), tmp_path, {})
    assert flow.install("systemd", ["a\\%b"], (7, 30), tmp_path, {}).files


def test_where_nothing_can_be_written(program: Program, bin_folder: Path, home: Path) -> None:
    """A folder that can't be made is named."""
    (home / ".config").write_text("a file", "utf-8")
    ran = program("schedule", "--kind", "systemd", "--install")
    assert ran.code == 1
    assert str(home / ".config") in ran.err
    assert bin_folder.exists()
    with pytest.raises(OutputError):
        flow.carry_out(flow.Plan("systemd", {home / ".config" / "x": "text"}))


def test_the_run_itself(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """--run fetches, then makes the digest as a page of its own, beside the library; if nothing can be fetched, neither."""
    folder = program.library.with_name("digests")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert program("schedule", "--run").code == 1
    assert not list(folder.iterdir())
    with served(Hub({})) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        program.done("schedule", "--run", "--today", TODAY)
        assert [path.name for path in folder.iterdir()] == [f"{TODAY}.html"]
        told = program.done("schedule", "--run", "--json", "--", "--peek", "--format", "html").rows
    assert told[0]["pages"] >= 0
    folder.joinpath(f"{TODAY}.html").unlink()
    folder.rmdir()
    folder.write_text("a file", "utf-8")
    assert os.fspath(folder) in program("schedule", "--run").err


def test_the_run_goes_by_mail_where_that_is_set(program: Program, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With [mail] in the config file the digest of the timer goes out by mail."""
    file = home / ".config" / "papertide" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text('[mail]\nserver = "127.0.0.1"\nport = 9\nsecurity = "none"\nfrom = "me@example.org"\n', "utf-8")
    with served(Hub({})) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        ran = program("schedule", "--run")
    assert ran.code == 1
    assert "mail by 127.0.0.1" in ran.err
    assert not program.library.with_name("digests").exists()
