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
        ("[" + "9" * 5_000 + "]", "item 0: a number of too many digits"),
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


# --- what is not whole ------------------------------------------------------------------------------------------------


def test_a_list_that_breaks_off_is_not_whole() -> None:
    """More may have stood on an answer that breaks off, or that something stands behind; a bad item alone changes nothing."""
    good = json.dumps(GOOD)
    for text in (f"[{good}, {good[:30]}", f'{{"data": [{good}, ', f"[{good}] and more"):
        assert (len(read(text).entries), read(text).whole) == (1, False)
    whole: list[object] = [[GOOD], [GOOD, 7], {"data": [GOOD]}, GOOD, []]
    assert all(read(value).whole for value in whole)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"status": "error", "error": "Rate limit exceeded", "count": 0, "data": []}, "'Rate limit exceeded'"),
        ({"error": "Bad date", "papers": []}, "'Bad date'"),
        ({"errors": [{"msg": "no such day"}], "items": []}, "'no such day'"),
        ({"status": "failed", "data": []}, "'status: failed'"),
        ({"success": False, "message": "Come back later", "data": []}, "'Come back later'"),
        ({"statusCode": 429, "detail": "Slow down", "data": []}, "'Slow down'"),
        ({"error": [[[[[[["x"]]]]]]], "data": []}, "'error: list'"),
    ],
)
def test_an_error_around_an_empty_list_is_an_error(value: object, said: str) -> None:
    """No papers beside an error of the server is no empty day."""
    with pytest.raises(LayoutError, match=f"the server says {said}"):
        read(value)


def test_an_error_beside_papers_is_a_problem() -> None:
    """What came is read, and what the server says is told; a message that all is well is no error."""
    listing = read({"error": "Timed out", "data": [GOOD]})
    assert [problem.reason for problem in listing.problems] == ["the server says 'Timed out'"]
    assert (len(listing.entries), listing.whole) == (1, False)
    fine: list[object] = [
        {"status": "success", "message": "OK", "data": []},
        {"status": 200, "error": None, "data": []},
    ]
    for value in fine:
        assert (read(value).entries, read(value).problems, read(value).whole) == ((), (), True)


@pytest.mark.parametrize(
    ("count", "total"), [(5, 5), ("5", 5), (1, None), (0, None), (-1, None), (None, None), ("many", None)]
)
def test_a_count_larger_than_the_list_is_the_total(count: object, total: int | None) -> None:
    """An answer that counts more papers than it lists says so; its count of what it lists says nothing of the rest."""
    assert read({"count": count, "data": [GOOD]}).total == total


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<html><title>Human Verification</title><script>window.gokuProps={}</script></html>", "a challenge page"),
        ("\n<html><h1>Too Many Requests</h1></html>", "an error page, not a listing: 'Too Many Requests'"),
        ("<!DOCTYPE html><title>Bread</title>", "a page of HTML titled 'Bread'"),
        ("<html>", "a page of HTML"),
    ],
)
def test_html_in_the_place_of_json_is_named(text: str, said: str) -> None:
    """What came instead of the answer is told, not only that it is no JSON."""
    with pytest.raises(LayoutError, match=f"not JSON but {said}"):
        read(text)


@pytest.mark.parametrize(
    "item",
    [
        {"paper": None, "title": "Foo", "publishedAt": "2025-01-05T10:00:00Z", "numComments": 3},
        {"paper": [], "title": "Foo", "publishedAt": "2025-01-05T10:00:00Z"},
        {"title": "Foo", "publishedAt": "2025-01-05T10:00:00Z", "submittedBy": {"name": "ada"}},
        {"title": "Foo", "publishedAt": "2025-01-05T10:00:00Z", "thumbnail": "x"},
    ],
)
def test_the_hour_of_an_item_is_no_date_of_a_paper(item: dict[str, Any]) -> None:
    """Of an item without its paper the date is that of the hub; a bare paper's is its own."""
    assert read([item]).entries[0].published is None
    assert read([{"title": "Foo", "publishedAt": "2025-01-05T10:00:00Z"}]).entries[0].published == date(2025, 1, 5)


def test_items_that_are_none_cost_no_search_each() -> None:
    """A list of numbers between two items is read in one go, and its problems are counted rather than told each."""
    good = json.dumps(GOOD, separators=(",", ":"))
    listing = read(f"[{good}," + "1," * 200_000 + f"{good}]")
    assert len(listing.entries) == 2
    assert len(listing.problems) == 1_002
    assert listing.problems[-2].reason == "198,999 more like these"
    assert listing.problems[-1].reason.startswith("item 200001")
