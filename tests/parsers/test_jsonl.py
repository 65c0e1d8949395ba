"""JSON Lines: any subset of a paper's keys, in lines, over lines or in a list."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertide.errors import InputError, LayoutError
from papertide.parsers import parse
from papertide.records.listing import Entry

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "jsonl"


def entry(**keys: object) -> Entry:
    """The one paper with these keys."""
    (read,) = parse(json.dumps({"title": "T", **keys}).encode(), "jsonl").entries
    return read


def reason(**keys: object) -> str:
    """Why a paper with these keys is none, beside one that is."""
    listing = parse((json.dumps({"title": "T"}) + "\n" + json.dumps({"title": "T", **keys})).encode(), "jsonl")
    (problem,) = listing.problems
    assert problem.line == 2
    return problem.reason


def test_every_fact_of_a_paper_is_read() -> None:
    """What is a paper's own comes in; what is a reader's or a library's does not."""
    whole, bare, moment, year = parse((FIXTURES / "papers.jsonl").read_bytes()).entries
    assert whole.abstract == "They fit a laptop &amp; a lap."
    assert (whole.listed, whole.also_listed) == (date(2026, 5, 8), (date(2026, 5, 7),))
    assert (whole.published, whole.year_inferred, whole.doi) == (date(2024, 5, 10), True, "10.1000/182")
    assert (whole.source_ids, whole.arxiv_id) == (("hf:2405.99001",), "2405.99001")
    assert (whole.author_count, whole.authors, whole.organization) == (5, ("A", "B", "C", "D", "E"), "Example Lab")
    assert (whole.comments, whole.upvotes, whole.code_stars) == (1, 12, 3)
    assert (whole.code_url, whole.summary) == ("https://example.org/lora", "Small layers.")
    assert bare == Entry(line=2, title="Only a title", raw='{"title": "Only a title", "colour": "red"}')
    assert (moment.published, moment.arxiv_id, moment.author_count) == (date(2024, 5, 10), "2405.99002", 2)
    assert (year.published, year.comments, year.upvotes) == (None, 0, 3)


def test_unknown_is_unknown() -> None:
    """Null and nothing are the same, but for the number of authors: null says that the names are not all of them."""
    keys = "abstract url arxiv_id doi source_ids published year_inferred listed authors organization comments summary".split()
    assert entry(**dict.fromkeys(keys)).model_dump(exclude={"raw"}) == entry().model_dump(exclude={"raw"})
    assert (entry(authors=["A"]).author_count, entry(authors=["A"], author_count=None).author_count) == (1, None)
    assert entry(year_inferred=True).year_inferred is False
    assert entry(abstract=" \n ").abstract is None


@pytest.mark.parametrize(
    ("told", "names", "count"),
    [
        ("A. Lovelace and B. Byron", ("A. Lovelace", "B. Byron"), 2),
        ("Lovelace, Ada; Byron, George", ("Ada Lovelace", "George Byron"), 2),
        ("Ada Lovelace, George Byron, Mary Shelley", ("Ada Lovelace", "George Byron", "Mary Shelley"), 3),
        ("Ada Lovelace et al.", ("Ada Lovelace",), None),
        ("Smith, Ada, Doe, Ben", (), None),
        ("", (), None),
        (
            [{"authorId": "7", "name": "A. Lovelace"}, {"authorId": None, "name": "B.  Byron"}],
            ("A. Lovelace", "B. Byron"),
            2,
        ),
        (["A. Lovelace", {"name": "B. Byron"}], ("A. Lovelace", "B. Byron"), 2),
        ([], (), None),
    ],
)
def test_authors_as_others_write_them(told: object, names: tuple[str, ...], count: int | None) -> None:
    """Authors are read from one text too, and from objects with a name; what isn't clear, or not all, has no count."""
    read = entry(authors=told)
    assert (read.authors, read.author_count) == (names, count)
    assert entry(authors=told, author_count=9).author_count == 9


