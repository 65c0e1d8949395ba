"""The doors where the library is on a server: what works on files alone says so, and no password is ever shown.

Nothing listens at the address here, so that every command that needs the library fails as it would without a network.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.harness import ROOT, Program
from tests.cli.test_schedule import bin_folder

from papertide.cli.schedule import library_flags
from papertide.config import load

__all__ = ["bin_folder"]

SECRET = "s3cr3t"
THERE = "127.0.0.1:9/papers?connect_timeout=3"
URL = f"postgresql://ada:{SECRET}@{THERE}"
SHOWN = f"postgresql://ada@{THERE}"


@pytest.fixture
def shared(empty: Program, monkeypatch: pytest.MonkeyPatch) -> Program:
    """The command line with a library on a server, told by the environment."""
    monkeypatch.setenv("PAPERTIDE_LIBRARY", URL)
    Path("page.jsonl").write_text('{"title": "A paper"}\n', encoding="utf-8")
    return empty


def files() -> list[str]:
    """Everything in the working directory."""
    return sorted(map(str, Path().rglob("*")))


@pytest.mark.parametrize(
    "command",
    [
        "list",
        "search adapters --json",
        "show 1",
        "digest --peek",
        "triage --plain",
        "keep 1",
        "tag 1 +todo",
        "export -o out.md",
        "saved list",
        "duplicates",
        "stats",
        "rank",
        "add page.jsonl",
        "add page.jsonl --dry-run",
        "fetch --date 2026-03-04",
        "replay",
        "prune --yes",
        "doctor",
        "doctor --repair",
        "schedule --run",
    ],
)
def test_a_server_that_cannot_be_had(shared: Program, command: str) -> None:
    """Every command names the server without its password and fails; nothing is made, and no file of that name."""
    before = files()
    ran = shared(*command.split())
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(f"papertide: {SHOWN}: ")
    assert SECRET not in ran.err
    assert "`papertide doctor`" not in ran.err
    assert files() == before


@pytest.mark.parametrize("password", [f"{SECRET}%zz", f"{SECRET} more", f"{SECRET}%"])
@pytest.mark.parametrize("command", ["list", "doctor --json", "add page.jsonl"])
def test_a_password_that_is_not_encoded(shared: Program, command: str, password: str) -> None:
    """An address that can't be read is refused in our words: the driver's would quote the password that went wrong."""
    ran = shared("--library", f"postgresql://ada:{password}@{THERE}", *command.split())
    assert (ran.code, ran.out) == (1, "")
    assert SECRET not in ran.err
    assert "%25 for %" in ran.err


def test_a_file_that_is_called_like_a_server(shared: Program) -> None:
    """A file is one, whatever its name begins with."""
    Path("postgresql.db").write_text("no library", "utf-8")
    assert "`papertide doctor`" in shared("list", "--library", "postgresql.db").err


def test_wherever_the_address_is_told(
    shared: Program, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address is one by the flag, in the environment and in the config file."""
    file = home / ".config" / "papertide" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(f'library = "{URL}"\n', "utf-8")
    monkeypatch.setenv("PAPERTIDE_LIBRARY", str(tmp_path / "none.db"))
    assert SHOWN in shared("list", "--library", URL).err
    monkeypatch.setenv("PAPERTIDE_LIBRARY", "")
    assert SHOWN in shared("list").err


@pytest.mark.parametrize(
    "where", ["postgresql:/db/papers", "PostgreSQL://db/papers", "mysql://ada:s3cr3t@db/papers", "postgres:db"]
)
def test_what_is_meant_for_an_address(shared: Program, where: str) -> None:
    """What looks like an address and is none is refused, and neither shown nor made a file."""
    before = files()
    ran = shared("add", "page.jsonl", "--library", where)
    assert (ran.code, ran.out) == (2, "")
    assert "postgresql://" in ran.err
    assert where not in ran.err
    assert files() == before


@pytest.mark.parametrize(
    "command", [["backup", "copy.db"], ["backup", "copy.db", "--force", "--json"], ["restore", "page.jsonl", "--yes"]]
)
def test_backups_are_the_servers_business(shared: Program, command: list[str]) -> None:
    """`backup` and `restore` name what does it for a server, whatever else they are told, and leave everything as it is."""
    before = files()
    ran = shared(*command)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"papertide: {SHOWN} ")
    assert "`pg_dump`" in ran.err
    assert "`papertide copy URL FILE`" in ran.err
    assert SECRET not in ran.err
    assert files() == before


