"""Papertide keeps a feed of papers readable; the names below are its Python face.

>>> import papertide
>>> with papertide.Library.open("papers.db") as library:      # doctest: +SKIP
...     library.add(["page.txt"])

Nothing is imported before it is used (PEP 562), so that `papertide --version` costs little more than Python itself.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing.TYPE_CHECKING, without the cost of importing typing

if TYPE_CHECKING:
    from papertide import errors
    from papertide.errors import PapertideError
    from papertide.library import Library
    from papertide.matching.find import find_duplicates
    from papertide.parsers import parse
    from papertide.records import AddReport, Entry, Listing, Match, Paper, Problem, Sighting

__version__ = "0.1.0"
__schema__ = 9
"""The newest schema of a library that this program knows: the number of the last step in `store.sqlite.migrations`."""

_HOMES = {
    "Library": "papertide.library",
    "PapertideError": "papertide.errors",
    "find_duplicates": "papertide.matching.find",
    "parse": "papertide.parsers",
    **dict.fromkeys(("AddReport", "Entry", "Listing", "Match", "Paper", "Problem", "Sighting"), "papertide.records"),
}

__all__ = [
    "AddReport",
    "Entry",
    "Library",
    "Listing",
    "Match",
    "Paper",
    "PapertideError",
    "Problem",
    "Sighting",
    "__schema__",
    "__version__",
    "errors",
    "find_duplicates",
    "parse",
]


def __getattr__(name: str) -> object:
    if name != "errors" and name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return import_module("papertide.errors") if name == "errors" else getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
