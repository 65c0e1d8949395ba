"""What the rest of the house may ask of a store, whatever engine is behind it.

Small Protocols, one for each thing that flows do: add pages, look, decide, tell, annotate, check. `open_library` in
`store` gives them all over one library. Days are `date`s or ISO text, moments are ISO text in UTC; a reader is a name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from papertide.records.plain import Figures, PaperDict, SightingDict

if TYPE_CHECKING:
    from datetime import date

    from papertide.query.ast import Query
    from papertide.records.listing import Entry
    from papertide.records.paper import Seen

Sort = Literal["relevance", "published", "listed", "added", "score", "upvotes", "comments", "authors", "title"]
SORTS: tuple[Sort, ...] = ("published", "listed", "added", "score", "upvotes", "comments", "authors", "title")
"""What people can sort by; "relevance" is for searches only."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which papers, for whom, in what order. `query` None is all of them; `limit` None is no limit.

    `any_word` ranks papers holding any of the words, those holding all of them first; it needs sort "relevance".
    """

    query: Query | None
    reader: str
    sort: Sort = "published"
    reverse: bool = False
    limit: int | None = None
    offset: int = 0
    any_word: bool = False


@dataclass(frozen=True, slots=True)
class KnownPage:
    """A page that was added before: its number, its capture, its stored sightings by position, and whose day's it is."""

    id: int
    captured: date | None
    captured_given: bool
    sightings: Mapping[int, Seen]
    listed: date | None = None


@dataclass(frozen=True, slots=True)
class PageFacts:
    """A page that is being added; `digest` is the SHA-256 of its bytes in hexadecimal.

    `asked` is the layout that was asked for, `listed` the day whose listing it is by its name or address.
    """

    digest: str
    name: str
    layout: str
    captured: date | None
    captured_given: bool
    asked: str = "auto"
    listed: date | None = None


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


class Adding(Protocol):
    """Taking in pages: one transaction a page."""

    def transaction(self) -> AbstractContextManager[object]:
        """All that is written inside is kept together, or nothing of it is."""

    def known_page(self, digest: str) -> KnownPage | None:
        """The page with these bytes, if it was added before."""

    def linked(
        self, *, arxiv_ids: Iterable[str], dois: Iterable[str], title_keys: Iterable[str], text_keys: Iterable[str]
    ) -> list[Seen]:
        """All sightings with one of these ids or keys."""

    def sightings_of(self, paper_ids: Iterable[int]) -> list[Seen]:
        """All sightings of these papers."""

    def held(self, paper_ids: Iterable[int]) -> set[int]:
        """Those of these papers that a reader ever decided on, tagged or wrote a note on."""

    def place(
        self,
        page: PageFacts,
        papers: Sequence[PlacedPaper],
        given_up: Mapping[int, int],
        at: str,
        *,
        moved: Mapping[int, int | None] | None = None,
        gone: Collection[int] = (),
        ended: Collection[int] = (),
    ) -> list[int]:
        """Write what matching decided; gives the papers' numbers. `given_up` maps a number to the paper it joins.

        `moved` gives stored sightings another place on the page, None for one that the page shows no longer. `gone` are
        sightings to be removed, `ended` the papers that had no others.
        """

    def arrange(self, papers: Sequence[PlacedPaper], given_up: Mapping[int, int], at: str) -> list[int]:
        """Write stored sightings into other papers, as `place` does; gives the papers' numbers."""

    def relabel(self, topics: Iterable[tuple[int, Sequence[str]]], digest: str) -> None:
        """Replace the topics of papers, and note the rules they come from."""

    def texts(self) -> Iterator[tuple[int, str, str | None]]:
        """Number, title and abstract of every paper."""


class Titling(Protocol):
    """The titles of a library: which are near a title. What is written belongs in a transaction of `Adding`."""

    def keep(self, keys: Mapping[str, bool], marks_of: Callable[[str, bool], Sequence[tuple[int, int]]]) -> None:
        """Take in keys, each with whether it came without an arXiv id, and their marks; not those that have no marks.

        The first time, what was added before there was a list of titles is taken in as well.
        """

    def newest(self) -> int:
        """The number of the title that came last; as many there are."""

    def keys(self, after: int) -> list[str]:
        """The keys of the titles numbered above `after`."""

    def nameless(self, key: str) -> bool:
        """Whether a title ever came without an arXiv id."""

    def any_from(self, code: int) -> bool:
        """Whether there is a mark with this number or a higher one."""

    def neighbours(
        self, asks: Iterable[tuple[int, int, int, int, int, int]], reach: int, lengths: tuple[int, int]
    ) -> list[str]:
        """The keys of some lengths, from and to, that have a mark near those asked for, in the places asked for.

        An ask is a mark, its place, the lowest and highest mark, and the first and last place of what is looked for;
        `reach` is how many marks are looked at on either side.
        """


