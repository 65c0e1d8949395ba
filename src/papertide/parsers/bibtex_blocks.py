"""A BibTeX file as blocks: entries with their values whole, and what could not be read, each with its line.

bibtexparser finds the blocks (it keeps those that fail); values, macros (`@string`) and `#` are read here, where a
missing comma is noticed and macros made of macros can't grow without end. Measured: bibtexparser's splitter is linear
in braces, quotes and `@` that nothing closes (10,000 entries, 11 MB: half a second).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bibtexparser import model
from bibtexparser.entrypoint import parse_string

logging.getLogger("bibtexparser").addHandler(logging.NullHandler())  # its warnings are Problems here

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_LONGEST_MACRO = 1_000
"""Characters; a journal's name has a hundred."""


@dataclass(slots=True)
class Block:
    """One entry, or what should have been one.

    `fields` holds each field's LaTeX by its name in lower case, the first where one is repeated. `faults` are what was
    wrong, each with its line; a block with `whole` unset holds nothing but faults.
    """

    line: int
    raw: str
    kind: str = ""
    key: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    faults: list[tuple[int, str]] = field(default_factory=list)
    whole: bool = True
    repeated: bool = False


def read_blocks(text: str) -> Iterator[Block]:
    """The entries of a BibTeX text (line ends: line feeds) in their order, and the blocks that failed."""
    macros = _Macros(budget=1_000_000 + 4 * len(text))
    for block in parse_string(text, parse_stack=[]).blocks:
        line, raw = (block.start_line or 0) + 1, block.raw or ""
        inner = block.ignore_error_block if isinstance(block, model.ParsingFailedBlock) else block
        if isinstance(inner, model.Entry):
            yield _entry(inner, line, raw, macros, repeated=isinstance(block, model.DuplicateBlockKeyBlock))
        elif isinstance(inner, model.String):
            if not macros.define(inner.key, inner.value):
                yield Block(
                    line, raw, faults=[(line, f"a macro of more than {_LONGEST_MACRO:,} characters")], whole=False
                )
        elif isinstance(block, model.ParsingFailedBlock):
            yield Block(line, raw, faults=[(line, _reason(block.error))], whole=False)
        elif isinstance(inner, model.ImplicitComment) and raw.startswith(","):
            reason = "text behind the end of an entry, which a brace too many may have closed"
            yield Block(line, raw, faults=[(line, reason)], whole=False)


def _reason(error: Exception) -> str:
    reason = str(getattr(error, "abort_reason", error)).strip()
    if "end of file" in reason:
        return "the file ends within this entry: a brace or a quote is not closed, or the file is cut off"
    if "block start" in reason:
        return "another entry begins within this one: a brace or a quote is not closed"
    return f"no BibTeX: {reason}"


def _entry(entry: model.Entry, line: int, raw: str, macros: _Macros, *, repeated: bool) -> Block:
    block = Block(line, raw, entry.entry_type.lower(), entry.key, repeated=repeated)
    for told in entry.fields:
        at = told.start_line + 1
        name, value = told.key, str(told.value)
        while True:
            read, rest = macros.value(value)
            following = _NEXT_FIELD.match(rest)
            if rest and not following:
                read = value  # words without braces, or text behind them: better read than lost
            _set(block, at, name, read)
            if not following:
                break
            at += value[: len(value) - len(rest)].count("\n")
            block.faults.append((at, f"no comma behind the field {name!r}"))
            name, value = following["name"], rest[following.end() :]
    if macros.spent:
        block.faults.append((line, "macros made of macros: too long to be read"))
        macros.spent = False
    return block


def _set(block: Block, line: int, name: str, value: str) -> None:
    name = name.strip().lower()
    if block.fields.setdefault(name, value) != value:
        block.faults.append((line, f"the field {name!r} stands twice in this entry: the first is read"))


_NEXT_FIELD = re.compile(r"\s*(?P<name>[A-Za-z][\w:-]{0,60})\s{0,20}=")
_BRACE = re.compile(r"(?<!\\)[{}]")
_QUOTE = re.compile(r'(?<!\\)[{}"]')
_BARE = re.compile(r"[^\s#{}\"]+")
_BLANK = re.compile(r"\s*")


class _Macros:
    """The macros known so far; `budget` is how many characters they may come to in all their uses."""

    def __init__(self, budget: int) -> None:
        self._known = {name: name for name in _MONTHS}
        self._budget = budget
        self.spent = False

    def define(self, name: str, value: str) -> bool:
        """Remember a macro; one that is too long stands for nothing from now on, and False says so."""
        told = self.value(value)[0]
        fits = len(told) <= _LONGEST_MACRO
        self._known[name.strip().lower()] = told if fits else ""
        return fits

    def value(self, text: str) -> tuple[str, str]:
        """What a field's right side says, `{…} # macro # "…"` put together, and the text behind it."""
        pieces: list[str] = []
        place = _blank(text, 0)
        while place < len(text):
            piece, end = self._piece(text, place)
            pieces.append(piece)
            place = _blank(text, end)
            if text[place : place + 1] != "#":
                break
            place = _blank(text, place + 1)
        return "".join(pieces), text[place:]

    def _piece(self, text: str, place: int) -> tuple[str, int]:
        if text[place] == "{":
            end = _closing(text, place, _BRACE, "}")
            return text[place + 1 : end], end + 1
        if text[place] == '"':
            end = _closing(text, place, _QUOTE, '"')
            return text[place + 1 : end], end + 1
        found = _BARE.match(text, place)
        if found is None:
            return "", len(text)
        told = self._known.get(found.group().lower())
        if told is None:
            return found.group(), found.end()
        self._budget -= len(told)
        if self._budget < 0:
            self.spent = True
            return found.group(), found.end()
        return told, found.end()


def _blank(text: str, place: int) -> int:
    found = _BLANK.match(text, place)
    return found.end() if found else place


def _closing(text: str, place: int, marks: re.Pattern[str], closing: str) -> int:
    """Where the brace or quote at `place` is closed, or the end of the text where it isn't."""
    depth = 0
    for mark in marks.finditer(text, place + 1):
        if mark.group() == closing and depth == 0:
            return mark.start()
        depth += {"{": 1, "}": -1}.get(mark.group(), 0)
    return len(text)
