"""The one place where psycopg's errors become ours: which LibraryError each stands for, and never with a password."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors

from papertide.errors import LibraryError, LibraryLocked
from papertide.store.address import Server


@contextmanager
def translated(server: Server) -> Iterator[None]:
    """Turn errors of psycopg into LibraryErrors that name the library, and never its password."""
    try:
        yield
    except psycopg.Error as error:
        raise translate(server, error) from error
    except UnicodeEncodeError as error:  # bytes of the command line that are no UTF-8 come as half characters
        raise LibraryError(str(server), f"{error.object!r} holds a character that is not text") from error


_TOLD: tuple[tuple[type[psycopg.Error], str], ...] = (
    (
        errors.InsufficientPrivilege,
        "your role may not do that ({}); whose library it is admits readers, and --reader says which one you are",
    ),
    (errors.DiskFull, "the server's disk is full; nothing was changed"),
    (errors.ReadOnlySqlTransaction, "can't be written: this server only reads (a replica?)"),
    (errors.NumericValueOutOfRange, "a number that large is more than a library can hold"),
    (errors.ProgramLimitExceeded, "a name or key is longer than a library on a server can hold ({})"),
    (errors.TooManyConnections, "the server has no connection left for us; try again ({})"),
    (errors.CannotConnectNow, "the server is starting or stopping; try again"),
    (errors.QueryCanceled, "broken off ({}); nothing was changed"),
)


def translate(server: Server, error: psycopg.Error) -> LibraryError:
    """The LibraryError that an error of psycopg stands for."""
    if isinstance(error, (errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure)):
        return LibraryLocked(str(server), "another process is writing to it; nothing was changed; try again")
    for kind, told in _TOLD:
        if isinstance(error, kind):
            return LibraryError(str(server), told.format(first_line(error)))
    if _is_lost(error):
        told = "the connection to the server was lost; what was begun was not kept"
        return LibraryError(str(server), f"{told} ({first_line(error)})")
    if isinstance(error, errors.UntranslatableCharacter) or (
        isinstance(error, psycopg.DataError) and "NUL" in str(error)
    ):
        return LibraryError(str(server), "a text holds a NUL character, which a library on a server can't hold")
    return LibraryError(str(server), first_line(error))


def _is_lost(error: psycopg.Error) -> bool:
    if isinstance(error, errors.IdleInTransactionSessionTimeout):
        return True
    return isinstance(error, psycopg.OperationalError) and (
        error.sqlstate is None or error.sqlstate.startswith(("08", "57P"))
    )


def first_line(error: psycopg.Error) -> str:
    """What the server says, without what it says besides."""
    text = error.diag.message_primary or str(error)
    return next((line.strip() for line in text.splitlines() if line.strip()), type(error).__name__)
