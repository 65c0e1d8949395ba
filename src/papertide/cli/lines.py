"""Triage line by line: a paper, a question, an answer of one letter and Enter; for screen readers, pipes and slow lines.

The papers are data and go to stdout (to stderr where JSON was asked for); questions and what was done go to stderr.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from io import TextIOWrapper
from typing import TYPE_CHECKING

from papertide.cli.scores import learned
from papertide.errors import InputError, PapertideError
from papertide.flows.inbox import Order, Reader, View, learns, order_of, papers_of, selection_of
from papertide.flows.rank import Learner, Reasons
from papertide.flows.triage import Sitting
from papertide.normal import counted
from papertide.records.plain import PaperDict
from papertide.store.base import Selection
from papertide.views.console import Console, Line
from papertide.views.triage import MOST_WORDS, one_line, paper_lines

if TYPE_CHECKING:
    from papertide.store import LibraryStore

DECIDE = {
    **dict.fromkeys(("y", "keep"), "keep"),
    **dict.fromkeys(("l", "later"), "later"),
    **dict.fromkeys(("x", "skip"), "skip"),
    **dict.fromkeys(("i", "inbox"), "inbox"),
}
QUESTION = "y keep, l later, x skip, Enter next, u undo, ? help: "
HELP = (
    "y or keep        onto the reading list",
    "l or later       put it off",
    "x or skip        not for you",
    "i or inbox       back into the inbox",
    "u or undo        take the last thing back, be it a decision, a tag or a note",
    "t todo -old      put tags on, take tags off",
    "n some words     write a note; n alone takes it off",
    "/ lora date:7d   another query; / alone for all",
    "Enter            the next paper; this one stays undecided",
    "b                the paper before",
    "q                quit; so does the end of the input",
)
_PAGE = 200


def triage_by_lines(
    console: Console, store: LibraryStore, view: View, reader: Reader, sitting: Sitting, *, now: Callable[[], str]
) -> None:
    """Show paper after paper and do what is answered, until the input ends, the papers do, or the answer is to quit."""
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")  # an answer that is no text is one that isn't understood
    lines = _Lines(console, store, view, reader, sitting, now)
    lines.open(view)
    while (paper := lines.paper()) is not None:
        lines.show(paper)
        answer = lines.ask(QUESTION)
        if answer is None or answer in ("q", "quit"):
            return
        try:
            lines.do(paper, answer)
        except PapertideError as error:
            console.error(str(error))
            lines.again = True
    console.say("no more papers here" if len(lines.order) else "no papers")


class _Lines:
    """Where one is in a view."""

    def __init__(
        self,
        console: Console,
        store: LibraryStore,
        view: View,
        reader: Reader,
        sitting: Sitting,
        now: Callable[[], str],
    ) -> None:
        self._console = console
        self._store = store
        self._view = view
        self._reader = reader
        self._sitting = sitting
        self._now = now
        self._selection: Selection | None = None
        self._learner = Learner(reader.name, session=True)
        self._reasons = Reasons(reader.name, MOST_WORDS)
        self._total = 0
        self._seen = 0
        self.order = Order()
        self.place = 0
        self.again = False

    def open(self, view: View) -> None:
        """Look at something else, from its first paper on."""
        looking = self._store.looking
        selection = selection_of(looking, view, self._reader)
        order = order_of(self._store, view, selection, self._reader, _PAGE)
        if not len(order) and len(self.order):
            self._console.say("no papers; the query stays as it was")
            self.again = True
            return
        self._view, self._selection, self._total = view, selection, looking.count(selection)
        self.order, self.place, self._seen = order, 0, 0
        self._console.say(f"{counted(self._total, 'paper')}")

    def paper(self) -> PaperDict | None:
        """The paper at hand, as it is now; one that is gone meanwhile is passed over, and after the last comes None."""
        while True:
            if self.place >= len(self.order) and not self.order.whole and self._selection is not None:
                asked = self.order.asking(_PAGE)
                self.order.grow(self._store.looking.numbers(replace(self._selection, limit=asked)), asked)
            if self.place >= len(self.order):
                return None
            number = self.order.numbers[self.place]
            found = papers_of(self._store.looking, [number], self._reader)
            if number in found:
                return found[number]
            self.place += 1

    def show(self, paper: PaperDict) -> None:
        """Print a paper, unless it is on the screen already."""
        self._seen = max(self._seen, self.place + 1)
        if self.again:
            self.again = False
            return
        (why,) = self._reasons.of(self._store, [paper])
        lines = [
            Line(f"{self.place + 1} of {max(self._total, self.place + 1)}, number {paper['id']}"),
            *paper_lines(paper, why.words, self.order.explored.get(paper["id"])),
            Line(),
        ]
        if self._console.as_json:
            self._console.talk(lines)
        else:
            self._console.show(lines)
            self._console.flush()

    def ask(self, question: str) -> str | None:
        """The answer, without white space around it; None where the input has ended."""
        if sys.stdin is None:
            return None
        self._console.ask_for(question)
        try:
            answer = sys.stdin.readline()
        except OSError as error:
            raise InputError("", f"the answers can't be read: {error.strerror or error}") from error
        if not answer and self._console.talks_to_terminal:
            self._console.say("")
        return answer.strip() if answer else None

    def do(self, paper: PaperDict, answer: str) -> None:
        """Do what an answer says to the paper at hand; raises PapertideError where that can't be done."""
        word, _, rest = answer.partition(" ")
        if not answer:
            self.place += 1
        elif answer.lower() in DECIDE:
            self._decide(paper, DECIDE[answer.lower()])
        elif answer in ("u", "undo"):
            self._undo()
        elif answer in ("b", "back"):
            self.place = max(self.place - 1, 0)
        elif answer.startswith("/"):
            self.open(replace(self._view, text=answer[1:].strip()))
        elif word in ("t", "tag") and rest:
            self._changed(paper, "tagged", changed=self._sitting.tag(self._store, paper["id"], rest))
        elif word in ("n", "note"):
            self._changed(paper, "noted", changed=self._sitting.note(self._store, paper["id"], rest))
        else:
            self._console.talk(Line(line) for line in HELP)
            self.again = True

    def _decide(self, paper: PaperDict, status: str) -> None:
        changed = self._sitting.decide(self._store, paper["id"], status, at=self._now())
        self._console.say(f"{status}: {one_line(paper['title'])}" if changed else f"{status} already")
        self.place += 1
        self._learn()

    def _learn(self) -> None:
        """Learn from what was said: what wasn't shown yet comes in the order of now, best first."""
        if self._selection is None or not learns(self._view):
            return
        behind = Order(self.order.numbers[: self._seen], explored=self.order.explored)
        try:
            learned(self._console, self._store, self._learner)
            self.order = order_of(self._store, self._view, self._selection, self._reader, _PAGE, behind)
        except (
            PapertideError
        ) as error:  # what was decided is stored all the same, and the next paper is still to be shown
            self._console.error(f"{error}; the order stays as it was")

    def _changed(self, paper: PaperDict, what: str, *, changed: bool) -> None:
        self._console.say(f"{what}: {one_line(paper['title'])}" if changed else "nothing to change")
        self.again = True

    def _undo(self) -> None:
        deed = self._sitting.undo(self._store, at=self._now())
        if deed is None:
            self._console.say("nothing to take back")
            self.again = True
            return
        self._console.say(f"taken back: {deed.what}, paper {deed.paper}")
        self._learn()
        before = self.place
        self.place = self.order.places.get(deed.paper, before)
        self.again = self.place == before
