"""Duplicates in a list of records, without a library."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from papertide.matching.cluster import plan
from papertide.matching.index import TitleIndex
from papertide.matching.keys import face_of
from papertide.normal import arxiv_id
from papertide.records.listing import Entry
from papertide.records.paper import Paper, Seen
from papertide.records.reports import Match


def find_duplicates(records: Iterable[Paper | Mapping[str, Any]]) -> list[Match]:
    """The pairs of records that are one paper, by the rules of `rules`; one pair for each record beyond a paper's first.

    Each record is a Paper or a mapping with at least `id` and `title`; `abstract`, `arxiv_id`, `doi`, `author_count`
    and `authors` are used where they are there. Raises ValueError for a record that lacks what it must have.
    """
    ids: list[Any] = []
    sightings: list[Seen] = []
    for number, record in enumerate(records, 1):
        fields = record.model_dump() if isinstance(record, Paper) else dict(record)
        if not {"id", "title"} <= fields.keys():
            raise ValueError(f"record {number} lacks an id or a title")
        ids.append(fields["id"])
        sightings.append(Seen(number, _entry(fields), "jsonl", None, str(fields["id"])))
    index = TitleIndex(face_of(seen.entry).key for seen in sightings)
    found: list[Match] = []
    for group in plan(sightings, index.near).groups:
        first = ids[group.placements[0].ref - 1]
        found += [Match(a=first, b=ids[p.ref - 1], score=p.score or 0.0, reason=p.reason) for p in group.placements[1:]]
    return found


def _entry(fields: Mapping[str, Any]) -> Entry:
    arxiv = fields.get("arxiv_id")
    return Entry(
        title=fields["title"],
        abstract=fields.get("abstract") or None,
        arxiv_id=arxiv_id(str(arxiv)) if arxiv else None,
        doi=fields.get("doi") or None,
        author_count=fields.get("author_count") or len(fields.get("authors") or ()) or None,
        authors=tuple(fields.get("authors") or ()),
    )
