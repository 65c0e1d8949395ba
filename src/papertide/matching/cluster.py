"""From pairs to papers: which sightings are one paper, decided by their content and never by their order.

Links are taken strongest first, and two groups are joined only where no pair across them is vetoed: a veto is never
outvoted by transitivity. What is linked as strongly to two papers as to one joins neither (`torn`), and what tells too
little to be told from others joins nothing (`links.unnamed`), so any order of import ends in the same groups.

A person's word (`Ruling`) goes before every rule, and a newer word before an older one. Sightings that a person called
one paper are one from the start; those that a person parted never meet again, whatever links to both. Where the rules
would veto what a person joined, that veto is void for all that is like what was joined, and no other is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import chain, groupby, permutations
from typing import NamedTuple

from papertide.matching.crowds import Crowd
from papertide.matching.keys import Face, face_of
from papertide.matching.links import links, unnamed, weight
from papertide.matching.placements import Placement, placements_of
from papertide.matching.profiles import BALANCED, Rules
from papertide.matching.rules import Kind, compare
from papertide.matching.rulings import Bound, Ruling
from papertide.matching.torn import Link, opposed, torn
from papertide.records.paper import Seen

MOST = 1_000
"""Records that all differ and that may be one paper, where any two of them may be vetoed; two larger groups stay apart."""


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


def plan(
    sightings: Sequence[Seen],
    near: Callable[[str], Iterable[str]],
    rules: Rules = BALANCED,
    rulings: Sequence[Ruling] = (),
    done: Callable[[int], object] = lambda _count: None,
    decided: Callable[[Sequence[int]], Collection[int]] = lambda _papers: (),
) -> Plan:
    """Group sightings into papers; `near` gives the title keys near a key (see `index`), `rulings` come oldest first.

    `done` is called with how many sightings were grouped since it was called last; `decided`, with papers that come apart,
    gives the refs of those sightings that a reader decided on.

    Those already placed must bring along all sightings that may be linked to them, or that a ruling on them names.
    """
    bound = Bound(rulings, [seen.ref for seen in sightings])
    faces, nodes = _nodes(sightings, bound, rules)
    parts = _components(faces, nodes, near)
    groups: list[list[_Node]] = []
    for part in parts:
        groups += _Grouping(faces, part, rules).groups()
        done(sum(len(node.sightings) for node in part))
    # The sighting that came first is the paper's beginning; stored ones came before those being added (refs < 0).
    members = [sorted((seen for node in group for seen in node.sightings), key=_came) for group in groups]
    members.sort(key=lambda group: _came(group[0]))
    claims = _claims(members, decided)
    made = [Group(claims.kept.get(k), tuple(placements_of(group, rules, rulings))) for k, group in enumerate(members)]
    return Plan(tuple(made), claims.given_up)


def _came(seen: Seen) -> tuple[bool, int]:
    return seen.ref < 0, abs(seen.ref)


@dataclass(frozen=True, eq=False)
class _Node:
    """What is never taken apart: the sightings with one face that nobody spoke of, or a class of those a person bound.

    Sightings that are unnamed (see `links`) may say the same and still be two papers: each is a node of its own.

    `faces` are indices in order of content; `root` is None for the former, `apart` are the roots that it never meets.
    """

    faces: tuple[int, ...]
    rank: int
    sightings: Sequence[Seen]
    root: int | None = None
    apart: frozenset[int] = frozenset()


def _nodes(sightings: Sequence[Seen], bound: Bound, rules: Rules) -> tuple[list[Face], list[_Node]]:
    """The faces and the nodes, both in order of content; of equal nodes the one that a person named first comes first."""
    face_at = [face_of(seen.entry) for seen in sightings]
    faces = sorted(set(face_at), key=lambda face: face.order)
    place = {face: k for k, face in enumerate(faces)}
    free: dict[int, list[Seen]] = {}
    classes: dict[int, list[Seen]] = {}
    for seen, face in zip(sightings, face_at, strict=True):
        root = bound.root(seen.ref)
        held, key = (free, place[face]) if root is None else (classes, root)
        held.setdefault(key, []).append(seen)
    nodes: list[_Node] = []
    for number, group in free.items():
        several = [[seen] for seen in group] if unnamed(faces[number], rules) else [group]
        nodes += [_Node((number,), -1, told) for told in several]
    for root, group in classes.items():
        own = tuple(sorted({place[face_of(seen.entry)] for seen in group}))
        nodes.append(_Node(own, min(bound.rank[seen.ref] for seen in group), group, root, bound.apart(root)))
    return faces, sorted(nodes, key=lambda node: (node.faces, node.rank))


def _components(
    faces: Sequence[Face], nodes: Sequence[_Node], near: Callable[[str], Iterable[str]]
) -> list[list[_Node]]:
    """Nodes whose faces share an id, a near title or the beginning of an abstract, directly or through others."""
    parent = list(range(len(faces)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    def join(i: int, j: int) -> None:
        one, other = root(i), root(j)
        parent[max(one, other)] = min(one, other)

    holder: dict[tuple[str, str], int] = {}
    for i, face in enumerate(faces):
        marks = [("arxiv", face.arxiv_id), ("doi", face.doi), ("text", face.text_key)]
        marks += [("key", key) for key in (face.key, *near(face.key))]
        for kind, mark in marks:
            if mark is not None:
                join(i, holder.setdefault((kind, mark), i))
    for node in nodes:
        for face_index in node.faces[1:]:
            join(node.faces[0], face_index)
    components: dict[int, list[_Node]] = {}
    for node in nodes:
        components.setdefault(root(node.faces[0]), []).append(node)
    return list(components.values())


class _Pair(NamedTuple):
    """Two nodes that may be linked, by a face of each."""

    one: int
    other: int
    face: int
    other_face: int


@dataclass(eq=False)
class _Grouping:
    """The nodes of one component, being grouped.

    Pairs are compared only when it matters: a link where two groups aren't joined yet, a veto where they are about to
    be and what is known of both as a whole leaves it open. No pair is looked at twice for either.
    """

    faces: Sequence[Face]
    nodes: Sequence[_Node]
    rules: Rules
    _group_of: dict[int, int] = field(init=False)
    _groups: dict[int, list[int]] = field(init=False)
    _foes: dict[int, set[int]] = field(init=False)
    _crowds: dict[int, Crowd] = field(init=False)

    def __post_init__(self) -> None:
        self._group_of = {k: k for k in range(len(self.nodes))}
        self._groups = {k: [k] for k in range(len(self.nodes))}
        self._foes = {k: set() for k in range(len(self.nodes))}
        # Where a person spoke, a veto may be void, and one may come from elsewhere: then each pair is looked at.
        spoken = any(node.root is not None for node in self.nodes)
        self._crowds = {} if spoken else {k: Crowd.of(self.faces[n.faces[0]]) for k, n in enumerate(self.nodes)}

    def groups(self) -> list[list[_Node]]:
        """The nodes that are one paper, each group in order of content."""
        for (kind, *_), tied in groupby(self._links(), key=lambda link: link[:3]):
            pairs = [_Pair(*link[3:]) for link in tied]
            if kind < 0:
                self._join(pairs)  # an id is one paper's, whatever else bears it
            else:
                for part in self._parts(pairs):
                    self._settle(part)
        return [[self.nodes[k] for k in sorted(group)] for _, group in sorted(self._groups.items())]

    def _links(self) -> list[tuple[int, float, bool, int, int, int, int]]:
        """The pairs of faces of two nodes that may be the same, the strongest first, then by content."""
        holders: dict[int, list[int]] = {}
        for k, node in enumerate(self.nodes):
            for face in node.faces:
                if not unnamed(self.faces[face], self.rules):
                    holders.setdefault(face, []).append(k)
        same = ((face, face) for face, held in holders.items() if len(held) > 1)
        pairs: list[tuple[int, float, bool, int, int, int, int]] = []
        for f, g in chain(same, links(self.faces, holders, self.rules)):
            strength = weight(self.faces[f], self.faces[g])
            both = {(p, q, f, g) if p < q else (q, p, g, f) for p in holders[f] for q in holders[g] if p != q}
            pairs += [(*strength, *link) for link in both]
        pairs.sort()
        return pairs

    def _parts(self, pairs: Sequence[_Pair]) -> list[list[_Pair]]:
        """The pairs of one strength by what they may join: a part holds all between its groups, in order."""
        lead: dict[int, int] = {}

        def root(group: int) -> int:
            while (above := lead.get(group, group)) != group:
                lead[group] = lead.get(above, above)
                group = above
            return group

        open_pairs = [pair for pair in pairs if self._open(pair.one, pair.other)]
        for pair in open_pairs:
            a, b = root(self._group_of[pair.one]), root(self._group_of[pair.other])
            if a != b and self._linked(pair.face, pair.other_face):
                lead[max(a, b)] = min(a, b)
        parts: dict[int, list[_Pair]] = {}
        for pair in open_pairs:
            a, b = root(self._group_of[pair.one]), root(self._group_of[pair.other])
            if a == b:
                parts.setdefault(a, []).append(pair)
        return list(parts.values())

    def _settle(self, part: Sequence[_Pair]) -> None:
        """Join groups that links of one strength hang together, but for those that are drawn to two papers."""
        groups = sorted({group for pair in part for group in self._between(pair)})
        if self._plainly_one(groups):
            for group in groups[1:]:
                self._merge(groups[0], group)
            return
        against = cache(self._against)
        if self._crowds and not opposed(groups, lambda a, b: b in self._foes[a] or against(a, b)):
            for group in groups[1:]:
                self._merge(groups[0], group)
            return
        linked = [
            pair for pair in part if self._open(pair.one, pair.other) and self._linked(pair.face, pair.other_face)
        ]
        for a, b in torn({self._between(pair) for pair in linked}, against, lambda a, b: b in self._foes[a]):
            self._foes[a].add(b)
            self._foes[b].add(a)
        for pair in linked:
            if self._open(pair.one, pair.other):
                self._meet(*self._between(pair))

    def _plainly_one(self, groups: Sequence[int]) -> bool:
        """Whether what is known of each group as a whole tells that nothing keeps any two apart."""
        if not self._crowds or any(not self._foes[group].isdisjoint(groups) for group in groups):
            return False
        together = self._crowds[groups[0]]
        for group in groups[1:]:
            if together.vetoes(self._crowds[group]) is not False:
                return False
            together |= self._crowds[group]
        return True

    def _between(self, pair: _Pair) -> Link:
        """The groups that a pair is between."""
        a, b = self._group_of[pair.one], self._group_of[pair.other]
        return (a, b) if a < b else (b, a)

    def _join(self, pairs: Iterable[_Pair]) -> None:
        """Join the groups between which pairs are, one after another, where nothing keeps them apart."""
        for pair in pairs:
            if self._open(pair.one, pair.other) and self._linked(pair.face, pair.other_face):
                self._meet(*self._between(pair))

    def _open(self, one: int, other: int) -> bool:
        """Whether two nodes' groups are not joined, and not known to be kept apart."""
        a, b = self._group_of[one], self._group_of[other]
        return a != b and b not in self._foes[a]

    def _linked(self, face: int, other: int) -> bool:
        return face == other or compare(self.faces[face], self.faces[other], self.rules).kind is Kind.SAME

    def _meet(self, a: int, b: int) -> None:
        """Join two groups, the lower first, or note that they are kept apart."""
        if self._kept_apart(a, b):
            if not self._overruled:
                self._foes[a].add(b)
                self._foes[b].add(a)
            return
        self._merge(a, b)

    def _merge(self, a: int, b: int) -> None:
        """Let two groups be one, the lower."""
        for x in self._groups[b]:
            self._group_of[x] = a
        self._groups[a] += self._groups.pop(b)
        if self._crowds:
            self._crowds[a] |= self._crowds.pop(b)
        for foe in self._foes.pop(b):
            self._foes[foe].remove(b)
            self._foes[foe].add(a)
            self._foes[a].add(foe)

    def _kept_apart(self, a: int, b: int) -> bool:
        """Whether a person's word or a veto parts two groups."""
        return self._parted(a, b) or self._against(a, b)

    def _parted(self, a: int, b: int) -> bool:
        """Whether a person said that two groups are not one paper."""
        if self._crowds:
            return False
        return any(self.nodes[y].root in self.nodes[x].apart for x in self._groups[a] for y in self._groups[b])

    def _against(self, a: int, b: int) -> bool:
        """Whether a rule says that two groups are not one paper."""
        plainly = self._crowds[a].vetoes(self._crowds[b]) if self._crowds else None
        if plainly is not None:
            return plainly
        if self._crowds and len(self._groups[a]) + len(self._groups[b]) > MOST:
            return True
        return any(self._vetoed(x, y) for x in self._groups[a] for y in self._groups[b])

    def _vetoed(self, one: int, other: int) -> bool:
        """Whether a rule says that two nodes are not one paper."""
        groups = (self._group_of[one], self._group_of[other])
        return any(
            (by := self._veto(f, g)) is not None and not self._void(f, g, by, groups)
            for f in self.nodes[one].faces
            for g in self.nodes[other].faces
        )

    def _veto(self, face: int, other: int) -> str | None:
        """By what method the rules call two faces different; None where they don't."""
        verdict = compare(self.faces[face], self.faces[other], self.rules) if face != other else None
        return verdict.method if verdict is not None and verdict.kind is Kind.DIFFERENT else None

    @cached_property
    def _overruled(self) -> list[tuple[int, int, int, str]]:
        """The vetoes that a person overruled: the node, its two faces, and the method."""
        return [
            (k, *pair, by)
            for k, node in enumerate(self.nodes)
            for pair in permutations(node.faces, 2)
            if (by := self._veto(*pair)) is not None
        ]

    def _void(self, face: int, other: int, by: str, groups: tuple[int, int]) -> bool:
        """Whether a veto between two faces is void: they are like two between which a person overruled such a veto."""
        return any(
            method == by and self._group_of[k] in groups and self._like(face, f, by) and self._like(other, g, by)
            for k, f, g, method in self._overruled
        )

    def _like(self, face: int, other: int, by: str) -> bool:
        if by == "arxiv-id":
            return self.faces[face].arxiv_id == self.faces[other].arxiv_id
        return self._linked(face, other)


