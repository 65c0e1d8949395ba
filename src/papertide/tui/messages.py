"""What the threads at the library tell the screen, and what its parts tell it. `turn` names the view it belongs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.message import Message

from papertide.flows.inbox import Order, View
from papertide.flows.rank import Explained
from papertide.flows.triage import Deed
from papertide.records.plain import PaperDict
from papertide.store.base import Selection


class Opened(Message):
    """A view's first papers are there: their order, the first of them whole, and the newest number of the library."""

    def __init__(
        self, turn: int, view: View, selection: Selection, order: Order, papers: Sequence[Explained], newest: int
    ) -> None:
        super().__init__()
        self.turn = turn
        self.view = view
        self.selection = selection
        self.order = order
        self.papers = papers
        self.newest = newest


class Refused(Message):
    """A view can't be shown: what is wrong with it."""

    def __init__(self, turn: int, reason: str) -> None:
        super().__init__()
        self.turn = turn
        self.reason = reason


class Grown(Message):
    """The first `asked` papers of the view, as it is now."""

    def __init__(self, turn: int, numbers: Sequence[int], asked: int) -> None:
        super().__init__()
        self.turn = turn
        self.numbers = numbers
        self.asked = asked


class Read(Message):
    """Papers, whole; of those in `asked` that are not in `papers` there are none any more."""

    def __init__(self, papers: Sequence[Explained], asked: Sequence[int]) -> None:
        super().__init__()
        self.papers = papers
        self.asked = asked


class Counted(Message):
    """How many papers a view holds."""

    def __init__(self, turn: int, total: int) -> None:
        super().__init__()
        self.turn = turn
        self.total = total


class TopicsCounted(Message):
    """How many papers of a view each topic has."""

    def __init__(self, turn: int, counts: Mapping[str, int]) -> None:
        super().__init__()
        self.turn = turn
        self.counts = counts


class Arrived(Message):
    """Someone else wrote to the library: how many papers of the view came since it was opened."""

    def __init__(self, turn: int, count: int) -> None:
        super().__init__()
        self.turn = turn
        self.count = count


class Done(Message):
    """Something was stored: what is told of it, the paper as it is now, what was taken back by it if anything, and how
    many papers are decided by now.
    """

    def __init__(self, told: str, paper: PaperDict | None, decided: int, *, undone: Deed | None = None) -> None:
        super().__init__()
        self.decided = decided
        self.told = told
        self.paper = paper
        self.undone = undone


class Learning(Message):
    """Papers are being read, so that decisions can be learnt from: how many were."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count


class Learned(Message):
    """What was decided has been learnt: how the view would begin now, and whether any score changed."""

    def __init__(self, turn: int, best: Sequence[int], *, changed: bool) -> None:
        super().__init__()
        self.turn = turn
        self.best = best
        self.changed = changed


class Told(Message):
    """Something to tell; `wrong` where it did not work."""

    def __init__(self, text: str, *, wrong: bool = False) -> None:
        super().__init__()
        self.text = text
        self.wrong = wrong


class Broken(Message):
    """A thread met what it should never meet."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


class Pointed(Message):
    """The list points at another paper; None where it is empty."""

    def __init__(self, number: int | None) -> None:
        super().__init__()
        self.number = number


class Wanted(Message):
    """The list is to show papers that it doesn't have yet."""

    def __init__(self, numbers: Sequence[int]) -> None:
        super().__init__()
        self.numbers = numbers


class EndNear(Message):
    """The list's end is near, and it isn't the view's."""
