"""The store's SQL as PostgreSQL says it.

Statements are written as SQLite reads them (see `database`). What PostgreSQL spells otherwise is in this table and nowhere
else: values, lists of numbers and texts, letters of either case, and how a join is forced. Functions that SQLite has and
PostgreSQL hasn't are declared by the migrations under the same names. Each statement is said over once and remembered.
"""

from __future__ import annotations

import re
from functools import lru_cache

_TOKEN = re.compile(r"'(?:[^']|'')*'|\?(\d+)?|(?<!:):([a-z_]\w*)|%")

_SCORES = "(SELECT scores || CAST('' AS BYTEA) FROM ranking WHERE reader = current_setting('papertide.reader', TRUE))"
"""Joined to nothing, so that the value is taken out of its store once and not for each paper."""

_TITLE = r"\1 lower(left(p.title, 200)) \2, lower(p.title) \2"
_SPELLINGS = tuple(
    (re.compile(pattern), said)
    for pattern, said in (
        (r"NOT IN \(SELECT value FROM json_each\(([^()]+)\)\)", r"<> ALL (numbers_of(\1))"),
        (r"IN \(SELECT value FROM json_each\(([^()]+)\)\)", r"= ANY (numbers_of(\1))"),
        (r"IN \(SELECT atom FROM json_each\(([^()]+)\)\)", r"= ANY (texts_of(\1))"),
        (r"json_each\(([^()]+)\) j\b", r"unnest(numbers_of(\1)) AS j (value)"),
        (r"CROSS JOIN (\w+ \w+) ON", r"JOIN \1 ON"),
        (r"(ORDER BY) p\.title COLLATE NOCASE (ASC|DESC) NULLS LAST", _TITLE),
        (r"([\w.]+) = (\?\d*|:\w+) COLLATE NOCASE", r'lower(\1) = lower(CAST(\2 AS TEXT) COLLATE "C")'),
        (r"([\w.]+) COLLATE NOCASE", r"lower(\1)"),
        (r" IS NOT (?!NULL|TRUE)", " IS DISTINCT FROM "),
        (r"json_array\(", "json_of("),
        (r"score_of\(", f"score_in({_SCORES}, "),
    )
)

# Whole statements: a title may be longer than an entry of an index, so that keys are in order by how they begin.
_WHOLE = {
    "SELECT key FROM title WHERE key > ? AND key < ? ORDER BY key LIMIT ?": (
        "SELECT key FROM title WHERE left(key, 600) >= left(?1, 600) AND left(key, 600) <= left(?2, 600)"
        " AND key > ?1 AND key < ?2 ORDER BY left(key, 600), key LIMIT ?3"
    ),
    "SELECT max(key) FROM title WHERE key <= ?": (
        "SELECT key FROM title WHERE left(key, 600) <= left(?1, 600) AND key <= ?1"
        " ORDER BY left(key, 600) DESC, key DESC LIMIT 1"
    ),
}


def by_number(sql: str) -> bool:
    """Whether a statement, as it is said here, takes its values by number."""
    return "?1" in _WHOLE.get(sql, sql)


@lru_cache(maxsize=1024)
def said(sql: str) -> str:
    """A statement of the store in PostgreSQL's words, with values as psycopg takes them: by place, or by name.

    Values numbered `?1` are named "1" and so on.
    """
    sql = _WHOLE.get(sql, sql)
    for pattern, spelling in _SPELLINGS:
        sql = pattern.sub(spelling, sql)
    return _TOKEN.sub(_token, sql)


def _token(found: re.Match[str]) -> str:
    text = found.group()
    if text.startswith("'"):
        return text.replace("%", "%%")
    if text == "%":
        return "%%"
    number, name = found.groups()
    if name:
        return f"%({name})s"
    return f"%({number})s" if number else "%s"