class Looking(Protocol):
    """Reading; imports neither pydantic nor SQLModel."""

    def papers(self, selection: Selection) -> list[PaperDict]:
        """The papers of a selection, in its order."""

    def by_number(self, numbers: Sequence[int], reader: str) -> list[PaperDict]:
        """These papers, in the order of their numbers; a number that means none is passed over."""

    def places(self, selection: Selection, group_by: str) -> Iterator[tuple[int, str, list[str]]]:
        """The papers of a selection, in its order, by little: number, when it came, and its groups.

        Groups are its "topic"s, "tag"s, "status" or "month" of publication; an empty text stands for none.
        """

    def steady(self) -> AbstractContextManager[object]:
        """While this lasts, what others write isn't seen: what is read twice is the same."""

    def count(self, selection: Selection) -> int:
        """How many papers a selection holds, its limit and offset apart."""

    def resolve(self, name: str) -> int | None:
        """The paper that a number, an arXiv id or a URL holding that id names."""

    def sightings(self, paper_id: int) -> list[SightingDict]:
        """The sightings of a paper, first one first."""

    def topic_counts(self) -> dict[str, int]:
        """How many papers each topic has; "" counts those without one."""

    def tallies(self, reader: str) -> dict[str, dict[str, int]]:
        """Counts for statistics: by "status", "month" (of publication), "source" and "layout"."""

    def figures(self, reader: str) -> Figures:
        """Counts for plots."""

    def taxonomy(self) -> str | None:
        """The digest of the topic rules that the papers were labelled by."""

    def saved_search(self, reader: str, name: str) -> str | None:
        """The text of a saved search."""


@dataclass(frozen=True, slots=True)
class Decided:
    """One row of the decision log; `undoes` names the row that it takes back."""

    id: int
    paper_id: int
    title: str
    status: str
    at: str
    command: str
    undoes: int | None


class Deciding(Protocol):
    """The log of decisions, and what follows from it. Nothing in the log is ever changed."""

    def decide(self, reader: str, paper_ids: Sequence[int], status: str, at: str, command: str) -> list[int]:
        """Give papers a status; gives those whose status that changed."""

    def undo(self, reader: str, count: int, at: str) -> list[Decided]:
        """Take back the reader's last decisions that still stand, newest first."""

    def log(self, reader: str, limit: int | None) -> list[Decided]:
        """The reader's decisions, newest first."""


class Telling(Protocol):
    """The ledger of digests: what each reader was told, and when."""

    def untold(self, reader: str) -> list[int]:
        """Papers in the reader's inbox that no digest has told of."""

    def added_since(self, day: str, reader: str) -> list[int]:
        """Papers in the reader's inbox that came into the library on `day` or later."""

    def due(self, reader: str, day: str) -> list[int]:
        """Papers that the reader put off on `day` or before, and that no digest has told of since."""

    def tell(self, reader: str, paper_ids: Sequence[int], day: str, at: str, made: str | None = None) -> int:
        """Note that a digest told of these papers, and what it was made with; gives its number."""

    def made_with(self, number: int) -> str | None:
        """What a digest was made with; None for one that doesn't say."""

    def last(self, reader: str) -> tuple[int, str, list[int]] | None:
        """The reader's last digest: number, day, and the papers it told of."""


class Annotating(Protocol):
    """What a reader writes on papers: tags, notes, and the searches they saved."""

    def tag(self, reader: str, paper_ids: Sequence[int], put: Sequence[str], taken: Sequence[str]) -> int:
        """Put tags on papers and take others off; gives how many changed."""

    def note(self, reader: str, paper_id: int, text: str) -> None:
        """Replace the note on a paper; an empty one takes it off."""

    def save_search(self, reader: str, name: str, query: str) -> None:
        """Keep a search under a name; an older one of that name is replaced."""

    def remove_search(self, reader: str, name: str) -> bool:
        """Forget a saved search; gives whether there was one."""

    def searches(self, reader: str) -> list[tuple[str, str]]:
        """Names and texts of the reader's saved searches, by name."""


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
class Joined:
    """Why a sighting is in a paper where no id says so: the title of the one it is like, its own, how alike, and why."""

    paper: int
    a: str
    b: str
    score: float | None
    reason: str
    by_hand: bool


