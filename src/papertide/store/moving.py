"""A library from one place to another, whatever engine is at either end, without loss.

Rows are read along their keys in the snapshot of one moment, and written a chunk at a time, each in one transaction with a
note of how far it is (see `unfinished`): whenever a copy is killed, the next one goes on behind the last row that was
kept. A note holds the digest of all rows before it, so whoever goes on knows whether the source still says the same of
them; if it doesn't, the copy begins again, and never is a mixture. At the end what was written is read again and held
against what was read from the source; only then the note goes, and with it what keeps others out.
"""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from papertide.errors import LibraryDamaged, LibraryError, OutputError, UsageError
from papertide.store import open_database, unfinished
from papertide.store.address import Place, Server
from papertide.store.database import Connection, Database
from papertide.store.sqlite import copies, migrations
from papertide.store.sqlite.engine import FileDatabase, Waiting
from papertide.store.tables import META, NEVER_TWICE, TABLES, Table
from papertide.store.unfinished import Note, Part

if TYPE_CHECKING:
    from papertide.raw import OpenArchive

STEP = 4_000_000
"""Characters of rows that are held in memory, and written in one transaction, more or less."""

_LONG = 40_000
"""Characters of a long row: the first chunk of a table has no more rows than fit if all are such."""

_MOST = 10_000
"""How many rows a chunk has at most."""

_NOT_CARRIED = frozenset({unfinished.KEY, "schema"})
"""What `meta` says of one place alone."""

Row = tuple[Any, ...]


class Step(NamedTuple):
    """How far a copy is: rows that were handled of those that there are, each once to copy and once to compare."""

    done: int
    of: int
    table: str


class Held(NamedTuple):
    """What the source holds, and how many of its rows the target had already."""

    papers: int
    decisions: int
    rows: int
    there: int


class Ends(NamedTuple):
    """The names of both places, as people may see them."""

    source: str
    target: str


