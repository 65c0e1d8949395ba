"""Every error that Papertide raises on purpose.

    PapertideError
    ├── UsageError              the request itself is wrong                    exit 2
    │   └── QueryError          a query that does not parse (text, column)     exit 2
    ├── InputError              an input that can't be read or understood      exit 1 or 3
    │   ├── LayoutError         a page that fits no known layout
    │   └── FetchError          a page that a server didn't give (URL, status)
    ├── TaxonomyError           topic rules that don't load (file, rule)
    ├── ConfigError             a configuration file that doesn't load
    ├── NotFound                a paper, topic or saved search that isn't there
    ├── OutputError             a file that can't be written
    └── LibraryError            the library as a whole (path)                  exit 1
        ├── LibraryMissing      no library at that path
        ├── LibraryLocked       another process holds it too long
        ├── LibraryNewer        written by a newer Papertide
        ├── LibraryUnfinished   a copy that was begun and isn't whole yet
        ├── LibraryUncertain    what was done last may be kept or not
        └── LibraryDamaged      not a library, or a broken one

Errors of drivers are translated into these in `store.sqlite.engine` and `store.postgres.trouble` and nowhere else, HTTP's in
`sources.trouble`.
"""

from __future__ import annotations


class PapertideError(Exception):
    """The root; `str()` of any of them is one line fit to show to a person."""


class UsageError(PapertideError):
    """What was asked for makes no sense, whatever the library holds."""


class QueryError(UsageError):
    """A query that doesn't parse.

    `column` counts characters from 1 and points at the first one that is wrong; `hint` is a suggestion or empty.
    """

    def __init__(self, message: str, text: str, column: int, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.text = text
        self.column = column
        self.hint = hint

    def __str__(self) -> str:
        told = f"column {self.column}: {self.message}"
        return f"{told} ({self.hint})" if self.hint else told


class InputError(PapertideError):
    """An input that can't be read; `name` is the input as the user named it."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}" if name else reason)
        self.name = name
        self.reason = reason


class LayoutError(InputError):
    """A page that fits no known layout; `reason` says what each layout missed."""


class FetchError(InputError):
    """A page that a server didn't give; `name` is its URL, `status` what the server said, None where it said nothing.

    `reachable` is False where no other page of that host can be hoped for either.
    """

    def __init__(self, name: str, reason: str, *, status: int | None = None, reachable: bool = True) -> None:
        super().__init__(name, reason)
        self.status = status
        self.reachable = reachable


class TaxonomyError(PapertideError):
    """Topic rules that don't load; the message names the file, the topic and the key."""


class ConfigError(PapertideError):
    """A configuration file that doesn't load; the message names the file and the key."""


class NotFound(PapertideError):
    """A name that nothing in the library answers to; `name` is that name."""

    def __init__(self, kind: str, name: str, hint: str = "") -> None:
        super().__init__(f"no {kind} {name!r}" + (f": {hint}" if hint else ""))
        self.kind = kind
        self.name = name


class OutputError(PapertideError):
    """A file or folder that can't be written; `path` is where."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class LibraryError(PapertideError):
    """Something about the library as a whole; `path` is the library's."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class LibraryMissing(LibraryError):
    """There is no library at that path."""


class LibraryLocked(LibraryError):
    """Another process held the library for longer than we wait."""


class LibraryNewer(LibraryError):
    """The library's schema is newer than this program knows."""


class LibraryUnfinished(LibraryError):
    """A copy of another library that was begun and isn't whole yet."""


class LibraryUncertain(LibraryError):
    """The connection to a server was lost at a moment that leaves open whether what was done last was kept."""


class LibraryDamaged(LibraryError):
    """The file is no library, or a broken one."""
