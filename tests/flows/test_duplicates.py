"""Merges and splits by hand: they stand whatever comes later, can be taken back, and lose nothing of a person's."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.fakes import NOW, READER, RULES, add_pages, dump, exit_codes, forked, in_step, json_page, papers_of, prose

from papertide.errors import NotFound, UsageError
from papertide.flows import duplicates
from papertide.flows.adder import Adder
from papertide.flows.duplicates import Hand, Outcome
from papertide.flows.tally import Tally
from papertide.parsers import parse
from papertide.records.plain import PaperDict
from papertide.sources.base import Raw
from papertide.store import LibraryStore, open_library
from papertide.store.base import Selection

LATER = "2026-12-24T10:00:00Z"

ONE = {"title": "Low-rank adapters for small language models", "abstract": prose("adapters")}
TWO = {"title": "Forgetting in sequential tuning", "abstract": prose("forgetting")}
THREE = {"title": "Routing between experts without a router", "abstract": prose("routing")}
BARE = {"title": "A title that two groups chose"}


class Desk:
    """A library and a reader's hand."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.store: LibraryStore = open_library(path, create=True)

    def hand(self, reader: str = READER) -> Hand:
        """The hand of a reader."""
        return Hand(self.store, RULES, reader, LATER)

    def add(self, *pages: bytes) -> None:
        """Add pages, each named after its place among these."""
        add_pages(self.store, *pages)

    def merge(self, one: int, other: int) -> Outcome:
        """Merge by hand."""
        return duplicates.merge(self.hand(), one, other)

    def split(self, number: int, *going: int) -> Outcome:
        """Split by hand."""
        return duplicates.split(self.hand(), number, going)

    def undo(self, count: int = 1) -> list[duplicates.Undone]:
        """Take back."""
        return duplicates.undo(self.hand(), count)

    def papers(self) -> dict[int, PaperDict]:
        """All papers as the reader sees them, by number."""
        papers = self.store.looking.papers(Selection(None, READER))
        return {paper["id"]: paper for paper in sorted(papers, key=lambda paper: paper["id"])}

    def titles(self) -> dict[int, list[str]]:
        """The titles that each paper was seen with."""
        return {number: [s["title"] for s in self.store.looking.sightings(number)] for number in self.papers()}

    def well(self) -> bool:
        """Whether `doctor` finds nothing, and the index is in step."""
        return all(finding.well for finding in self.store.checking.findings()) and in_step(self.path)

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row of every table, but the log of verdicts, the next free numbers, and what titles are looked up by."""
        log = ("verdict", "given_up", "sqlite_sequence", "paper_text", "title", "mark", "terms_due", "(schema)")
        rows = {name: rows for name, rows in dump(self.path).items() if not name.startswith(log)}
        # What was written of papers that are one stands in a note in the order in which they became it.
        rows["note"] = [(*row[:-1], *sorted(str(row[-1]).split("\n\n"))) for row in rows["note"]]
        return rows


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """An empty library."""
    desk = Desk(tmp_path / "papers.db")
    yield desk
    desk.store.close()


def another(times: int, *papers: Mapping[str, object]) -> bytes:
    """A page that shows the same as another one, and isn't it."""
    return json_page(*papers) + b"\n" * times


def annotate(desk: Desk, number: int, status: str, tag: str, note: str) -> None:
    """Decide on a paper, tag it and write a note on it."""
    desk.store.deciding.decide(READER, [number], status, NOW, status)
    desk.store.annotating.tag(READER, [number], [tag, "both"], [])
    desk.store.annotating.note(READER, number, note)


# --- merging ----------------------------------------------------------------------------------------------------------


def test_a_merge_makes_one_paper(desk: Desk) -> None:
    """Two papers that nothing links become one: the lower number stays, the other leads there, nothing is lost."""
    desk.add(json_page(ONE, TWO), json_page(THREE))
    annotate(desk, 1, "later", "a", "first")
    annotate(desk, 2, "keep", "b", "second")
    desk.store.telling.tell(READER, [2], "2026-11-21", NOW)
    assert desk.merge(2, 1) == Outcome((2, 1), (1,))
    assert desk.titles() == {1: [ONE["title"], TWO["title"]], 3: [THREE["title"]]}
    paper = desk.papers()[1]
    assert (paper["status"], paper["tags"], paper["note"]) == ("keep", ["a", "b", "both"], "first\n\nsecond")
    assert desk.store.looking.resolve("2") == 1
    assert desk.store.telling.last(READER) == (1, "2026-11-21", [1])
    (_, second) = desk.store.looking.sightings(1)
    assert (second["method"], second["score"]) == ("hand", None)
    assert second["reason"] == "merged by hand by ada on 2026-12-24 (as on page-1)"
    assert desk.well()


