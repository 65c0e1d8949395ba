"""The two streams and the exit codes: stdout is data, stderr is talk.

Everything that reaches a stream goes through here, and is made safe here: no control character, no escape sequence and
no markup of a page's moves the terminal. Not a terminal: no colour, no boxes, no wrapping.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from typing import IO, TYPE_CHECKING, Literal, NamedTuple

from papertide.export.jsonl import line as json_line
from papertide.normal import escaped, safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console as RichConsole


class ExitCode(IntEnum):
    """What the program's end tells a script."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    PARTLY = 3
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Line:
    """A line of talk or data: its text, a style by name (`STYLES`), how far in it stands, and what stands before it.

    On a terminal it is wrapped with all its rows at `indent`; `lead` is set right-aligned into the indent of the first, and
    `marks` (parts of the text in order: first character, and the one behind the last) stand out.
    """

    text: str = ""
    style: str = ""
    indent: int = 0
    lead: str = ""
    marks: Sequence[tuple[int, int]] = ()


class Progress(NamedTuple):
    """Called as things are done: `advance` for each, `tell` with a word on what is going on ("" for none)."""

    advance: Callable[[], object]
    tell: Callable[[str], object]


STYLES = {
    "": "",
    "heading": "bold cyan",
    "title": "bold",
    "facts": "dim",
    "quote": "",
    "mark": "yellow",
    "match": "bold yellow",
    "well": "green",
    "ill": "bold red",
}
"""The few looks there are, by what they mean; each reads well without colour too."""


class Console:
    """Where a command's data and talk go. With `as_json` only JSON is data, and lines meant for people are dropped."""

    def __init__(self, out: IO[str] | None = None, err: IO[str] | None = None, *, as_json: bool = False) -> None:
        self._out = out or sys.stdout
        self._err = err or sys.stderr
        self.as_json = as_json
        self._rich: dict[int, RichConsole] = {}
        for stream in (self._out, self._err):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")

    @property
    def is_terminal(self) -> bool:
        """Whether the data goes to a person's terminal."""
        return self._out.isatty() and not self.as_json

    @property
    def talks_to_terminal(self) -> bool:
        """Whether the talk does."""
        return self._err.isatty()

    def json(self, value: object) -> None:
        """One JSON value on a line of its own."""
        self.data(json_line(value) + "\n")

    def data(self, text: str) -> None:
        """Text that is data as it stands (an export), written unchanged; to a terminal with what moves it written out."""
        self._out.write(escaped(text) if self._out.isatty() else text)

    def show(self, lines: Iterable[Line]) -> None:
        """Lines of data for people; nothing where JSON was asked for."""
        if not self.as_json:
            self._write(self._out, lines)

    def table(self, heads: Sequence[tuple[str, str]], rows: Iterable[Sequence[str]], wide: int) -> None:
        """Rows under heads; a head is a name and "left" or "right", and column `wide` takes the room there is.

        On a terminal an aligned table; else one row a line, parted by tabs, without the heads.
        """
        if self.as_json:
            return
        if not self.is_terminal:
            for row in rows:
                self._out.write("\t".join(_one_line(cell) for cell in row) + "\n")
            return
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False, header_style="dim", show_edge=False, padding=(0, 1, 0, 0))
        for place, (head, side) in enumerate(heads):
            table.add_column(
                Text(head),
                justify="right" if side == "right" else "left",
                overflow="fold",
                no_wrap=place != wide,
                ratio=1 if place == wide else None,
            )
        for row in rows:
            table.add_row(*(Text(safe(cell)) for cell in row))
        self._rich_on(self._out).print(table)

    def say(self, text: str, style: str = "") -> None:
        """A line of talk, on stderr."""
        self._write(self._err, [Line(text, style)])

    def talk(self, lines: Iterable[Line]) -> None:
        """Lines of talk, on stderr."""
        self._write(self._err, lines)

    def error(self, text: str) -> None:
        """What went wrong, on stderr."""
        self._write(self._err, [Line(f"papertide: {text}", "ill")])

    @contextmanager
    def progress(self, what: str, total: int, *, least: int = 2) -> Iterator[Progress]:
        """A progress bar on a terminal, for `least` things or more; gives what to call as each is done."""
        if total < least or not self.talks_to_terminal:
            yield Progress(lambda: None, lambda _text: None)
            return
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bars
        from rich.table import Column

        aside = TextColumn("{task.fields[told]}", markup=False, table_column=Column(no_wrap=True))
        columns = (TextColumn("{task.description}"), BarColumn(20), MofNCompleteColumn(), TimeRemainingColumn(), aside)
        with Bars(*columns, console=self._rich_on(self._err), transient=True) as bars:
            task = bars.add_task(what, total=total, told="")
            yield Progress(lambda: bars.advance(task), lambda text: bars.update(task, told=safe(text)))

    def ask(self, question: str) -> bool:
        """Ask a yes-or-no question on the terminal; no where there is nobody to answer."""
        if not (sys.stdin.isatty() and self.talks_to_terminal):
            return False
        self._err.write(f"{safe(question)} [y/N] ")
        self._err.flush()
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    def ask_for(self, question: str) -> None:
        """Write a question whose answer is read on the same line; nothing where talk goes to no terminal."""
        if self.talks_to_terminal:
            self._err.write(safe(question))
        self._err.flush()

    def flush(self) -> None:
        """Hand everything over."""
        self._out.flush()
        self._err.flush()

    def _write(self, stream: IO[str], lines: Iterable[Line]) -> None:
        if not stream.isatty():
            stream.writelines(plain(lines))
            return
        from rich.text import Text

        console = self._rich_on(stream)
        for line in lines:
            indent = min(line.indent, console.width // 2)
            text = Text.assemble(*_pieces(line), style=STYLES[line.style])
            rows = text.wrap(console, max(console.width - indent, 10)) or [Text()]
            for number, row in enumerate(rows):
                lead = f"{safe(line.lead)} ".rjust(indent) if line.lead and number == 0 else " " * indent
                row.rstrip()
                console.print(Text.assemble((lead, "dim"), row))

    def _rich_on(self, stream: IO[str]) -> RichConsole:
        made = self._rich.get(id(stream))
        if made is None:
            from rich.console import Console as NewConsole

            # Without a colour system no style is written at all: NO_COLOR means bold and dim, too.
            system: Literal["auto"] | None = None if os.environ.get("NO_COLOR") else "auto"
            made = NewConsole(
                file=stream, color_system=system, markup=False, highlight=False, emoji=False, soft_wrap=False
            )
            self._rich[id(stream)] = made
        return made


def _pieces(line: Line) -> Iterator[tuple[str, str]]:
    """The text of a line in parts, each made safe by itself, with their styles."""
    end = 0
    for low, high in line.marks:
        yield safe(line.text[end:low]), ""
        yield safe(line.text[low:high]), STYLES["match"]
        end = high
    yield safe(line.text[end:]), ""


def plain(lines: Iterable[Line]) -> Iterator[str]:
    """Lines as text without colour and wrapping, each with its line end."""
    for line in lines:
        lead = f"{safe(line.lead)} ".rjust(line.indent) if line.lead else " " * line.indent
        yield (lead + " ".join(safe(line.text).splitlines())).rstrip() + "\n"


def _one_line(text: str) -> str:
    return " ".join(safe(text).split())


def silence_stdout() -> None:
    """After a reader of our output has gone away: let nothing complain at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
