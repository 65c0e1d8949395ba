"""The full state: what is exported comes back byte for byte, and joins a library that has its own without loss."""

from __future__ import annotations

import json
import re
import tempfile
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fakes import RULES, add_pages, dump, json_page, look
from tests.libraries import SCHEMAS, old_library

from papertide.errors import InputError, NotFound, UsageError
from papertide.export import jsonl
from papertide.export.base import ReadingList, Section
from papertide.flows.add import add
from papertide.flows.duplicates import Hand, merge, split, undo
from papertide.flows.readinglist import Shelved, with_state
from papertide.records.reports import AddReport
from papertide.sources.base import Raw
from papertide.store import LibraryStore, open_library
from papertide.store.base import Ranking, Selection

TITLES = (
    {"title": "Low-rank adapters for small models", "arxiv_id": "2403.02178", "listed": ["2026-05-07"]},
    {"title": "Low-Rank Adapters for Small Models", "abstract": "We tune small models with adapters of low rank. " * 4},
    {"title": "Forgetting in continual tuning", "published": "2025-01-02", "upvotes": 4},
    {"title": "Forgetting in continual tuning", "published": "2025-01-02", "author_count": 2},
    {"title": "A reward for doing nothing", "source_ids": ["hf:2505.99102"], "doi": "10.1/X"},
    {"title": "Sparse experts", "arxiv_id": "2505.99103", "summary": "x\u2028y \\ \" 'z'"},
    {"title": "Sparse experts in a narrow room"},
)
READERS = ("ada", "bob")


@dataclass(frozen=True)
class Did:
    """Something that was done to a library: what, two numbers for it, and whose hand it was."""

    what: str
    one: int
    other: int
    reader: str


DEEDS = st.builds(
    Did,
    st.sampled_from("page page page keep skip inbox undo tag untag note tell save merge merge split unsay".split()),
    st.integers(0, 40),
    st.integers(0, 40),
    st.sampled_from(READERS),
)
LIVES = st.lists(DEEDS, max_size=14).map(lambda deeds: [Did("page", len(deeds), 2, "ada"), *deeds])


def lived(store: LibraryStore, deeds: Sequence[Did], hour: int = 0) -> None:
    """Do it all, a minute apart."""
    for minute, deed in enumerate(deeds):
        with suppress(UsageError, NotFound):
            do(store, deed, f"2026-11-21T{hour:02}:{minute:02}:00Z")


def do(store: LibraryStore, deed: Did, at: str) -> None:
    """Do one thing; one that makes no sense now is refused as it would be for a person."""
    if deed.what == "page":
        papers = [TITLES[(deed.one + k * deed.other) % len(TITLES)] for k in range(1 + deed.other % 3)]
        add_pages(store, Raw(f"page {deed.one}", json_page(*papers)), now=at)
        return
    numbers = [paper["id"] for paper in store.looking.papers(Selection(None, deed.reader, "title"))]
    one, other = numbers[deed.one % len(numbers)], numbers[deed.other % len(numbers)]
    hand = Hand(store, RULES, deed.reader, at)
    match deed.what:
        case "keep" | "skip" | "inbox":
            store.deciding.decide(deed.reader, [one, other], deed.what, at, deed.what)
        case "undo":
            store.deciding.undo(deed.reader, 1 + deed.one % 2, at)
        case "tag":
            store.annotating.tag(deed.reader, [one], [f"t{deed.other % 3}"], [])
        case "untag":
            store.annotating.tag(deed.reader, [one], [], [f"t{deed.other % 3}"])
        case "note":
            store.annotating.note(deed.reader, one, f"note\n {deed.other} ")
        case "tell":
            store.telling.tell(deed.reader, [one, other], "2026-11-21", at)
        case "save":
            store.annotating.save_search(deed.reader, f"s{deed.one % 2}", f"lora {deed.other}")
        case "merge":
            merge(hand, one, other)
        case "split":
            split(hand, one)
        case _:
            undo(hand, 1)


def exported(store: LibraryStore, numbers: Sequence[int] | None = None) -> bytes:
    """A library, or some papers of it, as `export --format jsonl` writes it."""
    everything = store.looking.numbers(Selection(None, "ada", "title"))
    chosen = array("q", [number for number in everything if numbers is None or number in numbers])
    reading = with_state(ReadingList("", "", [Section("", Shelved(store.looking, "ada", chosen))]), store)
    return "".join(jsonl.write(reading)).encode()


