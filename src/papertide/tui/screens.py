"""The inbox on the screen: what each key does. Nothing here touches the library: the desks do."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on
from textual.message import Message

from papertide.config import now
from papertide.errors import PapertideError
from papertide.flows.editor import edited
from papertide.flows.inbox import VIEWS, papers_of, selection_of
from papertide.flows.triage import Deed
from papertide.store.base import SORTS, Sort, Store
from papertide.tui import aside, messages
from papertide.tui.dialogs import Choice, Help
from papertide.tui.listing import NAMES, ViewScreen
from papertide.tui.widgets import Prompt, titled
from papertide.views.triage import citation, link_of, one_line

if TYPE_CHECKING:
    from papertide.records.plain import PaperDict

_TYPING = 0.12
"""Seconds without a key after which a search begins."""


class InboxScreen(ViewScreen):
    """A view of the library, and the keys."""

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
            self._list.change(message.paper)
        if message.undone is not None and message.undone.paper in self._list.order.places:
            self._list.point(self._list.order.places[message.undone.paper])
        self._show_paper()
        self._show_head()
        self._say(message.told)
        self._learn()

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
                text = edited(paper["note"] or "", os.environ)
            except PapertideError as error:  # inside, because an exception would leave the screen suspended
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
        """Look anew: what is new comes in, what was decided goes, in the order of now; a better one from its first on."""
        self._open(self._shown_view, None if self._better else self._list.number)

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
        self.app.push_screen(Choice("Show", [NAMES[status] for status in VIEWS], at), chosen)

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
