"""Which trees of a query an index of words can answer by itself."""

from __future__ import annotations

from collections.abc import Iterable

from papertide.query.ast import And, Node, Or, Term, Variants
from papertide.query.tokens import has_word

_DEEPEST = 4
"""Groups inside groups that go into one question to an index; FTS5's parser has room for some thirty."""


def is_text(node: Node, deepest: int = _DEEPEST) -> bool:
    """Whether a tree is of terms alone, joined by And and Or, and shallow, so that one question to an index can say it."""
    if isinstance(node, Term):
        return has_word(node.text)
    if isinstance(node, Variants):
        return deepest > 0 and all(is_text(part, deepest - 1) for part in (node.part, *node.others))
    return isinstance(node, And | Or) and deepest > 0 and all(is_text(part, deepest - 1) for part in node.parts)


def any_of(terms: Iterable[Term]) -> Node:
    """The tree that holds of a paper with one of these terms or more."""
    found = tuple(dict.fromkeys(terms))
    return found[0] if len(found) == 1 else Or(found)
