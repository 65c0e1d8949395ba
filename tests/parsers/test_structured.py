"""HTML pages, API answers and JSON Lines: what they hold, damaged or not."""

from __future__ import annotations

import html
import json
import tarfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertide.errors import InputError, LayoutError
from papertide.parsers import parse

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
ITEM: dict[str, Any] = {
    "paper": {
        "id": "2405.99001",
        "authors": [{"name": "Ada One", "hidden": False}, {"name": "Ben Two", "hidden": False}],
        "publishedAt": "2024-05-06T17:54:27.000Z",
        "submittedOnDailyAt": "2024-05-08T01:02:03.000Z",
        "title": "Adapters That\n  Remember",
        "summary": "We let adapters\nremember.",
        "upvotes": 12,
        "ai_summary": "Adapters remember.",
        "githubRepo": "https://github.com/x/y",
        "githubStars": 3,
        "organization": {"name": "lab", "fullname": "The Lab"},
    },
    "publishedAt": "2024-05-08T00:58:44.675Z",
    "title": "Adapters That\n  Remember",
    "numComments": 4,
}


def with_paper(**changes: object) -> dict[str, Any]:
    """The item with some fields of its paper changed."""
    return {**ITEM, "paper": {**ITEM["paper"], **changes}}


def test_an_item_is_read_whole() -> None:
    """Every field comes from where it stands, white space is collapsed, and the three dates are kept apart."""
    entry = parse(json.dumps([ITEM]).encode()).entries[0]
    assert (entry.title, entry.abstract, entry.summary) == (
        "Adapters That Remember",
        "We let adapters remember.",
        "Adapters remember.",
    )
    assert (entry.published, entry.listed) == (date(2024, 5, 6), date(2024, 5, 8))
    assert (entry.authors, entry.author_count) == (("Ada One", "Ben Two"), 2)
    assert (entry.arxiv_id, entry.source_ids) == ("2405.99001", ("hf:2405.99001",))
    assert (entry.upvotes, entry.comments, entry.code_stars) == (12, 4, 3)
    assert entry.organization == "The Lab"


@pytest.mark.parametrize("wrap", ["data", "dailyPapers", "papers"])
def test_a_list_inside_an_object_is_found(wrap: str) -> None:
    """An archive's wrapper around the list changes nothing, and its date is the listing's where the item has none."""
    item = with_paper(submittedOnDailyAt=None)
    listing = parse(json.dumps({"status": "ok", "date": "2024-05-09", "count": 1, wrap: [item]}).encode())
    assert [entry.listed for entry in listing.entries] == [date(2024, 5, 9)]


def test_damaged_items_are_rescued_or_reported() -> None:
    """A repr of an item is read, what holds no paper is a problem by its number, and the good ones stay."""
    items = [repr(ITEM), "status", 7, {"paper": {"id": "x"}}, ITEM]
    listing = parse(json.dumps(items).encode())
    assert [entry.title for entry in listing.entries] == ["Adapters That Remember"] * 2
    assert [problem.reason.split(":")[0] for problem in listing.problems] == ["item 2", "item 3", "item 4"]


def test_an_empty_list_is_no_error() -> None:
    """A weekend without papers is a listing without entries."""
    listing = parse(b"[]")
    assert (listing.layout, listing.entries, listing.problems) == ("hf-json", (), ())


def test_a_list_that_breaks_off_keeps_its_whole_items() -> None:
    """Cut anywhere, a list gives the items before the cut and one problem."""
    data = json.dumps([ITEM, ITEM, ITEM]).encode()
    one = len(json.dumps(ITEM))
    for end in range(one + 10, len(data) - 1, 97):
        listing = parse(data[:end])
        assert len(listing.entries) == min(2, (end - 1) // (one + 1)) or len(listing.entries) == 3
        assert len(listing.problems) == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"error": "rate limited"}', "no list of papers"),
        (b"[1, 2, 3]", "none of them is a paper"),
        (b"[" * 100_000, "JSON"),
        (b'{"a": ', "JSON"),
        (b"<html><body><p>Nothing</p></body></html>", "no article"),
        (b'<html><script src="https://x.awswaf.com/challenge.js"></script></html>', "challenge page"),
    ],
)
def test_what_holds_no_papers_is_an_error_that_says_so(data: bytes, said: str) -> None:
    """An answer or a page without papers is never an empty listing by mistake."""
    with pytest.raises(LayoutError, match=said):
        parse(data)


