"""Delimited text to rows, by the habits of spreadsheets (RFC 4180), with each row's line, and quotes that don't close.

The standard reader takes a quote that isn't closed for a very long field and says nothing; here it ends the row that it
stands in. A quote inside a field that isn't doubled is taken as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from papertide.normal import counted

DELIMITERS = ",;\t|"
_PLAIN = {delimiter: re.compile(rf"[^{re.escape(delimiter)}\n]*") for delimiter in DELIMITERS}
_OPENING = re.compile(r' *(?=")')
_BEHIND = {delimiter: re.compile(rf" *(?=[{re.escape(delimiter)}\n]|\Z)") for delimiter in DELIMITERS}


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its first line (from 1), its cells, which of them were quoted, its text, and whether a line end ends it.

    `fault` says what is wrong with it, `fault_line` where; then the cells are those before that place.
    """

    line: int
    cells: tuple[str, ...]
    quoted: tuple[bool, ...]
    raw: str
    ended: bool = True
    fault: str | None = None
    fault_line: int | None = None


def read_rows(text: str, delimiter: str) -> Iterator[Row]:
    """The rows of a text (line ends: line feeds) that hold anything, in time linear in its length."""
    reader = _Reader(text, delimiter)
    while reader.place < len(text):
        row = reader.row()
        if any(cell.strip() for cell in row.cells) or row.fault:
            yield row


class _Reader:
    """A place in a text and its line; `_budget` is how many characters may be read a second time."""

    def __init__(self, text: str, delimiter: str) -> None:
        self.place = 0
        self._text = text
        self._delimiter = delimiter
        self._line = 1
        self._budget = 100_000 + 2 * len(text)

    def row(self) -> Row:
        begin, line = self.place, self._line
        cells: list[str] = []
        quoted: list[bool] = []
        while True:
            opening = _OPENING.match(self._text, self.place)
            if opening:
                open_at = opening.end()
                end, closed = self._closing(open_at)
                if not closed:
                    return self._unclosed(begin, line, open_at, end, cells, quoted)
                cells.append(self._text[open_at + 1 : end].replace('""', '"'))
                self._move(self._behind(end + 1))
            else:
                end = self._plain_end()
                cells.append(self._text[self.place : end])
                self.place = end
            quoted.append(opening is not None)
            if self._text[self.place : self.place + 1] != self._delimiter:
                break
            self.place += 1
        raw = self._text[begin : self.place]
        ended = self.place < len(self._text)
        self._move(self.place + 1)
        return Row(line, tuple(cells), tuple(quoted), raw, ended)

    def _move(self, to: int) -> None:
        """Go on to a place, counting lines."""
        self._line += self._text.count("\n", self.place, to)
        self.place = min(to, len(self._text))

    def _plain_end(self) -> int:
        found = _PLAIN[self._delimiter].match(self._text, self.place)
        return found.end() if found else self.place

    def _behind(self, place: int) -> int:
        """Behind the blanks that follow a closing quote; -1 where something else follows it."""
        found = _BEHIND[self._delimiter].match(self._text, place)
        return found.end() if found else -1

    def _closing(self, open_at: int) -> tuple[int, bool]:
        """The place of the closing quote; or where it became clear that there is none, and False.

        That is the end of the text, or a quote that opens a field in a later line.
        """
        line_end = self._text.find("\n", open_at)
        place = open_at + 1
        while (mark := self._text.find('"', place)) >= 0:
            if self._text[mark + 1 : mark + 2] == '"':
                place = mark + 2
            elif self._behind(mark + 1) >= 0:
                return mark, True
            elif 0 <= line_end < mark and self._text[mark - 1] in (self._delimiter, "\n"):
                return mark, False
            else:
                place = mark + 1
        return len(self._text), False

    def _unclosed(self, begin: int, line: int, open_at: int, seen: int, cells: list[str], quoted: list[bool]) -> Row:
        """The row before a quote that isn't closed; reading goes on in the line below it, if that is worth trying."""
        self._move(open_at)
        fault_line = self._line
        line_end = self._text.find("\n", open_at)
        self._budget -= seen - open_at
        raw = self._text[begin : line_end if line_end >= 0 else len(self._text)]
        fault = "a quote opens in this line and is not closed"
        if seen == len(self._text) or self._budget < 0:
            rest = self._text.count("\n", open_at) - self._text.endswith("\n")
            self.place = len(self._text)
            if rest:
                fault += f": what stands below it ({counted(rest, 'line')}) is not read"
        else:
            self._move(line_end + 1)
        return Row(line, tuple(cells), tuple(quoted), raw, fault=fault, fault_line=fault_line)
