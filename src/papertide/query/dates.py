"""How days are asked for: `2024`, `2024-03`, `2024-03-04`, `7d`, `today`, and ranges and comparisons of these.

Each of them names a span of days. `A..B` goes from the first day of A to the last of B, `>=A` from its first day on, `>A`
begins after its last, `<=A` ends with its last, `<A` before its first. A relative one (`7d`, `2w`, `3m`, `1y`) alone is
the last so many days, weeks, months or years up to and including today; as an end of a range or in a comparison it is the
single day on which that span begins, so that `30d..7d` ends a week ago. "Today" is given, never read from a clock.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from papertide.errors import QueryError

_ISO = re.compile(r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{1,2})(?:-(?P<day>[0-9]{1,2}))?)?")
_RELATIVE = re.compile(r"(?P<count>[0-9]+)(?P<unit>[dwmy])", re.IGNORECASE)
_HINT = "a date such as 2024, 2024-03, 2024-03-04, 2024-01..2024-06, >=2024-05-01, 7d, today or none"
_DAY = timedelta(days=1)
_MOST = 9999
"""The largest count of a relative date; any unit of it but days would leave the calendar."""


def read_dates(value: str, today: date) -> tuple[str | None, str | None]:
    """The first and the last day meant, in ISO text, both included; None is open.

    Raises QueryError with `value` as its text and the column inside it.
    """
    if ".." in value:
        return _range(value, today)
    sign = next((s for s in ("<=", ">=", "<", ">") if value.startswith(s)), "")
    if not sign:
        low, high = _span(value, value, 0, today)
        return low.isoformat(), high.isoformat()
    low, high = _end(value[len(sign) :], value, len(sign), today)
    if sign in ("<=", ">="):
        return (low.isoformat(), None) if sign == ">=" else (None, high.isoformat())
    try:
        return (None, (low - _DAY).isoformat()) if sign == "<" else ((high + _DAY).isoformat(), None)
    except OverflowError:
        raise QueryError("the calendar ends there", value, 1, _HINT) from None


def first_day(value: str, today: date) -> str:
    """The day with which a span begins, in ISO text: what `--since` takes."""
    return _end(value, value, 0, today)[0].isoformat()


def last_day(value: str, today: date) -> str:
    """The day with which a span ends, in ISO text: what `--until` takes."""
    return _end(value, value, 0, today)[1].isoformat()


def _range(value: str, today: date) -> tuple[str | None, str | None]:
    left, _, right = value.partition("..")
    if not left and not right:
        raise QueryError("a range needs at least one end", value, 1, _HINT)
    low = _end(left, value, 0, today)[0].isoformat() if left else None
    high = _end(right, value, len(left) + 2, today)[1].isoformat() if right else None
    if low is not None and high is not None and low > high:
        raise QueryError(f"the range runs backwards, from {low} to {high}", value, 1, f"did you mean {right}..{left}?")
    return low, high


def _end(text: str, value: str, offset: int, today: date) -> tuple[date, date]:
    low, high = _span(text, value, offset, today)
    return (low, low) if _RELATIVE.fullmatch(text) else (low, high)


def _span(text: str, value: str, offset: int, today: date) -> tuple[date, date]:
    lower = text.lower()
    if lower == "today":
        return today, today
    if lower == "yesterday":
        return today - _DAY, today - _DAY
    if relative := _RELATIVE.fullmatch(lower):
        return _last(relative.group("count"), relative.group("unit"), value, offset, today), today
    iso = _ISO.fullmatch(text)
    if iso is None:
        raise QueryError(f"{text!r} is not a date" if text else "a date is missing", value, offset + 1, _HINT)
    year, month, day = (int(part) if part else None for part in iso.groups())
    try:
        low = date(year or 0, month or 1, day or 1)
    except ValueError:
        raise QueryError(f"there is no day {text}", value, offset + 1, _HINT) from None
    if month is None:
        return low, low.replace(month=12, day=31)
    return low, low if day else low.replace(day=_days_of(low.year, low.month))


def _last(count: str, unit: str, value: str, offset: int, today: date) -> date:
    """The first of the last `count` units that end with today."""
    number = int(count) if len(count) <= len(str(_MOST)) else 0
    if number == 0:
        raise QueryError(f"{count}{unit}: from 1 to {_MOST}", value, offset + 1, _HINT)
    try:
        if unit in "dw":
            return today - number * (7 if unit == "w" else 1) * _DAY + _DAY
        return _months_before(today, number * (12 if unit == "y" else 1)) + _DAY
    except (OverflowError, ValueError):
        raise QueryError(f"{count}{unit} ago is before the calendar", value, offset + 1, _HINT) from None


def _months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, _days_of(year, month + 1)))


def _days_of(year: int, month: int) -> int:
    return 31 if month == 12 else (date(year, month + 1, 1) - _DAY).day
