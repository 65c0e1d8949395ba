"""The small facts of a card, line by line, and the years that pages leave out."""

from __future__ import annotations

from datetime import date

import pytest

from papertide.parsers import fields, parse
from papertide.parsers.fields import CardDate, PageYear


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("• 4 authors", 4),
        ("1 authors", 1),
        ("* 3 authors", 3),
        ("- 10 authors", 10),
        ("· 671 authors", 671),
        ("1,024 authors", 1024),
        ("1 author", 1),
        ("0 authors", None),
        ("4 authors and more", None),
        ("four authors", None),
    ],
)
def test_author_lines(line: str, count: int | None) -> None:
    """An author line is a number and a word behind any bullet; nobody has no authors."""
    assert fields.author_count(line) == count


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("May 7", CardDate(5, 7, None, None)),
        ("Mar 24, 2024", CardDate(3, 24, 2024, None)),
        ("Oct 2, 2024 5", CardDate(10, 2, 2024, 5)),
        ("May 29[6](https://huggingface.co/papers/2605.00001#community)", CardDate(5, 29, None, 6)),
        ("· Sep 1, 2025[ 1](x)", CardDate(9, 1, 2025, 1)),
        ("September 1, 2025", CardDate(9, 1, 2025, None)),
        ("Feb 29", CardDate(2, 29, None, None)),
        ("Feb 29, 2023", None),
        ("Feb 30", None),
        ("Mayhem 7", CardDate(5, 7, None, None)),
        ("May 7 is a date", None),
        ("Mar 24, 20", None),
    ],
)
def test_dates(line: str, read: CardDate | None) -> None:
    """A date is a month and a day, perhaps a year, perhaps a comment count glued to it; the day must exist."""
    assert fields.card_date(line) == read


@pytest.mark.parametrize(
    ("line", "count"), [("101", 101), ("-", 0), ("5.24k", 5240), ("1,024", 1024), ("x", None), ("1.2.3", None)]
)
def test_counts(line: str, count: int | None) -> None:
    """A count is a number, a number of thousands, or a dash for none."""
    assert fields.count(line) == count


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("UCAS ucas", "ucas"),
        ("PrincetonUniversity Princeton University", "Princeton University"),
        ("nvidia NVIDIA", "NVIDIA"),
        ("Qwen Qwen", "Qwen"),
        ("ByteDance-Seed ByteDance Seed", "ByteDance Seed"),
        ("deepseek-ai DeepSeek", "DeepSeek"),
        ("allenai Ai2", "Ai2"),
        ("TencentARC ARC Lab, Tencent PCG", "ARC Lab, Tencent PCG"),
        ("HKUST Hong Kong University of Science and Technology", "Hong Kong University of Science and Technology"),
        ("Princeton University", "Princeton University"),
        ("Google DeepMind", "Google DeepMind"),
        ("Microsoft Research", "Microsoft Research"),
        ("MIT Media Lab", "MIT Media Lab"),
        ("Mila", "Mila"),
    ],
)
def test_organisations(line: str, name: str) -> None:
    """A slug is split off where something shows that it is one; a display name alone loses no word."""
    assert fields.organization(line) == name


def test_years() -> None:
    """The year of the capture, else of an id, else the smallest that fits; a leap day needs a leap year."""
    shown, bare, leap = CardDate(3, 1, 2024, None), CardDate(3, 2, None, None), CardDate(2, 29, None, None)
    assert fields.page_year([shown, bare], None) == PageYear(2025, inferred=True)
    assert fields.page_year([shown, bare], date(2027, 1, 1)) == PageYear(2027, inferred=False)
    assert fields.page_year([shown, bare], None, id_years=[2026]) == PageYear(2026, inferred=True)
    assert fields.page_year([bare], None) is None
    assert fields.page_year([shown, leap], None) == PageYear(2028, inferred=True)
    assert PageYear(2025, inferred=True).date_of(leap) is None


