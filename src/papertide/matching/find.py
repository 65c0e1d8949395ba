"""Duplicates in a list of records, without a library."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import ValidationError

from papertide.matching.authors import names_in
from papertide.matching.beginnings import beginnings
from papertide.matching.cluster import plan
from papertide.matching.index import PLAIN, linking_pairs
from papertide.matching.keys import Face, face_of
from papertide.matching.links import unnamed
from papertide.matching.marks import LEAST_RATIO
from papertide.matching.profiles import Name, Profile, Rules, rules_of
from papertide.matching.rules import Kind, compare
from papertide.normal import arxiv_id
from papertide.records.listing import Entry
from papertide.records.paper import Paper, Seen
from papertide.records.reports import Match

Progress = Callable[[float], object]
"""Told how much is done, from 0 to 1."""


def find_duplicates(
    records: Iterable[Paper | Mapping[str, Any]],
    *,
    threshold: float | None = None,
    profile: Name = "balanced",
    progress: Progress = lambda _part: None,
) -> list[Match]:
    """The pairs of records that are one paper, by the rules of `rules`; one pair for each record beyond a paper's first.

    Each record is a Paper or a mapping with at least `id` and `title`; `abstract`, `arxiv_id`, `doi`, `author_count`,
    `authors` (names, or one text of them), `published` and `year` are used where they are there. `profile` is a column of
    the table in `profiles`, and `threshold` the ratio of two titles, 0 to 100, in place of the profile's. `progress` is
    called with the part that is done, 0 to 1. None and NaN are unknown. Raises ValueError for a record that lacks what it
    must have, or holds something else, and for another profile or threshold.
    """
    rules = rules_of(profile, threshold)
    ids: list[Any] = []
    sightings: list[Seen] = []
    for number, record in enumerate(records, 1):
        fields = record.model_dump() if isinstance(record, Paper) else record
        if not {"id", "title"} <= fields.keys():
            raise ValueError(f"record {number} lacks an id or a title")
        ids.append(fields["id"])
        try:
            entry = _entry(fields)
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(f"record {number} holds what can't be read: {_told(error)}") from error
        sightings.append(Seen(number, entry, "jsonl", None, str(fields["id"])))
    return [
        Match(a=ids[first - 1], b=ids[other - 1], score=score, reason=reason)
        for first, other, score, reason in duplicates(sightings, rules, progress)
    ]


def duplicates(
    sightings: Sequence[Seen], rules: Rules, progress: Progress = lambda _part: None
) -> list[tuple[int, int, float, str]]:
    """The refs of sightings that are one paper: the first of it, the other, the score of both titles and why.

    Where only a third tells that they are one, the reason names it.
    """
    looked_at = [(seen, face_of(seen.entry)) for seen in sightings]
    rules = rules.learnt(face for _, face in looked_at)
    face_at = {seen.ref: face for seen, face in looked_at}
    page_of = {seen.ref: seen.page for seen in sightings}
    looked_at = [(seen, face) for seen, face in looked_at if not unnamed(face, rules)]
    progress(_READ)
    near = _near(list(dict.fromkeys(face for _, face in looked_at)), rules)
    progress(_NEAR)
    grouped = 0

    def done(count: int) -> None:
        nonlocal grouped
        grouped += count
        progress(_NEAR + (1 - _NEAR) * grouped / len(looked_at))

    found: list[tuple[int, int, float, str]] = []
    for group in plan([seen for seen, _ in looked_at], near, rules, done=done).groups:
        first = group.placements[0].ref
        for p in group.placements[1:]:
            pair = compare(face_at[first], face_at[p.ref], rules)
            told = f"{pair.reason} (as on {page_of[first]})" if pair.kind is Kind.SAME else p.reason
            found.append((first, p.ref, pair.score, told))
    return found


_READ, _NEAR = 0.2, 0.4
"""The parts of the work that are done when titles are read, and when those that are near are found."""


def _near(faces: Collection[Face], rules: Rules) -> Callable[[str], Iterable[str]]:
    """What gives, for a key, others by which it is linked with all that may be one with it."""
    first: dict[str, str] = {}

    def root(key: str) -> str:
        while (above := first.get(key, key)) != key:
            first[key] = first.get(above, above)
            key = above
        return key

    for one, other in _pairs(faces, rules.profile):
        low, high = sorted((root(one), root(other)))
        first[high] = low
    begun = beginnings(faces)
    return lambda key: [root(key), *begun.get(key, ())]


def _pairs(faces: Collection[Face], profile: Profile) -> Iterator[tuple[str, str]]:
    """Pairs of near keys, through which all that are near are linked."""
    keys = sorted({face.key for face in faces})
    least = min(profile.ratio, profile.twins)
    if len(keys) <= PLAIN or least >= LEAST_RATIO or profile.ratio < LEAST_RATIO:
        yield from linking_pairs(keys, least)
        return
    yield from linking_pairs(keys, profile.ratio)
    # Below that, only records of one year and as many authors can be one paper (see `rules`).
    heaps: dict[tuple[int | None, int], set[str]] = {}
    for face in faces:
        if face.edition and face.people:
            heaps.setdefault((face.year, len(face.people)), set()).add(face.key)
    for heap in heaps.values():
        yield from linking_pairs(sorted(heap), least if len(heap) <= PLAIN else LEAST_RATIO)


def _entry(fields: Mapping[str, Any]) -> Entry:
    """A record as an entry; what is None or no number (NaN, as tables have it) is unknown."""
    told = {name: value for name, value in fields.items() if value is not None and value == value}
    arxiv = told.get("arxiv_id")
    authors = told.get("authors") or ()
    listed = names_in(authors) if isinstance(authors, str) else list(authors)
    names = tuple(name for name in listed if isinstance(name, str) and name.strip())
    count = told.get("author_count")
    return Entry(
        title=told["title"],
        abstract=told.get("abstract") or None,
        arxiv_id=arxiv_id(str(arxiv)) if arxiv else None,
        doi=told.get("doi") or None,
        author_count=int(count) if count else len(names) or None,
        authors=names,
        published=_day(told.get("published")),
        year_inferred=bool(told.get("year_inferred")),
        year=_year(told.get("year") or told.get("published")),
    )


def _told(error: Exception) -> str:
    """What is wrong with a record, in a line."""
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return "no title" if isinstance(error, KeyError) else str(error)


def _day(value: object) -> date | None:
    """The day that a record tells; a year or a month alone is no day."""
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value or "")[:10])
    except ValueError:
        return None


def _year(value: object) -> int | None:
    """The year at the beginning of what a record tells, such as 1999, "1999", "1999.0" and "1999-05"."""
    told = str(value or "").strip()[:4]
    return int(told) if told.isdecimal() and len(told) == 4 and told[0] != "0" else None
