"""The program on a terminal of its own, with somebody at the keys: a real pseudo-terminal that it controls."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_PATIENCE = 60.0


class Live:
    """A running `papertide`. `written` is all that it wrote so far; `modes` are the terminal's, to be compared."""

    def __init__(self, *arguments: str | Path, **environment: str) -> None:
        self._ours, self._theirs = pty.openpty()
        fcntl.ioctl(self._theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.before = self.modes
        self.written = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "papertide", *map(str, arguments)],
            stdin=self._theirs,
            stdout=self._theirs,
            stderr=self._theirs,
            env=_environment(environment),
            start_new_session=True,
            preexec_fn=_take_terminal,
        )

    @property
    def modes(self) -> list[Any]:
        """How the terminal treats what is typed."""
        return termios.tcgetattr(self._theirs)

    @property
    def left_as_it_was(self) -> bool:
        """Whether the terminal is as it was found: its modes, its screen, its cursor, its mouse and its paste mode."""
        switched = [("[?1049h", "[?1049l"), ("[?1000h", "[?1000l"), ("[?1003h", "[?1003l"), ("[?2004h", "[?2004l")]
        pairs = [*switched, ("[?25l", "[?25h")]
        off = all(self.written.rfind(on) <= self.written.rfind(out) for on, out in pairs)
        return self.modes == self.before and off and "[?1049h" in self.written

    def until(self, part: str) -> None:
        """Wait until this has been written since the last key."""
        seen = ""
        while part not in seen:
            assert select.select([self._ours], [], [], _PATIENCE)[0], f"no {part!r} in {seen[-2000:]!r}"
            seen += self._read()

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._ours, keys.encode())

    def hang_up(self) -> int:
        """Close the terminal's window; gives the exit code, negative for a signal."""
        os.close(self._theirs)
        os.close(self._ours)
        return self.process.wait(_PATIENCE)

    def end(self) -> int:
        """Wait for the end; gives the exit code, negative for a signal."""
        while self.process.poll() is None:
            if select.select([self._ours], [], [], 0.05)[0]:
                self._read()
        self.drain()
        return self.process.returncode

    def drain(self) -> None:
        """Take in what has been written by now."""
        while select.select([self._ours], [], [], 0)[0]:
            self._read()

    def close(self) -> None:
        """Let go of the terminal."""
        os.close(self._theirs)
        os.close(self._ours)

    def _read(self) -> str:
        piece = os.read(self._ours, 65536).decode(errors="replace")
        self.written += piece
        return piece


def _take_terminal() -> None:
    """Make the terminal the one that controls the new process, so that closing it hangs up."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")}
    return {**ours, "TERM": "xterm-256color", "PAPERTIDE_READER": "me", "PAPERTIDE_TODAY": "2026-11-21", **more}
