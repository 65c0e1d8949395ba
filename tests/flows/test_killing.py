"""`kill -9` at random moments of every command that writes; `bench/killing.py --kills 200` is the same at length."""

from __future__ import annotations

from killing import CASES, all_killed

from papertide.cli.app import COMMANDS

READING = {"list", "search", "similar", "show", "log", "stats", "fetch", "inbox", "triage", "schedule", "topics"}
"""Commands that write to no library, that do as others do (`inbox`), or that are killed elsewhere (`fetch`, `triage`)."""


def test_every_command_that_writes_is_killed() -> None:
    """The cases leave none out; `topics` stands for all that label the library anew."""
    assert {case.arguments[0] for case in CASES if case.arguments[0][0] != "-"} | READING == set(COMMANDS)


def test_killed_at_random_moments() -> None:
    """Whenever it was killed: what was committed is there, the library sound, `doctor` finds nothing, files beside it are
    whole, and the command, given again, ends where an undisturbed one ends."""
    found = dict(all_killed(kills=2, seed=7))
    assert len(found) == len(CASES)
    assert [line for outcome in found.values() for line in outcome.wrong] == []
    assert sum(sum(outcome.fell.values()) for outcome in found.values()) == 2 * len(CASES)
