"""Duplicates in files: names, pairs and groups, what stays of a file, and that what stays is as it was."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertide.errors import OutputError, UsageError
from papertide.flows.deduplicated import Written, staying, targets, write
from papertide.flows.duplicates_find import Found, compare, read
from papertide.sources.base import Raw, Unread

LORA = "Low-rank adapters for small models on one laptop"
ROBOT = "Robots that fold laundry by watching people do it"
PLANS = "Preference optimization without any reward model"


def found_in(*inputs: Raw | Unread, layout: str = "auto") -> Found:
    """What is found in these inputs."""
    steps = read(inputs, layout=layout)
    for one in inputs:
        assert next(steps) == one.name
    with pytest.raises(StopIteration) as end:
        next(steps)
    found: Found = end.value.value
    return compare(found)


def pairs(found: Found) -> list[tuple[str | int, str | int]]:
    """The names in each pair."""
    return [(match.a, match.b) for match in found.matches]


def deduplicated(data: bytes, folder: Path, layout: str = "auto") -> bytes:
    """The bytes of a file without its duplicates."""
    write(found_in(Raw("x", data), layout=layout), [folder / "x"])
    return (folder / "x").read_bytes()


# --- names and pairs --------------------------------------------------------------------------------------------------


def test_records_are_named_by_their_own_ids() -> None:
    """A record's name is its own id, else its line, as a number; an id of JSON keeps its type."""
    table = f"id,title\na,{LORA}\n,{LORA}\n".encode()
    assert pairs(found_in(Raw("x.csv", table))) == [("a", 3)]
    lines = f'{{"id": 7, "title": "{LORA}"}}\n{{"id": "8", "title": "{LORA}"}}\n'.encode()
    assert pairs(found_in(Raw("x.jsonl", lines), layout="jsonl")) == [(7, "8")]


def test_names_that_repeat_are_told_apart() -> None:
    """Where two records have one name, both get their number in the file behind it, and no name is given twice."""
    rows = [("7", LORA), ("7", LORA), ("7 (record 1)", LORA), ("7 (record 1)", ROBOT), ("8", ROBOT)]
    found = found_in(Raw("x.csv", "".join(["id,title\n", *(f"{a},{b}\n" for a, b in rows)]).encode()))
    names = [record.name for record in found.records]
    assert names == [
        "7 (record 1) (record 1)",
        "7 (record 2)",
        "7 (record 1) (record 3)",
        "7 (record 1) (record 4)",
        "8",
    ]
    assert pairs(found) == [(names[0], names[1]), (names[0], names[2]), (names[3], "8")]


def test_files_are_compared_with_each_other() -> None:
    """In several files, of whatever layouts, a name is the file's and the record's; notes and problems name the file."""
    found = found_in(
        Raw("a.bib", f"@misc{{key,\ntitle = {{{LORA}}}}}\n".encode()),
        Raw("b.ris", f"TY  - JOUR\nTI  - {LORA}\nAB  - caf\xe9\nER  - \nTI  - lost\n".encode("latin-1")),
        Unread("c.csv", "no such file or folder"),
    )
    assert pairs(found) == [("a.bib:key", "b.ris:1")]
    assert [(problem.input, problem.line) for problem in found.problems] == [("b.ris", 5), ("c.csv", None)]
    assert found.notes == (("b.ris", "not UTF-8; read as Windows-1252 (Latin-1)"),)


def test_a_year_tells_editions_apart() -> None:
    """The year that a file tells goes along: two editions of a paper are two records of a bibliography."""
    rows = f"title,authors,year\n{LORA},Ada Example,%s\n{LORA},Ada Example,1999\n"
    assert pairs(found_in(Raw("x.csv", (rows % 1999).encode()))) == [(2, 3)]
    assert pairs(found_in(Raw("x.csv", (rows % 1994).encode()))) == []


