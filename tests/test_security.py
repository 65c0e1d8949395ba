"""What SECURITY.md promises: no code from outside is run, TLS is verified, files are for their owner, secrets stay secret."""

from __future__ import annotations

import ast
import json
import logging
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.harness import LORA, PAPERS, Program, _masters, empty, program, write_jsonl
from tests.loopback import Loopback, answer

import papertide

__all__ = ["_masters", "empty", "program"]

SRC = Path(papertide.__file__).parent
MODULES = sorted(SRC.rglob("*.py"))


def trees() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the program, parsed."""
    for path in MODULES:
        yield str(path.relative_to(SRC)), ast.parse(path.read_text(encoding="utf-8"))


def calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Every call, by the name that it is written with."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


# --- the source -------------------------------------------------------------------------------------------------------

RUNS_CODE = {"eval", "exec", "compile", "__import__", "execfile", "os.system", "os.popen", "subprocess.getoutput"}
RUNS_CODE |= {"subprocess.getstatusoutput", "subprocess.Popen", "os.execv", "os.spawnv", "pty.spawn", "code.interact"}
READS_CODE = {"pickle", "cPickle", "dill", "marshal", "shelve", "shlex.shell", "yaml", "joblib", "cloudpickle"}


def test_nothing_is_run_that_was_read() -> None:
    """No eval, no exec, no pickle and none of its kin; `re.compile` compiles patterns, and `ast.literal_eval` runs nothing."""
    told = [
        f"{name}:{call.lineno} {written}"
        for name, tree in trees()
        for written, call in calls(tree)
        if written in RUNS_CODE
    ]
    assert not told
    for name, tree in trees():
        for node in ast.walk(tree):
            found = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            found += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not READS_CODE & {module.partition(".")[0] for module in found}, name


def test_no_shell() -> None:
    """Programs are started with lists of arguments: a shell is named nowhere, and a text is no command."""
    started = [
        (name, call) for name, tree in trees() for written, call in calls(tree) if written.startswith("subprocess.")
    ]
    assert len(started) >= 4
    for name, call in started:
        keywords = {keyword.arg for keyword in call.keywords}
        assert "shell" not in keywords, name
        assert "executable" not in keywords, name
        assert None not in keywords, name  # nothing is handed through unseen
        assert not isinstance(call.args[0], ast.Constant | ast.JoinedStr), name


UNVERIFIED = {
    "CERT_NONE",
    "CERT_OPTIONAL",
    "_create_unverified_context",
    "_create_stdlib_context",
    "_https_verify_certificates",
}


def test_certificates_are_always_verified() -> None:
    """Nobody turns the check of certificates off, nor that of names, nor makes a context without it."""
    for name, tree in trees():
        named = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        named |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        assert not named & UNVERIFIED, name
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                assert not {getattr(target, "attr", "") for target in targets} & {"check_hostname", "verify_mode"}, name
        for written, call in calls(tree):
            assert written not in ("ssl.SSLContext", "SSLContext"), name
            for keyword in call.keywords:
                if keyword.arg == "verify":
                    assert ast.unparse(keyword.value) == "httpx.create_ssl_context()", name


def test_sql_is_never_made_of_texts() -> None:
    """What stands between the quotes of SQL is the program's own: no format or percent sign puts a value there.

    For servers the driver's own composition of identifiers is called so, too.
    """
    for name, tree in trees():
        if "postgres" in name:
            continue
        for written, call in calls(tree):
            if written.endswith((".execute", ".executemany")) and call.args:
                made = call.args[0]
                assert not (isinstance(made, ast.BinOp) and isinstance(made.op, ast.Mod)), name
                assert not (isinstance(made, ast.Call) and ast.unparse(made.func).endswith(".format")), name


# --- files ------------------------------------------------------------------------------------------------------------


def mode(path: Path) -> int:
    """Who may do what with a file."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def generous() -> Iterator[None]:
    """A person whose new files anybody may read and write."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("generous")
def test_a_library_is_its_owners(empty: Program) -> None:
    """A new library, what is kept beside it, its pages, backups and full states are their owner's alone; so are new folders."""
    library = Path("new", "folder", "library.db")
    page = write_jsonl(Path("page.jsonl"), PAPERS)
    empty.done("--library", library, "add", page)
    with sqlite3.connect(library, isolation_level=None) as held:
        held.execute("BEGIN IMMEDIATE")
        held.execute("INSERT INTO meta VALUES ('x', 'y')")
        beside = sorted(path.name for path in library.parent.iterdir())
        assert beside == ["library.db", "library.db-shm", "library.db-wal", "library.db.pages"]
        for path in library.parent.rglob("*"):
            assert mode(path) == (0o700 if path.is_dir() else 0o600), path
        held.execute("ROLLBACK")
    held.close()
    assert mode(Path("new")) == mode(Path("new", "folder")) == 0o700
    empty.done("--library", library, "backup", "kept.db")
    empty.done("--library", library, "export", "--format", "jsonl", "-o", "state.jsonl")
    empty.done("--library", Path("again", "library.db"), "restore", "kept.db")
    for made in (Path("kept.db"), Path("state.jsonl"), Path("again", "library.db")):
        assert mode(made) == 0o600, made
    assert mode(Path("again")) == 0o700
    empty.done("--library", library, "restore", "kept.db", "--yes")
    (aside,) = library.parent.glob("*.before-*Z")
    assert mode(aside) == 0o600


