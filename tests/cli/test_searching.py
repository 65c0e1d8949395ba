"""What a search tells besides its papers: spellings, suggestions, passages; and papers like one."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.harness import BARE, FORGETTING, LORA, REWARD, ROBOTS, SURVEY, Program

from papertide import Library
from papertide.errors import NotFound


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("RLHF", [REWARD]),
        ("rlhf preference", [REWARD]),
        ("finetuning", [SURVEY]),
        ("fine tuning", [SURVEY]),
        ("PEFT", [SURVEY]),
        ("reinforcement learning from human feedback", [REWARD]),
    ],
)
def test_spellings(program: Program, query: str, found: list[int]) -> None:
    """An acronym finds what it stands for, and back, in every command that takes a query."""
    assert sorted(program.done("search", query, "--json").ids) == sorted(found)
    assert sorted(program.done("list", query, "--json").ids) == sorted(found)


def test_own_spellings(program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A spellings.txt beside the configuration adds to the program's own; a line that says nothing is named."""
    monkeypatch.setenv("PAPERTIDE_CONFIG", str(tmp_path / "config.toml"))
    file = tmp_path / "spellings.txt"
    file.write_text("RM = reward model\n", encoding="utf-8")
    assert program.done("search", "RM", "--json").ids == [REWARD]
    with Library.open(program.library) as library:
        assert [paper.id for paper in library.search("rm")] == [REWARD]
    file.write_text("RM reward\n", encoding="utf-8")
    ran = program("search", "RM")
    assert (ran.code, ran.out) == (1, "")
    assert "line 1" in ran.err
    file.write_bytes(b"\xff\xfe")
    assert "not UTF-8" in program("search", "RM").err
    file.unlink()
    file.mkdir()
    assert program("search", "RM").code == 1


def test_did_you_mean(program: Program) -> None:
    """A word that no paper holds is named, with the one that was probably meant; stdout stays data."""
    ran = program.done("search", "catastrofic", "forgetting", "--json")
    assert ran.ids == [FORGETTING]
    assert 'no paper holds "catastrofic"; did you mean catastrophic?' in ran.err
    ran = program.done("list", "laundri")
    assert ran.err == "" or "laundry" in ran.err
    ran = program.done("search", "xyzzy")
    assert (ran.out, ran.err) == ("", 'no paper holds "xyzzy"\nno papers\n')
    assert "laundry" in program.done("search", "--any", "lanudry", "robot").err
    assert program.done("search", "robot", "laundry").err == ""


def test_misspelt_names_are_pointed_at(program: Program) -> None:
    """A topic and a saved search that don't exist are marked by their column, with the one that was probably meant."""
    program.done("saved", "add", "todo", "tag:todo")
    ran = program("list", "lora @tod")
    assert ran.code == 2
    assert "column 6" in ran.err
    assert "did you mean @todo?" in ran.err
    ran = program("list", "date:2024 -robots topic:pfet")
    assert ran.code == 2
    assert "column 25" in ran.err
    assert "did you mean peft?" in ran.err
    program.done("saved", "add", "odd", "topic:pfet")
    ran = program("list", "@odd")
    assert ran.code == 2
    assert "column" not in ran.err


def test_a_search_shows_where_it_was_found(program: Program) -> None:
    """On a terminal the passage that answers best stands under a paper, with the words standing out; `list` shows none."""
    code, shown = program.on_terminal("search", "folding laundry")
    assert code == 0
    assert "learns to \x1b[1;33mfold\x1b[0m \x1b[1;33mlaundry\x1b[0m from" in shown
    assert "from demonstrations" not in program.on_terminal("list", "folding laundry")[1]
    code, shown = program.on_terminal("search", "folding laundry", environment={"NO_COLOR": "1"})
    assert "\x1b" not in shown


def test_passages_are_only_text(program: Program) -> None:
    """Markup and escapes of an abstract are shown as text, in what stands out, too."""
    abstract = "See [bold red]gadget[/] and \u202egadget [link=x]gadget"
    program.add([{"title": "A \x1b[31mgadget", "abstract": abstract}])
    shown = program.on_terminal("search", "gadget", environment={"NO_COLOR": "1"})[1]
    assert "[bold red]gadget[/]" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_similar(program: Program) -> None:
    """The nearest papers come first, each with how near it is; the paper itself is none of them."""
    rows = program.done("similar", FORGETTING, "--json").rows
    assert FORGETTING not in [row["id"] for row in rows]
    assert rows[0]["id"] == LORA
    scores = [row["score"] for row in rows]
    assert scores == sorted(scores, reverse=True)
    assert program.done("similar", FORGETTING, "--limit", "1").ids == [LORA]
    assert program.done("similar", FORGETTING, "--limit", "0").err == ""
    ran = program.done("similar", BARE)
    assert (ran.out, ran.err) == ("", "no paper shares its words\n")
    assert program("similar", "99").code == 1
    assert program("similar").code == 2


def test_similar_in_python(program: Program) -> None:
    """`Library.similar` is the same."""
    with Library.open(program.library) as library:
        found = library.similar("2406.99002", limit=2)
        assert found[0].id == LORA
        assert found[0].score is not None
        with pytest.raises(NotFound):
            library.similar(99)


def test_reversed_and_paged(program: Program) -> None:
    """Pages of a search for any word are parts of one order, and --reverse turns it round."""
    words = ["--any", "laundry", "adapters", "--json"]
    whole = program.done("search", *words).ids
    assert set(whole) == {ROBOTS, LORA, FORGETTING, SURVEY}
    assert program.done("search", *words, "--limit", "2").ids == whole[:2]
    assert program.done("search", *words, "--limit", "2", "--offset", "1").ids == whole[1:3]
    assert program.done("search", *words, "--reverse").ids == whole[::-1]
    assert program.done("search", *words, "--since", "2025").ids == [ROBOTS]
