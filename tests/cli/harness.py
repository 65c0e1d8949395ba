"""What the tests of the doors share: a small library of invented papers, and the command line run in process."""

from __future__ import annotations

import io
import json
import os
import pty
import shutil
import sys
import termios
import threading
from collections.abc import Mapping
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from papertide.cli.app import run

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "fixtures" / "pages"
TODAY = "2026-11-21"

PAPER_KEYS = (
    "id title abstract url arxiv_id doi source_ids published year_inferred listed added author_count authors organization"
    " comments upvotes code_url code_stars summary topics status tags note score sightings"
).split()
"""The keys of a paper in JSON, in the order that the contract gives them."""

LORA, FORGETTING, REWARD, SURVEY, ROBOTS, BARE, WIDE = range(1, 8)
"""The numbers of the papers below, which are added in this order."""

PAPERS: list[dict[str, Any]] = [
    {
        "title": "Low-rank adapters for small models",
        "abstract": "Full tuning is costly on one machine. We propose LoRA adapters of low rank that fit a laptop. "
        "They keep the quality of full tuning.",
        "arxiv_id": "2405.99001",
        "url": "https://huggingface.co/papers/2405.99001",
        "source_ids": ["hf:2405.99001"],
        "published": "2024-05-10",
        "listed": ["2026-05-07"],
        "author_count": 3,
        "authors": ["Ada Example", "Ben Example", "Cy Example"],
        "organization": "Example Lab",
        "comments": 2,
        "upvotes": 12,
        "code_url": "https://example.org/lora",
        "code_stars": 5,
    },
    {
        "title": "Catastrophic forgetting in continual tuning",
        "abstract": "Models that are tuned on one task after another lose the first. We study catastrophic forgetting "
        "with LoRA adapters and measure what is lost.",
        "arxiv_id": "2406.99002",
        "published": "2024-06-01",
        "listed": ["2026-05-08"],
        "author_count": 5,
        "comments": 0,
        "upvotes": 40,
    },
    {
        "title": "Preference optimization without a reward model",
        "abstract": "Reinforcement learning from human feedback needs a reward model. We show that preference "
        "optimization aligns a language model with human preferences directly.",
        "arxiv_id": "2501.99003",
        "published": "2025-01-15",
        "author_count": 2,
        "upvotes": 7,
    },
    {
        "title": "A survey of adapters",
        "abstract": "This survey reviews parameter-efficient fine-tuning with adapters and prompts.",
        "published": "2024-05-30",
    },
    {
        "title": "Robots that fold laundry",
        "abstract": "A robot arm learns to fold laundry from demonstrations of robotic manipulation.",
        "arxiv_id": "2502.99005",
        "published": "2025-02-02",
        "author_count": 11,
        "comments": 9,
    },
    {"title": "On nothing in particular"},
    {
        "title": "微调大型语言模型的一种非常简单而且十分有效的低秩方法以及它在许多不同任务上的广泛应用与详细分析研究报告",
        "abstract": "我们提出一种方法。" * 20,
        "published": "2023-12-31",
        "author_count": 1,
    },
]


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command line did: its exit code and its two streams."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[Any]:
        """The values of the JSON Lines on stdout; every line must be one."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def one(self) -> Any:
        """The one JSON object on stdout."""
        (value,) = self.rows
        return value

    @property
    def ids(self) -> list[int]:
        """The numbers of the papers on stdout, as JSON Lines or as tab-parted rows."""
        return [json.loads(row)["id"] if row[0] == "{" else int(row.split("\t")[0]) for row in self.out.splitlines()]


class Program:
    """The command line on one library, in this process: `program("list", "--json").rows`."""

    def __init__(self, library: Path, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self.library = library
        self._capsys = capsys
        self._patch = patch
        patch.setenv("PAPERTIDE_LIBRARY", str(library))
        patch.setenv("PAPERTIDE_READER", "me")
        patch.setenv("PAPERTIDE_TODAY", TODAY)

    def __call__(self, *arguments: str | int | Path, stdin: bytes | None = None) -> Ran:
        """Run a command line, whatever its exit code."""
        self._capsys.readouterr()
        with self._patch.context() as patch:
            if stdin is not None:
                patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
            code = run([str(argument) for argument in arguments])
        told = self._capsys.readouterr()
        assert "Traceback" not in told.err
        return Ran(int(code), told.out, told.err)

    def done(self, *arguments: str | int | Path, stdin: bytes | None = None) -> Ran:
        """Run a command line that has to succeed."""
        ran = self(*arguments, stdin=stdin)
        assert ran.code == 0, ran.err
        return ran

    def on_terminal(
        self,
        *arguments: str | int | Path,
        columns: int = 80,
        typed: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> tuple[int, str]:
        """Run a command line with all three streams on a pseudo-terminal; gives its exit code and the raw output.

        In this process, so that it is quick; `tests.terminal.in_terminal` does the same in a process of its own.
        """
        master, slave = pty.openpty()
        attributes = termios.tcgetattr(slave)
        attributes[3] &= ~termios.ECHO
        termios.tcsetattr(slave, termios.TCSANOW, attributes)
        pieces: list[bytes] = []
        drain = threading.Thread(target=_drain, args=(master, pieces))
        drain.start()
        os.write(master, typed.encode())
        with self._patch.context() as patch:
            for name, value in {"TERM": "xterm-256color", "COLUMNS": str(columns), **(environment or {})}.items():
                patch.setenv(name, value)
            with ExitStack() as stack:
                stack.callback(os.close, slave)
                for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
                    patch.setattr(sys, name, stack.enter_context(open(slave, mode, encoding="utf-8", closefd=False)))
                code = run([str(argument) for argument in arguments])
        drain.join()
        os.close(master)
        return int(code), b"".join(pieces).decode().replace("\r\n", "\n")

    def add(self, papers: list[dict[str, Any]], name: str = "more.jsonl") -> Ran:
        """Add papers given as mappings."""
        return self("add", write_jsonl(self.library.with_name(name), papers), "--json")


def _drain(master: int, pieces: list[bytes]) -> None:
    """Read a terminal's other side until nobody writes to it any more."""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:
            return
        if not piece:
            return
        pieces.append(piece)


