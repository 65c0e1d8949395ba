"""Where records stand in their file: each layout's slices, what is left without some, and the bytes of that."""

from __future__ import annotations

import codecs
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertide.errors import InputError
from papertide.parsers import parse
from papertide.parsers.decode import decode
from papertide.parsers.encode import cut_off, stretches
from papertide.parsers.slices import LAYOUTS, Slice, kept, slices

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


def cut(text: str, layout: str, *dropped: int) -> str:
    """The text without some of its records, by their index."""
    found = slices(text, parse(text.encode(), layout))
    return "".join(text[begin:end] for begin, end in kept(len(text), found, dropped))


def told(text: str, layout: str) -> list[tuple[str | int | None, int]]:
    """The own ids of a text's records, and how many fields each has filled."""
    return [(found.own_id, found.filled) for found in slices(text, parse(text.encode(), layout))]


# --- csv --------------------------------------------------------------------------------------------------------------

TABLE = 'sep=;\r\nKey;Title;Note\r\na;One paper;\r\n\r\nb;"Two; ""papers""";"two\r\nlines"\r\n;Three papers;x'


def test_a_row_is_its_lines() -> None:
    """A row goes with all its lines and their ends; hint, header and blank lines stay, and so does what ends the file."""
    assert cut(TABLE, "csv", 1) == TABLE.replace('b;"Two; ""papers""";"two\r\nlines"\r\n', "")
    assert cut(TABLE, "csv", 2) == TABLE.removesuffix(";Three papers;x")
    assert cut(TABLE, "csv", 0, 1, 2) == "sep=;\r\nKey;Title;Note\r\n\r\n"


def test_the_id_of_a_row() -> None:
    """It is in a column named so, whatever parts the columns; of two such columns the better known one, if it is filled."""
    assert told(TABLE, "csv") == [("a", 2), ("b", 3), (None, 2)]
    assert told("EID\ttitle\tID\n7\tOne paper\t\n8\tTwo papers\tb\n", "csv") == [("7", 2), ("b", 3)]
    assert told("title,year\n'=1+1 papers,2024\n", "csv") == [(None, 2)]
    assert told("title|id\nOne paper\n", "csv") == [(None, 1)]


# --- ris --------------------------------------------------------------------------------------------------------------

RECORDS = "written by hand\nTY  - JOUR\nTI  - One paper\nAU  - A\nAU  - B\nID  - one\nER  - \n\nTY  - JOUR\nTI  - Two\nAB  - \n"


def test_a_ris_record_is_its_lines() -> None:
    """A record goes from TY to the end of ER, or to the next one; what stands between records stays."""
    assert cut(RECORDS, "ris", 0) == "written by hand\n\nTY  - JOUR\nTI  - Two\nAB  - \n"
    assert cut(RECORDS, "ris", 1) == RECORDS[: RECORDS.index("TY  - JOUR\nTI  - Two")]
    assert told(RECORDS, "ris") == [("one", 3), (None, 1)]


# --- bibtex -----------------------------------------------------------------------------------------------------------

ONE = "  @article{one,\n  title = {One paper},\n  note = {}\n}  \n"
BIBLIOGRAPHY = (
    f"@string{{x = {{X}}}}\n% a remark\n{ONE}"
    "@misc{two, title = {Two}} @misc{three, title = x # { three}}\n"
    "@comment{@misc{two, title = {Two}}}\n@misc{two, title = {Two}}"
)


def test_a_bibtex_entry_is_its_braces() -> None:
    """An entry that has its lines to itself goes with them, another alone; macros, remarks and comments stay."""
    assert cut(BIBLIOGRAPHY, "bibtex", 0) == BIBLIOGRAPHY.replace(ONE, "")
    assert cut(BIBLIOGRAPHY, "bibtex", 1) == BIBLIOGRAPHY.replace("\n@misc{two, title = {Two}} @", "\n @")
    assert cut(BIBLIOGRAPHY, "bibtex", 2) == BIBLIOGRAPHY.replace("@misc{three, title = x # { three}}", "")
    assert cut(BIBLIOGRAPHY, "bibtex", 3) == BIBLIOGRAPHY[: BIBLIOGRAPHY.rindex("@misc")]
    assert told(BIBLIOGRAPHY, "bibtex") == [("one", 1), ("two", 1), ("three", 1), ("two", 1)]


def test_bibtex_line_ends_of_all_kinds() -> None:
    """Line ends may be mixed, and a second mark may stand at the beginning: what stays is as it was."""
    text = "\ufeff@misc{one,\rtitle={One paper}}\r\n@misc{two,\r\n title={Two}}\r\r\n@misc{three,\ntitle={Three}}\n"
    assert cut(text, "bibtex", 1) == text.replace("@misc{two,\r\n title={Two}}\r", "")
    assert cut(text, "bibtex", 0, 2) == "\ufeff@misc{two,\r\n title={Two}}\r\r\n"


# --- jsonl ------------------------------------------------------------------------------------------------------------