def test_two_arxiv_ids_can_be_merged_and_are_told(desk: Desk) -> None:
    """A person's word goes before two arXiv ids: the paper bears one, both find it, and the reason says so."""
    desk.add(json_page({**ONE, "arxiv_id": "2401.00001"}, {**TWO, "arxiv_id": "2401.00002"}))
    assert duplicates.two_ids(desk.store, 1, 2) == "1 and 2 have two arXiv ids, 2401.00001 and 2401.00002"
    desk.merge(1, 2)
    assert {desk.store.looking.resolve(name) for name in ("2401.00001", "2401.00002")} == {1}
    (_, second) = desk.store.looking.sightings(1)
    assert "though the rules say: two arXiv ids, 2401.00001 and 2401.00002" in second["reason"]
    desk.add(
        json_page({"title": "Another name", "arxiv_id": "2401.00002"}),
        json_page({"title": "A third name", "arxiv_id": "2401.00001"}),
    )
    assert list(desk.papers()) == [1]
    assert desk.well()


def test_other_papers_may_be_merged_unasked(desk: Desk) -> None:
    """Only two arXiv ids are a reason to ask."""
    desk.add(json_page({**ONE, "arxiv_id": "2401.00001"}, TWO, {"title": "x y z", "arxiv_id": "2401.00002"}))
    assert duplicates.two_ids(desk.store, 1, 2) is None
    assert duplicates.two_ids(desk.store, 1, 3) is not None


def test_one_paper_is_not_merged_with_itself(desk: Desk) -> None:
    """Two names of one paper are refused, and nothing is written."""
    desk.add(json_page(ONE))
    before = dump(desk.path)
    with pytest.raises(UsageError, match="one paper already"):
        desk.merge(1, 1)
    assert dump(desk.path) == before


def test_a_merge_stands_when_the_pages_come_again(desk: Desk) -> None:
    """The same pages again change nothing; further pages that show either paper are seen as the one."""
    pages = [json_page(ONE), json_page(TWO)]
    desk.add(*pages)
    desk.merge(1, 2)
    before = desk.rows()
    desk.add(*pages)
    assert desk.rows() == before
    desk.add(json_page(TWO, THREE), json_page(ONE, {"title": "On tides"}))
    assert {number: len(titles) for number, titles in desk.titles().items()} == {1: 4, 3: 1, 4: 1}


# --- splitting --------------------------------------------------------------------------------------------------------


def test_a_split_parts_what_was_joined_by_title(desk: Desk) -> None:
    """Without a choice what has another title than the first parts, and starts in the inbox under a number of its own."""
    respelt = {**ONE, "title": "Low-rank adaptors for small language models"}
    desk.add(json_page(ONE), json_page(respelt), json_page(ONE, THREE))
    annotate(desk, 1, "keep", "a", "mine")
    assert desk.split(1) == Outcome((1,), (1, 3))
    assert desk.titles() == {1: [ONE["title"]] * 2, 2: [THREE["title"]], 3: [respelt["title"]]}
    papers = desk.papers()
    assert (papers[1]["status"], papers[1]["tags"], papers[1]["note"]) == ("keep", ["a", "both"], "mine")
    assert (papers[3]["status"], papers[3]["tags"], papers[3]["note"], papers[3]["added"]) == ("inbox", [], None, LATER)
    assert 3 in desk.store.telling.untold(READER)
    assert desk.well()


def test_what_an_id_joins_stays(desk: Desk) -> None:
    """A sighting with another title that an id joins to the first, directly or through others, does not part."""
    desk.add(
        json_page({**ONE, "arxiv_id": "2401.00001"}),
        json_page({"title": "Its old name", "arxiv_id": "2401.00001", "doi": "10.1/x"}),
        json_page({"title": "Its journal name", "doi": "10.1/x"}),
        json_page({**ONE, "title": "Low-rank adaptors for small language models"}),
    )
    assert list(desk.papers()) == [1]
    desk.split(1)
    assert [len(titles) for titles in desk.titles().values()] == [3, 1]


