"""Dates and counts: what each form means, and what is refused, where."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertide.errors import QueryError, UsageError
from papertide.query import Query, both, condition, date_range, number_range
from papertide.query.ast import DateRange, Is, Lacks, NumberRange, Term
from papertide.query.dates import read_dates
from papertide.query.numbers import read_numbers

TODAY = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2023-2", "2023-02-01", "2023-02-28"),
        ("2024-12", "2024-12-01", "2024-12-31"),
        ("9999-12", "9999-12-01", "9999-12-31"),
        ("2024-03-04", "2024-03-04", "2024-03-04"),
        ("2024-01..2024-06", "2024-01-01", "2024-06-30"),
        ("2023..2024-02-03", "2023-01-01", "2024-02-03"),
        ("..2024", None, "2024-12-31"),
        ("2024..", "2024-01-01", None),
        (">=2024-05", "2024-05-01", None),
        (">2024-05", "2024-06-01", None),
        ("<=2024-05", None, "2024-05-31"),
        ("<2024-05", None, "2024-04-30"),
        ("today", "2026-03-31", "2026-03-31"),
        ("Yesterday", "2026-03-30", "2026-03-30"),
        ("1d", "2026-03-31", "2026-03-31"),
        ("7d", "2026-03-25", "2026-03-31"),
        ("2w", "2026-03-18", "2026-03-31"),
        ("1m", "2026-03-01", "2026-03-31"),
        ("3M", "2026-01-01", "2026-03-31"),
        ("1y", "2025-04-01", "2026-03-31"),
        (">=7d", "2026-03-25", None),
        ("<7d", None, "2026-03-24"),
        ("30d..7d", "2026-03-02", "2026-03-25"),
        ("7d..today", "2026-03-25", "2026-03-31"),
    ],
)
def test_dates(text: str, low: str | None, high: str | None) -> None:
    """Every form of a date means its days, both ends included."""
    assert read_dates(text, TODAY) == (low, high)


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("2024-13", 1),
        ("2023-02-29", 1),
        ("0000", 1),
        ("24", 1),
        ("march", 1),
        ("..", 1),
        ("2024..march", 7),
        ("2024-06..2024-01", 1),
        (">=", 3),
        (">march", 2),
        (">9999", 1),
        ("<0001", 1),
        ("0d", 1),
        ("99999d", 1),
        ("9999y", 1),
        ("٢٠٢٤", 1),
        ("2024...2025", 7),
    ],
)
def test_dates_refused(text: str, column: int) -> None:
    """What is no date is refused at its column, with the forms that there are."""
    with pytest.raises(QueryError) as caught:
        read_dates(text, TODAY)
    assert (caught.value.text, caught.value.column) == (text, column)
    assert caught.value.hint


@given(st.dates(), st.integers(1, 9999), st.sampled_from("dwmy"))
def test_relative_dates_end_today(today: date, count: int, unit: str) -> None:
    """A relative date ends today and grows with its count, or is refused: nothing else is ever raised."""
    try:
        low, high = read_dates(f"{count}{unit}", today)
    except QueryError:
        return
    assert low is not None
    assert high == today.isoformat()
    assert low <= high
    if count > 1:
        assert str(read_dates(f"{count - 1}{unit}", today)[0]) >= low


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("3", 3, 3),
        ("<=5", None, 5),
        ("<5", None, 4),
        (">5", 6, None),
        (">=5", 5, None),
        ("2..4", 2, 4),
        ("..4", None, 4),
        ("2..", 2, None),
    ],
)
def test_numbers(text: str, low: int | None, high: int | None) -> None:
    """Every form of a count means its numbers, both ends included."""
    assert read_numbers(text) == (low, high)


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("", 1),
        ("x", 1),
        ("-1", 1),
        ("4..2", 1),
        ("<0", 1),
        ("..", 1),
        ("1..x", 1),
        ("9" * 16, 1),
        ("1.." + "9" * 16, 4),
        ("٣", 1),
    ],
)
def test_numbers_refused(text: str, column: int) -> None:
    """What is no count is refused, numbers that no library can hold among it."""
    with pytest.raises(QueryError) as caught:
        read_numbers(text)
    assert (caught.value.text, caught.value.column) == (text, column)


def test_options_make_the_same_nodes() -> None:
    """Conditions from options are those of the language, and join into one query."""
    assert number_range("authors", "<=3") == Query(NumberRange("authors", None, 3))
    assert number_range("stars", "none") == Query(Lacks("stars"))
    assert date_range("published", "2024", None, today=TODAY) == Query(DateRange("published", "2024-01-01", None))
    assert date_range("listed", "7d", "today", today=TODAY) == Query(DateRange("listed", "2026-03-25", "2026-03-31"))
    assert date_range("added", None, "2024-02", today=TODAY) == Query(DateRange("added", None, "2024-02-29"))
    assert date_range("date", None, None, today=TODAY) == Query()
    assert condition("topic", "a b*", today=TODAY) == Query(Is("topic", "a b*"))
    assert condition("title", "low rank", today=TODAY) == Query(Term("low rank", "phrase", "title"))
    assert both(Query(), number_range("authors", "3")) == number_range("authors", "3")
    assert str(number_range("authors", "3") & condition("tag", "to do", today=TODAY)) == 'authors:3 tag:"to do"'


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("topic", " "),
        ("status", "kept"),
        ("title", "***"),
        ("tag", "\udcff"),
        ("titel", "x"),
        ("xyzzy", "x"),
        ("id", "²"),
    ],
)
def test_options_refused(field: str, value: str) -> None:
    """An option is checked as the language checks it."""
    with pytest.raises(UsageError):
        condition(field, value, today=TODAY)


def test_date_options_refused() -> None:
    """Backward dates, and fields that hold none, are refused."""
    with pytest.raises(UsageError, match="backwards"):
        date_range("published", "2025", "2024", today=TODAY)
    with pytest.raises(UsageError, match="no kind of date"):
        date_range("authors", "2025", None, today=TODAY)
    with pytest.raises(QueryError, match="not a date"):
        date_range("published", "soon", None, today=TODAY)
