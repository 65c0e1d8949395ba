"""What the bibliographic layouts share: names, dates, ids and addresses, each read from a text that was made clean.

A reader answers None where the text doesn't say it for sure: a year alone is no date, `03/04/2024` is two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from pydantic import ValidationError

from papertide.normal import arxiv_id, clean
from papertide.parsers.page import LONGEST_LINE, told
from papertide.records.listing import Entry

SAMPLE = 64 * 1024
"""Characters; what tells a bibliography from other text stands in its beginning."""
LINES_ABOVE = 40
"""Lines with text that may stand above the first record: remarks of the program that wrote the file."""


def begins_early(text: str, record: re.Pattern[str]) -> bool:
    """Whether a line that begins a record stands near the beginning; lines of comment (`%`) don't count."""
    sample = text[:SAMPLE].replace("\r\n", "\n").replace("\r", "\n")
    found = record.search(sample)
    if found is None:
        return False
    above = (line.strip() for line in sample[: found.start()].split("\n"))
    return sum(bool(line) and not line.startswith("%") for line in above) <= LINES_ABOVE


def lines_ended(text: str) -> str:
    """A text without its mark, whatever its line ends were with line feeds."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def entry_of(facts: dict[str, Any]) -> Entry:
    """The Entry with these facts, texts made clean.

    Raises ValueError where there is no title, where a text has no end, and, naming it, for a fact out of bounds.
    """
    made: dict[str, Any] = {
        name: clean(value) or None if isinstance(value, str) else value for name, value in facts.items()
    }
    made["raw"] = facts["raw"]
    if not made["title"]:
        raise ValueError("no title")
    for name, value in made.items():
        if name != "raw" and isinstance(value, str) and len(value) > LONGEST_LINE:
            raise ValueError(f"{name}: {len(value):,} characters long, no paper's is")
    try:
        return Entry(**made)
    except ValidationError as error:
        raise ValueError(told(error)) from None


# --- names ------------------------------------------------------------------------------------------------------------


class Authors(NamedTuple):
    """The names as the library has them, given name first; `number` is None where more authors than these are meant."""

    names: tuple[str, ...] = ()
    number: int | None = None


_OTHERS = re.compile(r"(?:and )?(?:others|et\.? ?al\.?|\.{3}|…)", re.IGNORECASE)
_LONGEST_OTHERS = len(", and others")
_AND_OTHERS = re.compile(r"(?:[,;] ?|(?<=\S) )(?:and others|et\.? ?al\.?|\.{3}|…)$", re.IGNORECASE)
_SUFFIX = re.compile(r"(?:Jr|Sr|jr|sr|JR|SR|Inc|Ltd|LLC|GmbH|Corp)\.?")
_NUMERAL = re.compile(r"I{1,3}|IV|VI{0,3}|Ph\.? ?D\.?|M\.?D\.?|Esq\.?")
_INITIALS = re.compile(r"(?:[^\W\d_a-z]\.?[ -]?){1,4}")


def authors_of(names: Iterable[str]) -> Authors:
    """The authors with these names, given name first; a name such as `others` stands for more of them."""
    made = [name for text in names if (name := clean(text))]
    known = tuple(name for name in made if not _OTHERS.fullmatch(name))
    return Authors(known, len(known) if known and len(known) == len(made) else None)


def given_first(name: str) -> str:
    """A name such as `van der Berg, Jan` with the given name first; see `in_order`."""
    return in_order(name.split(","))


def in_order(parts: Iterable[str]) -> str:
    """A name from its parts between commas, given name first.

    A suffix is known in the place where BibTeX has it (`Smith, Jr., John`) and where RIS has it (`Smith, John, Jr.`). In
    `Chen, Xi` and `Wang, V` the second is none, so a numeral counts behind two commas only.
    """
    last, *rest = [part for part in map(clean, parts) if part] or [""]
    behind = [p for p in rest if _SUFFIX.fullmatch(p) or (len(rest) > 1 and _NUMERAL.fullmatch(p))]
    before = [p for p in rest if p not in behind]
    return " ".join([*before, last, *behind])


def split_names(text: str) -> list[str]:
    """The names in one text: by `;`, by ` and `, or by `,` where that is clear; none where it isn't.

    `One, Ada` is one name; `Ada One, Ben Two` are two; `Smith, J., Doe, A.` are two; `Smith, Ada, Doe, Ben` is unclear.
    """
    text = clean(text)
    end = len(text)
    while (cut := _AND_OTHERS.search(text, max(end - _LONGEST_OTHERS, 0), end)) is not None:
        end = cut.start()
    if end < len(text):
        return [*split_names(text[:end]), "others"]
    if ";" in text:
        return text.split(";")
    pieces = re.split(r",? (?:and|AND|&) ", text)
    if len(pieces) > 1:
        first = pieces[0].split(",")
        listed = len(pieces) == 2 and "," not in pieces[1] and all(len(part.split()) > 1 for part in first)
        return [*first, pieces[1]] if listed else pieces
    return _by_commas(text)


def _by_commas(text: str) -> list[str]:
    parts = [part for part in (part.strip() for part in text.split(",")) if part]
    if len(parts) < 2:
        return parts
    if len(parts) % 2 == 0 and all(_INITIALS.fullmatch(part) for part in parts[1::2]):
        return [f"{last}, {given}" for last, given in zip(parts[::2], parts[1::2], strict=True)]
    whole = sum(len(part.split()) > 1 for part in parts)  # some people have one name only
    if (whole == len(parts) and not parts[0][0].islower()) or (len(parts) > 2 and whole * 3 >= len(parts) * 2):
        return parts
    return [text] if len(parts) == 2 or any(_SUFFIX.fullmatch(part) for part in parts[1:]) else []


# --- dates ------------------------------------------------------------------------------------------------------------

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<name>{'|'.join(_MONTHS)})[a-z]{{0,6}}\.?"
_YEAR = r"(?P<year>(?:1[5-9]|20|21)\d\d)"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # 2024-03-04, 2024-03-04T10:00Z, 2024/03/04/Spring, and the first day of the range 2024-03-04/2024-03-06
        rf"{_YEAR}(?P<sign>[-/.])(?P<month>\d{{1,2}})(?P=sign)(?P<day>\d{{1,2}})(?:[T /,;].*)?",
        rf"{_YEAR}(?P<month>\d\d)(?P<day>\d\d)",
        rf"(?P<day>\d{{1,2}})\. ?(?P<month>\d{{1,2}})\. ?{_YEAR}",
        rf"{_MONTH}[ -]?{_DAY},? {_YEAR}",
        rf"{_DAY}[. -]{{1,2}}{_MONTH},?[ -]{_YEAR}",
        rf"{_YEAR}[ -]{_MONTH}[ -]{_DAY}",
    )
)
_SLASHED = re.compile(rf"(?P<one>\d{{1,2}})/(?P<two>\d{{1,2}})/{_YEAR}")


def published(dates: Iterable[str], year: str = "", month: str = "", day: str = "") -> date | None:
    """The full date that these fields tell, or None: a year or a month alone is no date.

    `dates` are read first, then the year with a month and day beside it: `2024`, `mar` and `4`, or `2024` and `MAR 4`.
    """
    dates = [clean(text) for text in dates]
    year, month, day = clean(year), clean(month), clean(day)
    parts = (f"{month or text} {day} {year}" for text in (dates or [""]))
    bare = (f"{text} {year}" for text in (month, *dates))
    return next(
        (found for text in (*dates, f"{year}-{month}-{day}", *parts, *bare) if (found := full_date(text))), None
    )


_ANY_YEAR = re.compile(rf"(?<!\d){_YEAR}(?!\d)")


def edition_year(day: date | None, texts: Iterable[str]) -> int | None:
    """The year in the first text that holds one, for a record that tells no day; None beside a day."""
    found = (_ANY_YEAR.search(clean(text)[:100]) for text in (texts if day is None else ()))
    return next((int(year["year"]) for year in found if year), None)


def full_date(text: str) -> date | None:
    """The day in a text that holds a whole date, as bibliographies write it; None for any other."""
    if len(text) > 100:
        return None
    slashed = _SLASHED.fullmatch(text)
    if slashed:
        low, high = sorted((int(slashed["one"]), int(slashed["two"])))
        return _on(int(slashed["year"]), low, high) if high > 12 or low == high else None
    found = next((found for pattern in _DATES if (found := pattern.fullmatch(text))), None)
    if found is None:
        return None
    parts = found.groupdict()
    month = _MONTHS.index(parts["name"].lower()) + 1 if "name" in parts else int(parts["month"])
    return _on(int(parts["year"]), month, int(parts["day"]))


def _on(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


# --- ids and addresses ------------------------------------------------------------------------------------------------

_DOI = re.compile(
    r"(?:https?://(?:dx\.|www\.)?doi\.org/|(?:dx\.)?doi\.org/|doi:? ?)?(?P<doi>10\.\d{4,9}(?:\.\d+)*/\S+)",
    re.IGNORECASE,
)
_URL = re.compile(r"https?://[^\s<>\"{}|\\^`]+", re.IGNORECASE)
_ARXIV_SAID = re.compile(
    r"(?:\barxiv(?:\.org/[a-z]{1,8}/)?|huggingface\.co/papers/|\bcorr,? (?:vol\. ?)?(?=abs/))[ :./]{0,3}(?:abs/)?",
    re.IGNORECASE,
)


def doi_of(text: str) -> str | None:
    """The DOI that a text is, without an address or a label before it."""
    found = _DOI.fullmatch(clean(text))
    return found["doi"].rstrip(".,;") if found else None


def url_of(text: str) -> str | None:
    """The first web address in a text."""
    found = _URL.search(clean(text))
    return found.group().rstrip(".,;") if found else None


def arxiv_of(*texts: str) -> str | None:
    """The arXiv id in the first text that names arXiv right before it; digits alone may be anything.

    `arXiv preprint arXiv:2403.02178`, `https://arxiv.org/pdf/2403.02178v2`, `10.48550/arXiv.2403.02178`,
    `CoRR abs/2403.02178`, `https://huggingface.co/papers/2403.02178`.
    """
    for text in texts:
        for said in _ARXIV_SAID.finditer(text[:LONGEST_LINE]):
            behind = text[said.end() : said.end() + 40]
            found = arxiv_id(behind)
            if found is not None and behind.startswith(found):
                return found
    return None


_ARXIV_ALONE = re.compile(
    r"(?:(?:arxiv )?(?:e-?print|preprint)s?[:,]? ?)?"
    r"(?:arxiv(?:: ?| )|https?://(?:www\.)?arxiv\.org/(?:abs|pdf)/|https?://huggingface\.co/papers/"
    r"|(?:https?://(?:dx\.)?doi\.org/|doi: ?)?10\.48550/arxiv\.)"
    r"(?P<id>[\w./-]{9,30}?)(?:v\d{1,3})?(?:\.pdf)?(?: \[[\w.-]{1,20}\])?\.?",
    re.IGNORECASE,
)


def arxiv_alone(*texts: str) -> str | None:
    """The arXiv id that the first of these texts is, with nothing beside it: a remark may speak of other papers.

    `arXiv:2403.02178`, `arXiv:2403.02178v2 [cs.CL]`, `arXiv preprint arXiv:2403.02178`, and an address of arXiv's.
    """
    found = (_ARXIV_ALONE.fullmatch(text) for text in texts)
    return next((one["id"] for one in found if one and arxiv_id(one["id"]) == one["id"]), None)
