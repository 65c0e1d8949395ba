"""What the text dumps and the Markdown export share: from bytes to lines, and from cards to a Listing.

The walk in `cards` says what stands on the page; here it becomes Entries: years are settled, a page that was cut off is
noticed, and every value is validated. A page that ends without a line end may have been cut anywhere: its last card
counts only where it is whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import ValidationError

from papertide.errors import LayoutError
from papertide.normal import arxiv_id
from papertide.parsers import fields
from papertide.parsers.cards import Card, Kind, Line, kind_of
from papertide.parsers.segment import ends_in_link, ends_sentence
from papertide.records.listing import Entry, Listing, Problem

LONGEST_LINE = 100_000
"""Characters; no abstract is near it, and a longer line is no part of a listing."""
MOST_LINES = 1_000_000
"""A page of ten thousand papers has fewer; what is worked out of each line takes a hundred times the bytes of a short one."""
_MOST_PROBLEMS = 1_000
"""Problems of one page that are told one by one; nobody reads more."""


@dataclass(frozen=True, slots=True)
class Page:
    """A decoded page: its raw lines, whether the last one was ended, and the page's own day if it shows one."""

    lines: tuple[str, ...]
    ended: bool
    header: fields.CardDate | None = None

    def raw(self, first: int, last: int) -> str:
        """Lines `first` to `last`, counted from 1, both included."""
        return "\n".join(self.lines[first - 1 : last])


def read_lines(text: str) -> Page:
    """The lines of a text with any line ends; a line longer than any listing's is an error naming it, and so are too many."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    if text.count("\n") > MOST_LINES:
        raise LayoutError("", f"more than {MOST_LINES:,} lines: no listing has so many")
    lines = text.split("\n")
    ended = lines[-1] == ""
    if ended:
        lines.pop()
    for number, line in enumerate(lines, 1):
        if len(line) > LONGEST_LINE:
            raise LayoutError("", f"line {number} is {len(line):,} characters long: no listing has such lines")
    return Page(tuple(lines), ended)


_SEPARATED = re.compile(
    r"(?P<before>\S.*?)(?:\s*(?P<sign>·)\s*|\s+[-–|•]\s+|\s+)(?P<after>(?:[A-Z][a-z]{2,8}\.? \d|20\d\d-).*)"
)


def fact_lines(page: Page, place: int, text: str, length: int, *, number: int | None = None) -> list[Line]:
    """The lines that one cleaned line of the page stands for: `4 authors · Mar 24, 2024` is three.

    `place` is its line on the page, `length` its length there, `number` what the lines are to be numbered (if another).
    The beginning of a fact at the end of a page that was cut off counts as a dot: what it would have been is unknown.
    """
    number = place if number is None else number
    kind = kind_of(text)
    if kind is Kind.TEXT and place == len(page.lines) and not page.ended and fields.may_be_cut_field(text):
        return [Line(number, text, Kind.DOT, length)]
    if kind is Kind.TEXT and len(text) <= 120 and (split := _SEPARATED.fullmatch(text)) is not None:
        before, sign, after = split["before"], split["sign"], split["after"]
        told = sign == "·" or fields.author_count(before) is not None  # a dash may belong to a title
        if told and fields.card_date(after) is not None:
            return [
                Line(number, before, kind_of(before), len(before)),
                Line(number, "·", Kind.DOT),
                Line(number, after, Kind.DATE),
            ]
    return [Line(number, text, kind, length)]


def structured(
    layout: str,
    entries: list[Entry],
    problems: list[Problem],
    captured: date | None,
    *,
    day: date | None = None,
    total: int | None = None,
    whole: bool = True,
) -> Listing:
    """The Listing of a page whose entries were read from data rather than from lines."""
    return Listing(
        layout=layout,
        entries=tuple(entries),
        problems=(problems if isinstance(problems, Problems) else Problems(problems)).told(),
        captured=captured,
        captured_given=captured is not None,
        day=day,
        total=total,
        whole=whole,
    )


class Problems(list[Problem]):
    """The first problems of a page and the last, which may tell that it breaks off; of very many it holds no more.

    A short line that is no record takes four bytes, and what is told of it a hundred times as many.
    """

    def __init__(self, problems: Iterable[Problem] = ()) -> None:
        super().__init__()
        self._more = 0
        for problem in problems:
            self.append(problem)

    def append(self, problem: Problem) -> None:
        """Hold a problem, or count the one that it takes the place of."""
        if len(self) <= _MOST_PROBLEMS:
            super().append(problem)
        else:
            self._more += 1
            self[-1] = problem

    def told(self) -> tuple[Problem, ...]:
        """All of them, and where some aren't held, how many."""
        if not self._more:
            return tuple(self)
        return (*self[:-1], Problem(reason=f"{self._more:,} more like these"), self[-1])


def told(error: ValidationError) -> str:
    """What is wrong with a record, field by field, for a Problem."""
    return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())


def excerpt(text: str) -> str:
    """The first 80 characters of a text, for a Problem."""
    return text if len(text) <= 80 else text[:79] + "…"


