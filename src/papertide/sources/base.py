"""What a source gives: the bytes of a page under a name that a person knows it by, or why there are none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Raw:
    """One page, not yet read; `name` is how a person would name it again."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Unread:
    """An input that gave no bytes, and why."""

    name: str
    reason: str


class Source(Protocol):
    """Anything that pages come from."""

    def __iter__(self) -> Iterator[Raw | Unread]:
        """The pages, one after the other; an input that fails is an `Unread`, and the others still come."""
