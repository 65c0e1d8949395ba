"""How PostgreSQL goes about it: the first papers of a long list come along an index, and none is sorted to find them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from itertools import product
from typing import Any

import pytest
from tests.libraries import Pool

from papertide.query import parse
from papertide.store import ordered
from papertide.store.base import SORTS, Selection, Sort
from papertide.store.postgres.engine import PostgresDatabase

# 20,000 papers as they may be: facts repeat and are missing, every twentieth is of a topic, few were decided on.
_FILL = """
INSERT INTO paper (id, title, abstract, published, added, author_count, comments, upvotes, code_stars, last_listed, code_url)
    SELECT n, 'Paper ' || md5(CAST(n AS TEXT)), repeat('A word. ', 150),
    CASE WHEN n % 17 > 0 THEN to_char(DATE '2020-01-01' + n % 2400,
    'YYYY-MM-DD') END, '2026-01-01T00:00:' || n % 60 || 'Z', n % 13 + 1, nullif(n % 7, 0), nullif(n % 101, 0), nullif(n % 9, 0),
    CASE WHEN n % 3 > 0 THEN to_char(DATE '2024-01-01' + n % 700, 'YYYY-MM-DD') END, CASE WHEN n % 4 = 0 THEN 'x' END
    FROM generate_series(1, 20000) AS n;
INSERT INTO paper_topic (paper_id, topic, place, published, author_count)
    SELECT id, 'topic' || id % 20, 0, published, author_count FROM paper;
INSERT INTO status (reader, paper_id, status) SELECT 'ada', n * 40, 'keep' FROM generate_series(1, 200) AS n;
INSERT INTO status (reader, paper_id, status) SELECT 'anna', n * 20, 'keep' FROM generate_series(1, 200) AS n;
ANALYZE paper, paper_topic, status
"""


@pytest.fixture(scope="module")
def database(pool: Pool) -> Iterator[PostgresDatabase]:
    """A library of 20,000 papers, which nobody keeps."""
    place = pool.take()
    database = PostgresDatabase.open(place)
    database.connection.driver.execute("BEGIN")
    database.connection.driver.execute("ALTER TABLE paper DISABLE TRIGGER USER")  # words and terms don't matter here
    for statement in _FILL.split(";\n"):
        database.connection.driver.execute(statement.encode())
    yield database
    database.connection.driver.execute("ROLLBACK")
    database.close()
    pool.give_back(place)


def plan(database: PostgresDatabase, text: str, sort: Sort, *, reverse: bool = False) -> list[dict[str, Any]]:
    """The steps of PostgreSQL's plan for a page of `list`."""
    query = parse(text, today=date(2026, 11, 21))
    chosen = Selection(query, "ada", sort=sort, reverse=reverse, limit=20, offset=40)
    sql, values = ordered.numbered(chosen, database.texts)
    found = database.connection.execute(f"EXPLAIN (FORMAT JSON) {sql}", values).fetchone()[0]
    return list(steps(found[0]["Plan"]))


def steps(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A step and all below it."""
    yield node
    for child in node.get("Plans", ()):
        yield from steps(child)


@pytest.mark.parametrize(("sort", "reverse"), [*product(SORTS, (False, True))])
def test_every_order_is_an_index(database: PostgresDatabase, sort: Sort, reverse: bool) -> None:
    """A page of the whole library, in any order, either way round, is a walk along an index; at most, ties are put in order."""
    kinds = [step["Node Type"] for step in plan(database, "", sort, reverse=reverse)]
    assert "Seq Scan" not in kinds
    assert "Sort" not in kinds, json.dumps(kinds)
    assert {"Index Scan", "Index Only Scan"} & {*kinds}


@pytest.mark.parametrize("text", ["topic:topic3", "topic:topic3 date:2024 authors:<=3"])
def test_a_topic_is_walked_by_its_index(database: PostgresDatabase, text: str) -> None:
    """The newest papers of a topic are read off the topic's index, in order, or what is left of it by a date is sorted."""
    found = plan(database, text, "published")
    assert text != "topic:topic3" or not [step for step in found if step["Node Type"] == "Sort"]
    assert not [step for step in found if step["Node Type"] == "Seq Scan" and step["Relation Name"] != "status"]
    assert "topic_papers" in {step.get("Index Name") for step in found}


@pytest.mark.parametrize("text", ["date:2024", "date:2024 authors:<=3", "has:code", "status:inbox", "-topic:topic3"])
def test_what_an_index_has_in_order_is_not_sorted(database: PostgresDatabase, text: str) -> None:
    """The newest papers that a filter leaves come in their order, where it leaves many."""
    found = plan(database, text, "published")
    assert not [step for step in found if step["Node Type"] == "Sort"]
    assert {"paper_published"} <= {step.get("Index Name") for step in found}


@pytest.mark.parametrize("text", ["id:3", "arxiv:2403.02178", "status:keep", "tag:x", "keptby:anna", "source:hf:1"])
def test_few_are_looked_up(database: PostgresDatabase, text: str) -> None:
    """Where a filter leaves few, papers are come by along an index or by number."""
    found = plan(database, text, "published")
    assert not [step for step in found if step["Node Type"] == "Seq Scan" and step["Relation Name"] == "paper"]
