"""The rare turns of the readers: each is there because a page could take it."""

from __future__ import annotations

import codecs
import json
from contextlib import suppress

import pytest

from papertide import records
from papertide.errors import InputError, LayoutError
from papertide.parsers import LAYOUTS, parse
from papertide.parsers.cards import LONGEST_RUN
from papertide.parsers.decode import decode
from papertide.parsers.page import MOST_LINES
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


@pytest.mark.parametrize("layout", ["hf-text", "markdown"])
def test_more_lines_than_any_listing(layout: str) -> None:
    """What a page of nothing but line ends would take to hold is never worked out."""
    with pytest.raises(LayoutError, match=f"more than {MOST_LINES:,} lines"):
        parse(b"a\n" * (MOST_LINES + 1), layout)


def test_more_tags_than_any_page() -> None:
    """What a page of nothing but tags would take to hold is never worked out."""
    with pytest.raises(LayoutError, match="more than 300,000 tags"):
        parse(b"<html><article>" + b"<p>" * 300_000, "hf-html")


def test_very_many_problems() -> None:
    """Of a file of nothing but bad lines the first problems are told, how many more there are, and the last."""
    listing = parse(b'{"title": "A Title"}\n' + b"#\n" * 5_000, "jsonl")
    assert [entry.title for entry in listing.entries] == ["A Title"]
    assert len(listing.problems) == 1_002
    assert [problem.line for problem in (listing.problems[0], listing.problems[-1])] == [2, 5_001]
    assert listing.problems[-2].reason == "3,999 more like these"


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


def test_a_marked_page_cut_inside_a_letter() -> None:
    """The mark of UTF-8 costs no letters where a page ends within one; a page of nothing but half a letter is an error."""
    for end, kept in ((0, "AB\u00c9"), (1, "AB")):
        data = codecs.BOM_UTF8 + "AB\u00c9".encode()
        assert decode(data[: len(data) - end]) == (kept, None)
    assert decode(codecs.BOM_UTF8 + "A\U0001f600".encode()[:-1]) == ("A", None)
    assert decode(codecs.BOM_UTF8 + b"{\xef\xbb") == ("{", None)
    with pytest.raises(InputError, match="marked as UTF-8 but isn't: byte 4"):
        decode(codecs.BOM_UTF8 + b"A\xffBCDEF")


@pytest.mark.parametrize(
    "address", ["https://[huggingface.co/papers/2405.99001", "https://hug]gingface.co/papers/2405.99001"]
)
def test_a_link_that_is_none(address: str) -> None:
    """A link whose address can't be one is no title, and costs no other."""
    page = (
        f"### [A Bad One]({address})\n\n{TEXT}\n\n### [A Title](https://huggingface.co/papers/2405.99002)\n\n{TEXT}\n"
    )
    assert [entry.title for entry in parse(page.encode(), "markdown").entries] == ["A Title"]


@pytest.mark.parametrize("layout", ["auto", *LAYOUTS])
def test_a_number_too_long_for_anything(layout: str) -> None:
    """Digits without end, in references and counts, break no reader."""
    long = "9" * 5_000
    for text in (
        f"A &#{long}; Title\n\n{TEXT}&#{long}\n",
        f"A Title\n\n{TEXT}\n\n9{',999' * 2_000} authors\n",
        f"[{long}]",
    ):
        with suppress(LayoutError):
            parse(text.encode(), layout)
