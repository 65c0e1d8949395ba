"""What stands on a real terminal of 80 columns, and what a terminal is never sent."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from rich.cells import cell_len
from tests.cli.harness import BARE, FORGETTING, LORA, PAGES, PAPERS, ROOT, WIDE, Program
from tests.terminal import in_terminal, without_style

STYLE = re.compile(r"\x1b\[[0-9;]*m")


def shown(
    program: Program, command: str, *, code: int = 0, columns: int = 80, environment: Mapping[str, str] | None = None
) -> str:
    """What a command writes on a terminal, raw; its exit code is checked."""
    ended, written = program.on_terminal(*command.split(), columns=columns, environment=environment)
    assert ended == code, written
    return written


LOOKS = [
    "list",
    "search adapters",
    "search laundry catastrophic",
    "digest --peek",
    "digest --peek --limit 1",
    "show 1 2 7",
    "stats",
    "topics",
    "topics show peft",
    "topics test LoRA",
    "doctor",
    "log",
    "saved",
    "list --help",
    "--help",
]


@pytest.mark.parametrize("command", LOOKS)
def test_eighty_columns_hold_every_line(program: Program, command: str) -> None:
    """On a terminal of 80 columns no line is wider, wide characters counted as two; and nothing but colours is sent."""
    program.done("keep", WIDE)
    program.done("saved", "add", "long", "lora " * 40)
    written = shown(program, command)
    assert max(cell_len(line) for line in without_style(written).splitlines()) <= 80
    assert not set(STYLE.sub("", written)) & set(map(chr, [*range(9), *range(11, 32), *range(127, 160)]))
    assert not re.search("[\u2500-\u257f]", written)


@pytest.mark.parametrize("columns", [20, 40, 200])
def test_other_widths_are_kept_too(program: Program, columns: int) -> None:
    """Lists and digests fit narrow and wide terminals; at 200 columns nothing needs wrapping."""
    program.done("keep", LORA)
    for command in ("list", "digest --peek", "show 1", "log", "topics"):
        written = without_style(shown(program, command, columns=columns))
        assert max(cell_len(line) for line in written.splitlines()) <= columns, command


@pytest.mark.parametrize("command", ["list", "digest --peek --limit 100", "show 7", "log"])
def test_titles_are_whole(program: Program, command: str) -> None:
    """A title is wrapped, never cut: its characters all stand there, in order."""
    if command == "log":
        program.done("keep", WIDE)
    text = re.sub(r"\s", "", without_style(shown(program, command)))
    titles = (
        [paper["title"] for paper in PAPERS] if command.startswith(("list", "digest")) else [PAPERS[WIDE - 1]["title"]]
    )
    for title in titles:
        assert re.sub(r"\s", "", title) in text, title
    assert "…" not in text


@pytest.mark.parametrize("command", ["list", "digest --peek", "show 1", "stats", "topics", "doctor", "log", "nonsense"])
@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=["NO_COLOR", "TERM=dumb"])
def test_no_colour_is_no_escape(program: Program, command: str, environment: dict[str, str]) -> None:
    """With NO_COLOR, or on a dumb terminal, not one escape is written, and the text is the same."""
    program.done("keep", LORA)
    code = 2 if command == "nonsense" else 0
    written = shown(program, command, code=code, environment=environment)
    assert "\x1b" not in written
    assert written == without_style(shown(program, command, code=code))


def test_colour_on_a_terminal(program: Program) -> None:
    """On a terminal that has colours they are used, and every style is ended before the line is."""
    written = shown(program, "digest --peek")
    assert "\x1b[" in written
    for line in written.splitlines():
        codes = STYLE.findall(line)
        assert not codes or codes[-1] == "\x1b[0m"


def test_a_terminal_shows_twenty(program: Program) -> None:
    """On a terminal the first 20 papers are listed and the rest counted; --limit and --json show more."""
    program.add([{"title": f"Study {number} of something else entirely, part {number}"} for number in range(30)])
    text = without_style(shown(program, "list"))
    assert len(re.findall(r"^ {0,4}\d+ ", text, flags=re.MULTILINE)) == 20
    assert "the first 20 of 37" in text
    more = without_style(shown(program, "list --limit 5 --offset 30"))
    assert "31 to 35 of 37" in more
    assert len(shown(program, "list --json").splitlines()) == 37


def test_json_on_a_terminal_is_not_wrapped(program: Program) -> None:
    """--json on a terminal is the same lines as in a pipe, whole and without colour."""
    assert shown(program, "list --json") == program.done("list", "--json").out


def test_list_shows_what_is_known(program: Program) -> None:
    """A paper in a list has its number, title, facts and topics; a decision stands there, the inbox doesn't."""
    program.done("keep", FORGETTING)
    text = without_style(shown(program, "list"))
    assert "keep · 5 authors · 2024-06-01 · 40 upvotes · arXiv:2406.99002" in text
    assert "inbox" not in text
    assert f"    {BARE} On nothing in particular\n" in text


