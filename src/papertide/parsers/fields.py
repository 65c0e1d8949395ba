"""The small facts of a card: its author line, its date, its counts, its organisation; and the page's dates.

Each reader takes one stripped line and answers None where the line is something else. What the pages hold is described
beside each pattern; months are English on every page seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"

# "  • 4 authors", "1 authors", "* 3 authors", "- 10 authors", "· 1,024 authors"
_AUTHORS = re.compile(r"(?:[•*·+–-]\s*)?(?P<count>\d{1,3}(?:,\d{3}){1,2}|\d{1,6})\s+authors?")
# "May 7", "Mar 24, 2024", "Oct 2, 2024 5", "May 29[6](https://…#community)", "· Mar 2"
_DATE = re.compile(
    rf"(?:[•*·–-]\s*)?(?:{_MONTH}\s+(?P<day>\d{{1,2}})(?:,?\s+(?P<year>(?:19|20)\d\d)(?P<glued>\d{{1,4}})?)?"
    r"|(?P<isoyear>(?:19|20)\d\d)-(?P<isomonth>\d\d)-(?P<isoday>\d\d))"
    r"(?:\s*\[\s*(?P<linked>\d{1,6})\s*\]\([^()\s]*\)|\s+(?:·\s*)?(?P<comments>\d{1,6})(?:\s+comments?)?)?"
)
# an upvote count above a title ("101", "-" for none, "1.2k") or a comment count below a date
_COUNT = re.compile(r"(?P<count>\d{1,3}(?:,\d{3}){1,3}|\d{1,7}|\d{1,4}(?:\.\d{1,2})?k)|(?P<none>[-–])", re.IGNORECASE)
_DOT = re.compile(r"[·•∙⋅]")


@dataclass(frozen=True, slots=True)
class CardDate:
    """A date as a card shows it: month and day, the year where it is shown, the comment count where one follows."""

    month: int
    day: int
    year: int | None
    comments: int | None


def author_count(line: str) -> int | None:
    """The number on an author line; None for any other line, and for 0, which no paper has."""
    found = _AUTHORS.fullmatch(line)
    return (int(found["count"].replace(",", "")) or None) if found else None


def card_date(line: str) -> CardDate | None:
    """The date on a line that holds nothing else but, perhaps, a comment count; the day exists in some year."""
    found = _DATE.fullmatch(line)
    if found is None:
        return None
    year: int | None
    if found["isoyear"]:
        year, month, day = int(found["isoyear"]), int(found["isomonth"]), int(found["isoday"])
    else:
        month, day = _MONTHS.index(found["month"].lower()) + 1, int(found["day"])
        year = int(found["year"]) if found["year"] else None
    if _on(2000 if year is None else year, month, day) is None:
        return None
    count = found["linked"] or found["comments"] or found["glued"]
    return CardDate(month, day, year, int(count) if count else None)


def count(line: str) -> int | None:
    """The number on a line that holds only a count: `101`, `1,024`, `5.2k`, `-` for zero; None for any other line."""
    found = _COUNT.fullmatch(line)
    if found is None:
        return None
    if found["none"]:
        return 0
    text = found["count"].lower().replace(",", "")
    return round(float(text[:-1]) * 1000) if text.endswith("k") else int(text)


def is_dot(line: str) -> bool:
    """Whether a line is the dot that stands between the author line and the date."""
    return _DOT.fullmatch(line) is not None


_CUT_FIELD = re.compile(
    r"(?:[•*·–-]\s*)?(?:\d{1,6}(?:\s+(?:a|au|aut|auth|autho|author)?)?"
    rf"|(?:J|Ja|F|Fe|M|Ma|A|Ap|Au|Ju|S|Se|O|Oc|N|No|D|De|{_MONTH})(?:\s+(?:\d{{1,2}}(?:,\s*\d{{0,3}})?(?:\s*\[\S*)?)?)?)?"
)


def may_be_cut_field(line: str) -> bool:
    """Whether the last, unfinished line of a page may be the beginning of an author line or of a date."""
    return _CUT_FIELD.fullmatch(line.strip()) is not None


# --- organisation -----------------------------------------------------------------------------------------------------


def organization(line: str) -> str:
    """The display name on an organisation line: `slug Display Name`, or the display name alone where there is no avatar.

    A first word is a slug only where something says so (a slug's spelling, or a name that repeats, abbreviates or
    contains it): "Princeton University" alone loses nothing.
    """
    slug, _, name = line.partition(" ")
    name = name.strip()
    if not name or not re.fullmatch(r"[A-Za-z0-9][\w.-]*", slug):
        return line
    tight, loose = _letters(slug), _letters(name)
    spelt_as_slug = slug[0].islower() or "-" in slug or "_" in slug or any(c.isdigit() for c in slug)
    if loose in _GENERIC:
        return line  # "KAIST AI" is a name, not a slug and "AI"
    repeats = bool(tight) and (tight in loose or loose in tight)
    shares = any(len(word) >= 3 and _letters(word) in tight for word in name.split() if _letters(word))
    abbreviates = slug.isupper() and loose[:1] == tight[:1] and _is_subsequence(tight, loose)
    return name if spelt_as_slug or repeats or shares or abbreviates else line


_GENERIC = frozenset({"ai", "lab", "labs", "group", "team", "research", "nlp", "ml", "university", "institute"})


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _is_subsequence(short: str, long: str) -> bool:
    rest = iter(long)
    return all(c in rest for c in short)


# --- years ------------------------------------------------------------------------------------------------------------


def _on(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class PageYear:
    """The year that a page's year-less dates stand in; `inferred` where the page, not a person, tells it."""

    year: int
    inferred: bool

    def date_of(self, card: CardDate) -> date | None:
        """The day of a year-less date, or None where that year has no such day (29 February)."""
        return _on(self.year, card.month, card.day)


