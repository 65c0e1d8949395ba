"""RIS files, as Zotero, EndNote, PubMed, Scopus, Web of Science and publishers write them.

A record begins with `TY  - ` and ends with `ER  - `; each field is a line with its tag, and goes on in lines without one.
What is read: TI, T1 (CT, BT) title; AB, N2 abstract; AU, A1 authors; DA, PY, Y1 date; DO doi; UR, L1, LK, L2 address; and
the arXiv id, from journals and addresses that name it, and from any field but a text that is one and nothing else.
Source: the RIS format specifications of Research Information Systems.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from papertide.errors import LayoutError
from papertide.normal import clean
from papertide.parsers.bibliography import (
    arxiv_alone,
    arxiv_of,
    authors_of,
    begins_early,
    doi_of,
    edition_year,
    entry_of,
    given_first,
    lines_ended,
    published,
    split_names,
    url_of,
)
from papertide.parsers.page import excerpt, structured
from papertide.records.listing import Entry, Listing, Problem

NAME = "ris"

_BEGIN = re.compile(r"^TY {1,3}- {0,3}[A-Z]{2,10}[ \t]{0,40}$", re.MULTILINE)
_TAG = re.compile(r"(?P<tag>[A-Z][A-Z0-9])(?P<gap> {1,3})-(?P<value>.*)")
_TYPE = re.compile(r"\s*[A-Z]{2,10}\s*")
_TEXTS = frozenset({"TI", "T1", "AB", "N2", "AU", "A1", "KW", "AD"})
"""Fields that are no id of anything."""
_OWN = ("DO", "DI", "UR", "L1", "LK", "L2", "L3", "JO", "JF", "T2", "JA", "J1", "J2", "AN")
"""Fields that are about the paper itself whatever else they hold: its addresses, its journal. Others, such as N1, may
speak of another paper."""


@dataclass(slots=True)
class _Record:
    """One record: its lines, and each tag's values, each value in as many pieces as it has lines.

    `gap` is what stands between its first tag and the dash: a line of an abstract that begins with `AI - ` is no field
    where the tags have two blanks.
    """

    line: int
    gap: str
    lines: list[str]
    fields: dict[str, list[list[str]]] = field(default_factory=dict)
    last: list[str] = field(default_factory=list)
    fault: str | None = None

    def values(self, *tags: str) -> list[str]:
        """The values of the first of these tags that has any, made clean."""
        every = ([v for pieces in self.fields.get(tag, ()) if (v := clean(" ".join(pieces)))] for tag in tags)
        return next((values for values in every if values), [])

    def value(self, *tags: str) -> str:
        """The first value of the first of these tags that has any, or nothing."""
        return next(iter(self.values(*tags)), "")


def looks(text: str) -> bool:
    """Whether a line that begins a record, such as `TY  - JOUR`, stands near the beginning."""
    return begins_early(text.removeprefix("\ufeff"), _BEGIN)


def parse(text: str, captured: date | None) -> Listing:
    """Read a RIS file; raises LayoutError for a text without a record, or where none of them has a title."""
    entries: list[Entry] = []
    problems: list[Problem] = []
    for record in _records(lines_ended(text).split("\n"), problems):
        reason = record.fault
        try:
            entries.append(_entry(record))
        except ValueError as error:
            reason = f"{error}; {reason}" if reason else str(error)
        if reason:
            shown = excerpt(clean(" ".join(record.lines[:4])[:500]))
            problems.append(Problem(line=record.line, reason=reason, excerpt=shown))
    if not entries:
        seen = f"line {problems[0].line}: {problems[0].reason}" if problems else "no record that begins with TY  -"
        raise LayoutError("", f"no RIS record with a title ({seen})")
    return structured(NAME, entries, sorted(problems, key=lambda p: p.line or 0), captured)


def _records(lines: list[str], problems: list[Problem]) -> Iterator[_Record]:
    """The records of a file; what is wrong between them is added to `problems`."""
    record: _Record | None = None
    stray = False
    for number, line in enumerate(lines, 1):
        tag, gap, value = _field(line, record)
        if tag == "TY":
            if record is not None:
                record.fault = f"no ER before the next record in line {number}"
                yield record
            record, stray = _Record(number, gap, [line]), False
        elif record is None:
            if tag not in {"", "ER"} and not stray:
                reason = "a field outside of a record: there is no TY before it"
                problems.append(Problem(line=number, reason=reason, excerpt=excerpt(clean(line[:500]))))
                stray = True
        else:
            record.lines.append(line)
            if tag == "ER":
                yield record
                record = None
            elif tag:
                record.last = [value]
                record.fields.setdefault(tag, []).append(record.last)
            else:
                record.last.append(value)
    if record is not None:
        record.fault = "the file ends without its ER: it may be cut off"
        if lines[-1]:
            record.last.clear()  # nobody knows how the last line would go on
        yield record


def _field(line: str, record: _Record | None) -> tuple[str, str, str]:
    """The tag, its gap and the value of a line; no tag for a line that goes on with the field above it."""
    found = _TAG.fullmatch(line)
    if found is None:
        return "", "", line
    tag, gap, value = found["tag"], found["gap"], found["value"]
    if tag in {"TY", "ER"}:
        known = bool(_TYPE.fullmatch(value)) if tag == "TY" else not value.strip()
    else:
        known = gap == "  " or (record is not None and gap == record.gap)
    return (tag, gap, value) if known else ("", "", line)


def _entry(record: _Record) -> Entry:
    names = [name for text in record.values("AU", "A1") for name in (split_names(text) if ";" in text else [text])]
    authors = authors_of(map(given_first, names))
    dates = [*record.values("DA"), *record.values("Y1"), *record.values("PY")]
    day = published(dates, year=_year(record))
    addresses = [*record.values("UR"), *record.values("L1"), *record.values("LK"), *record.values("L2")]
    return entry_of(
        {
            "line": record.line,
            "title": record.value("TI", "T1", "CT", "BT"),
            "abstract": record.value("AB", "N2"),
            "url": next((url for text in addresses if (url := url_of(text))), None),
            "arxiv_id": _arxiv(record),
            "doi": next((doi for text in [*record.values("DO", "DI"), *addresses] if (doi := doi_of(text))), None),
            "published": day,
            "year": edition_year(day, [*record.values("PY"), *record.values("Y1"), *record.values("DA")]),
            "authors": authors.names,
            "author_count": authors.number,
            "raw": "\n".join(record.lines),
        }
    )


def _year(record: _Record) -> str:
    """The year, for a date that leaves it out (`DA  - MAR 4`): PY may be `2024` and `2024///`."""
    return record.value("PY", "Y1").partition("/")[0]


def _arxiv(record: _Record) -> str | None:
    own = (value for tag in _OWN for value in record.values(tag))
    found = arxiv_of(f"{record.value('JO', 'JF', 'T2')} {record.value('VL')}", *own)
    remarks = (value for tag in sorted(record.fields.keys() - _TEXTS) for value in record.values(tag))
    return found or arxiv_alone(*remarks)
