"""What a library knows of a paper besides the paper: in the key `state` of an export's lines, checked on its way in.

Numbers of sightings, decisions, digests and verdicts are those of the library that was exported: within a file they tell
what belongs to what. Moments are ISO text in UTC.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from papertide.records.listing import Entry, Record, Text
from papertide.records.paper import Status

Number = Annotated[int, Field(gt=0, lt=2**63)]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$")]
Name = Annotated[str, StringConstraints(min_length=1)]
"""Text that stays as it is, blanks at its ends included."""


class PageState(Record):
    """A page that was added; see `store.base.StoredPage`."""

    id: Number
    digest: Digest
    name: Name
    layout: Text
    asked: Text
    captured: Day | None
    captured_given: bool
    listed: Day | None
    line: Annotated[int, Field(ge=1, lt=2**62)] = 1
    added: Text


class SightingState(Record):
    """A sighting, with its page. `position` is its place there, from 0; below 0 if the page shows it no longer."""

    id: Number
    page: PageState
    position: int
    entry: Entry
    method: Text
    score: float | None
    reason: Text
    added: Text


class DecisionState(Record):
    """A row of the log; `undoes` is the row that it takes back."""

    id: Number
    reader: Name
    status: Status
    at: Text
    command: Text
    undoes: Number | None


class TagState(Record):
    """A tag, and whose it is."""

    reader: Name
    tag: Name


class NoteState(Record):
    """A note, and whose it is."""

    reader: Name
    text: Name


class TellingState(Record):
    """The last digest that told a reader of the paper."""

    reader: Name
    digest: Number


class Belongings(Record):
    """What belonged to a number and to the paper that it joined; see `store.belongings`."""

    tags: tuple[tuple[Name, Name], ...]
    notes: tuple[tuple[Name, Name], ...]
    told: tuple[tuple[Name, Number], ...]


class GivenUpBelongings(Record):
    """The numbers that led to a number, its decisions, and what belonged to both papers."""

    led: tuple[Number, ...]
    decisions: tuple[Number, ...]
    old: Belongings
    kept: Belongings


class GivenUpState(Record):
    """A number that the paper had before a merge. `sightings` are those of both, with 1 for those of the paper that stayed."""

    id: Number
    old_id: Number
    added: Text
    belongings: GivenUpBelongings
    sightings: tuple[tuple[Number, Literal[0, 1]], ...]


class NamedSighting(Record):
    """A sighting as a verdict names it; `sighting` is None where its page shows it no longer."""

    side: Annotated[int, Field(ge=0)]
    sighting: Number | None
    paper: Number
    digest: Digest
    position: int
    entry: Entry


class VerdictState(Record):
    """A person's word on merges: what it was said of, which sightings went elsewhere by it, and which numbers came back."""

    id: Number
    reader: Name
    kind: Literal["same", "different"]
    at: Text
    command: Text
    undoes: Number | None
    sightings: tuple[NamedSighting, ...]
    moved: tuple[tuple[Number, Number], ...]
    revived: tuple[tuple[Number, Number], ...]


class DigestState(Record):
    """A digest that was given; `made` is what it was made with, see `flows.digest`."""

    id: Number
    reader: Name
    day: Day
    at: Text
    made: Text | None = None


class SearchState(Record):
    """A saved search."""

    reader: Name
    name: Name
    query: Name


class LastNumbers(Record):
    """The last numbers that were given: none is given twice."""

    paper: Annotated[int, Field(ge=0, lt=2**62)]
    decision: Annotated[int, Field(ge=0, lt=2**62)]
    verdict: Annotated[int, Field(ge=0, lt=2**62)]


class LibraryState(Record):
    """What belongs to no single paper. `pages` are those on which no paper is seen."""

    version: Literal[1]
    last: LastNumbers
    pages: tuple[PageState, ...]
    digests: tuple[DigestState, ...]
    searches: tuple[SearchState, ...]
    verdicts: tuple[VerdictState, ...]


class PaperState(Record):
    """What a library knows of a paper besides its facts; `numbers` are those that lead to it."""

    library: LibraryState | None = None
    sightings: tuple[SightingState, ...]
    decisions: tuple[DecisionState, ...]
    tags: tuple[TagState, ...]
    notes: tuple[NoteState, ...]
    told: tuple[TellingState, ...]
    numbers: tuple[Number, ...]
    given_up: tuple[GivenUpState, ...]
