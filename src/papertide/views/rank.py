"""What a ranking looks like: why a paper stands where it does, and how well it all works."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from papertide.views.console import Line

_WIDEST = 30


class Reasons(Protocol):
    """Why a paper ranks where it does."""

    @property
    def score(self) -> float | None:
        """Between 0 and 1; None where there is none."""

    @property
    def words(self) -> Sequence[tuple[str, float]]:
        """The words that moved it, strongest first."""


def because(why: Reasons) -> Iterator[Line]:
    """The score and the words behind it, for people; nothing where there is no score."""
    if why.score is None:
        return
    up = ", ".join(f"{word} {part:+.2f}" for word, part in why.words if part > 0)
    down = ", ".join(f"{word} {part:+.2f}" for word, part in why.words if part < 0)
    yield Line()
    yield Line(f"Score {why.score:.2f} by your decisions:", "heading", indent=6)
    if up:
        yield Line(f"up: {up}", indent=8)
    if down:
        yield Line(f"down: {down}", indent=8)
    if not up and not down:
        yield Line("no word of it was in what you decided on", "facts", indent=8)


def as_values(why: Reasons) -> dict[str, object]:
    """The same for JSON."""
    return {"score": why.score, "words": [{"word": word, "moved": part} for word, part in why.words]}


def curve(points: Sequence[tuple[int, float]]) -> Iterator[Line]:
    """AUC by the number of decisions learnt from, a bar each, from 0 to 1."""
    widest = len(str(max(known for known, _ in points)))
    yield Line("AUC after so many decisions", "heading")
    for known, value in points:
        yield Line(f"{str(known).rjust(widest)}  {value:.2f} {'#' * round(value * _WIDEST)}", indent=2)


def percent(figures: Mapping[str, float]) -> list[str]:
    """AUC with two digits, the others as percentages."""
    return [f"{figures['auc']:.2f}", f"{figures['precision10']:.0%}", f"{figures['saved95']:.0%}"]
