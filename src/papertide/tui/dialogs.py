"""What is asked before the inbox: a choice from a list, and the help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from papertide.tui.keys import KEYS, SILENT


class Choice(ModalScreen[int | None]):
    """One of several, by its place; None where none was chosen."""

    DEFAULT_CSS = """
    Choice { align: center middle; }
    Choice > Vertical { width: 44; max-width: 90%; height: auto; max-height: 90%; }
    Choice > Vertical { border: round $primary; background: $surface; }
    Choice Static { height: 1; padding: 0 1; text-style: bold; }
    Choice OptionList { height: auto; max-height: 100%; border: none; background: $surface; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "back"),
        Binding("j", "move(1)", "down"),
        Binding("k", "move(-1)", "up"),
    ]

    def __init__(self, head: str, options: Sequence[str], at: int = 0) -> None:
        super().__init__()
        self._head = head
        self._list = OptionList(*(Option(Content(option)) for option in options), markup=False, compact=True)
        self._at = at

    def compose(self) -> ComposeResult:
        """The head and the list."""
        with Vertical():
            yield Static(Content(f"{self._head} (Enter, or Esc)"), markup=False)
            yield self._list

    def on_mount(self) -> None:
        """Begin at what is chosen now."""
        self._list.highlighted = self._at
        self._list.focus()

    def action_move(self, step: int) -> None:
        """One up or down."""
        if step > 0:
            self._list.action_cursor_down()
        else:
            self._list.action_cursor_up()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """That one."""
        event.stop()
        self.dismiss(event.option_index)


class Help(ModalScreen[None]):
    """Every key, and what it does."""

    DEFAULT_CSS = """
    Help { align: center middle; }
    Help > VerticalScroll { width: 76; max-width: 96%; height: auto; max-height: 94%; padding: 0 1; }
    Help > VerticalScroll { border: round $primary; background: $surface; }
    Help Static { width: 1fr; height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,question_mark,enter", "dismiss(None)", "back")]

    def compose(self) -> ComposeResult:
        """The table."""
        with VerticalScroll():
            yield Static(help_text(), markup=False)


def help_text() -> Content:
    """The table of keys."""
    lines = [Content.styled("Every decision is stored at once. Esc leaves this help.", "bold"), Content("")]
    for key in (*KEYS, *SILENT):
        faces = ", ".join([key.face, *(_FACES.get(name, name) for name in key.keys.split(",")[1:])])
        lines.append(Content.assemble((faces.ljust(9), "bold $accent"), key.told))
    lines.append(Content("Ctrl-C   leave; the exit code tells that you did"))
    lines.append(Content("Ctrl-Z   back to the shell for a while; fg comes back"))
    return Content("\n").join(lines)


_FACES = {"down": "↓", "up": "↑", "home": "Home", "end": "End"}
