"""The rare turns of the readers: each is there because a page could take it."""

from __future__ import annotations

import json

import pytest

from papertide import records
from papertide.errors import LayoutError
from papertide.parsers import parse
from papertide.parsers.cards import LONGEST_RUN
from papertide.records import AddReport

TEXT = "We let adapters remember what they learnt before, for as long as it takes to learn the next thing. " * 3


def test_a_page_cut_inside_a_letter() -> None:
    """A page that ends within a letter of several bytes loses that letter and nothing else."""
    page = f"A Title of a Paper\n\n{TEXT}\n\nAnother Title\n\n{TEXT}\n\nÉ".encode()
    assert [entry.title for entry in parse(page[:-1]).entries] == ["A Title of a Paper", "Another Title"]


def test_a_run_too_long_for_any_listing() -> None:
    """More lines side by side than any listing has are refused with their number."""
    with pytest.raises(LayoutError, match=f"{LONGEST_RUN + 1:,} lines"):
        parse(b"Short line\n" * (LONGEST_RUN + 1), layout="hf-text")


@pytest.mark.parametrize(("layout", "said"), [("hf-json", "not JSON"), ("hf-html", "not HTML")])
def test_a_layout_that_was_asked_for_in_vain(layout: str, said: str) -> None:
    """A text page is neither JSON nor HTML, whatever was asked for."""
    with pytest.raises(LayoutError, match=said):
        parse(TEXT.encode(), layout=layout)


@pytest.mark.parametrize("data", ["\n\n", "[1]\n{}"])
def test_json_lines_without_a_paper(data: str) -> None:
    """Lines none of which is a paper are no listing."""
    with pytest.raises(LayoutError, match="no line is a JSON object"):
        parse(data.encode() + b" ", layout="jsonl") if data.strip() else parse(b'""', layout="jsonl")


def test_items_with_odd_values() -> None:
    """Authors that are no list are unknown; a text too long to be an item is a problem."""
    items = [{"paper": {"title": "A Title", "authors": "Ada"}}, "x" * 1_000_001]
    listing = parse(json.dumps(items).encode())
    assert [(entry.title, entry.authors, entry.author_count) for entry in listing.entries] == [("A Title", (), None)]
    assert "too long" in listing.problems[0].reason


def test_html_whose_json_holds_no_list() -> None:
    """JSON without papers in a page leaves it to the cards; articles without a paper's link are passed over."""
    card = '<article><h3><a href="/papers/2405.99001">A Title</a></h3></article>'
    page = (
        f'<html><div data-target="DailyPapers" data-props="[1]"></div><article><h3>No link</h3></article>{card}</html>'
    )
    (entry,) = parse(page.encode()).entries
    assert (entry.title, entry.comments, entry.upvotes) == ("A Title", None, None)


def test_reports_add_up() -> None:
    """A report whose entries are not the sum of their fates can't be made; a record that isn't there has no name."""
    with pytest.raises(ValueError, match="entries must be"):
        AddReport(entries=3, new=1)
    with pytest.raises(AttributeError, match="nonsense"):
        records.__getattr__("nonsense")
