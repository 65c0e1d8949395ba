"""The cards of a Hugging Face page, read from its tags: for a page that lost the JSON inside it.

A card is an `article` with a heading that links to `/papers/<id>`. What it shows differs:

    daily     upvotes, author count or organisation, comments                       no abstract, no date
    search    the same, an abstract and a date
    trending  upvotes behind the word Upvote, organisation, date, GitHub link with stars; no comments. All stands twice
              (for wide and for narrow screens), and the text may be the summary that a model wrote

Names are not taken from cards: they show five avatars at most, in reverse, and mix names with user names.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from bs4 import BeautifulSoup, XMLParsedAsHTMLWarning
from bs4.element import PageElement, Tag
from bs4.filter import SoupStrainer

from papertide.errors import LayoutError
from papertide.normal import arxiv_id, clean
from papertide.parsers import fields
from papertide.parsers.hf_items import PAPER_URL, day_of
from papertide.parsers.page import excerpt, structured
from papertide.records.listing import Entry, Listing, Problem

T = TypeVar("T")

_PROPS = re.compile(r"""data-props=(?:"[^"]{200,}"|'[^']{200,}')""")
_PAPER = re.compile(r"(?:https?://[\w.-]+)?/papers/([\w.-]+)/?(?:\?[^#]*)?", re.ASCII)
_ORGANIZATION = re.compile(r"(?:https?://[\w.-]+)?/([\w.-]+)", re.ASCII)
_PLACES = frozenset({"date", "week", "month", "trending", "submit"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = frozenset({"article", "div", "p", "ul", "li", "section", *_HEADINGS})
_OPENED = re.compile(r"<article[\s>]", re.IGNORECASE)
_CLOSED = re.compile(r"</article\s*>?", re.IGNORECASE)
_TIME = re.compile(r"""<time\b[^<>]*?\bdatetime=["']([^"'<>]{10,40})["'][^<>]*>(.{0,2000}?)</time""", re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")
_MOST_TAGS = 500
"""Tags that a card may have (real ones have up to 150): what is read costs their square at worst."""
_MOST_TAGS_OF_A_PAGE = 300_000
"""A page of a thousand cards has half as many; each takes a kilobyte while it is read."""
_LEAST_TEXT = 80
"""Characters: a shorter text on a card is no abstract."""
_LEAST_ABSTRACT = 450
"""Characters: a shorter text on a trending card is taken for the summary that a model wrote (they have 100 to 350)."""


@dataclass(slots=True)
class Card:
    """What one article shows of one paper."""

    ident: str
    title: str
    raw: str
    text: str | None = None
    date: fields.CardDate | None = None
    author_count: int | None = None
    organization: str | None = None
    upvotes: int | None = None
    comments: int | None = None
    code_url: str | None = None
    code_stars: int | None = None
    trending: bool = False


def read_cards(text: str, captured: date | None, *, whole: bool) -> Listing | None:
    """The listing that a page's cards make; None where there are none.

    The last card of a page that breaks off in it is a Problem, and so is that a page breaks off (not `whole`).
    """
    last_opened = max((found.start() for found in _OPENED.finditer(text)), default=-1)
    cut = last_opened >= 0 and _CLOSED.search(text, last_opened) is None
    cards: dict[str, Card] = {}
    problems: list[Problem] = []
    for number, (article, raw, last) in enumerate(_articles(text), 1):
        tags = [node for node in article.descendants if isinstance(node, Tag) and node.name != "path"]
        card = _card(article, tags, raw) if len(tags) <= _MOST_TAGS else None
        if len(tags) > _MOST_TAGS:
            problems.append(Problem(reason=f"card {number}: {len(tags)} tags, too many for a card"))
        elif cut and last:
            shown = card.title if card is not None else clean(article.get_text(" ")[:200])
            problems.append(Problem(reason="the page is cut off in this paper's card", excerpt=excerpt(shown)))
        elif card is not None and card.title:
            cards.setdefault(card.ident, card)
        elif card is not None:
            problems.append(Problem(reason=f"card {number}: no title", excerpt=excerpt(card.ident)))
    if not cards:
        return None
    if not whole and not cut:
        problems.append(Problem(reason="the page is cut off behind its last card: papers may be missing"))
    return _listing(text, list(cards.values()), problems, captured, whole=whole and not cut)


def _articles(text: str) -> Iterator[tuple[Tag, str, bool]]:
    """The articles of a page, each with its own text and whether it is the last."""
    plain = _PROPS.sub("", text)
    if plain.count("<") > _MOST_TAGS_OF_A_PAGE:
        raise LayoutError("", f"more than {_MOST_TAGS_OF_A_PAGE:,} tags, too many for a page")
    with warnings.catch_warnings():  # a page may begin as XML does; it is read as what it shows
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        tree = BeautifulSoup(plain, "lxml", parse_only=SoupStrainer("article"))
    articles = [article for article in tree.find_all("article") if article.find_parent("article") is None]
    starts = [found.start() for found in _OPENED.finditer(text)]
    ends = [*starts[1:], len(text)]
    for place, article in enumerate(articles):
        if len(starts) == len(articles):
            end = _CLOSED.search(text, starts[place], ends[place])
            raw = text[starts[place] : end.end() if end is not None else ends[place]]
        else:
            raw = str(article)
        yield article, raw, place == len(articles) - 1


# --- one card ---------------------------------------------------------------------------------------------------------


def _card(article: Tag, tags: list[Tag], raw: str) -> Card | None:
    """What an article shows; None for one that links to no paper."""
    links = [tag for tag in tags if tag.name == "a" and tag.has_attr("href")]
    heading = _heading(tags, links)
    if heading is None:
        return None
    ident, title = heading
    card = Card(ident, title, raw)
    strings = [told for string in article.strings if not string.isspace() and (told := clean(string))]
    card.trending = any(told.startswith("Upvote") for told in strings)
    card.author_count = _first(fields.author_count(told) for told in (*strings, *_texts(tags, "li")))
    card.date = _time(tags) or _first(fields.card_date(told.removeprefix("Published on ")) for told in strings)
    card.text = _text(tags, links, title)
    card.upvotes = _upvotes(tags)
    for link in links:
        _read_link(card, link, str(link["href"]))
    return card


def _heading(tags: Iterable[Tag], links: Iterable[Tag]) -> tuple[str, str] | None:
    """The paper that an article is about, and its title: of the link in (or around) a heading, else of any link."""
    found: tuple[str, str] | None = None
    headings = {id(tag) for tag in tags if tag.name in _HEADINGS}
    around = {id(parent) for tag in tags if id(tag) in headings for parent in tag.parents}
    in_headings = [
        link for link in links if id(link) in around or any(id(parent) in headings for parent in link.parents)
    ]
    for link in (*in_headings, *links):
        ident = _ident(str(link["href"]))
        if ident is None:
            continue
        title = joined(link)
        if title:
            return ident, title
        found = found or (ident, "")
    return found


def _ident(href: str) -> str | None:
    """The id of the paper that a link leads to; None for any other link, and for one to its comments."""
    found = _PAPER.fullmatch(href)
    if found is None or found[1] in _PLACES:
        return None
    return arxiv_id(found[1]) or found[1]


def joined(tag: Tag) -> str:
    """A tag's text. Pieces stand as they stand on the page; two that are marked side by side are two words."""
    pieces: list[str] = []
    before: PageElement | None = None
    for string in tag.strings:
        inner = string.parent if string.parent is not tag else None
        if inner is not None and before is not None and inner is not before:
            pieces.append(" ")
        pieces.append(string)
        before = inner
    return clean("".join(pieces))


def _time(tags: Iterable[Tag]) -> fields.CardDate | None:
    days = (day_of(tag.get("datetime")) for tag in tags if tag.name == "time")
    day = _first(days)
    return fields.CardDate(day.month, day.day, day.year, None) if day is not None else None


def _text(tags: Iterable[Tag], links: Iterable[Tag], title: str) -> str | None:
    """The longest text on the card: of its paragraphs, else of its links and innermost boxes."""
    paragraphs = (tag for tag in tags if tag.name == "p")
    outer = {
        id(parent) for tag in tags if tag.name in _BLOCKS for parent in (tag.parent, tag.parent and tag.parent.parent)
    }
    boxes = (tag for tag in (*links, *tags) if tag.name in {"a", "div", "span"} and id(tag) not in outer)
    for candidates in (paragraphs, boxes):
        texts = (told for tag in candidates if (told := joined(tag)) != title)
        longest = max((told for told in texts if len(told) >= _LEAST_TEXT), key=len, default=None)
        if longest is not None:
            return longest
    return None


def _upvotes(tags: list[Tag]) -> int | None:
    """The number beside the checkbox that one votes with; else the first that stands in a box of its own."""
    boxes = [tag.parent for tag in tags if tag.name == "input" and tag.get("type") == "checkbox"]
    widgets = [
        tag for tag in tags if tag.get("role") == "checkbox" or str(tag.get("href", "")).startswith("/login?next=")
    ]
    plain = [tag for tag in tags if "leading-none" in (tag.get("class") or ())]
    strings = (string for tag in (*boxes, *widgets, *plain) if tag is not None for string in tag.strings)
    return _first(fields.count(clean(string).removeprefix("Upvote").strip()) for string in strings)


def _read_link(card: Card, link: Tag, href: str) -> None:
    """What a link tells: comments, code and its stars, the organisation."""
    if href.endswith("#community"):
        card.comments = _first(fields.count(clean(string)) for string in link.strings) or 0
    elif href.startswith("https://github.com/") and card.code_url is None:
        card.code_url = clean(href)
        card.code_stars = _first(fields.count(clean(string)) for string in link.strings)
    elif card.organization is None and (found := _ORGANIZATION.fullmatch(href)) is not None:
        picture = link.find("img")
        if picture is not None and picture.get("alt") == found[1]:
            card.organization = joined(link) or None


def _texts(tags: Iterable[Tag], name: str) -> Iterator[str]:
    return (clean(tag.get_text(" ")) for tag in tags if tag.name == name)


def _first(found: Iterable[T | None]) -> T | None:
    return next((value for value in found if value is not None), None)


# --- all cards --------------------------------------------------------------------------------------------------------


def _listing(text: str, cards: list[Card], problems: list[Problem], captured: date | None, *, whole: bool) -> Listing:
    """Years are settled, what a page leaves out is filled in, and every value is validated."""
    shown = _header(text)
    daily = not any(card.text or card.date or card.trending for card in cards)
    dates = [card.date for card in cards if card.date is not None]
    id_years = [told for card in cards if (told := _id_year(card)) is not None]
    year = fields.page_year(dates, captured or shown, id_years)
    counts = any(card.comments is not None for card in cards)
    day = shown if daily else None
    entries = [_entry(card, year, counts=counts, listed=day) for card in cards]
    return structured("hf-html", entries, problems, captured, day=day, whole=whole)


def _id_year(card: Card) -> int | None:
    arxiv = arxiv_id(card.ident)
    bare = card.date is not None and card.date.year is None
    return fields.id_year(arxiv, card.date) if arxiv and bare and card.date else None


def _entry(card: Card, year: fields.PageYear | None, *, counts: bool, listed: date | None) -> Entry:
    published, inferred = _published(card.date, year)
    arxiv = arxiv_id(card.ident)
    is_summary = card.trending and card.text is not None and len(card.text) < _LEAST_ABSTRACT
    no_comments = 0 if counts or (not card.trending and (card.upvotes is not None or card.date is not None)) else None
    return Entry(
        title=card.title,
        abstract=None if is_summary else card.text,
        summary=card.text if is_summary else None,
        url=PAPER_URL + card.ident,
        arxiv_id=arxiv,
        source_ids=(f"hf:{card.ident}",),
        published=published,
        year_inferred=inferred,
        listed=listed,
        author_count=card.author_count,
        organization=card.organization,
        comments=no_comments if card.comments is None else card.comments,
        upvotes=card.upvotes,
        code_url=card.code_url,
        code_stars=card.code_stars,
        raw=card.raw,
    )


def _published(shown: fields.CardDate | None, year: fields.PageYear | None) -> tuple[date | None, bool]:
    """The day that a card shows, and whether its year was inferred."""
    if shown is None:
        return None, False
    if shown.year is not None:
        return date(shown.year, shown.month, shown.day), False
    day = year.date_of(shown) if year is not None else None
    return day, day is not None and year is not None and year.inferred


def _header(text: str) -> date | None:
    """The day in a page's header; None where it shows a week or a month."""
    first = _OPENED.search(text)
    found = _TIME.search(text, 0, first.start() if first else len(text))
    day = day_of(found[1]) if found else None
    shown = fields.card_date(clean(_TAG.sub(" ", found[2]))) if found else None
    return day if day is not None and shown is not None and (shown.month, shown.day) == (day.month, day.day) else None
