"""The real time. Waiting is told of while it lasts, so that a person sees why nothing happens."""

from __future__ import annotations

import time
from collections.abc import Callable

_TICK = 0.25


class SystemClock:
    """See `base.Clock`. `waiting` is called with the seconds left and the reason, and with 0 when the wait is over."""

    def __init__(self, waiting: Callable[[float, str], None] = lambda _seconds, _why: None) -> None:
        self._waiting = waiting

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time()

    def sleep(self, seconds: float, why: str) -> None:
        """Let that time pass; a clock that is set meanwhile changes nothing."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._waiting(left, why)
            time.sleep(min(left, _TICK))
        self._waiting(0.0, why)
