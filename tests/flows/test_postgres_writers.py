"""Many who add at once to a library on a server; `bench/postgres_writers.py` is the same at length."""

from __future__ import annotations

from postgres_writers import rounds
from tests.postgres import Postgres


def test_many_at_once_make_what_one_makes(postgres: Postgres) -> None:
    """Eight processes that add overlapping pages, one of them killed, end in the library that one alone makes in a file."""
    alone, together, broken = rounds(postgres, count=6, writers=8, times=1, seed=4)
    assert [found.wrong for found in (alone, together, broken)] == [[], [], []]
    assert alone.kept == together.kept == 6
