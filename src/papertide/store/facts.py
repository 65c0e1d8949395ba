"""What is written to a store, and what it says of what was written: values alone, for those that write.

Reading needs none of them, so that it needn't wait for them either (see `base`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date

    from papertide.records.listing import Entry
    from papertide.records.paper import Seen
    from papertide.records.state import PaperState


@dataclass(frozen=True, slots=True)
class KnownPage:
    """A page that was added before: its number, its capture, its stored sightings by position, whose day's it is, and the
    line that it begins with in its file.
    """

    id: int
    captured: date | None
    captured_given: bool
    sightings: Mapping[int, Seen]
    listed: date | None = None
    line: int = 1


@dataclass(frozen=True, slots=True)
class PageFacts:
    """A page that is being added; `digest` is the SHA-256 of its bytes in hexadecimal.

    `asked` is the layout that was asked for, `listed` the day whose listing it is by its name or address, `line` the line
    that it begins with in its file, from 1.
    """

    digest: str
    name: str
    layout: str
    captured: date | None
    captured_given: bool
    asked: str = "auto"
    listed: date | None = None
    line: int = 1


@dataclass(frozen=True, slots=True)
class PlacedSighting:
    """Where one sighting belongs. `position` and `entry` are None for a stored sighting whose entry stays as it is."""

    ref: int
    method: str
    score: float | None
    reason: str
    position: int | None = None
    entry: Entry | None = None


@dataclass(frozen=True, slots=True)
class PlacedPaper:
    """A paper as it is to be: its number (None for a new one), its columns, its side tables and its sightings."""

    paper_id: int | None
    columns: Mapping[str, object]
    source_ids: Sequence[str]
    listed: Sequence[str]
    topics: Sequence[str]
    sightings: Sequence[PlacedSighting]


@dataclass(frozen=True, slots=True)
class SaidVerdict:
    """A person's word on sightings, by their numbers: with `same` all are one paper, else each side is one of its own.

    `papers` are the papers that they were of when it was said, and those of sightings that went elsewhere by it; `led` are
    the numbers that were a paper's again by it, with the paper that each had led to. A sighting that its page shows no
    longer is left out.
    """

    id: int
    reader: str
    same: bool
    at: str
    sides: tuple[tuple[int, ...], ...]
    papers: Mapping[int, int]
    led: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Unrestored:
    """What of a reader's couldn't be as it was, in a sentence that is for this reader alone."""

    reader: str
    told: str


@dataclass(frozen=True, slots=True)
class Joined:
    """Why a sighting is in a paper where no id says so: the title of the one it is like, its own, how alike, and why."""

    paper: int
    a: str
    b: str
    score: float | None
    reason: str
    by_hand: bool


@dataclass(frozen=True, slots=True)
class FetchedPart:
    """A part of a source that was got whole: when (ISO text, UTC), and how many entries it had."""

    at: str
    entries: int


@dataclass(frozen=True, slots=True)
class PageMarks:
    """What a server gave with a page to tell it by, and how many entries the page has."""

    etag: str | None
    modified: str | None
    entries: int


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A page that was added: the SHA-256 of its bytes, what it was read as, and what was said of it then.

    `asked` is the layout that was asked for ("auto" for any), `listed` the day whose listing it is by its name or
    address, `added` a moment (ISO text, UTC), `entries` how many it showed when it was read last, `line` the line that it
    begins with in its file.
    """

    digest: str
    name: str
    layout: str
    asked: str
    captured: date | None
    captured_given: bool
    listed: date | None
    added: str
    entries: int
    line: int = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that `doctor` looked at: its name, whether it is well, what was seen, and the same as values for JSON."""

    name: str
    well: bool
    told: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LostRow:
    """A row that belongs to nothing any more, and its table."""

    table: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Mended:
    """What was mended, in sentences; the papers that are to be folded of their sightings; and how many rows were lost."""

    told: tuple[str, ...]
    fold: frozenset[int]
    lost: int


@dataclass(frozen=True, slots=True)
class StatedPaper:
    """A paper of a file that holds the state of a library: its keys as they stand, its topics by the rules of today, and
    all else. `line` counts from 1."""

    line: int
    facts: Mapping[str, Any]
    topics: Sequence[str]
    state: PaperState


@dataclass(frozen=True, slots=True)
class StatedDecision:
    """A row of another library's log, for a paper of this one; `undoes` is the number of a row of that log."""

    id: int
    reader: str
    paper: int
    status: str
    at: str
    command: str
    undoes: int | None


@dataclass(frozen=True, slots=True)
class StatedBelongings:
    """What readers of another library wrote on a paper of this one, and this library's numbers for digests that told of it."""

    paper: int
    tags: Sequence[tuple[str, str]]
    notes: Sequence[tuple[str, str]]
    told: Sequence[tuple[str, int]]