def test_pages_of_other_layouts_are_read_too() -> None:
    """A page's papers are named by their arXiv ids where they have some, and weighed by what was read of them."""
    page = (
        f"### [{LORA}](https://huggingface.co/papers/2405.99001)\n\nAn abstract of a paper.\n\n- 3 authors\n".encode()
    )
    found = found_in(Raw("x.md", page), Raw("y.csv", f"title,id\n{LORA},2\n".encode()))
    assert pairs(found) == [("x.md:2405.99001", "y.csv:2")]
    assert [record.filled for record in found.records] == [5, 2]
    with pytest.raises(UsageError, match=r"x\.md is markdown"):
        targets(found, Path("out"), folder=True)


def test_json_is_taken_for_records() -> None:
    """JSON with titles alone, in lines or in a list, is records; an answer is an answer; other JSON is no text but an error."""
    one, two = json.dumps({"title": LORA}), json.dumps({"title": ROBOT})
    answer = json.dumps({"data": [{"paper": {"id": "2405.99001", "title": PLANS}}]})
    other = json.dumps({"title": LORA, "authors": [{"id": 7}]})
    found = found_in(*(Raw(data[:30], data.encode()) for data in (f"{one}\n{two}", f"[{one}, {two}]", answer)))
    assert [file.listing.layout for file in found.files] == ["jsonl", "jsonl", "hf-json"]
    assert len(found.matches) == 2
    assert "authors: should be" in found_in(Raw("x", f"{other}\n{other}\n".encode())).problems[0].reason


def test_a_file_is_given_once() -> None:
    """A file that is given twice would be all duplicates."""
    table = Raw("x.csv", f"id,title\na,{LORA}\n".encode())
    with pytest.raises(UsageError, match=r"x\.csv is given twice"):
        found_in(table, table)


def test_no_records_no_pairs() -> None:
    """A table with a header alone holds nothing, which is no error."""
    found = found_in(Raw("x.csv", b"title,year\n"))
    assert (found.matches, found.groups, found.problems, len(found.files)) == ((), (), (), 1)


# --- what stays -------------------------------------------------------------------------------------------------------


def test_the_fullest_record_stays(tmp_path: Path) -> None:
    """Of each paper the record with the most fields stays, of equals the first, where it stood."""
    table = f"id,title,note\na,{LORA},\nb,{ROBOT},x\nc,{LORA},y\nd,{ROBOT},z\n\ne,{LORA},z\n"
    found = found_in(Raw("x.csv", table.encode()))
    assert [[record.name for record in group] for group in found.groups] == [["a", "c", "e"], ["b", "d"]]
    assert [record.name for group in found.groups for record in staying(group)] == ["c", "b"]
    assert write(found, [tmp_path / "y"]) == [Written(tmp_path / "y", 2, 3)]
    assert (tmp_path / "y").read_text("utf-8") == f"id,title,note\nb,{ROBOT},x\nc,{LORA},y\n\n"


def test_damaged_records_stay(tmp_path: Path) -> None:
    """A record that could not be read without a problem stays, whatever it is like, and so does the best of the others."""
    damaged = f"title,year\n{LORA},2024\n{LORA}\n{LORA},\n{ROBOT}\n"
    found = found_in(Raw("x.csv", damaged.encode()))
    assert [problem.line for problem in found.problems] == [3, 5]
    assert [record.damaged for record in found.records] == [False, True, False, True]
    assert deduplicated(damaged.encode(), tmp_path) == f"title,year\n{LORA},2024\n{LORA}\n{ROBOT}\n".encode()
    no_end = f"TY  - JOUR\nTI  - {LORA}\nTY  - JOUR\nTI  - {LORA}\n"
    assert deduplicated(no_end.encode(), tmp_path) == no_end.encode()


def test_a_record_that_is_cut_off_in_a_character_stays(tmp_path: Path) -> None:
    """Where the file ends within a character its last record stays: the rest of that character is nobody's."""
    table = f"title,note\n{LORA},full\n{LORA},é".encode()
    assert deduplicated(table[:-1], tmp_path) == table[:-1]
    assert deduplicated(table, tmp_path) == f"title,note\n{LORA},full\n".encode()


