"""`papertide tag`, `note` and `saved`."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest
from tests.cli.harness import LORA, REWARD, SURVEY, Program


def tags(program: Program, number: int) -> list[str]:
    """The tags of a paper."""
    found: list[str] = program.done("show", number, "--json").one["tags"]
    return found


def test_tags_are_put_on_and_taken_off(program: Program) -> None:
    """`tag ID… +x -y` puts x on and takes y off, on every paper named, and says what changed."""
    told = program.done("tag", LORA, "2501.99003", "+todo", "+read", "--json").one
    assert told == {"papers": [LORA, REWARD], "added": ["todo", "read"], "removed": [], "changed": 4}
    told = program.done("tag", LORA, "+survey", "-todo", "--json").one
    assert told == {"papers": [LORA], "added": ["survey"], "removed": ["todo"], "changed": 2}
    assert tags(program, LORA) == ["read", "survey"]
    assert tags(program, REWARD) == ["read", "todo"]


def test_a_tag_that_looks_like_an_option_is_a_tag(program: Program) -> None:
    """`-hard` takes the tag "hard" off: it is not read as -h; behind `--` nothing is read as an option."""
    program.done("tag", LORA, "+hard", "+json")
    program.done("tag", LORA, "-hard")
    assert tags(program, LORA) == ["json"]
    program.done("tag", LORA, "--", "-json")
    assert tags(program, LORA) == []


def test_tagging_twice_changes_nothing(program: Program) -> None:
    """A tag that is there already, or isn't there to be taken off, is no change."""
    program.done("tag", LORA, "+todo")
    assert program.done("tag", LORA, "+todo", "--json").one["changed"] == 0
    assert program.done("tag", LORA, "--json", "--", "-other").one["changed"] == 0


@pytest.mark.parametrize("name", ["to do", 'a"b', "a'b", "a(b", "a:b", "@a", "", "x" * 65, "-a", "+a"])
def test_tags_that_no_query_could_name(program: Program, name: str) -> None:
    """A tag that the query language couldn't write is refused, and nothing is changed."""
    ran = program("tag", LORA, f"+{name}")
    assert (ran.code, ran.out) == (2, "")
    assert tags(program, LORA) == []


@pytest.mark.parametrize("name", ["todo", "C++", "über", "待读", "a.b/c", "2024", "x" * 64, "a-b", "none"])
def test_a_tag_is_found_by_its_name(program: Program, name: str) -> None:
    """Whatever can be a tag finds its papers by `tag:` in quotes and, save `none`, by `--tag`."""
    program.done("tag", SURVEY, f"+{name}")
    assert program.done("list", f'tag:"{name}"', "--json").ids == [SURVEY]
    assert name == "none" or program.done("list", "--tag", name, "--json").ids == [SURVEY]


def test_tags_of_a_terminal_are_safe(program: Program) -> None:
    """Control and bidi characters in a tag or a note never reach a stream that people read."""
    program("tag", LORA, "+a\x1b[31mb\u202e")
    program.done("note", LORA, "a\x1b[31mb\u202e\x07")
    for command in ("show 1", "note 1", "list", "export", "export --group-by tag"):
        assert not set(program.done(*command.split()).out) & set("\x1b\u202e\x07")


def test_notes_are_written_shown_and_cleared(program: Program) -> None:
    """`note ID TEXT` replaces the note, `note ID` shows it, `--clear` takes it off."""
    assert program.done("note", LORA).err == "no note\n"
    assert program.done("note", LORA, "--json").one == {"id": LORA, "note": None}
    program.done("note", LORA, "compare", "with", "section 4")
    assert program.done("note", LORA).out == "compare with section 4\n"
    assert program.done("note", LORA, "new", "--json").one == {"id": LORA, "note": "new"}
    assert program.done("list", "has:note", "--json").ids == [LORA]
    assert "Note: new" in program.done("show", LORA).out
    assert program.done("note", LORA, "--clear", "--json").one == {"id": LORA, "note": None}
    assert program.done("list", "has:note", "--json").ids == []