class Move:
    """A library on its way; see `moving`. `rows` has to be walked to its end before `finish`."""

    def __init__(
        self, ends: Ends, databases: tuple[Database, Database], note: Note, step: int, saying: Waiting
    ) -> None:
        self._ends = ends
        self._source, self._target = databases
        self._note = note
        self._step = step
        self._saying = saying
        self._walks: dict[str, Walk] = {}
        self._there = 0
        self._last_numbers = {name: self._source.last_number(name) for name in NEVER_TWICE}

    def digests(self) -> list[str]:
        """The digests of the source's pages, in the order in which they came."""
        with self._source.translated():
            return [row[0] for row in self._source.connection.execute("SELECT digest FROM page ORDER BY id")]

    def archives(self) -> tuple[OpenArchive | None, OpenArchive | None]:
        """The raw pages that either end holds itself; None for a file, which has them beside it."""
        return self._source.archive(), self._target.archive()

    def rows(self) -> Iterator[Step]:
        """Copy all rows that the target lacks, and compare; raises LibraryError for either end."""
        counts = {table: _count(self._source, table) for table in TABLES}
        of, done = 2 * sum(counts.values()), 0
        yield Step(done, of, "")
        for work in (self._look_again, self._copy, self._compare):
            for table, rows in work():
                done += rows
                yield Step(done, max(of, done), table.name)

    def finish(self) -> Held:
        """Carry what the library says of itself, and let it be one that others may open."""
        meta = _meta(self._source)
        with self._writing() as connection:
            here = [row[:1] for row in _meta(self._target)]
            connection.executemany("DELETE FROM meta WHERE key = ?", here)
            connection.executemany(_insert(META), meta)
            self._target.numbered()
            for name, number in self._last_numbers.items():
                self._target.set_last_number(name, number)
            unfinished.forget(connection)
        counts = {name: walk.rows for name, walk in self._walks.items()}
        return Held(counts["paper"], counts["decision"], sum(counts.values()), self._there)

    def _look_again(self) -> Iterator[tuple[Table, int]]:
        """Read what the target has already in the source; begin again where the source says something else by now."""
        same = not self._note.spoilt
        for table in TABLES:
            self._walks[table.name] = walk = Walk(self._source, table, self._step)
            part = self._note.parts.get(table.name)
            if part is None or part.last is None or not same:
                continue
            for chunk in walk.chunks(part.last):
                yield table, len(chunk)
            same = walk.part == part
        if same:
            self._there = sum(walk.rows for walk in self._walks.values())
            if self._there:
                self._saying(f"{self._ends.target} was begun before: {self._there:,} rows are there, going on")
            return
        self._saying(f"{self._ends.source} isn't what it was when this copy was begun; beginning again")
        self._walks = {table.name: Walk(self._source, table, self._step) for table in TABLES}
        with self._writing() as connection:
            for table in reversed(TABLES):
                connection.execute(f"DELETE FROM {table.name}")
            self._write(Note(self._note.source))

    def _copy(self) -> Iterator[tuple[Table, int]]:
        """Write the rows that the target lacks."""
        for table in TABLES:
            walk, sql = self._walks[table.name], _insert(table)
            if table.filled and table.name not in self._note.parts:
                with self._writing() as connection:
                    connection.execute(f"DELETE FROM {table.name}")
                    self._note_part(table, walk)
            for chunk in walk.chunks():
                try:
                    with self._writing() as connection:
                        connection.executemany(sql, chunk)
                        self._note_part(table, walk)
                except LibraryError as error:
                    raise type(error)(error.path, f"{error.reason} (at the rows of {table.name})") from error
                yield table, len(chunk)

    def _compare(self) -> Iterator[tuple[Table, int]]:
        """Read the target, and hold it against what was read from the source; raises LibraryError for what differs."""
        with self._target.steady():
            wrong = yield from self._differing()
        if wrong:
            with self._writing():
                self._write(replace(self._note, spoilt=True))
            told = f"{', '.join(wrong)} came out otherwise than in {self._ends.source}; the next `papertide copy` begins again"
            raise LibraryError(self._ends.target, told)

    def _differing(self) -> Generator[tuple[Table, int], None, list[str]]:
        wrong: list[str] = []
        for table in TABLES:
            walk = Walk(self._target, table, self._step)
            for chunk in walk.chunks():
                yield table, len(chunk)
            if walk.part != self._walks[table.name].part:
                wrong.append(table.name)
        return wrong

    def _note_part(self, table: Table, walk: Walk) -> None:
        self._write(replace(self._note, parts={**self._note.parts, table.name: walk.part}))

    def _write(self, note: Note) -> None:
        unfinished.write(self._target.connection, note)
        self._note = note

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """A transaction on the target; raises LibraryError where another process copies into the same place."""
        with self._target.transaction() as connection:
            if unfinished.noted(connection) != self._note:
                raise LibraryError(self._ends.target, "another process writes to this copy; let one of them do it")
            yield connection


