"""Duplicates in a list of records, without a library."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from papertide.matching.authors import names_in
from papertide.matching.beginnings import beginnings
from papertide.matching.cluster import plan
from papertide.matching.index import TitleIndex
from papertide.matching.keys import Face, face_of
from papertide.matching.profiles import Name, Rules, rules_of
from papertide.normal import arxiv_id
from papertide.records.listing import Entry
from papertide.records.paper import Paper, Seen
from papertide.records.reports import Match


def find_duplicates(
    records: Iterable[Paper | Mapping[str, Any]], *, threshold: float | None = None, profile: Name = "balanced"
) -> list[Match]:
    """The pairs of records that are one paper, by the rules of `rules`; one pair for each record beyond a paper's first.

    Each record is a Paper or a mapping with at least `id` and `title`; `abstract`, `arxiv_id`, `doi`, `author_count`,
    `authors` (names, or one text of them), `published` and `year` are used where they are there. `profile` is a column of
    the table in `profiles`, and `threshold` the ratio of two titles, 0 to 100, in place of the profile's. Raises
    ValueError for a record that lacks what it must have, and for another profile or threshold.
    """
    rules = rules_of(profile, threshold)
    ids: list[Any] = []
    sightings: list[Seen] = []
    for number, record in enumerate(records, 1):
        fields = record.model_dump() if isinstance(record, Paper) else dict(record)
        if not {"id", "title"} <= fields.keys():
            raise ValueError(f"record {number} lacks an id or a title")
        ids.append(fields["id"])
        sightings.append(Seen(number, _entry(fields), "jsonl", None, str(fields["id"])))
    return [
        Match(a=ids[first - 1], b=ids[other - 1], score=score, reason=reason)
        for first, other, score, reason in duplicates(sightings, rules)
    ]


def duplicates(sightings: Sequence[Seen], rules: Rules) -> list[tuple[int, int, float, str]]:
    """The refs of sightings that are one paper: the first of it, the other, the title score and why."""
    rules = rules.learnt(face_of(seen.entry) for seen in sightings)
    sightings = [seen for seen in sightings if not _unnamed(face_of(seen.entry), rules)]
    faces = {face_of(seen.entry) for seen in sightings}
    index = TitleIndex(sorted({face.key for face in faces}))
    begun = beginnings(faces)

    least = min(rules.profile.ratio, rules.profile.twins)

    def near(key: str) -> list[str]:
        return [*index.near(key, least), *begun.get(key, ())]

    found: list[tuple[int, int, float, str]] = []
    for group in plan(sightings, near, rules).groups:
        first = group.placements[0].ref
        found += [(first, p.ref, p.score or 0.0, p.reason) for p in group.placements[1:]]
    return found


def _unnamed(face: Face, rules: Rules) -> bool:
    """Whether a record says nothing that tells which "Editorial" it is: two may be alike in all they say and still be two."""
    bare = not face.people or face.year is None
    return not (face.arxiv_id or face.doi or face.abstract) and ((bare and rules.generic(face)) or rules.column(face))


def _entry(fields: Mapping[str, Any]) -> Entry:
    arxiv = fields.get("arxiv_id")
    authors = fields.get("authors") or ()
    names = tuple(name for name in (names_in(authors) if isinstance(authors, str) else authors) if name.strip())
    return Entry(
        title=fields["title"],
        abstract=fields.get("abstract") or None,
        arxiv_id=arxiv_id(str(arxiv)) if arxiv else None,
        doi=fields.get("doi") or None,
        author_count=fields.get("author_count") or len(names) or None,
        authors=names,
        published=_day(fields.get("published")),
        year_inferred=bool(fields.get("year_inferred")),
        year=_year(fields.get("year") or fields.get("published")),
    )


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
