"""`papertide show`."""

from __future__ import annotations

import pytest
from tests.cli.harness import BARE, LORA, PAPER_KEYS, SURVEY, Program

SEEN_KEYS = ["number", "page", "layout", "line", "title", "captured", "listed", "method", "score", "reason", "added"]


def test_json_is_the_paper_and_its_sightings(program: Program) -> None:
    """A paper shown in JSON has the paper's keys, then `why` it ranks where it does, `seen`, its sightings, and `apart`."""
    row = program.done("show", LORA, "--json").one
    assert list(row) == [*PAPER_KEYS, "why", "seen", "apart"]
    assert row["why"] == {"score": None, "words": []}
    (seen,) = row["seen"]
    assert list(seen) == SEEN_KEYS
    assert (seen["layout"], seen["line"], seen["method"], seen["listed"]) == ("jsonl", 1, "new", "2026-05-07")
    assert seen["page"].endswith("papers.jsonl")


def test_papers_come_in_the_order_named(program: Program) -> None:
    """Several papers are shown in the order of their names, each once."""
    assert program.done("show", SURVEY, "2405.99001", LORA, "--json").ids == [SURVEY, LORA]


def test_everything_known_is_shown(program: Program) -> None:
    """For people all that is known stands there: facts, ids, links, abstract, tags, note and why it is where it is."""
    program.done("keep", LORA)
    program.done("tag", LORA, "+todo")
    program.done("note", LORA, "compare")
    row = program.done("show", LORA, "--json").one
    told = program.done("show", LORA).out
    for name in (
        "title",
        "abstract",
        "url",
        "arxiv_id",
        "published",
        "organization",
        "code_url",
        "status",
        "note",
        "added",
    ):
        assert str(row[name]) in told, name
    for name in ("authors", "topics", "tags", "listed"):
        assert all(value in told for value in row[name]), name
    assert "12 upvotes" in told
    assert "2 comments" in told
    assert row["seen"][0]["reason"] in told


def test_what_is_unknown_is_left_out(program: Program) -> None:
    """Nothing is said of what isn't known: no None, no null, no empty label."""
    told = program.done("show", BARE).out
    for word in ("None", "null", "authors", "url", "topics:"):
        assert word not in told


def test_a_merged_paper_tells_its_sightings_and_why(demo: Program) -> None:
    """A paper that several pages showed tells each with its reason, and the title that it had there."""
    row = max(demo.done("list", "--json").rows, key=lambda row: row["sightings"])
    seen = demo.done("show", row["id"], "--json").one["seen"]
    assert len(seen) == row["sightings"] >= 2
    told = demo.done("show", row["id"]).out
    assert f"Seen {len(seen)} times:" in told
    for sighting in seen:
        assert f"{sighting['page']}, line {sighting['line']} ({sighting['layout']}): {sighting['reason']}" in told
        assert sighting["title"] == row["title"] or f"titled there: {sighting['title']}" in told


@pytest.mark.parametrize("flag", [[], ["--json"]], ids=["people", "json"])
def test_one_wrong_name_shows_nothing(program: Program, flag: list[str]) -> None:
    """Where one of the papers isn't there, none is shown, and the name is told."""
    ran = program("show", LORA, "99", *flag)
    assert (ran.code, ran.out) == (1, "")
    assert "99" in ran.err
