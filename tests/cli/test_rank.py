"""`papertide rank`, `explain` and `evaluate`, and the scores that other commands show."""

from __future__ import annotations

import pytest
from tests.cli.harness import LORA, PAPER_KEYS, Program


def test_scores_stand_everywhere(demo: Program) -> None:
    """A score is null until there is a decision, then between 0 and 1 in every view, and null again when it is undone."""
    assert {row["score"] for row in demo.done("list", "--json").rows} == {None}
    demo.done("keep", 39, 29)
    demo.done("skip", 34)
    rows = demo.done("list", "--json").rows
    assert all(0 <= row["score"] <= 1 for row in rows)
    by_score = demo.done("list", "--sort", "score", "--json").rows
    assert [row["score"] for row in by_score] == sorted((row["score"] for row in rows), reverse=True)
    one = next(row for row in rows if row["id"] == 42)
    assert demo.done("show", 42, "--json").one["score"] == one["score"]
    assert demo.done("show", 42, "--json").one["why"]["words"]
    assert "Score 0." in demo.done("show", 42).out
    digest = {row["id"]: row["score"] for row in demo.done("digest", "--peek", "--json").rows}
    assert digest[42] == one["score"]
    exported = {row["id"]: row["score"] for row in demo.done("export", "--format", "jsonl").rows}
    assert exported[42] == one["score"]
    assert {row["score"] for row in demo.done("list", "--json", "--reader", "bob").rows} == {None}
    demo.done("undo", 3)
    assert {row["score"] for row in demo.done("list", "--json").rows} == {None}


def test_the_inbox_in_order(demo: Program) -> None:
    """`rank` lists the inbox, papers like the kept ones first; with exploration every tenth place says for which topic."""
    before = demo.done("rank", "--limit", 3).out.splitlines()
    assert [row.split("\t")[0] for row in before] == ["40", "39", "5"]
    demo.done("keep", 39, 29)
    rows = demo.done("rank", "--json").rows
    assert list(rows[0]) == [*PAPER_KEYS, "explored"]
    assert {39, 29}.isdisjoint(row["id"] for row in rows)
    assert "peft" in rows[0]["topics"]
    assert next(place for place, row in enumerate(rows, 1) if row["explored"]) == 10
    assert {row["explored"] for row in demo.done("rank", "--no-explore", "--json").rows} == {None}
    code, shown = demo.on_terminal("rank")
    assert code == 0
    assert len(shown.splitlines()) > 20
    assert {row["explored"] for row in _with(demo, "PAPERTIDE_EXPLORE", "no")} == {None}


def _with(demo: Program, name: str, value: str) -> list[dict[str, object]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(name, value)
        return demo.done("rank", "--json").rows


def test_nothing_to_rank(program: Program) -> None:
    """With every paper decided on the inbox is empty, and it says so."""
    program.done("keep", "--query", "status:inbox", "--yes")
    assert program.done("rank").err == "nothing in the inbox\n"


def test_explain(demo: Program) -> None:
    """The words that moved a paper, for people and as JSON; without decisions it says that there are none."""
    assert "no decisions to learn from yet" in demo.done("rank", "explain", 42).out
    demo.done("keep", 39)
    demo.done("skip", 42)
    told = demo.done("rank", "explain", 29).out
    assert "up: " in told
    row = demo.done("rank", "explain", 29, "--json").one
    assert list(row) == ["id", "score", "words"]
    assert list(row["words"][0]) == ["word", "moved"]
    assert demo("rank", "explain", 999).code == 1


def test_words_that_nobody_decided_on(program: Program) -> None:
    """A paper that shares no word with any decided one says so; a word that pulls down is told, too."""
    program.done("keep", LORA)
    row = next(row for row in program.done("list", "--json").rows if row["title"].startswith("On nothing"))
    assert "no word of it" in program.done("rank", "explain", row["id"]).out
    program.add([{"title": "Nothing of importance"}, {"title": "Nothing whatever of value"}])
    program.done("skip", program.done("list", "title:importance", "--json").ids[0])
    assert "down: nothing" in program.done("rank", "explain", program.done("list", "whatever", "--json").ids[0]).out


def test_evaluate(demo: Program) -> None:
    """Too few decisions are an error that says what it takes; then there is a table with a plot, or JSON."""
    ran = demo("rank", "evaluate")
    assert (ran.code, "it takes a keep" in ran.err) == (1, True)
    for number in range(1, 40):
        demo.done("keep" if number % 3 == 0 else "skip", number)
    told = demo.done("rank", "evaluate").out
    assert "by your decisions\t0." in told
    assert "#" in told
    made = demo.done("rank", "evaluate", "--json").one
    assert list(made) == ["decisions", "keeps", "learned", "newest", "upvotes", "curve"]
    assert list(made["learned"]) == ["auc", "precision10", "saved95"]


def test_what_was_put_off_comes_back_on_a_later_day(demo: Program) -> None:
    """A paper put off isn't in the next digest of that day, is in the first of a later day, and then no more."""
    demo.done("digest")
    demo.done("later", 39, 40)
    assert demo.done("digest", "--json").ids == []
    tomorrow = ("--today", "2126-11-22")
    shown = demo.done("digest", "--peek", *tomorrow).out
    assert "Put off until now (2)" in shown
    assert 'papertide list "status:later"' in demo.done("digest", "--peek", "--limit", 1, *tomorrow).out
    assert demo.done("digest", "--json", *tomorrow).ids == [40, 39]
    assert demo.done("digest", "--json", "--today", "2126-11-23").ids == []


def test_the_day_given_for_today_is_that_of_decisions(demo: Program) -> None:
    """With --today what is put off is put off on that day, and comes back on the next, whatever the clock says."""
    demo.done("digest", "--today", "2026-05-07")
    demo.done("later", 39, "--today", "2026-05-07")
    assert demo.done("log", "--json").rows[0]["at"].startswith("2026-05-07T")
    assert demo.done("digest", "--json", "--today", "2026-05-07").ids == []
    assert demo.done("digest", "--json", "--today", "2026-05-08").ids == [39]
    assert demo.done("digest", "--json", "--today", "2026-05-09").ids == []
