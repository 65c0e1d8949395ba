"""What the rest of the house may ask of a store, whatever engine is behind it.

Small Protocols, one for each thing that flows do: add pages, look, decide, tell, annotate, check. `open_library` in
`store` gives them all over one library. Days are `date`s or ISO text, moments are ISO text in UTC; a reader is a name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from papertide.records.plain import Figures, PaperDict, SightingDict

if TYPE_CHECKING:
    from papertide.query.ast import Query
    from papertide.raw import OpenArchive
    from papertide.records.paper import Seen
    from papertide.records.state import DigestState, LibraryState, SearchState, VerdictState
    from papertide.store.facts import (
        FetchedPart,
        Finding,
        Joined,
        KnownPage,
        LostRow,
        Mended,
        PageFacts,
        PageMarks,
        PlacedPaper,
        SaidVerdict,
        StatedBelongings,
        StatedDecision,
        StatedPaper,
        StoredPage,
        Unrestored,
    )

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


class Adding(Protocol):
    """Taking in pages: one transaction a page."""

    def transaction(self) -> AbstractContextManager[object]:
        """All that is written inside is kept together, or nothing of it is."""

    def at_large(self) -> AbstractContextManager[object]:
        """While this lasts, much is written: more memory is spent on it than on a page."""

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

    def decided(self, paper_ids: Iterable[int]) -> set[int]:
        """The sightings of these papers that readers saw when they decided: the first, and what came before a decision."""

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

    def rekey(self) -> int:
        """Make the keys of all sightings anew if they were made by another program's rules; gives how many changed."""

    def newest(self) -> int:
        """The number of the title that came last; as many there are."""

    def keys(self, after: int) -> list[str]:
        """The keys of the titles numbered above `after`."""

    def nameless(self, key: str) -> bool:
        """Whether a title ever came without an arXiv id."""

    def any_from(self, code: int) -> bool:
        """Whether there is a mark with this number or a higher one."""

    def beside(self, ask: tuple[int, int, int, int, int, int], reach: int) -> list[tuple[int, int]]:
        """The marks beside one that is asked for, at most `reach` on either side, and the numbers of their titles.

        An ask is a mark, its place, the lowest and the highest mark, and the first and last place of what is looked for.
        """

    def begun(self, key: str, most: int) -> list[str]:
        """The first `most` keys that a key begins, in order; not itself."""

    def last(self, bound: str) -> str | None:
        """The last key up to a bound, in order; None where there is none."""

    def marked(self, code: int) -> list[str]:
        """The keys of the titles with a mark."""

    def keys_of(self, numbers: Sequence[int], lengths: tuple[int, int]) -> list[str]:
        """The keys of these titles that have a fit length, from and to."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A word that was asked for and that no paper holds, with the one that was probably meant."""

    word: str
    meant: str | None


