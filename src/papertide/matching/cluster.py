"""From pairs to papers: which sightings are one paper, decided by their content and never by their order.

Links are taken strongest first, and two groups are joined only where no pair across them is vetoed: a veto is never
outvoted by transitivity. Ties are broken by the sightings' content, so any order of import ends in the same groups.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from papertide.matching.keys import Face, face_of
from papertide.matching.rules import Kind, Texts, Verdict, compare, compare_texts
from papertide.records.paper import Seen


@dataclass(frozen=True, slots=True)
class Placement:
    """Why one sighting is in its group: how it was recognised, how alike the titles are (None for the first), a sentence."""

    ref: int
    method: str
    score: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class Group:
    """The sightings of one paper, and the number it keeps; None for a paper that is new."""

    paper_id: int | None
    placements: tuple[Placement, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done with a set of sightings: the groups, and for each number that is given up, the group it joins."""

    groups: tuple[Group, ...]
    given_up: Mapping[int, int]  # paper id -> index of the group


_STRENGTH = {"arxiv-id": 2, "doi": 1, "title": 0}


def plan(sightings: Sequence[Seen], near: Callable[[str], Iterable[str]]) -> Plan:
    """Group sightings into papers; `near` gives the title keys near a key (see `index`).

    Those already placed must bring along all sightings that may be linked to them.
    """
    by_face: dict[Face, list[Seen]] = {}
    for seen in sightings:
        by_face.setdefault(face_of(seen.entry), []).append(seen)
    faces = sorted(by_face, key=lambda face: face.order)
    groups = [group for component in _components(faces, near) for group in _group(faces, component)]
    members = [
        # The sighting that came first is the paper's beginning; stored ones came before those being added (refs < 0).
        sorted(((s, face) for face in group for s in by_face[faces[face]]), key=lambda m: (m[0].ref < 0, abs(m[0].ref)))
        for group in groups
    ]
    order = sorted(range(len(groups)), key=lambda k: (members[k][0][0].ref < 0, abs(members[k][0][0].ref)))
    members = [members[k] for k in order]
    claims = _claims([[seen for seen, _ in group] for group in members])
    made = [
        Group(claims.kept.get(number), tuple(_placement(faces, group, k) for k in range(len(group))))
        for number, group in enumerate(members)
    ]
    return Plan(tuple(made), claims.given_up)


def _components(faces: Sequence[Face], near: Callable[[str], Iterable[str]]) -> list[list[int]]:
    """Indices of faces that share an id, a near title or the beginning of an abstract, directly or through others."""
    parent = list(range(len(faces)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    holder: dict[tuple[str, str], int] = {}
    for i, face in enumerate(faces):
        marks = [("arxiv", face.arxiv_id), ("doi", face.doi), ("text", face.text_key)]
        marks += [("key", key) for key in (face.key, *near(face.key))]
        for kind, mark in marks:
            if mark is not None:
                one, other = root(i), root(holder.setdefault((kind, mark), i))
                parent[max(one, other)] = min(one, other)
    components: dict[int, list[int]] = {}
    for i in range(len(faces)):
        components.setdefault(root(i), []).append(i)
    return list(components.values())


def _group(faces: Sequence[Face], component: Sequence[int]) -> list[list[int]]:
    """The faces of a component that are one paper, each group in order of content."""
    verdicts = {(i, j): compare(faces[i], faces[j]) for i, j in combinations(component, 2)}
    links = [(pair, verdict) for pair, verdict in verdicts.items() if verdict.kind is Kind.SAME]
    links.sort(key=lambda link: (*_weight(faces, *link), link[0]))
    member_of = {i: i for i in component}
    groups = {i: [i] for i in component}
    for (i, j), _ in links:
        a, b = sorted((member_of[i], member_of[j]))
        if a == b or any(verdicts[min(x, y), max(x, y)].kind is Kind.DIFFERENT for x in groups[a] for y in groups[b]):
            continue
        for x in groups[b]:
            member_of[x] = a
        groups[a] += groups.pop(b)
    return [sorted(group) for _, group in sorted(groups.items())]


def _weight(faces: Sequence[Face], pair: tuple[int, int], verdict: Verdict) -> tuple[int, float, int]:
    """Strongest link first: ids, then the ratio of the titles, then abstracts that agree."""
    texts = compare_texts(faces[pair[0]].abstract, faces[pair[1]].abstract)
    return (-_STRENGTH[verdict.method], -verdict.score, 0 if texts is Texts.AGREE else 1)


def _placement(faces: Sequence[Face], members: Sequence[tuple[Seen, int]], k: int) -> Placement:
    """Why the k-th member is here: the strongest link to one that came before it (or, lacking one, to any)."""
    seen, face = members[k]
    if k == 0:
        return Placement(seen.ref, "new", None, "first seen here")
    others = (*members[:k], *members[k + 1 :])
    links = [(_link(faces, face, other_face), other.page) for other, other_face in others]
    best, where = max(((v, page) for v, page in links if v.kind is Kind.SAME), key=lambda link: _rank(link[0]))
    return Placement(seen.ref, best.method, best.score, f"{best.reason} (as on {where})")


def _link(faces: Sequence[Face], one: int, other: int) -> Verdict:
    return _same_face(faces[one]) if one == other else compare(faces[one], faces[other])


def _rank(verdict: Verdict) -> tuple[int, float]:
    return (_STRENGTH[verdict.method], verdict.score)


def _same_face(face: Face) -> Verdict:
    if face.arxiv_id:
        return Verdict(Kind.SAME, "arxiv-id", 100.0, f"the same arXiv id, {face.arxiv_id}")
    return Verdict(Kind.SAME, "title", 100.0, "the same title")


@dataclass(frozen=True, slots=True)
class _Claims:
    kept: dict[int, int]
    given_up: dict[int, int]


def _claims(groups: Sequence[Sequence[Seen]]) -> _Claims:
    """Which group keeps which paper number: the one with the paper's arXiv id, else with most of its sightings.

    A group with several keeps the lowest.
    """
    holders: dict[int, list[tuple[int, int, int]]] = {}
    for number, group in enumerate(groups):
        counts = Counter(s.paper_id for s in group if s.paper_id is not None)
        named = Counter(s.paper_id for s in group if s.entry.arxiv_id)
        for paper, count in counts.items():
            holders.setdefault(paper, []).append((-named[paper], -count, number))
    wanted: dict[int, list[int]] = {}
    for paper, who in holders.items():
        wanted.setdefault(min(who)[2], []).append(paper)
    kept = {number: min(papers) for number, papers in wanted.items()}
    given_up = {paper: number for number, papers in wanted.items() for paper in papers if paper != kept[number]}
    return _Claims(kept, given_up)
