"""Whether a paper answers a query, told without a database: the yardstick that the SQL face is held against.

Text is compared as the library's index does it, word by word (see `tokens` and `stem`); what is unknown answers no range.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from papertide.query.ast import (
    And,
    DateField,
    DateRange,
    FactField,
    Id,
    Is,
    LackField,
    Lacks,
    Node,
    Not,
    NumberRange,
    Or,
    Query,
    Term,
    Variants,
)
from papertide.query.stem import stems
from papertide.records.plain import PaperDict

_NO_ALIASES: Mapping[int, int] = {}
_NO_KEEPERS: Mapping[int, Collection[str]] = {}


@dataclass(frozen=True, slots=True)
class _Beside:
    """What a library knows of papers that stands in none of them."""

    aliases: Mapping[int, int]
    keepers: Mapping[int, Collection[str]]


def matches(
    query: Query,
    paper: PaperDict,
    *,
    aliases: Mapping[int, int] = _NO_ALIASES,
    keepers: Mapping[int, Collection[str]] = _NO_KEEPERS,
) -> bool:
    """Whether the paper is one that the query asks for.

    `aliases` maps numbers given up in merges to those that stand, `keepers` numbers to the readers who keep that paper,
    each once; a paper that nobody keeps may be left out.
    """
    return query.root is None or _holds(query.root, paper, _Beside(aliases, keepers))


def _holds(node: Node, paper: PaperDict, beside: _Beside) -> bool:
    if isinstance(node, And):
        return all(_holds(part, paper, beside) for part in node.parts)
    if isinstance(node, Or):
        return any(_holds(part, paper, beside) for part in node.parts)
    if isinstance(node, Not):
        return not _holds(node.part, paper, beside)
    if isinstance(node, Variants):
        return any(_holds(part, paper, beside) for part in (node.part, *node.others))
    if isinstance(node, Term):
        return _says(node, paper)
    if isinstance(node, Id):
        return paper["id"] == node.number or paper["id"] == beside.aliases.get(node.number)
    if isinstance(node, Is):
        return _is(node, paper, beside)
    if isinstance(node, Lacks):
        return _lacks(node.field, paper)
    return _in_range(node, paper, beside)


def _in_range(node: DateRange | NumberRange, paper: PaperDict, beside: _Beside) -> bool:
    if isinstance(node, DateRange):
        low, high = node.low or "", node.high or "~"  # after every date
        return any(low <= day <= high for day in _days(node.field, paper))
    number = _keeps(paper, beside) if node.field == "keeps" else _number(node.field, paper)
    return (
        number is not None and (node.low is None or node.low <= number) and (node.high is None or number <= node.high)
    )


# --- text -------------------------------------------------------------------------------------------------------------


def _says(term: Term, paper: PaperDict) -> bool:
    """A term in which there is nothing to search for is true of every paper."""
    sought = stems(term.text)
    return not sought or any(_in_order(sought, stems(text), term.kind == "prefix") for text in _texts(term, paper))


def _texts(term: Term, paper: PaperDict) -> Sequence[str]:
    if term.field == "title":
        return [paper["title"]]
    if term.field == "abstract":
        return [paper["abstract"] or ""]
    if term.field == "author":
        # The index holds the names as the JSON list that the library keeps.
        return [json.dumps(paper["authors"], ensure_ascii=False)]
    if term.field == "org":
        return [paper["organization"] or ""]
    return [paper["title"], paper["abstract"] or ""]


def _in_order(sought: Sequence[bytes], held: Sequence[bytes], prefix: bool) -> bool:
    """Whether the words stand side by side; the last of them may go on if `prefix`."""
    *head, last = sought
    for start in range(len(held) - len(head)):
        end = held[start + len(head)]
        if held[start : start + len(head)] == head and (end.startswith(last) if prefix else end == last):
            return True
    return False


# --- facts ------------------------------------------------------------------------------------------------------------

_ASCII_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def _is(node: Is, paper: PaperDict, beside: _Beside) -> bool:
    if node.field == "has":
        return _has(node.value, paper)
    if node.field == "source":
        return any(_from(node.value, source) for source in paper["source_ids"])
    if node.field == "arxiv":
        return paper["arxiv_id"] == node.value
    return node.value.translate(_ASCII_LOWER) in [name.translate(_ASCII_LOWER) for name in _borne(node, paper, beside)]


def _borne(node: Is, paper: PaperDict, beside: _Beside) -> Collection[str]:
    if node.field == "topic":
        return paper["topics"]
    if node.field == "tag":
        return paper["tags"]
    return [paper["status"]] if node.field == "status" else beside.keepers.get(paper["id"], ())


def _keeps(paper: PaperDict, beside: _Beside) -> int:
    return len(beside.keepers.get(paper["id"], ()))


def _from(asked: str, source: str) -> bool:
    return source == asked if ":" in asked else source.startswith(f"{asked}:")


def _has(thing: str, paper: PaperDict) -> bool:
    held: dict[str, object] = {
        "abstract": paper["abstract"],
        "code": paper["code_url"],
        "note": paper["note"],
        "summary": paper["summary"],
        "date": paper["published"],
        "authors": paper["authors"] or None,
        "tag": paper["tags"] or None,
        "topic": paper["topics"] or None,
    }
    return held[thing] is not None


def _lacks(field: LackField, paper: PaperDict) -> bool:
    if field in ("published", "listed", "added"):
        return not _days(field, paper)
    if field in ("authors", "comments", "upvotes", "stars"):
        return _number(field, paper) is None
    if field == "arxiv":
        return paper["arxiv_id"] is None
    return not (paper["topics"] if field == "topic" else paper["tags"] if field == "tag" else paper["source_ids"])


def _days(field: DateField, paper: PaperDict) -> list[str]:
    if field == "listed":
        return paper["listed"]
    day = paper["published"] if field == "published" else paper["added"][:10]
    return [] if day is None else [day]


def _number(field: FactField, paper: PaperDict) -> int | None:
    if field == "authors":
        return paper["author_count"]
    if field == "comments":
        return paper["comments"]
    return paper["upvotes"] if field == "upvotes" else paper["code_stars"]
