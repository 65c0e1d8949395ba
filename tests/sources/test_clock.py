"""The real clock."""

from __future__ import annotations

import time

from papertide.sources.clock import SystemClock


def test_it_is_the_time() -> None:
    """Now is the system's time."""
    before = time.time()
    assert before <= SystemClock().now() <= time.time()


def test_waiting_is_told() -> None:
    """A wait lasts as long as it should, and is told of with the time that is left, last of all that it is over."""
    told: list[tuple[float, str]] = []
    start = time.monotonic()
    SystemClock(lambda seconds, why: told.append((seconds, why))).sleep(0.3, "the server's limit")
    assert time.monotonic() - start >= 0.3
    lefts = [seconds for seconds, _ in told]
    assert lefts == sorted(lefts, reverse=True)
    assert 0 < lefts[0] <= 0.3
    assert lefts[-1] == 0
    assert {why for _, why in told} == {"the server's limit"}


def test_no_wait() -> None:
    """No time to wait is over at once."""
    told: list[float] = []
    SystemClock(lambda seconds, _why: told.append(seconds)).sleep(-1.0, "nothing")
    assert told == [0.0]
