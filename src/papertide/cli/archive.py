"""The archive of raw pages that belongs to the library of this run."""

from __future__ import annotations

from collections.abc import Sequence

from papertide.cli.common import Common
from papertide.sources.archive import Archive
from papertide.views.console import Console

_NAMED = 3
"""Damaged pages that are named to people; JSON names all."""


def archive_of(common: Common) -> Archive:
    """The archive beside the library."""
    return Archive.beside(common.config.library)


def archive_to_fill(common: Common, wanted: bool | None) -> Archive | None:
    """The archive that pages are to be kept in; None where they aren't. `wanted` is the flag, None for the setting."""
    keeps = common.config.archive if wanted is None else wanted
    return archive_of(common) if keeps else None


def name_damaged(console: Console, damaged: Sequence[str]) -> None:
    """Name the archived pages that could not go along, by what is wrong with each."""
    for reason in damaged[:_NAMED]:
        console.say(reason, "ill")
    more = len(damaged) - _NAMED
    if more > 0:
        console.say(f"and {more} more; `papertide doctor --thorough` names all", "ill")
