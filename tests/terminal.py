"""A real terminal for tests: runs a command in a pseudo-terminal of a given width and gives what it wrote."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping, Sequence

_STYLE = re.compile(r"\x1b\[[0-9;]*m")


def in_terminal(
    arguments: Sequence[str], *, columns: int = 80, rows: int = 24, environment: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Run `papertide` with stdin, stdout and stderr on a terminal; gives its exit code and all that it wrote, raw."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    env = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")}
    env |= {"TERM": "xterm-256color", **(environment or {})}
    process = subprocess.Popen(
        [sys.executable, "-m", "papertide", *arguments],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=env,
        close_fds=True,
    )
    os.close(slave)
    written = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:  # the other side is closed
            break
        if not piece:
            break
        written += piece
    os.close(master)
    return process.wait(), written.decode().replace("\r\n", "\n")


def without_style(text: str) -> str:
    """A terminal's text without its colours."""
    return _STYLE.sub("", text)
