"""Where titles end and abstracts begin, in a run of text lines that carries no marks; by structure, not by words.

Every way of cutting the run into `title, abstract, title, abstract, …` has a cost, and the cheapest wins (dynamic
programming over segments, linear in the number of lines). What costs: a title that is long, ends a sentence or holds
one; an abstract that is short or stops in mid-sentence; a card without an abstract; a cut where a line was merely
wrapped, and a join where it was not. The costs are one table; they were set on the layouts in `fixtures/`, and only
their order of size matters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text: its number in the input (from 1), whether a blank line or a mark stands before it, and how long
    it was on the page, before anything was cleaned away."""

    number: int
    text: str
    gap: bool
    length: int


@dataclass(frozen=True, slots=True)
class Segment:
    """Lines `start` (included) to `stop` (excluded) of the run that are one title, or one abstract."""

    is_title: bool
    start: int
    stop: int


class Spaced(Enum):
    """Whether blank lines part a page's paragraphs."""

    NEVER = 0
    SOME = 1  # such as between cards, but not between title and abstract
    ALWAYS = 2


@dataclass(frozen=True, slots=True)
class Shape:
    """How a page sets its text: whether blank lines part it, how wide it was wrapped, and whether words break at hyphens."""

    spaced: Spaced
    width: int | None
    hyphens: bool


# The table of costs.
_NO_ABSTRACT = 5.0  # a card without an abstract
# A card, and an abstract, that begins without a blank line.
_UNSPACED_CARD = {Spaced.NEVER: 0.0, Spaced.SOME: 4.0, Spaced.ALWAYS: 40.0}
_UNSPACED_ABSTRACT = {Spaced.NEVER: 0.0, Spaced.SOME: 2.0, Spaced.ALWAYS: 8.0}
_AFTER_OPEN_SENTENCE = 3.0  # a card that begins where the abstract before it has not ended
_CUT_IN_WRAP = 6.0  # a card that begins where the line before was full, as in a wrapped paragraph
_ABSTRACT_IN_WRAP = 4.0  # likewise an abstract
# Two lines of one paragraph, though the first had room for more.
_JOIN_UNWRAPPED = {Spaced.NEVER: 7.0, Spaced.SOME: 7.0, Spaced.ALWAYS: 0.5}
_JOIN_AFTER_STOP = 2.0  # the same, and the first ended in mid-sentence
_JOIN_PARAGRAPHS = 8.0  # two paragraphs of one abstract
_JOIN_TITLE_PARAGRAPHS = 15.0  # a title in two paragraphs
_HOPELESS = 45.0  # a segment whose joins cost more is not looked at further
_LONGEST_TITLE = 600  # characters; likewise
_MOST_LINES = 150  # likewise: an abstract wrapped at 25 columns has fewer
_LOWER_START = 3.0  # a title that begins in lower case, more where it goes on a sentence

_TITLE_CASE = 1.5  # an abstract whose first line is set like a title
_TOO_LONG = ((2000, 5.0), (3000, 6.0))  # arXiv takes at most 1,920 characters of abstract

_ENDS_SENTENCE = re.compile(r"""[.!?…。！？][)\]}"'”’*_`]*$""")
_LINK = re.compile(r"(?:https?://(?:[\w-]+\.)+[a-z]{2,}|www\.[\w-]+\.[a-z]{2,})(?:[/?#:]\S*)?")
_HOLDS_SENTENCE = re.compile(r"[a-z)\]]\. +[A-Z]")


def ends_sentence(text: str) -> bool:
    """Whether a text ends as a sentence does: with a full stop or its like, perhaps inside a bracket or quotes."""
    return _ENDS_SENTENCE.search(text[-12:]) is not None


def ends_in_link(text: str) -> bool:
    """Whether the last word of a text is an address."""
    return _LINK.fullmatch(text.rpartition(" ")[2]) is not None


def _is_finished(text: str) -> bool:
    """Whether an abstract may end here: at the end of a sentence, or with a link."""
    return ends_sentence(text) or ends_in_link(text)


def _is_title_case(text: str) -> bool:
    long_words = [word for word in text[:200].split() if len(word) > 3]
    return len(long_words) > 2 and sum(word[0].isupper() for word in long_words) >= 0.75 * len(long_words)


