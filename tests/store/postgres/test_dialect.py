"""The store's SQL in PostgreSQL's words: each spelling, values by place and by name, and texts left as they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertide.store.postgres.dialect import said

SPELLINGS = {
    "SELECT 1 WHERE a = ? AND b = ?": "SELECT 1 WHERE a = %s AND b = %s",
    "SELECT ?1, ?12, ?1": "SELECT %(1)s, %(12)s, %(1)s",
    "UPDATE x SET a = :a WHERE b = :some_name": "UPDATE x SET a = %(a)s WHERE b = %(some_name)s",
    "SELECT 7 % 2": "SELECT 7 %% 2",
    "SELECT ARRAY[1]::text[]": "SELECT ARRAY[1]::text[]",
    "WHERE id IN (SELECT value FROM json_each(?))": "WHERE id = ANY (numbers_of(%s))",
    "WHERE id NOT IN (SELECT value FROM json_each(?2))": "WHERE id <> ALL (numbers_of(%(2)s))",
    "WHERE key IN (SELECT atom FROM json_each(:keys))": "WHERE key = ANY (texts_of(%(keys)s))",
    "FROM json_each(?) j JOIN paper p": "FROM unnest(numbers_of(%s)) AS j (value) JOIN paper p",
    "FROM topic t CROSS JOIN paper p ON p.id = t.id": "FROM topic t JOIN paper p ON p.id = t.id",
    "ORDER BY p.title COLLATE NOCASE DESC NULLS LAST, p.id": (
        "ORDER BY lower(left(p.title, 200)) DESC, lower(p.title) DESC, p.id"
    ),
    "WHERE t.topic = ? COLLATE NOCASE": 'WHERE lower(t.topic) = lower(CAST(%s AS TEXT) COLLATE "C")',
    "WHERE tag = ?3 COLLATE NOCASE": 'WHERE lower(tag) = lower(CAST(%(3)s AS TEXT) COLLATE "C")',
    "ORDER BY name COLLATE NOCASE": "ORDER BY lower(name)",
    "WHERE a IS NOT ?": "WHERE a IS DISTINCT FROM %s",
    "WHERE a IS NOT NULL AND b IS NOT TRUE": "WHERE a IS NOT NULL AND b IS NOT TRUE",
    "SELECT json_array(1)": "SELECT json_of(1)",
}


@pytest.mark.parametrize("sql", SPELLINGS)
def test_spellings(sql: str) -> None:
    """What PostgreSQL spells otherwise is spelt so; all else stays."""
    assert said(sql) == SPELLINGS[sql]


def test_scores_are_taken_out_once() -> None:
    """A score is looked up among the reader's, which stand in a subquery of their own."""
    assert said("ORDER BY score_of(p.id) DESC").startswith("ORDER BY score_in((SELECT scores || ")
    assert said("ORDER BY score_of(p.id) DESC").endswith(", p.id) DESC")


@given(st.text(st.sampled_from("a?:%'1b \\\n\"")))
def test_texts_are_left_as_they_are(text: str) -> None:
    """A value that stands in the SQL itself is no place for values; percent signs are doubled, as the driver halves them."""
    literal = "'" + text.replace("'", "''") + "'"
    assert said(f"SELECT {literal}, ?") == f"SELECT {literal.replace('%', '%%')}, %s"


def test_titles_are_found_by_their_beginnings() -> None:
    """The two statements that go along the titles' order do so by an index that no title is too long for."""
    for sql in (
        "SELECT key FROM title WHERE key > ? AND key < ? ORDER BY key LIMIT ?",
        "SELECT max(key) FROM title WHERE key <= ?",
    ):
        assert "ORDER BY left(key, 600)" in said(sql)
        assert "%s" not in said(sql)
