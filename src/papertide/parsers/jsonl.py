"""Papers as `--json` and `export --format jsonl` write them: one a line, one over several lines, or a list of them.

Each is an object with any of the keys of a paper, and at least a title. What belongs to a reader or to a library (id,
status, tags, note, added, score, topics, sightings) is not read here, and unknown keys are nobody's business. A value of
the wrong type is a Problem: the file was made by a program, and what it means is not guessed. Texts are taken as they
are, without HTML in mind, so that what was exported comes back as it was; authors may also be one text, or objects with
a name. A line that holds an item of Hugging Face's API
(`{"paper": {…}}`) is read as one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from pydantic import ValidationError

from papertide.errors import LayoutError
from papertide.normal import arxiv_id, clean, safe
from papertide.parsers.bibliography import Authors, authors_of, given_first, split_names
from papertide.parsers.hf_items import read_items
from papertide.parsers.json_items import Item
from papertide.parsers.page import Problems, excerpt, structured, told
from papertide.records.listing import Entry, Listing, Problem

NAME = "jsonl"

_TEXTS = ("abstract", "url", "doi", "organization", "code_url", "summary")
_COUNTS = ("author_count", "comments", "upvotes", "code_stars")
_OURS = frozenset(
    "abstract url arxiv_id doi source_ids published year_inferred listed added author_count comments code_url code_stars"
    " topics status tags note score sightings".split()
)
_THEIRS = frozenset("paper publishedAt submittedOnDailyAt numComments ai_summary githubRepo discussionId".split())
T = TypeVar("T")
_BLANK = re.compile(r"[\s,]*")


@dataclass(frozen=True, slots=True)
class _Piece:
    """One JSON value of the file, its line and its text; `fault` says why there is none."""

    line: int
    raw: str
    value: object = None
    fault: str | None = None


def looks(text: str) -> bool:
    """Whether the first object of a JSON text is a paper with our keys, not an item of Hugging Face's API."""
    start = text.removeprefix("\ufeff").lstrip()
    place = _blank(start, 1) if start.startswith("[") else 0
    try:
        value, _ = json.JSONDecoder().raw_decode(start, place)
    except (ValueError, RecursionError):
        return False
    if not isinstance(value, dict) or not isinstance(value.get("title"), str) or not _THEIRS.isdisjoint(value):
        return False
    authors, organization = value.get("authors"), value.get("organization")
    first = authors[0] if isinstance(authors, list) and authors else authors
    named = isinstance(first, str) or (isinstance(first, dict) and "authorId" in first)  # Semantic Scholar
    return named or isinstance(organization, str) or not _OURS.isdisjoint(value)


def parse(text: str, captured: date | None) -> Listing:
    """Read papers from JSON; what holds none is a Problem with its line. Raises LayoutError where nothing holds one."""
    entries: list[Entry] = []
    problems = Problems()
    for piece in _pieces(text.removeprefix("\ufeff")):
        try:
            entries.append(_read(piece))
        except ValueError as error:
            reason = told(error) if isinstance(error, ValidationError) else str(error)
            problems.append(Problem(line=piece.line, reason=reason, excerpt=excerpt(clean(piece.raw[:500]))))
    if not entries:
        reason = f"line {problems[0].line}: {problems[0].reason}" if problems else "nothing in it"
        raise LayoutError("", f"no line is a JSON object with a title ({reason})")
    return structured(NAME, entries, problems, captured)


def titles(text: str) -> Iterator[str]:
    """The titles of a text, without reading the papers."""
    for piece in _pieces(text.removeprefix("\ufeff")):
        paper = piece.value
        item = paper.get("paper") if isinstance(paper, dict) else None
        title = paper.get("title") if isinstance(paper, dict) else None
        title = title if isinstance(title, str) else item.get("title") if isinstance(item, dict) else None
        if isinstance(title, str):
            yield _tidy(title)


# --- from text to values ----------------------------------------------------------------------------------------------


def _pieces(text: str) -> Iterator[_Piece]:
    start = text.lstrip()
    if start.startswith("["):
        return _values(text, text.index("[") + 1)
    first = re.split(r"[\r\n]", start, maxsplit=1)[0]
    if start.startswith("{") and _piece(1, first).fault and _begins_whole(start):
        return _values(text, text.index("{"))
    return _lines(text)


def _piece(number: int, line: str) -> _Piece:
    """The piece that one line is."""
    try:
        return _Piece(number, line, json.loads(line))
    except (ValueError, RecursionError):
        return _Piece(number, line, fault="not JSON")


def _begins_whole(text: str) -> bool:
    """Whether a text begins with an object, of however many lines."""
    try:
        json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return False
    return True


def _lines(text: str) -> Iterator[_Piece]:
    """One value a line, whatever ends the lines; no line end stands inside a JSON text unescaped but blanks."""
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        if line.strip():
            yield _piece(number, line)


