"""What a query is once it is read: a small tree of conditions on one paper, frozen and comparable.

A tree says which papers, never in what order. Every leaf is either true or false of a paper: what is unknown is false of
every range, so `Not` of it is true. `And` and `Or` hold two parts or more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

TextField = Literal["title", "abstract", "author", "org"]
NameField = Literal["topic", "tag", "status", "keptby", "source", "has", "arxiv"]
DateField = Literal["published", "listed", "added"]
FactField = Literal["authors", "comments", "upvotes", "stars"]
NumberField = Literal["authors", "comments", "upvotes", "stars", "keeps"]
LackField = Literal["topic", "tag", "source", "arxiv", "published", "listed", "added"] | FactField
TermKind = Literal["word", "prefix", "phrase"]


@dataclass(frozen=True, slots=True)
class Term:
    """Text that a paper holds: in its title or its abstract, or in the one field named.

    The text is what was typed; `tokens.words` says what of it is searched. Its words stand side by side in one field, so a
    word such as `fine-tuning` is the phrase "fine tuning". The last word of a prefix may go on.
    """

    text: str
    kind: TermKind = "word"
    field: TextField | None = None


@dataclass(frozen=True, slots=True)
class Is:
    """A name that a paper bears; upper and lower case ASCII letters are the same for topics, tags, statuses and readers.

    A source without a colon is any id of that source: "hf" is every "hf:…".
    """

    field: NameField
    value: str


@dataclass(frozen=True, slots=True)
class Lacks:
    """`field:none`: nothing is known there."""

    field: LackField


@dataclass(frozen=True, slots=True)
class Id:
    """The number of a paper, or one that it had before a merge."""

    number: int


@dataclass(frozen=True, slots=True)
class DateRange:
    """A day from `low` to `high`, both included, in ISO text; None is open. For `listed`, any of the paper's days."""

    field: DateField
    low: str | None
    high: str | None


@dataclass(frozen=True, slots=True)
class NumberRange:
    """A known number from `low` to `high`, both included; None is open. For `keeps` it is always known, 0 included."""

    field: NumberField
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class And:
    """All of the parts."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of the parts."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Everything but this."""

    part: Node


@dataclass(frozen=True, slots=True)
class Variants:
    """What was asked for, or the same in another spelling: "LLM" is "large language model" too."""

    part: And | Term
    others: tuple[Term, ...]


Leaf: TypeAlias = Term | Is | Lacks | Id | DateRange | NumberRange
Node: TypeAlias = And | Or | Not | Variants | Leaf


@dataclass(frozen=True, slots=True)
class Query:
    """A query, read. `root` None asks for nothing in particular, and so means every paper; `str` gives text that reads back."""

    root: Node | None = None

    def __and__(self, other: Query) -> Query:
        return both(self, other)

    def __str__(self) -> str:
        from papertide.query.unparse import unparse

        return unparse(self.root)


def both(first: Query, second: Query) -> Query:
    """The papers that two queries share."""
    return Query(conjunction(root for root in (first.root, second.root) if root is not None))


def conjunction(parts: Iterable[Node]) -> Node | None:
    """All of these, without an And inside an And; None for none."""
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, And) else (part,))
    return And(tuple(flat)) if len(flat) > 1 else next(iter(flat), None)


def disjunction(parts: Iterable[Node]) -> Node | None:
    """Any of these, without an Or inside an Or; None for none."""
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, Or) else (part,))
    return Or(tuple(flat)) if len(flat) > 1 else next(iter(flat), None)


def negation(part: Node) -> Node:
    """Everything but this; twice is nothing."""
    return part.part if isinstance(part, Not) else Not(part)


def leaves(node: Node | None) -> Iterator[Leaf]:
    """Every condition of a tree, from left to right; of what is spelt in several ways, as it was asked for."""
    if isinstance(node, And | Or):
        for part in node.parts:
            yield from leaves(part)
    elif isinstance(node, Not | Variants):
        yield from leaves(node.part)
    elif node is not None:
        yield node


def topics_in(query: Query) -> tuple[str, ...]:
    """The names of the topics that a query speaks of, as they were typed; `topic:none` names none."""
    return _names_in(query, "topic")


def readers_in(query: Query) -> tuple[str, ...]:
    """The names of the readers that a query speaks of, as they were typed."""
    return _names_in(query, "keptby")


def _names_in(query: Query, field: NameField) -> tuple[str, ...]:
    return tuple(leaf.value for leaf in leaves(query.root) if isinstance(leaf, Is) and leaf.field == field)