def test_other_facts_part_where_titles_do_not(desk: Desk) -> None:
    """Where all have one title, those part that say something else besides."""
    desk.add(json_page(BARE), json_page({**BARE, "abstract": prose("tides")}), another(1, BARE))
    assert list(desk.papers()) == [1]
    desk.split(1)
    assert [paper["abstract"] is None for paper in desk.papers().values()] == [True, False]


def test_identical_sightings_part_if_a_person_says_which(desk: Desk) -> None:
    """Sightings that say the same are not parted by guess, but by number; a further one goes to one side, and stays."""
    desk.add(json_page(BARE), another(1, BARE), another(2, BARE))
    with pytest.raises(UsageError, match="--sighting"):
        desk.split(1)
    assert desk.split(1, 2).now == (1, 2)
    assert [paper["sightings"] for paper in desk.papers().values()] == [2, 1]
    desk.add(json_page(BARE, THREE))
    assert [paper["sightings"] for paper in desk.papers().values()] == [3, 1, 1]
    before = desk.rows()
    desk.add(json_page(BARE), json_page(BARE, THREE))
    assert desk.rows() == before


def test_a_further_page_goes_to_the_side_that_it_is_like(desk: Desk) -> None:
    """What links to both sides goes to the one it matches best, and never joins them."""
    respelt = {**BARE, "title": "A title that two group chose"}
    desk.add(json_page(BARE), json_page(respelt))
    desk.split(1)
    for page in (json_page(respelt, ONE), json_page(BARE, TWO), json_page(respelt, THREE)):
        desk.add(page)
    assert desk.titles()[1] == [BARE["title"]] * 2
    assert desk.titles()[2] == [respelt["title"]] * 3


def test_sightings_with_one_arxiv_id_can_part(desk: Desk) -> None:
    """A page that gave a wrong id can be parted: the id stays one paper's name, which is told, also when more comes."""
    right, wrong = {**ONE, "arxiv_id": "2401.00001"}, {**TWO, "arxiv_id": "2401.00001"}
    desk.add(json_page(right), json_page(wrong))
    made = desk.split(1, 2)
    assert made.now == (1, 2)
    assert "2401.00001" in made.notes[0]
    assert [paper["arxiv_id"] for paper in desk.papers().values()] == ["2401.00001", None]
    desk.add(json_page(wrong, THREE), json_page(right, THREE))
    assert [paper["sightings"] for paper in desk.papers().values()] == [2, 2, 2]
    assert sorted(str(paper["arxiv_id"]) for paper in desk.papers().values()) == ["2401.00001", "None", "None"]
    assert desk.well()


@pytest.mark.parametrize(
    ("going", "error"), [((3,), NotFound), ((0,), NotFound), ((1, 2), UsageError), ((), UsageError)]
)
def test_what_cannot_part_is_refused(desk: Desk, going: Sequence[int], error: type[Exception]) -> None:
    """A sighting that isn't there, all of them, and a paper without a seam: refused, and nothing is written."""
    desk.add(json_page(BARE), another(1, BARE))
    before = dump(desk.path)
    with pytest.raises(error):
        desk.split(1, *going)
    assert dump(desk.path) == before


def test_a_paper_seen_once_does_not_part(desk: Desk) -> None:
    """There is nothing to part in one sighting."""
    desk.add(json_page(ONE))
    with pytest.raises(UsageError, match="seen once"):
        desk.split(1)


# --- giving back ------------------------------------------------------------------------------------------------------


def test_a_split_gives_back_what_a_merge_took(desk: Desk) -> None:
    """A number that was merged away is a paper's again, with its decisions, tags, notes and tellings of before."""
    desk.add(json_page(ONE, TWO))
    annotate(desk, 1, "later", "a", "first")
    annotate(desk, 2, "keep", "b", "second")
    desk.store.telling.tell(READER, [2], "2026-11-21", NOW)
    before = desk.rows()
    desk.merge(1, 2)
    assert desk.split(1) == Outcome((1,), (1, 2))
    assert {**desk.rows(), "sighting": []} == {**before, "sighting": []}


