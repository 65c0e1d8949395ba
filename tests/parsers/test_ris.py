"""RIS: what is read, and what is damaged and still read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertide.errors import LayoutError
from papertide.normal import clean
from papertide.parsers import parse
from papertide.records.listing import Entry

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "ris"


def entry(*fields: str) -> Entry:
    """The one record with these lines."""
    (read,) = parse("\n".join(["TY  - JOUR", "TI  - T", *fields, "ER  - \n"]).encode()).entries
    return read


def test_what_stands_in_a_record() -> None:
    """Names are turned round, continuation lines joined, the DOI is bare, and the raw text is whole."""
    first, second, third, fourth = parse((FIXTURES / "reference-managers.ris").read_bytes()).entries
    assert first.authors == ("Ada Example", "Jan van der Berg", "John Smith Jr.")
    assert first.abstract == "We put adapters of low rank on a laptop. It took an evening. There was tea."
    assert (first.doi, first.url) == ("10.1000/example.1", "https://example.org/low-rank")
    assert first.raw.startswith("TY  - JOUR\nTI  - LoRA")
    assert first.raw.endswith("\nER  - ")
    assert (second.authors, second.arxiv_id, second.published) == (("Xi Li",), "2405.99001", None)
    assert (third.published, third.authors) == (date(2024, 3, 4), ("A. One", "B. Two"))
    assert (fourth.arxiv_id, fourth.line) == ("2405.99002", 35)


@pytest.mark.parametrize(
    ("fields", "day"),
    [
        (["DA  - 2024/03/04/"], date(2024, 3, 4)),
        (["PY  - 2024/03/04/Spring"], date(2024, 3, 4)),
        (["Y1  - 2024-03-04"], date(2024, 3, 4)),
        (["PY  - 2024", "DA  - Mar 4, 2024"], date(2024, 3, 4)),
        (["PY  - 2024", "DA  - MAR 4"], date(2024, 3, 4)),
        (["PY  - 2024///", "DA  - 4 March"], date(2024, 3, 4)),
        (["DA  - 2024 Mar 4"], date(2024, 3, 4)),
        (["DA  - 20240304"], date(2024, 3, 4)),
        (["DA  - 4.3.2024"], date(2024, 3, 4)),
        (["DA  - 03/14/2024"], date(2024, 3, 14)),
        (["DA  - 4/4/2024"], date(2024, 4, 4)),
        (["DA  - 03/04/2024"], None),
        (["DA  - 13/14/2024"], None),
        (["PY  - 2024//"], None),
        (["PY  - 2024", "DA  - MAR-APR"], None),
        (["PY  - 2024", "DA  - March"], None),
        (["PY  - 2024/02/30/"], None),
        (["Y2  - 2024/03/04/"], None),
        (["DA  - " + "2024-03-04 " * 50], None),
    ],
)
def test_only_a_whole_date_is_one(fields: list[str], day: date | None) -> None:
    """A year, a month or a day that could be two is unknown; the day that somebody looked is none of the paper's."""
    assert entry(*fields).published == day


def test_ids_and_addresses() -> None:
    """A DOI may stand in an address, an arXiv id wherever arXiv is named, but for the texts."""
    assert entry("UR  - https://doi.org/10.1000/x").doi == "10.1000/x"
    assert entry("AN  - arXiv:2405.99001").arxiv_id == "2405.99001"
    assert entry("AB  - As arXiv:2405.99001 says").arxiv_id is None
    assert entry("UR  - x", "L1  - see https://example.org/a, and https://example.org/b").url == "https://example.org/a"


def test_several_authors_in_one_field() -> None:
    """Names between semicolons are several; nobody is an author with nothing."""
    read = entry("A1  - One, Ada; Two, Ben", "A1  - ,", "AU  - ")
    assert (read.authors, read.author_count) == (("Ada One", "Ben Two"), 2)
    assert entry("AU  - One, Ada", "AU  - et al.").author_count is None


