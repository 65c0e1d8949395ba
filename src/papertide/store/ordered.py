"""Which papers a selection holds, and in which order, as SQL that goes along an index wherever there is one."""

from __future__ import annotations

from papertide.query.ast import And, DateRange, Is, NumberRange, Or, Query, conjunction
from papertide.store import select
from papertide.store.base import Selection, Sort
from papertide.store.database import ALL, Texts

# What a sort goes by: an expression, and whether the largest comes first. The unknown comes last either way round.
_SORTS = {
    "published": ("p.published", True),
    "listed": ("p.last_listed", True),
    "added": ("p.added", True),
    "score": ("p.upvotes", True),  # before there is anything to learn from: see ranking.order
    "learnt": ("score_of(p.id)", True),
    "upvotes": ("p.upvotes", True),
    "comments": ("p.comments", True),
    "authors": ("p.author_count", False),
    "title": ("p.title COLLATE NOCASE", False),
}
_TIES: dict[str, tuple[str, ...]] = {
    "learnt": ("p.upvotes", "p.comments", "p.published"),
    "score": ("p.comments", "p.published"),
    "upvotes": ("p.comments", "p.published"),
}


Sql = tuple[str, list[object]]

_IN_TOPIC = ("published", "authors")
"""Fields that the index of a topic holds as well."""


def condition(selection: Selection, texts: Texts) -> Sql:
    """What a selection's papers must hold, its limit apart. Ranked by any of the words, one of them is enough."""
    ranked = select.relevance(selection.query) if selection.any_word else None
    if ranked is None:
        return select.where(selection.query, reader=selection.reader, texts=texts)
    sql, values = select.where(ranked.rest, reader=selection.reader, texts=texts)
    words, sought = texts.match(Or((ranked.every, ranked.some)))  # stop words are not among some of the words
    return f"p.id IN (SELECT rowid FROM paper_text WHERE {words}) AND ({sql})", [*sought, *values]


def numbered(selection: Selection, texts: Texts, *, learnt: bool = False) -> Sql:
    """A SELECT of the numbers of a selection's papers and their scores, in order."""
    limits = [ALL if selection.limit is None else selection.limit, selection.offset]
    sort: Sort = "published" if selection.sort == "relevance" else selection.sort
    driven = _by_topic(selection, texts) if sort == "published" and not selection.any_word else None
    if driven is not None:
        return driven[0], [*driven[1], *limits]
    where, values = condition(selection, texts)
    order = order_by("learnt" if learnt else sort, reverse=selection.reverse)
    return f"SELECT p.id, NULL FROM paper p WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?", [*values, *limits]


def _by_topic(selection: Selection, texts: Texts) -> Sql | None:
    """A walk along the index of a topic that all the papers have, newest first: None where the query names no such topic.

    The index holds dates and author counts, so what is asked of these is found out there, and only a paper that fits is
    looked at for the rest.
    """
    root = selection.query.root if selection.query is not None else None
    parts = root.parts if isinstance(root, And) else (root,)
    topic = next((part for part in parts if isinstance(part, Is) and part.field == "topic"), None)
    if topic is None:
        return None
    others = [part for part in parts if part is not topic and part is not None]
    there = [part for part in others if isinstance(part, DateRange | NumberRange) and part.field in _IN_TOPIC]
    _, name = select.where(Query(topic), reader=selection.reader, texts=texts)
    if name == []:  # a name that no library can hold
        return None
    within, bounds = select.where(Query(conjunction(there)), reader=selection.reader, texts=texts)
    within = within.replace("p.", "t.")  # it names these two columns, and `paper_topic` has them as well
    rest = conjunction(part for part in others if part not in there)
    looked_up, more = select.where(Query(rest), reader=selection.reader, texts=texts)
    join = " CROSS JOIN paper p ON p.id = t.paper_id" if rest is not None else ""
    order = (
        order_by("published", reverse=selection.reverse)
        .replace("p.published", "t.published")
        .replace("p.id", "t.paper_id")
    )
    sql = (
        f"SELECT t.paper_id, NULL FROM paper_topic t{join} WHERE t.topic = ? COLLATE NOCASE AND {within} AND ({looked_up})"
        f" GROUP BY t.published, t.paper_id ORDER BY {order} LIMIT ? OFFSET ?"
    )
    return sql, [*name, *bounds, *more]


def order_by(sort: str, *, reverse: bool) -> str:
    """What stands behind ORDER BY for a sort, "learnt" being that by the scores of `score_of`."""
    column, largest_first = _SORTS[sort]
    way = "DESC" if largest_first != reverse else "ASC"
    # All ties turn round with it, so that the same index serves, walked from its other end.
    ties = [f"{tie} {'ASC NULLS FIRST' if reverse else 'DESC NULLS LAST'}" for tie in _TIES.get(sort, ())]
    return ", ".join([f"{column} {way} NULLS LAST", *ties, f"p.id {'DESC' if reverse else 'ASC'}"])
