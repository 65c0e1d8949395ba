"""A query as text that reads back as the same query; dates come out as days, saved searches as what they stand for."""

from __future__ import annotations

import re

from papertide.query.ast import And, DateRange, Id, Is, Lacks, Leaf, Node, Not, NumberRange, Or, Term, Variants

_BARE = re.compile(r'[^\s()"]+')
_OPERATORS = ("AND", "OR", "NOT")


def unparse(node: Node | None) -> str:
    """The text of a tree; "" for none."""
    if node is None:
        return ""
    if isinstance(node, Variants):
        return unparse(node.part)
    if isinstance(node, Or):
        return " OR ".join(_grouped(part, Or) for part in node.parts)
    if isinstance(node, And):
        return " ".join(_grouped(part, And, Or) for part in node.parts)
    if isinstance(node, Not):
        return f"-{_grouped(node.part, And, Or, Not)}"
    return _leaf(node)


def _grouped(node: Node, *kinds: type) -> str:
    if isinstance(node, Variants):
        return _grouped(node.part, *kinds)
    return f"({unparse(node)})" if isinstance(node, kinds) else unparse(node)


def _leaf(leaf: Leaf) -> str:
    if isinstance(leaf, Term):
        return _term(leaf)
    if isinstance(leaf, Id):
        return f"id:{leaf.number}"
    if isinstance(leaf, Is):
        plain = _BARE.fullmatch(leaf.value) and leaf.value.lower() != "none"
        return f"{leaf.field}:{leaf.value if plain else _quoted(leaf.value)}"
    field = "date" if leaf.field == "published" else leaf.field
    if isinstance(leaf, Lacks):
        return f"{field}:none"
    return f"{field}:{_range(leaf)}"


def _term(term: Term) -> str:
    bare = bool(_BARE.fullmatch(term.text)) and not term.text.endswith("*")
    if term.field is None:
        bare = bare and ":" not in term.text and term.text[0] not in "-@" and term.text not in _OPERATORS
    text = term.text if bare and term.kind != "phrase" else _quoted(term.text)
    star = "*" if term.kind == "prefix" else ""
    return f"{term.field}:{text}{star}" if term.field else f"{text}{star}"


def _range(leaf: DateRange | NumberRange) -> str:
    if leaf.low == leaf.high and leaf.low is not None:
        return f"{leaf.low}"
    if leaf.low is not None and leaf.high is not None:
        return f"{leaf.low}..{leaf.high}"
    if leaf.high is not None:
        return f"<={leaf.high}"
    least = "0001-01-01" if isinstance(leaf, DateRange) else 0
    return f">={least if leaf.low is None else leaf.low}"


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
