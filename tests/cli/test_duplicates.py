"""`papertide duplicates`: the list, merge, split, undo and why."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.harness import BARE, LORA, REWARD, SURVEY, WIDE, Program, write_jsonl

KEYS = ["paper", "a", "b", "score", "reason", "by"]
RESPELT = {"title": "A survey of adaptors", "abstract": "This survey reviews parameter-efficient fine-tuning. " * 4}


def test_merges_by_title_are_listed(program: Program) -> None:
    """Each merge that no id made is a line: the paper, both titles as the pages had them, how alike, why, and by whom."""
    program.add([{"title": "A SURVEY OF ADAPTERS", "author_count": 7}, {"title": "x", "arxiv_id": "2405.99001"}])
    program.done("duplicates", "merge", BARE, WIDE)
    by_hand, by_rule = program.done("duplicates", "--json").rows
    assert list(by_hand) == list(by_rule) == KEYS
    assert (by_hand["paper"], by_hand["a"], by_hand["score"], by_hand["by"]) == (
        BARE,
        "On nothing in particular",
        None,
        "hand",
    )
    assert (by_rule["paper"], by_rule["a"], by_rule["b"]) == (SURVEY, "A survey of adapters", "A SURVEY OF ADAPTERS")
    assert (by_rule["score"], by_rule["by"]) == (100.0, "rule")
    assert by_rule["reason"].startswith("the same title")
    told = program.done("duplicates").out.splitlines()
    assert [line.split("\t")[:3] for line in told] == [[str(BARE), "hand", ""], [str(SURVEY), "rule", "100"]]
    assert program.done("duplicates", "--paper", SURVEY, "--json").rows == [by_rule]
    assert program.done("duplicates", "--limit", 1, "--json").rows == [by_hand]


def test_nothing_to_list(program: Program) -> None:
    """Where ids joined all, that is said, and nothing is data."""
    ran = program.done("duplicates")
    assert ran.out == ""
    assert "no merges but by id" in ran.err


def test_the_list_on_a_terminal(program: Program) -> None:
    """People see both titles and the reason in lines, twenty at most, and that there are more."""
    program.add([{"title": f"Paper of the year 19{n}", "abstract": "x"} for n in range(10, 40)], "one.jsonl")
    program.add([{"title": f"PAPER of the year 19{n}"} for n in range(10, 40)], "two.jsonl")
    assert len(program.done("duplicates", "--json").rows) == 30
    code, out = program.on_terminal("duplicates")
    assert code == 0
    assert out.count("PAPER of the year") == 20
    assert "--limit N shows them" in out
    assert "shows them" not in program.on_terminal("duplicates", "--limit", "5")[1]


def test_merge_and_undo(program: Program) -> None:
    """Two papers become one under the lower number; the other leads there; undo makes them two again."""
    program.done("keep", SURVEY)
    assert program.done("duplicates", "merge", SURVEY, LORA, "--json").one == {
        "merged": [SURVEY, LORA],
        "into": LORA,
        "notes": [],
    }
    assert program.done("show", SURVEY, "--json").one["id"] == LORA
    assert program.done("show", LORA, "--json").one["status"] == "keep"
    told = program.done("show", LORA).out
    assert "  2 " in told
    assert "merged by hand by me on" in told
    assert program.done("duplicates", "undo", "--json").one == {
        "undone": [{"kind": "merge", "papers": [LORA, SURVEY], "notes": []}]
    }
    assert program.done("show", SURVEY, "--json").one["status"] == "keep"
    assert "nothing to take back" in program.done("duplicates", "undo").err


def test_in_words(program: Program) -> None:
    """Each deed says in a line what it did, and remarks go to stderr."""
    program.done("note", SURVEY, "mine")
    assert program.done("duplicates", "merge", BARE, SURVEY).out == f"{SURVEY} and {BARE} are one paper, {SURVEY}\n"
    assert program.done("duplicates", "split", SURVEY).out == f"{SURVEY} is taken apart: {SURVEY} and {BARE}\n"
    assert program.done("duplicates", "undo").out == f"no longer split by hand: {SURVEY}\n"
    assert program.done("duplicates", "undo").out == f"no longer merged by hand: {SURVEY} and {BARE}\n"
    program.done("duplicates", "merge", LORA, SURVEY)
    program.done("note", LORA, "rewritten")
    assert "stays whole" in program.done("duplicates", "undo").err


def test_two_arxiv_ids_are_asked_about(program: Program) -> None:
    """Papers with two arXiv ids are merged if a person says yes; without, nothing is changed and --yes is named."""
    ran = program("duplicates", "merge", LORA, REWARD, "--json")
    assert (ran.code, ran.out) == (1, "")
    assert "2405.99001" in ran.err
    assert "2501.99003" in ran.err
    assert "--yes" in ran.err
    assert program.done("show", REWARD, "--json").one["id"] == REWARD
    code, _ = program.on_terminal("duplicates", "merge", str(LORA), str(REWARD), typed="y\n")
    assert code == 0
    assert program.done("show", "2501.99003", "--json").one["id"] == LORA
    program.done("duplicates", "undo")
    assert program.done("duplicates", "merge", "2405.99001", "2501.99003", "--yes", "--json").one["into"] == LORA


def test_split_by_the_numbers_that_show_gives(program: Program) -> None:
    """`show` numbers the sightings, and `--sighting` takes these numbers; what is nearly the same is shown with why."""
    program.add([{"title": "A survey of adapters", "author_count": 7}])
    seen = program.done("show", SURVEY, "--json").one["seen"]
    assert [sighting["number"] for sighting in seen] == [1, 2]
    made = program.done("duplicates", "split", SURVEY, "--sighting", 2, "--json").one
    assert (made["split"], made["into"]) == (SURVEY, [SURVEY, 8])
    shown = program.done("show", SURVEY, "--json").one
    (apart,) = shown["apart"]
    assert (apart["paper"], apart["title"]) == (8, "A survey of adapters")
    assert apart["reason"].startswith("parted by hand by me on")
    assert f"8 {apart['title']}: {apart['reason']}" in program.done("show", SURVEY).out
    assert program.done("duplicates", "why", SURVEY, 8, "--json").one == {
        "a": SURVEY,
        "b": 8,
        "same": False,
        "reason": apart["reason"],
    }


def test_why(program: Program) -> None:
    """A sentence says why two names are one paper's, or why they are not."""
    assert "two arXiv ids" in program.done("duplicates", "why", LORA, REWARD).out
    assert program.done("duplicates", "why", LORA, "2405.99001").out.startswith(f"both are paper {LORA}: ")


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("merge 1", 2),
        ("merge 1 1", 2),
        ("merge 1 99", 1),
        ("split", 2),
        ("split 99", 1),
        ("split 1", 2),
        ("split 1 --sighting 0", 2),
        ("split 1 --sighting 2", 1),
        ("undo 0", 2),
        ("why 1", 2),
        ("--limit 0", 2),
        ("--paper 99", 1),
        ("nonsense", 2),
    ],
)
def test_what_makes_no_sense(program: Program, command: str, code: int) -> None:
    """Wrong usage is exit 2, what isn't there exit 1; nothing is printed as data, and the reason is told."""
    ran = program("duplicates", *command.split(), "--json")
    assert (ran.code, ran.out) == (code, "")
    assert ran.err


def test_added_again_nothing_changes(program: Program) -> None:
    """After a merge and a split by hand the same file again is unchanged, also for `replay`."""
    file = write_jsonl(Path("again.jsonl"), [{"title": "A survey of adapters"}, RESPELT])
    program.done("add", file)
    program.done("duplicates", "split", SURVEY, "--sighting", 2)
    program.done("duplicates", "merge", LORA, SURVEY)
    before = program.done("list", "--json").out
    assert program.done("add", file, "--json").one["unchanged"] == 2
    program.done("replay")
    assert program.done("list", "--json").out == before
