"""Where the records of a bibliography stand in its text: the exact stretch of each, its own id, how much it holds.

For writing a file again without some of its records: what stays is taken from the text as it is, never made anew. The
parsers read a text whose line ends are line feeds; a stretch here is one of the text as it was decoded. A record that
has its lines to itself goes with their line ends, one in a JSON list with the comma beside it.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, NamedTuple

from papertide.normal import clean
from papertide.parsers.bibliography import lines_ended
from papertide.parsers.bibtex_blocks import read_blocks
from papertide.parsers.rows import DELIMITERS, Row, read_rows
from papertide.records.listing import Entry, Listing


class Slice(NamedTuple):
    """One record in its text, in characters: from `begin` to `end`.

    In a list `before` is where the record before it ends and `after` where the next begins, else they are `begin` and
    `end`. `own_id` is the name that the record gives itself, None where it has none; `filled` counts its fields that
    hold something.
    """

    begin: int
    end: int
    before: int
    after: int
    own_id: str | int | None
    filled: int


def slices(text: str, listing: Listing) -> list[Slice]:
    """The slice of each entry of `listing`, which must be what a parser of LAYOUTS read from this text."""
    return list(LAYOUTS[listing.layout](text, listing.entries)) if listing.entries else []


def kept(size: int, found: Sequence[Slice], dropped: Collection[int]) -> Iterator[tuple[int, int]]:
    """The stretches of a text of that size that stay when some of its slices, by their index, are dropped; in order."""
    place = 0
    head = -1
    for index in sorted(dropped):
        cut = found[index]
        if cut.begin in (cut.before, head):  # the first of a list goes with the comma behind it, the others not
            begin, end = cut.begin, cut.after
            head = end
        else:
            begin, end = cut.before, cut.end
        yield place, begin
        place = end
    yield place, size


def _alone(place: tuple[int, int], own_id: str | int | None, filled: int) -> Slice:
    return Slice(*place, *place, _name(own_id), filled)


def _name(own_id: str | int | None) -> str | int | None:
    return clean(own_id) or None if isinstance(own_id, str) else own_id


# --- lines ------------------------------------------------------------------------------------------------------------

_LINE_END = re.compile(r"\r\n|\r|\n")
_REST_OF_LINE = re.compile(r"[ \t]*(?:\r\n|\r|\n|\Z)")


class _Lines:
    """Where each line of a text begins; lines count from 1."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(found.end() for found in _LINE_END.finditer(text))]
        self._size = len(text)

    def begin(self, line: int) -> int:
        """Where a line begins; the end of the text for one that isn't there."""
        return self._starts[line - 1] if line <= len(self._starts) else self._size

    def at(self, place: int) -> tuple[int, int]:
        """The line that a place stands in, and how many characters stand before it there."""
        line = bisect_right(self._starts, place)
        return line, place - self._starts[line - 1]


def _whole_lines(entry: Entry, lines: _Lines) -> tuple[int, int]:
    """The lines of an entry whose parser reads whole lines."""
    first = entry.line or 1
    return lines.begin(first), lines.begin(first + entry.raw.count("\n") + 1)


def _widened(text: str, begin: int, end: int) -> tuple[int, int]:
    """A stretch with its whole lines, where nothing else stands in them."""
    left = begin
    while left and text[left - 1] in " \t":
        left -= 1
    right = _REST_OF_LINE.match(text, end)
    return (left, right.end()) if right and (left == 0 or text[left - 1] in "\r\n\ufeff") else (begin, end)


# --- csv --------------------------------------------------------------------------------------------------------------

_ID_COLUMNS = ("id", "key", "citekey", "citationkey", "recordid", "paperid", "eid", "pmid")
_NO_LETTER = re.compile(r"[\W_]+")


def _csv(text: str, entries: Sequence[Entry]) -> Iterator[Slice]:
    delimiter = max(DELIMITERS, key=lambda delimiter: _fits(delimiter, entries[0]))
    heads = (
        row for row in read_rows(lines_ended(text), delimiter) if not row.raw.lower().startswith(("sep=", '"sep='))
    )
    names = [_NO_LETTER.sub("", name.casefold()) for name in next(heads).cells]
    ids = [names.index(name) for name in _ID_COLUMNS if name in names]
    lines = _Lines(text)
    for entry in entries:
        cells = _row(entry, delimiter).cells
        own_id = next((cells[place] for place in ids if place < len(cells) and clean(cells[place])), None)
        filled = sum(bool(cell.strip()) for cell in cells)
        yield _alone(_whole_lines(entry, lines), own_id, filled)


