"""Tables: columns by any name, rows that don't fit, quotes that don't close."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertide.errors import InputError, LayoutError
from papertide.normal import clean
from papertide.parsers import parse
from papertide.parsers.rows import read_rows
from papertide.records.listing import Entry

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "csv"
DEDUP = Path(__file__).resolve().parents[3] / "shared" / "data" / "dedup"


def entry(header: str, row: str) -> Entry:
    """The one row of a table."""
    (read,) = parse(f"title,{header}\nT,{row}\n".encode(), "csv").entries
    return read


def test_the_columns_of_zotero_and_scopus() -> None:
    """The journal's title is not the paper's, full names go before short ones, and Scopus's ids are no names."""
    first, second = parse((FIXTURES / "zotero.csv").read_bytes()).entries
    assert (first.title, first.authors) == ("LoRA for Small Laptops", ("Ada Example", "Jan van der Berg"))
    assert (first.doi, first.published) == ("10.1000/example.1", date(2024, 3, 4))
    assert first.abstract == 'We put adapters of low rank on a "laptop".'
    assert (first.line, second.line, second.arxiv_id) == (2, 4, "2405.99001")
    first, second = parse((FIXTURES / "scopus.csv").read_bytes()).entries
    assert (first.title, first.authors) == ("LoRA for Small Laptops", ("Ada Example", "Jan Berg"))
    assert second.authors == ("A.B. One",)


def test_our_own_export_comes_back() -> None:
    """Every fact of a paper that a table holds is read, all the days of its listings among them."""
    whole, bare = parse((FIXTURES / "own-export.csv").read_bytes()).entries
    assert (whole.listed, whole.also_listed) == (date(2026, 5, 8), (date(2026, 5, 7),))
    assert (whole.published, whole.year_inferred) == (date(2024, 5, 10), True)
    assert (whole.source_ids, whole.arxiv_id, whole.doi) == (("hf:2405.99001",), "2405.99001", "10.1000/182")
    assert (whole.author_count, len(whole.authors), whole.organization) == (5, 5, "Example Lab")
    assert (whole.comments, whole.upvotes, whole.code_stars) == (1, 12, 3)
    assert (whole.code_url, whole.summary) == ("https://example.org/lora", "Small layers.")
    assert (bare.title, bare.abstract, bare.comments, bare.author_count) == (
        "=SUM(1+1) and other titles",
        None,
        0,
        None,
    )


@pytest.mark.parametrize(
    ("cell", "names", "count"),
    [
        ("One, Ada; Two, Ben", ("Ada One", "Ben Two"), 2),
        ("Ada One and Ben Two", ("Ada One", "Ben Two"), 2),
        ("One, Ada and Two, Ben & Three, Cy", ("Ada One", "Ben Two", "Cy Three"), 3),
        ("Ada One, Ben Two, and Cy Three", ("Ada One", "Ben Two", "Cy Three"), 3),
        ("Ada One, Ben Two", ("Ada One", "Ben Two"), 2),
        ("One, Ada", ("Ada One",), 1),
        ("van der Berg, Jan Piet", ("Jan Piet van der Berg",), 1),
        ("One, A., Two, B. C.", ("A. One", "B. C. Two"), 2),
        ("One, A. B.", ("A. B. One",), 1),
        ("Smith, John, Jr.", ("John Smith Jr.",), 1),
        ("Smith J, Doe AB, Roe C.", ("J Smith", "AB Doe", "C Roe"), 3),
        ("Van der Berg JH, Doe A-B", ("JH Van der Berg", "A-B Doe"), 2),
        ("Google AI", ("Google AI",), 1),
        ("Smith J, Ada Lovelace", ("Smith J", "Ada Lovelace"), 2),
        ("One, Ada, Two, Ben", (), None),
        ("One, Two, Three", (), None),
        ("Ada One, Parag, Ben Two", ("Ada One", "Parag", "Ben Two"), 3),
        ("Ada One et al.", ("Ada One",), None),
        ("Ada One, Ben Two, ...", ("Ada One", "Ben Two"), None),
        ("OpenAI", ("OpenAI",), 1),
        (";;", (), None),
        (",", (), None),
    ],
)
def test_names_in_one_cell(cell: str, names: tuple[str, ...], count: int | None) -> None:
    """Names are parted where that is clear; where it isn't, the authors are unknown."""
    read = entry("authors", f'"{cell}"')
    assert (read.authors, read.author_count) == (names, count)


