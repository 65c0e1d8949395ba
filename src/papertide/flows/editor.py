"""Let a person write a text in their own editor."""

from __future__ import annotations

import shlex
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from papertide.errors import OutputError, UsageError

_USUAL = "vi"


def edited(text: str, environment: Mapping[str, str]) -> str:
    """The text as it is when the editor ends, ends stripped. VISUAL or EDITOR names it, with options; no shell reads them.

    Raises OutputError where the editor doesn't start or fails: then nothing is to be changed.
    """
    named = environment.get("VISUAL") or environment.get("EDITOR") or _USUAL
    try:
        command = shlex.split(named)
    except ValueError as error:
        raise UsageError(f"EDITOR {named!r}: {error}") from error
    with tempfile.TemporaryDirectory(prefix="papertide-") as folder:
        file = Path(folder) / "note.md"
        file.write_text(f"{text}\n" if text else "", encoding="utf-8")
        try:
            code = subprocess.run([*command, str(file)]).returncode
            written = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise OutputError(named, getattr(error, "strerror", None) or "left no text") from error
    if code:
        raise OutputError(Path(command[0]).name, f"ended with exit code {code}; the note stays as it was")
    return written.strip()
