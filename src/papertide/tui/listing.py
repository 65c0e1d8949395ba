"""What the inbox shows: a view, its list, the paper, and what is known of them. Nothing here touches the library: desks do."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from papertide.errors import NotFound, UsageError
from papertide.flows.inbox import ANY, Reader, View, explained, is_better, order_of, selection_of
from papertide.flows.rank import Reasons
from papertide.flows.triage import Sitting
from papertide.store.address import Place
from papertide.store.base import Selection, Store
from papertide.tui import messages
from papertide.tui.desk import Desk
from papertide.tui.keys import BINDINGS
from papertide.tui.learning import School
from papertide.tui.paperlist import PaperList
from papertide.tui.widgets import KeyBar, PaperPane, Prompt
from papertide.views.triage import MOST_WORDS, one_line

if TYPE_CHECKING:
    from textual.timer import Timer

FIRST = 400
"""Papers of a view that are known from the start; more come as the cursor nears the end."""
_READ = 60
"""Of these, how many are read at once."""
_GROWTH = 2
"""The list grows by this factor, so that a long way down costs no more than its length."""
_POLL = 2.0
"""Seconds between looks at whether somebody else wrote to the library."""
NARROW = 72
"""Columns below which list and paper take turns."""
NAMES = {"inbox": "Inbox", "keep": "Kept", "later": "Later", "skip": "Skipped", ANY: "All papers"}


class ViewScreen(Screen[None]):
    """List left, paper right. What is shown is a `View`; each new one has a number, its turn, and what was asked for an
    earlier turn is not heard any more.
    """

    BINDINGS: ClassVar[list[BindingType]] = BINDINGS
    DEFAULT_CSS = """
    ViewScreen { layout: vertical; }
    ViewScreen #head { height: 1; background: $panel; text-style: bold; }
    ViewScreen #panes { height: 1fr; }
    ViewScreen PaperList { width: 2fr; height: 1fr; }
    ViewScreen PaperPane { width: 3fr; height: 1fr; border-left: solid $foreground 30%; }
    ViewScreen #foot { height: auto; }
    ViewScreen #talk { width: 1fr; height: auto; min-height: 1; max-height: 3; }
    ViewScreen #hint { width: auto; height: 1; padding: 0 1; display: none; text-style: bold; }
    ViewScreen #talk.wrong { color: $error; text-style: bold; }
    ViewScreen.narrow PaperPane { display: none; }
    ViewScreen.whole PaperList { display: none; }
    ViewScreen.whole PaperPane { display: block; border-left: none; }
    """

    def __init__(self, library: Place, view: View, reader: Reader, sitting: Sitting) -> None:
        super().__init__()
        self._library = library
        self._wanted_view = self._shown_view = view
        self._for = reader
        self._sitting = sitting
        self._turn = 0
        self._chosen = Selection(None, reader.name)
        self._newest = 0
        self._total: int | None = None
        self._arrived = 0
        self._decided = 0
        self._about = 0
        self._aim: int | None = None
        self._views_before: list[tuple[View, int | None]] = []
        self._version: int | None = None
        self._refused = False
        self._growing = False
        self._typing: Timer | None = None
        self._desks: list[Desk] = []
        self._head = Static(id="head", markup=False)
        self._list = PaperList()
        self._pane = PaperPane()
        self._talk = Static(id="talk", markup=False)
        self._foot = Static(id="hint", markup=False)
        self._better = False
        self._reasons = Reasons(reader.name, MOST_WORDS)
        self._prompt = Prompt()

    def compose(self) -> ComposeResult:
        """One line of what is shown, the panes, one line of talk, the question if there is one, the keys."""
        yield self._head
        with Horizontal(id="panes"):
            yield self._list
            yield self._pane
        with Horizontal(id="foot"):
            yield self._talk
            yield self._foot
        yield self._prompt
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask for the first papers before anything else."""
        self._pages = Desk("pages", self._library, self.hear)
        self._deeds = Desk("deeds", self._library, self.hear)
        self._counts = Desk("counts", self._library, self.hear)
        self._school = School(self._library, self.hear, self._for)
        self._desks = [self._deeds, self._pages, self._counts, self._school]
        self._open(self._wanted_view)
        self._list.focus()
        self.set_interval(_POLL, self._poll)

    def on_unmount(self) -> None:
        """Let go of the library."""
        self.close_desks()

    def close_desks(self) -> None:
        """Have everything stored that was handed in; what was only asked for is broken off."""
        for desk in self._desks:
            desk.close(finish=desk is self._deeds)

    def hear(self, message: Message) -> None:
        """Take a message of another thread; nobody takes it once the screen is gone."""
        with suppress(RuntimeError):
            self.post_message(message)

    def on_resize(self) -> None:
        """List and paper take turns where there is no room for both."""
        self.set_class(self.size.width < NARROW, "narrow")

    # --- what is shown ------------------------------------------------------------------------------------------------

    def _open(self, view: View, at: int | None = None) -> None:
        """Show a view, with the cursor on the paper `at` if it is there."""
        self._turn += 1
        turn, reader = self._turn, self._for
        self._wanted_view, self._aim = view, at

        def work(store: Store) -> Message:
            try:
                selection = selection_of(store.looking, view, reader)
                newest = store.looking.newest()
                order = order_of(store, view, selection, reader, FIRST)
            except (UsageError, NotFound) as error:
                return messages.Refused(turn, str(error))
            papers = explained(store, order.numbers[:_READ], reader, self._reasons)
            return messages.Opened(turn, view, selection, order, papers, newest)

        self._pages.do(work, kind="open")

    @on(messages.Opened)
    def _opened(self, message: messages.Opened) -> None:
        if message.turn != self._turn:
            return
        self._shown_view, self._chosen, self._newest = message.view, message.selection, message.newest
        self._total, self._arrived, self._refused, self._growing = None, 0, False, False
        self._better = False
        if message.order.whole:
            self._total = len(message.order)
        self._list.show(message.order, message.papers, self._aim)
        self._say("" if len(message.order) else self._nothing())
        self._hint("")
        self.call_after_refresh(self._count, message.turn, message.selection)
        self.call_after_refresh(self._learn)

    def _nothing(self) -> str:
        if self._shown_view.text or self._shown_view.topic:
            return "No papers: / changes the search, f the topic, v the view."
        if self._shown_view.status == "inbox":
            return "Nothing to decide: the inbox is empty. v shows what you kept."
        return "No papers here. v shows others."

    @on(messages.Refused)
    def _was_refused(self, message: messages.Refused) -> None:
        if message.turn == self._turn:
            self._refused = True
            self._say(message.reason, wrong=True)

    def _count(self, turn: int, selection: Selection) -> None:
        if self._total is None:
            self._counts.do(lambda store: messages.Counted(turn, store.looking.count(selection)), kind="count")

    @on(messages.Counted)
    def _counted(self, message: messages.Counted) -> None:
        if message.turn == self._turn:
            self._total = message.total
            self._show_head()

    @on(messages.EndNear)
    def _grow(self) -> None:
        if not self._growing:
            self._grow_to(len(self._list.order) * _GROWTH)

    def _grow_to(self, length: int | None) -> None:
        """Have the list reach this length, if there are as many papers; None for all of them."""
        self._growing = True
        turn, selection = self._turn, replace(self._chosen, limit=length)

        def work(store: Store) -> Message:
            numbers = store.looking.numbers(selection)
            return messages.Grown(turn, numbers, len(numbers) + 1 if length is None else length)

        self._pages.do(work, kind="grow")

    @on(messages.Grown)
    def _grown(self, message: messages.Grown) -> None:
        if message.turn != self._turn:
            return
        self._growing = False
        self._list.order.grow(message.numbers, message.asked)
        self._list.grown()
        if self._aim == -1:
            self._aim = None
            self._say("")
            self._list.point(len(self._list.order) - 1)
        self._show_head()

    @on(messages.Wanted)
    def _read(self, message: messages.Wanted) -> None:
        numbers, reader = message.numbers, self._for
        self._pages.do(lambda store: messages.Read(explained(store, numbers, reader, self._reasons), numbers))

    @on(messages.Read)
    def _were_read(self, message: messages.Read) -> None:
        self._list.take(message.papers, message.asked)
        if self._list.number in message.asked:
            self._show_paper()

    @on(messages.Pointed)
    def _pointed(self) -> None:
        self._show_paper()
        self._show_head()

    def _show_paper(self) -> None:
        number = self._list.number
        words = self._list.words(number)
        topic = self._list.order.explored.get(number) if number is not None else None
        self._pane.show(self._list.paper(number), words, topic, instead="" if number is None else "…")

    def _show_head(self) -> None:
        view = self._shown_view
        told = [NAMES[view.status] if view.like is None else f"Similar to {view.like}"]
        if view.like is None:
            told += [one_line(view.text)] if view.text else []
            told += [f"topic {one_line(view.topic)}"] if view.topic is not None else []
            told.append(f"by {view.sort}{' reversed' if view.reverse else ''}")
        place = self._list.cursor + 1 if len(self._list.order) else 0
        told.append(f"{place} of {'…' if self._total is None else max(self._total, len(self._list.order))}")
        told += [f"{self._decided} decided"] if self._decided else []
        told += [f"{self._arrived} new: r"] if self._arrived else []
        self._head.update(Content(f" {' · '.join(told)}"))

    def _say(self, text: str, *, wrong: bool = False) -> None:
        self._talk.set_class(wrong, "wrong")
        self._talk.update(Content(f" {one_line(text)}"))

    @on(messages.Told)
    def _told(self, message: messages.Told) -> None:
        self._say(message.text, wrong=message.wrong)

    @on(messages.Broken)
    def _broken(self, message: messages.Broken) -> None:
        raise message.error

    # --- what is learnt -----------------------------------------------------------------------------------------------

    def _learn(self) -> None:
        """Have learnt what is to be learnt, and the order looked at; where nothing was said that is nothing."""
        self._school.learn(self._turn, self._shown_view, self._chosen)

    @on(messages.Learning)
    def _learning(self, message: messages.Learning) -> None:
        self._hint(f"learning: {message.count}")

    @on(messages.Learned)
    def _learned(self, message: messages.Learned) -> None:
        """Say so if there is a better order; nothing moves."""
        if message.changed:
            self._list.read_again()
        if message.turn != self._turn:
            return  # the view that is opened meanwhile is looked at when it is there
        self._better = is_better(message.best, self._list.order, self._list.cursor)
        self._hint("better order: r" if self._better else "")

    def _hint(self, text: str) -> None:
        self._foot.update(Content(text))
        self._foot.display = bool(text)

    # --- what somebody else did ---------------------------------------------------------------------------------------

    def _poll(self) -> None:
        """Look whether somebody else wrote; by the connection that we write with, so that our own writes don't count."""
        turn, selection, newest = self._turn, self._chosen, self._newest

        def work(store: Store) -> Message | None:
            version = store.looking.version()
            if version == self._version:
                return None
            self._version = version
            return messages.Arrived(turn, store.looking.count(selection, above=newest))

        self._deeds.do(work, kind="poll")

    @on(messages.Arrived)
    def _have_arrived(self, message: messages.Arrived) -> None:
        if message.turn == self._turn:
            self._arrived = message.count
            self._show_head()
            self._list.read_again()
