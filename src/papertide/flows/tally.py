"""What became of pages so far: the steps and the report of the flows that take them in."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import TypeVar

from papertide.records.reports import AddReport, InputProblem

MOST_PROBLEMS = 1_000
"""Problems of one file that are told one by one; nobody reads more."""

S = TypeVar("S")
R = TypeVar("R", bound=AddReport)


@dataclass(frozen=True, slots=True)
class Step:
    """One input is done: its name, and remarks on it for a person."""

    name: str
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Tally:
    """What was done so far; see `AddReport`."""

    pages: int = 0
    new: int = 0
    merged: int = 0
    unchanged: int = 0
    problems: list[InputProblem] = field(default_factory=list)

    def take(self, other: Tally) -> None:
        """Count what another tally counted; its pages are those of one file, which is one page to people."""
        self.pages += min(other.pages, 1)
        self.new += other.new
        self.merged += other.merged
        self.unchanged += other.unchanged
        left = len(other.problems) - MOST_PROBLEMS
        self.problems += other.problems[:MOST_PROBLEMS]
        if left > 0:
            self.problems.append(InputProblem(input=other.problems[0].input, reason=f"{left:,} more like these"))

    def report(self) -> AddReport:
        """The tally as a record."""
        return AddReport(
            pages=self.pages,
            entries=self.new + self.merged + self.unchanged,
            new=self.new,
            merged=self.merged,
            unchanged=self.unchanged,
            problems=tuple(self.problems),
        )


def report_of(steps: Generator[S, None, R], each: Callable[[S], object] = lambda _step: None) -> R:
    """Run a flow to its report, calling `each` with its steps."""
    while True:
        try:
            each(next(steps))
        except StopIteration as stop:
            report: R = stop.value
            return report