def test_a_json_line_is_its_line() -> None:
    """A line goes with its end; a line that is no paper stays."""
    text = '{"id": 7, "title": "One"}\r\n\n{"no": "title"}\n {"id": true, "title": "Two", "note": ""}'
    assert cut(text, "jsonl", 0) == text[27:]
    assert cut(text, "jsonl", 1) == text[: text.index(" {")]
    assert told(text, "jsonl") == [(7, 2), (None, 2)]
    assert told('{"id": " ", "title": "One"}\n{"id": "x ", "title": "Two", "authors": []}', "jsonl") == [
        (None, 2),
        ("x", 2),
    ]


@given(st.sets(st.integers(0, 4)), st.sampled_from(["", " ", "\n", "\r\n  "]), st.booleans())
def test_a_json_list_stays_one(dropped: set[int], gap: str, first_is_none: bool) -> None:
    """Whatever goes from a list, what stays is JSON: the same items in the same order, one that is no paper among them."""
    items: list[object] = [{"title": f"Paper {n}"} for n in range(5)]
    items.insert(0 if first_is_none else 3, [{"title": "Paper 0"}])
    text = f"[{gap}" + f"{gap},{gap}".join(map(json.dumps, items)) + f"{gap}]{gap}"
    gone = [{"title": f"Paper {n}"} for n in dropped]
    assert json.loads(cut(text, "jsonl", *dropped)) == [item for item in items if item not in gone]


def test_objects_over_several_lines() -> None:
    """Objects over several lines go with what parts them from the one before, the first with what stands behind it."""
    one, two, three = (json.dumps({"title": title}, indent=1) for title in ("One", "Two", "Three"))
    text = f"{one} {two}\n{three}\n"
    assert cut(text, "jsonl", 0) == f"{two}\n{three}\n"
    assert cut(text, "jsonl", 1) == f"{one}\n{three}\n"
    assert cut(text, "jsonl", 1, 2) == f"{one}\n"
    assert cut(text, "jsonl", 0, 1) == f"{three}\n"
    assert cut("\ufeff" + text, "jsonl", 0, 1, 2) == "\ufeff\n"
    assert cut(f"{one}\n\n{two}\n{three}", "jsonl", 1) == f"{one}\n\n{three}"


# --- all of them ------------------------------------------------------------------------------------------------------


CASES = [
    path
    for layout in LAYOUTS
    for path in sorted((FIXTURES / layout).iterdir())
    if not path.name.endswith(".expected.json")
]


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_slices_are_the_raw_text(path: Path) -> None:
    """In every fixture each slice holds the raw text of its entry, and all without the slices and all of them is all."""
    data = path.read_bytes()
    try:
        listing = parse(data, path.parent.name)
        text, _ = decode(data)
    except InputError:
        pytest.skip("a page that must fail")
    found = slices(text, listing)
    for one, entry in zip(found, listing.entries, strict=True):
        flat = text[one.begin : one.end].replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
        assert flat.strip() == entry.raw.replace("\r\n", "\n").strip()
    assert [one.begin for one in found] == sorted(one.begin for one in found)
    assert b"".join(stretches(data, text, kept(len(text), found, ()))) == data


def test_nothing_has_no_slices() -> None:
    """A table with no rows has none."""
    assert slices("title,year\n", parse(b"title,year\n", "csv")) == []


# --- bytes ------------------------------------------------------------------------------------------------------------

ENCODINGS = [
    (b"", "utf-8"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (b"", "utf-16-le"),
    (b"", "utf-16-be"),
    (b"", "cp1252"),
]


@pytest.mark.parametrize(("mark", "encoding"), ENCODINGS)
def test_text_is_written_as_it_was(mark: bytes, encoding: str) -> None:
    """In every encoding that is read, what stays is the very bytes, behind the file's own mark."""
    head, gone, tail = "some plain words, é ", "and the ones to go", " and the rest of them"
    data = mark + (head + gone + tail).encode(encoding)
    text, _ = decode(data)
    assert text == head + gone + tail
    found = [Slice(len(head), len(head + gone), len(head), len(head + gone), None, 0)]
    assert b"".join(stretches(data, text, kept(len(text), found, [0]))) == mark + (head + tail).encode(encoding)
    assert not cut_off(data, text)


def test_bytes_that_are_no_character() -> None:
    """A byte that is none of the code page, and the beginning of a last character, stay as they are."""
    for data in (b"a \xe9 \x81 word", "a word é".encode()[:-1], codecs.BOM_UTF16_LE + "word".encode("utf-16-le")[:-1]):
        text, _ = decode(data)
        assert b"".join(stretches(data, text, [(0, 2), (2, len(text))])) == data
    assert cut_off("a word é".encode()[:-1], "a word ")


@given(st.binary(min_size=1, max_size=60))
def test_all_of_a_text_is_its_data(data: bytes) -> None:
    """Whatever bytes are read as text, all of the text gives all of the bytes."""
    try:
        text, _ = decode(data)
    except InputError:
        return
    middle = len(text) // 2
    assert b"".join(stretches(data, text, [(0, middle), (middle, len(text))])) == data
