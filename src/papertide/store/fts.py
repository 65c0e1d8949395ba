"""Terms as FTS5 MATCH text that nothing typed can break out of.

Every term is one FTS5 string: in double quotes, its own quotes doubled, and without control characters (a NUL would end
the text early). The rest of the text is ours: column filters, AND, OR, parentheses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from papertide.query.ast import And, Node, Or, Term, Variants
from papertide.query.tokens import has_word

_COLUMNS = {
    None: "{title abstract}",
    "title": "{title}",
    "abstract": "{abstract}",
    "author": "{authors}",
    "org": "{organization}",
}
_UNSAFE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_DEEPEST = 4
"""Groups inside groups that go into one MATCH text; FTS5's parser has room for some thirty."""


def term(sought: Term) -> str:
    """One term with its columns. It has to hold a word: an empty string finds nothing, or everything, by its neighbours."""
    text = _UNSAFE.sub(" ", sought.text).replace('"', '""')
    return f'{_COLUMNS[sought.field]} : "{text}"' + (" *" if sought.kind == "prefix" else "")


def is_text(node: Node, deepest: int = _DEEPEST) -> bool:
    """Whether a tree is of terms alone, joined by And and Or, and shallow, so that one MATCH text can say it."""
    if isinstance(node, Term):
        return has_word(node.text)
    if isinstance(node, Variants):
        return deepest > 0 and all(is_text(part, deepest - 1) for part in (node.part, *node.others))
    return isinstance(node, And | Or) and deepest > 0 and all(is_text(part, deepest - 1) for part in node.parts)


def expression(node: Node) -> str:
    """The MATCH text of a tree that `is_text`."""
    if isinstance(node, Term):
        return term(node)
    if isinstance(node, Variants):
        return expression(Or((node.part, *node.others)))
    if not isinstance(node, And | Or):
        raise TypeError(f"no text in {type(node).__name__}")
    sign = " AND " if isinstance(node, And) else " OR "
    return sign.join(expression(part) if isinstance(part, Term) else f"({expression(part)})" for part in node.parts)


def every(nodes: list[Node]) -> str:
    """The MATCH text that holds all of these trees."""
    return expression(nodes[0]) if len(nodes) == 1 else expression(And(tuple(nodes)))


def any_of(terms: Iterable[Term]) -> str:
    """The MATCH text that holds one of these terms or more."""
    return " OR ".join(dict.fromkeys(map(term, terms)))
