"""What each key does, on the real screen and a real library."""

from __future__ import annotations

import json
import re
import stat
import sys
from pathlib import Path

import pytest
from tests.cli.harness import BARE, FORGETTING, LORA, REWARD, ROBOTS, SURVEY, WIDE, Program
from tests.tui.seat import Seat, seated

from papertide.flows.inbox import View
from papertide.tui import keys
from papertide.tui.dialogs import Choice, Help, help_text
from papertide.tui.screens import InboxScreen

ORDER = [FORGETTING, LORA, REWARD, ROBOTS, SURVEY, WIDE, BARE]
"""The papers as the inbox sorts them: by upvotes, then comments, then date."""

ALL = (*keys.KEYS, *keys.SILENT)


def test_every_key_has_an_action_and_is_told() -> None:
    """Each key of the table is bound once, to an action that there is, and the help tells it."""
    names = [name for key in ALL for name in key.keys.split(",")]
    assert len(names) == len(set(names))
    told = help_text().plain
    for key in ALL:
        assert hasattr(InboxScreen, f"action_{key.action.partition('(')[0]}")
        assert key.told in told


@pytest.mark.parametrize(("width", "rows"), [(80, 3), (80, 2), (50, 2), (30, 1), (8, 1)])
def test_the_last_lines_fit_and_hold_the_help(width: int, rows: int) -> None:
    """The keys in the last lines take no more room than there is, and help and quit are always among them."""
    laid = keys.bar(width, rows)
    faces = [key.face for row in laid for key in row]
    assert faces[-2:] == ["?", "q"]
    if width >= 20:
        assert len(laid) <= rows
        assert all(sum(map(keys.room, row)) - 2 <= width for row in laid)


def test_eighty_columns_show_every_key_with_a_name() -> None:
    """At 80 by 24 nothing that has a name is left out of the last lines."""
    assert [key for row in keys.bar(80, 3) for key in row] == list(keys.KEYS)


def test_it_opens_on_the_inbox(program: Program) -> None:
    """The best paper comes first and is shown whole; the head says where one is."""

    async def play(seat: Seat) -> None:
        assert seat.head == "Inbox · by score · 1 of 7"
        assert seat.screen._list.order.numbers == ORDER
        assert seat.list[0].startswith(">  Catastrophic forgetting")
        assert "measure what is lost." in seat.paper

    seated(program.library, play)


@pytest.mark.parametrize(("key", "status"), [("y", "keep"), ("l", "later"), ("x", "skip")])
def test_deciding(program: Program, key: str, status: str) -> None:
    """A decision is stored at once, logged as the inbox's, marked in the list, and the next paper comes up."""

    async def play(seat: Seat) -> None:
        await seat.press(key)
        await seat.told(f"{status}: Catastrophic")
        assert seat.statuses() == {FORGETTING: status}
        assert seat.number == LORA
        assert seat.list[0].startswith(f" {'+~-'[['keep', 'later', 'skip'].index(status)]} Catastrophic")
        await seat.press("k", key)
        await seat.told(f"{status} already")

    seated(program.library, play)
    assert [(row["command"], row["status"]) for row in program.done("log", "--json").rows] == [("triage", status)]


def test_back_into_the_inbox(program: Program) -> None:
    """`i` takes a status off and stays on the paper."""

    async def play(seat: Seat) -> None:
        await seat.press("y", "k", "i")
        await seat.told("inbox: Catastrophic")
        assert (seat.statuses(), seat.number) == ({}, FORGETTING)

    seated(program.library, play)