def _row(entry: Entry, delimiter: str) -> Row:
    return next(read_rows(entry.raw, delimiter))


def _fits(delimiter: str, entry: Entry) -> tuple[bool, int]:
    """Whether a row parted so has the title for a cell (a guard against formulas may stand before it), and its cells."""
    cells = _row(entry, delimiter).cells
    return any(clean(cell).lstrip("'") == entry.title.lstrip("'") for cell in cells), len(cells)


# --- ris --------------------------------------------------------------------------------------------------------------

_RIS_FIELD = re.compile(r"^(?!TY )(?P<tag>[A-Z][A-Z0-9]) {1,3}-[ \t]*(?P<value>\S.*)$", re.MULTILINE)


def _ris(text: str, entries: Sequence[Entry]) -> Iterator[Slice]:
    lines = _Lines(text)
    for entry in entries:
        fields = {found["tag"]: found["value"] for found in reversed(list(_RIS_FIELD.finditer(entry.raw)))}
        yield _alone(_whole_lines(entry, lines), fields.get("ID"), len(fields))


# --- bibtex -----------------------------------------------------------------------------------------------------------


def _bibtex(text: str, entries: Sequence[Entry]) -> Iterator[Slice]:
    plain = lines_ended(text)
    lines, plain_lines = _Lines(text), _Lines(plain)
    mark = len(text) - len(text.removeprefix("\ufeff"))
    blocks = {(block.line, block.raw): block for block in read_blocks(plain)}

    def in_text(place: int) -> int:
        line, column = plain_lines.at(place)
        return lines.begin(line) + column + (mark if line == 1 else 0)

    place = 0
    for entry in entries:
        line = entry.line or 1
        begin = plain.index(entry.raw, max(place, plain_lines.begin(line)))
        place = begin + len(entry.raw)
        block = blocks[line, entry.raw]
        filled = sum(bool(value.strip()) for value in block.fields.values())
        yield _alone(_widened(text, in_text(begin), in_text(place)), block.key, filled)


# --- jsonl ------------------------------------------------------------------------------------------------------------

_BETWEEN = re.compile(r"[\s,]*")


def _jsonl(text: str, entries: Sequence[Entry]) -> Iterator[Slice]:
    lines = _Lines(text)
    listed = text.removeprefix("\ufeff").lstrip().startswith("[")
    if listed or not all(_is_a_line(text, lines, entry) for entry in entries):
        yield from _values(text, entries, text.index("[" if listed else "{") + listed)
        return
    for entry in entries:
        yield _alone(_whole_lines(entry, lines), *_told(json.loads(entry.raw)))


def _is_a_line(text: str, lines: _Lines, entry: Entry) -> bool:
    begin, end = _whole_lines(entry, lines)
    return text[begin:end].removeprefix("\ufeff").rstrip("\r\n") == entry.raw


def _values(text: str, entries: Sequence[Entry], place: int) -> Iterator[Slice]:
    """The entries among JSON values that stand one behind the other, over whichever lines."""
    decoder = json.JSONDecoder()
    before = 0
    begin = _between(text, place)
    waiting = iter(entries)
    entry = next(waiting, None)
    while entry is not None:
        value, end = decoder.raw_decode(text, begin)
        after = _between(text, end)
        if text[begin:end] == entry.raw:
            last = text[after : after + 1] in ("", "]")
            yield Slice(begin, end, before or begin, end if last else after, *_told(value))
            entry = next(waiting, None)
        before, begin = end, after


def _between(text: str, place: int) -> int:
    found = _BETWEEN.match(text, place)
    return found.end() if found else place


def _told(value: dict[str, Any]) -> tuple[str | int | None, int]:
    """The own id of a JSON object, and how many of its keys hold something."""
    own_id = value.get("id")
    if isinstance(own_id, bool) or not isinstance(own_id, str | int):
        own_id = None
    return _name(own_id), sum(told not in (None, "", [], {}) for told in value.values())


LAYOUTS: dict[str, Callable[[str, Sequence[Entry]], Iterator[Slice]]] = {
    "bibtex": _bibtex,
    "csv": _csv,
    "jsonl": _jsonl,
    "ris": _ris,
}
"""The layouts whose files are made of records that can be taken out."""