@pytest.mark.parametrize(
    ("arxiv", "month", "day", "year"),
    [("2603.00001", 3, 2, 2026), ("2601.00001", 12, 31, 2025), ("2603.00001", 9, 1, None), ("cs/0112017", 3, 2, None)],
)
def test_the_year_in_an_id(arxiv: str, month: int, day: int, year: int | None) -> None:
    """An arXiv id tells the year of a date near its month; at the turn of the year the one before."""
    assert fields.id_year(arxiv, CardDate(month, day, None, None)) == year


def test_header_days() -> None:
    """The header's day stands in the page's year; with a capture given, not after it."""
    may, told = CardDate(5, 7, None, None), CardDate(5, 7, 2023, None)
    year = PageYear(2026, inferred=True)
    assert fields.header_day(may, year, None) == date(2026, 5, 7)
    assert fields.header_day(may, PageYear(2026, inferred=False), date(2026, 1, 3)) == date(2025, 5, 7)
    assert fields.header_day(told, year, None) == date(2023, 5, 7)
    assert fields.header_day(None, year, None) is None
    assert fields.header_day(may, None, None) is None


ABSTRACT = "We let adapters remember what they learnt, for as long as it takes to learn the next thing. " * 3


def test_facts_on_one_line() -> None:
    """Author line or organisation, dot and date on one line are read as three."""
    facts = ("4 authors · Mar 24, 2024", "UCAS ucas · Mar 25, 2024 3")
    page = "".join(f"The Title of Paper {n}\n\n{ABSTRACT}\n\n{line}\n\n" for n, line in enumerate(facts))
    one, two = parse(page.encode()).entries
    assert (one.author_count, one.published) == (4, date(2024, 3, 24))
    assert (two.organization, two.comments) == ("ucas", 3)


def test_a_date_without_dot_and_author_line() -> None:
    """A card whose only fact is its date keeps it."""
    (entry,) = parse(f"A Title of a Paper\n\n{ABSTRACT}\n\nMar 24, 2024\n".encode()).entries
    assert (entry.published, entry.author_count, entry.organization) == (date(2024, 3, 24), None, None)


def test_a_page_that_ends_in_a_link_is_taken_and_remarked_on() -> None:
    """An address at the end of a page without a line end may be whole: the entry is kept and a remark made."""
    page = f"One Title\n\n{ABSTRACT}\n\nAnother Title\n\n{ABSTRACT}Code is at https://github.com/x/y"
    listing = parse(page.encode())
    assert len(listing.entries) == 2
    assert "may be cut off" in listing.notes[0]
    assert not parse((page + "\n").encode()).notes


def test_references_and_wrapped_links_of_markdown() -> None:
    """Numbered links are looked up, a bracket may go on over lines, and a definition is no text."""
    page = f"""# Daily Papers
May 7
[
-
][1]
### [A Title of a Paper][2]
{ABSTRACT}
- [3 authors][2]
·
May 2, 2025[ 2][3]

[1]: https://huggingface.co/login
[2]: https://huggingface.co/papers/2505.00001
[3]: https://huggingface.co/papers/2505.00001#community
"""
    (entry,) = parse(page.encode()).entries
    assert (entry.arxiv_id, entry.upvotes, entry.author_count, entry.comments) == ("2505.00001", 0, 3, 2)
    assert entry.abstract == ABSTRACT.strip()
    assert entry.published == date(2025, 5, 2)


def test_titles_without_headings_and_other_links() -> None:
    """Where no heading links to a paper, a line that does is a title; links elsewhere are none."""
    title = "[A Title](/papers/2505.00001)"
    page = f"[Home](https://huggingface.co/)\n\n- {title}\n\n{ABSTRACT}\n\n{title}\n"
    (entry,) = parse(page.encode()).entries
    assert (entry.title, entry.url) == ("A Title", "https://huggingface.co/papers/2505.00001")