class Looking(Protocol):
    """Reading; imports neither pydantic nor SQLModel."""

    def papers(self, selection: Selection) -> list[PaperDict]:
        """The papers of a selection, in its order."""

    def by_number(self, numbers: Sequence[int], reader: str) -> list[PaperDict]:
        """These papers, in the order of their numbers; a number that means none is passed over."""

    def similar(self, paper_id: int, reader: str, limit: int) -> list[PaperDict]:
        """The papers most like one, nearest first; `score` says how near."""

    def unknown_words(self, query: Query) -> list[Unknown]:
        """The words of a query that no paper holds, each with the word that was probably meant, if there is one."""

    def numbers(self, selection: Selection) -> list[int]:
        """The numbers of the papers of a selection, in its order."""

    def count(self, selection: Selection, *, above: int = 0) -> int:
        """How many papers numbered above `above` a selection holds, its limit and offset apart."""

    def newest(self) -> int:
        """The number of the paper that came last; 0 where there is none."""

    def version(self) -> int:
        """A number that is another one as soon as someone else has written to the library."""

    def places(self, selection: Selection, group_by: str) -> Iterator[tuple[int, str, list[str]]]:
        """The papers of a selection, in its order, by little: number, when it came, and its groups.

        Groups are its "topic"s, "tag"s, "status" or "month" of publication; an empty text stands for none.
        """

    def steady(self) -> AbstractContextManager[object]:
        """While this lasts, what others write isn't seen: what is read twice is the same."""

    def resolve(self, name: str) -> int | None:
        """The paper that a number, an arXiv id or a URL holding that id names."""

    def sightings(self, paper_id: int) -> list[SightingDict]:
        """The sightings of a paper, first one first."""

    def topics_of(self, numbers: Sequence[int]) -> dict[int, list[str]]:
        """The topics of these papers, the first first; a paper without any is left out."""

    def topic_counts(self, selection: Selection | None = None) -> dict[str, int]:
        """How many papers of the library, or of a selection, each topic has; "" counts those without one."""

    def tallies(self, reader: str) -> dict[str, dict[str, int]]:
        """Counts for statistics: by "status", "month" (of publication), "source" and "layout"."""

    def figures(self, reader: str) -> Figures:
        """Counts for plots."""

    def taxonomy(self) -> str | None:
        """The digest of the topic rules that the papers were labelled by."""

    def saved_search(self, reader: str, name: str) -> str | None:
        """The text of a saved search."""

    def saved_names(self, reader: str) -> list[str]:
        """The names of the reader's saved searches."""

    def tags(self, reader: str) -> list[str]:
        """The reader's tags, by name."""

    def keepers(self, numbers: Sequence[int], *, but: str) -> dict[int, list[str]]:
        """The readers besides `but` who keep these papers, by name; a paper that none of them keeps is left out."""

    def who_keep(self) -> list[str]:
        """The readers who keep anything, by name."""


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

    def undo(self, reader: str, count: int, at: str, paper: int | None = None) -> list[Decided]:
        """Take back the reader's last decisions that still stand, of all or of those on a paper, newest first."""

    def log(self, reader: str, limit: int | None) -> list[Decided]:
        """The reader's decisions, newest first."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """What a ranking came to: scores (0 to 1) and lengths by the papers' numbers, weights by the terms' (see `ranking`)."""

    scores: Mapping[int, float]
    lengths: Mapping[int, float]
    weights: Mapping[int, float]


class Scoring(Protocol):
    """What ranking keeps: terms of papers, and scores of readers. All of it can be made again."""

    def due(self) -> int:
        """How many papers that are scored came, went or changed since terms were last made."""

    def make_terms(
        self, terms_of: Callable[[str, str | None, Sequence[str]], bytes], also: Iterable[int] = ()
    ) -> Iterator[int]:
        """Make what is due of the newest papers' terms, and of these others', by title, abstract and topics.

        Gives how many after each part.
        """

    def terms(self, also: Iterable[int] = ()) -> list[tuple[int, bytes]]:
        """The numbers and terms of the newest papers, and of these others."""

    def said(self, reader: str) -> list[tuple[int, bool]]:
        """The papers that the reader kept or skipped and whether they kept them, by the log as it is now, oldest first."""

    def state(self, reader: str) -> tuple[int, int]:
        """What scores follow from; the first is 0 where the reader never decided anything."""

    def current(self, reader: str) -> bool:
        """Whether the scores that are kept are those that follow from the papers and the log now."""

    def kept(self, reader: str) -> tuple[int, int] | None:
        """What the scores that are kept follow from; None where none are kept."""

    def keep(self, reader: str, state: tuple[int, int], ranking: Ranking) -> None:
        """Keep what a reader's ranking came to, with the state that it follows from."""

    def weights(self, reader: str) -> dict[int, float]:
        """The weights that are kept, by the terms' numbers."""

    def terms_of(self, reader: str, numbers: Sequence[int]) -> dict[int, tuple[bytes, float]]:
        """Papers' terms and their lengths, as they were ranked last; a paper that wasn't is left out."""

    def of(self, reader: str) -> Callable[[int], float | None]:
        """The score of a paper, by its number; None for one that has none."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a digest took to tell of: its number (None where nothing was left), the papers, and what `before` held of them.

    `before` are pairs of a paper and the digest that had told of it.
    """

    number: int | None
    papers: Sequence[int]
    before: Sequence[tuple[int, int]]


