"""A few places for what nobody asked for: a ranking that follows the score alone tunnels into one topic.

Every tenth place goes to the best-ranked paper of the topic that the reader has decided on least, so that each topic is
looked at now and then. With decisions in all topics alike it makes no difference to what is read, only to when.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

EVERY = 10


class Placed(NamedTuple):
    """A paper in the order of reading; `explored` names the topic that it stands for there, "" where its score put it there."""

    number: int
    explored: str = ""


def mixed(
    order: Sequence[int],
    topic_of: Mapping[int, str],
    decided: Mapping[str, int],
    *,
    every: int = EVERY,
    before: int = 0,
) -> list[Placed]:
    """The order with every `every`th place given away; `topic_of` has a paper's first topic, `decided` counts decisions.

    A paper that has no topic stands for none, and every paper has one place. `before` places stand before these.
    """
    counts = {topic: decided.get(topic, 0) for topic in topic_of.values()}
    queues: dict[str, list[int]] = {topic: [] for topic in counts}
    for number in reversed(order):
        if number in topic_of:
            queues[topic_of[number]].append(number)
    placed: dict[int, Placed] = {}
    best = iter(order)
    while len(placed) < len(order):
        found = _explored(queues, counts, placed) if (before + len(placed)) % every == every - 1 else None
        if found is None:
            found = Placed(next(number for number in best if number not in placed))
        placed[found.number] = found
    return list(placed.values())


def _explored(queues: Mapping[str, list[int]], counts: dict[str, int], placed: Mapping[int, Placed]) -> Placed | None:
    """The next paper of the topic decided on least; None where no topic has one left."""
    for queue in queues.values():
        while queue and queue[-1] in placed:
            queue.pop()
    left = [topic for topic, queue in queues.items() if queue]
    if not left:
        return None
    topic = min(left, key=lambda name: (counts[name], name))
    counts[topic] += 1
    return Placed(queues[topic].pop(), topic)
