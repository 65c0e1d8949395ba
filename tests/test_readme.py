"""What the README and the pages in docs/ show is what happens."""

from __future__ import annotations

import doctest
import re
import shlex
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.cli.harness import PAGES, fill
from tests.terminal import in_terminal, without_style
from typer._click.exceptions import MissingParameter

from papertide.cli.app import program
from papertide.query.parse import parse

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
TODAY = "2026-11-21"


def blocks(page: Path, language: str) -> list[str]:
    """The code blocks of a page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)


def having(language: str) -> list[Path]:
    """The pages that have such blocks."""
    return [page for page in DOCUMENTS if blocks(page, language)]


def steps(page: Path) -> list[tuple[str, str]]:
    """Each command of a page's console blocks, and what it is said to print."""
    pieces = (re.split(r"^\$ papertide ", block, flags=re.MULTILINE)[1:] for block in blocks(page, "console"))
    parts = (piece.partition("\n") for block in pieces for piece in block)
    return [(command, output) for command, _, output in parts]


@pytest.mark.parametrize("page", having("console"), ids=lambda page: page.name)
def test_the_console_blocks_show_what_a_terminal_shows(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    """Every command of a page, run in order on the demo pages in a terminal of 80 columns, prints what it says."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    environment = {
        "PAPERTIDE_LIBRARY": str(tmp_path / "demo.db"),
        "PAPERTIDE_TODAY": TODAY,
        "PYTHONPATH": str(ROOT / "src"),
        "HOME": str(home),
    }
    assert in_terminal(["add", "fixtures/pages"], environment=environment)[0] == 0
    for command, output in steps(page):
        code, written = in_terminal(shlex.split(command), environment=environment)
        assert (code == 0) == (not output.startswith("papertide: ")), written
        # The day on which the papers were added is today; everything else is fixed.
        told = re.sub(r"added:\d{4}-\d\d-\d\d", f"added:{TODAY}", without_style(written))
        assert [line.rstrip() for line in told.strip("\n").split("\n")] == output.strip("\n").split("\n"), command


@pytest.mark.parametrize("page", having("pycon"), ids=lambda page: page.name)
def test_the_python_blocks_do_what_they_say(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every Python session of a page, run in order beside the demo pages, prints what it says."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PAPERTIDE_TODAY", TODAY)
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    fill(tmp_path / "papers.db", PAGES)
    session = doctest.DocTestParser().get_doctest("\n".join(blocks(page, "pycon")), {}, page.name, str(page), 0)
    told: list[str] = []
    failed = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(session, out=told.append).failed
    assert not failed, "".join(told)


def written() -> Iterator[tuple[str, list[str]]]:
    """Each command line that is shown and not run, with the page's name: in shell blocks, and within sentences."""
    for page in DOCUMENTS:
        lines = [line for block in blocks(page, "sh") for line in block.splitlines()]
        prose = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
        lines += re.findall(r"`([^`]*papertide [^`]*)`", prose)
        for line in lines:
            command = re.search(r"(?:^|[|] )papertide (.*)", line)
            if command and not re.search(r"\[|\{|COMMAND|-completion|--help|^-", command[1]):
                words = shlex.split(command[1], comments=True)
                yield page.name, words[: next((n for n, word in enumerate(words) if word in ("|", ">")), None)]


def test_what_is_shown_is_written_as_the_program_reads_it() -> None:
    """Each command line in the documents has options and arguments that its command takes, and its query parses."""
    shown = list(written())
    assert len(shown) > 100
    for page, line in shown:
        try:
            taken(program(), None, "papertide", line)
        except MissingParameter:  # a command that is only named
            assert not any(word.startswith("-") for word in line), f"{page}: papertide {shlex.join(line)}"
        except Exception as error:
            raise AssertionError(f"{page}: papertide {shlex.join(line)}") from error


def taken(command: Any, above: Any, name: str, words: list[str]) -> None:
    """Parse words as the command does, down to the query that they hold, and do nothing."""
    ctx = command.make_context(name, words, parent=above)
    if hasattr(command, "commands") or name == "papertide":
        rest = [*ctx._protected_args, *ctx.args]  # what the group itself hands on
        if rest:
            found, below, left = command.resolve_command(ctx, rest)
            taken(below, ctx, found, left)
    elif name in ("list", "search", "export", "triage"):
        parse(" ".join(ctx.params["query"] or ()), today=date(2026, 11, 21), saved=lambda _name: "lora")
