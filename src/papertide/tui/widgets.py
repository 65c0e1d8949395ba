"""The parts of the screen besides the list: the paper, the line that asks, and the last lines with the keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from papertide.records.plain import PaperDict
from papertide.tui import keys
from papertide.views.console import Line
from papertide.views.triage import one_line, paper_lines

_LOOKS = {"title": "bold", "facts": "$foreground 70%", "mark": "bold $warning", "heading": "bold", "quote": "", "": ""}
"""How the looks that lines name are drawn here."""


def drawn(lines: Iterable[Line]) -> Content:
    """Lines as a text that holds no markup, whatever is in them."""
    return Content("\n").join(Content.styled(line.text, _LOOKS[line.style]) for line in lines)


class PaperPane(VerticalScroll, can_focus=False):
    """The paper under the cursor, whole."""

    DEFAULT_CSS = """
    PaperPane { padding: 0 1; scrollbar-size-vertical: 1; }
    PaperPane > Static { width: 1fr; height: auto; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._number: int | None = None
        self._text = Static(Content(""), markup=False)

    def compose(self) -> ComposeResult:
        """The text."""
        yield self._text

    def show(
        self, paper: PaperDict | None, words: Sequence[tuple[str, float]], explored: str | None, *, instead: str
    ) -> None:
        """Show a paper, from its beginning if it is another one; or a word instead of one. See `paper_lines`."""
        number = paper["id"] if paper is not None else None
        self._text.update(drawn(paper_lines(paper, words, explored)) if paper is not None else Content(instead))
        if number != self._number:
            self._number = number
            self.scroll_to(y=0, animate=False, immediate=True)


class Prompt(Horizontal):
    """A question on one line with its answer; `kind` says what is asked for."""

    DEFAULT_CSS = """
    Prompt { height: 1; display: none; }
    Prompt.asking { display: block; }
    Prompt > Static { width: auto; max-width: 60%; height: 1; text-style: bold; }
    Prompt > Input { width: 1fr; height: 1; border: none; padding: 0; background: $surface; }
    Prompt > Input:focus { border: none; }
    """

    class Answered(Message):
        """The answer was given."""

        def __init__(self, kind: str, text: str) -> None:
            super().__init__()
            self.kind = kind
            self.text = text

    class Typed(Message):
        """The answer was changed."""

        def __init__(self, kind: str, text: str) -> None:
            super().__init__()
            self.kind = kind
            self.text = text

    def __init__(self) -> None:
        super().__init__()
        self.kind = ""
        self._label = Static(markup=False)
        self._input = Input(select_on_focus=False, compact=True)

    def compose(self) -> ComposeResult:
        """The question and the answer."""
        yield self._label
        yield self._input

    def ask(self, kind: str, question: str, value: str = "") -> None:
        """Ask for something."""
        self.kind = kind
        self._label.update(Content(f"{question} "))
        with self.prevent(Input.Changed):
            self._input.value = value
        self._input.cursor_position = len(value)
        self.add_class("asking")
        self._input.focus()

    def close(self) -> None:
        """Ask no longer."""
        self.kind = ""
        self.remove_class("asking")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Pass on what is typed."""
        event.stop()
        self.post_message(self.Typed(self.kind, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Pass on the answer."""
        event.stop()
        self.post_message(self.Answered(self.kind, event.value))


class KeyBar(Static):
    """The last lines: what can be pressed, or clicked. Where there is no room for all of it, the help key stays."""

    DEFAULT_CSS = """
    KeyBar { height: auto; background: $panel; color: $foreground; }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._rows: list[list[keys.Key]] = []

    def on_mount(self) -> None:
        """Lay the keys out."""
        self._lay()

    def on_resize(self) -> None:
        """Lay the keys out anew."""
        self._lay()

    def _lay(self) -> None:
        height = self.app.size.height
        rows = keys.bar(self.app.size.width, 1 if height < 16 else 2 if height < 24 else 3)
        if rows == self._rows:
            return
        self._rows = rows
        lines = [
            Content("  ").join(Content.assemble((key.face, "bold $accent"), f" {key.label}") for key in row)
            for row in rows
        ]
        self.update(Content("\n").join(lines))

    async def on_click(self, event: events.Click) -> None:
        """Do what stands under the pointer."""
        left = event.x
        for key in self._rows[event.y] if event.y < len(self._rows) else ():
            if 0 <= left < keys.room(key):
                await self.app.run_action(f"screen.{key.action}")
                return
            left -= keys.room(key)


def titled(paper: PaperDict | None, width: int = 44) -> str:
    """A paper's title for a line of talk, cut at `width` characters; a word for one that is gone meanwhile."""
    title = one_line(paper["title"]) if paper is not None else "a paper that is no more"
    return title if len(title) <= width else title[: width - 1].rstrip() + "…"
