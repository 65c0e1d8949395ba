"""What the headers of an answer say about waiting."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from papertide.sources.waits import asked, iso, retry_after, spent

NOW = 1_792_567_680.0  # Wed, 21 Oct 2026 07:28:00 GMT


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Wed, 21 Oct 2026 07:28:30 GMT", 30.0),
        ("Wednesday, 21-Oct-26 07:28:30 GMT", 30.0),
        ("Wed Oct 21 07:28:30 2026", 30.0),
        ("Wed, 21 Oct 2026 07:00:00 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("9" * 5000, None),
        ("Wed, 21 Oct 2026 07:28:00 +99999999999999999999", None),
    ],
)
def test_retry_after(told: str, seconds: float | None) -> None:
    """Retry-After is seconds or a date in any of HTTP's three forms; a past date is no wait, and nonsense says nothing."""
    assert retry_after({"retry-after": told}, NOW) == seconds


def test_a_date_is_by_the_servers_clock() -> None:
    """The date that a server names is compared with its own, so that our clock may be wrong."""
    headers = {"retry-after": "Wed, 21 Oct 2026 09:00:10 GMT", "date": "Wed, 21 Oct 2026 09:00:00 GMT"}
    assert retry_after(headers, NOW) == 10.0
    assert retry_after({**headers, "date": "today"}, NOW) == 5530.0


@pytest.mark.parametrize(
    ("field", "seconds"),
    [
        ('"api";r=0;t=55', 55.0),
        ('"api";r=499;t=55', None),
        ('"burst";r=0;t=5, "daily";r=0;t=3600, "other";r=3;t=9000', 3600.0),
        ('"burst";r=1;t=5,"api" ; t=55 ; r=0', 55.0),
        ('"a,b;r=0;t=9";r=1;t=55', None),
        ('"quo\\"te, ";r=0;t=7', 7.0),
        ('"api";pk=:YWJj:;r=0;t=8', 8.0),
        ("api;r=0;t=6", 6.0),
        ('"api";r=0', None),
        ('"api";t=55', None),
        ('"api";r=0;t=-1', None),
        ('"api";r=0;t=1.5', None),
        ("", None),
        ('"' * 3000, None),
    ],
)
def test_a_quota_that_is_used_up(field: str, seconds: float | None) -> None:
    """Of several policies the longest wait among the used-up ones counts; names may hold anything."""
    assert spent({"ratelimit": field}) == seconds


@pytest.mark.parametrize(
    ("remaining", "reset", "seconds"),
    [("0", "30", 30.0), ("1", "30", None), ("0", "", None), ("", "30", None), ("none", "30", None)],
)
def test_the_older_fields(remaining: str, reset: str, seconds: float | None) -> None:
    """RateLimit-Remaining and RateLimit-Reset say the same in two fields."""
    assert spent({"ratelimit-remaining": remaining, "ratelimit-reset": reset}) == seconds


def test_the_longest_counts() -> None:
    """After a refusal the longest wait of all headers holds."""
    assert asked({"retry-after": "5", "ratelimit": '"api";r=0;t=55'}, NOW) == 55.0
    assert asked({"retry-after": "90", "ratelimit": '"api";r=0;t=55'}, NOW) == 90.0
    assert asked({}, NOW) is None


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=200))
@example('"\\"\\"\\"\\', "Mon, 31 Feb 2026 25:61:61 GMT", "\u0663")
def test_nonsense_is_survived(one: str, other: str, third: str) -> None:
    """Whatever the headers hold, the wait is unknown or not negative."""
    headers = {"retry-after": one, "date": other, "ratelimit": third, "ratelimit-reset": other}
    wait = asked(headers, NOW)
    assert wait is None or wait >= 0


def test_moments_for_people() -> None:
    """A moment is shown in UTC, to the second."""
    assert iso(NOW + 0.7) == "2026-10-21T07:28:00Z"
