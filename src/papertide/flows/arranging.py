"""Which paper keeps which number, decided purely, before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from papertide.matching.cluster import Group, Plan
from papertide.records.paper import Seen
from papertide.store.facts import SaidVerdict

Planning = Callable[[Sequence[Seen]], Plan]


def begins(group: Group, fresh: Mapping[int, Seen]) -> int | None:
    """The sighting of a page that began a paper: the paper's first, or the first that drew others from their paper."""
    return next((p.ref for p in group.placements if p.ref in fresh), None) if group.paper_id is None else None


def decided_of(everything: dict[int, Seen], staying: Mapping[int, int], planned: Planning) -> Plan:
    """The plan for these sightings. `staying` ones (to their papers' numbers) stay only where they would be alone.

    One that others are the same paper as is taken out of `everything`; its paper's number goes to the first of those.
    """
    decided = planned(list(everything.values()))
    heirs: dict[int, int] = {}
    for group in decided.groups:
        others = [p.ref for p in group.placements if p.ref not in staying]
        for p in group.placements if others else ():
            if p.ref in staying:
                heirs[staying[p.ref]] = others[0]
                del everything[p.ref]
    if not heirs:
        return decided
    for paper, heir in heirs.items():
        if everything[heir].paper_id is None:
            everything[heir] = everything[heir]._replace(paper_id=paper)
    decided = planned(list(everything.values()))
    group_of = {p.ref: number for number, group in enumerate(decided.groups) for p in group.placements}
    kept = {group.paper_id for group in decided.groups}
    passed_on = {paper: group_of[heir] for paper, heir in heirs.items() if paper not in kept}
    return Plan(decided.groups, {**passed_on, **decided.given_up})


def claiming(found: Mapping[int, Seen], had: Mapping[int, tuple[int, ...]], undone: SaidVerdict | None) -> list[Seen]:
    """Stored sightings, each with the number that it speaks for: the first that it had.

    After a word that is `undone` that is the one that it had before it; what the word didn't move is where it was then.
    """
    if undone is None:
        claims: dict[int, int | None] = {ref: numbers[0] if numbers else None for ref, numbers in had.items()}
    else:
        known = {seen.paper_id for seen in found.values()} | {number for numbers in had.values() for number in numbers}
        claims = {ref: None for ref, numbers in had.items() if not numbers}
        claims |= {ref: number for ref, number in undone.papers.items() if number in known}
    return [seen._replace(paper_id=claims.get(ref, seen.paper_id)) for ref, seen in found.items()]


def numbered_again(decided: Plan, had: Mapping[int, tuple[int, ...]]) -> Plan:
    """A plan in which a group without a number has the last one that all its sightings had, if no other group has that."""
    kept = {group.paper_id for group in decided.groups}
    groups: list[Group] = []
    for group in decided.groups:
        common = set.intersection(*(set(had.get(p.ref, ())) for p in group.placements)) - kept
        if group.paper_id is not None or not common:
            groups.append(group)
            continue
        number = max(common, key=had[group.placements[0].ref].index)
        kept.add(number)
        groups.append(replace(group, paper_id=number))
    return Plan(tuple(groups), {old: k for old, k in decided.given_up.items() if old not in kept})


def nothing_lost(decided: Plan, before: Mapping[int, frozenset[int]], led: Mapping[int, int]) -> Plan:
    """A plan that also gives up the numbers of papers that no sighting speaks for any more, to where they had led."""
    group_of = {p.ref: number for number, group in enumerate(decided.groups) for p in group.placements}
    bearing = {group.paper_id: number for number, group in enumerate(decided.groups)}
    unclaimed = before.keys() - bearing.keys() - decided.given_up.keys()
    joining = {paper: bearing.get(led.get(paper, -1), group_of[min(before[paper])]) for paper in unclaimed}
    return Plan(decided.groups, {**decided.given_up, **joining})


def of_one_name(sightings: Iterable[Seen]) -> frozenset[int]:
    """The stored sightings of papers that were seen with one arXiv id: a person parted them, and one of them bears it.

    Which one may change with what is said or seen of the others.
    """
    known = [seen for seen in sightings if seen.paper_id is not None]
    bearers: dict[str, set[int | None]] = {}
    for seen in known:
        if seen.entry.arxiv_id:
            bearers.setdefault(seen.entry.arxiv_id, set()).add(seen.paper_id)
    several = {paper for papers in bearers.values() if len(papers) > 1 for paper in papers}
    return frozenset(seen.ref for seen in known if seen.paper_id in several) if several else frozenset()


def sets_of(sightings: Iterable[Seen]) -> dict[int, frozenset[int]]:
    """The refs of each paper's stored sightings."""
    sets: dict[int, set[int]] = {}
    for seen in sightings:
        if seen.paper_id is not None:
            sets.setdefault(seen.paper_id, set()).add(seen.ref)
    return {paper: frozenset(refs) for paper, refs in sets.items()}
