"""A library for the tests of the store: in a file and on a server, each test with both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.libraries import Pool
from tests.postgres import Postgres

from papertide.store import LibraryStore, open_database, open_library
from papertide.store.address import Place, Server
from papertide.store.database import Database


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test that has a library has it on both engines, unless its module or a mark says that it is about files."""
    both = metafunc.definition.get_closest_marker("files") is None
    engines = ("file", "server") if both else ("file",)
    if "engine" in metafunc.fixturenames:
        metafunc.parametrize("engine", engines, scope="function")
    if "module_engine" in metafunc.fixturenames:
        metafunc.parametrize("module_engine", engines, scope="module")


@pytest.fixture(scope="session")
def pool(postgres: Postgres) -> Pool:
    """Empty libraries on a server."""
    return Pool(postgres)


@pytest.fixture
def path(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Place]:
    """Where the library is, or is to be."""
    if engine == "file":
        yield tmp_path / "library.db"
        return
    pool: Pool = request.getfixturevalue("pool")
    place = pool.take()
    yield place
    pool.give_back(place)


@pytest.fixture
def another(
    engine: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Callable[[], Place]]:
    """A function that gives an empty library each time; the one that it gave before is gone by then."""
    if engine == "file":
        yield lambda: tmp_path_factory.mktemp("library") / "library.db"
        return
    pool: Pool = request.getfixturevalue("pool")
    place = pool.take()

    def emptied() -> Server:
        pool.empty(place)
        return place

    yield emptied
    pool.give_back(place)


@pytest.fixture
def store(path: Place) -> Iterator[LibraryStore]:
    """An empty library, open."""
    store = open_library(path, create=True)
    yield store
    store.close()


@pytest.fixture(scope="module")
def module_path(
    module_engine: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Place]:
    """Where a library is, or is to be, that the tests of a module share."""
    if module_engine == "file":
        yield tmp_path_factory.mktemp("shared") / "library.db"
        return
    pool: Pool = request.getfixturevalue("pool")
    place = pool.take()
    yield place
    pool.give_back(place)


@pytest.fixture(scope="module")
def database(module_path: Place) -> Iterator[Database]:
    """An empty library that the tests of a module share; each takes back what it writes."""
    database = open_database(module_path, create=True)
    if not isinstance(database.path, Server):
        database.connection.execute("PRAGMA synchronous = OFF")
    yield database
    database.close()