def test_what_would_be_read_differently_is_not_written(tmp_path: Path) -> None:
    """A quote that nothing closes would take in other rows if those below it went: that is refused, and nothing written."""
    table = f'title,note\n"An open quote of a row,x\n"{LORA}",\n{ROBOT},y\n{LORA},z\n'
    with pytest.raises(OutputError, match=r"x: without its duplicates .* \(line 2\)"):
        deduplicated(table.encode(), tmp_path)
    assert not list(tmp_path.iterdir())
    first, other, same, fuller = (
        json.dumps(one, indent=1)
        for one in ({"title": LORA}, {"title": ROBOT}, {"title": LORA}, {"title": LORA, "note": "x"})
    )
    objects = f"{first} {same}\n{other}\n"
    assert deduplicated(objects.encode(), tmp_path, "jsonl") == f"{first}\n{other}\n".encode()
    turned = f"{first} {' '.join(fuller.split())}\n{other}\n"  # what would be first then is a line of its own
    with pytest.raises(OutputError, match=r"read differently$"):
        deduplicated(turned.encode(), tmp_path, "jsonl")


def test_several_files_are_written_each_under_its_name(tmp_path: Path) -> None:
    """Of a paper in two files the fuller record stays in its file; a file may be left with nothing but its other lines."""
    one, two = f"TY  - JOUR\nTI  - {LORA}\nER  - \n\n", f"title,year\n{LORA},2024\n{ROBOT},\n"
    (tmp_path / "one.ris").write_text(one, "utf-8")
    found = found_in(Raw(str(tmp_path / "one.ris"), one.encode()), Raw("in/two.csv", f"{two[:-1]}2020\n".encode()))
    places = targets(found, tmp_path / "out", folder=True)
    assert write(found, places, tmp_path / "out") == [
        Written(tmp_path / "out" / "one.ris", 0, 1),
        Written(tmp_path / "out" / "two.csv", 2, 0),
    ]
    assert (tmp_path / "out" / "one.ris").read_bytes() == b"\n"
    with pytest.raises(UsageError, match="is an input; --overwrite"):
        targets(found, tmp_path, folder=True)
    assert targets(found, tmp_path, folder=True, overwrite=True)[0] == tmp_path / "one.ris"


def test_a_file_may_be_left_with_nothing(tmp_path: Path) -> None:
    """A file whose papers are all better known elsewhere becomes an empty one."""
    found = found_in(
        Raw("one.json", json.dumps([{"title": LORA}, {"title": ROBOT}]).encode()),
        Raw("two.csv", f"title,year\n{LORA},2024\n{ROBOT},2024\n".encode()),
    )
    write(found, [tmp_path / "one.json", tmp_path / "two.csv"])
    assert (tmp_path / "one.json").read_bytes() == b"[]"


def test_two_files_of_one_name() -> None:
    """Two files can't be written to one place."""
    table = f"id,title\na,{LORA}\n".encode()
    with pytest.raises(UsageError, match=r"a/x\.csv and b/x\.csv would both be written to out/x\.csv"):
        targets(found_in(Raw("a/x.csv", table), Raw("b/x.csv", table)), Path("out"), folder=True)


# --- laws -------------------------------------------------------------------------------------------------------------

TITLES = (
    LORA,
    ROBOT,
    PLANS,
    "微调大型语言模型的一种非常简单而且十分有效的低秩方法",
    'The "quoted"; comma, and | bar of a title',
)


@dataclass(frozen=True)
class Made:
    """A record made for a test: which title it has, and its other fields."""

    title: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Layout:
    """How a file of one layout is made: what stands before, between and behind its records, and how one is written."""

    name: str
    head: str
    between: tuple[str, ...]
    record: Callable[[int, Made], str]


def _row(number: int, made: Made) -> str:
    cells = io.StringIO()
    notes = [*made.notes, "", ""][:2]
    csv.writer(cells, lineterminator="\n").writerow([f"r{number}", TITLES[made.title], *notes])
    return cells.getvalue()


def _bib(number: int, made: Made) -> str:
    notes = "".join(f",\n  note{k} = {{{note}}}" for k, note in enumerate(made.notes))
    return f"@misc{{r{number},\n  title = {{{TITLES[made.title]}}}{notes}\n}}\n"


def _ris(number: int, made: Made) -> str:
    notes = "".join(f"C{k}  - {note}\n" for k, note in enumerate(made.notes, 1))
    return f"TY  - JOUR\nID  - r{number}\nTI  - {TITLES[made.title]}\n{notes}ER  - \n"


