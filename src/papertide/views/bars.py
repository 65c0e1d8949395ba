"""Counts as bars, in plain characters, at any width."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from papertide.views.console import Line

_WIDEST = 30


def bars(heading: str, counts: Mapping[str, int], *, most: int | None = None) -> Iterator[Line]:
    """A heading and a bar a name, in the order given; `most` shows only the first so many and says how many more."""
    if not counts:
        return
    yield Line(heading, "heading")
    shown = dict(list(counts.items())[:most])
    longest = max(len(name) for name in shown)
    largest = max(shown.values()) or 1
    for name, count in shown.items():
        length = max(1, round(count * _WIDEST / largest)) if count else 0
        yield Line(f"{name.ljust(longest)}  {str(count).rjust(len(str(largest)))} {'#' * length}", indent=2)
    if most is not None and len(counts) > most:
        yield Line(f"and {len(counts) - most} more", "facts", indent=2)
    yield Line()
