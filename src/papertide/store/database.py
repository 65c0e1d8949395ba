"""What the store asks of an engine: SQL in one spelling, transactions, and what no SQL says alike everywhere.

Statements are written once, as SQLite reads them (`?`, `?1` and `:name` for values), in the part of SQL that both engines
share; `postgres.dialect` says how the few words that PostgreSQL spells otherwise are said there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from papertide.query.ast import Node
    from papertide.raw import OpenArchive
    from papertide.store.address import Place
    from papertide.store.base import Checking, Looking, Mending
    from papertide.store.facts import Unrestored

Values = Sequence[object] | Mapping[str, object]
"""What goes into a statement, by place or by name."""

Score = Callable[[int], float | None]
"""The score of a paper, by its number; None for one that has none."""

ALL = 2**62
"""A LIMIT that is none."""


class Cursor(Protocol):
    """What a statement gave."""

    @property
    def rowcount(self) -> int:
        """How many rows it changed."""

    @property
    def description(self) -> Any:
        """A sequence for each column, its name first."""

    def fetchone(self) -> Any:
        """The next row, None where there is none."""

    def fetchall(self) -> list[Any]:
        """The rows that are left."""

    def __iter__(self) -> Iterator[Any]:
        """The rows that are left, one by one."""


class Connection(Protocol):
    """Runs statements; outside a transaction each stands by itself."""

    def execute(self, sql: str, parameters: Values = ..., /) -> Cursor:
        """Run a statement."""

    def executemany(self, sql: str, parameters: Iterable[Values], /) -> Cursor:
        """Run a statement that gives nothing for each of these."""


class Texts(Protocol):
    """The index of words, `paper_text`: its `rowid` is a paper's number. Conditions are SQL over it, and their values."""

    @property
    def know_rarity(self) -> bool:
        """Whether a rare word counts more for it than a common one."""

    def holds(self, text: str) -> bool:
        """Whether the library can hold a text at all; half a character none can."""

    def match(self, node: Node) -> tuple[str, list[object]]:
        """The condition that a tree of terms makes (see `select.is_text`)."""

    def ranked(self, connection: Connection, node: Node, rest: tuple[str, Sequence[object]], most: int) -> list[Any]:
        """Number and score of the first `most` papers that meet a tree of terms, best first.

        `rest` is a condition over `paper p` that must hold besides.
        """

    def frequency(self, connection: Connection, node: Node, most: int) -> tuple[int, int]:
        """How many papers meet a tree of terms, counted up to `most`, and the last number that was counted.

        The number is 0 where the count is that of the whole library, if only about.
        """

    def stems(self, connection: Connection, begin: str) -> Iterator[str]:
        """The stems in the index that begin so."""

    def times(self, connection: Connection, stem: str, most: int) -> int:
        """How often, or in how many papers, a stem stands, counted up to `most`."""

    def holding(self, connection: Connection, stem: str, most: int) -> list[str]:
        """Titles and abstracts of some papers that hold a stem, `most` at most."""


class Belongings(Protocol):
    """What readers did with papers, on its way with the papers' numbers. On a server it is done with the owner's rights."""

    def along(self, connection: Connection, old: int, kept: int) -> None:
        """Let what readers did with `old` be done with `kept`."""

    def back(self, connection: Connection, old: int, kept: int, had: Mapping[str, Any]) -> list[Unrestored]:
        """Give `old` what it had before it went to `kept`; gives what could not be as it was."""

    def restate(self, connection: Connection, number: int) -> None:
        """Let the statuses of a paper be those that follow from the log."""


class Database(Protocol):
    """An open library."""

    @property
    def path(self) -> Place:
        """Where it is; as text it is what people are shown."""

    @property
    def connection(self) -> Connection:
        """The way in."""

    @property
    def writable(self) -> bool:
        """Whether anything can be changed in it."""

    @property
    def texts(self) -> Texts:
        """Its index of words."""

    @property
    def belongings(self) -> Belongings:
        """How what belongs to a paper's number goes with it."""

    @property
    def conflict(self) -> type[Exception]:
        """The driver's error for a row that doesn't fit the others: a number that is taken, or no value where one must be."""

    def translated(self) -> AbstractContextManager[None]:
        """Turns the driver's errors into LibraryErrors that name the library."""

    def transaction(self) -> AbstractContextManager[Connection]:
        """All that is written inside is kept together, or nothing of it is; one at a time in a library."""

    def steady(self) -> AbstractContextManager[None]:
        """While this lasts, what others write isn't seen, and nothing is written."""

    def at_large(self) -> AbstractContextManager[None]:
        """While this lasts, much is written."""

    def version(self) -> int:
        """A number that is another one as soon as someone else has written; our own writes don't count."""

    def last_number(self, table: str) -> int:
        """The highest number that a table ever gave a row, of those whose numbers are never given twice."""

    def set_last_number(self, table: str, number: int) -> None:
        """Let a table give numbers above this one."""

    def numbered(self) -> None:
        """Rows were written with numbers of their own: let each table give numbers above those it has."""

    def defer_references(self) -> None:
        """Let references be checked when the transaction ends."""

    def broken_references(self) -> list[str]:
        """What refers to rows that aren't there, in sentences; asked before the transaction ends."""

    def score_by(self, reader: str, score: Score) -> None:
        """Let `score_of(number)` be this in the statements that follow; these are the reader's scores as they are kept."""

    def shelf(self) -> Looking:
        """What reads papers."""

    def archive(self) -> OpenArchive | None:
        """The raw pages that it holds itself; None where they lie beside it."""

    def health(self) -> Checking:
        """What `doctor` looks at."""

    def repairs(self) -> Mending:
        """What `doctor --repair` does."""

    def interrupt(self) -> None:
        """Break off what another thread asks of the library at this moment."""

    def close(self) -> None:
        """Let go of the library; a second time does nothing."""
