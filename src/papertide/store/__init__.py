"""Keep: the library in an SQLite file, or on a PostgreSQL server. `open_library` is the way in; rows and SQL stay in here."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from papertide.errors import LibraryError
from papertide.store.address import Place, Server
from papertide.store.annotations import Annotations
from papertide.store.database import Database
from papertide.store.decisions import DecisionLog
from papertide.store.ledger import Ledger
from papertide.store.ranking import Scores
from papertide.store.sqlite.engine import FileDatabase, Waiting
from papertide.store.titles import TitleList

if TYPE_CHECKING:
    from papertide.raw import OpenArchive
    from papertide.store.base import Adding, Carrying, Checking, Fetching, Joining, Judging, Mending, Recalling


class LibraryStore:
    """A library, open; see `base.Store`."""

    def __init__(self, database: Database) -> None:
        self.path = str(database.path)
        self.writable = database.writable
        self._database = database
        self.looking = database.shelf()
        self.titling = TitleList(database)
        self.deciding = DecisionLog(database)
        self.scoring = Scores(database)
        self.telling = Ledger(database)
        self.annotating = Annotations(database)

    # What looking at papers doesn't need is made, and loaded, when it is first used.

    @cached_property
    def judging(self) -> Judging:
        """Merges and splits by hand."""
        from papertide.store.verdicts import Verdicts

        return Verdicts(self._database)

    @cached_property
    def fetching(self) -> Fetching:
        """What came from where."""
        from papertide.store.fetching import FetchLog

        return FetchLog(self._database)

    @cached_property
    def recalling(self) -> Recalling:
        """The pages that were added."""
        from papertide.store.pages import PageList

        return PageList(self._database)

    @cached_property
    def checking(self) -> Checking:
        """What `doctor` looks at."""
        return self._database.health()

    @cached_property
    def adding(self) -> Adding:
        """Brings SQLModel."""
        from papertide.store.papers import PaperStore

        return PaperStore(self._database)

    @cached_property
    def carrying(self) -> Carrying:
        """Brings pydantic."""
        from papertide.store.state import FullState

        return FullState(self._database)

    @cached_property
    def joining(self) -> Joining:
        """Brings pydantic, too."""
        from papertide.store.joining import StateJoin

        return StateJoin(self._database)

    @cached_property
    def mending(self) -> Mending:
        """What `doctor --repair` does."""
        return self._database.repairs()

    @property
    def archive(self) -> OpenArchive | None:
        """The raw pages that a library on a server holds itself; None for a file, which has them beside it."""
        return self._database.archive()

    def interrupt(self) -> None:
        """Break off what another thread asks of the library at this moment, with a LibraryError there."""
        self._database.interrupt()

    def close(self) -> None:
        """Let go of the library; a second time does nothing."""
        self._database.close()


def open_library(place: Place, *, create: bool = False, waiting: Waiting = lambda _why: None) -> LibraryStore:
    """Open the library at `place`, made first if `create`; raises a LibraryError for anything that stands in the way.

    `waiting` is told, in a sentence, when another process has to be waited for.
    """
    return LibraryStore(open_database(place, create=create, waiting=waiting))


def open_database(
    place: Place,
    *,
    create: bool = False,
    waiting: Waiting = lambda _why: None,
    as_it_is: bool = False,
    unfinished: bool = False,
) -> Database:
    """The engine behind a library. What speaks to a server is loaded for those alone who name one."""
    if not isinstance(place, Server):
        return FileDatabase.open(place, create=create, waiting=waiting, as_it_is=as_it_is, unfinished=unfinished)
    try:
        from papertide.store.postgres.engine import PostgresDatabase
    except ModuleNotFoundError as error:
        told = 'a library on a server needs psycopg: `pip install "papertide[postgres]"`'
        raise LibraryError(str(place), told) from error
    return PostgresDatabase.open(place, create=create, waiting=waiting, as_it_is=as_it_is, unfinished=unfinished)
