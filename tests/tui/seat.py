"""A seat before the inbox: the real screen without a terminal, on a real library, with keys pressed as a person would."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input, Static

from papertide.flows.inbox import Reader, View
from papertide.flows.triage import Sitting
from papertide.records.plain import PaperDict
from papertide.store import open_library
from papertide.topics import default_source
from papertide.tui.app import InboxApp
from papertide.tui.screens import InboxScreen

READER = "me"
TODAY = date(2026, 11, 21)
RULES = (default_source(), "default topics")
_PATIENCE = 400
"""Looks of a hundredth of a second each at what is waited for, before a test gives up."""


class Seat:
    """What a person sees and does."""

    def __init__(self, pilot: Pilot[int], library: Path) -> None:
        self.pilot = pilot
        self.library = library

    @property
    def app(self) -> InboxApp:
        """The program."""
        assert isinstance(self.pilot.app, InboxApp)
        return self.pilot.app

    @property
    def screen(self) -> InboxScreen:
        """The inbox itself."""
        return self.app.inbox

    @property
    def list(self) -> list[str]:
        """The rows on the screen, without the room behind them."""
        shown = self.screen._list
        return [shown.render_line(y).text.rstrip() for y in range(shown.size.height) if y < len(shown.order)]

    @property
    def number(self) -> int | None:
        """The paper under the cursor."""
        return self.screen._list.number

    @property
    def head(self) -> str:
        """The first line."""
        return str(self.screen._head.visual).strip()

    @property
    def talk(self) -> str:
        """What was told last."""
        return str(self.screen._talk.visual).strip()

    @property
    def hint(self) -> str:
        """What stands at the right end of the line of talk."""
        return str(self.screen._foot.visual).strip() if self.screen._foot.display else ""

    @property
    def paper(self) -> str:
        """The paper on the right."""
        return str(self.screen._pane.query_one(Static).visual)

    @property
    def answer(self) -> Input:
        """Where answers are typed."""
        return self.screen._prompt.query_one(Input)

    async def press(self, *keys: str) -> None:
        """Press keys."""
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        """Put a text behind what is in the answer, as if typed in one go."""
        self.answer.value += text
        self.answer.cursor_position = len(self.answer.value)
        await self.pilot.pause()

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until something holds; the test fails where it never does."""
        for _ in range(_PATIENCE):
            await self.pilot.pause()
            if holds():
                return
            if self.app._exception is not None:
                raise self.app._exception
            await asyncio.sleep(0.01)
        raise AssertionError(f"never: {self.head!r}, {self.talk!r}")

    async def told(self, part: str) -> None:
        """Wait until this is told."""
        await self.until(lambda: part in self.talk)

    async def learnt(self) -> None:
        """Wait until what was decided is learnt from, and the paper at hand is shown with its score of now."""
        store = open_library(self.library)
        try:
            await self.until(lambda: store.scoring.current(READER))
            score = store.scoring.of(READER)(self.number or 0)
        finally:
            store.close()
        await self.until(lambda: self.shown is not None and self.shown["score"] == score)
        await self.pilot.pause()

    @property
    def shown(self) -> PaperDict | None:
        """The paper under the cursor, as the screen has it."""
        return self.screen._list.paper(self.number)

    def statuses(self) -> dict[int, str]:
        """What the library says was decided, past the screen."""
        store = open_library(self.library)
        try:
            rows = store.looking.by_number(range(1, 2000), READER)
        finally:
            store.close()
        return {row["id"]: row["status"] for row in rows if row["status"] != "inbox"}


def seated(
    library: Path,
    play: Callable[[Seat], Awaitable[None]],
    *,
    size: tuple[int, int] = (80, 24),
    view: View | None = None,
    theme: str | None = "dark",
    explore: bool = True,
    app: type[InboxApp] = InboxApp,
) -> InboxApp:
    """Open the inbox on a library, wait for its first papers, and do what is to be done before it; gives the program."""

    async def run() -> InboxApp:
        made = app(library, view or View(), Reader(READER, TODAY, RULES, explore), Sitting(READER), theme=theme)
        async with made.run_test(size=size) as pilot:
            seat = Seat(pilot, library)
            await seat.until(lambda: " of " in seat.head and "…" not in seat.head)
            await play(seat)
        return made

    return asyncio.run(run())
