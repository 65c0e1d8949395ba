"""Write a file whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from papertide.errors import OutputError


def write_whole(path: Path, pieces: Iterable[str]) -> None:
    """Write text to `path` as UTF-8 with line feeds: first beside it, then in its place in one step.

    Raises OutputError where that can't be done; then the old file, if any, is as it was. A file that was there keeps
    its permissions, and a link is written through.
    """
    target = Path(os.path.realpath(path))
    try:
        if path.is_dir():
            raise OutputError(str(path), "is a folder")
        # Asked of `path`, not of `target`: /dev/stdout may lead to a name that isn't there.
        is_device = path.exists() and not path.is_file()
    except OSError as error:
        raise OutputError(str(path), error.strerror or str(error)) from error
    if is_device:  # or a pipe: it is written as it is
        _write_into(path, pieces)
        return
    beside: str | None = None
    try:
        descriptor, beside = tempfile.mkstemp(prefix=f".{target.name[:50]}.", dir=target.parent)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).chmod(target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask())
        Path(beside).replace(target)
    except OSError as error:
        raise OutputError(str(path), error.strerror or str(error)) from error
    finally:
        if beside is not None:
            with suppress(OSError):
                Path(beside).unlink()


def _write_into(path: Path, pieces: Iterable[str]) -> None:
    try:
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(pieces)
    except OSError as error:
        raise OutputError(str(path), error.strerror or str(error)) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