def to_listing(
    page: Page, cards: Sequence[Card], layout: str, captured: date | None, tidy: Callable[[str], str] = str
) -> Listing:
    """The Listing that a page's cards make; `tidy` is a layout's last step on titles and abstracts."""
    dated = any(card.facts.date for card in cards)
    ids = [arxiv_id(card.url) if card.url else None for card in cards]
    year = _year(page, cards, ids, captured)
    header = fields.header_day(page.header, year, captured)
    listed = header if year is not None and (dated or captured is not None) else None
    entries: list[Entry] = []
    problems: list[Problem] = []
    strays = _strays(page, cards)
    for card, arxiv in zip(cards, ids, strict=True):
        if card.line in strays:
            problems += [Problem(line=card.line, reason=_STRAY, excerpt=excerpt(card.title))] * strays[card.line]
            continue
        is_last = card is cards[-1]
        reason = _cut_off(page, cards, card) if is_last else None
        if reason:
            problems.append(Problem(line=card.line, reason=reason, excerpt=excerpt(card.title)))
            continue
        unsure = is_last and not page.ended and _unsure_date(card)
        if unsure:
            reason = "the page may be cut off in this date, so it is not used"
            problems.append(Problem(line=card.last, reason=reason, excerpt=excerpt(page.raw(card.last, card.last))))
        published, inferred = (None, False) if unsure else _published(card, year)
        entries.append(
            Entry(
                line=card.line,
                title=tidy(card.title),
                abstract=tidy(card.abstract) if card.abstract else None,
                url=card.url,
                arxiv_id=arxiv,
                source_ids=(f"hf:{arxiv}",) if arxiv else (),
                published=published,
                year_inferred=inferred,
                listed=listed or captured,
                author_count=card.facts.author_count,
                organization=card.facts.organization,
                comments=None if unsure else _comments(card, dated=dated),
                upvotes=card.upvotes,
                raw=page.raw(card.first, card.last),
            )
        )
    return Listing(
        layout=layout,
        entries=tuple(entries),
        problems=tuple(problems),
        captured=captured or header if dated else captured,
        captured_given=captured is not None,
        notes=_notes(page, cards, year),
    )


def _year(
    page: Page, cards: Sequence[Card], ids: Sequence[str | None], captured: date | None
) -> fields.PageYear | None:
    if cards and not page.ended and _unsure_date(cards[-1]):
        cards, ids = cards[:-1], ids[:-1]
    dates = [card.facts.date for card in cards if card.facts.date is not None]
    id_years = [
        year
        for card, arxiv in zip(cards, ids, strict=True)
        if arxiv and (day := card.facts.date) is not None and day.year is None
        if (year := fields.id_year(arxiv, day)) is not None
    ]
    return fields.page_year(dates, captured, id_years, page.header)


def _published(card: Card, year: fields.PageYear | None) -> tuple[date | None, bool]:
    """The day that a card shows and whether its year was inferred."""
    day = card.facts.date
    if day is None:
        return None, False
    if day.year is not None:
        return date(day.year, day.month, day.day), False
    if year is None:
        return None, False
    found = year.date_of(day)
    return found, year.inferred and found is not None


def _comments(card: Card, *, dated: bool) -> int | None:
    """The comment count: 0 where a date is shown without one, None where the card or the page shows no dates."""
    if card.facts.comments is not None:
        return card.facts.comments
    return 0 if dated and card.facts.date is not None else None


def _notes(page: Page, cards: Sequence[Card], year: fields.PageYear | None) -> tuple[str, ...]:
    notes: list[str] = []
    last = cards[-1] if cards else None
    if not page.ended and last is not None and not last.facts.seen and ends_in_link(last.abstract or ""):
        notes.append("the page ends in a link, without a line end: it may be cut off there")
    bare = sum(card.facts.date is not None and card.facts.date.year is None for card in cards)
    if bare and year is None:
        which = "a date has" if bare == 1 else f"{bare} dates have"
        notes.append(f"{which} no year and nothing on the page tells it; give the day of the capture with --captured")
    return tuple(notes)


# --- the page's own text ----------------------------------------------------------------------------------------------

_STRAY = "neither an abstract nor anything else stands below it: text of the page, not a paper"


def _is_bare(card: Card) -> bool:
    """Whether nothing but a word or two stands below a card's title."""
    text = card.abstract or ""
    return card.url is None and not card.facts.seen and len(text) < 60 and not ends_sentence(text)


def _strays(page: Page, cards: Sequence[Card]) -> dict[int, bool]:
    """Cards that are the page's own text (a menu, a footer), by line; True for the first of a run.

    On a page whose cards mostly have abstracts, those are bare ones at either end, and bare ones side by side. A single
    bare card within the page is a paper whose abstract is missing.
    """
    bare = [_is_bare(card) for card in cards]
    whole = len(cards) - sum(bare)
    if whole < 2 or whole * 4 < len(cards):
        return {}
    found: dict[int, bool] = {}
    for place, card in enumerate(cards):
        before = place > 0 and bare[place - 1]
        after = place + 1 < len(cards) and bare[place + 1]
        # At the end of an unfinished page, and without an abstract, it was perhaps cut off.
        last = place == len(cards) - 1 and page.ended and card.abstract is not None
        if bare[place] and (before or after or place == 0 or last):
            found[card.line] = not before
    return found


# --- cut pages --------------------------------------------------------------------------------------------------------


def _cut_off(page: Page, cards: Sequence[Card], card: Card) -> str | None:
    """Why the last card of a page can't be taken for whole, or None where it can."""
    others = cards[:-1]
    facts = card.facts
    most_dated = sum(other.facts.date is not None for other in others) * 2 > len(others)
    if facts.seen and facts.date is None and (facts.dot or (most_dated and others)):
        return "the page is cut off before this paper's date"
    if card.abstract is None and not facts.seen:
        if not page.ended or sum(other.abstract is not None for other in others) > 2:
            return "the page is cut off before this paper's abstract"
        return None
    if page.ended or facts.seen:
        return None
    if card.abstract is not None and not ends_sentence(card.abstract) and not ends_in_link(card.abstract):
        return "the page is cut off in this paper's abstract"
    if most_dated and others:
        return "the page is cut off behind this paper's abstract"
    return None


def _unsure_date(card: Card) -> bool:
    """Whether the last date of an unfinished page may go on: `Mar 2` may have been `Mar 24, 2024`."""
    return card.facts.date is not None and card.facts.date.year is None and card.facts.comments is None
