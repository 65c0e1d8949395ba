"""The days that a command's options name."""

from __future__ import annotations

from datetime import date, timedelta

from papertide.cli.common import day_given
from papertide.errors import UsageError

Span = tuple[date, date]
"""The first and the last day."""


def span_named(
    today: date, *, day: str | None, since: str | None, until: str | None, week: str | None, month: str | None
) -> Span | None:
    """The days that the options name, today at the latest; None where they name none."""
    ways = {"--date": day, "--since/--until": since or until, "--week": week, "--month": month}
    named = [flag for flag, value in ways.items() if value is not None]
    if not named:
        return None
    if len(named) > 1:
        raise UsageError(f"{' and '.join(named)} are two ways to say it; choose one")
    if until is not None and since is None:
        raise UsageError("--until needs a --since")
    if week is not None:
        first = _first_day("--week", week, "{}-1", "2026-W10")
    elif month is not None:
        first = _first_day("--month", month, "{}-01", "2026-03")
    else:
        first = day_given(day, "--date") or day_given(since, "--since") or today
    if first > today:
        raise UsageError(f"{first} is still to come")
    if week is not None:
        last = first + timedelta(days=6)
    elif month is not None:
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    else:
        last = first if day is not None else day_given(until, "--until") or today
    if last < first:
        raise UsageError(f"{last} is before {first}")
    return first, min(last, today)


def _first_day(flag: str, text: str, form: str, like: str) -> date:
    """The first day of a week or a month, by its ISO form."""
    try:
        return date.fromisoformat(form.format(text))
    except ValueError:
        raise UsageError(f"{flag} {text!r} is none; write it as {like}") from None
