"""What is done beside the screen: a browser, a file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread

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
