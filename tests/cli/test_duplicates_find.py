"""`papertide duplicates find`: what it prints, what it writes, and how it ends."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.cli.harness import Program

LORA = "Low-rank adapters for small models on one laptop"
ROBOT = "Robots that fold laundry by watching people do it"
TABLE = f"id,title,year\na,{LORA},\nb,{ROBOT},2024\nc,{LORA.upper()},2023\n"
CLEAN = f"id,title,year\nb,{ROBOT},2024\nc,{LORA.upper()},2023\n"


@pytest.fixture
def refs() -> Path:
    """A table of three records, two of them one paper, in the working directory."""
    Path("refs.csv").write_text(TABLE, "utf-8")
    return Path("refs.csv")


@pytest.fixture(autouse=True)
def _in_an_empty_folder(empty: Program) -> None:
    """There is no library, and the working directory is empty."""


def test_pairs_for_people(empty: Program, refs: Path) -> None:
    """A paper's records stand below each other, with their names, titles and a sentence; the last line counts."""
    ran = empty.done("duplicates", "find", refs)
    assert ran.err == ""
    first, second, reason, blank, count = ran.out.splitlines()
    assert (first, second) == (f"a: {LORA}", f"  c (stays): {LORA.upper()}")
    assert re.match(r"    the same title\b", reason)
    assert (blank, count) == ("", "1 duplicate of 1 paper among 3 records")
    assert not empty.library.exists()


def test_pairs_as_json(empty: Program, refs: Path) -> None:
    """With --json each pair is an object with exactly the keys of a Match, and nothing else is on stdout."""
    pair = empty.done("duplicates", "find", refs, "--json").one
    assert list(pair) == ["a", "b", "score", "reason"]
    assert (pair["a"], pair["b"], pair["score"]) == ("a", "c", 100.0)
    Path("one.csv").write_text(CLEAN, "utf-8")
    ran = empty.done("duplicates", "find", "one.csv", "--json")
    assert (ran.out, ran.err) == ("", "")


def test_none_is_no_failure(empty: Program) -> None:
    """A file without duplicates is exit 0 and says so; -o then writes it as it is."""
    Path("one.csv").write_bytes(CLEAN.replace("\n", "\r\n").encode("utf-16"))
    ran = empty.done("duplicates", "find", "one.csv", "-o", "two.csv")
    assert ran.out == "no duplicates among 2 records\n"
    assert ran.err.splitlines() == ["one.csv: read as UTF-16", "2 records written to two.csv; left out: nothing"]
    assert Path("two.csv").read_bytes() == Path("one.csv").read_bytes()


def test_the_file_without_its_duplicates(empty: Program, refs: Path) -> None:
    """-o writes what stays and says so on stderr, also with --json."""
    ran = empty.done("duplicates", "find", refs, "-o", "clean.csv", "--json")
    assert ran.err == "2 records written to clean.csv; left out: 1 duplicate\n"
    assert len(ran.rows) == 1
    assert Path("clean.csv").read_text("utf-8") == CLEAN
    assert refs.read_text("utf-8") == TABLE


def test_standard_input(empty: Program) -> None:
    """- is standard input, and its layout may be given."""
    ran = empty.done("duplicates", "find", "-", "--layout", "csv", "-o", "clean.csv", stdin=TABLE.encode())
    assert ran.out.endswith("1 duplicate of 1 paper among 3 records\n")
    assert Path("clean.csv").read_text("utf-8") == CLEAN


def test_an_input_is_not_replaced_unasked(empty: Program, refs: Path) -> None:
    """-o with the input's own name, or a link to it, is wrong usage, unless --overwrite is given."""
    Path("link.csv").symlink_to(refs)
    for output in ("refs.csv", "link.csv"):
        ran = empty("duplicates", "find", refs, "-o", output)
        assert (ran.code, ran.out) == (2, "")
        assert f"{output} is an input; --overwrite" in ran.err
        assert refs.read_text("utf-8") == TABLE
    empty.done("duplicates", "find", refs, "-o", refs, "--overwrite")
    assert refs.read_text("utf-8") == CLEAN


def test_several_files(empty: Program, refs: Path) -> None:
    """Duplicates across files carry the file's name, and -o is a folder, made where it isn't there."""
    Path("more.bib").write_text(f"@misc{{k,\n title = {{{ROBOT}}}\n}}\n% end\n", "utf-8")
    pairs = empty.done("duplicates", "find", refs, "more.bib", "-o", "out", "--json").rows
    assert [(pair["a"], pair["b"]) for pair in pairs] == [("refs.csv:a", "refs.csv:c"), ("refs.csv:b", "more.bib:k")]
    assert Path("out/refs.csv").read_text("utf-8") == CLEAN
    assert Path("out/more.bib").read_text("utf-8") == "% end\n"
    empty.done("duplicates", "find", refs, "-o", "out")
    assert Path("out/refs.csv").read_text("utf-8") == CLEAN
    ran = empty("duplicates", "find", refs, "more.bib", "-o", "refs.csv")
    assert ran.code == 1
    assert refs.read_text("utf-8") == TABLE


def test_damaged_records(empty: Program) -> None:
    """What can't be read is named with its line, stays in the file, and the end is exit 3."""
    Path("refs.csv").write_text(TABLE + "d\n", "utf-8")
    ran = empty("duplicates", "find", "refs.csv", "-o", "clean.csv")
    assert ran.code == 3
    assert "refs.csv, line 5: 1 field, where the header has 3: 'd'\n" in ran.err
    assert Path("clean.csv").read_text("utf-8") == CLEAN + "d\n"


