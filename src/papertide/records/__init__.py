"""The values that every room speaks: frozen, typed, and without behaviour beyond their own checks.

`listing`, `paper` and `reports` are pydantic models: what comes from outside is checked there, once. `plain` holds the
same paper as a plain mapping, for the read path: what leaves the store was checked on its way in, and a start-up that
doesn't import pydantic is faster. Unknown is None (or an empty tuple), never 0 or "".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from papertide.records.listing import Entry, Listing, Problem
    from papertide.records.paper import Paper, Sighting
    from papertide.records.plain import PaperDict, SightingDict
    from papertide.records.reports import AddReport, InputProblem, Match

_HOME = {
    "Entry": "listing",
    "Listing": "listing",
    "Problem": "listing",
    "Paper": "paper",
    "Sighting": "paper",
    "PaperDict": "plain",
    "SightingDict": "plain",
    "AddReport": "reports",
    "InputProblem": "reports",
    "Match": "reports",
}

__all__ = [
    "AddReport",
    "Entry",
    "InputProblem",
    "Listing",
    "Match",
    "Paper",
    "PaperDict",
    "Problem",
    "Sighting",
    "SightingDict",
]


def __getattr__(name: str) -> object:
    """Import the room of a record on first use (PEP 562), so that the read path never pays for pydantic."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
