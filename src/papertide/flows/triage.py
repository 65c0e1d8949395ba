"""Decide: what papers are meant, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from papertide.errors import NotFound
from papertide.records.plain import STATUSES
from papertide.store.base import Decided, Looking, Store


@dataclass(frozen=True, slots=True)
class Decision:
    """What a decision changed: the status given, the papers whose status that changed, and those that had it already."""

    status: str
    changed: tuple[int, ...]
    unchanged: tuple[int, ...]


def named(looking: Looking, names: Iterable[str]) -> list[int]:
    """The numbers of the papers that names mean, each once; raises NotFound, naming the first that means none."""
    numbers: list[int] = []
    for name in names:
        number = looking.resolve(name)
        if number is None:
            raise NotFound("paper", name, "name it by its number, its arXiv id or a URL holding that id")
        numbers.append(number)
    return list(dict.fromkeys(numbers))


def decide(store: Store, reader: str, numbers: Sequence[int], status: str, *, at: str, command: str) -> Decision:
    """Give papers a status, for this reader; one that had it already is left alone and not logged."""
    if status not in STATUSES:
        raise ValueError(f"no status {status!r}")
    changed = store.deciding.decide(reader, numbers, status, at, command)
    done = set(changed)
    return Decision(status, tuple(changed), tuple(n for n in numbers if n not in done))


def undo(store: Store, reader: str, count: int, *, at: str) -> list[Decided]:
    """Take back the reader's last `count` decisions that still stand; gives them, newest first."""
    return store.deciding.undo(reader, count, at)
