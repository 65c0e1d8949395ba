"""The index of words on a server: what is more than PostgreSQL takes is left out of it, and never the paper."""

from __future__ import annotations

import psycopg
import pytest
from tests.postgres import Postgres

from papertide.store.postgres.texts import vector


def letters(number: int, length: int) -> str:
    """A word of its own for each number."""
    return "".join(chr(ord("b") + number // 20**place % 20) for place in range(4)) * (length // 4)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("title", " ".join(letters(number, 80) for number in range(15_900))),
        (" ".join(letters(number, 248) for number in range(5_000)), "abstract"),
        ("title", " ".join(f"模{letters(number, 60)}型" for number in range(20_000))),
        ("title", "again " * 20_000),
    ],
    ids=["an abstract of long words", "a title of longer ones", "more than are counted", "one word"],
)
def test_a_server_takes_every_vector(postgres: Postgres, first: str, second: str) -> None:
    """However many words a text has, and however long they are, its vector is one that a server takes, and not an empty one."""
    made, stems = vector(first, second)
    with psycopg.connect(postgres.url("postgres")) as connection:
        row = connection.execute("SELECT length(CAST(%s AS TSVECTOR))", (made,)).fetchone()
    assert row == (len(stems),)
    assert stems