def test_what_cannot_be_read(empty: Program, refs: Path) -> None:
    """A file that can't be read is exit 1, and writes nothing; beside one that can it is exit 3."""
    Path("prose.txt").write_text("It was a dark night, and nothing in it was a paper.\n", "utf-8")
    for name in ("missing.csv", "prose.txt"):
        ran = empty("duplicates", "find", name, "-o", "clean.csv", "--json")
        assert (ran.code, ran.out) == (1, "")
        assert name in ran.err
        assert not Path("clean.csv").exists()
        ran = empty("duplicates", "find", refs, name)
        assert ran.code == 3
        assert ran.out.endswith("1 duplicate of 1 paper among 3 records\n")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([], "nothing to look at"),
        (["refs.csv", "--layout", "xls"], "no layout 'xls'"),
        (["refs.csv", "--profile", "wild"], "'wild'"),
        (["refs.csv", "--threshold", "101"], "not from 0 to 100"),
        (["refs.csv", "--threshold", "nan"], "not from 0 to 100"),
        (["refs.csv", "--overwrite"], "--overwrite is about -o"),
        (["refs.csv", "-", "-o", "out"], "standard input has no name"),
        (["refs.csv", "refs.csv"], "refs.csv is given twice"),
    ],
)
def test_wrong_usage(empty: Program, refs: Path, given: list[str], told: str) -> None:
    """What makes no sense is exit 2, says why, and does nothing."""
    ran = empty("duplicates", "find", *given, stdin=b"")
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert list(Path().iterdir()) == [refs]


def test_profile_and_threshold_go_along(empty: Program) -> None:
    """A strict profile, or a high threshold, finds fewer pairs than the usual one, and a low one more."""
    Path("x.csv").write_text(f"title\n{LORA}\n{LORA.replace('adapters', 'adaptors')}\n", "utf-8")

    def count(*given: str) -> int:
        return len(empty.done("duplicates", "find", "x.csv", "--json", "--layout", "csv", *given).rows)

    assert (count(), count("--profile", "strict"), count("--threshold", "99.5")) == (1, 0, 0)
    assert count("--profile", "strict", "--threshold", "90") >= count("--profile", "strict")


@pytest.mark.parametrize("where", ["missing/x.csv", "x" * 300])
def test_where_nothing_can_be_written(empty: Program, refs: Path, where: str) -> None:
    """An output that can't be written is exit 1, named, and leaves nothing behind."""
    ran = empty("duplicates", "find", refs, "-o", where)
    assert (ran.code, ran.out) == (1, "")
    assert where in ran.err
    assert list(Path().iterdir()) == [refs]


def test_the_name_of_an_input_that_cannot_be(empty: Program) -> None:
    """An input whose name is too long is an input that can't be read."""
    ran = empty("duplicates", "find", "x" * 300, "-o", "clean.csv")
    assert (ran.code, ran.out) == (1, "")
    assert "x" * 300 in ran.err


def test_a_bar_on_a_terminal(empty: Program, refs: Path) -> None:
    """On a terminal a bar shows what is going on, and leaves the pairs and the count behind."""
    code, shown = empty.on_terminal("duplicates", "find", refs, "-o", "clean.csv", columns=100)
    assert code == 0
    assert "comparing" in shown
    assert "100/100" in shown
    assert "1 duplicate of 1 paper among 3 records" in shown
    assert "2 records written to clean.csv; left out: 1 duplicate" in shown
    assert Path("clean.csv").read_text("utf-8") == CLEAN


def test_one_file_under_two_names_is_one(empty: Program, refs: Path) -> None:
    """A file that is given twice, by a link or another spelling of its name, is refused rather than emptied."""
    Path("link.csv").symlink_to(refs)
    ran = empty("duplicates", "find", refs, "link.csv", "-o", "out")
    assert ran.code == 2
    assert "link.csv is given twice, as refs.csv" in ran.err
    assert empty("duplicates", "find", refs, "./refs.csv").code == 2


def test_standard_output_is_no_file_to_write(empty: Program, refs: Path) -> None:
    """`-o -` makes no file called `-`."""
    ran = empty("duplicates", "find", refs, "-o", "-")
    assert (ran.code, Path("-").exists()) == (2, False)


def test_what_was_written_in_part_is_no_failure(empty: Program) -> None:
    """Where no record could be read and the file was written all the same, the exit code is 3."""
    Path("bad.csv").write_text('id,title,year\n1,"Unclosed machines in code,2000\n2,Other stuff,2001\n', "utf-8")
    ran = empty("duplicates", "find", "bad.csv", "-o", "out.csv")
    assert (ran.code, Path("out.csv").exists()) == (3, True)


def test_what_others_name_stays(empty: Program) -> None:
    """A BibTeX entry that another takes fields from stays, and then no second one of its paper does."""
    named = f"@inproceedings{{a, title={{{LORA}}}, year={{2020}}}}\n"
    fuller = f"@inproceedings{{b, title={{{LORA}}}, year={{2020}}, author={{Ada Lovelace}}, pages={{1}}}}\n"
    part = f"@inproceedings{{c, crossref = {{A}}, title={{{ROBOT}}}}}\n"
    Path("refs.bib").write_text(named + fuller + part, "utf-8")
    empty.done("duplicates", "find", "refs.bib", "-o", "out.bib")
    assert Path("out.bib").read_text("utf-8") == named + part


def test_what_tells_most_stays(empty: Program) -> None:
    """The record with an id and authors stays before one with more columns filled, so that it still parts from others."""
    head = "id,title,authors,doi,pages,publisher,volume\n"
    bare, told = f"a,{LORA},,,1,Us,2\n", f"b,{LORA},Ada Lovelace,10.1000/a,,,\n"
    Path("refs.csv").write_text(head + bare + told, "utf-8")
    empty.done("duplicates", "find", "refs.csv", "-o", "out.csv")
    assert Path("out.csv").read_text("utf-8") == head + told
