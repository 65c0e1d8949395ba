"""From the lines of a listing to its cards: what stands on the page for each paper, not yet interpreted.

A card is: perhaps an upvote count, a title, perhaps an abstract, then perhaps an author line (or an organisation in its
place), a dot, a date, a comment count. Both the text dumps and the Markdown export are read through this one walk; they
differ in how a title is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import pairwise

from papertide.errors import LayoutError
from papertide.parsers import fields
from papertide.parsers.segment import Shape, TextLine, ends_sentence, rejoin, segments, shape_of

LONGEST_RUN = 50_000
"""Lines of text that may stand side by side; a listing of a thousand papers, hard-wrapped, has fewer."""


class Kind(Enum):
    """What a line is, by its form alone."""

    BLANK = auto()
    TEXT = auto()
    TITLE = auto()
    AUTHORS = auto()
    DOT = auto()
    DATE = auto()
    COUNT = auto()


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the page: its number from 1, its cleaned text, its kind, its length before it was cleaned, and the link
    of a title that has one."""

    number: int
    text: str
    kind: Kind
    length: int = 0
    url: str | None = None


_RULE = re.compile(r"[-=_*~–—]+(?:\s+[-=_*~–—]+)*")


def kind_of(text: str) -> Kind:
    """The kind of a cleaned line that carries no mark-up."""
    if not text or (len(text) > 2 and _RULE.fullmatch(text)):
        return Kind.BLANK
    if len(text) > 120:
        return Kind.TEXT
    if fields.is_dot(text):
        return Kind.DOT
    if fields.author_count(text) is not None:
        return Kind.AUTHORS
    if fields.card_date(text) is not None:
        return Kind.DATE
    if fields.count(text) is not None:
        return Kind.COUNT
    return Kind.TEXT


@dataclass(slots=True)
class Facts:
    """The lines below an abstract. `dot` tells that the dot before a date was seen, whether or not the date was."""

    author_count: int | None = None
    organization: str | None = None
    dot: bool = False
    date: fields.CardDate | None = None
    comments: int | None = None
    last: int = 0

    @property
    def seen(self) -> bool:
        """Whether there were any such lines."""
        return self.last > 0


@dataclass(slots=True)
class Card:
    """What the page shows for one paper; `first` and `last` are its line numbers (from 1, both included).

    `line` is the number of its title's first line, which an upvote count may stand above. `cost` says how ill the split
    into title and abstract fits (`segment`); 0 where the title was marked as one.
    """

    title: str
    first: int
    last: int
    url: str | None = None
    abstract: str | None = None
    upvotes: int | None = None
    cost: float = 0.0
    facts: Facts = field(default_factory=Facts)
    line: int = 0
    raw: str = ""

    def __post_init__(self) -> None:
        self.line = self.line or self.first


@dataclass(slots=True)
class _Block:
    """Text between two groups of facts, and the facts that close it; in a text dump it may hold several cards."""

    text: list[TextLine] = field(default_factory=list)
    titled: Line | None = None
    upvotes: int | None = None
    first: int = 0
    facts: Facts = field(default_factory=Facts)


def read_cards(lines: Sequence[Line]) -> list[Card]:
    """The cards of a page, in page order.

    Where titles are marked, text without one is the page's own and no card, but for the beginning of a mark at its end.
    """
    blocks = list(_blocks(lines))
    if any(line.kind is Kind.TITLE for line in lines):
        begun = blocks[-1].text[:1]
        cut = begun and begun[0].text.startswith(("#", "["))
        blocks = [block for block in blocks if block.titled is not None or (cut and block is blocks[-1])]
    shape = shape_of([block.text for block in blocks])
    return [card for block in blocks for card in _cards_of(block, shape)]


def _blocks(lines: Sequence[Line]) -> Iterator[_Block]:
    upvoted = _shows_upvotes(lines)
    block, gap = _Block(), False
    for i, line in enumerate(lines):
        kind = line.kind
        if kind is Kind.BLANK:
            gap = True
            continue
        if kind is Kind.COUNT:
            if _is_comment_count(block, lines, i, upvoted=upvoted):
                block.facts.comments, block.facts.last = fields.count(line.text), line.number
                continue
            kind = Kind.COUNT if upvoted else Kind.TEXT
        if kind is Kind.COUNT:
            yield block
            block = _Block(upvotes=fields.count(line.text), first=line.number)
        elif kind in (Kind.TEXT, Kind.TITLE):
            begun = bool(block.text or block.titled)
            if block.facts.seen or (kind is Kind.TITLE and begun):
                yield block
                block = _Block()
            block.first = block.first or line.number
            if kind is Kind.TITLE:
                block.titled = line
            else:
                block.text.append(TextLine(line.number, line.text, gap or not block.text, line.length))
        else:
            _note_fact(block.facts, kind, line)
        gap = False
    yield block