HOSTILE = {
    "title": "A \x1b[31mred\x1b[0m \x1b]0;owned\x07 \x1b[2J\x9b2J\u202eevil\u2069 [bold red]x[/] "
    "[link=file:///etc/passwd]y[/link] **stars** :smile: title\x08\x08\x08",
    "abstract": "We propose [red]markup[/red] and \x1b[5mblinking\x1b[0m and \u202ebidi\u202c text that is long enough.\x07",
    "authors": ["\x1b[1mEve [bold]Example[/]"],
    "organization": "[on red]Org\x1b[7m[/]",
    "summary": None,
}


@pytest.mark.parametrize("command", ["list", "digest --peek", "show 1", "search markup", "log", "note 1", "export"])
def test_hostile_papers_move_no_terminal(empty: Program, command: str) -> None:
    """Escapes, markup, control and bidi characters of a page reach the terminal as plain text or not at all."""
    Path("hostile.jsonl").write_text(json.dumps(HOSTILE) + "\n", encoding="utf-8")
    empty.done("add", "hostile.jsonl")
    if command == "log":
        empty.done("keep", "1")
    empty.done("note", "1", "a \x1b[31mred\x1b[0m [bold]note[/] \u202e")
    written = shown(empty, command)
    plain = STYLE.sub("", written)
    assert not set(plain) & set("\x1b\x07\x08\x9b\u202e\u202c\u2069")
    # Not even colours but our own: the page's red, blinking, inverse and bold (without the dim of what is known) aren't.
    assert set(STYLE.findall(written)).isdisjoint({"\x1b[31m", "\x1b[5m", "\x1b[7m", "\x1b[41m"})
    if command in ("list", "digest --peek", "show 1", "search markup"):
        assert "[bold red]x[/] [link=file:///etc/passwd]y[/link] **stars** :smile:" in " ".join(plain.split())


@pytest.mark.parametrize(
    "arguments",
    [["add", "\x1b[31mno\x1b[0m.txt"], ["list", "\x1b[31m("], ["show", "\x1b[31mx"], ["\x1b[31mlst"]],
    ids=repr,
)
def test_hostile_arguments(empty: Program, arguments: list[str]) -> None:
    """A file name or an argument with escapes in it is told without them, and fails as any other."""
    code, written = empty.on_terminal(*arguments)
    assert code in (1, 2)
    assert "\x1b[31m" not in written
    assert "\x1b" not in STYLE.sub("", written)
    assert not empty.library.exists()


def test_progress_is_for_terminals(empty: Program) -> None:
    """Reading several pages shows a bar on a terminal, which is gone at the end; with TERM=dumb there is none."""
    written = shown(empty, f"add {PAGES}")
    assert written.startswith("\x1b[?25l")
    assert "\x1b[?25h" in written
    assert written.split("\x1b[2K")[-1].endswith("\n")
    assert without_style(written.split("\x1b[2K")[-1]) == "4 pages, 57 entries: 46 new, 11 merged, 0 unchanged\n"
    quiet = shown(empty, f"add {PAGES} --library other.db", environment={"TERM": "dumb"})
    assert "\x1b" not in quiet


def test_titles_stand_out(program: Program) -> None:
    """Titles and sentences are not dimmed as the facts below them are."""
    written = shown(program, "digest --peek")
    (title,) = [line for line in written.splitlines() if "A survey of adapters" in line]
    before = title[: title.index("A survey")]
    assert STYLE.findall(before)[-1] == "\x1b[1m"
    (sentence,) = [line for line in written.splitlines() if "We propose LoRA" in line]
    assert STYLE.findall(sentence[: sentence.index("We")])[-1:] in ([], ["\x1b[0m"])


@pytest.mark.parametrize("command", ["list", "digest --peek", "topics"])
def test_a_process_of_its_own_on_a_terminal(program: Program, command: str) -> None:
    """In a real process the terminal's own width counts, and the text is what it is here."""
    code, written = in_terminal(command.split(), columns=60, environment={"PYTHONPATH": str(ROOT / "src")})
    assert code == 0
    assert max(cell_len(line) for line in without_style(written).splitlines()) <= 60
    assert written == shown(program, command, columns=60)


@pytest.mark.parametrize(("answer", "kept"), [("y\n", 2), ("yes\n", 2), ("n\n", 0), ("\n", 0), ("\x04", 0)])
def test_a_question_is_asked_on_a_terminal(program: Program, answer: str, kept: int) -> None:
    """A decision by query asks on the terminal; only a yes decides."""
    code, written = program.on_terminal("keep", "--query", "topic:peft", typed=answer)
    assert "keep 2 papers? [y/N]" in written
    assert code == (0 if kept else 1)
    assert len(program.done("list", "status:keep", "--json").rows) == kept