class Judging(Protocol):
    """A person's word on merges: a log whose rows are only ever added, and what follows for the papers' numbers.

    What is written belongs in a transaction of `Adding`.
    """

    def say(self, reader: str, sides: Sequence[Sequence[int]], at: str, command: str, *, same: bool) -> int:
        """Write down a person's word on these sightings; gives its number."""

    def moved(self, number: int, papers: Mapping[int, int], led: Mapping[int, int]) -> None:
        """Write down which papers sightings were of that went elsewhere by a verdict, and where numbers had led."""

    def take_back(self, number: int, reader: str, at: str) -> None:
        """Take a verdict back; it stays in the log."""

    def on(self, sightings: Iterable[int]) -> list[SaidVerdict]:
        """The verdicts that stand and name any of these sightings, oldest first."""

    def last(self, reader: str, count: int) -> list[SaidVerdict]:
        """The reader's last verdicts that still stand, newest first."""

    def holding(self, sightings: Iterable[int]) -> set[int]:
        """The papers that these sightings are of."""

    def partners(self, papers: Iterable[int]) -> set[int]:
        """The papers whose sightings a standing verdict names beside a sighting of these papers; those, too."""

    def found_again(self, digest: str) -> set[int]:
        """Let verdicts name again what a page shows again; gives the papers concerned."""

    def numbers_of(self, papers: Collection[int]) -> dict[int, tuple[int, ...]]:
        """The numbers that were given up and that sightings of these papers had, the oldest first.

        A sighting that came to a merged paper after the merge has an empty entry, one that was the paper's own has none.
        """

    def revive(self, old: int) -> tuple[int, list[str]]:
        """Make a blank paper of a number that was given up, with what belonged to it.

        Gives the paper that it led to, and what couldn't be as it was.
        """

    def joined(self, limit: int | None, paper: int | None = None) -> list[Joined]:
        """Why sightings were joined that no id joins: those by hand first, then the least alike; of one paper or all."""

    def twins(self, paper: int) -> list[int]:
        """The papers that look like this one, or that a person parted from it."""


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


class Fetching(Protocol):
    """What is remembered of live sources. Moments that a clock is asked for are seconds since 1970."""

    def parts(self, source: str) -> dict[str, FetchedPart]:
        """The parts of a source that were got whole, by key."""

    def got(self, source: str, part: str, at: str, entries: int) -> None:
        """Note that a part was got whole at a moment (ISO text), and how many entries it had."""

    def marks(self, url: str) -> PageMarks | None:
        """What the server gave with a page that the library holds, and how many entries that page has."""

    def keep_marks(self, url: str, etag: str | None, modified: str | None, digest: str) -> None:
        """Remember what a server gave with a page; `digest` names the page's bytes."""

    def reserve(self, lane: str, now: float, interval: float, patience: float) -> float:
        """Take the first free moment of a lane, `now` or later; the next is free `interval` seconds after it.

        One that is more than `patience` seconds away is told and not taken.
        """

    def hold(self, lane: str, until: float) -> None:
        """Let nobody into a lane before `until`, a day ahead at most; one that is closed for longer stays so."""

    def robots(self, host: str) -> tuple[str, float] | None:
        """The robots.txt that a host gave last, and when."""

    def keep_robots(self, host: str, text: str, now: float) -> None:
        """Remember a host's robots.txt."""


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A page that was added: the SHA-256 of its bytes, what it was read as, and what was said of it then.

    `asked` is the layout that was asked for ("auto" for any), `listed` the day whose listing it is by its name or
    address, `added` a moment (ISO text, UTC), `entries` how many it showed when it was read last.
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


class Recalling(Protocol):
    """Going back to the pages that were added."""

    def pages(self) -> list[StoredPage]:
        """Every page, in the order in which they came."""

    def undisturbed(self) -> AbstractContextManager[object]:
        """While this lasts, no other process adds pages."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that `doctor` looked at: its name, whether it is well, what was seen, and the same as values for JSON."""

    name: str
    well: bool
    told: str
    facts: Mapping[str, object] = field(default_factory=dict)


class Checking(Protocol):
    """Looking after the library."""

    def findings(self) -> list[Finding]:
        """Every check, in a fixed order; changes nothing."""


class Store(Protocol):
    """A library, open."""

    @property
    def path(self) -> str:
        """Where it is, as a person would name it."""

    @property
    def writable(self) -> bool:
        """Whether anything can be changed in it."""

    @property
    def adding(self) -> Adding:
        """Taking in pages."""

    @property
    def titling(self) -> Titling:
        """The titles, for matching."""

    @property
    def looking(self) -> Looking:
        """Reading."""

    @property
    def deciding(self) -> Deciding:
        """The decision log."""

    @property
    def telling(self) -> Telling:
        """The ledger of digests."""

    @property
    def annotating(self) -> Annotating:
        """Tags, notes and saved searches."""

    @property
    def judging(self) -> Judging:
        """A person's word on merges."""

    @property
    def fetching(self) -> Fetching:
        """What is remembered of live sources."""

    @property
    def recalling(self) -> Recalling:
        """The pages that were added."""

    @property
    def checking(self) -> Checking:
        """Looking after it."""

    def close(self) -> None:
        """Let go of the library; a second time does nothing."""