def _shows_upvotes(lines: Sequence[Line]) -> bool:
    """Whether the page shows an upvote count above its titles: above the first one, or above all others.

    A comment count below a date stands above the next title too; but none is shown as a dash, as no upvotes are.
    """
    shown = [line for line in lines if line.kind is not Kind.BLANK]
    above = [first.kind is Kind.COUNT and second.kind in (Kind.TEXT, Kind.TITLE) for first, second in pairwise(shown)]
    dates = sum(line.kind is Kind.DATE for line in shown)
    all_others = dates > 2 and sum(above) >= dates - 1 and shown[-1].kind is not Kind.COUNT
    dashed = any(line.kind is Kind.COUNT and not line.text[0].isdigit() for line in shown)
    return above[:1] == [True] or (all_others and dashed)


def _is_comment_count(block: _Block, lines: Sequence[Line], i: int, *, upvoted: bool) -> bool:
    """Whether a count below a date is the comments of that card; where upvotes are shown, the last count isn't."""
    if block.facts.date is None or block.facts.comments is not None:
        return False
    following = next((line.kind for line in lines[i + 1 :] if line.kind is not Kind.BLANK), None)
    return not upvoted or following in (Kind.COUNT, None)


def _note_fact(facts: Facts, kind: Kind, line: Line) -> None:
    facts.last = line.number
    if kind is Kind.AUTHORS:
        facts.author_count = fields.author_count(line.text)
    elif kind is Kind.DOT:
        facts.dot = True
    else:
        facts.date = fields.card_date(line.text)
        facts.comments = facts.date.comments if facts.date else None
        facts.dot = facts.dot or fields.is_dot(line.text[:1])


def _cards_of(block: _Block, shape: Shape) -> list[Card]:
    text = block.text
    if block.facts.author_count is None and (block.facts.dot or block.facts.date is not None):
        begun = block.titled is not None
        block.facts.organization = _take_organization(text, begun=begun, dot=block.facts.dot)
    if block.titled is not None:
        titled = block.titled
        cards = [Card(titled.text, titled.number, titled.number, url=titled.url)]
        if text:
            cards[0].abstract, cards[0].last = rejoin([line.text for line in text]), text[-1].number
    else:
        cards = _split(text, shape)
    if cards:
        cards[0].upvotes, cards[0].first = block.upvotes, block.first or cards[0].first
        cards[-1].facts = block.facts
        cards[-1].last = max(cards[-1].last, block.facts.last)
    return cards


_ENDS_COMPANY = re.compile(r"\b(?:Co|Ltd|Inc|Corp|LLC|S\.A|B\.V)\.$")


def _take_organization(text: list[TextLine], *, begun: bool, dot: bool) -> str | None:
    """Take the organisation off the end of a block: a short line that is no sentence, parted from the text above it.

    Where no `dot` stands below it, it must be shorter, and more than a title must stand above it.
    """
    if len(text) < (1 if begun else 2) + (not dot):
        return None
    line = text[-1]
    parted = line.gap or (dot and len(text) > 1 and ends_sentence(text[-2].text))
    sentence = ends_sentence(line.text) and not _ENDS_COMPANY.search(line.text)
    if not parted or len(line.text) > (100 if dot else 50) or sentence:
        return None
    text.pop()
    return fields.organization(line.text)


def _split(text: Sequence[TextLine], shape: Shape) -> list[Card]:
    if len(text) > LONGEST_RUN:
        raise LayoutError("", f"{len(text):,} lines of text from line {text[0].number} on, with no fact between them")
    cards: list[Card] = []
    cut, cost = segments(text, shape)
    for segment in cut:
        part = text[segment.start : segment.stop]
        joined = rejoin([line.text for line in part])
        if segment.is_title:
            cards.append(Card(joined, part[0].number, part[-1].number))
        else:
            cards[-1].abstract, cards[-1].last = joined, part[-1].number
    for card in cards:
        card.cost = cost / len(cards)
    return cards