def test_undo_takes_back_everything_in_turn(program: Program) -> None:
    """`u` takes back notes, tags and decisions, the last first, goes to their paper, and on to those of earlier runs."""
    program.done("keep", BARE)

    async def play(seat: Seat) -> None:
        await seat.press("x")
        await seat.press("t")
        await seat.type("odd")
        await seat.press("enter")
        await seat.told("tag: Low-rank")
        await seat.press("n")
        await seat.type("why")
        await seat.press("enter")
        await seat.told("note: Low-rank")
        assert "tags: odd" in seat.paper
        assert "note: why" in seat.paper
        await seat.press("u")
        await seat.told("taken back: note")
        assert "note:" not in seat.paper
        await seat.press("j", "u")
        await seat.told("taken back: tag")
        assert seat.number == LORA
        assert "tags:" not in seat.paper
        await seat.press("u")
        await seat.told("taken back: skip: Catastrophic")
        assert (seat.number, seat.statuses()) == (FORGETTING, {BARE: "keep"})
        await seat.press("u")
        await seat.told("taken back: keep: On nothing")
        await seat.press("u")
        await seat.told("Nothing to take back.")
        assert seat.statuses() == {}

    app = seated(program.library, play)
    assert app.inbox._sitting.counts() == {
        "decided": 0, "inbox": 0, "keep": 0, "later": 0, "skip": 0, "undone": 4
    }  # fmt: skip


def test_moving(program: Program) -> None:
    """j, k and the arrows go from paper to paper and stop at the ends; g, G, Home, End and the page keys go further."""

    async def play(seat: Seat) -> None:
        for pressed, at in [
            ("k", 0), ("j", 1), ("down", 2), ("up", 1), ("k", 0), ("G", 6), ("j", 6), ("g", 0), ("end", 6), ("home", 0),
            ("pagedown", 6), ("pageup", 0),
        ]:  # fmt: skip
            await seat.press(pressed)
            assert seat.number == ORDER[at], pressed
        await seat.until(lambda: seat.head.endswith("1 of 7"))

    seated(program.library, play)


def test_the_paper_alone_and_scrolled(program: Program) -> None:
    """Enter gives the paper the whole width, Space and b scroll it, Escape comes back."""
    program.add([{"title": "A long one", "abstract": "Many words follow here. " * 200, "upvotes": 900}])

    async def play(seat: Seat) -> None:
        pane, rows = seat.screen._pane, seat.screen._list
        await seat.press("enter")
        assert (rows.display, pane.size.width > 70) == (False, True)
        await seat.press("space")
        await seat.until(lambda: pane.scroll_offset.y > 5)
        await seat.press("b")
        await seat.until(lambda: pane.scroll_offset.y == 0)
        await seat.press("space", "j")
        await seat.until(lambda: seat.number == FORGETTING and pane.scroll_offset.y == 0)
        await seat.press("escape")
        assert rows.display

    seated(program.library, play)


def test_search_as_you_type(program: Program) -> None:
    """What is typed is searched at once; Enter stays with it, Escape ends it and finds the paper again."""

    async def play(seat: Seat) -> None:
        await seat.press("slash", *"adapters")
        await seat.until(lambda: seat.head == "Inbox · adapters · by score · 1 of 3")
        await seat.press("enter", "j", "j")
        assert seat.number == SURVEY
        await seat.press("escape")
        await seat.until(lambda: seat.head == "Inbox · by score · 5 of 7")
        assert seat.number == SURVEY

    seated(program.library, play)


def test_a_search_is_given_up(program: Program) -> None:
    """Escape out of a search brings back what was there before, with the cursor where it was."""

    async def play(seat: Seat) -> None:
        await seat.press("j", "slash")
        await seat.type("robot")
        await seat.until(lambda: seat.head.endswith("1 of 1"))
        await seat.type("s")
        await seat.press("escape")
        await seat.until(lambda: seat.head == "Inbox · by score · 2 of 7")
        assert seat.number == LORA
        assert not seat.screen._prompt.kind

    seated(program.library, play)