def test_an_automatic_merge_gives_back_as_well(desk: Desk) -> None:
    """Also a number that the rules gave up comes back, when a person parts what they joined."""
    bridge = {"title": TWO["title"], "arxiv_id": "2401.00001"}
    desk.add(json_page({"title": ONE["title"], "arxiv_id": "2401.00001"}, {"title": TWO["title"]}))
    annotate(desk, 2, "keep", "b", "second")
    desk.add(json_page(bridge))
    assert list(desk.papers()) == [1]
    assert desk.split(1, 2).now == (1, 2)
    papers = desk.papers()
    assert (papers[2]["status"], papers[2]["tags"], papers[2]["note"]) == ("keep", ["b", "both"], "second")
    assert (papers[1]["status"], papers[1]["tags"], papers[1]["note"]) == ("inbox", [], None)
    assert papers[2]["added"] == NOW


def test_what_was_done_since_stays_where_it_was_done(desk: Desk) -> None:
    """A decision, tag or note made on the merged paper is its own; what speaks against the old ones is told."""
    desk.add(json_page(ONE, TWO))
    annotate(desk, 2, "keep", "b", "second")
    desk.merge(1, 2)
    desk.store.deciding.decide(READER, [1], "skip", LATER, "skip")
    desk.store.annotating.tag(READER, [1], ["since"], ["b"])
    desk.store.annotating.note(READER, 1, "second, and more")
    (undone,) = desk.undo()
    assert undone.now == (1, 2)
    assert len(undone.notes) == 2
    papers = desk.papers()
    assert (papers[1]["status"], papers[1]["tags"], papers[1]["note"]) == ("skip", ["since"], "second, and more")
    assert (papers[2]["status"], papers[2]["tags"], papers[2]["note"]) == ("keep", ["both"], "second")


def test_a_note_taken_off_stays_off(desk: Desk) -> None:
    """A note that a person took off the merged paper doesn't come back, which is told."""
    desk.add(json_page(ONE, TWO))
    desk.store.annotating.note(READER, 2, "second")
    desk.merge(1, 2)
    desk.store.annotating.note(READER, 1, "")
    (undone,) = desk.undo()
    assert "taken off" in undone.notes[0]
    assert [paper["note"] for paper in desk.papers().values()] == [None, None]


def test_an_undone_decision_goes_back_with_what_undid_it(desk: Desk) -> None:
    """A decision that was taken back after the merge stays taken back when its number returns."""
    desk.add(json_page(ONE, TWO))
    desk.store.deciding.decide(READER, [2], "keep", NOW, "keep")
    desk.merge(1, 2)
    desk.store.deciding.undo(READER, 1, LATER)
    desk.undo()
    assert [paper["status"] for paper in desk.papers().values()] == ["inbox", "inbox"]
    assert desk.well()


def test_numbers_come_back_through_several_merges(desk: Desk) -> None:
    """Of papers merged one after another each gets its own number back, last one first."""
    desk.add(json_page(ONE, TWO, THREE))
    for number in (1, 2, 3):
        annotate(desk, number, "keep", f"t{number}", f"n{number}")
    before = desk.rows()
    desk.merge(2, 3)
    desk.merge(1, 2)
    assert [desk.store.looking.resolve(name) for name in "123"] == [1, 1, 1]
    (first,) = desk.undo()
    assert first.now == (1, 2)
    assert [desk.store.looking.resolve(name) for name in "123"] == [1, 2, 2]
    desk.undo()
    assert {**desk.rows()} == before


def test_a_number_comes_back_out_of_the_middle(desk: Desk) -> None:
    """Also a number merged first is given back before the one merged last."""
    desk.add(json_page(ONE, TWO, THREE))
    annotate(desk, 3, "keep", "t3", "n3")
    desk.merge(2, 3)
    desk.merge(1, 2)
    assert desk.split(1, 3).now == (1, 3)
    assert desk.titles() == {1: [ONE["title"], TWO["title"]], 3: [THREE["title"]]}
    assert desk.papers()[3]["note"] == "n3"
    assert desk.store.looking.resolve("2") == 1


# --- taking back ------------------------------------------------------------------------------------------------------