def taken_in(store: LibraryStore, data: bytes, *, dry_run: bool = False) -> AddReport:
    """Add a file."""
    return add_pages(store, Raw("state.jsonl", data), now="2026-11-22T12:00:00Z", dry_run=dry_run)


@contextmanager
def libraries(count: int) -> Iterator[list[LibraryStore]]:
    """Empty libraries, open."""
    with tempfile.TemporaryDirectory() as folder:
        stores = [open_library(Path(folder) / f"{k}.db", create=True) for k in range(count)]
        yield stores
        for store in stores:
            store.close()


def well(store: LibraryStore) -> bool:
    """Whether `doctor` finds nothing."""
    return [finding for finding in store.checking.findings() if not finding.well] == []


@settings(max_examples=25)
@given(LIVES)
def test_there_and_back(deeds: Sequence[Did]) -> None:
    """Any library, exported and added to an empty one, is exported as the same bytes; adding it to either changes nothing."""
    with libraries(2) as (first, second):
        lived(first, deeds)
        data = exported(first)
        report = taken_in(second, data)
        assert report.problems == ()
        assert report.new == len(first.looking.papers(Selection(None, "ada")))
        assert exported(second) == data
        assert well(second)
        for store in (first, second):
            add_pages(store)  # labels, as adding does first
            before = dump(Path(store.path))
            again = taken_in(store, data)
            assert (again.new, again.merged, again.problems) == (0, 0, ())
            assert rows(dump(Path(store.path))) == rows(before)
            assert exported(store) == data


def rows(held: dict[str, list[tuple[object, ...]]]) -> dict[str, list[tuple[object, ...]]]:
    """What a library holds, what is only there to find titles sooner apart."""
    return {name: found for name, found in held.items() if name not in ("title", "mark", "meta")}


@settings(max_examples=25)
@given(LIVES, LIVES)
def test_two_lives_join(one: Sequence[Did], other: Sequence[Did]) -> None:
    """A library that takes in another's state has the sightings, logs, tags, searches and digests of both; taking it in
    again changes nothing."""
    with libraries(2) as (first, second):
        lived(first, one)
        lived(second, other, hour=1)
        data = exported(second)
        mine, theirs = dump(Path(first.path)), dump(Path(second.path))
        report = taken_in(first, data)
        assert report.problems == ()
        joined = dump(Path(first.path))
        assert well(first)
        assert decided(joined) >= decided(mine)
        assert decided(joined) >= decided(theirs)
        for table, columns in (("tag", (0, 2)), ("digest", (1, 2, 3)), ("page", (1,)), ("verdict", (1, 2, 3))):
            held = {tuple(row[k] for k in columns) for row in joined[table]}
            assert held >= {tuple(row[k] for k in columns) for row in (*mine[table], *theirs[table])}
        assert len(joined["sighting"]) == len({*shown(mine), *shown(theirs)})
        assert {row[2] for row in joined["saved_search"]} >= {row[2] for row in theirs["saved_search"]}
        assert all(
            any(str(text) in str(row[2]) for row in joined["note"]) for _, _, text in (*mine["note"], *theirs["note"])
        )
        again = taken_in(first, data)
        assert (again.new, again.merged) == (0, 0)
        assert dump(Path(first.path)) == joined


def decided(held: dict[str, list[tuple[object, ...]]]) -> Counter[tuple[object, ...]]:
    """The rows of the log, their numbers apart."""
    return Counter((reader, status, at, command) for _, reader, _, status, at, command, _ in held["decision"])


def shown(held: dict[str, list[tuple[object, ...]]]) -> list[tuple[object, object]]:
    """Where each sighting stands."""
    digests = {row[0]: row[1] for row in held["page"]}
    return [(digests[row[2]], row[3]) for row in held["sighting"]]


@pytest.mark.parametrize("schema", SCHEMAS)
def test_old_libraries_come_back(schema: int, tmp_path: Path) -> None:
    """So does a library that was made by an older program."""
    store = open_library(old_library(schema, tmp_path / "old.db"))
    add_pages(store, json_page("Something that is new"))
    # Scores are made of the log when somebody asks for them; an old library may have kept some.
    data = re.sub(rb'"score": [\d.]+, "sightings"', b'"score": null, "sightings"', exported(store))
    store.close()
    with libraries(1) as (other,):
        taken_in(other, data)
        assert exported(other) == data


# --- the later decision -----------------------------------------------------------------------------------------------

