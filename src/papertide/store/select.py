"""A Query as SQL over `paper p`: the face that answers fast. `query.match` says the same in memory, and tests hold them equal.

What was typed is a parameter, always; the SQL is put together from this file's own text alone.

**Unknown.** A comparison with NULL is NULL, which WHERE takes for false. Under AND and OR that is what we mean; NOT alone
would let it through as unknown, so a negation is written `IS NOT TRUE`.

**Text.** Terms become `p.id IN (SELECT rowid FROM paper_text WHERE …)`, whose condition is the engine's (see `database.Texts`).
Terms that stand side by side under one And (or one Or) go into one condition, so that the index joins them; each term names
its own columns, so every word may stand in either the title or the abstract.

**Depth.** SQLite's parser has a stack of 100. The deepest part of a group comes first, where a parenthesis costs it one
place; `query.parse.MAX_DEPTH` is what then fits.
"""

from __future__ import annotations

from dataclasses import dataclass

from papertide.query.ast import (
    And,
    DateRange,
    Id,
    Is,
    Lacks,
    Leaf,
    Node,
    Not,
    NumberRange,
    Or,
    Query,
    Term,
    Variants,
    conjunction,
)
from papertide.query.relevance import Concept, concepts
from papertide.store.database import Texts
from papertide.store.terms import any_of, is_text

_Sql = tuple[str, list[object]]

# SQL for the names that a paper bears; :reader and :value are filled in by place, in the order in which they stand.
_IS = {
    "topic": "p.id IN (SELECT paper_id FROM paper_topic WHERE topic = :value COLLATE NOCASE)",
    "tag": "p.id IN (SELECT paper_id FROM tag WHERE reader = :reader AND tag = :value COLLATE NOCASE)",
    "keptby": "p.id IN (SELECT paper_id FROM status WHERE status = 'keep' AND reader = :value COLLATE NOCASE)",
    "arxiv": "p.arxiv_id = :value",
}
_HAS = {
    "abstract": "p.abstract IS NOT NULL",
    "code": "p.code_url IS NOT NULL",
    "note": "EXISTS (SELECT 1 FROM note WHERE reader = :reader AND paper_id = p.id)",
    "summary": "p.summary IS NOT NULL",
    "date": "p.published IS NOT NULL",
    "authors": "p.authors <> '[]'",
    "tag": "EXISTS (SELECT 1 FROM tag WHERE reader = :reader AND paper_id = p.id)",
    "topic": "EXISTS (SELECT 1 FROM paper_topic WHERE paper_id = p.id)",
}
_LACKS = {
    "topic": "NOT EXISTS (SELECT 1 FROM paper_topic WHERE paper_id = p.id)",
    "tag": "NOT EXISTS (SELECT 1 FROM tag WHERE reader = :reader AND paper_id = p.id)",
    "source": "NOT EXISTS (SELECT 1 FROM paper_source WHERE paper_id = p.id)",
    "listed": "NOT EXISTS (SELECT 1 FROM paper_listed WHERE paper_id = p.id)",
    "added": "FALSE",  # every paper was added some day
    "published": "p.published IS NULL",
    "arxiv": "p.arxiv_id IS NULL",
    "authors": "p.author_count IS NULL",
    "comments": "p.comments IS NULL",
    "upvotes": "p.upvotes IS NULL",
    "stars": "p.code_stars IS NULL",
}
_RANGES = {
    "published": "p.published",
    "added": "p.added",
    "authors": "p.author_count",
    "comments": "p.comments",
    "upvotes": "p.upvotes",
    "stars": "p.code_stars",
}


def where(query: Query | None, *, reader: str, texts: Texts) -> _Sql:
    """A boolean expression over `paper p`, and its parameters in order; "TRUE" for a query that asks for nothing."""
    if query is None or query.root is None:
        return "TRUE", []
    return _Writer(reader, texts).sql(query.root)


