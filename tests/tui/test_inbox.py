"""What the inbox does besides keys: sizes, long lists, other writers, hostile papers, and libraries that fail."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.cli.harness import FORGETTING, LORA, REWARD, Program
from tests.fakes import look
from tests.tui.seat import Seat, seated
from textual.content import Content

from papertide.flows.inbox import Order, View
from papertide.tui import listing, messages, paperlist
from papertide.tui.app import guessed_theme
from papertide.tui.paperlist import fitted
from papertide.tui.widgets import drawn
from papertide.views.triage import paper_lines


def insert(library: Path, titles: Sequence[str], upvotes: int | None = None) -> None:
    """Add papers past all of our code, as another process would."""
    connection = look(library)
    sql = "INSERT INTO paper (title, added, upvotes, sightings) VALUES (?, '2026-11-21T10:00:00Z', ?, 0)"
    with connection:
        connection.execute("BEGIN")
        connection.executemany(sql, [(title, upvotes) for title in titles])
        connection.execute("COMMIT")
    connection.close()


@pytest.mark.parametrize("size", [(71, 24), (40, 12), (20, 6)])
def test_a_narrow_terminal_shows_one_pane(program: Program, size: tuple[int, int]) -> None:
    """Where there is no room for both, the list fills the width, and Enter shows the paper in its place."""

    async def play(seat: Seat) -> None:
        rows, pane = seat.screen._list, seat.screen._pane
        assert (rows.display, pane.display) == (True, False)
        await seat.press("enter")
        assert (rows.display, pane.display) == (False, True)
        assert pane.size.height >= 2
        await seat.press("x")
        await seat.until(lambda: "Low-rank" in seat.paper)
        await seat.press("enter")
        assert rows.display

    seated(program.library, play, size=size)


def test_resizing_loses_nothing(program: Program) -> None:
    """The paper under the cursor stays there, and in sight, through every size."""

    async def play(seat: Seat) -> None:
        await seat.press("G", "k")
        number = seat.number
        for width, height in [(40, 10), (132, 43), (80, 24), (12, 4), (200, 60)]:
            await seat.pilot.resize_terminal(width, height)
            await seat.until(lambda: any(row.startswith(">") for row in seat.list))
            assert seat.number == number

    seated(program.library, play)


def test_a_wide_list_tells_dates(program: Program) -> None:
    """Where the list is wide enough, each row ends with its date."""

    async def play(seat: Seat) -> None:
        assert seat.list[0].endswith("2024-06-01")
        assert not seat.list[-1].endswith("-01")

    seated(program.library, play, size=(180, 24))


def test_a_long_list_grows_at_its_end(program: Program) -> None:
    """Of a long list only the beginning is known; it grows towards the end, every paper once, and End reaches the last."""
    insert(program.library, [f"Filler {n}" for n in range(2500)])

    async def play(seat: Seat) -> None:
        order = seat.screen._list.order
        await seat.until(lambda: seat.head.endswith("1 of 2507"))
        assert len(order) < 2507
        seat.screen._list.point(len(order) - 10)
        await seat.until(lambda: len(order) >= 2 * listing.FIRST)
        await seat.press("G")
        await seat.until(lambda: seat.head.endswith("2507 of 2507"))
        await seat.until(lambda: "Filler 2499" in seat.paper)
        assert order.whole
        assert len(set(order.numbers)) == 2507
        for place in range(0, 2507, 100):
            seat.screen._list.point(place)
            await seat.pilot.pause()
        await seat.until(lambda: "Filler" in seat.paper)
        assert len(seat.screen._list._papers) <= paperlist._HELD + 200

    seated(program.library, play)


def test_new_papers_are_told_and_not_shuffled_in(program: Program) -> None:
    """What another process adds is told as new; the list stands still until it is asked for."""

    async def play(seat: Seat) -> None:
        await seat.press("j")
        seat.screen._poll()
        await seat.until(lambda: seat.screen._version is not None)
        insert(program.library, ["Brand new", "Also new"], upvotes=999)
        seat.screen._poll()
        await seat.until(lambda: seat.head.endswith("2 new: r"))
        assert (seat.number, len(seat.list)) == (LORA, 7)
        await seat.press("y")
        await seat.told("keep: Low-rank")
        seat.screen._poll()
        await seat.pilot.pause()
        await seat.press("k", "r")
        await seat.until(lambda: seat.head == "Inbox · by upvotes · 4 of 8 · 1 decided")
        assert seat.number == REWARD
        assert "Brand new" in seat.list[0]
        assert not any("Low-rank" in row for row in seat.list)

    seated(program.library, play, view=View(sort="upvotes"))


def test_what_others_decide_is_seen(program: Program) -> None:
    """A decision made elsewhere is marked in the list without being asked for."""

    async def play(seat: Seat) -> None:
        seat.screen._poll()
        await seat.until(lambda: seat.screen._version is not None)
        program.done("keep", FORGETTING)
        seat.screen._poll()
        await seat.until(lambda: seat.list[0].startswith(">+"))
        await seat.until(lambda: "decided: keep" in seat.paper)

    seated(program.library, play)


HOSTILE = "\x1b[2J[bold red]boo[/] $error \u202egnp.exe\u202c [@click=app.quit]x[/] \x07 {0} \\[b] \u200bend"


def test_papers_hold_no_markup(program: Program) -> None:
    """Escape sequences and bidi marks are taken out, and brackets are shown as they stand."""
    program.add([{"title": "placeholder", "upvotes": 999}])
    connection = look(program.library)
    connection.execute("UPDATE paper SET title = ?1, abstract = ?1, organization = ?1 WHERE id = 8", (HOSTILE,))
    connection.close()
    told = "[bold red]boo[/] $error gnp.exe [@click=app.quit]x[/] {0} \\[b] end"

    async def play(seat: Seat) -> None:
        assert told in seat.list[0]
        assert seat.paper.count(told) == 3
        await seat.press("y")
        await seat.told("keep: [bold red]boo[/] $error")
        drawing = seat.app.export_screenshot()
        for sign in ("\x1b", "\u202e", "\u200b", "\x07"):
            assert sign not in drawing + seat.paper + seat.head

    seated(program.library, play, size=(260, 24))


def test_drawn_lines_are_plain(program: Program) -> None:
    """The paper's text is made of spans of our own looks alone."""
    (row,) = program.done("show", "1", "--json").rows
    row["title"] = HOSTILE
    content = drawn(paper_lines(row))
    assert isinstance(content, Content)
    assert {str(span.style) for span in content.spans} <= {"bold", "$foreground 70%", "bold $warning"}