def page_year(
    dates: Iterable[CardDate], captured: date | None, id_years: Iterable[int] = (), page_date: CardDate | None = None
) -> PageYear | None:
    """The year of the capture, as far as the page tells it.

    A listing leaves the year out only in that same year. So it is the year of `captured` where that is given; else a
    year that the arXiv id of a year-less entry names; else the smallest year that fits: the one after the largest year
    shown, in which all year-less days exist. None where nothing on the page shows a year.
    """
    if captured is not None:
        return PageYear(captured.year, inferred=False)
    dates = list(dates)
    shown = [d.year for d in dates if d.year is not None]
    from_ids = list(id_years)
    if from_ids:
        year = max(from_ids)
    elif shown:
        year = max(shown) + 1
    else:
        return None
    bare = [d for d in [*dates, *([page_date] if page_date else [])] if d.year is None]
    while year < date.max.year and any(_on(year, d.month, d.day) is None for d in bare):
        year += 1
    return PageYear(year, inferred=True)


def id_year(arxiv_id: str, card: CardDate) -> int | None:
    """The year of a year-less date from the paper's arXiv id, whose first four digits are the year and month it came.

    None where the two months are more than one apart: then the date is not the paper's submission.
    """
    if not re.match(r"\d{4}\.", arxiv_id):
        return None
    year, month = 2000 + int(arxiv_id[:2]), int(arxiv_id[2:4])
    for candidate in (year, year - 1):
        day = _on(candidate, card.month, card.day)
        if day is not None and abs((day - date(year, month, 15)).days) <= 45:
            return candidate
    return None


def header_day(card: CardDate | None, year: PageYear | None, captured: date | None) -> date | None:
    """The page's own day from its header; with `captured` given, the last such day that is not after it."""
    if card is None or year is None:
        return None
    if card.year is not None:
        return _on(card.year, card.month, card.day)
    day = year.date_of(card)
    if day is not None and captured is not None and day > captured + timedelta(days=1):
        return _on(day.year - 1, card.month, card.day)
    return day
