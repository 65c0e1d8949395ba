"""A library for the tests of the store: in a file and on a server, each test with both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from papertide.store import SqliteStore, open_library
from papertide.store.address import Place, Server


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test that has a library has it on both engines, unless its module or a mark says that it is about files."""
    if "engine" in metafunc.fixturenames:
        both = metafunc.definition.get_closest_marker("files") is None
        metafunc.parametrize("engine", ("file", "server") if both else ("file",), scope="function")


@pytest.fixture
def path(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Place:
    """Where the library is, or is to be."""
    return tmp_path / "library.db" if engine == "file" else Server(request.getfixturevalue("fresh")())


@pytest.fixture
def store(path: Place) -> Iterator[SqliteStore]:
    """An empty library, open."""
    store = open_library(path, create=True)
    yield store
    store.close()
