"""A file that is written whole or not at all, byte for byte."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from papertide.errors import OutputError


def write_bytes_whole(path: Path, pieces: Iterable[bytes], *, private: bool = False) -> None:
    """Write bytes to `path`: first beside it, then in its place in one step.

    Raises OutputError where that can't be done; then the old file, if any, is as it was. A file that was there keeps
    its permissions, and a link is written through. A new one that is `private` is for its owner alone.
    """
    target = Path(os.path.realpath(path))
    beside: str | None = None
    try:
        if path.is_dir():
            raise OutputError(str(path), "is a folder")
        # Asked of `path`, not of `target`: /dev/stdout may lead to a name that isn't there.
        if path.exists() and not path.is_file():  # a device or a pipe: it is written as it is
            with path.open("wb") as file:
                file.writelines(pieces)
            return
        descriptor, beside = tempfile.mkstemp(prefix=f".{target.name[:50]}.", dir=target.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            Path(beside).chmod(target.stat().st_mode & 0o777)
        elif not private:  # as which it was made
            Path(beside).chmod(0o666 & ~_umask())
        Path(beside).replace(target)
    except OSError as error:
        raise OutputError(str(path), error.strerror or str(error)) from error
    finally:
        if beside is not None:
            with suppress(OSError):
                Path(beside).unlink()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