def shape_of(runs: Sequence[Sequence[TextLine]]) -> Shape:
    """How a page sets its text, read off its runs of text lines; facts stand between two runs.

    The width is that of lines which another follows at once; of those the longest hundredth doesn't count (an address is
    not broken), nor do lines that stand alone (a title need not be wrapped where abstracts are). A page is wrapped where
    it is at most 400 characters and at least a fifth of those lines (and three) come close to it.

    Where most runs have a blank line near their beginning, that is what parts titles from abstracts, and nothing else
    does. Else blank lines are weighed against the neighbours that wrapping doesn't explain.
    """
    lines = [line for run in runs for line in run]
    inner = sorted(line.length for line, following in pairwise(lines) if not following.gap)
    width = inner[int(len(inner) * 0.99)] if inner else 0
    near = sum(length >= 0.85 * width for length in inner)
    wrapped = 0 < width <= 400 and near >= max(3, len(inner) / 5)
    hyphens = wrapped and sum(_BREAKS_WORD.search(line.text) is not None for line in lines) * 100 > len(lines)
    shape = Shape(Spaced.NEVER, width if wrapped else None, hyphens)
    gaps = sum(line.gap for line in lines[1:])
    tight = sum(not line.gap and not _is_full(before, line, shape) for before, line in pairwise(lines))
    parted = [any(line.gap for line in run[1:4]) for run in runs if len(run) > 1]
    if len(parted) > 2 and sum(parted) >= 0.8 * len(parted):
        return replace(shape, spaced=Spaced.ALWAYS)
    spaced = Spaced.NEVER if gaps < max(tight, 1) else Spaced.ALWAYS if gaps > 2 * tight else Spaced.SOME
    return replace(shape, spaced=spaced)


def segments(lines: Sequence[TextLine], shape: Shape) -> tuple[list[Segment], float]:
    """The cheapest cutting of `lines` into titles and abstracts, in order, and its cost.

    The run begins with a title; every abstract has a title before it.
    """
    count = len(lines)
    joins = [_Joint.between(lines[i - 1], lines[i], shape) if i else _Joint() for i in range(count)]
    best_title: list[float] = [float("inf")] * (count + 1)  # lines[:k] end in a title
    best_abstract = [float("inf")] * (count + 1)  # lines[:k] end in an abstract
    title_from, abstract_from = [0] * (count + 1), [0] * (count + 1)
    after_title = [False] * (count + 1)  # whether the title that ends at k follows a title
    for start in range(count):
        joint = joins[start]
        # A card begins here: after an abstract, after a bare title, or first of all.
        opening, follows_title = 0.0, False
        if start:
            after_abstract = best_abstract[start] + joint.card_after_abstract
            bare = best_title[start] + _NO_ABSTRACT + joint.card_after_title
            opening, follows_title = min((after_abstract, False), (bare, True))
        if opening < float("inf"):
            _extend(lines, joins, start, opening, best_title, title_from, title=True)
            for stop in range(start + 1, count + 1):
                if title_from[stop] == start:
                    after_title[stop] = follows_title
                elif stop > start + 12:
                    break
        if start and best_title[start] < float("inf"):
            opening = best_title[start] + joint.abstract_after_title
            _extend(lines, joins, start, opening, best_abstract, abstract_from, title=False)
    return _trace(count, best_title, best_abstract, title_from, abstract_from, after_title)


@dataclass(frozen=True, slots=True)
class _Joint:
    """What it costs that something begins, or goes on, between two neighbouring lines."""

    card_after_abstract: float = 0.0
    card_after_title: float = 0.0
    abstract_after_title: float = 0.0
    within_title: float = 0.0
    within_abstract: float = 0.0

    @staticmethod
    def between(before: TextLine, line: TextLine, shape: Shape) -> _Joint:
        full = not line.gap and _is_full(before, line, shape)
        stopped = _is_finished(before.text)
        card = (0.0 if line.gap else _UNSPACED_CARD[shape.spaced]) + (_CUT_IN_WRAP if full else 0.0)
        card += _LOWER_START if line.text[:1].islower() else 0.0
        if line.gap:
            within = _JOIN_PARAGRAPHS + (0.0 if stopped else _JOIN_AFTER_STOP)
            within_title = _JOIN_TITLE_PARAGRAPHS
        else:
            unwrapped = _JOIN_UNWRAPPED[shape.spaced]
            within = 0.0 if full else unwrapped + (0.0 if stopped else min(unwrapped, _JOIN_AFTER_STOP))
            within_title = 0.0 if full else unwrapped
        if line.text[:1].islower() and not stopped:
            within *= 0.4  # a sentence that plainly goes on
        return _Joint(
            card_after_abstract=card + (0.0 if stopped else _AFTER_OPEN_SENTENCE),
            card_after_title=card,
            abstract_after_title=(0.0 if line.gap else _UNSPACED_ABSTRACT[shape.spaced])
            + (_ABSTRACT_IN_WRAP if full else 0.0)
            + (_TITLE_CASE if _is_title_case(line.text) else 0.0),
            within_title=within_title,
            within_abstract=within,
        )


