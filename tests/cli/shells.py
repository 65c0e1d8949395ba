"""The three shells whose completions we write, as a person has them: on a terminal, with the script loaded."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

READY = "at your service> "
_STARTED = {
    "bash": ["bash", "--noprofile", "--rcfile", "start.bash", "-i"],
    "zsh": ["zsh", "-d", "-i"],
    "fish": ["fish", "--private", "--init-command", "source start.fish"],
}
# What each is started with; Control-G writes the line as it stands into a file, and empties it.
_START = {
    "bash": f"""
PS1='{READY}'
source SCRIPT
written() {{ printf '%s\\n' "$READLINE_LINE" >> lines; READLINE_LINE=; }}
bind -x '"\\C-g": written'
""",
    "zsh": f"""
PS1='{READY}'
fpath=(FOLDER $fpath)
autoload -Uz compinit; compinit -u -D
written() {{ print -r -- "$BUFFER" >> lines; BUFFER=; }}
zle -N written; bindkey -e; bindkey '^G' written
""",
    "fish": f"""
function fish_prompt; echo -n '{READY}'; end
function fish_greeting; end
source SCRIPT
function written; commandline >> lines; commandline --replace ''; end
bind \\cg written
""",
}
_FILE = {"bash": "start.bash", "zsh": ".zshrc", "fish": "start.fish"}
_AT_TERMINAL = """
import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""
"""Makes the terminal its own, as a login does, and becomes the shell."""
_PATIENCE = 60.0


def becomes(shell: str, lines: list[str], script: Path, *, programs: Path | None = None) -> list[str]:
    """What each line becomes when tab is pressed behind it, in this folder; skips the test where the shell isn't there.

    `programs` is the folder that has `papertide` (default: that of the Python that runs this).
    """
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    start = _START[shell].replace("SCRIPT", str(script)).replace("FOLDER", str(script.parent))
    Path(_FILE[shell]).write_text(start, encoding="utf-8")
    written = Path("lines")
    written.write_text("", encoding="utf-8")
    path = f"{programs or Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "TERM": "xterm", "ZDOTDIR": str(Path.cwd())}
    master, slave = pty.openpty()
    command = [sys.executable, "-c", _AT_TERMINAL, *_STARTED[shell]]
    child = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=env)
    os.close(slave)
    try:
        _seen(master, lambda told: READY in told)
        for number, line in enumerate(lines, start=1):
            os.write(master, f"{line}\t\x07".encode())
            _seen(master, partial(_has_lines, written, number))
    finally:
        child.kill()
        child.wait()
        os.close(master)
    return written.read_text(encoding="utf-8").splitlines()


def _has_lines(file: Path, number: int, _told: str) -> bool:
    """Whether a file has so many lines."""
    return file.read_text(encoding="utf-8").count("\n") >= number


def _seen(master: int, done: Callable[[str], bool]) -> None:
    """Read what a shell shows until it is done; fails, with what was shown, when that takes too long."""
    told = ""
    end = time.monotonic() + _PATIENCE
    while not done(told):
        if time.monotonic() > end:
            pytest.fail(f"the shell shows {told!r}")
        if select.select([master], [], [], 0.05)[0]:
            told += os.read(master, 65536).decode(errors="replace")