def _values(text: str, place: int) -> Iterator[_Piece]:
    """Values over several lines, with or without commas between them; nothing is read behind one that is damaged."""
    decoder = json.JSONDecoder()
    line = 1 + text.count("\n", 0, place)
    count = 0
    while True:
        begin = _blank(text, place)
        line += text.count("\n", place, begin)
        if begin == len(text) or text[begin] == "]":
            break
        try:
            value, place = decoder.raw_decode(text, begin)
        except (ValueError, RecursionError):
            yield _Piece(line, text[begin : begin + 500], fault=f"cut off or damaged behind item {count}")
            return
        yield _Piece(line, text[begin:place], value)
        line += text.count("\n", begin, place)
        count += 1
    if text.lstrip().startswith("[") and begin == len(text) and count:
        yield _Piece(line, text[-60:], fault=f"the list is cut off behind item {count}")


def _blank(text: str, place: int) -> int:
    found = _BLANK.match(text, place)
    return found.end() if found else place


# --- from values to papers --------------------------------------------------------------------------------------------


def _read(piece: _Piece) -> Entry:
    """The paper that a piece holds; raises ValueError, saying why, where it holds none."""
    if piece.fault is not None:
        raise ValueError(piece.fault)
    paper = piece.value
    if isinstance(paper, dict) and isinstance(paper.get("paper"), dict):
        entries, problems = read_items([Item(paper, piece.raw)], None)
        if problems:
            raise ValueError(problems[0].reason)
        return entries[0].model_copy(update={"line": piece.line, "raw": piece.raw})
    if not isinstance(paper, dict) or not isinstance(paper.get("title"), str):
        raise ValueError("no JSON object with a title")  # noqa: TRY004 - one kind of error for all that is no paper
    return _entry(paper, piece)


def _entry(paper: Mapping[str, Any], piece: _Piece) -> Entry:
    title = _tidy(paper["title"])
    if not title:
        raise ValueError("no title")
    facts: dict[str, Any] = {name: _text(paper, name) for name in _TEXTS}
    facts |= {name: _count(paper, name) for name in _COUNTS}
    authors = _authors(paper)
    if "author_count" not in paper:
        facts["author_count"] = authors.number
    published = _text(paper, "published")
    day = _day("published", published) if published else None
    listed = sorted({found for found in _list(paper, "listed", lambda text: _day("listed", text)) if found})
    return Entry(
        line=piece.line,
        title=title,
        arxiv_id=_arxiv(paper),
        source_ids=tuple(sorted(set(_list(paper, "source_ids", _tidy)))),
        published=day,
        year=_year(paper, published) if day is None else None,
        year_inferred=_flag(paper, "year_inferred") and day is not None,
        listed=listed[-1] if listed else None,
        also_listed=tuple(listed[:-1]),
        authors=authors.names,
        raw=piece.raw,
        **facts,
    )


def _tidy(text: str) -> str:
    """A text on one line, without what moves a terminal or hides; what was written so before stays as it is."""
    return " ".join(safe(text.replace("\r", "\n")).split())


def _text(paper: Mapping[str, Any], name: str) -> str | None:
    value = paper.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{name}: should be a text")
    return _tidy(value or "") or None


def _count(paper: Mapping[str, Any], name: str) -> int | None:
    """A whole number, also as programs write it that know no others than `3.0`."""
    value = paper.get(name)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise ValueError(f"{name}: should be a whole number")
    return value


def _flag(paper: Mapping[str, Any], name: str) -> bool:
    value = paper.get(name)
    if value is not None and not isinstance(value, bool):
        raise ValueError(f"{name}: should be true or false")
    return bool(value)


def _list(paper: Mapping[str, Any], name: str, read: Callable[[str], T]) -> list[T]:
    value = paper.get(name)
    if value is None:
        return []
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return [read(item) for item in value]
    raise ValueError(f"{name}: should be a list of texts")


def _authors(paper: Mapping[str, Any]) -> Authors:
    """The authors: a list of names, or of objects with a name (Semantic Scholar), or one text of all of them."""
    value = paper.get("authors")
    if isinstance(value, str):
        return authors_of(map(given_first, split_names(value)))
    if isinstance(value, list):
        value = [item.get("name") if isinstance(item, dict) else item for item in value]
    names = tuple(_list({"authors": value}, "authors", _tidy))
    return Authors(names, len(names) or None)


def _arxiv(paper: Mapping[str, Any]) -> str | None:
    value = _text(paper, "arxiv_id")
    found = arxiv_id(value or "")
    if value and found is None:
        raise ValueError(f"arxiv_id: {excerpt(value)!r} is no arXiv id")
    return found


def _year(paper: Mapping[str, Any], published: str | None) -> int | None:
    """The year of a paper without a day: of its own key, which isn't ours and may hold anything, else of `published`."""
    found = re.match(r"[12]\d{3}(?!\d)", str(paper.get("year", published)))
    return int(found.group()) if found else None


_PART_OF_DAY = re.compile(r"\d{4}(?:-\d\d)?")


def _day(name: str, text: str) -> date | None:
    """The day of a date or moment; None for a year or a month alone, which is no date."""
    try:
        return date.fromisoformat(_tidy(text)[:10])
    except ValueError:
        if _PART_OF_DAY.fullmatch(_tidy(text)):
            return None
        raise ValueError(f"{name}: {excerpt(text)!r} is no date") from None
