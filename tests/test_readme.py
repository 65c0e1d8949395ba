"""What the README shows is what happens."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from tests.terminal import in_terminal, without_style

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```console\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)


def steps() -> list[tuple[str, str]]:
    """Each command of the README's console blocks, and what it is said to print."""
    found: list[tuple[str, str]] = []
    for block in BLOCKS:
        for piece in re.split(r"^\$ papertide ", block, flags=re.MULTILINE)[1:]:
            command, _, output = piece.partition("\n")
            found.append((command, output))
    return found


def test_the_console_blocks_show_what_a_terminal_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    """Every command of the README, run in order on the demo pages in a terminal of 80 columns, prints what it says."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    environment = {
        "PAPERTIDE_LIBRARY": str(tmp_path / "demo.db"),
        "PAPERTIDE_TODAY": "2026-11-21",
        "PYTHONPATH": str(ROOT / "src"),
        "HOME": str(home),
    }
    assert in_terminal(["add", "fixtures/pages"], environment=environment)[0] == 0
    shown = steps()
    assert len(shown) >= 7
    for command, output in shown:
        code, written = in_terminal(shlex.split(command), environment=environment)
        assert code == 0, written
        # The day on which the papers were added is today; everything else is fixed.
        told = re.sub(r"added:\d{4}-\d\d-\d\d", "added:2026-11-21", without_style(written))
        assert told.strip("\n") == output.strip("\n"), command
