"""The page of what was measured, `docs/benchmarks.md`: written from what each script told, and read back.

A page is its runs, one a script. Rows of the first table are measures, rows of the second say when each script ran, where
and on what: a part of the scripts can be run again, and the other rows stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from table import figure

TITLE = "# Benchmarks"
MEASURES = ("script", "measure", "reference", "ours", "unit", "ratio", "target", "met")
RUNS = ("script", "day", "CPU s", "machine", "sizes")
_BAR = re.compile(r"(?<!\\)\|")
_INTRODUCTION = """\
What `make bench` found, one script of `bench/` after the other. Each measures ours and its reference in the same run, by
turns where that can be: ratios travel between machines, seconds and milliseconds don't. What a measure is, what its
reference does and what a target is for stands on top of its script. Other programs that can be installed run in
environments of their own (`bench/peers.py`), pinned in `bench/peers.txt`.

Sizes follow one number: `make bench PAPERS=1000` measures a hundredth of them, where targets tell little, for they are
those of the full sizes. `make bench ONLY="startup searching"` measures these again, and leaves the other rows as they are.
"""


@dataclass
class Run:
    """What one script told: when, where, on what, after how many seconds of CPU, and its measures as cells."""

    script: str
    day: str = ""
    seconds: str = ""
    machine: str = ""
    sizes: str = ""
    measures: list[Sequence[str]] = field(default_factory=list)

    def take(self, told: Iterable[Mapping[str, Any]]) -> None:
        """Take in what the script kept: sizes, measures, and what it could not measure."""
        for one in told:
            if "sizes" in one:
                self.sizes += f"{'; ' if self.sizes else ''}{one['sizes']}"
            elif "skipped" in one:
                self.measures.append((f"not measured: {one['skipped']}", *[""] * 6))
            else:
                self.measures.append(cells(one))

    def failed(self, code: int) -> None:
        """Say that the script did not end well, whatever it told before."""
        self.measures.append((f"the script failed: it ended with {code}", "", "", "", "", "", "failed"))


def cells(told: Mapping[str, Any]) -> Sequence[str]:
    """A measure as it stands on the page, but for its script."""
    numbers = ["" if told[name] is None else figure(told[name]) for name in ("reference", "ours", "ratio")]
    met = {None: "", True: "met", False: "missed"}[told["met"]]
    return told["measure"], numbers[0], numbers[1], told["unit"], numbers[2], told["target"] or "", met


def written(runs: Iterable[Run]) -> str:
    """The page."""
    runs = list(runs)
    lines = [TITLE, "", _INTRODUCTION]
    lines += _table(MEASURES, ((run.script, *measure) for run in runs for measure in run.measures))
    lines += ["", "## When, where and on what", ""]
    lines += _table(RUNS, ((run.script, run.day, run.seconds, run.machine, run.sizes) for run in runs))
    return "\n".join(lines) + "\n"


def read(text: str) -> dict[str, Run]:
    """The runs of a page, by their scripts. ValueError where it has not these two tables."""
    found = list(_tables(text))
    if [names for names, _ in found] != [MEASURES, RUNS]:
        raise ValueError("no page of benchmarks: it has other tables")
    (_, measures), (_, told) = found
    runs = {script: Run(script, day, seconds, machine, sizes) for script, day, seconds, machine, sizes in told}
    for script, *measure in measures:
        runs[script].measures.append(tuple(measure))
    return runs


def _table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(names)} |"
    yield f"|{'|'.join(' ---: ' if name in ('reference', 'ours', 'ratio', 'CPU s') else ' --- ' for name in names)}|"
    for row in rows:
        yield f"| {' | '.join(_escaped(cell) for cell in row)} |"


def _escaped(cell: str) -> str:
    return " ".join(cell.split()).replace("|", "\\|")


def _tables(text: str) -> Iterator[tuple[tuple[str, ...], list[list[str]]]]:
    """The names of the columns of each table, and its rows. ValueError where a row is longer or shorter."""
    for block in re.findall(r"(?:^\|.*\|\n)+", text, flags=re.MULTILINE):
        rows = [[cell.strip().replace("\\|", "|") for cell in _BAR.split(line)[1:-1]] for line in block.splitlines()]
        if any(len(row) != len(rows[0]) for row in rows):
            raise ValueError("a row has more or fewer cells than its table")
        yield tuple(rows[0]), rows[2:]
