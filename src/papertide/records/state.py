"""What a library knows of a paper besides the paper: in the key `state` of an export's lines, checked on its way in.

Numbers of sightings, decisions, digests and verdicts are those of the library that was exported: within a file they tell
what belongs to what. Moments and days are ISO text, moments in UTC: they are kept as they stand.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from papertide.records.listing import Entry, Record, Text
from papertide.records.paper import Status


def _read_by(reads: Callable[[str], object]) -> Callable[[str], str]:
    """Lets a text through that `reads` makes something of, as it stands; what `reads` raises is raised."""

    def checked(text: str) -> str:
        reads(text)
        return text

    return checked


Number = Annotated[int, Field(gt=0, lt=2**53)]
PaperNumber = Annotated[int, Field(gt=0, lt=2**31)]
Place = Annotated[int, Field(gt=-(2**53), lt=2**53)]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Day = Annotated[
    str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), AfterValidator(_read_by(date.fromisoformat))
]
Moment = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|\+00:00)$"),
    AfterValidator(_read_by(datetime.fromisoformat)),
]
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
    line: Annotated[int, Field(ge=1, lt=2**31)] = 1
    added: Moment


class SightingState(Record):
    """A sighting, with its page. `position` is its place there, from 0; below 0 if the page shows it no longer."""

    id: Number
    page: PageState
    position: Place
    entry: Entry
    method: Text
    score: Annotated[float, Field(allow_inf_nan=False)] | None
    reason: Text
    added: Moment


class DecisionState(Record):
    """A row of the log; `undoes` is the row that it takes back."""

    id: Number
    reader: Name
    status: Status
    at: Moment
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

    led: tuple[PaperNumber, ...]
    decisions: tuple[Number, ...]
    old: Belongings
    kept: Belongings


class GivenUpState(Record):
    """A number that the paper had before a merge. `sightings` are those of both, with 1 for those of the paper that stayed."""

    id: Number
    old_id: PaperNumber
    added: Moment
    belongings: GivenUpBelongings
    sightings: tuple[tuple[Number, Literal[0, 1]], ...]


class NamedSighting(Record):
    """A sighting as a verdict names it; `sighting` is None where its page shows it no longer."""

    side: Annotated[int, Field(ge=0, lt=2**31)]
    sighting: Number | None
    paper: PaperNumber
    digest: Digest
    position: Place
    entry: Entry


class VerdictState(Record):
    """A person's word on merges: what it was said of, which sightings went elsewhere by it, and which numbers came back."""

    id: Number
    reader: Name
    kind: Literal["same", "different"]
    at: Moment
    command: Text
    undoes: Number | None
    sightings: tuple[NamedSighting, ...]
    moved: tuple[tuple[Number, PaperNumber], ...]
    revived: tuple[tuple[PaperNumber, PaperNumber], ...]


class DigestState(Record):
    """A digest that was given; `made` is what it was made with, see `flows.digest`."""

    id: Number
    reader: Name
    day: Day
    at: Moment
    made: Text | None = None


class SearchState(Record):
    """A saved search, under a name that can be typed."""

    reader: Name
    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][\w.-]{0,127}$")]
    query: Name


class LastNumbers(Record):
    """The last numbers that were given: none is given twice."""

    paper: Annotated[int, Field(ge=0, lt=2**31)]
    decision: Annotated[int, Field(ge=0, lt=2**53)]
    verdict: Annotated[int, Field(ge=0, lt=2**53)]


class LibraryState(Record):
    """What belongs to no single paper. `pages` are those on which no paper is seen."""

    version: Literal[1]
    last: LastNumbers
    pages: tuple[PageState, ...]
    digests: tuple[DigestState, ...]
    searches: tuple[SearchState, ...]
    verdicts: tuple[VerdictState, ...]


class PaperState(Record):
    """What a library knows of a paper besides its facts; `numbers` are those that lead to it.

    There is a sighting at least: a paper that no page shows would be begun again by the next page that does.
    """

    library: LibraryState | None = None
    sightings: Annotated[tuple[SightingState, ...], Field(min_length=1)]
    decisions: tuple[DecisionState, ...]
    tags: tuple[TagState, ...]
    notes: tuple[NoteState, ...]
    told: tuple[TellingState, ...]
    numbers: tuple[PaperNumber, ...]
    given_up: tuple[GivenUpState, ...]


class PaperKeys(Record):
    """Those keys of a paper that are kept as they stand, and mean something as text or number."""

    id: Annotated[PaperNumber, Field(strict=True)]
    published: Day | None
    listed: tuple[Day, ...]
    added: Moment
