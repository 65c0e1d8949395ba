"""What is done beside the screen, without one."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from papertide.errors import UsageError
from papertide.tui.aside import edited


def editor(folder: Path, body: str) -> str:
    """A program that edits the file it is given."""
    path = folder / "my editor"
    path.write_text(f"#!{sys.executable}\nimport sys\n{body}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return f"'{path}' --flag"


def test_editing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The editor gets the text in a file, with its own options before it, and what it saved comes back."""
    body = "assert sys.argv[1] == '--flag'\nopen(sys.argv[2], 'a').write(' and more')"
    monkeypatch.setenv("EDITOR", editor(tmp_path, body))
    assert edited("a note") == "a note and more"
    monkeypatch.setenv("VISUAL", editor(tmp_path, "open(sys.argv[2], 'wb').write(b'\\xff')"))
    assert edited("a note") == "\ufffd"


@pytest.mark.parametrize("command", ["/nowhere/at/all", "'", "false"])
def test_an_editor_that_fails(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An editor that can't be started, or that says it failed, is named in the error."""
    monkeypatch.setenv("EDITOR", command)
    with pytest.raises(UsageError, match=command):
        edited("a note")