class Walk:
    """The rows of a table along its key, in chunks of bounded size; `part` tells of those that were read so far."""

    def __init__(self, database: Database, table: Table, step: int) -> None:
        self.rows = 0
        self._database = database
        self._table = table
        self._step = step
        self._last: Row | None = None
        self._digest = sha256(repr(table.columns).encode())
        self._key_at = [table.columns.index(name) for name in table.key]

    @property
    def part(self) -> Part:
        """How far it is."""
        return Part(self._last, self.rows, self._digest.hexdigest())

    def chunks(self, end: Row | None = None) -> Iterator[list[Row]]:
        """The rows behind the last that was read; those up to the key `end` alone, if it is given."""
        most = max(1, self._step // _LONG)
        while rows := self._read(most, end):
            text = "".join([f"{row!r}\n" for row in rows]).encode()
            self._digest.update(text)
            self.rows += len(rows)
            self._last = tuple(rows[-1][place] for place in self._key_at)
            yield rows
            if len(rows) < most:
                return
            most = max(1, min(_MOST, 4 * most, most * self._step // len(text)))

    def _read(self, most: int, end: Row | None) -> list[Row]:
        name, columns, key, _ = self._table
        names, asked = ", ".join(key), ", ".join("?" * len(key))
        bounds = [(sign, bound) for sign, bound in ((">", self._last), ("<=", end)) if bound is not None]
        where = " AND ".join(f"({names}) {sign} ({asked})" for sign, _ in bounds)
        sql = f"SELECT {', '.join(columns)} FROM {name}{' WHERE ' if where else ''}{where} ORDER BY {names} LIMIT ?"
        values = [value for _, bound in bounds for value in bound]
        with self._database.translated():
            return self._database.connection.execute(sql, (*values, most)).fetchall()


@contextmanager
def moving(source: Place, target: Place, saying: Waiting = lambda _why: None, *, step: int = STEP) -> Iterator[Move]:
    """A library as it is at this moment, to be copied to a place where there is none, or a copy of it that was begun.

    The source isn't changed, one of an older schema is brought up to date in a copy of its own; others may write to it
    meanwhile. `saying` is told, in sentences, of waiting and of copies that were begun before. `step` is how many
    characters of rows are written at a time. Raises UsageError for one and the same library, OutputError for a target that
    is a library already, LibraryError for whatever else is wrong with either.
    """
    if _same(source, target):
        raise UsageError(f"{target} is the library itself")
    with ExitStack() as stack:
        held = stack.enter_context(_to_read(source, target, saying))
        made = stack.enter_context(_to_fill(target, saying))
        stack.enter_context(made.at_large())
        stack.enter_context(held.steady())
        with made.transaction() as connection:
            note = unfinished.noted(connection)
            if note is None:
                if _holds_rows(made):
                    raise _taken(target)
                note = Note(str(source.absolute() if isinstance(source, Path) else source))
                unfinished.write(connection, note)
        with held.translated():
            move = Move(Ends(str(source), str(target)), (held, made), note, step, saying)
        yield move


@contextmanager
def _to_read(source: Place, target: Place, saying: Waiting) -> Iterator[Database]:
    """The source, open and sound."""
    with ExitStack() as stack:
        if isinstance(source, Server):
            held = stack.enter_context(closing(open_database(source, waiting=saying)))
        else:
            beside = target if isinstance(target, Path) else Path(tempfile.gettempdir()) / source.name
            held = stack.enter_context(_of_today(source, beside, saying))
        with held.translated():
            lost = held.broken_references()
        if lost:
            raise LibraryDamaged(str(source), f"{lost[0]}; `papertide doctor --repair` mends that")
        yield held


@contextmanager
def _of_today(source: Path, beside: Path, saying: Waiting) -> Iterator[Database]:
    """A library in a file, as it is; one of an older schema in a copy that is brought up to date, `beside` another file."""
    with closing(FileDatabase.open(source, waiting=saying, as_it_is=True)) as found:
        with found.translated():
            schema = migrations.version(found.connection)
        if schema == migrations.NEWEST:
            yield found
            return
    copies.make_room(beside)
    with copies.copied(source, beside, saying) as copy:
        copies.bring_up_to_date(copy)
        with closing(FileDatabase.open(copy.file)) as made:
            yield made


@contextmanager
def _to_fill(target: Place, saying: Waiting) -> Iterator[Database]:
    """The target, open, made first where there is none; a file of an older schema is left as it is, and refused."""
    if isinstance(target, Path) and target.exists():
        with (
            closing(FileDatabase.open(target, create=True, as_it_is=True, unfinished=True)) as found,
            found.translated(),
        ):
            schema = migrations.version(found.connection)
            if 0 < schema < migrations.NEWEST and unfinished.noted(found.connection) is None:
                raise _taken(target)
    with closing(open_database(target, create=True, waiting=saying, unfinished=True)) as made:
        yield made


def _same(source: Place, target: Place) -> bool:
    if isinstance(source, Path) and isinstance(target, Path):
        return source.exists() and target.exists() and source.samefile(target)
    return source == target


def _taken(target: Place) -> OutputError:
    return OutputError(str(target), "holds a library already; name a place where there is none")


def _holds_rows(database: Database) -> bool:
    return any(database.connection.execute(f"SELECT 1 FROM {table.name} LIMIT 1").fetchone() for table in TABLES)


def _count(database: Database, table: Table) -> int:
    with database.translated():
        return int(database.connection.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0])


def _meta(database: Database) -> list[Row]:
    """What a library says of itself, and not of its place."""
    with database.translated():
        rows = database.connection.execute(f"SELECT {', '.join(META.columns)} FROM meta ORDER BY key").fetchall()
    return [row for row in rows if row[0] not in _NOT_CARRIED]


def _insert(table: Table) -> str:
    return f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES ({', '.join('?' * len(table.columns))})"
