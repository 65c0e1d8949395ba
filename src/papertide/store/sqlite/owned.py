"""Files and folders that are for their owner alone: a library tells what somebody reads and thinks of it.

What is there already keeps its permissions: whoever shares a library says so by them.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it that aren't there, each for its owner alone. Raises OSError."""
    missing = [folder, *folder.parents]
    for place in reversed([place for place in missing if not place.exists()]):
        with suppress(FileExistsError):  # somebody else has just made it
            place.mkdir(mode=0o700)
    folder.mkdir(exist_ok=True)  # raises where a file is in the way


def make_file(path: Path) -> None:
    """Make an empty file for its owner alone where there is none, also behind a link. Raises OSError.

    SQLite gives what it keeps beside a library the permissions of the library. A file that is there isn't touched: to
    close it would drop the locks that this process has on it.
    """
    with suppress(FileExistsError):
        os.close(os.open(os.path.realpath(path), os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
