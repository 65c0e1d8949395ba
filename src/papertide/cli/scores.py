"""Scores brought up to date before they are shown, with a bar where that takes a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

from papertide.cli.common import Common
from papertide.flows.rank import Learner
from papertide.views.console import Console

if TYPE_CHECKING:
    from papertide.store import LibraryStore


A_WHILE = 2_000
"""Papers whose terms take longer to make than one likes to wait without a word."""


def scored(common: Common, store: LibraryStore) -> None:
    """Make the reader's scores anew if papers or decisions changed since."""
    learned(common.console, store, Learner(common.config.reader))


def learned(console: Console, store: LibraryStore, learner: Learner) -> None:
    """Bring a learner up to date."""
    if store.scoring.current(learner.reader):
        return
    with console.progress("learning", store.scoring.due(), least=A_WHILE) as progress:

        def told(count: int) -> None:
            for _ in range(count):
                progress.advance()

        learner.learn(store, told)