@pytest.mark.parametrize(
    ("text", "width", "row"),
    [("abc", 5, "abc  "), ("abcdef", 5, "abcd…"), ("微调大型语言", 6, "微调… "), ("微调", 4, "微调"), ("abc", 0, "")],
)
def test_rows_are_cut_by_columns(text: str, width: int, row: str) -> None:
    """A title takes just its columns, wide characters counted as two."""
    assert fitted(text, width) == row


def test_a_library_that_cant_be_written(program: Program) -> None:
    """A decision that can't be stored is told, and not marked."""
    connection = look(program.library)
    connection.execute("CREATE TRIGGER no BEFORE INSERT ON decision BEGIN SELECT RAISE(ABORT, 'not today'); END")
    connection.close()

    async def play(seat: Seat) -> None:
        await seat.press("y")
        await seat.told("not today")
        assert seat.screen._talk.has_class("wrong")
        assert seat.list[0].startswith("   Cata")
        assert seat.statuses() == {}

    seated(program.library, play)


def test_a_paper_that_is_gone(program: Program) -> None:
    """A paper that another process merged away meanwhile breaks nothing."""

    async def play(seat: Seat) -> None:
        connection = sqlite3.connect(program.library)
        with connection:
            connection.execute("DELETE FROM sighting WHERE paper_id = ?", (FORGETTING,))
            connection.execute("DELETE FROM paper WHERE id = ?", (FORGETTING,))
        connection.close()
        await seat.press("y")
        await seat.told("no paper '2'")
        await seat.press("k", "m")
        await seat.told("no paper '2'")
        await seat.press("escape")
        await seat.until(lambda: seat.head.endswith("of 6"))

    seated(program.library, play)


def test_a_fault_of_ours_ends_the_screen(program: Program) -> None:
    """What should never happen in a thread isn't swallowed: the program ends with it."""

    async def play(seat: Seat) -> None:
        seat.screen._for = None  # type: ignore[assignment]  # the fault
        await seat.press("r")
        await seat.until(lambda: False)

    with pytest.raises(AttributeError):
        seated(program.library, play)


def test_a_library_that_fails_is_told(program: Program) -> None:
    """An error of the library's while reading is told in its own words."""

    async def play(seat: Seat) -> None:
        connection = look(program.library)
        connection.execute("ALTER TABLE tag RENAME TO tag_gone")
        connection.close()
        await seat.press("r")
        await seat.told("no such table")

    seated(program.library, play)


def test_the_theme_is_guessed(monkeypatch: pytest.MonkeyPatch, program: Program) -> None:
    """A terminal that says its background is light gets a light screen; one that says nothing a dark one."""
    assert guessed_theme() == "dark"
    monkeypatch.setenv("COLORFGBG", "0;15")
    assert guessed_theme() == "light"

    async def play(seat: Seat) -> None:
        assert seat.app.theme == "papertide-light"

    seated(program.library, play, theme=None, view=View())


def test_what_belongs_to_an_earlier_view_is_not_heard(program: Program) -> None:
    """An answer that comes when something else is shown already changes nothing."""

    async def play(seat: Seat) -> None:
        selection, view = seat.screen._chosen, View("late")
        before = (seat.head, seat.list, seat.talk)
        for message in (
            messages.Opened(0, view, selection, Order([1]), [], 1),
            messages.Refused(0, "late"),
            messages.Counted(0, 99),
            messages.Grown(0, [99], 1),
            messages.Arrived(0, 99),
            messages.TopicsCounted(0, {"late": 1}),
        ):
            seat.screen.hear(message)
        await seat.pilot.pause()
        assert (seat.head, seat.list, seat.talk) == before
        assert len(seat.app.screen_stack) == 1
        seat.screen.hear(messages.Done("of a paper that is gone", None, 0))
        await seat.told("of a paper that is gone")

    seated(program.library, play)