def test_undo_takes_back_the_last_of_a_reader(desk: Desk) -> None:
    """Each reader takes back their own; what another said since stands, and what is one all the same is told."""
    desk.add(json_page(ONE, TWO))
    desk.merge(1, 2)
    assert duplicates.undo(desk.hand("ben"), 1) == []
    duplicates.split(desk.hand("ben"), 1)
    (undone,) = desk.undo(5)
    assert (undone.same, undone.now) == (True, (1, 2))
    (undone,) = duplicates.undo(desk.hand("ben"), 5)
    assert "two papers all the same" in undone.notes[0]
    assert desk.undo() == []


def test_an_undone_merge_may_be_one_paper_by_the_rules(desk: Desk) -> None:
    """Where a page since links the two by id, taking back the merge leaves them one, which is told."""
    desk.add(json_page({**ONE, "arxiv_id": "2401.00001"}, TWO))
    desk.merge(1, 2)
    desk.add(json_page({**TWO, "arxiv_id": "2401.00001"}))
    (undone,) = desk.undo()
    assert undone.now == (1,)
    assert "one paper all the same" in undone.notes[0]
    assert "hand" not in {s["method"] for s in desk.store.looking.sightings(1)}


def test_a_split_number_leads_back_after_undo(desk: Desk) -> None:
    """The number that a split made was seen by a person: taken back, it leads to the paper; split again, it returns."""
    desk.add(json_page(BARE), another(1, BARE))
    desk.split(1, 2)
    desk.store.annotating.note(READER, 2, "mine")
    desk.undo()
    assert desk.store.looking.resolve("2") == 1
    assert desk.papers()[1]["note"] == "mine"
    assert desk.split(1, 2).now == (1, 2)
    assert [paper["note"] for paper in desk.papers().values()] == [None, "mine"]


# --- reading again ----------------------------------------------------------------------------------------------------


def read_as(desk: Desk, data: bytes, *titles: str | None) -> None:
    """Read a stored page as a parser of another time does: with other titles, and None for an entry it doesn't see."""
    listing = parse(data)
    entries = [e.model_copy(update={"title": t}) for e, t in zip(listing.entries, titles, strict=True) if t is not None]
    Adder(desk.store, RULES, lambda: LATER).add(
        Raw("page-1", data), listing.model_copy(update={"entries": tuple(entries)}), Tally()
    )


def test_a_mended_parser_changes_no_verdict(desk: Desk) -> None:
    """Sightings keep what was said of them when their titles are read otherwise and they stand elsewhere on the page."""
    data = json_page(BARE, ONE, BARE)
    desk.add(data)
    desk.split(1, 2)
    desk.merge(2, 3)
    before = desk.rows()
    read_as(desk, data, "A title that two groups chose", "Low-rank adapters, mended", "A title that two groups chose!")
    assert [paper["sightings"] for paper in desk.papers().values()] == [1, 2]
    desk.add(data)
    assert desk.rows() == before


def test_what_a_page_shows_again_is_bound_again(desk: Desk) -> None:
    """An entry that a parser lost, and another finds again, is parted from the other side as before."""
    data = json_page(BARE, ONE)
    desk.add(data, another(1, BARE))
    desk.split(1, 2)
    read_as(desk, data, None, str(ONE["title"]))
    assert list(desk.papers()) == [2, 3]
    desk.add(data)
    assert sorted(paper["sightings"] for paper in desk.papers().values()) == [1, 1, 1]


def test_clashing_ids_of_parted_papers(desk: Desk) -> None:
    """Where a mended parser finds one arXiv id on both sides of a split, one of them bears it, and both stay."""
    data = json_page(BARE, TWO)
    desk.add(data, json_page({**BARE, "arxiv_id": "2401.00001"}))
    number = desk.store.looking.resolve("2401.00001")
    assert number is not None
    desk.split(number, 2)
    listing = parse(data)
    entries = [
        e.model_copy(update={"arxiv_id": "2401.00001"}) if e.title == BARE["title"] else e for e in listing.entries
    ]
    Adder(desk.store, RULES, lambda: LATER).add(
        Raw("page-1", data), listing.model_copy(update={"entries": tuple(entries)}), Tally()
    )
    assert sorted(str(paper["arxiv_id"]) for paper in desk.papers().values()) == ["2401.00001", "None", "None"]
    assert desk.well()


# --- why --------------------------------------------------------------------------------------------------------------


