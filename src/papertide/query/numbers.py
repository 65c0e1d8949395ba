"""How counts are asked for: `3`, `<=5`, `>2`, `2..4`, `..4`, `2..`."""

from __future__ import annotations

import re

from papertide.errors import QueryError

_FORM = re.compile(r"(?P<sign><=|>=|<|>|)(?P<only>[0-9]+)|(?P<low>[0-9]*)\.\.(?P<high>[0-9]*)")
_LONGEST = 15
"""Digits of a number; more would not fit the library's integers, and no count comes near."""

_HINT = "a number such as 3, <=5, >2 or 2..4"


def read_numbers(value: str) -> tuple[int | None, int | None]:
    """The lowest and the highest number meant, both included; None is open. Raises QueryError with `value` as its text."""
    found = _FORM.fullmatch(value)
    if found is None or value == "..":
        raise QueryError(f"{value!r} is not a number", value, 1, _HINT)
    sign, only, low, high = found.group("sign", "only", "low", "high")
    if only is None:
        return _range(value, _integer(low, value, 1), _integer(high, value, found.start("high") + 1))
    number = int(_digits(only, value, found.start("only") + 1))
    if sign == "<" and number == 0:
        raise QueryError("no count is below 0", value, 1, _HINT)
    return {
        "": (number, number),
        "<=": (None, number),
        ">=": (number, None),
        "<": (None, number - 1),
        ">": (number + 1, None),
    }[sign]


def _range(value: str, low: int | None, high: int | None) -> tuple[int | None, int | None]:
    if low is not None and high is not None and low > high:
        raise QueryError(f"{low}..{high} runs backwards", value, 1, f"did you mean {high}..{low}?")
    return low, high


def _integer(digits: str, value: str, column: int) -> int | None:
    return int(_digits(digits, value, column)) if digits else None


def _digits(digits: str, value: str, column: int) -> str:
    if len(digits) > _LONGEST:
        raise QueryError(f"a number of more than {_LONGEST} digits", value, column, _HINT)
    return digits
