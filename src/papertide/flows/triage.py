"""Decide: what papers are meant, and what becomes of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from papertide.errors import NotFound, UsageError
from papertide.records.plain import STATUSES, PaperDict
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


_TAG = re.compile(r"[^\s\"'()+:@-][^\s\"'():@]{0,63}")


def check_tags(names: Iterable[str]) -> None:
    """Raise UsageError for the first name that can't be a tag."""
    for name in names:
        if not _TAG.fullmatch(name):
            raise UsageError(
                f"{name!r} can't be a tag: no blanks, quotes, brackets, colons or @ in it, 64 characters at most"
            )


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing done to a paper: `what` is a status, "tag" or "note"; the rest is what it takes to take it back."""

    what: str
    paper: int
    put: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    before: str = ""


class Sitting:
    """What one reader does to papers one by one, in one go: stored at once, each thing, and each can be taken back.

    The store is given to each call, so that a sitting may outlive a connection.
    """

    def __init__(self, reader: str, command: str = "triage") -> None:
        self.reader = reader
        self.undone = 0
        self._command = command
        self._deeds: list[Deed] = []

    def decide(self, store: Store, number: int, status: str, *, at: str) -> bool:
        """Give a paper a status; gives whether that changed anything. Raises NotFound for a paper that is no more."""
        _paper(store, number, self.reader)
        changed = decide(store, self.reader, [number], status, at=at, command=self._command).changed
        if changed:
            self._deeds.append(Deed(status, number))
        return bool(changed)

    def tag(self, store: Store, number: int, words: str) -> bool:
        """Put tags on a paper (`todo`, `+todo`) and take them off (`-todo`), parted by blanks; raises UsageError.

        Gives whether that changed anything.
        """
        names = words.split()
        taken = [name[1:] for name in names if name.startswith("-")]
        put = [name.removeprefix("+") for name in names if not name.startswith("-")]
        check_tags([*put, *taken])
        there = _paper(store, number, self.reader)["tags"]
        deed = Deed(
            "tag",
            number,
            put=tuple(dict.fromkeys(name for name in put if name not in there and name not in taken)),
            taken=tuple(dict.fromkeys(name for name in taken if name in there)),
        )
        if not (deed.put or deed.taken):
            return False
        store.annotating.tag(self.reader, [number], deed.put, deed.taken)
        self._deeds.append(deed)
        return True

    def note(self, store: Store, number: int, text: str) -> bool:
        """Replace the note on a paper; an empty one takes it off. Gives whether that changed anything."""
        before = _paper(store, number, self.reader)["note"] or ""
        if text.strip() == before:
            return False
        store.annotating.note(self.reader, number, text.strip())
        self._deeds.append(Deed("note", number, before=before))
        return True

    def undo(self, store: Store, *, at: str) -> Deed | None:
        """Take back the last deed of this sitting, else the reader's last decision of an earlier one; None for neither."""
        last = self._deeds.pop() if self._deeds else None
        if last is not None and last.what == "tag":
            store.annotating.tag(self.reader, [last.paper], last.taken, last.put)
        elif last is not None and last.what == "note":
            store.annotating.note(self.reader, last.paper, last.before)
        else:
            # What was decided meanwhile elsewhere, on other papers, stands.
            taken_back = store.deciding.undo(self.reader, 1, at, None if last is None else last.paper)
            last = Deed(taken_back[0].status, taken_back[0].paper_id) if taken_back else None
        self.undone += last is not None
        return last

    def counts(self) -> dict[str, int]:
        """How many papers were decided on and how, by their last decision that stands, and how often one took back."""
        said = {deed.paper: deed.what for deed in self._deeds if deed.what in STATUSES}
        told = {status: list(said.values()).count(status) for status in STATUSES}
        return {"decided": len(said), **told, "undone": self.undone}

    @property
    def standing(self) -> int:
        """How many decisions of this sitting stand: what `papertide undo` is to be told to take all of them back."""
        return sum(deed.what in STATUSES for deed in self._deeds)


def _paper(store: Store, number: int, reader: str) -> PaperDict:
    found = store.looking.by_number([number], reader)
    if not found:
        raise NotFound("paper", str(number))
    return found[0]
