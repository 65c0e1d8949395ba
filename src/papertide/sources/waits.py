"""How long a server wants to be left alone, as its headers say it; seconds, and None where they say nothing.

Sources: RFC 9110 (Retry-After), draft-ietf-httpapi-ratelimit-headers-10 (`RateLimit: "api";r=0;t=55`) and -05 (the
fields RateLimit-Remaining and RateLimit-Reset, which many servers still send).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_LONGEST_FIELD = 2000
_SECONDS = re.compile(r"\s*(\d{1,12})\s*")
_PARAMETER = re.compile(r";\s*([rt])\s*=\s*(\d{1,12})(?![\w.])")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


def asked(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds to wait after a refusal: the longest that any of the headers names."""
    named = [wait for wait in (retry_after(headers, now), spent(headers)) if wait is not None]
    return max(named, default=None)


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """The seconds that Retry-After names, or those until the date that it names; a date that is past is 0 seconds away.

    The date is the server's, and so it is compared with the server's own clock where the answer tells it.
    """
    told = headers.get("retry-after", "")[:_LONGEST_FIELD]
    if seconds := _SECONDS.fullmatch(told):
        return float(seconds[1])
    date = _moment(told)
    if date is None:
        return None
    here = _moment(headers.get("date", "")[:_LONGEST_FIELD])
    return max(0.0, date - (now if here is None else here))


def spent(headers: Mapping[str, str]) -> float | None:
    """Seconds until a used-up quota is filled again; None while no quota is known to be used up."""
    waits = [t for r, t in _quotas(headers.get("ratelimit", "")[:_LONGEST_FIELD]) if r == 0]
    remaining = _SECONDS.fullmatch(headers.get("ratelimit-remaining", "")[:_LONGEST_FIELD])
    reset = _SECONDS.fullmatch(headers.get("ratelimit-reset", "")[:_LONGEST_FIELD])
    if remaining and reset and int(remaining[1]) == 0:
        waits.append(float(reset[1]))
    return max(waits, default=None)


def _quotas(field: str) -> list[tuple[int, float]]:
    """What remains (r) of each policy of a RateLimit field, and the seconds (t) until there is more."""
    found: list[tuple[int, float]] = []
    for policy in _QUOTED.sub("", field).split(","):  # a name may hold commas and semicolons
        parameters = dict(_PARAMETER.findall(policy))
        if "r" in parameters and "t" in parameters:
            found.append((int(parameters["r"]), float(parameters["t"])))
    return found


def _moment(date: str) -> float | None:
    """Seconds since 1970 of a date as HTTP writes it, None for what is none."""
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def iso(moment: float) -> str:
    """A moment for people: ISO, in UTC, to the second."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
