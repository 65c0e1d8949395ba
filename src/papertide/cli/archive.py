"""The archive of raw pages that belongs to the library of this run."""

from __future__ import annotations

from papertide.cli.common import Common
from papertide.sources.archive import Archive


def archive_of(common: Common) -> Archive:
    """The archive beside the library."""
    return Archive.beside(common.config.library)


def archive_to_fill(common: Common, wanted: bool | None) -> Archive | None:
    """The archive that pages are to be kept in; None where they aren't. `wanted` is the flag, None for the setting."""
    keeps = common.config.archive if wanted is None else wanted
    return archive_of(common) if keeps else None
