"""Answers of the API: their forms, wrong types everywhere, damage."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertide.errors import LayoutError
from papertide.parsers import parse
from papertide.records.listing import Entry, Listing

GOOD: dict[str, Any] = {"paper": {"id": "2405.99001", "title": "A Title", "upvotes": 3}, "numComments": 1}


def read(value: object, **options: Any) -> Listing:
    """The listing of an answer, given as JSON or as what the JSON is of."""
    text = value if isinstance(value, str) else json.dumps(value)
    return parse(text.encode(), "hf-json", **options)


def only(**paper: object) -> Entry:
    """The entry of one item whose paper holds that."""
    (entry,) = read([{"paper": {"title": "A Title", **paper}}]).entries
    return entry


def test_one_paper_is_a_listing_of_one() -> None:
    """The answer of `/api/papers/{id}`, or one item alone, is read; its own text is kept."""
    paper = {
        "id": "2405.99001",
        "title": "A Title",
        "publishedAt": "2024-05-06T00:00:00.000Z",
        "authors": [{"name": "A"}],
    }
    for value in (paper, {"paper": paper}):
        listing = read(value)
        (entry,) = listing.entries
        assert (entry.title, entry.published, entry.authors) == ("A Title", date(2024, 5, 6), ("A",))
        assert json.loads(entry.raw) == value


def test_search_answers() -> None:
    """The search API's items, bare papers or wrapped ones, are read alike."""
    for items in ([GOOD], [GOOD["paper"]]):
        (entry,) = read(items).entries
        assert (entry.arxiv_id, entry.upvotes) == ("2405.99001", 3)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"error": "Rate limited"}, "the server says 'Rate limited'"),
        ({"error": {"message": "Bad date"}}, "the server says 'Bad date'"),
        ({"statusCode": 429, "message": "Slow down"}, "the server says 'Slow down'"),
        ({"a": 1}, "no list of papers"),
        ({}, "empty object"),
        ([{"x": 1}], "none of them is a paper"),
        ("", "not JSON"),
        ('{"a": 1} {"b": 2}', "something stands behind"),
        ('{"a": tru', "not JSON"),
        ('{"a" 1}', "damaged"),
        ('[{"paper": {"id"', "not JSON: cut off"),
        ("{" * 100_000, "not JSON"),
        ('{"a":' * 100_000, "nested too deeply"),
        ("[" + '{"paper":' * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_answer_is_named(value: object, said: str) -> None:
    """Errors of the server, other JSON and broken JSON are errors that say what was seen."""
    text = value if isinstance(value, str) and value else json.dumps(value) if value != "" else " x"
    with pytest.raises(LayoutError, match=said):
        read(text)


@pytest.mark.parametrize(
    ("given", "count"),
    [
        (12, 12), (0, 0), ("12", 12), (" 12 ", 12), ("12.0", 12), (12.0, 12), (-0.0, 0),
        (-1, None), (1.5, None), (True, None), (None, None), ("many", None), ("-1", None), (2**53, None), ([1], None),
        (float("inf"), None), (float("nan"), None), ("٣", None),
    ],
)  # fmt: skip
def test_counts_of_any_type(given: object, count: int | None) -> None:
    """A count is read where it is one, as text or as a float too; anything else is unknown, and the paper stays."""
    assert (only(upvotes=given).upvotes, only(githubStars=given).code_stars) == (count, count)


@pytest.mark.parametrize(
    ("given", "day"),
    [
        ("2024-05-06T17:54:27.000Z", date(2024, 5, 6)), ("2024-05-06", date(2024, 5, 6)),
        ("2026-W10", None), ("2026-W10-1", None), ("2026-03", None), ("20240506", None), ("2024-13-45", None),
        ("0001-01-01", None), ("9999-12-31T00:00:00Z", None), (1714953600, None), ("", None), (None, None),
        ("2024-05-061", None),
    ],
)  # fmt: skip
def test_dates_of_any_form(given: object, day: date | None) -> None:
    """Only a whole day of a year that papers have is a date."""
    assert (only(publishedAt=given).published, only(submittedOnDailyAt=given).listed) == (day, day)


@pytest.mark.parametrize(
    ("given", "arxiv", "source", "url"),
    [
        ("2405.99001", "2405.99001", "hf:2405.99001", "2405.99001"),
        ("2405.99001v3", "2405.99001", "hf:2405.99001", "2405.99001"),
        ("cs/9901001", "cs/9901001", "hf:cs/9901001", "cs/9901001"),
        ("66f1a2b3c4d5", None, "hf:66f1a2b3c4d5", "66f1a2b3c4d5"),
        ("about-2405.99001", None, "hf:about-2405.99001", "about-2405.99001"),
        ("a b?<x>", None, "hf:a b?<x>", "a%20b%3F%3Cx%3E"),
    ],
)
def test_ids(given: str, arxiv: str | None, source: str, url: str) -> None:
    """An arXiv id loses its version; an id of the hub alone is kept as that."""
    entry = only(id=given)
    assert (entry.arxiv_id, entry.source_ids, entry.url) == (arxiv, (source,), f"https://huggingface.co/papers/{url}")


@pytest.mark.parametrize("given", [7, None, "", "x" * 101, ["2405.99001"]])
def test_ids_that_are_none(given: object) -> None:
    """A number, a list, and a text too long for an id leave it unknown."""
    entry = only(id=given)
    assert (entry.arxiv_id, entry.source_ids, entry.url) == (None, (), None)


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ([{"name": "Ada\n One"}, {"name": 7}, None, {"user": {}}, {"name": " "}], ("Ada One",)),
        (["Ada One", "Ben Two"], ("Ada One", "Ben Two")),
        (None, ()), ("Ada", ()), ({"name": "Ada"}, ()), ([], ()),
    ],
)  # fmt: skip
def test_authors_of_any_type(given: object, names: tuple[str, ...]) -> None:
    """Names are read where they are; without any the authors, and how many they are, are unknown."""
    entry = only(authors=given)
    assert (entry.authors, entry.author_count) == (names, len(names) or None)


