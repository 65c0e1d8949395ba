"""What the shell completes, as the shells ask for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.harness import LORA, Program
from tests.cli.shells import becomes

from papertide.cli.completion import SCRIPTS


def bash(program: Program, line: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Bash is told for a line, whose words it has taken apart at colons and at signs."""
    words = ["papertide", *line.replace(":", " : ").replace("@", " @ ").split()]
    if line.endswith(" "):
        words.append("")
    with monkeypatch.context() as patch:
        patch.setenv("_PAPERTIDE_COMPLETE", "complete_bash")
        patch.setenv("COMP_WORDS", " ".join(words))
        patch.setenv("COMP_CWORD", str(len(words) - 1))
        ran = program()
    assert (ran.code, ran.err) == (0, "")
    return ran.out.split()


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("sear", ["search"]),
        ("list autho", ["author:", "authors:"]),
        ("list topic:pe", ["peft"]),
        ("list topic:no", ["none"]),
        ("list lora topic:pe", ["peft"]),
        ("search tag:to", ["todo"]),
        ("list status:", ["inbox", "keep", "later", "skip"]),
        ("list has:co", ["code"]),
        ("list date:to", ["today"]),
        ("list nosuch:x", []),
        ("list author:x", []),
        ("list @mi", ["@mine"]),
        ("export topic:pe", ["peft"]),
        ("list --topic pe", ["peft"]),
        ("digest --topic pe", ["peft"]),
        ("list --tag to", ["todo"]),
        ("list --status k", ["keep"]),
        ("list --sort up", ["upvotes"]),
        ("list --by li", ["listed"]),
        ("list --rev", ["--reverse"]),
        ("saved remove mi", ["mine"]),
        ("--show-completion f", ["fish"]),
        ("nosuch x", []),
    ],
)
def test_bash(program: Program, monkeypatch: pytest.MonkeyPatch, line: str, found: list[str]) -> None:
    """Commands, fields, topics, tags, saved names and the values that options take."""
    program.done("tag", LORA, "+todo")
    program.done("saved", "add", "mine", "tag:todo")
    assert bash(program, line, monkeypatch) == found


def test_bash_in_quotes(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in quotes bash doesn't take apart, and replaces whole."""
    monkeypatch.setenv("_PAPERTIDE_COMPLETE", "complete_bash")
    monkeypatch.setenv("_PAPERTIDE_WORD", '"topic:peft has:co')
    monkeypatch.setenv("COMP_WORDS", 'papertide\nlist\n"topic:peft has:co')
    monkeypatch.setenv("COMP_CWORD", "2")
    assert program().out == "topic:peft has:code\n"


def test_all_fields(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing was typed yet, all fields and saved names are offered."""
    program.done("saved", "add", "mine", "tag:todo")
    found = bash(program, "list ", monkeypatch)
    assert {"title:", "topic:", "has:", "@mine"} <= set(found)


def test_no_library(program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without a library, what the program itself knows is completed, and nothing is said."""
    monkeypatch.setenv("PAPERTIDE_LIBRARY", str(tmp_path / "none.db"))
    assert bash(program, "list topic:pe", monkeypatch) == ["peft"]
    assert bash(program, "list tag:to", monkeypatch) == []


@pytest.mark.parametrize(
    ("shell", "line", "found"),
    [
        ("zsh", 'papertide list "topic:peft autho', "topic:peft author:\t"),
        ("zsh", 'papertide list "topic:peft ', "topic:peft author:\t"),
        ("zsh", "papertide list -- -topic:pe", "-topic:peft\t"),
        ("zsh", "papertide ", "add\tRead saved"),
        ("fish", "papertide list status:k", "status:keep"),
        ("fish", "papertide list topic:pe", "topic:peft\t"),
    ],
)
def test_other_shells(program: Program, monkeypatch: pytest.MonkeyPatch, shell: str, line: str, found: str) -> None:
    """Zsh and fish are told the whole word; inside quotes and behind signs the last word of a query is completed."""
    monkeypatch.setenv("_PAPERTIDE_COMPLETE", f"complete_{shell}")
    monkeypatch.setenv("_PAPERTIDE_LINE", line)
    assert found in program().out


def test_nothing_moves_the_terminal(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tags that can't be typed, or mean something to a shell, aren't offered, and what is told of a name is one line without
    anything that moves."""
    program.done("tag", LORA, "+todo", "+to\u202ed\x9b2J", "+to`id`", "+to*")
    program.done("saved", "add", "mine", "tag:todo\n title:x\x1b[2J\u202e")
    monkeypatch.setenv("_PAPERTIDE_COMPLETE", "complete_fish")
    monkeypatch.setenv("_PAPERTIDE_LINE", "papertide list tag:to")
    assert program().out == "tag:todo\n"
    monkeypatch.setenv("_PAPERTIDE_LINE", "papertide list @mi")
    assert program().out == "@mine\ttag:todo title:x\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts(program: Program, shell: str, home: Path) -> None:
    """The script for a shell is printed, or put where the shell finds it; another shell is refused."""
    script = program.done("--show-completion", shell).out
    assert f"complete_{shell}" in script
    path = Path(program.done("--install-completion", shell).out.strip())
    assert path.is_relative_to(home)
    assert path.read_text(encoding="utf-8").strip() == script.strip()
    assert program("--show-completion", "tcsh").code == 2


ASKED = {
    # what is typed up to the tab: the line that it becomes
    "papertide sear": "papertide search ",
    "papertide list topic:pe": "papertide list topic:peft ",
    "papertide list lora topi": "papertide list lora topic:",
    "papertide list @mi": "papertide list @mine ",
    "papertide add pag": "papertide add page.txt ",
    'papertide list "topic:peft has:cod': 'papertide list "topic:peft has:code" ',
}


@pytest.mark.parametrize("shell", list(SCRIPTS))
def test_real_shells(program: Program, shell: str) -> None:
    """Each shell, with the script loaded, completes commands, values behind their colon, names, files, and the last word
    of a query in quotes; what a library holds is never run by it, neither a name nor what is told of one."""
    program.done("tag", LORA, "+todo", "+x`>made`")
    program.done("saved", "add", "mine", "tag:todo")
    for name in ("y1", "y2"):
        program.done("saved", "add", name, "--", r'title:"\$(touch made) \\$(touch made) `touch made`"')
    Path("page.txt").touch()
    lines = [*ASKED, "papertide list tag:x", "papertide list @y"]
    assert becomes(shell, lines, SCRIPTS[shell])[: len(ASKED)] == list(ASKED.values())
    assert not Path("made").exists()
