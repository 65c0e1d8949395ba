"""What merges look like: which titles were taken for one paper, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from papertide.store.facts import Joined
from papertide.views.console import Console, Line

_HEADS = (
    ("#", "right"),
    ("by", "left"),
    ("score", "right"),
    ("a", "left"),
    ("b", "left"),
    ("reason", "left"),
)


def list_joined(console: Console, rows: Sequence[Joined]) -> None:
    """Merges as lines for people, or as tab-parted rows for pipes."""
    if console.is_terminal:
        console.show(line for joined in rows for line in _item(joined))
        return
    console.table(_HEADS, (_row(joined) for joined in rows), wide=5)


def _row(joined: Joined) -> tuple[str, ...]:
    score = "" if joined.score is None else f"{joined.score:.0f}"
    return str(joined.paper), "hand" if joined.by_hand else "rule", score, joined.a, joined.b, joined.reason


def _item(joined: Joined) -> Iterator[Line]:
    yield Line(joined.a, "title", indent=6, lead=str(joined.paper))
    if joined.b != joined.a:
        yield Line(joined.b, "title", indent=6)
    yield Line(joined.reason, "facts", indent=6)