def test_titles_and_organisations_of_wrong_types() -> None:
    """A number is no title, the item's own will do; an organisation that is no object is unknown."""
    listing = read(
        [{"paper": {"title": 7}, "title": "Its Own"}, {"paper": {"title": 7}}, {"paper": None, "title": "Bare"}]
    )
    assert [entry.title for entry in listing.entries] == ["Its Own", "Bare"]
    assert [problem.reason for problem in listing.problems] == ["item 2: no title"]
    assert only(organization="Lab").organization is None
    assert only(organization={"name": "lab"}).organization == "lab"


@pytest.mark.parametrize(
    "text",
    [
        repr(GOOD),
        json.dumps(GOOD),
        " " + repr(GOOD),
        repr({"it's": 1, **GOOD}),
        repr({"x": "\\d", **GOOD}).replace("\\\\", "\\"),
    ],
)
def test_quoted_items_are_rescued(text: str) -> None:
    """An item, or the paper in it, stored as a text is read as what it was; strange escapes in it warn nobody."""
    assert [entry.title for entry in read([text]).entries] == ["A Title"]
    inner = {"paper": repr(GOOD["paper"])}
    assert [entry.title for entry in read([inner]).entries] == ["A Title"]


def test_damage_within_the_text_costs_one_item() -> None:
    """An item whose JSON is broken is a problem by its number, and those behind it are read."""
    good = json.dumps(GOOD)
    listing = read(f"[{good}, {good.replace('3}', '3, oops}')}, {good}, {good}]")
    assert len(listing.entries) == 3
    assert [problem.reason.split(":")[0] for problem in listing.problems] == ["item 2"]


def test_damage_has_an_end() -> None:
    """A list of nothing but broken items is given up after some, so that it costs no more than it is long."""
    good = json.dumps(GOOD)
    listing = read(f"[{good}, {', '.join(['{' + chr(34) + 'paper' + chr(34) + ': {oops}}'] * 40)}, {good}]")
    assert len(listing.entries) == 1
    assert len(listing.problems) == 17
    assert "cut off or damaged behind item 17" in listing.problems[-1].reason


def test_a_wrapped_list_that_breaks_off() -> None:
    """Of an object that ends within its list the whole items are read, and a problem says where it ends."""
    good = json.dumps(GOOD)
    listing = read('{"status": "ok",\n"data": [' + good + ",\n" + good[:30])
    assert len(listing.entries) == 1
    (problem,) = listing.problems
    assert (problem.line, "cut off" in problem.reason) == (3, True)
    listing = read(f"[{good}] and more")
    assert "behind the JSON" in listing.problems[0].reason


@pytest.mark.parametrize("form", [{"indent": 1}, {"separators": (",", ":")}, {}])
def test_raw_is_the_text_itself(form: dict[str, Any]) -> None:
    """Each entry keeps its item's own text, however the answer is written, also where an item holds another."""
    nested = {**GOOD, "linked": [GOOD, GOOD]}
    items = [GOOD, nested, {"title": "Bare"}, GOOD]
    text = json.dumps(items, **form)
    listing = read(text)
    assert [json.loads(entry.raw) for entry in listing.entries] == items
    assert all(entry.raw in text for entry in listing.entries)


VALUES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.lists(st.none(), max_size=1)
)
NAMES = "id title summary authors publishedAt submittedOnDailyAt upvotes githubRepo githubStars ai_summary organization".split()


@given(st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, VALUES)), max_size=4))
def test_no_types_break_a_paper(papers: list[dict[str, Any]]) -> None:
    """Whatever the fields hold, every item is an entry or a problem."""
    listing = read([GOOD, *({"paper": paper} for paper in papers)])
    assert len(listing.entries) + len(listing.problems) == len(papers) + 1
