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
from papertide.parsers.cards import Card, Kind, Line, kind_of, read_cards
from papertide.parsers.page import Page, read_lines, to_listing
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
_HEADER_GLUED = re.compile(r"(?P<date>(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{1,2})(?=[A-Z\"'“‘]|\s*$)")
_MOST_COST = 4.0
"""A page whose average card fits worse than this (see `segment`) is no listing."""


def parse(text: str, captured: date | None) -> Listing:
    """Read a text dump; raises LayoutError, saying what is missing, for a text that is no listing."""
    page = read_lines(text)
    page, lines = _body(page)
    cards = read_cards(lines)
    reason = _misfit(cards)
    if reason:
        raise LayoutError("", reason)
    return to_listing(page, cards, NAME, captured)


def _misfit(cards: list[Card]) -> str | None:
    """Why these cards are no listing, or None."""
    if not cards:
        return "no titles"
    if any(card.facts.date is not None or card.facts.author_count is not None for card in cards):
        return None
    if not any(card.abstract for card in cards):
        return "no author lines, no dates, and no title with an abstract below it"
    if sum(card.cost for card in cards) / len(cards) > _MOST_COST:
        return "no author lines, no dates, and its paragraphs don't alternate between titles and abstracts"
    return None


def _body(page: Page) -> tuple[Page, list[Line]]:
    """The lines below the banner, and the page with the day that its header shows."""
    lines: list[Line] = []
    header: fields.CardDate | None = None
    for number, raw in enumerate(page.lines, 1):
        text = clean(raw)
        if not any(line.kind is not Kind.BLANK for line in lines):
            text, shown = _without_banner(text)
            header = header or shown
        is_last = number == len(page.lines) and not page.ended
        if is_last and text and fields.may_be_cut_field(text) and kind_of(text) is Kind.TEXT:
            lines.append(Line(number, text, Kind.DOT, len(text)))  # the beginning of a fact that was cut off
        else:
            lines.extend(split_facts(number, text, len(raw.rstrip())))
    return replace(page, header=header), lines


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
        glued = behind[:1].isupper() or behind[:1].isdigit()
        if phrases == 0 and found.group() in {"Daily", "Weekly", "Monthly", "new"} and not _PHRASE.match(behind.lstrip()):
            break
        if phrases == 0 and found.group() in {"Subscribe", "Daily Papers", "Trending Papers"} and not glued:
            if not _PHRASE.match(behind.lstrip()):
                break
        rest, phrases = behind.lstrip(), phrases + 1
    if phrases and (glued_day := _HEADER_GLUED.match(rest)):
        return rest[glued_day.end() :].strip(), fields.card_date(glued_day["date"])
    return rest, None


def split_facts(number: int, text: str, length: int) -> list[Line]:
    """The lines that one line (of `length` on the page) stands for: `4 authors · Mar 24, 2024` is three."""
    if "·" in text and len(text) <= 120 and kind_of(text) is Kind.TEXT:
        before, _, after = text.rpartition("·")
        before, after = before.strip(), after.strip()
        if before and fields.card_date(after) is not None:
            return [
                Line(number, before, kind_of(before)),
                Line(number, "·", Kind.DOT),
                Line(number, after, Kind.DATE),
            ]
    return [Line(number, text, kind_of(text), length)]