def test_why_two_papers_are_two(desk: Desk) -> None:
    """In a sentence: a person's word, a veto, a veto against the look of it, or too little in common."""
    desk.add(json_page(BARE), another(1, BARE), json_page("Adapters 2 at scale", "Adapters 3 at scale", "On tides"))
    assert duplicates.why(desk.store, 1, 1)[0]
    desk.split(1, 2)
    numbers = {titles[0]: number for number, titles in desk.titles().items()}
    assert duplicates.why(desk.store, 1, max(numbers.values()))[1] == "parted by hand by ada on 2026-12-24"
    two, three, tides = (numbers[t] for t in ("Adapters 2 at scale", "Adapters 3 at scale", "On tides"))
    same, reason = duplicates.why(desk.store, two, three)
    assert not same
    assert "number or version" in reason
    assert "alike" in duplicates.why(desk.store, two, tides)[1]


def test_why_one_paper_is_one(desk: Desk) -> None:
    """For two names of one paper the reasons are told, or that ids join all."""
    desk.add(
        json_page({**ONE, "arxiv_id": "2401.00001"}),
        json_page({"title": "Old", "arxiv_id": "2401.00001"}),
        json_page(TWO),
    )
    assert duplicates.why(desk.store, 1, 1) == (True, "an id joins all that was seen of it")
    desk.merge(1, 2)
    assert "by hand" in duplicates.why(desk.store, 1, 1)[1]


def test_what_looks_the_same_is_explained(desk: Desk) -> None:
    """Papers with one title that are kept apart are found from either, each with why."""
    desk.add(json_page({**BARE, "arxiv_id": "2401.00001"}, {**BARE, "arxiv_id": "2401.00002"}, ONE))
    assert desk.store.judging.twins(1) == [2]
    (apart,) = duplicates.kept_apart(desk.store, 2, desk.store.judging.twins(2))
    assert (apart.paper, apart.title) == (1, BARE["title"])
    assert "two arXiv ids" in apart.reason


# --- laws -------------------------------------------------------------------------------------------------------------

