"""The inbox on the screen: list and paper, and what each key does. Nothing here touches the library: the desks do."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from papertide.config import now
from papertide.errors import NotFound, UsageError
from papertide.flows.inbox import ANY, VIEWS, Order, Reader, View, begin, papers_of, selection_of
from papertide.flows.triage import Deed, Sitting
from papertide.store.base import SORTS, Selection, Sort, Store
from papertide.tui import aside, messages
from papertide.tui.desk import Desk
from papertide.tui.dialogs import Choice, Help
from papertide.tui.keys import BINDINGS
from papertide.tui.paperlist import PaperList
from papertide.tui.widgets import KeyBar, PaperPane, Prompt, titled
from papertide.views.triage import citation, link_of, one_line

if TYPE_CHECKING:
    from textual.timer import Timer

    from papertide.records.plain import PaperDict

FIRST = 400
"""Papers of a view that are known from the start; more come as the cursor nears the end."""
_READ = 60
"""Of these, how many are read at once."""
_GROWTH = 2
"""The list grows by this factor, so that a long way down costs no more than its length."""
_TYPING = 0.12
"""Seconds without a key after which a search begins."""
_POLL = 2.0
"""Seconds between looks at whether somebody else wrote to the library."""
NARROW = 72
"""Columns below which list and paper take turns."""
_NAMES = {"inbox": "Inbox", "keep": "Kept", "later": "Later", "skip": "Skipped", ANY: "All papers"}


class InboxScreen(Screen[None]):
    """List left, paper right. What is shown is a `View`; each new one has a number, its turn, and what was asked for an
    earlier turn is not heard any more.
    """

    BINDINGS: ClassVar[list[BindingType]] = BINDINGS
    DEFAULT_CSS = """
    InboxScreen { layout: vertical; }
    InboxScreen #head { height: 1; background: $panel; text-style: bold; }
    InboxScreen #panes { height: 1fr; }
    InboxScreen PaperList { width: 2fr; height: 1fr; }
    InboxScreen PaperPane { width: 3fr; height: 1fr; border-left: solid $foreground 30%; }
    InboxScreen #talk { height: auto; min-height: 1; max-height: 3; }
    InboxScreen #talk.wrong { color: $error; text-style: bold; }
    InboxScreen.narrow PaperPane { display: none; }
    InboxScreen.whole PaperList { display: none; }
    InboxScreen.whole PaperPane { display: block; border-left: none; }
    """

    def __init__(self, library: Path, view: View, reader: Reader, sitting: Sitting) -> None:
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
        self._prompt = Prompt()

    def compose(self) -> ComposeResult:
        """One line of what is shown, the panes, one line of talk, the question if there is one, the keys."""
        yield self._head
        with Horizontal(id="panes"):
            yield self._list
            yield self._pane
        yield self._talk
        yield self._prompt
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask for the first papers before anything else."""
        self._pages = Desk("pages", self._library, self.hear)
        self._deeds = Desk("deeds", self._library, self.hear)
        self._counts = Desk("counts", self._library, self.hear)
        self._desks = [self._deeds, self._pages, self._counts]
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
                numbers = begin(store.looking, selection, reader, FIRST)
            except (UsageError, NotFound) as error:
                return messages.Refused(turn, str(error))
            papers = papers_of(store.looking, numbers[:_READ], reader)
            return messages.Opened(turn, view, selection, numbers, papers, newest, FIRST)

        self._pages.do(work, kind="open")

    @on(messages.Opened)
    def _opened(self, message: messages.Opened) -> None:
        if message.turn != self._turn:
            return
        self._shown_view, self._chosen, self._newest = message.view, message.selection, message.newest
        self._total, self._arrived, self._refused, self._growing = None, 0, False, False
        order = Order(message.numbers, whole=len(message.numbers) < message.asked)
        if order.whole:
            self._total = len(order)
        self._list.show(order, message.papers, self._aim)
        self._say("" if len(order) else self._nothing())
        self.call_after_refresh(self._count, message.turn, message.selection)

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
        self._pages.do(lambda store: messages.Read(papers_of(store.looking, numbers, reader), numbers))

    @on(messages.Read)
    def _were_read(self, message: messages.Read) -> None:
        self._list.take(message.papers, set(message.asked))
        if self._list.number in message.asked:
            self._show_paper()

    @on(messages.Pointed)
    def _pointed(self) -> None:
        self._show_paper()
        self._show_head()

    def _show_paper(self) -> None:
        number = self._list.number
        self._pane.show(self._list.paper(number), "" if number is None else "…")

    def _show_head(self) -> None:
        view = self._shown_view
        told = [_NAMES[view.status] if view.like is None else f"Similar to {view.like}"]
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

    # --- deciding -----------------------------------------------------------------------------------------------------

    def action_decide(self, status: str) -> None:
        """Give the paper a status, and go on to the next."""
        number = self._list.number
        if number is None:
            return

        last = self._list.order.whole and self._list.cursor == len(self._list.order) - 1
        end = " (the last one here; r looks for more)" if last else ""

        def work(store: Store) -> Message:
            changed = self._sitting.decide(store, number, status, at=now())
            paper = papers_of(store.looking, [number], self._for).get(number)
            return self._stored(f"{status}{'' if changed else ' already'}: {titled(paper)}{end}", paper)

        self._deeds.do(work)
        if status != "inbox":
            self._list.point(self._list.cursor + 1)

    def action_undo(self) -> None:
        """Take the last thing back, and go to its paper."""

        def work(store: Store) -> Message:
            deed = self._sitting.undo(store, at=now())
            if deed is None:
                return messages.Told("Nothing to take back.")
            paper = papers_of(store.looking, [deed.paper], self._for).get(deed.paper)
            return self._stored(f"taken back: {deed.what}: {titled(paper)}", paper, undone=deed)

        self._deeds.do(work)

    def _stored(self, told: str, paper: PaperDict | None, undone: Deed | None = None) -> Message:
        return messages.Done(told, paper, self._sitting.counts()["decided"], undone=undone)

    @on(messages.Done)
    def _done(self, message: messages.Done) -> None:
        self._decided = message.decided
        if message.paper is not None:
            self._list.take({message.paper["id"]: message.paper}, set())
        if message.undone is not None and message.undone.paper in self._list.order.places:
            self._list.point(self._list.order.places[message.undone.paper])
        self._show_paper()
        self._show_head()
        self._say(message.told)

    def action_tag(self) -> None:
        """Ask for tags."""
        self._ask_about("tag", "Tags (todo -old):")

    def action_note(self) -> None:
        """Ask for a note; one of several lines belongs into an editor."""
        paper = self._paper()
        if paper is not None and "\n" in (paper["note"] or ""):
            self._say("This note has several lines: N opens it in your editor.")
            return
        self._ask_about("note", "Note:", (paper["note"] or "") if paper is not None else "")

    def action_note_in_editor(self) -> None:
        """Write the note in an editor."""
        paper = self._paper()
        if paper is None:
            return
        text, wrong = "", ""
        with self.app.suspend():
            try:
                text = aside.edited(paper["note"] or "")
            except UsageError as error:  # inside, because an exception would leave the screen suspended
                wrong = str(error)
        if wrong:
            self._say(wrong, wrong=True)
        else:
            self._annotate("note", paper["id"], text)
        self.app.refresh(layout=True)

    def _paper(self) -> PaperDict | None:
        return self._list.paper(self._list.number)

    def _ask_about(self, kind: str, question: str, value: str = "") -> None:
        if self._list.number is not None:
            self._about = self._list.number
            self._prompt.ask(kind, question, value)

    def _annotate(self, kind: str, number: int, text: str) -> None:
        def work(store: Store) -> Message:
            change = self._sitting.tag if kind == "tag" else self._sitting.note
            changed = change(store, number, text)
            paper = papers_of(store.looking, [number], self._for).get(number)
            told = f"{kind}: {titled(paper)}" if changed else "nothing to change"
            return self._stored(told, paper)

        self._deeds.do(work)

    # --- moving -------------------------------------------------------------------------------------------------------

    def action_move(self, step: int) -> None:
        """To the next paper, or the one before."""
        self._list.point(self._list.cursor + step)

    def action_page(self, step: int) -> None:
        """As many papers on as the list shows."""
        self._list.point(self._list.cursor + step * max(self._list.size.height - 1, 10))

    def action_move_to(self, place: int) -> None:
        """To the first paper, or to the last (-1), for which the whole order is asked for."""
        if place >= 0:
            self._list.point(0)
        elif self._list.order.whole:
            self._list.point(len(self._list.order) - 1)
        else:
            self._aim = -1
            self._say("…")
            self._grow_to(None)

    def action_scroll(self, step: int) -> None:
        """Move the paper by most of its height."""
        self._pane.scroll_relative(y=step * max(self._pane.size.height - 2, 1), animate=False)

    def action_whole(self) -> None:
        """The paper alone, or beside the list again."""
        self.toggle_class("whole")

    def action_back(self) -> None:
        """Out of a question, of the paper alone, of similar papers, of a search, of a topic: one at a time."""
        if self._prompt.kind:
            self._leave_prompt()
        elif self.has_class("whole"):
            self.remove_class("whole")
        elif self._views_before:
            view, at = self._views_before.pop()
            self._open(view, at)
        elif self._shown_view.text:
            self._open(replace(self._shown_view, text=""), self._list.number)
        elif self._shown_view.topic is not None:
            self._open(replace(self._shown_view, topic=None), self._list.number)

    def action_leave(self) -> None:
        """Leave; everything is stored."""
        self.app.exit()

    # --- other views --------------------------------------------------------------------------------------------------

    def action_search(self) -> None:
        """Ask for a query; what it finds is shown while it is typed."""
        self._views_before.append((self._shown_view, self._list.number))
        self._prompt.ask("search", "Search:", self._shown_view.text if self._shown_view.like is None else "")

    @on(Prompt.Typed)
    def _typed(self, message: Prompt.Typed) -> None:
        if message.kind == "search":
            if self._typing is not None:
                self._typing.stop()
            self._typing = self.set_timer(_TYPING, lambda: self._search(message.text))

    def _search(self, text: str) -> None:
        self._typing = None
        self._open(replace(self._wanted_view, text=text.strip(), like=None))

    @on(Prompt.Answered)
    def _answered(self, message: Prompt.Answered) -> None:
        kind, text = message.kind, message.text.strip()
        if kind == "search":
            if self._typing is not None:
                self._typing.stop()
                self._search(text)
            elif self._refused:
                return
            self._views_before.pop()
        self._prompt.close()
        self._list.focus()
        if kind in ("tag", "note"):
            self._annotate(kind, self._about, text)
        elif kind == "export" and text:
            self._export(Path(text), sure=False)
        elif kind == "overwrite" and text.lower() in ("y", "yes"):
            self._export(self._target, sure=True)
        elif kind == "overwrite":
            self._say("Nothing was written.")

    def _leave_prompt(self) -> None:
        if self._prompt.kind == "search":
            if self._typing is not None:
                self._typing.stop()
                self._typing = None
            view, at = self._views_before.pop()
            self._open(view, at)
        self._prompt.close()
        self._list.focus()
        self._say("")

    def action_renew(self) -> None:
        """Look anew: what is new comes in, what was decided goes, in the order of now."""
        self._open(self._shown_view, self._list.number)

    def action_reverse(self) -> None:
        """The other way round."""
        self._open(replace(self._shown_view, reverse=not self._shown_view.reverse))

    def action_sort(self) -> None:
        """Choose an order."""
        sorts: tuple[Sort, ...] = (*SORTS, "relevance") if self._shown_view.text else SORTS
        now_at = sorts.index(self._shown_view.sort) if self._shown_view.sort in sorts else 0

        def chosen(place: int | None) -> None:
            if place is not None:
                self._open(replace(self._shown_view, sort=sorts[place]))

        self.app.push_screen(Choice("Sort by", sorts, now_at), chosen)

    def action_status(self) -> None:
        """Choose what is looked at."""

        def chosen(place: int | None) -> None:
            if place is not None:
                self._open(replace(self._shown_view, status=VIEWS[place], like=None))

        at = VIEWS.index(self._shown_view.status)
        self.app.push_screen(Choice("Show", [_NAMES[status] for status in VIEWS], at), chosen)

    def action_topics(self) -> None:
        """Choose a topic, from those of this view with their counts."""
        turn, view, reader = self._turn, replace(self._shown_view, topic=None), self._for
        self._say("Counting topics …")

        def work(store: Store) -> Message:
            return messages.TopicsCounted(turn, store.looking.topic_counts(selection_of(store.looking, view, reader)))

        self._counts.do(work, kind="topics")

    @on(messages.TopicsCounted)
    def _topics_counted(self, message: messages.TopicsCounted) -> None:
        if message.turn != self._turn:
            return
        self._say("")
        topics = [topic or "none" for topic in message.counts]
        width = max(map(len, ["all topics", *topics]))
        options = [f"{one_line(t).ljust(width)} {c:>7}" for t, c in zip(topics, message.counts.values(), strict=True)]
        at = topics.index(self._shown_view.topic) + 1 if self._shown_view.topic in topics else 0

        def chosen(place: int | None) -> None:
            if place is not None:
                self._open(replace(self._shown_view, topic=topics[place - 1] if place else None))

        self.app.push_screen(Choice("Topic", ["all topics", *options], at), chosen)

    def action_similar(self) -> None:
        """The papers nearest to this one; Esc comes back."""
        number = self._list.number
        if number is not None:
            self._views_before.append((self._shown_view, number))
            self._say("Looking for similar papers …")
            self._open(replace(self._shown_view, like=number))

    # --- taking along -------------------------------------------------------------------------------------------------

    def action_open(self) -> None:
        """Open the paper in a browser."""
        paper = self._paper()
        link = link_of(paper) if paper is not None else None
        if link is None:
            self._say("No web address is known." if paper is not None else "")
            return
        self._say(f"Opening {link}")
        aside.browse(link, lambda: self.hear(messages.Told(f"No browser could be started for {link}", wrong=True)))

    def action_copy(self, what: str) -> None:
        """Copy the citation or the link, by the terminal (OSC 52)."""
        paper = self._paper()
        text = (citation(paper) if what == "citation" else link_of(paper)) if paper is not None else None
        if text is None:
            self._say("Nothing to copy.")
            return
        self.app.copy_to_clipboard(text)
        self._say(f"Copied: {text}")

    def action_export(self) -> None:
        """Ask for a file to write what is listed to."""
        self._prompt.ask("export", "Write Markdown to:", f"papertide-{self._for.today.isoformat()}.md")

    def _export(self, path: Path, *, sure: bool) -> None:
        target = aside.expanded(path)
        if target.exists() and not sure:
            self._target = target
            self._say(f"{target} is there already.")
            self._prompt.ask("overwrite", "Overwrite? y/N")
            return
        selection = self._chosen
        self._pages.do(lambda store: messages.Told(aside.exported(store, selection, target)))

    def action_dark(self) -> None:
        """Dark or light."""
        self.app.theme = "papertide-light" if self.app.theme == "papertide-dark" else "papertide-dark"

    def action_help(self) -> None:
        """Show every key."""
        self.app.push_screen(Help())