class Telling(Protocol):
    """The ledger of digests: what each reader was told, and when."""

    def untold(self, reader: str) -> list[int]:
        """Papers in the reader's inbox that no digest has told of."""

    def added_since(self, day: str, reader: str) -> list[int]:
        """Papers in the reader's inbox that came into the library on `day` or later."""

    def due(self, reader: str, day: str) -> list[int]:
        """Papers that the reader put off on `day` or before, and that no digest has told of since."""

    def tell(
        self,
        reader: str,
        paper_ids: Sequence[int],
        day: str,
        at: str,
        made: str | None = None,
        *,
        due: str | None = None,
    ) -> Told:
        """Note that a digest tells of these papers, and what it was made with; with `due` only of those still open."""

    def take_back(self, reader: str, told: Told) -> None:
        """Forget a digest that nobody saw."""

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

    def revive(self, old: int) -> tuple[int, list[Unrestored]]:
        """Make a blank paper of a number that was given up, with what belonged to it.

        Gives the paper that it led to, and what couldn't be as it was.
        """

    def joined(self, limit: int | None, paper: int | None = None) -> list[Joined]:
        """Why sightings were joined that no id joins: those by hand first, then the least alike; of one paper or all."""

    def twins(self, paper: int) -> list[int]:
        """The papers that look like this one, or that a person parted from it."""


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


class Recalling(Protocol):
    """Going back to the pages that were added."""

    def pages(self) -> list[StoredPage]:
        """Every page, in the order in which they came."""

    def undisturbed(self) -> AbstractContextManager[object]:
        """While this lasts, no other process adds pages."""


class Checking(Protocol):
    """Looking after the library."""

    def findings(self) -> list[Finding]:
        """Every check, in a fixed order; changes nothing."""


class Mending(Protocol):
    """Making good what is wrong with a library; in a transaction of `Adding`, in this order."""

    def declarations(self) -> list[str]:
        """Make again the tables, indexes and triggers that the schema lacks; tells what, in sentences."""

    def orphans(self, keep: Callable[[Sequence[LostRow]], object]) -> Mended:
        """Give rows what they refer to; what can't be helped is given to `keep`, and then removed."""

    def untitled(self) -> list[tuple[str, bool]]:
        """Keys of sightings that the list of titles lacks, each with whether it came without an arXiv id."""

    def unmarked(self) -> bool:
        """Whether there are marks of no title, or titles without marks."""

    def forget_titles(self) -> None:
        """Let the list of titles be made anew when the next page is added."""

    def what_follows(self) -> list[str]:
        """Make anew what follows from other rows, where it doesn't; tells what, in sentences."""


class Carrying(Protocol):
    """The full state of a library, out of it and into another."""

    def paper(self, number: int) -> dict[str, Any]:
        """What there is of a paper besides its facts, in the shape of `records.state.PaperState`."""

    def library(self, papers: Sequence[int] | None) -> dict[str, Any]:
        """What belongs to no single paper, in the shape of `LibraryState`; of `papers` alone, None for all of them."""

    def empty(self) -> bool:
        """Whether there is nothing in the library that could be lost or doubled."""

    def fill(self, papers: Sequence[StatedPaper], library: LibraryState | None) -> list[str]:
        """Let an empty library be what a file says; gives what doesn't fit together, in which case it is to be undone."""


class Joining(Protocol):
    """Taking another library's state into one that has its own; in a transaction of `Adding`. Each gives what changed."""

    def papers_of(self, sightings: Iterable[int]) -> dict[int, int]:
        """The papers that sightings are of."""

    def digests(self, digests: Iterable[DigestState]) -> dict[int, int]:
        """This library's numbers for digests of another; those that it hasn't are taken in."""

    def decisions(self, rows: Sequence[StatedDecision]) -> set[int]:
        """Take rows of another log into this one, by time; gives the papers that had other rows before."""

    def belongings(self, of: Iterable[StatedBelongings]) -> set[int]:
        """Add tags, notes and tellings; gives the papers that had others before."""

    def searches(self, searches: Iterable[SearchState]) -> list[str]:
        """Add saved searches; gives, in sentences, which had to take another name."""

    def unknown(self, verdicts: Sequence[VerdictState]) -> tuple[list[VerdictState], dict[int, int]]:
        """Those verdicts that this library hasn't heard, and this library's numbers for the others."""

    def say_again(self, verdict: VerdictState, sightings: Mapping[int, int], undoes: int | None) -> int:
        """Write down what was said in another library; `sightings` are this one's numbers. Gives the verdict's number."""


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
    def scoring(self) -> Scoring:
        """What ranking keeps."""

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

    @property
    def carrying(self) -> Carrying:
        """Its full state."""

    @property
    def joining(self) -> Joining:
        """Taking another's state in."""

    @property
    def mending(self) -> Mending:
        """Making good what is wrong with it."""

    @property
    def archive(self) -> OpenArchive | None:
        """The raw pages that are kept in the library itself; None where they are in a folder beside it."""

    def close(self) -> None:
        """Let go of the library; a second time does nothing."""