ENTRIES = st.builds(
    lambda title, arxiv, count: (
        {"title": title} | ({"arxiv_id": arxiv} if arxiv else {}) | ({"author_count": count} if count else {})
    ),
    st.sampled_from(
        ["Forgetting in adapters", "Forgeting in adapters", "Forgetting in adapters 2", "Manuals for robots that read"]
    ),
    st.sampled_from([None, None, None, "2401.00001", "2401.00002"]),
    st.sampled_from([None, 2]),
)
PAGES = st.lists(st.lists(ENTRIES, min_size=1, max_size=3), min_size=1, max_size=4)
DEEDS = st.lists(
    st.tuples(st.sampled_from(["merge", "split"]), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=3
)


def do(desk: Desk, deed: str, x: int, y: int) -> bool:
    """Merge two papers or split one, as numbers choose; gives whether there was something to do."""
    numbers = list(desk.papers())
    one = numbers[x % len(numbers)]
    try:
        if deed == "merge":
            desk.merge(one, numbers[y % len(numbers)])
        else:
            desk.split(one, y % len(desk.store.looking.sightings(one)) + 1)
    except UsageError:
        return False
    return True


ADAPTERS = {"title": "Forgetting in adapters", "arxiv_id": "2401.00002"}
ADAPTERS_2 = {"title": "Forgetting in adapters 2", "arxiv_id": "2401.00002"}
MANUALS = {"title": "Manuals for robots that read"}


# A number that a part was given, and gave up when it was taken back, is not what that part had before.
@example(
    [[{"title": "Forgetting in adapters"}, MANUALS], [ADAPTERS, {"title": "Forgetting in adapters 2"}, ADAPTERS_2]],
    [("split", 2, 0)] * 2,
)
# What a word left where it was stays there when it is taken back, whatever number it had before that.
@example(
    [[MANUALS, ADAPTERS], [MANUALS | {"arxiv_id": "2401.00002"}], [MANUALS | {"arxiv_id": "2401.00001"}]],
    [("split", 1, 0)],
)
# An arXiv id that one of two bore is the other's again.
@example(
    [
        [ADAPTERS, ADAPTERS],
        [
            {"title": "Forgetting in adapters"},
            ADAPTERS | {"arxiv_id": "2401.00001"},
            ADAPTERS | {"arxiv_id": "2401.00001"},
        ],
    ],
    [("merge", 0, 1), ("split", 0, 0), ("split", 0, 0)],
)
@given(PAGES, DEEDS)
@settings(max_examples=40)
def test_undo_restores_everything(pages: list[list[dict[str, object]]], deeds: list[tuple[str, int, int]]) -> None:
    """Any merges and splits, taken back, leave every row as it was; only new numbers lead to where they came from."""
    with TemporaryDirectory() as folder:
        desk = Desk(Path(folder) / "papers.db")
        desk.add(*(json_page(*page) for page in pages))
        for number in desk.papers():
            annotate(desk, number, ("keep", "later", "skip")[number % 3], f"t{number}", f"n{number}")
        before = desk.rows()
        known = set(desk.papers())
        for deed in deeds:
            state = desk.rows()
            if do(desk, *deed):
                assert desk.well()
                shown = desk.rows()
                desk.add(*(json_page(*page) for page in pages))
                assert desk.rows() == shown
                desk.undo()
                restored = desk.rows()
                restored["paper_alias"] = [row for row in restored["paper_alias"] if row in state["paper_alias"]]
                assert restored == state
                do(desk, *deed)
        desk.undo(99)
        restored = desk.rows()
        restored["paper_alias"] = [
            row for row in restored["paper_alias"] if row[0] in known or row in before["paper_alias"]
        ]
        assert restored == before
        assert desk.well()
        desk.store.close()


@given(PAGES, DEEDS, st.lists(st.lists(ENTRIES, min_size=1, max_size=2), max_size=2))
@settings(max_examples=40)
def test_nothing_of_a_persons_is_lost(
    pages: list[list[dict[str, object]]], deeds: list[tuple[str, int, int]], more: list[list[dict[str, object]]]
) -> None:
    """After merges, splits, further pages and taking back, every decision, tag and note is still on some paper."""
    with TemporaryDirectory() as folder:
        desk = Desk(Path(folder) / "papers.db")
        desk.add(*(json_page(*page) for page in pages))
        numbers = list(desk.papers())
        for number in numbers:
            annotate(desk, number, "keep", f"t{number}", f"n{number}")
        for deed in deeds:
            do(desk, *deed)
            desk.add(*(json_page(*page) for page in more))
            desk.undo(1)
            do(desk, *deed)
        papers = desk.papers().values()
        assert {tag for paper in papers for tag in paper["tags"]} == {*(f"t{n}" for n in numbers), "both"}
        notes = "\n".join(paper["note"] or "" for paper in papers).split()
        assert {f"n{n}" for n in numbers} <= set(notes)
        assert len(desk.store.deciding.log(READER, None)) == len(numbers)
        assert all(desk.store.looking.resolve(str(number)) for number in numbers)
        assert desk.well()
        desk.store.close()


@given(PAGES, st.data())
@settings(max_examples=30)
def test_the_order_of_imports_changes_nothing(pages: list[list[dict[str, object]]], data: st.DataObject) -> None:
    """The same words on the same sightings, given between pages or at the end, on pages in any order: the same papers."""
    raws = [Raw(f"page-{n}", json_page(*page, {"title": f"The mark of page {n}"})) for n, page in enumerate(pages)]
    first = sorted(data.draw(st.sets(st.integers(0, len(raws) - 1), min_size=1)))
    places = [(n, k) for n in first for k in range(len(pages[n]))]
    sides = data.draw(st.permutations(places)), data.draw(st.integers(0, len(places)))
    cut = [side for side in (sides[0][: sides[1]], sides[0][sides[1] :]) if side]
    same = data.draw(st.booleans())
    every = range(len(raws))
    order = data.draw(st.sampled_from(list(permutations(every))))

    def papers(order: Sequence[int], after: int) -> list[object]:
        with TemporaryDirectory() as folder:
            desk = Desk(Path(folder) / "papers.db")
            for count, number in enumerate(order, 1):
                add_pages(desk.store, raws[number])
                if count == after:
                    say(desk, raws, cut, same=same)
            found = papers_of(desk.path)
            assert desk.well()
            desk.store.close()
            return found

    expected = papers(every, len(raws))
    rest = [number for number in every if number not in first]
    assert papers([*first, *rest], len(first)) == expected
    assert papers(order, len(raws)) == expected


def say(desk: Desk, raws: Sequence[Raw], sides: Sequence[Sequence[tuple[int, int]]], *, same: bool) -> None:
    """Say of sightings, named by page and place, that they are one paper, or that the sides are not."""
    refs: dict[tuple[str, int], int] = {}
    for number in desk.papers():
        for seen in desk.store.adding.sightings_of([number]):
            refs[seen.page, seen.entry.line or 0] = seen.ref
    named = [[refs[raws[n].name, k + 1] for n, k in side] for side in sides]
    with desk.store.adding.transaction():
        papers = desk.store.judging.holding(ref for side in named for ref in side)
        desk.hand().say(named, papers, "test", same=same)


@pytest.mark.parametrize("deed", ["merge", "split", "undo"])
def test_killed_at_any_moment(deed: str, tmp_path: Path) -> None:
    """A process killed in the middle leaves the library as it was, or as it was to be."""
    path, copy = tmp_path / "papers.db", tmp_path / "copy.db"
    desk = Desk(path)
    desk.add(json_page(*({**BARE, "abstract": prose(str(n))} for n in range(30))), json_page(ONE, TWO))
    one, two = (n for n, titles in desk.titles().items() if titles[0] in (ONE["title"], TWO["title"]))
    if deed != "merge":
        desk.merge(one, two)
    desk.store.close()
    before = papers_of(path)

    def work(where: Path) -> None:
        late = Desk(where)
        if deed == "merge":
            late.merge(one, two)
        elif deed == "split":
            late.split(one)
        else:
            late.undo()
        late.store.close()

    shutil.copy(path, copy)
    work(copy)
    after = papers_of(copy)
    assert after != before
    for step in range(1, 200):
        child = forked(lambda: work(path))
        time.sleep(0.003 * step)
        os.kill(child, signal.SIGKILL)
        exit_codes([child])
        late = Desk(path)
        assert late.well()
        late.store.close()
        found = papers_of(path)
        assert found in (before, after)
        if found == after:
            break
    assert papers_of(path) == after


def test_the_first_beginning_may_be_gone(desk: Desk) -> None:
    """Where pages show no longer what a merged paper began with, its number leads to what was merged into it."""
    data = json_page(ONE, THREE)
    desk.add(data, json_page(TWO))
    desk.merge(1, 3)
    read_as(desk, data, None, str(THREE["title"]))
    assert desk.titles() == {1: [TWO["title"]], 2: [THREE["title"]]}
    desk.store.annotating.note(READER, 1, "mine")
    assert desk.undo()[0].now == (3,)
    assert desk.store.looking.resolve("1") == 3
    assert desk.papers()[3]["note"] == "mine"


def test_a_decision_stays_with_what_it_was_made_on(desk: Desk) -> None:
    """Where two papers bear a title that was kept, it is a paper of its own with its number; both say why."""
    desk.add(json_page(BARE))
    desk.store.deciding.decide(READER, [1], "keep", NOW, "keep")
    desk.add(json_page({**BARE, "arxiv_id": "2401.00001"}))
    assert list(desk.papers()) == [1]
    desk.add(json_page({**BARE, "arxiv_id": "2401.00002"}))
    papers = desk.papers()
    assert {paper["arxiv_id"]: paper["status"] for paper in papers.values()} == {
        None: "keep", "2401.00001": "inbox", "2401.00002": "inbox"
    }  # fmt: skip
    assert papers[1]["arxiv_id"] is None
    told = "the same title, but 1 is like 2 and 3, which are two papers: two arXiv ids, 2401.00001 and 2401.00002"
    assert duplicates.why(desk.store, 1, 2) == (False, told)
    assert duplicates.why(desk.store, 3, 1) == (False, told)
    assert duplicates.why(desk.store, 1, 1) == (True, "it was seen once")


def test_why_unnamed_papers_are_two(desk: Desk) -> None:
    """Editorials that say nothing else are papers of their own, and `why` says that nothing tells them apart or together."""
    desk.add(json_page({"title": "Editorial", "year": 2020}, {"title": "Editorial", "year": 2020, "comments": 3}))
    same, reason = duplicates.why(desk.store, 1, 2)
    assert (same, len(desk.papers())) == (False, 2)
    assert "Editorial" not in reason