PAGE = json_page("Low-rank adapters for small models", "Forgetting in continual tuning")


def statuses(store: LibraryStore) -> dict[int, str]:
    """What each paper is for ada."""
    return {paper["id"]: paper["status"] for paper in store.looking.papers(Selection(None, "ada"))}


def test_the_later_decision_wins() -> None:
    """Whichever side it is on; the log holds both by time, and `undo` takes the last one back."""
    with libraries(2) as (first, second):
        for store in (first, second):
            add_pages(store, PAGE)
        first.deciding.decide("ada", [1], "keep", "2026-01-01T10:00:00Z", "keep")
        second.deciding.decide("ada", [1], "skip", "2026-01-02T10:00:00Z", "skip")
        second.deciding.decide("ada", [2], "later", "2026-01-02T11:00:00Z", "later")
        first.deciding.decide("ada", [2], "keep", "2026-01-03T10:00:00Z", "keep")
        taken_in(first, exported(second))
        assert statuses(first) == {1: "skip", 2: "keep"}
        assert [row.at[:10] for row in first.deciding.log("ada", None)] == [
            "2026-01-03",
            "2026-01-02",
            "2026-01-02",
            "2026-01-01",
        ]
        (back,) = first.deciding.undo("ada", 1, "2026-01-04T10:00:00Z")
        assert (back.paper_id, statuses(first)) == (2, {1: "skip", 2: "later"})


def test_what_belonged_to_a_merge_is_still_given_back() -> None:
    """Rows of the log that are numbered anew still go back to their paper when a merge is taken back."""
    with libraries(2) as (first, second):
        for store in (first, second):
            add_pages(store, PAGE)
        second.deciding.decide("ada", [1], "skip", "2026-01-01T10:00:00Z", "skip")
        first.deciding.decide("ada", [2], "keep", "2026-01-03T10:00:00Z", "keep")
        hand = Hand(first, RULES, "ada", "2026-01-04T10:00:00Z")
        merge(hand, 1, 2)
        taken_in(first, exported(second))
        undo(hand, 1)
        assert statuses(first) == {1: "skip", 2: "keep"}


def test_numbers_are_not_given_twice() -> None:
    """A paper that comes after a restored library gets a number that none ever had."""
    with libraries(2) as (first, second):
        add_pages(first, PAGE)
        merge(Hand(first, RULES, "ada", "2026-01-04T10:00:00Z"), 1, 2)
        taken_in(second, exported(first))
        add_pages(second, json_page("Something else"))
        assert set(statuses(second)) == {1, 3}
        assert second.looking.resolve("2") == 1


def test_searches_of_one_name() -> None:
    """A saved search of another meaning gets another name, which is told; the next time nothing is added."""
    with libraries(2) as (first, second):
        for store, query in ((first, "lora"), (second, "forgetting")):
            add_pages(store, PAGE)
            store.annotating.save_search("ada", "mine", query)
        data = exported(second)
        steps = add([Raw("s", data)], lambda: first, RULES, now=lambda: "2026-01-01T10:00:00Z")
        assert [note for step in steps for note in step.notes] == [
            "@mine is another search here; the file's is @mine-2",
        ]
        taken_in(first, data)
        assert first.annotating.searches("ada") == [("mine", "lora"), ("mine-2", "forgetting")]


# --- parts and hostile files ------------------------------------------------------------------------------------------


def a_library(store: LibraryStore) -> bytes:
    """A library of three papers on two pages, lived with; exported."""
    add_pages(store, PAGE, json_page("Sparse experts in a narrow room"))
    store.deciding.decide("ada", [1, 3], "keep", "2026-01-01T10:00:00Z", "keep")
    store.telling.tell("ada", [1], "2026-01-01", "2026-01-01T10:00:00Z")
    store.annotating.save_search("ada", "mine", "lora")
    split_and_merged = Hand(store, RULES, "ada", "2026-01-04T10:00:00Z")
    merge(split_and_merged, 1, 2)
    return exported(store)


def test_a_part_of_a_library() -> None:
    """Some papers bring what belongs to them, and no saved searches, nor words on papers that aren't among them; the rest
    joins them later."""
    with libraries(2) as (first, second):
        data = a_library(first)
        part = exported(first, [3])
        assert json.loads(part)["state"]["library"]["verdicts"] == []
        taken_in(second, part)
        assert (statuses(second), second.annotating.searches("ada")) == ({3: "keep"}, [])
        report = taken_in(second, data)
        assert (report.new, report.unchanged) == (1, 1)
        assert well(second)
        assert sorted(statuses(second).values()) == ["keep", "keep"]
        assert exported(first, []) == b""