def test_a_wrong_query_is_told_beside_it(program: Program) -> None:
    """A query that doesn't parse, or names a topic that isn't there, is told with its column; the list stays."""

    async def play(seat: Seat) -> None:
        await seat.press("slash")
        await seat.type("topic:")
        await seat.told("column 7")
        assert len(seat.list) == 7
        await seat.press("enter")
        assert seat.screen._prompt.kind == "search"
        await seat.type("pfet")
        await seat.told("did you mean peft?")
        await seat.press(*["backspace"] * 4)
        await seat.type("peft")
        await seat.until(lambda: seat.head.endswith("1 of 2"))
        assert seat.talk == ""
        await seat.type("x")
        await seat.press("enter")  # before the search began by itself
        await seat.told("no topic 'peftx'")

    seated(program.library, play)


def test_topics_with_counts(program: Program) -> None:
    """`f` lists the topics of the view with counts; one is chosen, Escape or "all topics" lets it go."""

    async def play(seat: Seat) -> None:
        await seat.press("f")
        await seat.until(lambda: isinstance(seat.app.screen, Choice))
        options = seat.app.screen.query_one("OptionList")
        told = [str(option.prompt) for option in options.options]  # type: ignore[attr-defined]  # an OptionList
        assert re.fullmatch(r"all topics", told[0])
        assert [line.split() for line in told if "peft" in line] == [["peft", "2"]]
        assert told[-1].split()[0] == "none"
        await seat.press(*["j"] * [line.split()[0] for line in told].index("peft"), "k", "j", "enter")
        await seat.until(lambda: seat.head == "Inbox · topic peft · by score · 1 of 2")
        await seat.press("f")
        await seat.until(lambda: isinstance(seat.app.screen, Choice))
        await seat.press("escape")
        await seat.press("escape")
        await seat.until(lambda: seat.head == "Inbox · by score · 2 of 7")

    seated(program.library, play)


def test_sorting(program: Program) -> None:
    """`s` chooses an order, R turns it round; relevance is one where words are searched."""

    async def play(seat: Seat) -> None:
        await seat.press("s")
        await seat.press("home", "enter")
        await seat.until(lambda: "by published" in seat.head)
        assert seat.number == ROBOTS
        await seat.press("R")
        await seat.until(lambda: "by published reversed" in seat.head)
        assert seat.number == WIDE
        await seat.press("s", "escape")
        assert "reversed" in seat.head
        await seat.press("slash")
        await seat.type("lora")
        await seat.press("enter")
        await seat.until(lambda: "lora" in seat.head)
        await seat.press("s", "end", "enter")
        await seat.until(lambda: "by relevance" in seat.head)

    seated(program.library, play)


def test_other_statuses(program: Program) -> None:
    """`v` shows what was kept, put off or skipped, or all."""
    program.done("keep", SURVEY)

    async def play(seat: Seat) -> None:
        assert seat.head.endswith("of 6")
        await seat.press("v", "j", "enter")
        await seat.until(lambda: seat.head == "Kept · by score · 1 of 1")
        assert "decided: keep" in seat.paper
        await seat.press("v", "escape", "v", "end", "enter")
        await seat.until(lambda: seat.head == "All papers · by score · 1 of 7")
        await seat.press("v", "home", "j", "j", "enter")
        await seat.told("No papers here. v shows others.")

    seated(program.library, play)


def test_similar_papers(program: Program) -> None:
    """`m` shows the papers nearest to this one, without itself; Escape comes back to it."""

    async def play(seat: Seat) -> None:
        await seat.press("j", "m")
        await seat.until(lambda: seat.head.startswith("Similar to 1 ·"))
        found = seat.screen._list.order.numbers
        assert FORGETTING in found
        assert LORA not in found
        await seat.press("escape")
        await seat.until(lambda: seat.head == "Inbox · by score · 2 of 7")
        assert seat.number == LORA

    seated(program.library, play)