@pytest.mark.parametrize(
    ("header", "row", "day"),
    [
        ("year,month,day", "2024,3,4", date(2024, 3, 4)),
        ("year,month,day", "2024,March,4", date(2024, 3, 4)),
        ("Publication Year,Publication Date", "2024,MAR 4", date(2024, 3, 4)),
        ("date", "2024-03-04 10:00:00", date(2024, 3, 4)),
        ("date", "4th March 2024", date(2024, 3, 4)),
        ("date", "4-Mar-2024", date(2024, 3, 4)),
        ("date,year", "2024,2024", None),
        ("year,month", "2024,3", None),
        ("date", "2024-13-01", None),
    ],
)
def test_dates(header: str, row: str, day: date | None) -> None:
    """A date stands in one column or in three; less than a whole one is unknown."""
    assert entry(header, row).published == day


@pytest.mark.parametrize(
    ("cell", "count"),
    [
        ("12", 12),
        ('"1' + ",000" * 2_000 + '"', None),
        ("12.0", 12),
        ('"1,024"', 1024),
        ("0", 0),
        ("-1", None),
        ("a remark", None),
        ("", None),
    ],
)
def test_counts(cell: str, count: int | None) -> None:
    """A count is read as spreadsheets write it; a column of remarks is no count of them."""
    assert entry("comments", cell).comments == count


def test_the_guard_of_spreadsheets_is_taken_off() -> None:
    """An apostrophe before what a spreadsheet would compute is no part of the text, one of two is."""
    read = parse(b"title,abstract\n'=1+1,'-x\n'Tis a title,''=x\n", "csv").entries
    assert [(e.title, e.abstract) for e in read] == [("=1+1", "-x"), ("'Tis a title", "'=x")]


def test_summary_is_the_abstract_where_nothing_else_is() -> None:
    """arXiv's own name for the abstract is understood, but not where both columns are there."""
    assert entry("summary,x", "The text.,").abstract == "The text."
    both = entry("summary,abstract", "Short.,Long.")
    assert (both.abstract, both.summary) == ("Long.", "Short.")


def test_rows_that_do_not_fit() -> None:
    """A row with too few or too many fields is told, and kept where its title is sure."""
    listing = parse((FIXTURES / "ragged.csv").read_bytes())
    assert [(e.title, e.author_count) for e in listing.entries] == [
        ("Too Few Fields", 1),
        ("The Title Is Sure, at Least", None),
        ("Only Empty Ones Too Many", 1),
    ]
    assert [p.line for p in listing.problems] == [2, 3, 4, 7, 8]


def test_quotes_that_do_not_close() -> None:
    """They end their row, in the line where they open; what follows is read where that line shows that it can be."""
    listing = parse((FIXTURES / "unclosed-quotes.csv").read_bytes())
    assert [e.title for e in listing.entries] == ["Before", "Open", "After the First", "Inner", "Swallowing"]
    assert [p.line for p in listing.problems] == [3, 5, 6, 7]
    assert "(2 lines) is not read" in listing.problems[-1].reason
    one = parse(b'title,abstract\nA,"b\n', "csv")
    assert one.problems[0].reason == "a quote opens in this line and is not closed"


def test_quotes_that_never_close_cost_nothing_twice() -> None:
    """Where every line opens a quote that the last one shows to be open, reading gives up and says so."""
    listing = parse(b'title,b\na,"b\n' + b'a,""b\n' * 50_000 + b'"x\n', "csv")
    assert "is not read" in listing.problems[-1].reason
    assert len(listing.problems) < 100


@pytest.mark.parametrize("text", ["title,x\n", "Titles of films,year\nA,2024\n", '"title', "\n\n"])
def test_the_header(text: str) -> None:
    """A table without rows is empty; one without a title column is an error that says what was looked for."""
    if text == "title,x\n":
        assert parse(text.encode(), "csv").entries == ()
        return
    with pytest.raises(InputError, match=r"looked for title, documenttitle|nothing but blanks"):
        parse(text.encode(), "csv")


def test_a_column_that_stands_twice_is_told() -> None:
    """The first that has a value is read, and a note says so."""
    listing = parse((FIXTURES / "duplicate-names.csv").read_bytes())
    assert [(e.title, e.abstract) for e in listing.entries] == [
        ("The Second Column", "first"),
        ("The First Column", "second"),
    ]
    assert len(listing.notes) == 2


def test_one_column_is_enough_when_asked_for() -> None:
    """A list of titles under `title` is read, but not guessed."""
    assert [e.title for e in parse(b"title\nA\nB\n", "csv").entries] == ["A", "B"]
    with pytest.raises(LayoutError):
        parse(b"title\nA\nB\n")


