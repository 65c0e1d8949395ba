"""What readers did with papers goes with the papers' numbers; done by functions of the library, with its owner's rights.

A member's role may write its own reader's rows alone, but a page that a member adds can show that two papers are one,
whoever decided on them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from papertide.store.database import Connection
from papertide.store.facts import Unrestored


class GuardedBelongings:
    """See `database.Belongings`."""

    def along(self, connection: Connection, old: int, kept: int) -> None:
        """Let what readers did with `old` be done with `kept`."""
        connection.execute("SELECT hand_over(?, ?)", (old, kept))

    def back(self, connection: Connection, old: int, _kept: int, _had: Mapping[str, Any]) -> list[Unrestored]:
        """Give `old` what it had, as the library wrote it down; gives what could not be as it was."""
        told = connection.execute("SELECT give_back(?)", (old,)).fetchone()[0]
        return [Unrestored(reader, sentence) for reader, sentence in told]

    def restate(self, connection: Connection, number: int) -> None:
        """Let the statuses of a paper be those that follow from the log."""
        connection.execute("SELECT restate(?)", (number,))
