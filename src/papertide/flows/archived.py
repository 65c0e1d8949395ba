"""Where the raw pages of a library are kept."""

from __future__ import annotations

from pathlib import Path

from papertide.raw import OpenArchive
from papertide.sources.archive import ArchiveFolder
from papertide.store.base import Store


def archive_of(store: Store) -> OpenArchive:
    """The archive of a library: the folder beside its file; on a server a table of its database, for all who share it."""
    kept_there = store.archive
    return ArchiveFolder.beside(Path(store.path)) if kept_there is None else kept_there
