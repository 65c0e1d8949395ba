"""The house keeps its own rules: what is imported when, what is documented, and that exceptions give their reason.

The direction of imports is in `[tool.importlinter]`; this is what import-linter can't see.
"""

from __future__ import annotations

import ast
import io
import json
import os
import re
import socket
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

import papertide

ROOT = Path(__file__).resolve().parents[1]
SRC = ROOT / "src" / "papertide"
MODULES = sorted(SRC.rglob("*.py"))
OURS = sorted(path for room in ("src", "tests", "bench", "tools", "fuzz") for path in (ROOT / room).rglob("*.py"))

HEAVY = {"pydantic", "sqlmodel", "sqlalchemy", "rapidfuzz", "httpx", "bs4", "numpy", "scipy", "textual"}
AT_THE_DOOR = HEAVY | {"typer", "click", "rich", "sqlite3", "tomllib", "platformdirs", "asyncio"}


def imported(*arguments: str) -> set[str]:
    """The top-level modules that a Python of its own imports for these arguments; the command has to succeed."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("COV", "PYTHON"))}
    env["PAPERTIDE_TODAY"] = "2026-11-21"
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        capture_output=True,
        text=True,
        env=env,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    lines = re.findall(r"^import time:[^|]*\|[^|]*\| +(\S+)$", done.stderr, flags=re.MULTILINE)
    return {name.split(".")[0] for name in lines}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small library of three papers, filled by the command line."""
    folder = tmp_path_factory.mktemp("library")
    titles = ["Low-rank adapters for small models", "Catastrophic forgetting in tuning", "A survey of adapters"]
    records = folder / "papers.jsonl"
    records.write_text("".join(json.dumps({"title": title}) + "\n" for title in titles), encoding="utf-8")
    path = folder / "library.db"
    imported("-m", "papertide", "--library", str(path), "add", str(records))
    return path


def test_import_is_light() -> None:
    """`import papertide` loads nothing of what its names will need."""
    assert not imported("-c", "import papertide") & AT_THE_DOOR


def test_version_is_light() -> None:
    """`papertide --version` costs little more than Python: no command line library, no records, no database."""
    assert not imported("-m", "papertide", "--version") & AT_THE_DOOR


@pytest.mark.parametrize(
    "command",
    [
        ["list"],
        ["list", "--json"],
        ["list", "adapters", "--count"],
        ["search", "adapters"],
        ["search", "--any", "adapters", "forgetting"],
        ["list", "--topic", "peft", "--since", "2024", "--authors", "<=3", "--sort", "title"],
        ["show", "1"],
        ["similar", "1"],
        ["digest", "--peek"],
        ["digest", "--peek", "--format", "markdown"],
        ["stats"],
        ["triage"],
    ],
    ids=" ".join,
)
def test_reading_is_light(library: Path, command: list[str]) -> None:
    """The commands that read import neither the models nor the mapper: what is stored was checked on its way in.

    Triage is among them where it goes line by line; the full screen brings Textual, and it alone.
    """
    assert not imported("-m", "papertide", "--library", str(library), *command) & HEAVY


def test_every_public_name_resolves() -> None:
    """What `papertide.__all__` promises is there, although it is imported only on use."""
    for name in getattr(papertide, "__all__", ()):
        assert getattr(papertide, name) is not None


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SRC)))
def test_docstrings(path: Path) -> None:
    """Every module, public class and public function of the package says what it is for."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), f"{path.name}: the module"
    bare = [f"{path.name}:{node.lineno} {node.name}" for node in public(tree) if not ast.get_docstring(node)]
    assert not bare


def public(tree: ast.Module | ast.ClassDef) -> Iterator[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    """The public classes and functions of a module, and theirs; what stands inside a function is nobody's business."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            overload = any(ast.unparse(decorator).endswith("overload") for decorator in node.decorator_list)
            if not overload:
                yield node
            if isinstance(node, ast.ClassDef):
                yield from public(node)


def test_no_path_of_a_machine() -> None:
    """No file of the package holds an absolute path of the machine it was written on."""
    foreign = re.compile(rf"(?<![\w.])/(home|root|Users|work|mnt|opt)/\w|{re.escape(str(ROOT))}")
    told = [path for path in SRC.rglob("*") if path.suffix != ".pyc" and path.is_file()]
    assert not [str(path) for path in told if foreign.search(path.read_text(encoding="utf-8", errors="replace"))]


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(ROOT)))
def test_exceptions_give_their_reason(path: Path) -> None:
    """A comment that silences a tool says why, on the same line."""
    silences = re.compile(r"type: ignore(\[[\w, -]+\])?|noqa(: *[A-Z]+\d+(, *[A-Z]+\d+)*)?|pragma: no (cover|branch)")
    for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline):
        if token.type == tokenize.COMMENT and silences.search(token.string):
            reason = re.findall(r"[A-Za-z]{2,}", silences.sub("", token.string))
            assert len(reason) >= 2, f"{path.name}:{token.start[0]}: {token.string}"


def test_pins_are_pins() -> None:
    """constraints.txt holds exact versions, sorted, and no address to fetch them from."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9-]+==[\w.+!]+", line) for line in pins)
    assert pins == sorted(pins, key=lambda line: line.split("==")[0])


def test_network_is_out_of_reach() -> None:
    """A test that connects to another machine, or looks up its name, fails loudly."""
    with socket.socket() as outward, pytest.raises(AssertionError, match="network"):
        outward.connect(("192.0.2.1", 80))  # TEST-NET-1, RFC 5737
    with pytest.raises(AssertionError, match="network"):
        socket.create_connection(("example.org", 80))


def test_loopback_is_within_reach() -> None:
    """A test may run a server of its own."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()


def test_home_is_out_of_reach(home: Path) -> None:
    """The home directory and the platform's folders are empty ones, made for the test."""
    assert Path.home() == home
    assert not list(home.iterdir())
    assert all(Path(value).is_relative_to(home) for name, value in os.environ.items() if name.startswith("XDG_"))
