"""How pages of an archive that could not be copied are told of."""

from __future__ import annotations

from collections.abc import Sequence

from papertide.views.console import Console

_NAMED = 3
"""Damaged pages that are named to people; JSON names all."""


def name_damaged(console: Console, damaged: Sequence[str]) -> None:
    """Name the archived pages that could not go along, by what is wrong with each."""
    for reason in damaged[:_NAMED]:
        console.say(reason, "ill")
    more = len(damaged) - _NAMED
    if more > 0:
        console.say(f"and {more} more; `papertide doctor --thorough` names all", "ill")
