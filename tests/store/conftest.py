"""A library in a file, for the tests of the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from papertide.store import SqliteStore, open_library


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the library is, or is to be."""
    return tmp_path / "library.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    """An empty library, open."""
    store = open_library(path, create=True)
    yield store
    store.close()