@pytest.mark.usefixtures("generous")
def test_what_is_shared_stays_shared(empty: Program) -> None:
    """A library or a file that its owner lets others read keeps its permissions; a reading list is written to be shown."""
    page = write_jsonl(Path("page.jsonl"), PAPERS)
    Path("library.db").touch(0o664)
    empty.done("add", page)
    assert mode(Path("library.db")) == 0o664
    Path("state.jsonl").touch(0o640)
    empty.done("export", "--format", "jsonl", "-o", "state.jsonl")
    assert mode(Path("state.jsonl")) == 0o640
    empty.done("export", "-o", "reading.md")
    assert mode(Path("reading.md")) == 0o666


def test_a_library_behind_a_link(empty: Program) -> None:
    """A link that leads to no library yet leads to one for its owner."""
    Path("library.db").symlink_to("real.db")
    empty.done("add", write_jsonl(Path("page.jsonl"), PAPERS))
    assert mode(Path("real.db")) == 0o600
    assert Path("library.db").is_symlink()


def test_a_folder_that_cannot_be(empty: Program) -> None:
    """A file in the way of a library's folder is an error, and stays what it is."""
    Path("file").write_text("mine", encoding="utf-8")
    page = write_jsonl(Path("page.jsonl"), PAPERS)
    assert empty("--library", "file/folder/library.db", "add", page).code == 1
    assert empty("--library", "file/library.db", "add", page).code == 1
    assert Path("file").read_text(encoding="utf-8") == "mine"


# --- secrets ----------------------------------------------------------------------------------------------------------

TOKEN = "hf_NeverToBeSeen0123456789"


def test_the_token_is_written_nowhere(
    empty: Program, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """After a fetch with a token no file, no output and no log holds it; nor does the command line that a timer gets."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    page = json.dumps(
        [{"paper": {"id": "2405.99001", "title": "Low-rank adapters", "summary": "We propose adapters."}}]
    )
    with Loopback() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        server.script("/api/daily_papers", answer(page.encode()), answer(b"[]"))
        ran = empty("fetch", "hf", "--date", "2026-11-01")
        assert TOKEN in server.seen[0].headers["authorization"]
        refused = empty("fetch", "hf", "--date", "2026-11-02", "--json")
    timer = empty.done("schedule", "--kind", "systemd")
    assert ran.code == 0
    for told in (ran.out, ran.err, refused.out, refused.err, timer.out, timer.err, caplog.text):
        assert TOKEN not in told
    held = [path for path in Path().rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()]
    assert not held


@pytest.mark.parametrize("setting", ['hf_endpoint = "https://ada:s3cret@mirror.test"', 'library = "x?password=s3cret"'])
def test_a_password_that_others_can_read(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    """A settings file with a password in it that others can read is warned of, without the password."""
    file = tmp_path / "config.toml"
    monkeypatch.setenv("PAPERTIDE_CONFIG", str(file))
    file.write_text(f"{setting}\n", encoding="utf-8")
    file.chmod(0o644)
    warned = program.done("list", "--json").err
    assert f"{file} holds a password, and others can read it: chmod 600" in " ".join(warned.split())
    assert "s3cret" not in warned
    file.chmod(0o600)
    assert program.done("list", "--json").err == ""
    file.write_text('hf_endpoint = "https://mirror.test/a:b@c"\n', encoding="utf-8")
    file.chmod(0o644)
    assert program.done("list", "--json").err == ""


def test_a_token_is_no_argument() -> None:
    """No command takes a secret on its command line, where every user of the machine can read it."""
    done = subprocess.run(
        [sys.executable, "-m", "papertide", "fetch", "--help"], capture_output=True, text=True, check=True
    )
    assert not {"--token", "--password"} & set(done.stdout.split())


def test_data_on_a_terminal_moves_nothing(program: Program) -> None:
    """What a person wrote with escapes and bidi marks in it is kept in JSON, and written out where a terminal shows it."""
    note = "a \x9b2Jred\u202e \u200bx\U000e0001"
    with sqlite3.connect(program.library) as library:
        library.execute("INSERT INTO note VALUES ('me', ?, ?)", (LORA, note))
    library.close()
    assert program.done("show", LORA, "--json").one["note"] == note
    for command in (["show", LORA, "--json"], ["export", f"id:{LORA}", "--format", "jsonl"]):
        code, shown = program.on_terminal(*command)
        assert code == 0
        assert shown.replace("\n", "").isprintable()
        assert json.loads(shown)["note"] == note
    for form in ("csv", "csl-json", "markdown", "bibtex", "ris", "html", "atom"):
        _, shown = program.on_terminal("export", f"id:{LORA}", "--format", form)
        assert not set(shown) & set("\x1b\x9b\u202e\u200b\U000e0001"), form