@pytest.mark.parametrize("kind", ["systemd", "launchd", "cron"])
@pytest.mark.parametrize("more", [["--install"], [], ["--json"]], ids=str)
def test_no_timer_holds_a_password(shared: Program, bin_folder: Path, home: Path, kind: str, more: list[str]) -> None:
    """An address with a password isn't scheduled, nor shown as if it were; where passwords belong is said."""
    ran = shared("schedule", "--kind", kind, *more)
    assert (ran.code, ran.out) == (2, "")
    assert "~/.pgpass" in ran.err
    assert "PGPASSFILE" in ran.err
    assert SECRET not in ran.err
    assert not list(home.iterdir())
    assert [path.name for path in sorted(bin_folder.iterdir())] == ["crontab", "launchctl", "systemctl"]
    assert shared("schedule", "--kind", kind, "--remove").code == 0
    ran = shared("schedule", "--library", "papers.db", "--kind", kind, *more, "--", "--library", URL)
    assert (ran.code, ran.out, SECRET in ran.err) == (2, "", False)


@pytest.mark.parametrize("name", ["PGPASSWORD", "PGPASSFILE", "PGSERVICE", "PGUSER", "PGSSLMODE"])
def test_what_a_timer_does_not_see(shared: Program, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """What the driver would take from the environment is not there for a timer; for a library in a file it is nobody's."""
    monkeypatch.setenv("PAPERTIDE_LIBRARY", SHOWN)
    monkeypatch.setenv(name, SECRET)
    ran = shared("schedule", "--kind", "cron")
    assert (ran.code, ran.out) == (2, "")
    assert f"doesn't see {name};" in ran.err
    assert SECRET not in ran.err
    assert shared("schedule", "--kind", "cron", "--library", "papers.db").code == 0


def test_what_cannot_be_asked_is_not_scheduled(shared: Program, bin_folder: Path) -> None:
    """A server that can't be had now, as a timer would have it, is told at once and not in a log that nobody reads."""
    ran = shared("schedule", "--kind", "cron", "--install", "--library", SHOWN)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(f"papertide: {SHOWN}: ")
    assert not (bin_folder / "table").exists()


def test_a_timer_gets_the_address_as_it_is(tmp_path: Path) -> None:
    """An address reaches the timer letter for letter, a file with its folder."""
    url = "postgresql://ada@db.example.org/papers?sslmode=verify-full&keepalives=1"
    assert library_flags(load({}, library=url, reader="ada")) == ["--library", url, "--reader", "ada"]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        flags = library_flags(load({}, library="papers.db", reader="ada"))
    assert flags == ["--library", str(tmp_path / "papers.db"), "--reader", "ada"]


def test_the_digests_of_a_timer(shared: Program, home: Path) -> None:
    """They go into the user's own data, into a folder of that library."""
    shared("schedule", "--run")
    assert [path.name for path in (home / ".data" / "papertide" / "servers" / "papers").iterdir()] == ["digests"]


@pytest.mark.usefixtures("shared")
def test_without_the_driver() -> None:
    """Where psycopg isn't installed, the one message says how to install it."""
    hidden = "import sys; sys.modules['psycopg'] = None; from papertide.__main__ import main; main()"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    for command in (["list"], ["add", "page.jsonl"], ["list", "--library", SHOWN]):
        done = subprocess.run([sys.executable, "-c", hidden, *command], capture_output=True, text=True, env=environment)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(f"papertide: {SHOWN}: ")
        assert 'pip install "papertide[postgres]"' in done.stderr
        assert SECRET not in done.stderr
        assert "Traceback" not in done.stderr


def test_completion_stays_silent(shared: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """Saved searches of a library that can't be had complete to nothing."""
    monkeypatch.setenv("_PAPERTIDE_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "papertide list @")
    monkeypatch.setenv("COMP_CWORD", "2")
    ran = shared()
    assert (ran.code, ran.out.strip(), ran.err) == (0, "", "")


def test_the_help_names_both(shared: Program) -> None:
    """`--library` takes a path or an address."""
    assert "--library PATH|URL" in " ".join(shared.done("list", "--help").out.split())
