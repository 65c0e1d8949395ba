"""Tables of papers: CSV with commas, semicolons, tabs or bars, as Zotero, Scopus, Web of Science, PubMed, ASReview and
spreadsheets write them, and as Papertide itself does.

The first row names the columns; `_COLUMNS` holds the names that are known, compared without case and punctuation. A row
whose number of fields is another than the header's is told, and kept as far as it is sure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from papertide.errors import LayoutError
from papertide.normal import arxiv_id, clean, counted
from papertide.parsers.bibliography import (
    SAMPLE,
    Authors,
    arxiv_of,
    authors_of,
    doi_of,
    edition_year,
    entry_of,
    full_date,
    given_first,
    lines_ended,
    published,
    split_names,
    url_of,
)
from papertide.parsers.page import Problems, excerpt, structured
from papertide.parsers.rows import DELIMITERS, Row, read_rows
from papertide.records.listing import Entry, Listing, Problem

NAME = "csv"

_COLUMNS = {
    # Of several columns for one fact, the first here that has a value is read.
    "title": "title documenttitle articletitle papertitle primarytitle ti t1",
    "abstract": "abstract abstractnote abstracttext notesabstract ab n2",
    "authors": "authorfullnames authors author authornames authorlist creators af au",
    "author_count": "authorcount authorscount numberofauthors numauthors nauthors",
    "published": "published publicationdate datepublished publisheddate publishedat pubdate coverdate date pd da",
    "year": "year publicationyear pubyear py y1",
    "month": "month",
    "day": "day",
    "doi": "doi di do doilink",
    "url": "url urls link links paperurl articleurl ur doilink",
    "arxiv_id": "arxivid arxiv arxividentifier arxivnumber eprint",
    "source_ids": "sourceids ids",
    "listed": "listed",
    "year_inferred": "yearinferred",
    "comments": "comments numcomments commentcount",
    "upvotes": "upvotes",
    "organization": "organization organisation",
    "code_url": "codeurl code github githubrepo repository",
    "code_stars": "codestars githubstars stars",
    "summary": "summary aisummary tldr",
}
_FACT_OF = {name: (fact, rank) for fact, names in _COLUMNS.items() for rank, name in enumerate(names.split())}
_COUNTS = ("author_count", "comments", "upvotes", "code_stars")
_LONGEST_NAME = 60
"""Characters; what is longer is no name of a column."""


@dataclass(frozen=True, slots=True)
class _Table:
    """How a table is to be read: its delimiter, its width, and for each fact its columns, best first."""

    delimiter: str
    width: int
    columns: Mapping[str, tuple[int, ...]]
    short: bool
    twice: tuple[str, ...]


def looks(text: str) -> bool:
    """Whether the first line is a row of two or more short names, one of which means a title, or the rows are alike.

    A table whose columns nobody here knows is refused with their names, if no other layout fits.
    """
    sample = lines_ended(text[:SAMPLE])
    table, names = _header(sample)
    if table is None:
        return any(_is_table(sample, delimiter) for delimiter in DELIMITERS)
    return table.width > 1 and table.short and bool(names)


def _is_table(sample: str, delimiter: str) -> bool:
    """Whether the first two rows have as many fields, two at least, and those of the first are short."""
    rows = list(islice(read_rows(_without_hint(sample), delimiter), 2))
    widths = {len(row.cells) for row in rows}
    short = all(0 < len(clean(cell)) <= _LONGEST_NAME for row in rows[:1] for cell in row.cells)
    return len(rows) == 2 and len(widths) == 1 and min(widths) > 1 and short


def parse(text: str, captured: date | None) -> Listing:
    """Read a table; raises LayoutError for a text whose first row names no title."""
    text = lines_ended(text)
    table, names = _header(text)
    if table is None:
        wanted = ", ".join(_COLUMNS["title"].split()[:4])
        shown = ", ".join(excerpt(name) for name in names[:8]) or "nothing"
        raise LayoutError("", f"no column for the title in the first row (looked for {wanted}; it holds {shown})")
    entries: list[Entry] = []
    problems = Problems()
    rows = read_rows(_without_hint(text), table.delimiter)
    next(rows)
    damaged = False
    for row in rows:
        kept, reason = _sure(row, table)
        if damaged and reason:
            kept = None  # perhaps the rest of the row above
        damaged = row.fault is not None
        shown = excerpt(clean(row.raw[:500]))
        if reason:
            problems.append(Problem(line=row.fault_line or row.line, reason=reason, excerpt=shown))
        if kept is None:
            continue
        try:
            entries.append(_entry(kept, row))
        except ValueError as error:
            problems.append(Problem(line=row.line, reason=str(error), excerpt=shown))
    notes = tuple(f"two columns are named {name!r}; the first that has a value is read" for name in table.twice)
    return structured(NAME, entries, problems, captured).model_copy(update={"notes": notes})


# --- the header -------------------------------------------------------------------------------------------------------

_HINT = re.compile(r"\ufeff?\"?sep=[,;\t|]\"?\n", re.IGNORECASE)
_NO_LETTER = re.compile(r"[\W_]+")


def _without_hint(text: str) -> str:
    """The text without the line that tells spreadsheets the delimiter, emptied so that lines keep their numbers."""
    found = _HINT.match(text)
    return text[found.end() - 1 :] if found else text


def _header(text: str) -> tuple[_Table | None, list[str]]:
    """The table that the first row announces, and the row's names; by the delimiter that makes most of it known names."""
    sample = _without_hint(text[:SAMPLE])
    tables: list[tuple[int, int, _Table]] = []
    names: list[str] = []
    for delimiter in DELIMITERS:
        row = next(read_rows(sample, delimiter), None)
        if row is None or row.fault:
            continue
        cells = [clean(cell) for cell in row.cells]
        names = cells if len(cells) > len(names) else names
        table = _table(cells, delimiter)
        if table is not None:
            tables.append((len(table.columns), table.width, table))
    return (max(tables, key=lambda found: found[:2])[2] if tables else None), names


