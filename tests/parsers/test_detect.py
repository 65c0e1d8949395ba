"""Which layout a text has: the beginning tells, and no layout takes another's pages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from papertide.errors import LayoutError
from papertide.parsers import LAYOUTS, SUFFIXES, parse

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
FOLDERS = ("hf-text", "markdown", "hf-html", "hf-json", "arxiv-atom", "bibtex", "ris", "csv", "jsonl")
PAGES = [
    page
    for folder in FOLDERS
    for page in sorted((FIXTURES / folder).glob("*"))
    if not page.name.endswith(".expected.json")
    and "error" not in json.loads(page.with_name(f"{page.stem}.expected.json").read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}/{page.name}")
def test_every_page_is_known_for_what_it_is(page: Path) -> None:
    """A page of each layout is detected as that layout, and reads as when that layout was asked for."""
    found = parse(page.read_bytes())
    assert found == parse(page.read_bytes(), page.parent.name)


def test_there_are_pages_of_each() -> None:
    """The test above looks at pages of every layout that has a folder, those of this test's own among them."""
    assert {page.parent.name for page in PAGES} >= {"hf-text", "markdown", "bibtex", "ris", "csv", "jsonl"}
    assert {page.parent.name for page in PAGES} <= set(LAYOUTS)


CARD = (
    "Adapters That Remember\n\nWe let adapters remember what they learnt. {}\n\n  • 4 authors\n\n·\n\nMar 4, 2024\n\n"
)


@pytest.mark.parametrize(
    "said",
    [
        "It is cited as @article{adapters, as they say.",
        "TY  - JOUR is how RIS begins.",
        "title, abstract and authors are its columns.",
    ],
)
def test_a_listing_that_speaks_of_bibliographies_stays_one(said: str) -> None:
    """A word in the middle of a line is no record."""
    page = "Daily Papers\nby AK and the research community\n\n" + "".join(CARD.format(said) for _ in range(3))
    assert parse(page.encode()).layout == "hf-text"


def test_records_far_below_other_text_are_not_looked_for() -> None:
    """A listing that shows a record far below its beginning is still a listing."""
    page = "".join(CARD.format(f"It is paper {n}.") for n in range(12)) + CARD.format("\n@article{a, title = {A}}")
    assert parse(page.encode()).layout == "hf-text"


@pytest.mark.parametrize(
    ("text", "layout"),
    [
        ('[{"title": "A", "abstract": "x"}]', "jsonl"),
        ('[\n {"title": "A", "authors": ["B"]}]', "jsonl"),
        ('{"title": "A", "organization": "B"}', "jsonl"),
        ('{"title":\n"A"}', "jsonl"),
        ('[{"title": "A", "authors": []}]', "hf-json"),
        ('[{"title": "A", "abstract": "x", "publishedAt": "2024-03-04T00:00:00Z"}]', "hf-json"),
        ('[{"paper": {"id": "2405.99001", "title": "A", "url": "x"}, "title": "A"}]', "hf-json"),
        ("[]", "hf-json"),
        ('\ufeff"Title"\t"Year"\nA\t2024\n', "csv"),
        ("\ufeff\n% made by hand\n@book {a, title = {A}}", "bibtex"),
        ("% made by hand\n" * 200 + "@comment{x}\n@book{a, title = {A}}", "bibtex"),
        ("TY - BOOK\nTI - A\nER -", "ris"),
    ],
)
def test_the_beginning_tells(text: str, layout: str) -> None:
    """Keys of ours are not read as those of Hugging Face's API, nor the other way round; remarks don't hide a record."""
    listing = parse(text.encode())
    assert listing.layout == layout
    assert layout == "hf-json" or [e.title for e in listing.entries] == ["A"]


@pytest.mark.parametrize("text", ["@article{a, year = 2024}", "TY  - JOUR\nER  - \n"])
def test_what_nothing_fits_says_what_each_missed(text: str) -> None:
    """The error names the layouts that were tried, those that the beginning promised first."""
    with pytest.raises(LayoutError, match="fits no known layout"):
        parse(text.encode())


def test_the_endings_of_files() -> None:
    """A folder is searched for the files of every layout."""
    assert {".bib", ".ris", ".csv", ".tsv", ".jsonl", ".json", ".md", ".txt", ".html", ".xml", ".atom"} <= SUFFIXES
