"""The inbox's first screen on a large library against a small one: from the start of the process to the first papers.

Both libraries are filled with invented papers by plain SQL. The program runs on a pseudo-terminal, and is ended as soon as
the first title of the list and the first words of its paper are on it. Wall-clock and CPU time (user and system, as the
kernel counts them for the process) are medians of rounds in which the libraries take turns; their ratio is what counts.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import select
import signal
import sqlite3
import statistics
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

from table import head, row, within

from papertide.store import open_library
from papertide.topics import default_source, digest

TARGET = 1.5
PATIENCE = 120.0
_WORDS = (
    "adapter alignment anchor attention batch benchmark cache decoding distillation embedding expert forgetting gradient"
    " inference kernel latent layer memory merging model optimizer policy preference prompt pruning quantization reasoning"
    " retrieval reward sampling scaling sparse student teacher token training transfer tuning vision window"
).split()
_TOPICS = ("peft", "alignment", "reasoning", "efficiency", "rl-finetuning")


def rows(count: int) -> Iterator[tuple[object, ...]]:
    """Invented papers: number, title, abstract, date, when added, comments and upvotes; the best is the last."""
    draw = Random(count)
    for number in range(1, count + 1):
        words = draw.choices(_WORDS, k=20)
        day = f"20{draw.randrange(20, 27)}-{draw.randrange(1, 13):02}-{draw.randrange(1, 29):02}"
        upvotes = 10_000 if number == count else draw.randrange(300) if draw.random() < 0.7 else None
        title = "Zenith paper" if number == count else f"{' '.join(words[:6]).capitalize()} {number}"
        abstract = f"Firstwords of {title}: {' '.join(words)}."
        yield number, title, abstract, day, "2026-11-21T10:00:00Z", draw.randrange(9), upvotes


def make(path: Path, count: int) -> None:
    """A library of so many papers, one in a hundred decided."""
    open_library(path, create=True).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous = OFF")
    connection.executemany(
        "INSERT INTO paper (id, title, abstract, published, added, comments, upvotes, sightings) VALUES (?,?,?,?,?,?,?,1)",
        rows(count),
    )
    draw = Random(0)
    labels = ((number, draw.choice(_TOPICS)) for number in range(1, count + 1))
    connection.executemany("INSERT INTO paper_topic (paper_id, topic, place) VALUES (?, ?, 0)", labels)
    decided = ((number,) for number in range(50, count, 100))
    connection.executemany("INSERT INTO status (reader, paper_id, status) VALUES ('bench', ?, 'skip')", decided)
    connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('taxonomy', ?)", (digest(default_source()),))
    connection.execute("ANALYZE")
    connection.commit()
    connection.close()


def first_screen(library: Path, environment: dict[str, str]) -> tuple[float, float]:
    """Seconds of wall clock and of CPU until list and paper are on the screen."""
    begin = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        command = [sys.executable, "-m", "papertide", "--library", str(library), "triage"]
        os.execve(sys.executable, command, environment)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    seen = b""
    while not (b"Zenith paper" in seen and b"Firstwords" in seen):
        if not select.select([terminal], [], [], PATIENCE)[0]:
            raise SystemExit(f"no first screen within {PATIENCE:g} s")
        seen += os.read(terminal, 65536)
    wall = time.perf_counter() - begin
    os.kill(child, signal.SIGKILL)
    used = os.wait4(child, 0)[2]
    os.close(terminal)
    return wall, used.ru_utime + used.ru_stime


def main() -> None:
    """Make both libraries, take the rounds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--papers", type=int, default=1_000_000, help="papers of the large library (default: 1,000,000)"
    )
    parser.add_argument("--rounds", type=int, default=7, help="how often each is opened (default: 7)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sizes = {"small": 100, "large": given.papers}
        for name, count in sizes.items():
            make(Path(folder, f"{name}.db"), count)
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("PAPERTIDE_", "XDG_"))}
        environment = ours | {"HOME": folder, "TERM": "xterm-256color", "PAPERTIDE_READER": "bench"}
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in sizes}
        for number in range(given.rounds + 1):
            for name in sizes:
                measured = first_screen(Path(folder, f"{name}.db"), environment)
                if number:  # the first fills caches
                    taken[name].append(measured)
    head(f"{given.papers:,} papers against {sizes['small']}, medians of {given.rounds} rounds")
    medians = {
        name: [statistics.median(column) * 1000 for column in zip(*times, strict=True)] for name, times in taken.items()
    }
    for place, unit in enumerate(("ms", "CPU ms")):
        row("first screen of the inbox", medians["small"][place], medians["large"][place], within(TARGET), unit)


if __name__ == "__main__":
    main()
