"""What arXiv tells: answers of its API (Atom), and the feeds of the day's announcements (Atom, RSS 2.0, the old RDF).

    API          one entry a paper; `published` is the day of v1 and so the paper's own; `opensearch:totalResults`
    feeds        `arxiv:announce_type` new, cross, replace, replace-cross; the summary begins
                 `arXiv:2403.02178v1 Announce Type: new Abstract: …`; `dc:creator` names all authors; every date is the
                 day of the announcement and none is the paper's
    RDF          until January 2024: the title ends in `(arXiv:2401.00001v1 [cs.CL] UPDATED)`, the texts hold HTML

A replaced paper is an old one with a new version: announced every day, often in greater number than new ones. It is left
out, for it would stand in the digest as new although it may be years old; how many were left out is a note, so that
nobody takes the listing for the whole announcement. What is cross-listed is new to its readers and is read.

Source: arXiv's API manual, its RSS specification, and the serializer of its feeds (github.com/arXiv/arxiv-feed).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from lxml import etree

from papertide.errors import LayoutError
from papertide.normal import arxiv_id, clean, counted
from papertide.parsers.feed_xml import Feed, Piece, named, read_feed, text_in, text_of
from papertide.parsers.hf_items import day_of
from papertide.parsers.latex import text_of as text_of_latex
from papertide.parsers.page import excerpt, structured
from papertide.records.listing import Entry, Listing, Problem

NAME = "arxiv-atom"
_ABSTRACT_URL = "https://arxiv.org/abs/"


def parse(text: str, captured: date | None) -> Listing:
    """Read an answer or a feed; an empty one (a weekend's) is a listing without entries, and so is an empty page of many.

    Raises LayoutError for an error told by arXiv, for a page of HTML, for another feed, and for a feed that breaks off
    before its first paper.
    """
    feed = read_feed(text)
    head = _Head(feed.frame)
    found, problems = _read_all(feed)
    _refuse_errors(head, found)
    day = head.day(found, empty=not feed.pieces)
    entries: list[Entry] = []
    for one in found:
        if one.is_replaced:
            continue
        try:
            entries.append(_entry(one, day))
        except ValueError as error:
            problems.append(
                Problem(line=one.line, reason=str(error), excerpt=excerpt(one.title or clean(one.raw[:500])))
            )
    problems.sort(key=lambda problem: problem.line or 0)
    replaced = sum(one.is_replaced for one in found)
    if not entries and not replaced:
        _refuse_empty(feed, head, problems)
    listing = structured(NAME, entries, problems, captured, day=day, total=head.total, whole=feed.whole)
    return listing.model_copy(update={"notes": _notes(replaced)})


def _read_all(feed: Feed) -> tuple[list[_Found], list[Problem]]:
    """What the entries say, and what is damaged; a feed that was cut off in an entry is told of once."""
    found: list[_Found] = []
    problems: list[Problem] = []
    for piece in feed.pieces:
        try:
            found.append(_read(piece, feed.element(piece), feed.kind))
        except ValueError as error:
            problems.append(Problem(line=piece.line, reason=str(error), excerpt=excerpt(clean(piece.text[:500]))))
    if feed.damage is not None and all(piece.whole for piece in feed.pieces):
        problems.append(feed.damage)
    return found, problems


def _notes(replaced: int) -> tuple[str, ...]:
    if not replaced:
        return ()
    return (f"{counted(replaced, 'replacement')} left out: new versions of papers that were announced before",)


def _refuse_errors(head: _Head, found: Sequence[_Found]) -> None:
    """Raise for what arXiv tells in the form of a feed instead of papers."""
    if head.title.startswith("Feed error"):
        raise LayoutError("", f"arXiv answers with an error: {head.about or head.title}")
    errors = [one for one in found if one.is_error]
    if errors and len(errors) == len(found):
        raise LayoutError("", f"arXiv answers with an error: {errors[0].abstract or errors[0].title}")


def _refuse_empty(feed: Feed, head: _Head, problems: Sequence[Problem]) -> None:
    """Raise for a feed without papers, unless it is arXiv's and says itself that there are none."""
    title = f" titled {excerpt(head.title)!r}" if head.title else ""
    if problems:
        first = problems[0]
        raise LayoutError("", f"a feed{title}, but no paper of arXiv's in it (line {first.line}: {first.reason})")
    if "arxiv.org" not in feed.rest.casefold():
        raise LayoutError("", f"a feed{title}, but none of arXiv's, and without entries")


# --- the feed ---------------------------------------------------------------------------------------------------------


class _Head:
    """What a feed says of itself."""

    def __init__(self, frame: etree._Element) -> None:
        channel = next(named(frame, "channel"), frame)
        self.title = text_in(channel, "title")
        self.about = text_in(channel, "description", "subtitle")
        total = text_in(frame, "totalResults")
        self.total = int(total) if re.fullmatch(r"[0-9]{1,9}", total) else None
        self._day = _day(text_in(channel, "pubDate", "date"))
        self._updated = text_in(channel, "updated")

    def day(self, found: Sequence[_Found], *, empty: bool) -> date | None:
        """The day of the announcement; None for an answer of the API and for other people's feeds."""
        if not any(one.announced for one in found) and not (empty and "updates on arxiv.org" in self.title.casefold()):
            return None
        return self._day or max((one.day for one in found if one.day), default=_eastern_day(self._updated))


def _day(text: str) -> date | None:
    """The day of `2025-08-20T00:00:00-04:00` or of `Wed, 20 Aug 2025 00:00:00 -0400`, as it is written."""
    found = re.search(r"\b(\d{1,2}) ([A-Z][a-z]{2}) (\d{4})\b", text)
    if found is None:
        return day_of(text)
    months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    try:
        return date(int(found[3]), months.index(found[2]) + 1, int(found[1]))
    except ValueError:
        return None


def _eastern_day(text: str) -> date | None:
    """The day in New York of a moment; feeds are made at midnight there, so the hour of summer time doesn't matter."""
    try:
        moment = datetime.fromisoformat(text)
        return (moment.astimezone(UTC) - timedelta(hours=4)).date() if moment.tzinfo else moment.date()
    except (ValueError, OverflowError):
        return None


# --- one entry --------------------------------------------------------------------------------------------------------

_PLACE = re.compile(r"arxiv\.org[/:]|huggingface\.co/papers/", re.IGNORECASE)
_HEAD = re.compile(r"arXiv:(?P<id>\S+) Announce Type: (?P<type>[\w-]+)(?: Abstract:)? ?", re.IGNORECASE)
_SUFFIX = re.compile(r" ?\(arXiv:(?P<id>[^\s()]+) \[[\w.-]+\](?P<mark> UPDATED| CROSS LISTED)?\)$")
_MARKS = {None: "new", " UPDATED": "replace", " CROSS LISTED": "cross"}
_MARKUP = re.compile(r"</?(?:p|a|br)\b[^<>]*>", re.IGNORECASE)
_PARENTHESIS = re.compile(r" ?\([^()]*\)")
_OLD = ("replace", "absonly")
"""How the types of announcement begin that tell of a paper announced before: a new version, or a new abstract."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What one entry says, cleaned; "" and None where it says nothing.

    `announced` is the type of its announcement, `day` the day of that, `published` the day of the paper's v1.
    """

    line: int
    raw: str
    ident: str
    arxiv: str | None
    title: str
    abstract: str
    authors: tuple[str, ...]
    doi: str
    announced: str
    day: date | None
    published: date | None

    @property
    def is_replaced(self) -> bool:
        """Whether this announces a paper that was announced before."""
        return self.announced.startswith(_OLD)

    @property
    def is_error(self) -> bool:
        """Whether this is no paper but what the API says of a request it refuses."""
        return self.arxiv is None and ("/api/errors" in self.ident or self.title == "Error")


def _read(piece: Piece, element: etree._Element, kind: str) -> _Found:
    ident, title = text_in(element, "id", "guid"), text_in(element, "title")
    abstract, *creators = (text_in(element, "summary", "description"), *map(text_of, named(element, "creator")))
    if kind == "RDF":
        abstract, *creators = (clean(_MARKUP.sub("", text)) for text in (abstract, *creators))
    head, suffix = _HEAD.match(abstract), _SUFFIX.search(title)
    announced = text_in(element, "announce_type") or (head["type"] if head else "")
    if suffix is not None and not announced:
        announced = _MARKS[suffix["mark"]]
    when = _day(text_in(element, "published", "pubDate", "date"))
    own = not announced and "arxiv.org/abs/" in ident.casefold()  # only the API names its entries so
    names = [text_in(author, "name") for author in named(element, "author")]
    names += (name for line in creators for name in _names(line))
    links = (link.get("href") or link.text or "" for link in named(element, "link"))
    return _Found(
        line=piece.line,
        raw=piece.text,
        ident=ident,
        arxiv=_arxiv_of([ident, *links, *(f"arxiv.org:{told['id']}" for told in (head, suffix) if told)]),
        title=title[: suffix.start()].removesuffix(".") if suffix else title,
        abstract=abstract[head.end() :] if head else abstract,
        authors=tuple(filter(None, names)),
        doi=text_in(element, "doi", "DOI").partition(" ")[0],
        announced=announced.casefold(),
        day=None if own else when,
        published=when if own else None,
    )


def _arxiv_of(places: Iterable[str]) -> str | None:
    """The first arXiv id in an id or a link of arXiv's, or in a link to a paper's page at Hugging Face."""
    return next((found for place in places if _PLACE.search(place) and (found := arxiv_id(place))), None)


def _names(line: str) -> list[str]:
    r"""The names in a line that parts them by commas, with `Andr\'e` for `André`; affiliations stand in parentheses."""
    bare = _PARENTHESIS.sub("", _PARENTHESIS.sub("", line))  # twice: an affiliation may hold one itself
    names = bare.split(",")
    return [clean(text_of_latex(name)) if "\\" in name or "{" in name else name.strip() for name in names]


def _entry(found: _Found, day: date | None) -> Entry:
    """The record of an entry; raises ValueError for one that names no paper."""
    if found.is_error:
        raise ValueError(f"arXiv says: {found.abstract or found.title}")
    if found.arxiv is None:
        raise ValueError("no arXiv id, and no link to one")
    if not found.title:
        raise ValueError("no title")
    return Entry(
        line=found.line,
        raw=found.raw,
        title=found.title,
        abstract=found.abstract or None,
        url=_ABSTRACT_URL + found.arxiv,
        arxiv_id=found.arxiv,
        doi=found.doi or None,
        source_ids=(f"arxiv:{found.arxiv}",),
        published=found.published,
        listed=found.day or (day if found.announced else None),
        authors=found.authors,
        author_count=len(found.authors) or None,
    )