class _Writer:
    """Writes the conditions of one reader."""

    def __init__(self, reader: str, texts: Texts) -> None:
        self._reader = reader
        self._texts = texts

    def sql(self, node: Node) -> _Sql:
        if isinstance(node, And):
            return self._group(node.parts, And)
        if isinstance(node, Or):
            return self._group(node.parts, Or)
        if isinstance(node, Variants):
            return self._group((node.part, *node.others), Or)
        if isinstance(node, Not):
            text, values = self.sql(node.part)
            return f"({text}) IS NOT TRUE", values
        return self._leaf(node)

    def _group(self, parts: tuple[Node, ...], kind: type[And | Or]) -> _Sql:
        texts = [part for part in parts if is_text(part)]
        others = sorted((part for part in parts if not is_text(part)), key=_depth, reverse=True)
        pieces = [self.sql(part) for part in others]
        wrapped = [
            f"({text})" if isinstance(part, Or | Variants) else text
            for part, (text, _) in zip(others, pieces, strict=True)
        ]
        values = [value for _, own in pieces for value in own]
        if texts:
            text, own = self._match(kind(tuple(texts)) if len(texts) > 1 else texts[0])
            wrapped.append(text)
            values += own
        return (" AND " if kind is And else " OR ").join(wrapped), values

    def _leaf(self, leaf: Leaf) -> _Sql:
        if isinstance(leaf, Term):
            return self._match(leaf) if is_text(leaf) else ("TRUE", [])
        if isinstance(leaf, Id):
            sql = "p.id IN (?, (SELECT paper_id FROM paper_alias WHERE old_id = ?))"
            return sql, [leaf.number, leaf.number]
        if isinstance(leaf, Is):
            return self._is(leaf)
        if isinstance(leaf, Lacks):
            return self._filled(_LACKS[leaf.field])
        if leaf.field == "keeps":
            return _keeps(leaf.low or 0, leaf.high)
        return _range(leaf)

    def _is(self, leaf: Is) -> _Sql:
        if leaf.field == "has":
            return self._filled(_HAS[leaf.value])
        if not self._texts.holds(leaf.value):
            return "FALSE", []
        if leaf.field == "status":
            return self._status(leaf.value)
        if leaf.field == "source":
            return _source(leaf.value)
        return self._filled(_IS[leaf.field], leaf.value)

    def _match(self, node: Node) -> _Sql:
        condition, values = self._texts.match(node)
        return f"p.id IN (SELECT rowid FROM paper_text WHERE {condition})", values

    def _status(self, status: str) -> _Sql:
        if status.lower() == "inbox":  # which is to have no other
            return "p.id NOT IN (SELECT paper_id FROM status WHERE reader = ?)", [self._reader]
        return "p.id IN (SELECT paper_id FROM status WHERE reader = ? AND status = ?)", [self._reader, status.lower()]

    def _filled(self, sql: str, value: str | None = None) -> _Sql:
        given: list[object] = [self._reader] if ":reader" in sql else []
        given += [value] if ":value" in sql else []
        return sql.replace(":reader", "?").replace(":value", "?"), given


def _source(value: str) -> _Sql:
    if ":" in value:
        return "p.id IN (SELECT paper_id FROM paper_source WHERE source_id = ?)", [value]
    # Everything that begins with "hf:" lies between it and "hf;", the colon's neighbour.
    sql = "p.id IN (SELECT paper_id FROM paper_source WHERE source_id >= ? AND source_id < ?)"
    return sql, [f"{value}:", f"{value};"]


# How many readers keep a paper, along the index of what is kept: papers that nobody keeps are not in it.
_KEPT = "p.id {} (SELECT paper_id FROM status WHERE status = 'keep' GROUP BY paper_id HAVING {})"


def _keeps(low: int, high: int | None) -> _Sql:
    if low > 0 and high is not None:
        return _KEPT.format("IN", "count(*) BETWEEN ? AND ?"), [low, high]
    if low > 0:
        return _KEPT.format("IN", "count(*) >= ?"), [low]
    return ("TRUE", []) if high is None else (_KEPT.format("NOT IN", "count(*) > ?"), [high])


def _range(leaf: DateRange | NumberRange) -> _Sql:
    low: object = leaf.low
    # A moment of a day sorts after the day, and before the day with a tilde.
    high: object = f"{leaf.high}~" if leaf.field == "added" and leaf.high is not None else leaf.high
    column = "day" if leaf.field == "listed" else _RANGES[leaf.field]
    bounds = [(f"{column} {sign} ?", end) for sign, end in ((">=", low), ("<=", high)) if end is not None]
    sql = " AND ".join(text for text, _ in bounds) or f"{column} IS NOT NULL"
    if leaf.field == "listed":
        sql = f"p.id IN (SELECT paper_id FROM paper_listed WHERE {sql})"
    return sql, [end for _, end in bounds]


def _depth(node: Node) -> int:
    if isinstance(node, And | Or):
        return 1 + max(map(_depth, node.parts))
    if isinstance(node, Variants):
        return 1 + _depth(node.part)
    return 1 + _depth(node.part) if isinstance(node, Not) else 0


# --- relevance --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MatchPlan:
    """How a search is ranked: two trees of terms, what is asked for one by one, and what must hold besides.

    `every` and `rest` together are the query. `some` is met by papers holding at least one of the words, those that
    meet `every` among them: for `--any`, rank them behind the papers that meet it.
    """

    every: Node
    some: Node
    concepts: tuple[Concept, ...]
    rest: Query


def relevance(query: Query | None) -> MatchPlan | None:
    """What a query says to rank by; None where it requires no text at all.

    Ranked by are the words that every paper found has to answer to: those side by side at the top of the query, and
    groups of nothing but words ("(lora OR adapter)"), which count with all of their words. All else is kept as a filter
    in `rest`, negated words and groups that hold a field among them. For `some`, words that stand in almost every
    abstract ("how", "the") are left out, unless there are no others.
    """
    if query is None or query.root is None:
        return None
    parts = query.root.parts if isinstance(query.root, And) else (query.root,)
    texts = [part for part in parts if is_text(part)]
    if not texts:
        return None
    rest = Query(conjunction(part for part in parts if not is_text(part)))
    asked = concepts(texts)
    some = any_of(term for one in asked for term in one.terms)
    return MatchPlan(texts[0] if len(texts) == 1 else And(tuple(texts)), some, tuple(asked), rest)