def test_lines_stand_for_themselves() -> None:
    """Without the first line the others are whole; lines in another order, and papers without a state among them, are read."""
    with libraries(3) as (first, second, third):
        lines = a_library(first).splitlines()
        assert taken_in(second, lines[1]).new == 1
        assert well(second)
        mixed = [*reversed(lines), b'{"title": "A paper like any other"}', b"", b"not JSON"]
        report = taken_in(third, b"\n".join(mixed))
        assert (report.pages, report.new) == (2, 3)
        assert [(p.line, p.reason) for p in report.problems] == [(5, "not JSON")]
        assert well(third)


def spoiled(data: bytes, change: str) -> bytes:
    """An export whose last line says something else somewhere: `path=value`, the path's keys with dots between."""
    lines = [json.loads(line) for line in data.splitlines()]
    path, _, value = change.partition("=")
    *way, last = path.split(".")
    place = lines[-1]
    for key in way:
        place = place[int(key)] if isinstance(place, list) else place[key]
    place[last] = json.loads(value)
    return b"\n".join(json.dumps(line).encode() for line in lines)


HOSTILE = [
    "state.decisions.0.status=\"loved\"",
    "state.decisions.0.id=-4",
    "state.sightings.0.page.digest=\"../../etc/passwd\"",
    "state.sightings.0.entry.title=7",
    "state.more=1",
    "state.notes=[{\"reader\": \"\", \"text\": \"x\"}]",
    "published=\"yesterday\"",
    "state.sightings.0.position=\"first\"",
    "state.sightings.0.position=1000000000000000000000000000000",
    "state.sightings.0.page.captured=\"2024-99-99\"",
    "state.sightings.0.page.listed=\"2024-02-31\"",
    "state.sightings.0.page.line=4503599627370496",
    "state.sightings.0.score=NaN",
    "state.sightings.0.added=\"yesterday\"",
    "state.sightings=[]",
    "state.decisions.0.at=\"zzz\"",
    "state.decisions.0.at=\"2024-13-01T10:00:00Z\"",
    "state.decisions.0.id=9223372036854775807",
    "state.numbers=[4000000000]",
    "id=\"3\"",
    "id=0",
    "id=2147483648",
    "id=1e30",
    "upvotes=\"7\"",
    "year_inferred=\"yes\"",
    "added=1700000000",
    "added=\"2024-01-01\"",
    "published=\"2024-01-01T00:00:00\"",
    "listed=[1700000000]",
]  # fmt: skip


@pytest.mark.parametrize("change", HOSTILE)
def test_a_line_that_makes_no_sense(change: str) -> None:
    """It is a problem with its number and the others are taken in."""
    with libraries(2) as (first, second):
        report = taken_in(second, spoiled(a_library(first), change))
        assert [problem.line for problem in report.problems] == [2]
        assert report.new == 1
        assert well(second)


@pytest.mark.parametrize(
    "change", ["id=1", "state.decisions.0.id=1", "state.decisions.0.undoes=77", "state.sightings.0.page.id=1"]
)
def test_lines_that_do_not_fit_together(change: str) -> None:
    """Lines that claim one number are refused, all of them, and the library stays empty."""
    with libraries(2) as (first, second):
        add_pages(second)
        data = spoiled(a_library(first), change)
        report = taken_in(second, data)
        assert (report.new, len(report.problems)) == (0, 1)
        assert "fit together" in report.problems[0].reason
        assert statuses(second) == {}


def test_a_dry_run() -> None:
    """With a dry run the report is the same and nothing stays."""
    with libraries(2) as (first, second):
        data = a_library(first)
        add_pages(second)
        before = dump(Path(second.path))
        assert taken_in(second, data, dry_run=True).new == 2
        assert dump(Path(second.path)) == before


def test_a_number_far_beyond_the_others() -> None:
    """A paper with the largest number that there may be is taken in without a score, and the next page is added."""
    with libraries(2) as (first, second):
        data = spoiled(a_library(first), f"id={2**31 - 1}")
        assert taken_in(second, data).problems == ()
        second.scoring.keep("ada", (1, 1), Ranking({1: 0.5, 2**31 - 1: 0.7}, {1: 1.0, 2**31 - 1: 1.0}, {}))
        assert [second.scoring.of("ada")(number) for number in (1, 2**31 - 1)] == [0.5, None]
        assert add_pages(second, json_page("Something else")).new == 1


