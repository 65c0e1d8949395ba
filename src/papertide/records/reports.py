"""What a command did, as values."""

from __future__ import annotations

from pydantic import model_validator

from papertide.records.listing import Count, Record, Text


class InputProblem(Record):
    """A Problem with the input it was met in."""

    input: str
    line: Count | None = None
    reason: Text
    excerpt: str = ""


class AddReport(Record):
    """What `add` did. Every entry read is counted once: `entries == new + merged + unchanged`.

    `new` entries began a paper, `merged` ones were recognised as a known paper, `unchanged` ones stood in the library
    already, from the same page.
    """

    pages: Count = 0
    entries: Count = 0
    new: Count = 0
    merged: Count = 0
    unchanged: Count = 0
    problems: tuple[InputProblem, ...] = ()

    @model_validator(mode="after")
    def _adds_up(self) -> AddReport:
        if self.entries != self.new + self.merged + self.unchanged:
            raise ValueError("entries must be new + merged + unchanged")
        return self


class Match(Record):
    """Two records that are one paper: their ids, the title score (0 to 100) and why."""

    a: Text | int
    b: Text | int
    score: float
    reason: Text