def _table(cells: list[str], delimiter: str) -> _Table | None:
    found: dict[str, list[tuple[int, int]]] = {}
    keys = [_NO_LETTER.sub("", cell.casefold()) for cell in cells]
    for place, key in enumerate(keys):
        if key in _FACT_OF:
            fact, rank = _FACT_OF[key]
            found.setdefault(fact, []).append((rank, place))
    if "title" not in found:
        return None
    if "abstract" not in found and "summary" in found:
        found["abstract"] = found.pop("summary")  # arXiv and Hugging Face call the abstract so
    width = max(place for place, key in enumerate(keys, 1) if key)
    columns = {fact: tuple(place for _, place in sorted(places)) for fact, places in found.items()}
    twice = tuple(cells[keys.index(key)] for key in dict.fromkeys(keys) if key in _FACT_OF and keys.count(key) > 1)
    return _Table(delimiter, width, columns, all(len(cell) <= _LONGEST_NAME for cell in cells), twice)


# --- rows -------------------------------------------------------------------------------------------------------------

_GUARD = re.compile(r"\A'(?=\s*'*\s*[=+\-@＝＋－＠]|'*[\t\r])")


def _sure(row: Row, table: _Table) -> tuple[dict[str, list[str]] | None, str | None]:
    """The values of a row by fact, as far as they are sure (None where its title isn't), and what is wrong with it."""
    cells = row.cells
    while len(cells) > table.width and not cells[-1].strip():
        cells = cells[:-1]
    known = len(cells)
    reason = row.fault
    title = table.columns["title"][0]
    if row.fault is None and len(cells) != table.width:
        reason = f"{counted(len(cells), 'field')}, where the header has {table.width}"
        if len(cells) > table.width:  # nobody knows where the one too many is
            known = title + 1 if all(row.quoted[: title + 1]) else 0
        elif not row.ended and not row.quoted[-1]:
            known -= 1  # the file may be cut off in it
    values = {
        fact: [_GUARD.sub("", cells[place], count=1) for place in places if place < known]
        for fact, places in table.columns.items()
    }
    return (values if any(map(clean, values["title"])) or not reason else None), reason


def _entry(values: Mapping[str, list[str]], row: Row) -> Entry:
    def first(fact: str) -> str:
        return next((text for value in values.get(fact, ()) if (text := clean(value))), "")

    authors = _authors(first("authors"))
    links = [clean(value) for value in values.get("url", ())]
    day = published(map(clean, values.get("published", ())), first("year"), first("month"), first("day"))
    listed = sorted(found for text in re.split(r"[;|,\s]+", first("listed")) if (found := full_date(text)))
    counts: dict[str, Any] = {name: _count(first(name)) for name in _COUNTS}
    return entry_of(
        {
            "line": row.line,
            "title": first("title"),
            "abstract": first("abstract"),
            "url": next((url for text in links if (url := url_of(text))), None),
            "arxiv_id": arxiv_id(first("arxiv_id")) or arxiv_of(first("doi"), *links),
            "doi": next((doi for text in values.get("doi", ()) if (doi := doi_of(text))), None),
            "source_ids": tuple(sorted({part for part in re.split(r"[;|,\s]+", first("source_ids")) if part})),
            "published": day,
            "year": edition_year(day, [*values.get("year", ()), *values.get("published", ())]),
            "year_inferred": day is not None and first("year_inferred").casefold() in {"true", "1", "yes"},
            "listed": listed[-1] if listed else None,
            "also_listed": tuple(listed[:-1]),
            "authors": authors.names,
            "organization": first("organization"),
            "code_url": url_of(first("code_url")),
            "summary": first("summary"),
            "raw": row.raw,
            **counts,
            "author_count": counts["author_count"] or authors.number,
        }
    )


_SCOPUS_ID = re.compile(r" ?\(\d{5,}\)")
_CAPITAL = "[A-Z\u00c0-\u00d6\u00d8-\u00de]"
_BARE_INITIALS = re.compile(rf"(?P<last>[^\s.,][^.,]*) (?P<initials>{_CAPITAL}(?:-?{_CAPITAL}){{0,2}})")
_INITIALS_LAST = re.compile(r"(?P<last>[^\s.,][^.,]*) (?P<initials>(?:[^\W\d_]\.-?)+)")


def _authors(text: str) -> Authors:
    """The names in a cell: Scopus puts an id behind each, and initials behind the last name.

    PubMed does so without dots (`Smith J, Doe AB.`), which is sure of several such names only: `Google AI` is none.
    """
    names = [given_first(name) for name in split_names(_SCOPUS_ID.sub("", text))]
    bare = [_BARE_INITIALS.fullmatch(name) for name in (*names[:-1], *(name.removesuffix(".") for name in names[-1:]))]
    if len(bare) > 1 and all(bare):
        return authors_of(f"{found['initials']} {found['last']}" for found in bare if found)
    turned = (_INITIALS_LAST.fullmatch(name) for name in names)
    found = (f"{t['initials']} {t['last']}" if t else name for t, name in zip(turned, names, strict=True))
    return authors_of(found)


_NUMBER = re.compile(r"(?P<count>\d{1,3}(?:,\d{3}){1,4}|\d{1,15})(?:\.0+)?")


def _count(text: str) -> int | None:
    """A count, also as a spreadsheet writes it (`12.0`, `1,024`); None for anything else."""
    found = _NUMBER.fullmatch(text)
    return int(found["count"].replace(",", "")) if found else None
