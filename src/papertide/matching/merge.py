"""One paper from its sightings: a fold that doesn't depend on their order.

Each fact is taken from the sightings that know it. Where they disagree:

    1. the most trusted layout wins (`TRUST`: ids and structured data before text dumps);
    2. then the value that most sightings give;
    3. then a rule of the fact's own: the longest title and abstract, the earliest date, the largest author count;
    4. then the smallest value, so that nothing is left to chance.

Counts that change with time (comments, upvotes, stars) are taken from the latest capture, then the largest.
A date whose year was inferred gives way to one whose year was shown. A copy of an abstract that was cut off gives way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TypeVar

from papertide.matching.keys import solid
from papertide.records.listing import Entry
from papertide.records.paper import Facts, Seen

TRUST = {
    "hf-json": 5,
    "arxiv-atom": 5,
    "hf-html": 4,
    "jsonl": 4,
    "bibtex": 3,
    "ris": 3,
    "csv": 3,
    "markdown": 2,
    "hf-text": 1,
}
"""Layouts by how surely their fields are what they seem; a layout that isn't named comes last."""

T = TypeVar("T")


def fold(sightings: Sequence[Seen]) -> Facts:
    """The facts of a paper from all its sightings (at least one)."""
    if len(sightings) == 1:
        return _alone(sightings[0].entry)
    agreed = _Agreed(sightings)
    authors = agreed.on(lambda e: e.authors or None, prefer=len) or ()
    arxiv_id = agreed.on(lambda e: e.arxiv_id)
    published, inferred = _published(agreed)
    return Facts(
        title=agreed.on(lambda e: e.title, prefer=len) or sightings[0].entry.title,
        abstract=_abstract(agreed),
        url=agreed.on(lambda e: e.url) or (f"https://huggingface.co/papers/{arxiv_id}" if arxiv_id else None),
        arxiv_id=arxiv_id,
        doi=agreed.on(lambda e: e.doi),
        source_ids=tuple(sorted({i for s in sightings for i in s.entry.source_ids})),
        published=published,
        year_inferred=inferred,
        listed=tuple(sorted({day for s in sightings for day in _listed(s.entry)})),
        author_count=_author_count(agreed, authors),
        authors=authors,
        organization=agreed.on(lambda e: e.organization, prefer=len),
        comments=agreed.latest(lambda e: e.comments),
        upvotes=agreed.latest(lambda e: e.upvotes),
        code_url=agreed.on(lambda e: e.code_url),
        code_stars=agreed.latest(lambda e: e.code_stars),
        summary=agreed.on(lambda e: e.summary, prefer=len),
        sightings=len(sightings),
    )


def _author_count(agreed: _Agreed, authors: tuple[str, ...]) -> int | None:
    """How many authors there are: as many as are named, unless a sighting names some "and others"."""
    if any(s.entry.authors == authors and s.entry.author_count == len(authors) for s in agreed.sightings):
        return len(authors)
    count = agreed.on(lambda e: e.author_count, prefer=lambda n: n)
    return count and max(count, len(authors))


def _listed(entry: Entry) -> tuple[date, ...]:
    """All the days that an entry was listed on, in no order."""
    return entry.also_listed if entry.listed is None else (entry.listed, *entry.also_listed)


def _alone(entry: Entry) -> Facts:
    """What all the rules come to where there is nothing to agree on; most papers are seen once."""
    url = f"https://huggingface.co/papers/{entry.arxiv_id}" if entry.url is None and entry.arxiv_id else entry.url
    return Facts(
        title=entry.title,
        abstract=entry.abstract,
        url=url,
        arxiv_id=entry.arxiv_id,
        doi=entry.doi,
        source_ids=tuple(sorted(set(entry.source_ids))),
        published=entry.published,
        year_inferred=entry.year_inferred and entry.published is not None,
        listed=tuple(sorted(set(_listed(entry)))),
        author_count=entry.author_count and max(entry.author_count, len(entry.authors)),
        authors=entry.authors,
        organization=entry.organization,
        comments=entry.comments,
        upvotes=entry.upvotes,
        code_url=entry.code_url,
        code_stars=entry.code_stars,
        summary=entry.summary,
    )


class _Agreed:
    """The sightings of one paper, to be asked for what they agree on."""

    def __init__(self, sightings: Iterable[Seen]) -> None:
        self.sightings = tuple(sightings)

    def on(self, read: Callable[[Entry], T | None], prefer: Callable[[T], float] | None = None) -> T | None:
        """The value of one fact, by the rules above; None where no sighting knows it."""
        known = [(TRUST.get(s.layout, 0), value) for s in self.sightings if (value := read(s.entry)) is not None]
        if not known:
            return None
        most = max(trust for trust, _ in known)
        votes = Counter(value for trust, value in known if trust == most)
        return min(votes, key=lambda v: (-votes[v], -prefer(v) if prefer else 0.0, repr(v)))

    def latest(self, read: Callable[[Entry], int | None]) -> int | None:
        """A count that changes with time, as the latest capture shows it."""
        known = [
            (s.captured or s.entry.listed or date.min, value)
            for s in self.sightings
            if (value := read(s.entry)) is not None
        ]
        return max(known)[1] if known else None


def _published(agreed: _Agreed) -> tuple[date | None, bool]:
    shown = agreed.on(lambda e: None if e.year_inferred else e.published, prefer=lambda d: -d.toordinal())
    if shown is not None:
        return shown, False
    inferred = agreed.on(lambda e: e.published, prefer=lambda d: -d.toordinal())
    return inferred, inferred is not None


def _abstract(agreed: _Agreed) -> str | None:
    """The abstract by the common rules, among those that are not the beginning of a longer one."""
    known = {s.entry.abstract for s in agreed.sightings if s.entry.abstract}
    solids = {text: solid(text) for text in known}
    cut = {
        text
        for text in known
        for other in known
        if len(solids[other]) > len(solids[text]) and solids[other].startswith(solids[text])
    }
    return agreed.on(lambda e: None if e.abstract in cut else e.abstract, prefer=len)