def page_of(items: list[dict[str, Any]], **props: object) -> bytes:
    """A saved page with JSON inside."""
    told = html.escape(json.dumps({"date": "2024-05-08T00:00:00.000Z", "dailyPapers": items, **props}))
    return f'<!doctype html><html><div class="x" data-target="DailyPapers" data-props="{told}"></div></html>'.encode()


CARD = """<article><div class="text-xs leading-none">Submitted by x</div><div class="leading-none">94</div>
<h3><a href="/papers/2405.99001">Adapters &amp; Memory</a></h3><ul><li>· 5 authors</li></ul>
<a href="/papers/2405.99001#community">4</a></article>"""


def test_a_page_is_read_from_its_json() -> None:
    """The JSON inside a page gives what the API gives."""
    listing = parse(page_of([ITEM]))
    assert listing.layout == "hf-html"
    api = parse(json.dumps([ITEM]).encode()).entries
    assert listing.entries == api


@pytest.mark.parametrize("before", ["", '<div data-target="DailyPapers" data-props="{&quot;broken"></div>'])
def test_cards_are_the_fallback(before: str) -> None:
    """A page without its JSON, or with a damaged one, gives title, id, counts and nothing that a card doesn't show."""
    (entry,) = parse(f"<html>{before}{CARD}{CARD}</html>".encode()).entries
    assert (entry.title, entry.arxiv_id) == ("Adapters & Memory", "2405.99001")
    assert (entry.author_count, entry.upvotes, entry.comments) == (5, 94, 4)
    assert (entry.authors, entry.abstract, entry.published) == ((), None, None)


def test_search_cards_have_abstract_and_date() -> None:
    """What a card shows as text is read: an abstract, a date with its comment count."""
    text = "We let adapters remember what they learnt, for as long as it takes to learn the next thing. " * 2
    card = CARD.replace("</h3>", f"</h3><p>{text}</p><div>May 6, 2024</div>")
    (entry,) = parse(f"<html>{card}</html>".encode()).entries
    assert (entry.abstract, entry.published) == (text.strip(), date(2024, 5, 6))


def test_json_lines_are_read_with_any_subset_of_keys() -> None:
    """A title is enough; a bad line is a problem with its number, and the others stay."""
    lines = [
        json.dumps({"title": "Only a Title"}),
        "{broken",
        json.dumps(
            {
                "title": "All",
                "arxiv_id": "2405.99001v2",
                "published": "2024-05-06",
                "source_ids": ["hf:1"],
                "comments": 0,
            }
        ),
        json.dumps({"abstract": "no title"}),
    ]
    listing = parse("\n".join(lines).encode())
    assert listing.layout == "jsonl"
    assert [entry.title for entry in listing.entries] == ["Only a Title", "All"]
    whole = listing.entries[1]
    assert (whole.arxiv_id, whole.published, whole.source_ids, whole.comments) == (
        "2405.99001",
        date(2024, 5, 6),
        ("hf:1",),
        0,
    )
    assert [problem.line for problem in listing.problems] == [2, 4]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["paper", "title", "id", "authors", "summary", "upvotes", "name", "x"]), inner, max_size=5
        )
    ),
    max_leaves=20,
)


@given(st.lists(JSON, max_size=4))
def test_no_json_breaks_the_readers(items: list[Any]) -> None:
    """Any JSON is a listing whose entries and problems account for every item, or an InputError."""
    for data in (json.dumps(items).encode(), page_of(items)):
        try:
            listing = parse(data)
        except InputError:
            continue
        assert len(listing.entries) + len(listing.problems) == len(items)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real pages are not here (../shared/data)")
def test_the_real_page_reads_alike_both_ways() -> None:
    """The saved page gives the same 13 papers, titles, upvotes and comments through its JSON and through its cards."""
    data = (SHARED / "html" / "hf-daily-2024-08-01.html").read_bytes()
    ways = [parse(data).entries, parse(data.replace(b'data-target="DailyPapers"', b"")).entries]
    seen = [[(e.arxiv_id, e.title, e.upvotes, e.comments, e.author_count) for e in way] for way in ways]
    assert len(seen[0]) == 13
    assert seen[0] == seen[1]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real answers are not here (../shared/data)")
def test_every_record_of_the_real_answers_is_read() -> None:
    """All 415 days, the damaged ones among them, are read without a problem: 6,141 entries."""
    count = 0
    with tarfile.open(SHARED / "hf_api_2024_2025.tar.gz") as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isfile() else None
            if file is not None:
                listing = parse(file.read())
                assert not listing.problems
                count += len(listing.entries)
    assert count == 6141
