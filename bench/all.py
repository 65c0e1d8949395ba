"""All benchmarks, one after the other: `python bench/all.py`, or some of them: `python bench/all.py startup searching`.

What they tell becomes `docs/benchmarks.md`, written anew after each of them; rows of scripts that don't run stay. A script
that fails is told of there, and the others run all the same; the exit code is then 1. A missed target is no failure.
`--papers` is the size that all others follow from.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import resource
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path

import page
import table

BENCH = Path(__file__).resolve().parent
PAGE = BENCH.parent / "docs" / "benchmarks.md"
FULL = 100_000
"""Papers of the full measure."""


def sized(option: str, full: int, least: int = 1) -> Callable[[int], list[str]]:
    """An option whose number follows the papers."""
    return lambda papers: [option, str(max(least, full * papers // FULL))]


def rounds(option: str, full: int, least: int) -> Callable[[int], list[str]]:
    """An option whose number is lower where there are fewer papers, and never higher."""
    return lambda papers: [option, str(max(least, full * min(papers, FULL) // FULL))]


SCRIPTS: Mapping[str, Callable[[int], list[str]]] = {
    "startup": rounds("--rounds", 31, 3),
    "parsing": rounds("--rounds", 41, 3),
    "adding": rounds("--rounds", 3, 1),
    "library": sized("--papers", 100_000, 500),
    "exporting": sized("--papers", 100_000, 100),
    "searching": sized("--papers", 20_000, 500),
    "inbox": sized("--papers", 1_000_000, 200),
    "matching": lambda _papers: [],
    "matching_scale": sized("--titles", 1_000_000, 5_000),
    "duplicates": sized("--records", 100_000, 500),
    "triage": lambda papers: [
        *sized("--papers", 10_000, 1_100)(papers),
        *rounds("--decisions", 1_000, 50)(papers),
        *rounds("--kills", 40, 2)(papers),
    ],
    "peers": lambda papers: ["--sets", "1"] if papers < FULL // 10 else [],
    "postgres": lambda papers: [*sized("--papers", 10_000, 500)(papers), "--times", "10"],
    "postgres_writers": rounds("--rounds", 10, 1),
    "killing": rounds("--kills", 10, 1),
    "faults": lambda _papers: [],
    "hostile": lambda papers: ["--every", str(max(1, FULL // papers))],
}
"""What is run, in this order, and the arguments that so many papers make. Those that need the most time come last."""


def main() -> None:
    """Run what is asked for, print the table and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--papers", type=int, default=FULL, help="the size that all others follow (default: 100,000)")
    parser.add_argument("--page", type=Path, default=PAGE, help="the page to write (default: docs/benchmarks.md)")
    parser.add_argument("scripts", nargs="*", metavar="SCRIPT", help=f"of {', '.join(SCRIPTS)}; all by default")
    given = parser.parse_args()
    unknown = set(given.scripts) - SCRIPTS.keys()
    if unknown or given.papers < 1:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}" if unknown else "--papers is at least 1")
    sys.exit(run_all(given.scripts or list(SCRIPTS), given.papers, given.page))


def run_all(names: Collection[str], papers: int, path: Path, folder: Path = BENCH) -> int:
    """Run these scripts of a folder and write the page after each; gives 1 if one failed."""
    runs = page.read(path.read_text(encoding="utf-8")) if path.exists() else {}
    ill = 0
    for name in (name for name in SCRIPTS if name in names):
        arguments = SCRIPTS[name](papers)
        print(f"\n=== {' '.join((name, *arguments))}", flush=True)
        runs[name], code = run(folder / f"{name}.py", arguments)
        ill |= int(code != 0)
        path.write_text(page.written(runs[known] for known in SCRIPTS if known in runs), encoding="utf-8")
    show([runs[name] for name in SCRIPTS if name in names])
    return ill


def run(script: Path, arguments: list[str]) -> tuple[page.Run, int]:
    """Run one script, which prints as it goes; gives what it told, and its exit code."""
    found = page.Run(script.stem, f"{datetime.now(UTC):%Y-%m-%d}", machine=machine())
    began = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder, "rows")
        kept.touch()
        environment = os.environ | {table.ROWS: str(kept)}
        code = subprocess.run([sys.executable, script, *arguments], env=environment, check=False).returncode
        told = [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    found.seconds = f"{ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime:,.0f}"
    found.take(told)
    if code:
        found.failed(code)
    elif not found.measures:
        found.take([{"skipped": "the script told no measure"}])
    return found, code


def machine() -> str:
    """What ratios may depend on: cores, and the versions of what does the work. No name of a machine, and no path."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    python = f"{platform.python_implementation()} {platform.python_version()}"
    told = [f"{cores} cores ({platform.machine()}, {platform.system()})", python, f"SQLite {sqlite3.sqlite_version}"]
    return ", ".join([*told, postgres()])


def postgres() -> str:
    """The version of the server that the tests would start."""
    sys.path.insert(0, str(BENCH.parent))  # the server is the tests'
    from tests.postgres import binaries

    folder = binaries()
    if folder is None:
        return "no PostgreSQL"
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    number = re.search(r"\d+(\.\d+)*", said)
    return f"PostgreSQL {number[0] if number else 'of no known version'}"


def show(runs: list[page.Run]) -> None:
    """Print the table, and how many targets were met."""
    print(f"\n{'':<17}{'':<56}{'reference':>11}{'ours':>11} {'':<7}{'ratio':>8}   target")
    for run_ in runs:
        for measure, reference, ours, unit, ratio, target, met in run_.measures:
            told = f"{target}  {met if met != 'met' else ''}".strip()
            print(f"{run_.script:<17}{measure:<56}{reference:>11}{ours:>11} {unit:<7}{ratio:>8}   {told}".rstrip())
    ends = [measure[-1] for run_ in runs for measure in run_.measures]
    print(f"\ntargets: {ends.count('met')} met, {ends.count('missed')} missed; scripts failed: {ends.count('failed')}")


if __name__ == "__main__":
    main()
