"""Start-up: how much slower a command is than Python itself, as medians of runs that take turns.

Ratios travel between machines, milliseconds don't. Each round runs every command once, so that a busy moment hits them
all alike. The library is made from the listing pages beside the checkout where they are, else from the demo pages.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from table import head, row, within

ROOT = Path(__file__).resolve().parents[1]
PAPERTIDE = Path(sys.executable).with_name("papertide")
SEEDS = ROOT.parent / "shared" / "seeds"


def commands(library: Path) -> dict[str, tuple[list[str | Path], float | None]]:
    """What is measured, by name: the command, and the ratio it should stay below (None where none is promised)."""
    ours: list[str | Path] = [PAPERTIDE, "--library", library]
    return {
        "python -c pass": ([sys.executable, "-c", "pass"], None),
        "papertide --version": ([PAPERTIDE, "--version"], 2.0),
        "papertide list --limit 20": ([*ours, "list", "--limit", "20"], 12.0),
        "papertide search adaptation": ([*ours, "search", "adaptation", "--limit", "20"], 12.0),
        "papertide show 1": ([*ours, "show", "1"], None),
    }


def environment(home: Path) -> dict[str, str]:
    """The caller's environment with a home of its own, and with bytecode cached as it is for a user."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("PAPERTIDE_", "PYTHON", "XDG_"))}
    return ours | {"HOME": str(home), "NO_COLOR": "1", "PAPERTIDE_TODAY": "2026-11-21"}


def run(command: list[str | Path], env: dict[str, str]) -> float:
    """The seconds that a command takes, from its start to its end; a failing one ends the benchmark."""
    begin = time.perf_counter()
    subprocess.run(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begin


def main() -> None:
    """Make the library, take the rounds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=31, help="how often each command is run (default: 31)")
    rounds: int = parser.parse_args().rounds
    pages: list[str | Path] = sorted([*SEEDS.glob("*.txt")]) or [ROOT / "fixtures" / "pages"]
    with tempfile.TemporaryDirectory() as folder:
        home, library = Path(folder), Path(folder, "library.db")
        env = environment(home)
        run([PAPERTIDE, "--library", library, "add", *pages], env)
        measured = commands(library)
        for command, _ in measured.values():
            run(command, env)
        times: dict[str, list[float]] = {name: [] for name in measured}
        for _ in range(rounds):
            for name, (command, _) in measured.items():
                times[name].append(run(command, env))
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    bare = next(iter(medians.values()))
    head(f"medians of {rounds} rounds, {len(pages)} pages or folders read, against python -c pass")
    for name, (_, target) in list(measured.items())[1:]:
        row(name, bare * 1000, medians[name] * 1000, within(target), "ms")


if __name__ == "__main__":
    main()