EVIL = "a\x1b]0;pwn\x07\x1b[31mb\x9b2Jc\u202ed"


def test_texts_are_made_harmless() -> None:
    """Nothing of a state file moves a terminal; what people wrote keeps its joiners, and an entry its raw text."""
    with libraries(3) as (first, second, third):
        store = first
        add_pages(store, PAGE, json_page("Sparse experts in a narrow room"))
        store.annotating.note("ada", 3, "two\nlines \U0001f469\u200d\U0001f4bb")
        lines = [json.loads(line) for line in exported(store).splitlines()]
        kept = lines[2]["state"]["notes"][0]["text"]
        lines[2]["title"] = lines[2]["state"]["sightings"][0]["entry"]["title"] = EVIL
        lines[2]["state"]["sightings"][0]["entry"]["raw"] = EVIL
        lines[2]["state"]["tags"] = [{"reader": "ada", "tag": EVIL}]
        lines[2]["state"]["notes"] = [{"reader": "ada", "text": kept + EVIL}]
        add_pages(third, json_page("Something else"))
        for other in (second, third):
            assert taken_in(other, b"\n".join(json.dumps(line).encode() for line in lines)).problems == ()
            (paper,) = (paper for paper in other.looking.papers(Selection(None, "ada")) if paper["tags"])
            assert (paper["title"], paper["tags"], paper["note"]) == ("abcd", ["abcd"], f"{kept}abcd")
            sightings = dump(Path(other.path))["sighting"]
            assert [json.loads(str(row[4]))["raw"] == EVIL for row in sightings if "abcd" in str(row[4])] == [True]


@pytest.mark.parametrize("name", ["a b", "-x", "x\n", "", "@x", '"'])
def test_a_search_whose_name_cannot_be_typed(name: str) -> None:
    """It is refused with its line, and so is what is nested deeper than anything of ours."""
    with libraries(2) as (first, second):
        lines = [json.loads(line) for line in a_library(first).splitlines()]
        lines[0]["state"]["library"]["searches"][0]["name"] = name
        report = taken_in(second, b"\n".join(json.dumps(line).encode() for line in lines))
        assert [problem.line for problem in report.problems] == [1]
        deep = b'{"state": {"x": ' + b"[" * 990 + b"]" * 990 + b"}}"
        assert taken_in(second, b"\n" + deep).new == 0


def test_another_layout_is_asked_for() -> None:
    """A file that is to be read as something else is; one that only mentions a state is a page."""
    with libraries(1) as (store,):
        data = a_library(store)
        with pytest.raises(InputError):
            raise InputError("x", add_pages(store, Raw("x", data), layout="ris").problems[0].reason)
        report = add_pages(store, json_page({"title": 'On the "state" of things', "state": "unknown"}))
        assert report.new == 1


def test_a_sighting_that_its_page_shows_no_longer() -> None:
    """It is the same sighting here, and stands behind the others where the page is new."""
    with libraries(2) as (first, second):
        a_library(first)
        connection = look(Path(first.path))
        connection.execute("UPDATE sighting SET position = -id WHERE id = 3")
        connection.close()
        data = exported(first)
        assert (taken_in(first, data).unchanged, exported(first)) == (2, data)
        add_pages(second, json_page("Something else"))
        assert taken_in(second, data).new == 2
        assert well(second)


def test_a_library_without_papers() -> None:
    """Its searches come back, too; one without anything is no line at all."""
    with libraries(2) as (first, second):
        assert exported(first) == b""
        first.annotating.save_search("ada", "mine", "lora")
        data = exported(first)
        assert taken_in(second, data).problems == ()
        assert second.annotating.searches("ada") == [("mine", "lora")]
        assert exported(second) == data


def test_a_line_that_lacks_a_key() -> None:
    """A line with a state has all keys of a paper, or is a problem; so is one that only looks like it."""
    with libraries(2) as (first, second):
        lines = [json.loads(line) for line in a_library(first).splitlines()]
        del lines[1]["abstract"]
        data = b"\n".join(json.dumps(line).encode() for line in lines) + b'\n{"state": broken'
        report = taken_in(second, data)
        assert "lacks abstract" in report.problems[0].reason
        assert [problem.line for problem in report.problems][:1] == [2]
        assert report.new == 1
