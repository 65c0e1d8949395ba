"""What is done beside the screen: a browser, an editor, a file."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from threading import Thread

from papertide.errors import UsageError
from papertide.export import FORMATS
from papertide.flows.output import write_whole
from papertide.flows.readinglist import reading_list
from papertide.normal import counted
from papertide.store.base import Selection, Store

_OPEN = "import sys, webbrowser; sys.exit(not webbrowser.open(sys.argv[1]))"


def browse(address: str, failed: Callable[[], object]) -> None:
    """Open an address in the user's browser, in a process of its own: what browsers say must not reach the screen."""

    def run() -> None:
        nowhere = subprocess.DEVNULL
        command = [sys.executable, "-c", _OPEN, address]
        if subprocess.run(command, stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=True).returncode:
            failed()

    Thread(target=run, name="papertide-browser", daemon=True).start()


def edited(text: str) -> str:
    """A text as it is after the user's editor; raises UsageError where that can't be started or fails."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    with tempfile.TemporaryDirectory(prefix="papertide-") as folder:
        file = Path(folder, "note.txt")
        file.write_text(text, encoding="utf-8")
        try:
            code = subprocess.run([*shlex.split(editor), str(file)]).returncode
        except (OSError, ValueError) as error:
            raise UsageError(f"{editor}: {error}") from error
        if code:
            raise UsageError(f"{editor} ended with {code}; the note is as it was")
        return file.read_text(encoding="utf-8", errors="replace")


def expanded(path: Path) -> Path:
    """A path with `~` spelt out, where there is such a home."""
    try:
        return path.expanduser()
    except RuntimeError:
        return path


def exported(store: Store, selection: Selection, target: Path) -> str:
    """Write the papers of a selection to a file as Markdown; gives what is told of it."""
    with store.looking.steady():
        reading, count = reading_list(store.looking, selection, {})
        write_whole(target, FORMATS["markdown"](reading))
    return f"{counted(count, 'paper')} written to {target}"
