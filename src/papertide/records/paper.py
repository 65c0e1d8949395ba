"""A Paper, folded from its Sightings; as models, for the Python face and the matching."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, NamedTuple

from papertide.records.listing import Count, Entry, Known, Record, Text

Status = Literal["inbox", "keep", "later", "skip"]


class Facts(Known):
    """What all its sightings together know of a paper: the days of the listings that showed it, and how many they are."""

    listed: tuple[date, ...] = ()
    sightings: Count = 1


class Paper(Facts):
    """One paper, as the library holds it and `--json` prints it.

    `added` is when it came into this library (UTC). `score` is the relevance in a search, else None until there are
    decisions to learn from.
    """

    id: int
    added: datetime
    topics: tuple[Text, ...] = ()
    status: Status = "inbox"
    tags: tuple[Text, ...] = ()
    note: Text | None = None
    score: float | None = None


class Sighting(Record):
    """One time that a page showed a paper: the raw entry, and how it was recognised.

    `method` is "new", "arxiv-id", "doi", "title" (see `matching.rules`); `score` is 0 to 100 where titles were compared.
    """

    page: Text
    layout: Text
    position: Count
    entry: Entry
    captured: date | None = None
    method: Text
    score: float | None = None
    reason: Text
    added: datetime


class Seen(NamedTuple):
    """An entry with where it was seen: what matching and folding look at. `paper_id` is None for one not yet placed.

    `ref` tells the sightings of one run apart: the stored number, or a negative one for an entry that is being added.
    """

    ref: int
    entry: Entry
    layout: str
    captured: date | None
    page: str
    paper_id: int | None = None
