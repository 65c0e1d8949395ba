"""Write a text whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from papertide.errors import OutputError
from papertide.flows.whole import write_bytes_whole


def write_whole(path: Path, pieces: Iterable[str], *, private: bool = False) -> None:
    """Write text to `path` as UTF-8 with the line ends it has, in one step; see `write_bytes_whole`."""
    write_bytes_whole(path, (piece.encode() for piece in pieces), private=private)


def made_folder(folder: Path) -> Path:
    """The folder, made if it isn't there; raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}/", error.strerror or str(error)) from error
    return folder


def free_path(folder: Path, name: str, end: str) -> Path:
    """A path in a folder that nothing has: `name` and `end`, with a number between them where that is taken."""
    path, taken = folder / f"{name}{end}", 1
    while path.exists() or path.is_symlink():
        taken += 1
        path = folder / f"{name}-{taken}{end}"
    return path