def write_jsonl(path: Path, papers: list[dict[str, Any]]) -> Path:
    """Papers as JSON Lines in a file."""
    path.write_text("".join(json.dumps(paper) + "\n" for paper in papers), encoding="utf-8")
    return path


def fill(library: Path, *sources: Path, environment: Mapping[str, str] | None = None) -> None:
    """Fill a library by the command line, quietly."""
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        for name, value in (environment or {}).items():
            patch.setenv(name, value)
        assert run(["--library", str(library), "add", *map(str, sources)]) == 0


@pytest.fixture(scope="session")
def _masters(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The libraries that tests get copies of: the small one, and the demo feed."""
    folder = tmp_path_factory.mktemp("masters")
    small, demo = folder / "small.db", folder / "demo.db"
    fill(small, write_jsonl(folder / "papers.jsonl", PAPERS))
    fill(demo, PAGES)
    return {"small": small, "demo": demo}


@pytest.fixture
def program(
    tmp_path: Path,
    _masters: dict[str, Path],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Program:
    """The command line on a fresh copy of the small library, with the working directory beside it."""
    return _program("small", tmp_path, _masters, capsys, monkeypatch)


@pytest.fixture
def demo(
    tmp_path: Path,
    _masters: dict[str, Path],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Program:
    """The command line on a fresh copy of the library of the demo feed."""
    return _program("demo", tmp_path, _masters, capsys, monkeypatch)


@pytest.fixture
def empty(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Program:
    """The command line where there is no library yet."""
    monkeypatch.chdir(tmp_path)
    return Program(tmp_path / "library.db", capsys, monkeypatch)


def _program(
    name: str,
    folder: Path,
    masters: Mapping[str, Path],
    capsys: pytest.CaptureFixture[str],
    patch: pytest.MonkeyPatch,
) -> Program:
    patch.chdir(folder)
    return Program(Path(shutil.copy(masters[name], folder / "library.db")), capsys, patch)
