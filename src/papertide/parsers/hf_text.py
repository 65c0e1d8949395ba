"""Text dumps of Hugging Face's paper listings, in three layouts: with author lines and dates; titles and abstracts alone;
and the compact one without blank lines, whose first title is glued to the banner.

What the dumps hold: a banner in one or several lines (any subset of `_BANNER`), perhaps the day of the listing, then the
cards. Which layout it is, and which line is a title, follows from the structure (see `cards` and `segment`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from papertide.errors import LayoutError
from papertide.normal import clean
from papertide.parsers import fields
from papertide.parsers.cards import Card, Kind, Line, read_cards
from papertide.parsers.page import Page, fact_lines, read_lines, to_listing
from papertide.records.listing import Listing

NAME = "hf-text"

_BANNER = (
    r"Get trending papers in your email inbox(?: once a day)?!?",
    r"Daily Papers",
    r"Trending Papers",
    r"by ?AK(?: and the research community)?",
    r"Subscribe",
    r"Daily",
    r"Weekly",
    r"Monthly",
    r"new",
)
_PHRASE = re.compile("|".join(f"(?:{p})" for p in _BANNER))
_WHOLE_LINE = re.compile(rf"(?:(?:{'|'.join(_BANNER)})\s*)+", re.IGNORECASE)
_TELLING = re.compile(
    rf"(?:new\s*)?(?:(?:{'|'.join(_BANNER[:2])}|by ?AK and the research community)\s*)+(?:Subscribe)?", re.IGNORECASE
)
_HEADER_GLUED = re.compile(r"(?P<date>(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{1,2})(?=[A-Z\"'“‘]|\s*$)")
_MOST_COST = 4.0
"""A page whose average card fits worse than this (see `segment`) is no listing."""
_CUT_COST = 8.0
"""What a card that was cut off may cost more than a whole one."""


def parse(text: str, captured: date | None) -> Listing:
    """Read a text dump; raises LayoutError, saying what is missing, for a text that is no listing."""
    page = read_lines(text)
    page, lines = _body(page)
    cards = read_cards(lines)
    reason = _misfit(cards, ended=page.ended)
    if reason:
        raise LayoutError("", reason)
    return to_listing(page, cards, NAME, captured)


def _misfit(cards: list[Card], *, ended: bool) -> str | None:
    """Why these cards are no listing, or None; a card that was cut off may fit as ill as it likes."""
    if not cards:
        return "no titles"
    if sum("](http" in card.title or card.title.startswith("#") for card in cards) * 2 > len(cards):
        return "its titles are Markdown"
    if any(card.facts.date is not None or card.facts.author_count is not None for card in cards):
        return None
    if not any(card.abstract for card in cards):
        return "no author lines, no dates, and no title with an abstract below it"
    cost = sum(card.cost for card in cards) - (0.0 if ended else _CUT_COST)
    if cost / len(cards) > _MOST_COST:
        return "no author lines, no dates, and its paragraphs don't alternate between titles and abstracts"
    return None


def _body(page: Page) -> tuple[Page, list[Line]]:
    """The lines without the banner, and the page with the day that its header shows.

    The banner stands at the top, and again where pages were put one behind the other.
    """
    lines: list[Line] = []
    header: fields.CardDate | None = None
    in_banner = True
    for number, raw in enumerate(page.lines, 1):
        text = clean(raw)
        if _TELLING.fullmatch(text):
            if not in_banner:
                _drop_new(lines)
            in_banner = True
            continue
        if in_banner and text:
            text, shown = _without_banner(text)
            header = header or shown
            in_banner = not text
        lines.extend(fact_lines(page, number, text, len(raw.rstrip())))
    return replace(page, header=header), lines


def _drop_new(lines: list[Line]) -> None:
    """Take back a `new` that turned out to be the beginning of another banner."""
    for place in range(len(lines) - 1, -1, -1):
        if lines[place].kind is not Kind.BLANK:
            if lines[place].text == "new":
                del lines[place]
            return


def _without_banner(text: str) -> tuple[str, fields.CardDate | None]:
    """A line at the top of the page without the banner's phrases; and the header's day where the line holds it."""
    if _WHOLE_LINE.fullmatch(text):
        return "", None
    day = fields.card_date(text)
    if day is not None:
        return "", day
    rest, phrases = text, 0
    while found := _PHRASE.match(rest):
        behind = rest[found.end() :]
        # One word is banner only where the title is glued to it, or where a telling phrase came before it.
        first = behind.partition(" ")[0]
        glued = behind[:1].isupper() or any(c.isupper() or c.isdigit() for c in first)
        goes_on = _PHRASE.match(behind.lstrip()) is not None
        if found.group() in {"Daily", "Weekly", "Monthly", "new"} and not goes_on:
            break
        if (
            phrases == 0
            and found.group() in {"Subscribe", "Daily Papers", "Trending Papers"}
            and not (glued or goes_on)
        ):
            break
        rest, phrases = behind.lstrip(), phrases + 1
    if phrases and (glued_day := _HEADER_GLUED.match(rest)):
        return rest[glued_day.end() :].strip(), fields.card_date(glued_day["date"])
    return rest, None
