"""The days that options name."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertide.cli.days import span_named

TODAY = date(2026, 11, 21)
NONE: dict[str, str | None] = {"day": None, "since": None, "until": None, "week": None, "month": None}


@pytest.mark.parametrize(
    ("named", "first", "last"),
    [
        ({"day": "2026-11-21"}, "2026-11-21", "2026-11-21"),
        ({"since": "2026-11-19"}, "2026-11-19", "2026-11-21"),
        ({"since": "2026-11-01", "until": "2026-11-02"}, "2026-11-01", "2026-11-02"),
        ({"since": "2026-11-20", "until": "2026-12-02"}, "2026-11-20", "2026-11-21"),
        ({"week": "2026-W47"}, "2026-11-16", "2026-11-21"),
        ({"week": "2026-W01"}, "2025-12-29", "2026-01-04"),
        ({"month": "2026-02"}, "2026-02-01", "2026-02-28"),
        ({"month": "2024-12"}, "2024-12-01", "2024-12-31"),
        ({"month": "2026-11"}, "2026-11-01", "2026-11-21"),
    ],
)
def test_days_named(named: dict[str, str | None], first: str, last: str) -> None:
    """A day, a range, a week and a month name their days, today being the last."""
    assert span_named(TODAY, **NONE | named) == (date.fromisoformat(first), date.fromisoformat(last))


def test_no_days_named() -> None:
    """Where no option names days there are none."""
    assert span_named(TODAY, **NONE) is None


@given(st.dates(date(2023, 1, 1), TODAY))
def test_a_day_is_in_its_week_and_month(day: date) -> None:
    """The week and the month of a day are whole, but for what is still to come, and hold it."""
    year, week, _ = day.isocalendar()
    ways: list[dict[str, str | None]] = [{"week": f"{year}-W{week:02}"}, {"month": f"{day:%Y-%m}"}]
    for named in ways:
        span = span_named(TODAY, **NONE | named)
        assert span is not None
        first, last = span
        assert first <= day <= last <= TODAY
        assert (first.weekday() == 0) if "week" in named else (first.day == 1)
