"""Large files of one paper a line, in parts."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from papertide.errors import InputError
from papertide.sources.base import Parts, Raw, Unread
from papertide.sources.files import Files
from papertide.sources.parts import LINES, InParts

SUFFIXES = frozenset({".jsonl"})
SIZE = 100
_END = re.compile(rb"\r\n|\r|\n")


def lines(count: int, end: str = "\n") -> bytes:
    """So many papers, one a line."""
    return "".join(json.dumps({"title": f"Paper {number}"}) + end for number in range(count)).encode()


def parted(path: Path, size: int = SIZE) -> list[Raw]:
    """The parts of a file; it has to have some."""
    (given,) = InParts(Files([str(path)], SUFFIXES), size)
    assert isinstance(given, Parts)
    assert given.name == str(path)
    assert [raw.data for raw in given.pages] == [raw.data for raw in given.pages]
    return list(given.pages)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n", "\n\r"])
def test_parts_are_of_whole_lines(tmp_path: Path, end: str) -> None:
    """Together the parts are the file; each ends with a line, begins with the line that it says, and is a JSON Lines page."""
    path = tmp_path / "papers-2024-03-04.jsonl"
    path.write_bytes(lines(40, end))
    parts = parted(path)
    assert b"".join(raw.data for raw in parts).strip() == path.read_bytes().strip()
    assert {(raw.name, raw.layout, str(raw.listed)) for raw in parts} == {(str(path), "jsonl", "2024-03-04")}
    assert all(SIZE <= len(raw.data) < 2 * SIZE for raw in parts[:-1])
    whole = _END.split(path.read_bytes())
    for raw in parts:
        own = _END.split(raw.data)[:-1]
        assert whole[raw.line - 1 :][: len(own)] == own


def test_a_part_has_a_limit_of_lines(tmp_path: Path) -> None:
    """Short lines make parts of so many lines, however few bytes that are; blank lines at the end make none."""
    path = tmp_path / "x.jsonl"
    path.write_bytes(lines(LINES + 1) + b"\n" * (3 * LINES))
    parts = parted(path, size=100_000)
    assert [raw.data.count(b"\n") for raw in parts] == [LINES, LINES]
    assert [raw.line for raw in parts] == [1, LINES + 1]


@pytest.mark.parametrize(
    "data",
    [
        lines(3),  # small
        b"[" + b",\n".join(lines(40).splitlines()) + b"]",  # a list
        json.dumps({"title": "x" * 200}, indent=1).encode() + b"\n{}",  # an object of several lines
        json.dumps({"papers": ["x" * 200]}).encode(),
        b"{not\n" * 40,
        b"text\n" * 40,
        b"",
    ],
    ids=["small", "list", "pretty", "one", "broken", "text", "empty"],
)
def test_other_files_are_one_page(tmp_path: Path, data: bytes) -> None:
    """Files that are small, or have no two objects on their first two lines, come as they did."""
    path = tmp_path / "x.jsonl"
    path.write_bytes(data)
    source = InParts(Files([str(path)], SUFFIXES), SIZE)
    assert list(source) == [Raw(str(path), data)]
    assert source.count() == 1


def test_a_mark_and_blanks_may_come_first(tmp_path: Path) -> None:
    """A byte order mark and blank lines before the first object don't hide it."""
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"\xef\xbb\xbf \n" + lines(40))
    assert len(parted(path)) > 3


def test_a_first_line_that_is_longer_than_what_is_looked_at(tmp_path: Path) -> None:
    """The two objects are seen however long the first is; one of them alone is one page."""
    path = tmp_path / "x.jsonl"
    long = json.dumps({"title": "x" * 1_200_000}).encode()
    path.write_bytes(long + b"\n" + lines(2))
    assert [raw.line for raw in parted(path, 1_000_000)] == [1, 2]
    path.write_bytes(long + b"\n")
    assert list(InParts(Files([str(path)], SUFFIXES), SIZE)) == [Raw(str(path), long + b"\n")]


def test_a_folder_and_what_fails(tmp_path: Path) -> None:
    """Folders are walked, names that mean no file are told of, and parts are counted before they are read, about."""
    (tmp_path / "a.jsonl").write_bytes(lines(40))
    (tmp_path / "b.jsonl").write_bytes(lines(1))
    given = [str(tmp_path), str(tmp_path / "none"), "bad\0name", str(tmp_path / "sub")]
    (tmp_path / "sub").mkdir()
    source = InParts(Files(given, SUFFIXES), SIZE)
    assert [type(found) for found in source] == [Parts, Raw, Unread, Unread, Unread]
    assert source.count() == -(-len(lines(40)) // SIZE) + 3


def test_a_line_without_an_end_is_refused(tmp_path: Path) -> None:
    """A line that is longer than any paper ends the walk with its reason, and so does a file that goes away."""
    path = tmp_path / "x.jsonl"
    path.write_bytes(lines(4) + b"{" + b"x" * 500)
    (given,) = InParts(Files([str(path)], SUFFIXES), 40, longest=300)
    assert isinstance(given, Parts)
    with pytest.raises(InputError, match="a line of 300 bytes or more"):
        list(given.pages)
    path.unlink()
    with pytest.raises(InputError, match="No such file"):
        list(given.pages)
