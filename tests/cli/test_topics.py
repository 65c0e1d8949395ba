"""`papertide topics`."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.harness import LORA, ROBOTS, SURVEY, Program

RULES = """
[laundry]
name = "Laundry & more"
description = "Folding things."
strong = ["laundry"]

[adapters]
name = "Adapters"
description = "Small layers."
strong = ["adapter*"]
"""


def own_rules(program: Program, text: str = RULES) -> None:
    """Replace the topic rules of the reader by these."""
    Path(program.done("topics", "edit", "--json").one["file"]).write_text(text, "utf-8")


def test_topics_are_counted_in_the_order_of_the_digest(program: Program) -> None:
    """`topics` lists every topic of the rules with its papers, in their order, papers without one last."""
    rows = program.done("topics", "--json").rows
    assert all(list(row) == ["id", "name", "description", "papers"] for row in rows)
    counts = {row["id"]: row["papers"] for row in rows}
    assert (counts["peft"], counts["robotics-control"], counts["none"]) == (2, 1, 2)
    assert rows[-1]["id"] == "none"
    for topic, count in counts.items():
        assert program.done("list", f"topic:{topic}", "--count").out == f"{count}\n"
    lines = [line.split("\t")[:2] for line in program.done("topics").out.splitlines()]
    assert lines == [[row["id"], str(row["papers"])] for row in rows]


def test_topics_need_no_library(empty: Program) -> None:
    """Without a library the rules are listed with no papers, and nothing is made."""
    rows = empty.done("topics", "--json").rows
    assert rows
    assert {row["papers"] for row in rows} == {0}
    assert not empty.library.exists()


def test_one_topic(program: Program) -> None:
    """`topics show` tells its name, its count, the query that lists them, and the newest papers."""
    told = program.done("topics", "show", "PEFT", "--json").one
    assert (told["papers"], told["name"]) == (2, "Parameter-efficient fine-tuning")
    out = program.done("topics", "show", "peft").out
    assert "2 papers" in out
    assert 'papertide list "topic:peft"' in out
    assert out.index("A survey of adapters") < out.index("Low-rank adapters")


def test_test_says_which_words_decide(program: Program) -> None:
    """`topics test` gives the topics of a text with scores and the words found, from arguments or standard input."""
    told = program.done("topics", "test", "LoRA for speech recognition", "--json").one
    assert list(told) == ["topics", "scores"]
    assert {"peft", "speech-audio"} <= set(told["topics"])
    assert all(list(score) == ["topic", "score", "passed", "words"] for score in told["scores"])
    assert {score["topic"] for score in told["scores"] if score["passed"]} >= set(told["topics"])
    same = program.done("topics", "test", "-", "--json", stdin=b"LoRA for speech recognition\n").one
    assert same == told
    assert program.done("topics", "test", "zygote").out.startswith("topics: none")


def test_changed_rules_label_the_library_anew(program: Program) -> None:
    """Own rules replace the default ones at the next command, in every view; removed, the default ones are back."""
    before = program.done("list", "--json").out
    own_rules(program)
    assert program.done("list", "topic:laundry", "--json").ids == [ROBOTS]
    assert program.done("show", SURVEY, "--json").one["topics"] == ["adapters"]
    assert {row["id"] for row in program.done("topics", "--json").rows} == {"laundry", "adapters", "none"}
    assert "Laundry & more" in program.done("digest", "--peek").out
    assert program("list", "topic:peft").code == 2
    Path(program.done("topics", "edit", "--json").one["file"]).unlink()
    assert program.done("list", "--json").out == before


def test_edit_copies_the_rules_once(program: Program, home: Path) -> None:
    """`topics edit` writes the rules in force into the config folder, says where, and never overwrites."""
    told = program.done("topics", "edit", "--json").one
    path = home / ".config" / "papertide" / "topics.toml"
    assert told == {"file": str(path), "made": True}
    before = program.done("topics", "--json").out
    path.write_text(RULES, "utf-8")
    ran = program.done("topics", "edit")
    assert ran.out == f"{path}\n"
    assert path.read_text("utf-8") == RULES
    assert program.done("topics", "--json").out != before


def test_rules_that_cannot_be_copied(program: Program, home: Path) -> None:
    """Where the config folder can't be made `topics edit` is exit 1 and names the file."""
    (home / ".config").write_text("in the way", "utf-8")
    ran = program("topics", "edit", "--json")
    assert (ran.code, ran.out) == (1, "")
    assert "topics.toml" in ran.err


@pytest.mark.parametrize("text", ["[", "[a]\n", "[a]\nname = 1\nstrong = ['x']\n", "x = 1\n", "", "\0"])
def test_rules_that_do_not_load_are_named(program: Program, text: str) -> None:
    """Broken topic rules are exit 1 and name the file; the library keeps its labels."""
    own_rules(program, text)
    for command in ("topics", "list", "digest --peek", "add nothing.txt"):
        ran = program(*command.split())
        assert (ran.code, ran.out) == (1, ""), command
        assert "topics.toml" in ran.err
    Path(program.done("topics", "edit", "--json").one["file"]).unlink()
    assert program.done("list", "topic:peft", "--count").out == "2\n"


def test_topics_of_new_papers_follow_own_rules(program: Program) -> None:
    """Papers that are added under own rules are labelled by them."""
    own_rules(program)
    program.add([{"title": "More laundry for robots"}])
    assert program.done("list", "topic:laundry", "--json").ids == [ROBOTS, 8]
    assert LORA in program.done("list", "topic:adapters", "--json").ids
