"""A JSON text read item by item, so that each keeps its own text, and a list that breaks off keeps its whole items.

A list of a thousand papers is mostly what nobody here reads: users, pictures, keywords. Where the items look alike, each
is cut out at the beginning of the next and put through a `sieve`, which checks it as JSON and keeps the keys that are
read; where that fails, Python's own decoder has the last word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pydantic_core import SchemaValidator, ValidationError

Sieve = SchemaValidator

_DECODER = json.JSONDecoder()
_BLANKS = re.compile(r"[ \t\r\n]*")
_BETWEEN = re.compile(r"[ \t\r\n,]*")
_HEAD = re.compile(r'\{\s*"paper"\s*:\s*\{')
_MOST_DAMAGED = 16
"""Items of one list that may be damaged before the rest is given up: each costs a walk to the end at worst."""


class Item(NamedTuple):
    """One item of a list: its value, its text, and why it can't be read, if so."""

    value: object
    raw: str
    damage: str | None = None


@dataclass(slots=True)
class Read:
    """What a text holds: its list (of an unnamed one), the lists of its object by name, and the object's other values.

    `broke` says where the text breaks off or is damaged beyond repair, `place` is how far it was read.
    """

    lists: dict[str, list[Item]] = field(default_factory=dict)
    values: dict[str, object] = field(default_factory=dict)
    place: int = 0
    broke: str | None = None

    def whole(self, text: str) -> bool:
        """Whether the text was read to its end, and nothing follows."""
        return self.broke is None and _BLANKS.fullmatch(text, self.place) is not None


def read_json(text: str, names: Collection[str], sieve: Sieve) -> Read:
    """The list that a text is, or the object; lists under `names` are read item by item, the rest as it comes."""
    read = Read()
    read.place = _skip(text, 0)
    opening = text[read.place : read.place + 1]
    if opening == "[":
        read.lists[""] = _items(text, read, sieve)
    elif opening == "{":
        _object(text, read, names, sieve)
    else:
        read.broke = "no list or object"
    return read


def _object(text: str, read: Read, names: Collection[str], sieve: Sieve) -> None:
    read.place += 1
    while True:
        read.place = _BETWEEN.match(text, read.place).end()  # type: ignore[union-attr] # it always matches
        if text.startswith("}", read.place):
            read.place += 1
            return
        try:
            name, read.place = _value(text, read.place)
            read.place = _skip(text, read.place)
            if not isinstance(name, str) or not text.startswith(":", read.place):
                read.broke = "cut off or damaged around its list"
                return
            read.place = _skip(text, read.place + 1)
            if name in names and text.startswith("[", read.place):
                read.lists[name] = _items(text, read, sieve)
            else:
                read.values[name], read.place = _value(text, read.place)
        except ValueError as error:
            read.broke = f"cut off or damaged: {error}"
        if read.broke:
            return


def _items(text: str, read: Read, sieve: Sieve) -> list[Item]:
    """The items of the list that begins at `read.place`, which moves behind it."""
    items: list[Item] = []
    place = read.place + 1
    head = _HEAD.match(text, _skip(text, place))
    mark = head.group() if head else None
    damaged = 0
    following = (
        -1
    )  # where the next item begins; looked for once only, however many values of another form stand before it
    while True:
        place = _BETWEEN.match(text, place).end()  # type: ignore[union-attr] # it always matches
        if text.startswith("]", place):
            read.place = place + 1
            return items
        if mark is not None and following <= place:
            following = text.find(mark, place + 1)
            mark = mark if following > 0 else None
        like = mark is not None and text.startswith(mark, place)
        if like and (item := _sifted(text, place, following, sieve)) is not None:
            items.append(item)
            place = following
            continue
        try:
            value, end = _value(text, place)
        except ValueError as error:
            damaged += 1
            if following < 0 or damaged > _MOST_DAMAGED:
                read.place, read.broke = place, f"cut off or damaged behind item {len(items)}: {error}"
                return items
            items.append(Item(None, text[place:following], f"damaged: {error}"))
            end = following
        else:
            items.append(Item(value, text[place:end]))
        place = end


def _sifted(text: str, place: int, following: int, sieve: Sieve) -> Item | None:
    """The item between two places in a list, but for the comma behind it; None where it isn't just that."""
    end = following
    while text[end - 1] in " \t\r\n":
        end -= 1
    if text[end - 1] != ",":
        return None
    raw = text[place : end - 1]
    try:
        return Item(sieve.validate_json(raw), raw)
    except ValidationError:
        return None


def _value(text: str, place: int) -> tuple[Any, int]:
    """The value that begins at a place, and where it ends; a ValueError says what is wrong there."""
    try:
        return _DECODER.raw_decode(text, place)
    except RecursionError:
        raise ValueError("JSON nested too deeply") from None
    except json.JSONDecodeError:
        raise
    except ValueError:  # Python's own, of a number
        raise ValueError("a number of too many digits") from None


def _skip(text: str, place: int) -> int:
    return _BLANKS.match(text, place).end()  # type: ignore[union-attr] # it always matches