def _json(number: int, made: Made) -> str:
    notes = {f"note{k}": note for k, note in enumerate(made.notes)}
    return json.dumps({"id": f"r{number}", "title": TITLES[made.title], **notes}) + "\n"


LAYOUTS = [
    Layout("csv", "id,title,note,other\n", ("", "\n", "\n\n"), _row),
    Layout("bibtex", "@string{x = {X}}\n", ("", "\n", "% a remark\n", "@comment{@misc{r0, title = {No}}}\n"), _bib),
    Layout("ris", "made by a program\n", ("", "\n", "\n\n"), _ris),
    Layout("jsonl", "", ("", "\n"), _json),
]
ENCODINGS = [(b"", "utf-8"), (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le")]
records = st.lists(
    st.builds(Made, st.integers(0, 4), st.lists(st.sampled_from(["x", "two words"]), max_size=2).map(tuple)),
    min_size=1,
    max_size=8,
)


def kept_of(made: Sequence[Made], size: Callable[[Made], int]) -> list[int]:
    """Which records stay: of each title the fullest, the first of equals."""
    best: dict[int, int] = {}
    for number, one in enumerate(made):
        if one.title not in best or size(one) > size(made[best[one.title]]):
            best[one.title] = number
    return sorted(best.values())


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
@given(
    made=records,
    gaps=st.lists(st.integers(0, 3), min_size=9, max_size=9),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(ENCODINGS),
    unended=st.booleans(),
)
def test_what_stays_is_as_it_was(
    tmp_path_factory: pytest.TempPathFactory,
    layout: Layout,
    made: list[Made],
    gaps: list[int],
    end: str,
    encoding: tuple[bytes, str],
    unended: bool,
) -> None:
    """In every layout, encoding and line end the file is the old one without the lines of what goes, byte for byte.

    What is left holds no duplicates, and is written back as it is.
    """
    between = [layout.between[gap % len(layout.between)] for gap in gaps]
    pieces = [layout.record(number, one) for number, one in enumerate(made)]
    if unended:
        pieces[-1] = pieces[-1].removesuffix("\n")
        between[len(made)] = ""

    def file(stay: Sequence[int]) -> bytes:
        text = layout.head + between[0]
        text += "".join((pieces[k] if k in stay else "") + between[k + 1] for k in range(len(made)))
        return encoding[0] + text.replace("\n", end).encode(encoding[1])

    folder = tmp_path_factory.mktemp("files")
    data = file(range(len(made)))
    stay = kept_of(made, lambda one: len(one.notes))
    once = deduplicated(data, folder, layout.name)
    assert once == file(stay)
    assert not found_in(Raw("x", once), layout=layout.name).matches
    assert deduplicated(once, folder, layout.name) == once


@given(made=records, turned=st.data())
def test_order_changes_only_which_of_equals_stays(made: list[Made], turned: st.DataObject) -> None:
    """Whatever order the records stand in, the same papers are found, and as full a record of each stays."""

    def outcome(order: Sequence[Made]) -> list[tuple[int, list[int]]]:
        data = "".join(_json(number, one) for number, one in enumerate(order)).encode()
        groups = found_in(Raw("x", data), layout="jsonl").groups
        return sorted(
            (TITLES.index(group[0].entry.title), [len(group), *(record.filled for record in staying(group))])
            for group in groups
        )

    assert outcome(made) == outcome(turned.draw(st.permutations(made)))


SETS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "dedup"


@pytest.mark.parametrize("name", ["dblp_acm", "sr_cytology_screening", "sr_stroke"])
def test_real_exports(tmp_path: Path, name: str) -> None:
    """A real export loses lines and nothing else; what is left of it holds no duplicates."""
    path = SETS / name / "records.csv"
    if not path.exists():
        pytest.skip("the labelled sets are not beside this checkout")
    data = path.read_bytes()
    once = deduplicated(data, tmp_path)
    lines = iter(data.splitlines(keepends=True))
    assert all(line in lines for line in once.splitlines(keepends=True))  # in order: each uses the iterator up to it
    assert len(once) < len(data)
    again = found_in(Raw("x", once))
    assert not again.matches
    assert not again.problems
