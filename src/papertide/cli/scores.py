"""Scores brought up to date before they are shown, with a bar where that takes a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

from papertide.cli.common import Common
from papertide.flows.rank import ensure_scores

if TYPE_CHECKING:
    from papertide.store import SqliteStore


_A_WHILE = 2_000
"""Papers whose terms take longer to make than one likes to wait without a word."""


def scored(common: Common, store: SqliteStore) -> None:
    """Make the reader's scores anew if papers or decisions changed since."""
    reader = common.config.reader
    if store.scoring.current(reader):
        return
    with common.console.progress("learning", store.scoring.due(), least=_A_WHILE) as progress:

        def told(count: int) -> None:
            for _ in range(count):
                progress.advance()

        ensure_scores(store, reader, told)
