"""Who else has a library open: told to people who wait for it. Known where the system has a /proc, as Linux has."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_NAMED = 3


def holders(library: Path, proc: Path = Path("/proc")) -> list[str]:
    """Other processes of ours that have the file open, as "papertide (process 4711)"; at most three, none where unknown."""
    found: list[str] = []
    target = os.path.realpath(library)
    for process in sorted(proc.glob("[0-9]*"), key=lambda folder: int(folder.name)):
        if process.name != str(os.getpid()) and target in _open_in(process):
            with suppress(OSError):  # it has ended
                found.append(f"{(process / 'comm').read_text(encoding='utf-8').strip()} (process {process.name})")
    return found[:_NAMED]


def _open_in(process: Path) -> set[str]:
    """The files that a process has open; none of one that isn't ours to look at."""
    try:
        links = list((process / "fd").iterdir())
    except OSError:
        return set()
    targets: set[str] = set()
    for link in links:
        with suppress(OSError):
            targets.add(str(link.readlink()))
    return targets