def test_what_others_write_is_known_by_its_authors() -> None:
    """Records with nothing of ours but authors in one text, or in Semantic Scholar's objects, are told from other JSON."""
    for authors in ("A. Lovelace and B. Byron", [{"authorId": "7", "name": "A. Lovelace"}]):
        data = json.dumps({"paperId": "x", "title": "On tides", "authors": authors}).encode()
        listing = parse(data)
        assert (listing.layout, listing.problems) == ("jsonl", ())
        assert listing.entries[0].authors[0] == "A. Lovelace"


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("abstract", 7, "abstract: should be a text"),
        ("url", ["x"], "url: should be a text"),
        ("arxiv_id", 2405.99001, "arxiv_id: should be a text"),
        ("arxiv_id", "x", "'x' is no arXiv id"),
        ("published", 2024, "published: should be a text"),
        ("published", "soon", "published: 'soon' is no date"),
        ("listed", ["soon"], "listed: 'soon' is no date"),
        ("listed", "2024-03-04", "listed: should be a list of texts"),
        ("authors", ["A", 1], "authors: should be a list of texts"),
        ("authors", [{"id": 7}], "authors: should be a list of texts"),
        ("authors", {"name": "A"}, "authors: should be a list of texts"),
        ("authors", ["A", " "], "authors"),
        ("comments", True, "comments: should be a whole number"),
        ("comments", 0.5, "comments: should be a whole number"),
        ("comments", -1, "comments"),
        ("author_count", 0, "author_count"),
        ("upvotes", 2**53, "upvotes"),
        ("year_inferred", 1, "year_inferred: should be true or false"),
        ("title", "\u200b", "no title"),
        ("title", None, "no JSON object with a title"),
        ("paper", {"id": "x"}, "item 1"),
    ],
)
def test_a_wrong_value_is_a_problem(key: str, value: object, said: str) -> None:
    """The line is named, and the key; nothing is guessed."""
    if key == "paper":
        listing = parse(b'{"title": "T"}\n{"paper": {"id": "x"}}', "jsonl")
        assert said in listing.problems[0].reason
    else:
        assert said in reason(**{key: value})


def test_a_list_and_objects_over_several_lines() -> None:
    """The same papers come from lines, from a list and from objects over lines, each with its line and its own text."""
    lines = parse((FIXTURES / "papers.jsonl").read_bytes()).entries
    listed = parse((FIXTURES / "list.jsonl").read_bytes())
    pretty = parse((FIXTURES / "pretty.jsonl").read_bytes())
    bare = [e.model_dump(exclude={"line", "raw"}) for e in lines]
    assert [e.model_dump(exclude={"line", "raw"}) for e in listed.entries] == bare[:3]
    assert [e.model_dump(exclude={"line", "raw"}) for e in pretty.entries] == bare[:2]
    assert [e.line for e in listed.entries] == [2, 44, 48]
    assert [e.line for e in pretty.entries] == [1, 43]
    assert json.loads(pretty.entries[1].raw) == {"title": "Only a title", "colour": "red"}


def test_what_breaks_off_is_told() -> None:
    """A list that ends within a paper or behind one, and an object over lines that does, keep what is whole."""
    whole = json.dumps([{"title": "A", "url": "x"}, {"title": "B"}], indent=1)
    for cut, count, line in ((len(whole) - 8, 1, 6), (len(whole) - 2, 2, 8)):
        listing = parse(whole[:cut].encode())
        assert (len(listing.entries), len(listing.problems)) == (count, 1)
        assert listing.problems[0].line == line
    listing = parse(b'{"title":\n "A", "url": "x"}\n{"title":\n')
    assert ([e.title for e in listing.entries], listing.problems[0].line) == (["A"], 3)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_don_t_matter(end: str) -> None:
    """Lines are numbered alike whatever ends them, and blank ones are nothing."""
    listing = parse(end.join(['{"title": "A"}', "", '{"title": "B"}', "x", ""]).encode())
    assert [e.line for e in listing.entries] == [1, 3]
    assert [p.line for p in listing.problems] == [4]


def test_items_of_the_api_are_read_as_such() -> None:
    """A line that holds an item of Hugging Face's API loses nothing."""
    first, _ = parse((FIXTURES / "api-items.jsonl").read_bytes()).entries
    assert (first.title, first.abstract, first.comments, first.line) == ("Item 2405.99001", "Its abstract.", 2, 1)
    assert json.loads(first.raw)["numComments"] == 2


@pytest.mark.parametrize("data", [b"[]", b"{", b"[1, 2]", b'{"a": 1}', b"[" * 100_000, b'{"a":' * 100_000, b"text"])
def test_what_holds_no_paper_is_an_error(data: bytes) -> None:
    """A text without a single paper is an error that says what was seen first."""
    with pytest.raises(LayoutError, match="no line is a JSON object with a title"):
        parse(data, "jsonl")


KEYS = "title abstract authors published listed comments paper arxiv_id year_inferred source_ids url".split()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=15,
)


@given(
    st.lists(st.dictionaries(st.sampled_from(KEYS), JSON, max_size=6), min_size=1, max_size=4),
    st.sampled_from([None, 1]),
)
def test_no_json_breaks_the_reader(items: list[dict[str, Any]], indent: int | None) -> None:
    """Whatever objects hold, each is an entry or a problem, in lines and in a list."""
    for text in ("\n".join(json.dumps(item, indent=indent) for item in items), json.dumps(items, indent=indent)):
        try:
            listing = parse(text.encode(), "jsonl")
        except InputError:
            continue
        assert len(listing.entries) + len(listing.problems) == len(items)
