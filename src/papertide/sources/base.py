"""What a source gives: the bytes of a page under a name that a person knows it by, or why there are none.

A live source is a plan, and pure: a `Part` is what is asked for in one piece (a day), and its `routes` are the ways to
it, best first, each as `Request`s one page after the other. `http` carries a Request out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Raw:
    """One page, not yet read; `name` is how a person would name it again.

    What the source knows of it besides: its `layout`, the day it was `captured`, and the day whose listing it is
    (`listed`), for entries that don't say themselves. `line` is the line that it begins with in its file, from 1.
    """

    name: str
    data: bytes
    layout: str = "auto"
    captured: date | None = None
    listed: date | None = None
    line: int = 1


@dataclass(frozen=True, slots=True)
class Parts:
    """A file too large to be one page: its pages, to be added all or none; walking them may raise InputError.

    They can be walked several times.
    """

    name: str
    pages: Iterable[Raw]


@dataclass(frozen=True, slots=True)
class Unread:
    """An input that gave no bytes, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Request:
    """One page to be got by HTTP.

    `lane` is what the server counts requests by, and `interval` the seconds between two in it. `robots` tells whether
    robots.txt is to be asked: it speaks of pages; an interface made for programs has terms of its own. `secret` lets the
    user's token go along. `busy` is a body that means "too many requests" whatever the status says.
    """

    url: str
    lane: str
    interval: float
    accept: str = "*/*"
    robots: bool = False
    secret: bool = False
    busy: bytes | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """One way to a part: its pages in `layout`, the first being number 0; one page only unless `size` is given.

    `size` is how many papers a page may hold.
    """

    layout: str
    page: Callable[[int], Request]
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What is asked for in one piece: `source` and `key` name it for the ledger, `label` for people.

    `day` is the day whose listing it is, if it is one. It may still grow until `settles` days later, so it is asked for
    again when it was got before then; None is for what never settles. Nothing is asked for twice within `rest` seconds.
    """

    source: str
    key: str
    label: str
    routes: Sequence[Route]
    day: date | None = None
    settles: int | None = None
    rest: float = 0.0


class Memory(Protocol):
    """What a client remembers from one run to the next; moments are seconds since 1970."""

    def reserve(self, lane: str, now: float, interval: float, patience: float) -> float:
        """Take the first free moment of a lane, `now` or later; the next is free `interval` seconds after it.

        One that is more than `patience` seconds away is told and not taken.
        """

    def hold(self, lane: str, until: float) -> None:
        """Let nobody into a lane before `until`."""

    def robots(self, host: str) -> tuple[str, float] | None:
        """The robots.txt that a host gave last, and when."""

    def keep_robots(self, host: str, text: str, now: float) -> None:
        """Remember a host's robots.txt."""


class Clock(Protocol):
    """The time, and waiting; a test's clock needs none."""

    def now(self) -> float:
        """Seconds since 1970."""

    def sleep(self, seconds: float, why: str) -> None:
        """Let that time pass; `why` is for the person who waits."""
