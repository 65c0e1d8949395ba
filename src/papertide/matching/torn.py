"""Which links of one strength lead nowhere: what is drawn alike to two papers that are not one belongs to neither.

A title without an id is borne by two papers with ids, say. To give it to either would be a guess, and one that hangs on
the order of import; so it stays a paper of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import combinations

Link = tuple[int, int]
"""Two groups, the lower first."""
Apart = Callable[[int, int], bool]
"""Whether two groups, the lower first, are not one paper."""


def torn(links: Collection[Link], vetoed: Apart, unsure: Apart) -> set[Link]:
    """The links to be left out so that all that the others join, directly or through others, may be one.

    `vetoed` says which groups are two papers, `unsure` which were torn from one another by stronger links. What links
    join and no veto concerns is one, and goes where all its links lead; if those lead to two papers, nowhere. Nothing
    depends on the order of links.
    """
    left_out: set[Link] = set()
    pending = list(components(links))
    while pending:
        part = pending.pop()
        units = _units(part, vetoed, unsure)
        if units is None:
            continue
        leading = _ambiguous(part, units, lambda a, b: vetoed(a, b) or unsure(a, b)) or part
        left_out.update(leading)
        pending += components([link for link in part if link not in leading])
    return left_out


def components(links: Iterable[Link]) -> Iterator[list[Link]]:
    """The links that hang together."""
    parent: dict[int, int] = {}

    def root(group: int) -> int:
        while (above := parent.setdefault(group, group)) != group:
            parent[group] = parent[above]
            group = above
        return group

    known = list(links)
    for a, b in known:
        one, other = root(a), root(b)
        parent[max(one, other)] = min(one, other)
    found: dict[int, list[Link]] = {}
    for link in known:
        found.setdefault(root(link[0]), []).append(link)
    return iter(found.values())


def opposed(groups: Sequence[int], apart: Apart) -> set[int]:
    """The groups that are apart from another one of these."""
    found: set[int] = set()
    for group in groups:
        if group not in found:
            other = next((g for g in groups if g != group and apart(min(g, group), max(g, group))), None)
            if other is not None:
                found |= {group, other}
    return found


def _units(part: Sequence[Link], vetoed: Apart, unsure: Apart) -> list[set[int]] | None:
    """The groups, those that no veto concerns put together as far as links join them; None where no veto concerns any."""
    groups = sorted({group for link in part for group in link})
    sides = opposed(groups, vetoed)
    sides |= opposed([group for group in groups if group not in sides], unsure)
    if not sides:
        return None
    free = [link for link in part if sides.isdisjoint(link)]
    units = [{group for link in joined for group in link} for joined in components(free)]
    alone = set(groups).difference(*units)
    return [*units, *({group} for group in alone)]


def _ambiguous(part: Sequence[Link], units: Sequence[set[int]], apart: Apart) -> set[Link]:
    """The links of units that they draw to groups which are not one paper."""
    unit_of = {group: number for number, unit in enumerate(units) for group in unit}
    beside: dict[int, set[int]] = {number: set() for number in range(len(units))}
    for a, b in part:
        one, other = unit_of[a], unit_of[b]
        if one != other:
            beside[one].add(other)
            beside[other].add(one)
    lost = {number for number, others in beside.items() if _parted([units[k] for k in (number, *others)], apart)}
    return {
        link for link in part if unit_of[link[0]] != unit_of[link[1]] and not lost.isdisjoint(map(unit_of.get, link))
    }


def _parted(units: Sequence[set[int]], apart: Apart) -> bool:
    """Whether two of these units are not one paper."""
    return any(
        apart(min(a, b), max(a, b)) for one, other in combinations(units, 2) for a in sorted(one) for b in sorted(other)
    )