# --- laws -------------------------------------------------------------------------------------------------------------

CELLS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(",;\t|\"\n' "), max_size=30)


@given(
    st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=6), st.sampled_from(",;\t|"), st.booleans()
)
def test_rows_are_those_of_the_standard_writer(table: list[list[str]], delimiter: str, everything: bool) -> None:
    """What the standard library writes is read cell by cell, with the line on which each row begins."""
    table = [[cell.replace("\r", "") for cell in row] for row in table]
    file = io.StringIO()
    csv.writer(
        file, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL if everything else csv.QUOTE_MINIMAL
    ).writerows(table)
    read = list(read_rows(file.getvalue(), delimiter))
    assert [list(row.cells) for row in read] == [row for row in table if any(cell.strip() for cell in row)]
    assert all(row.fault is None and row.ended for row in read)
    assert "\n".join(row.raw for row in read) + "\n" == file.getvalue() or len(read) < len(table)


TEXTS = CELLS.map(clean).filter(lambda t: t != "" and clean(t) == t and not t.startswith("'"))
PAPERS = st.tuples(TEXTS, TEXTS, st.dates(min_value=date(1900, 1, 1), max_value=date(2150, 1, 1)))


@given(
    st.lists(PAPERS, max_size=5),
    st.sampled_from(",;\t|"),
    st.permutations([0, 1, 2]),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_what_is_printed_is_read(
    papers: list[tuple[str, str, date]], delimiter: str, order: list[int], end: str
) -> None:
    """Papers written as a table are read as they were: any delimiter, any order of columns, any line ends."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, lineterminator=end)
    for row in [("Title", "Abstract Note", "DATE"), *((title, text, day.isoformat()) for title, text, day in papers)]:
        writer.writerow([row[place] for place in order])
    listing = parse(file.getvalue().encode())
    assert (listing.layout, listing.problems) == ("csv", ())
    assert [(e.title, e.abstract, e.published) for e in listing.entries] == papers


@given(st.text(st.sampled_from('ab,;\n" '), max_size=100))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Any table is a listing; every row is an entry, a problem, or blank."""
    listing = parse(f"title,b\n{text}".encode(), "csv")
    assert all(e.title for e in listing.entries)


@pytest.mark.skipif(not DEDUP.is_dir(), reason="the labelled sets are not here (../shared/data/dedup)")
@pytest.mark.parametrize("name", ["dblp_acm", "openreview_dblp", "sr_cytology_screening", "sr_stroke"])
def test_the_labelled_sets_are_read_whole(name: str) -> None:
    """Each row of a real table is a paper, with its title, and with authors where it has some."""
    data = (DEDUP / name / "records.csv").read_bytes()
    rows = list(csv.DictReader(io.StringIO(data.decode())))
    listing = parse(data)
    titled = [clean(row["title"]) for row in rows if clean(row["title"])]
    assert [e.title for e in listing.entries] == titled
    assert len(listing.entries) + len(listing.problems) == len(rows)
    assert sum(bool(e.authors) for e in listing.entries) > 0.9 * sum(bool(row["authors"]) for row in rows)


def test_a_value_out_of_bounds_is_told_plainly() -> None:
    """What is wrong with a row is said by column, without the address of a library's manual."""
    listing = parse(b"Title,Author count\nFoo,9999999999\nBar,3\n")
    assert [e.title for e in listing.entries] == ["Bar"]
    (problem,) = listing.problems
    assert problem.reason.startswith("author_count: ")
    assert "pydantic" not in problem.reason


def test_others_without_end_are_others() -> None:
    """However often a cell says that there are more authors, it is one remark."""
    for others in (" et al", ", et al.", " and others", "; ...", " \u2026"):
        read = entry("authors", f'"Ada One{others * 3_000}"')
        assert (read.authors, read.author_count) == (("Ada One",), None)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Titre;Auteurs;Ann\u00e9e\n\u00c9tude;Dupont, Jean;2024\n", "Titre, Auteurs, Ann\u00e9e"),
        (
            "\u6807\u9898,\u4f5c\u8005,\u5e74\u4efd\n\u5927\u6a21\u578b,\u5f20\u4e09,2024\n",
            "\u6807\u9898, \u4f5c\u8005, \u5e74\u4efd",
        ),
    ],
)
def test_columns_in_another_language_are_named(text: str, seen: str) -> None:
    """A table that nothing can be read from says which columns it has, also where its layout wasn't given."""
    for layout in ("csv", "auto"):
        with pytest.raises(LayoutError, match=f"it holds {seen}"):
            parse(text.encode(), layout)
