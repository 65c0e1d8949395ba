"""What `-o` may say besides the name of a file."""

from __future__ import annotations

import os
from pathlib import Path

from papertide.flows.output import made_folder

STANDARD_OUTPUT = "-"
_SLASHES = tuple({"/", os.sep})


def means_folder(text: str) -> bool:
    """Whether the name is that of a folder whatever is there: it ends with a slash."""
    return text.endswith(_SLASHES)


def output_path(text: str) -> Path:
    """The path that is named; a folder, by its slash, is made if it isn't there. Raises OutputError."""
    return made_folder(Path(text)) if means_folder(text) else Path(text)