def test_saved_searches_stand_in_queries(program: Program) -> None:
    """`@name` stands for the saved search, in parentheses, alone and with more, and in another saved search."""
    program.done("saved", "add", "two", "robots OR preference")
    assert program.done("list", "@two", "--json").out == program.done("list", "robots OR preference", "--json").out
    assert program.done("list", "@two date:<2025-02", "--json").ids == [REWARD]
    program.done("saved", "add", "@old", "@two date:<2025-02")
    assert program.done("list", "@old", "--json").ids == [REWARD]
    assert program.done("keep", "--query", "@old", "--yes", "--json").one["changed"] == [REWARD]


def test_saved_searches_are_listed_replaced_and_removed(program: Program) -> None:
    """`saved` lists by name, `add` replaces one of the same name, `remove` forgets it."""
    assert program.done("saved", "add", "b", "lora", "--json").one == {"name": "b", "query": "lora"}
    program.done("saved", "add", "a", "topic:peft", "authors:<=3")
    program.done("saved", "add", "b", "adapters")
    rows = [{"name": "a", "query": "topic:peft authors:<=3"}, {"name": "b", "query": "adapters"}]
    assert program.done("saved", "--json").rows == rows
    assert program.done("saved", "list", "--json").rows == rows
    assert program.done("saved").out == "@a\ttopic:peft authors:<=3\n@b\tadapters\n"
    assert program.done("saved", "remove", "@b", "--json").one == {"removed": "b"}
    assert program.done("saved", "--json").rows == rows[:1]


@pytest.mark.parametrize("query", ["(", "titel:x", "@self", "@nobody", '"'])
def test_a_search_that_does_not_parse_is_not_saved(program: Program, query: str) -> None:
    """A query that doesn't parse, or that would hold itself, is exit 2; an older one of that name stays."""
    assert program("saved", "add", "self", query).code == 2
    assert program.done("saved", "--json").rows == []
    program.done("saved", "add", "self", "lora")
    assert program("saved", "add", "self", query).code == 2
    assert program.done("saved", "--json").one == {"name": "self", "query": "lora"}


def test_searches_cannot_come_to_hold_each_other(program: Program) -> None:
    """Two saved searches that would stand in each other are refused when the circle would close."""
    program.done("saved", "add", "a", "lora")
    program.done("saved", "add", "b", "@a")
    assert program("saved", "add", "a", "@b").code == 2
    assert program.done("list", "@b", "--json").rows


def test_no_saved_searches_is_said(program: Program) -> None:
    """Without saved searches the list is empty and stderr says so."""
    ran = program.done("saved")
    assert (ran.out, ran.err) == ("", "no saved searches\n")


def test_a_note_in_an_editor(program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--edit opens the note in the editor that is named, options and all; what is there when it ends is the note."""
    script = tmp_path / "my editor.py"
    script.write_text(
        "import pathlib, sys\nfile = pathlib.Path(sys.argv[2])\nfile.write_text(file.read_text() + sys.argv[1] + '\\n')\n",
        "utf-8",
    )
    monkeypatch.setenv("EDITOR", "never used")
    monkeypatch.setenv("VISUAL", shlex.join([sys.executable, str(script), "a $HOME `b`"]))
    assert program.done("note", LORA, "--edit", "--json").one["note"] == "a $HOME `b`"
    assert program.done("note", LORA, "--edit", "--json").one["note"] == "a $HOME `b`\na $HOME `b`"
    monkeypatch.setenv("VISUAL", shlex.join([sys.executable, "-c", "import sys; open(sys.argv[1], 'w')"]))
    assert program.done("note", LORA, "--edit", "--json").one["note"] is None


@pytest.mark.parametrize("editor", ["false", "no-such-editor-anywhere", "'"])
def test_an_editor_that_fails(program: Program, monkeypatch: pytest.MonkeyPatch, editor: str) -> None:
    """If the editor fails the note stays as it was."""
    program.done("note", LORA, "mine")
    monkeypatch.setenv("EDITOR", editor)
    ran = program("note", LORA, "--edit")
    assert ran.code in (1, 2)
    assert editor in ran.err
    assert program.done("note", LORA, "--json").one["note"] == "mine"
    assert program("note", LORA, "--edit", "--clear").code == 2