def test_copying(program: Program) -> None:
    """`c` copies the citation and `w` the link, by the terminal; where there is no link it says so."""

    async def play(seat: Seat) -> None:
        await seat.press("j", "c")
        assert seat.app.clipboard == (
            "Ada Example, Ben Example, Cy Example. 2024. Low-rank adapters for small models. arXiv:2405.99001."
            " https://huggingface.co/papers/2405.99001"
        )
        await seat.press("w")
        assert seat.app.clipboard == "https://huggingface.co/papers/2405.99001"
        await seat.press("G", "w")
        assert seat.talk == "Nothing to copy."
        await seat.press("o")
        assert seat.talk == "No web address is known."

    seated(program.library, play)


def test_opening_in_a_browser(program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`o` hands the address to the user's browser, in a process of its own; that none could be started is told."""
    seen = tmp_path / "seen"
    browser = _script(tmp_path / "browser", f"import sys; open({str(seen)!r}, 'w').write(sys.argv[1])")
    monkeypatch.setenv("BROWSER", f"{browser} %s")

    async def play(seat: Seat) -> None:
        await seat.press("j", "o")
        assert seat.talk == "Opening https://huggingface.co/papers/2405.99001"
        await seat.until(lambda: seen.exists() and seen.read_text())
        assert seen.read_text() == "https://huggingface.co/papers/2405.99001"
        monkeypatch.setenv("BROWSER", str(_script(tmp_path / "broken", "raise SystemExit(1)")) + " %s")
        monkeypatch.setenv("PATH", str(tmp_path))
        await seat.press("o")
        await seat.told("No browser could be started")

    seated(program.library, play)


def _script(path: Path, body: str) -> Path:
    path.write_text(f"#!{sys.executable}\n{body}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_exporting(program: Program, tmp_path: Path) -> None:
    """`e` writes what is listed to a Markdown file; one that is there is overwritten only after a yes."""
    target = tmp_path / "list.md"

    async def play(seat: Seat) -> None:
        async def to(path: str) -> None:
            await seat.press("e")
            assert seat.answer.value == "papertide-2026-11-21.md"
            seat.answer.value = path
            await seat.press("enter")

        await to("")
        assert not seat.screen._prompt.kind
        await to(str(target))
        await seat.told("7 papers written to")
        assert target.read_text(encoding="utf-8").count("\n- **") == 7
        target.write_text("mine", encoding="utf-8")
        await to(str(target))
        await seat.told("is there already")
        await seat.press("n", "enter")
        await seat.told("Nothing was written.")
        assert target.read_text(encoding="utf-8") == "mine"
        await to(str(target))
        await seat.press("y", "enter")
        await seat.told("7 papers written to")
        await to(str(tmp_path / "no" / "such" / "list.md"))
        await seat.told("such")
        assert seat.screen._talk.has_class("wrong")
        await to("~nobody-of-this-name/list.md")
        await seat.until(lambda: "nobody-of-this-name" in seat.talk)

    seated(program.library, play)
    assert target.read_text(encoding="utf-8").startswith("# Reading list")


def test_tags_and_notes_are_checked(program: Program) -> None:
    """What can't be a tag is told and not stored; what changes nothing says so; Escape leaves a question."""

    async def play(seat: Seat) -> None:
        await seat.press("t")
        await seat.type("a:b")
        await seat.press("enter")
        await seat.told("can't be a tag")
        await seat.press("t", "enter")
        await seat.told("nothing to change")
        await seat.press("t")
        await seat.type("todo -old")
        await seat.press("escape")
        assert not seat.screen._prompt.kind
        assert "tags" not in seat.paper
        await seat.press("n")
        await seat.type("one")
        await seat.press("enter")
        await seat.told("note: ")
        await seat.press("n")
        assert seat.answer.value == "one"
        await seat.press("escape")

    seated(program.library, play)


def test_a_note_of_several_lines_is_left_to_the_editor(program: Program) -> None:
    """A note that one line can't hold isn't squeezed into one."""
    program.done("note", FORGETTING, "one\ntwo")

    async def play(seat: Seat) -> None:
        await seat.press("n")
        await seat.told("several lines")
        assert "note: one\ntwo" in seat.paper

    seated(program.library, play)


def test_dark_and_light(program: Program) -> None:
    """`D` turns dark into light and back."""

    async def play(seat: Seat) -> None:
        await seat.press("D")
        assert seat.app.theme == "papertide-light"
        await seat.press("D")
        assert seat.app.theme == "papertide-dark"

    seated(program.library, play)


def test_help(program: Program) -> None:
    """`?` shows every key, Escape leaves it."""

    async def play(seat: Seat) -> None:
        await seat.press("question_mark")
        assert [type(screen) for screen in seat.app.screen_stack] == [InboxScreen, Help]
        await seat.press("escape")
        assert len(seat.app.screen_stack) == 1

    seated(program.library, play)


@pytest.mark.parametrize(("key", "code"), [("q", 0), ("ctrl+q", 0), ("ctrl+c", 130)])
def test_leaving(program: Program, key: str, code: int) -> None:
    """`q` leaves with 0, Control-C with the code of an interruption, also out of a question."""

    async def play(seat: Seat) -> None:
        if key != "q":
            await seat.press("slash")
        await seat.press(key)

    app = seated(program.library, play)
    assert (app.return_value or 0) == code


def test_the_mouse(program: Program) -> None:
    """A click points at a row, the wheel scrolls, and a click on a key of the last lines is that key."""
    program.add([{"title": f"Filler {n}"} for n in range(60)])

    async def play(seat: Seat) -> None:
        rows = seat.screen._list
        await seat.press("slash")
        await seat.type("robots")
        await seat.until(lambda: seat.head.endswith("1 of 1"))
        await seat.pilot.click(rows, offset=(5, 9))  # below the last row
        await seat.press("escape", "escape")
        await seat.until(lambda: seat.head.endswith("of 67"))
        await seat.pilot.click(rows, offset=(5, 3))
        assert seat.number == ROBOTS
        await seat.pilot.click("KeyBar", offset=(0, 0))
        await seat.told("keep: Robots")
        await seat.pilot.click("KeyBar", offset=(79, 2))
        rows.scroll_end(animate=False)
        await seat.until(lambda: "…" not in "".join(seat.list[:3]) and "Filler" in seat.list[-1])
        await seat.pilot.click(rows, offset=(5, rows.size.height - 1))
        await seat.until(lambda: "Filler" in seat.paper)

    seated(program.library, play)


def test_an_empty_inbox_says_so(program: Program) -> None:
    """With nothing to decide every key does nothing but the way on, which is told."""
    program.done("skip", *ORDER)

    async def play(seat: Seat) -> None:
        assert "inbox is empty" in seat.talk
        assert seat.paper == ""
        for key in ALL:
            if key.action.partition("(")[0] in ("decide", "tag", "note", "open", "copy", "similar", "move", "page"):
                await seat.press(key.keys.split(",")[0])
        await seat.press("N", "G", "escape", "slash", "escape")
        seat.screen._list.read_again()
        assert seat.app.screen is seat.screen
        await seat.press("slash")
        await seat.type("zygote")
        await seat.press("enter")
        await seat.told("/ changes the search")

    seated(program.library, play, view=View())
    assert {row["status"] for row in program.done("list", "--json").rows} == {"skip"}


def test_a_status_in_the_query_wins(program: Program) -> None:
    """A query that names a status isn't cut down to the inbox."""
    program.done("later", ROBOTS)

    async def play(seat: Seat) -> None:
        assert seat.screen._list.order.numbers == [ROBOTS]

    seated(program.library, play, view=View("status:later"))


def test_json_of_a_sitting(program: Program) -> None:
    """What a sitting counts is plain JSON."""

    async def play(seat: Seat) -> None:
        await seat.press("y", "x", "x", "u")
        await seat.told("taken back")

    app = seated(program.library, play)
    told = json.loads(json.dumps(app.inbox._sitting.counts()))
    assert told == {"decided": 2, "inbox": 0, "keep": 1, "later": 0, "skip": 1, "undone": 1}
