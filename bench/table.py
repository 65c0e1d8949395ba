"""One table for all that is measured: each script tells its rows here, which are printed, and kept where that is asked for.

The environment variable BENCH_ROWS names a file that each row is appended to as a line of JSON: `bench/all.py` makes
`docs/benchmarks.md` of them. A target is a text: "ratio <= 2" is of ours divided by the reference, "<= 300" of ours itself.
"""

from __future__ import annotations

import json
import operator
import os
import re
import sqlite3
import sys
from pathlib import Path

ROWS = "BENCH_ROWS"
SIGNS = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt}
_TARGET = re.compile(r"(ratio )?(<=|>=|<|>) (\d+(?:\.\d+)?)")


def head(sizes: str) -> None:
    """Print what follows was measured on, and the names of the columns; the sizes are kept."""
    measured_on(sizes)
    print(f"{sizes}; Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}")
    print(f"{'':<56}{'reference':>11}{'ours':>11}{'':<8}{'ratio':>8}   target", flush=True)


def measured_on(sizes: str) -> None:
    """Keep the sizes, for a script that prints a table of its own."""
    _keep({"sizes": sizes})


def row(measure: str, reference: float | None, ours: float, target: str | None = None, unit: str = "") -> bool:
    """Print one measure and keep it; gives whether its target is met (one without a target is)."""
    met = keep(measure, reference, ours, target, unit)
    floor, ratio = ("" if value is None else figure(value) for value in (reference, _ratio(reference, ours)))
    told = "" if target is None else target + ("" if met else "  missed")
    print(f"{measure:<56}{floor:>11}{figure(ours):>11} {unit:<7}{ratio:>8}   {told}".rstrip(), flush=True)
    return met


def within(target: float | None) -> str | None:
    """The target of a ratio that should stay below; None for none."""
    return None if target is None else f"ratio <= {target:g}"


def keep(measure: str, reference: float | None, ours: float, target: str | None = None, unit: str = "") -> bool:
    """Keep one measure without a line of its own: its script has a table that tells more. Gives what `row` gives."""
    ratio = _ratio(reference, ours)
    met = None if target is None else reached(target, ours, ratio)
    figures = {"reference": reference, "ours": ours, "ratio": ratio}
    _keep({"measure": measure, **figures, "unit": unit, "target": target, "met": met})
    return met is not False


def skipped(why: str) -> None:
    """Say what isn't measured here, and why; the page says it, too."""
    print(f"not measured: {why}", flush=True)
    _keep({"skipped": why})


def reached(target: str, ours: float, ratio: float | None) -> bool:
    """Whether a target is met: that of a ratio isn't where there is none. ValueError where the text is no target."""
    found = _TARGET.fullmatch(target)
    if found is None:
        raise ValueError(f"no target: {target!r}")
    value = ratio if found[1] else ours
    return value is not None and bool(SIGNS[found[2]](value, float(found[3])))


def figure(value: float) -> str:
    """A number as people read it: four digits that tell something, whole numbers whole."""
    if float(value).is_integer() or abs(value) >= 1000:
        return f"{value:,.0f}"
    size = abs(value)
    return f"{value:.{1 if size >= 100 else 2 if size >= 1 else 4}f}"


def _ratio(reference: float | None, ours: float) -> float | None:
    """Ours divided by the reference; None where there is none, or a clock found it to be nothing."""
    return ours / reference if reference else None


def _keep(told: dict[str, object]) -> None:
    if ROWS in os.environ:
        with Path(os.environ[ROWS]).open("a", encoding="utf-8") as file:
            file.write(json.dumps(told, ensure_ascii=False) + "\n")