def test_records_without_an_end() -> None:
    """A record that another follows, or the end of the file, is kept and told; a stray field is told once."""
    listing = parse((FIXTURES / "missing-er.ris").read_bytes())
    assert [e.title for e in listing.entries] == [
        "The First, Without an End",
        "The Second, With One",
        "The Last, Without an End",
    ]
    assert [p.line for p in listing.problems] == [1, 6, 9, 12]


def test_a_line_that_breaks_off_is_not_used() -> None:
    """Nobody knows how the last line of a cut file would go on."""
    (read,) = parse((FIXTURES / "cut-off.ris").read_bytes()).entries
    assert (read.title, read.abstract) == ("A Whole Title", None)


@pytest.mark.parametrize("text", ["no records", "TI  - T\nER  - \n", "TY  - JOUR\nER  - \n"])
def test_what_is_no_ris_is_an_error(text: str) -> None:
    """A text without a record that has a title is an error that says what was seen."""
    with pytest.raises(LayoutError, match="no RIS record with a title"):
        parse(text.encode(), "ris")


TEXTS = (
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1).map(clean).filter(lambda t: t != "" and clean(t) == t)
)
WORDS = st.from_regex(r"[A-Z][a-zéü]{2,8}", fullmatch=True)
PAPERS = st.tuples(
    TEXTS,
    st.none() | TEXTS,
    st.lists(st.tuples(WORDS, WORDS), max_size=3),
    st.none() | st.dates(min_value=date(1900, 1, 1), max_value=date(2150, 1, 1)),
)
Paper = tuple[str, str | None, list[tuple[str, str]], date | None]


@given(st.lists(PAPERS, min_size=1, max_size=4), st.booleans(), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_what_is_printed_is_read(papers: list[Paper], backwards: bool, end: str, wrapped: bool) -> None:
    """Records written out are read as they were: any order of fields, any line ends, texts over several lines."""
    lines: list[str] = []
    for title, abstract, authors, day in papers:
        text = (abstract or "").replace(" ", end + "      ") if wrapped else abstract
        fields = [
            f"TI  - {title}",
            *([f"AB  - {text}"] if abstract else []),
            *([f"DA  - {day:%Y/%m/%d}/"] if day else []),
        ]
        fields += [f"KW  - {title}", f"PY  - {day.year}///" if day else "PY  - 2024//"]
        names = [f"AU  - {last}, {first}" for first, last in authors]
        lines += ["TY  - JOUR", *names, *(reversed(fields) if backwards else fields), "ER  - ", ""]
    listing = parse(end.join(lines).encode(), "ris")
    assert not listing.problems
    assert [(e.title, e.abstract, e.authors, e.published) for e in listing.entries] == [
        (title, abstract, tuple(f"{first} {last}" for first, last in authors), day)
        for title, abstract, authors, day in papers
    ]


@given(st.text(st.sampled_from("TYERIAU12 -\nx;,"), max_size=150))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Any text is a listing or a LayoutError."""
    try:
        listing = parse(f"TY  - JOUR\n{text}".encode(), "ris")
    except LayoutError:
        return
    assert all(e.title for e in listing.entries)


@pytest.mark.parametrize("tag", ["N1", "M1", "C1", "T3"])
@pytest.mark.parametrize(
    ("text", "arxiv"),
    [("arXiv:2405.99001 [cs]", "2405.99001"), ("Comment on arXiv:2405.99001", None), ("arXiv 1 2405.99001", None)],
)
def test_a_remark_gives_the_arxiv_id_that_it_is(tag: str, text: str, arxiv: str | None) -> None:
    """Where a text may speak of other papers, only an id that is all of it is this paper's."""
    assert entry(f"{tag}  - {text}").arxiv_id == arxiv


@pytest.mark.parametrize(
    "field", ["UR  - see https://arxiv.org/abs/2405.99001", "JO  - arXiv preprint arXiv:2405.99001"]
)
def test_addresses_and_journals_name_arxiv(field: str) -> None:
    """These fields are about the paper itself, whatever else they hold."""
    assert entry(field).arxiv_id == "2405.99001"