_BREAKS_WORD = re.compile(r"[^\W\d_]{2}-$")
_FIRST_PIECE = re.compile(r"\S*?[^\W\d_]{2}-(?=[^\W\d_]-?[^\W\d_])|\S+")
_FIRST_WORD = re.compile(r"\S+")


def _is_full(before: TextLine, line: TextLine, shape: Shape) -> bool:
    """Whether what begins `line` (a word, or its part up to a hyphen) had no room left at the end of `before`."""
    if shape.width is None:
        return False
    first = (_FIRST_PIECE if shape.hyphens else _FIRST_WORD).match(line.text)
    space = 0 if _BREAKS_WORD.search(before.text) else 1
    return before.length + space + len(first.group() if first else "") > shape.width


def _extend(
    lines: Sequence[TextLine],
    joins: Sequence[_Joint],
    start: int,
    opening: float,
    best: list[float],
    came_from: list[int],
    *,
    title: bool,
) -> None:
    """Try every segment that begins at `start`, and keep it where it is the cheapest way to its end."""
    joined, length, sentences = 0.0, -1, False
    for stop in range(start + 1, min(len(lines), start + _MOST_LINES) + 1):
        line = lines[stop - 1]
        if stop - 1 > start:
            joined += joins[stop - 1].within_title if title else joins[stop - 1].within_abstract
            if joined > _HOPELESS:
                return
        length += 1 + len(line.text)
        if title:
            if length > _LONGEST_TITLE and stop - 1 > start:
                return
            sentences = sentences or _HOLDS_SENTENCE.search(line.text[:_LONGEST_TITLE]) is not None
        cost = (
            opening + joined + (_as_title(line.text, length, sentences) if title else _as_abstract(line.text, length))
        )
        if cost < best[stop]:
            best[stop], came_from[stop] = cost, start


def _as_title(last: str, length: int, sentences: bool) -> float:
    cost = 1.0 if length < 12 else 0.0
    for limit, more in ((200, 3.0), (300, 9.0), (500, 10.0)):
        cost += more if length > limit else 0.0
    if last.endswith((".", "。", ",", ";")) and not last.endswith("..."):
        cost += 4.0
    if sentences:
        cost += 3.0
    if "://" in last:
        cost += 5.0
    return cost


def _as_abstract(last: str, length: int) -> float:
    cost = 0.0 if _is_finished(last) else 1.5
    for limit, more in _TOO_LONG:
        cost += more if length > limit else 0.0
    for limit, more in ((80, 4.0), (160, 2.0), (280, 1.0)):
        cost += more if length < limit else 0.0
    return cost


def _trace(
    count: int,
    best_title: list[float],
    best_abstract: list[float],
    title_from: list[int],
    abstract_from: list[int],
    after_title: list[bool],
) -> tuple[list[Segment], float]:
    if not count:
        return [], 0.0
    bare_end = best_title[count] + _NO_ABSTRACT
    is_title, cost = (True, bare_end) if bare_end < best_abstract[count] else (False, best_abstract[count])
    found: list[Segment] = []
    stop = count
    while stop > 0:
        start = title_from[stop] if is_title else abstract_from[stop]
        found.append(Segment(is_title, start, stop))
        is_title = after_title[stop] if is_title else True
        stop = start
    return found[::-1], cost


_HYPHENATED = re.compile(r"\w-$|\S--$")


def rejoin(lines: Sequence[str]) -> str:
    """Wrapped lines as one: a line broken behind a hyphen is joined to the next without a space.

    "pre-" before "and" or "or" keeps its space: there the hyphen stands for a word that follows.
    """
    text = ""
    for line in lines:
        if not text:
            text = line
        elif _HYPHENATED.search(text) and not re.match(r"(?:and|or|to|versus|vs)\s", line):
            text += line
        else:
            text += " " + line
    return text
