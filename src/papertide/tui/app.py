"""The program on the screen: colours, signals, and the way in and out."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.theme import Theme

from papertide.flows.inbox import Reader, View
from papertide.flows.triage import Sitting
from papertide.store.address import Place
from papertide.tui.screens import InboxScreen
from papertide.views.console import ExitCode

# Blue, orange and vermilion are told apart with every kind of colour vision (Okabe and Ito, 2008).
_DARK = Theme(
    "papertide-dark",
    primary="#0072B2",
    secondary="#56B4E9",
    accent="#56B4E9",
    warning="#E69F00",
    error="#FF8A4C",
    success="#009E73",
    foreground="#E6E6E6",
    background="#101418",
    surface="#161B20",
    panel="#222A31",
    dark=True,
)
_LIGHT = Theme(
    "papertide-light",
    primary="#0072B2",
    secondary="#00517F",
    accent="#00517F",
    warning="#7A5200",
    error="#A33F00",
    success="#00664B",
    foreground="#1A1A1A",
    background="#FFFFFF",
    surface="#FAFAFA",
    panel="#E4E8EC",
    dark=False,
)


class InboxApp(App[int]):
    """One screen; gives the exit code. What was decided is in the sitting."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "interrupt", show=False, priority=True, system=True),
        Binding("ctrl+z", "suspend_process", show=False, priority=True, system=True),
    ]
    TITLE = "Papertide"

    def __init__(
        self, library: Place, view: View, reader: Reader, sitting: Sitting, *, theme: str | None = None
    ) -> None:
        super().__init__()
        for made in (_DARK, _LIGHT):
            self.register_theme(made)
        self.theme = f"papertide-{theme or guessed_theme()}"
        self.inbox = InboxScreen(library, view, reader, sitting)

    def get_default_screen(self) -> InboxScreen:
        """The inbox."""
        return self.inbox

    def on_mount(self) -> None:
        """Leave in an orderly way when told to: the terminal as it was, what was handed in stored."""
        if self.is_headless or sys.platform == "win32":  # which knows no such signals
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.action_interrupt)
        loop.add_signal_handler(signal.SIGHUP, self._hang_up)

    def action_interrupt(self) -> None:
        """Leave, with the exit code of an interruption."""
        self.exit(int(ExitCode.INTERRUPTED))

    def _hang_up(self) -> None:
        """The terminal is gone, and there is nothing to put in order on it: store what was handed in, and end."""
        self.inbox.close_desks()
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGHUP)


def guessed_theme() -> str:
    """Light where the terminal says that its background is; dark where it says nothing."""
    background = os.environ.get("COLORFGBG", "").rpartition(";")[2]
    return "light" if background in ("7", "15") else "dark"


def run_inbox(library: Place, view: View, reader: Reader, sitting: Sitting, *, theme: str | None = None) -> int:
    """Fill the screen until the reader leaves; gives the exit code."""
    app = InboxApp(library, view, reader, sitting, theme=theme)
    try:
        code = app.run()
    finally:
        app.inbox.close_desks()
    return int(app.return_code or 0) or int(code or 0)