@dataclass(frozen=True, slots=True)
class _Claims:
    kept: dict[int, int]
    given_up: dict[int, int]


def _claims(groups: Sequence[Sequence[Seen]], decided: Callable[[Sequence[int]], Collection[int]]) -> _Claims:
    """Which group keeps which paper number: the one with most of what a reader decided on, with the paper's arXiv id, or
    else with most of its sightings.

    A group with several keeps the lowest.
    """
    counts = [Counter(s.paper_id for s in group if s.paper_id is not None) for group in groups]
    bearing = Counter(paper for count in counts for paper in count)
    told_apart = sorted(paper for paper, count in bearing.items() if count > 1)
    weighty = decided(told_apart) if told_apart else ()
    holders: dict[int, list[tuple[int, int, int, int]]] = {}
    for number, group in enumerate(groups):
        heavy = Counter(s.paper_id for s in group if s.ref in weighty)
        named = Counter(s.paper_id for s in group if s.entry.arxiv_id)
        for paper, count in counts[number].items():
            holders.setdefault(paper, []).append((-heavy[paper], -named[paper], -count, number))
    wanted: dict[int, list[int]] = {}
    for paper, who in holders.items():
        wanted.setdefault(min(who)[-1], []).append(paper)
    kept = {number: min(papers) for number, papers in wanted.items()}
    given_up = {paper: number for number, papers in wanted.items() for paper in papers if paper != kept[number]}
    return _Claims(kept, given_up)
