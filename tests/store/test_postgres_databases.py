"""Databases on a server that are no library, and servers that were told odd things."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from papertide.errors import LibraryDamaged
from papertide.store import open_library
from papertide.store.address import Server


@pytest.mark.parametrize(
    "made",
    [
        "CREATE TABLE paper (a INT)",
        "CREATE VIEW paper AS SELECT 1 AS a",
        "CREATE TABLE meta (a INT)",
        "CREATE TABLE meta (key TEXT, value TEXT)",
        "CREATE TABLE meta (key TEXT, value TEXT); INSERT INTO meta VALUES ('schema', 'public')",
        "CREATE TABLE meta (key TEXT, value TEXT); INSERT INTO meta VALUES ('schema', '-1')",
        "CREATE TABLE meta (key TEXT, value TEXT); INSERT INTO meta VALUES ('schema', NULL)",
    ],
)
def test_a_database_of_something_else(fresh: Callable[[], str], made: str) -> None:
    """A database that holds something else is no library, also where its tables are called like ours; it stays as it is."""
    url = fresh()
    with psycopg.connect(url) as connection:
        connection.execute(made.encode())
    for create in (True, False):
        with pytest.raises(LibraryDamaged, match="not a Papertide library"):
            open_library(Server(url), create=create)


def test_a_server_to_which_backslashes_are_signs(fresh: Callable[[], str]) -> None:
    """Where an administrator keeps to the strings of old, a library is as sound as elsewhere."""
    store = open_library(Server(f"{fresh()}&options=-cstandard_conforming_strings%3Doff"), create=True)
    assert all(finding.well for finding in store.checking.findings())
    store.close()
