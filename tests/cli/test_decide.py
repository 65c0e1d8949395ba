"""`papertide keep`, `later`, `skip`, `inbox`, `undo` and `log`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.cli.harness import FORGETTING, LORA, REWARD, ROBOTS, SURVEY, Program


def statuses(program: Program) -> dict[int, str]:
    """The status of each paper that isn't in the inbox."""
    return {row["id"]: row["status"] for row in program.done("list", "--json").rows if row["status"] != "inbox"}


@pytest.mark.parametrize("status", ["keep", "later", "skip"])
def test_decisions(program: Program, status: str) -> None:
    """A decision names papers by number, arXiv id or URL, each once, and says which it changed."""
    names = ["1", "2406.99002", "https://arxiv.org/abs/2501.99003", "1"]
    told = program.done(status, *names, "--json").one
    assert told == {"status": status, "changed": [LORA, FORGETTING, REWARD], "unchanged": []}
    assert statuses(program) == dict.fromkeys([LORA, FORGETTING, REWARD], status)
    again = program.done(status, LORA, SURVEY, "--json").one
    assert again == {"status": status, "changed": [SURVEY], "unchanged": [LORA]}
    assert program.done("list", f"status:{status}", "--count").out == "4\n"


def test_inbox_takes_a_decision_off(program: Program) -> None:
    """`inbox` puts a paper back among the undecided."""
    program.done("keep", LORA)
    assert program.done("inbox", LORA, SURVEY, "--json").one == {
        "status": "inbox",
        "changed": [LORA],
        "unchanged": [SURVEY],
    }
    assert statuses(program) == {}


def test_one_wrong_name_changes_nothing(program: Program) -> None:
    """Where one of the papers isn't there, none is decided on."""
    assert program("keep", LORA, 99).code == 1
    assert statuses(program) == {}


def test_a_query_decides_for_many(program: Program) -> None:
    """--query decides on all papers that the query holds, without a question with --yes."""
    told = program.done("skip", "--query", "topic:peft", "--yes", "--json").one
    assert set(told["changed"]) == {LORA, SURVEY}
    assert statuses(program) == {LORA: "skip", SURVEY: "skip"}


def test_a_query_asks_first(program: Program) -> None:
    """Where nobody can answer, --query without --yes changes nothing, says so, and is exit 1."""
    ran = program("skip", "--query", "topic:peft", stdin=b"y\n")
    assert (ran.code, ran.out) == (1, "")
    assert "--yes" in ran.err
    assert "2 papers" in ran.err
    assert statuses(program) == {}


def test_a_query_that_holds_nothing_changes_nothing(program: Program) -> None:
    """A query that no paper meets asks nothing and changes nothing."""
    assert program.done("skip", "--query", "zygote", "--json").one == {"status": "skip", "changed": [], "unchanged": []}


def test_a_query_sees_the_rules_of_today(program: Program) -> None:
    """`keep --query topic:…` goes by the topic rules in force, also where they changed since the last command."""
    path = program.done("topics", "edit", "--json").one["file"]
    Path(path).write_text('[laundry]\nname = "Laundry"\ndescription = "Folding."\nstrong = ["laundry"]\n', "utf-8")
    assert program.done("keep", "--query", "topic:laundry", "--yes", "--json").one["changed"] == [ROBOTS]


def test_undo_takes_back_across_runs(program: Program) -> None:
    """`undo N` takes back the last N decisions, newest first, each paper going back to what it was before."""
    program.done("keep", LORA)
    program.done("later", LORA)
    program.done("skip", SURVEY)
    told = program.done("undo", 2, "--json").one["undone"]
    assert [(row["paper"], row["status"]) for row in told] == [(SURVEY, "skip"), (LORA, "later")]
    assert statuses(program) == {LORA: "keep"}
    assert [row["status"] for row in program.done("undo", "--json").one["undone"]] == ["keep"]
    assert statuses(program) == {}
    ran = program.done("undo", 5)
    assert (ran.out, ran.err) == ("", "nothing to take back\n")


def test_undo_of_many_is_named(program: Program) -> None:
    """A decision on several papers names the undo that takes all of it back, and it does."""
    program.done("keep", LORA)
    told = program.done("skip", "--query", "lora OR robots", "--yes").err
    (command,) = re.findall(r"papertide (undo \d+)", told)
    program.done(*command.split())
    assert statuses(program) == {LORA: "keep"}


def test_inbox_can_be_taken_back(program: Program) -> None:
    """Putting a paper back into the inbox is a decision like others: undo brings the status back."""
    program.done("keep", LORA)
    program.done("inbox", LORA)
    program.done("undo")
    assert statuses(program) == {LORA: "keep"}


def test_the_log_is_newest_first_and_whole(program: Program) -> None:
    """`log` shows every decision and every undo, newest first, with its time and command; --limit cuts it."""
    program.done("keep", LORA)
    program.done("skip", SURVEY)
    program.done("undo")
    rows = program.done("log", "--json").rows
    assert [list(row) for row in rows] == [["id", "paper", "title", "status", "at", "command", "undoes"]] * 3
    assert [(row["paper"], row["command"], row["undoes"]) for row in rows] == [
        (SURVEY, "undo", rows[1]["id"]),
        (SURVEY, "skip", None),
        (LORA, "keep", None),
    ]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row["at"]) for row in rows)
    assert program.done("log", "--limit", 1, "--json").rows == rows[:1]
    lines = program.done("log").out.splitlines()
    assert [line.split("\t")[1:3] for line in lines] == [["undo (inbox)", "4"], ["skip", "4"], ["keep", "1"]]


def test_an_empty_log_is_said(program: Program) -> None:
    """Without decisions the log is empty and stderr says so."""
    ran = program.done("log")
    assert (ran.out, ran.err) == ("", "no decisions yet\n")


def test_decisions_survive_a_merge(program: Program) -> None:
    """When a new page shows that two papers are one, the decision, tags and notes stay, and both numbers lead there."""
    program.add([{"title": "A first name of it", "abstract": "One abstract. " * 20}], "one.jsonl")
    program.add([{"title": "Another name entirely", "arxiv_id": "2407.99009"}], "two.jsonl")
    program.done("keep", "8")
    program.done("tag", "9", "+todo")
    program.add(
        [
            {"title": "A first name of it", "abstract": "One abstract. " * 20, "arxiv_id": "2407.99009"},
            {"title": "Another name entirely", "arxiv_id": "2407.99009"},
        ],
        "three.jsonl",
    )
    old, new = program.done("show", "8", "--json").one, program.done("show", "9", "--json").one
    assert old["id"] == new["id"]
    assert (old["status"], old["tags"], old["sightings"]) == ("keep", ["todo"], 4)
