"""Where a text answers a query, and the stretch of it that answers best: what a search shows under a title."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from papertide.query.ast import And, Node, Or, Query, Term, Variants
from papertide.query.stem import stem, stems
from papertide.query.tokens import spans

Marks = tuple[tuple[int, int], ...]
_ELLIPSIS = "… "


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of text, and the parts of it (first character, and the one behind the last) that answer."""

    text: str
    marks: Marks


def terms_of(query: Query | None) -> tuple[Term, ...]:
    """The terms that a query looks for in titles and abstracts, in all spellings; none of what it rules out."""
    found = _sought(query.root) if query is not None and query.root is not None else ()
    return tuple(
        dict.fromkeys(term for term in found if term.field in (None, "title", "abstract") and stems(term.text))
    )


def marked(text: str, terms: Sequence[Term]) -> Marks:
    """The parts of a text that answer any of these terms, in order, not overlapping."""
    return _merged(sorted(hit for hits in _hits(text, terms) for hit in hits))


def passage(text: str, terms: Sequence[Term], width: int) -> Passage | None:
    """The stretch of about `width` characters that answers most of the terms, the first of several; None where none does."""
    hits = sorted((start, end, place) for place, found in enumerate(_hits(text, terms)) for start, end in found)
    if not hits:
        return None
    best, most, first = 0, 0, 0
    kinds: dict[int, int] = {}
    for begin, _, place in hits:
        kinds[place] = kinds.get(place, 0) + 1
        while begin - hits[first][0] > width * 2 // 3:
            kinds[hits[first][2]] -= 1
            first += 1
        answered = sum(count > 0 for count in kinds.values())
        if answered > most:
            best, most = hits[first][0], answered
    start = _start(text, best, width)
    end = _end(text, start + width)
    before, after = _ELLIPSIS if start else "", " …" if end < len(text) else ""
    inside = [
        (low - start + len(before), high - start + len(before)) for low, high, _ in hits if start <= low < high <= end
    ]
    return Passage(before + text[start:end] + after, _merged(inside))


def _sought(node: Node) -> Iterator[Term]:
    if isinstance(node, Term):
        yield node
    elif isinstance(node, And | Or):
        for part in node.parts:
            yield from _sought(part)
    elif isinstance(node, Variants):
        yield from _sought(node.part)
        yield from node.others


def _hits(text: str, terms: Sequence[Term]) -> list[list[tuple[int, int]]]:
    """For each term the parts of the text that answer it."""
    held = [(start, end, stem(word.encode())) for start, end, word in spans(text)]
    places: dict[bytes, list[int]] = {}
    for place, (_, _, root) in enumerate(held):
        places.setdefault(root, []).append(place)
    return [_of_term(term, held, places) for term in terms]


def _of_term(
    term: Term, held: Sequence[tuple[int, int, bytes]], places: dict[bytes, list[int]]
) -> list[tuple[int, int]]:
    *head, last = stems(term.text)
    if term.kind == "prefix":
        ends = [place for root, found in places.items() if root.startswith(last) for place in found]
    else:
        ends = places.get(last, [])
    length = len(head)
    return [
        (held[end - length][0], held[end][1])
        for end in ends
        if end >= length and [root for _, _, root in held[end - length : end]] == head
    ]


def _merged(parts: Sequence[tuple[int, int]]) -> Marks:
    found: list[tuple[int, int]] = []
    for low, high in parts:
        if found and low < found[-1][1]:
            found[-1] = found[-1][0], max(high, found[-1][1])
        else:
            found.append((low, high))
    return tuple(found)


def _start(text: str, hit: int, width: int) -> int:
    """Where to begin so that a hit has something before it: at a word, and early enough to fill the width."""
    wanted = max(0, min(hit - width // 6, len(text) - width))
    if wanted == 0:
        return 0
    space = text.find(" ", wanted - 1, hit)
    return hit if space < 0 else space + 1


def _end(text: str, wanted: int) -> int:
    if wanted >= len(text):
        return len(text)
    space = text.rfind(" ", wanted - 30, wanted + 1)
    return wanted if space < 0 else space
