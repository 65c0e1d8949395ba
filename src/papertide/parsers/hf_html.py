"""Saved pages of Hugging Face's listings: read from the JSON inside them, or, where there is none, from their cards.

The JSON stands, escaped, in `<div data-target="DailyPapers" data-props="…">` and is read without building a tree. The cards
are the fallback for a page that lost it: titles, upvotes, comments and author counts, and what else a card shows as text
(search cards have an abstract and a date, daily cards neither). Names are not taken from the cards: they show five
avatars at most, in reverse, and mix names with user names.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from papertide.errors import LayoutError
from papertide.normal import arxiv_id, clean
from papertide.parsers import fields
from papertide.parsers.cards import Card, Facts
from papertide.parsers.hf_items import day_of, read_items
from papertide.parsers.page import Page, structured, to_listing
from papertide.records.listing import Listing

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

NAME = "hf-html"

_PROPS = re.compile(r"""data-target=(["'])DailyPapers\1[^<>]*?data-props=(?:"([^"]*)"|'([^']*)')""")
_ISO = re.compile(r"20\d\d-\d\d-\d\d")
_CHALLENGE = re.compile(r"awswaf|challenge-container|captcha|verify (?:that )?you are (?:a )?human", re.IGNORECASE)
_LEAST_ABSTRACT = 80


def parse(text: str, captured: date | None) -> Listing:
    """Read a saved page; raises LayoutError for one that shows no papers, saying what it is where that can be told."""
    if not text.lstrip("\ufeff \t\r\n").startswith("<"):
        raise LayoutError("", "not HTML")
    found = _PROPS.search(text)
    if found is not None:
        listing = _from_props(html.unescape(found[2] if found[2] is not None else found[3]), captured)
        if listing is not None:
            return listing
    return _from_cards(text, captured)


def _from_props(text: str, captured: date | None) -> Listing | None:
    """The listing in the page's JSON; None where that is damaged, for the cards may still be whole."""
    try:
        props = json.loads(text)
    except (ValueError, RecursionError):
        return None
    items = props.get("dailyPapers") if isinstance(props, dict) else None
    if not isinstance(items, list):
        return None
    listed = day_of(props.get("dateString")) or day_of(props.get("date"))
    entries, problems = read_items(items, listed)
    return structured(NAME, entries, problems, captured, day=listed)


def _from_cards(text: str, captured: date | None) -> Listing:
    from bs4 import BeautifulSoup

    tree = BeautifulSoup(text, "html.parser")
    cards = list(_cards(tree))
    if not cards:
        if _CHALLENGE.search(text):
            raise LayoutError(
                "", "a challenge page (are you human?), not a listing; open it in a browser and save again"
            )
        raise LayoutError("", "HTML, but no article links to a paper under a heading")
    if any(card.facts.comments is not None for card in cards):  # the page shows counts, and no link means none
        for card in cards:
            card.facts.comments = card.facts.comments or 0
    page = Page(tuple(text.split("\n")), ended=True)
    listing = to_listing(page, cards, NAME, captured)
    raws = [card.raw for card in cards]
    entries = [
        entry.model_copy(update={"raw": raw, "line": None}) for entry, raw in zip(listing.entries, raws, strict=True)
    ]
    return listing.model_copy(update={"entries": tuple(entries)})


def _cards(tree: BeautifulSoup) -> Iterator[Card]:
    seen: set[str] = set()
    for article in tree.find_all("article"):
        link = article.select_one('h3 a[href*="/papers/"], h2 a[href*="/papers/"], h4 a[href*="/papers/"]')
        if link is None:
            continue
        url = urljoin("https://huggingface.co/", str(link.get("href", "")))
        title = clean(link.get_text(" "))
        if not title or arxiv_id(url) is None or url in seen:
            continue
        seen.add(url)
        yield _card(article, title, url)


def _card(article: Tag, title: str, url: str) -> Card:
    texts = [clean(text) for text in article.stripped_strings]
    counts = [fields.author_count(text) for text in texts]
    dates = [day for text in texts if (day := fields.card_date(text)) is not None]
    upvotes = (_number(tag) for tag in article.select("div.leading-none"))
    comments = article.select_one('a[href$="#community"]')
    paragraphs = [clean(p.get_text(" ")) for p in article.find_all("p")]
    facts = Facts(
        author_count=next((count for count in counts if count is not None), None),
        date=dates[0] if dates else _iso_date(article),
        last=1,
    )
    facts.comments = _number(comments)
    card = Card(title, 1, 1, url=url, upvotes=next((n for n in upvotes if n is not None), None), facts=facts)
    card.abstract = max((p for p in paragraphs if len(p) >= _LEAST_ABSTRACT), key=len, default=None)
    card.raw = str(article)
    return card


def _iso_date(article: Tag) -> fields.CardDate | None:
    time = article.select_one("time[datetime]")
    found = _ISO.search(str(time["datetime"])) if time is not None else None
    day = day_of(found[0]) if found else None
    return fields.CardDate(day.month, day.day, day.year, None) if day else None


def _number(tag: Tag | None) -> int | None:
    return fields.count(clean(tag.get_text(" "))) if tag is not None else None
