"""The inbox learns: each decision in a thread of its own, and nothing moves until it is asked for."""

from __future__ import annotations

import pytest
from tests.cli.harness import FORGETTING, LORA, Program
from tests.fakes import look
from tests.tui.seat import READER, TODAY, Seat, seated

from papertide.flows.inbox import View
from papertide.flows.rank import ensure_scores, explain
from papertide.query import condition
from papertide.store import open_library
from papertide.store.base import Selection
from papertide.tui import messages


def by_score(program: Program) -> list[int]:
    """The inbox by the scores of now."""
    store = open_library(program.library)
    try:
        return store.looking.numbers(Selection(condition("status", "inbox", today=TODAY), READER, "score"))
    finally:
        store.close()


def number(program: Program, sql: str) -> int:
    """A number that the library holds."""
    connection = look(program.library)
    try:
        return int(connection.execute(sql).fetchone()[0])
    finally:
        connection.close()


def test_a_decision_says_that_there_is_a_better_order(demo: Program) -> None:
    """After a decision nothing moves; the last line says that there is a better order, and `r` takes it, from its top."""

    async def play(seat: Seat) -> None:
        before = list(seat.screen._list.order.numbers)
        await seat.press("j", "j", "j", "y")
        await seat.until(lambda: seat.hint == "better order: r")
        assert (seat.screen._list.order.numbers, seat.number) == (before, before[4])
        assert seat.talk.startswith("keep: ")
        await seat.press("r")
        await seat.until(lambda: seat.screen._list.cursor == 0 and seat.hint == "")
        assert seat.screen._list.order.numbers[:9] == by_score(demo)[:9]
        await seat.learnt()
        assert seat.hint == ""

    seated(demo.library, play)


def test_the_paper_says_why(demo: Program) -> None:
    """The words that moved a paper stand behind its score: those of `rank explain`; without decisions there is neither."""

    async def play(seat: Seat) -> None:
        assert "score" not in seat.paper
        await seat.press("y")
        await seat.learnt()
        store = open_library(demo.library)
        (why,) = explain(store, READER, [seat.shown] if seat.shown else [])
        store.close()
        assert why.score is not None
        assert f"score {why.score:.2f}  + {why.words[0][0]}".replace(" 0.", " .") in seat.paper.replace("\n", " ")
        await seat.press("u")
        await seat.told("taken back")
        await seat.learnt()
        await seat.until(lambda: "score" not in seat.paper)

    seated(demo.library, play)


def test_one_learning_for_what_comes_meanwhile(demo: Program) -> None:
    """Whatever is decided and taken back in a hurry, the scores end as those of one learning from the log."""

    async def play(seat: Seat) -> None:
        await seat.press(*"yxlyuxyxuuy")
        await seat.until(lambda: len(seat.statuses()) == 5)
        await seat.learnt()

    seated(demo.library, play)
    store = open_library(demo.library)
    kept = {paper: store.scoring.of(READER)(paper) for paper in range(1, 50)}
    store._database.connection.execute("DELETE FROM ranking")
    ensure_scores(store, READER)
    assert kept == {paper: store.scoring.of(READER)(paper) for paper in range(1, 50)}
    store.close()


def test_without_decisions_nothing_is_read(program: Program) -> None:
    """Where nothing was decided, or all was taken back, no terms are made, neither here nor by other commands."""
    program.done("keep", FORGETTING)
    program.done("undo")
    program.done("list", "--sort", "score", "--json")

    async def play(seat: Seat) -> None:
        await seat.press("j", "r")
        await seat.until(lambda: seat.head.endswith("2 of 7"))
        await seat.pilot.pause(0.1)

    seated(program.library, play)
    assert number(program, "SELECT count(*) FROM paper_terms") == 0
    assert number(program, "SELECT count(*) FROM terms_due") == 7


def test_what_is_out_of_date_is_learnt_on_the_screen(demo: Program) -> None:
    """Where decisions wait to be learnt from, the screen opens by the order it has, and tells of a better one."""
    demo.done("keep", *by_score(demo)[-3:])

    async def play(seat: Seat) -> None:
        await seat.until(lambda: seat.hint == "better order: r")
        await seat.learnt()
        assert "score" in seat.paper
        seat.screen.hear(messages.Learning(5000))
        await seat.until(lambda: seat.hint == "learning: 5000")

    seated(demo.library, play)


def test_what_was_learnt_for_another_view_is_not_heard(demo: Program) -> None:
    """An answer about an earlier view tells nothing about this one."""

    async def play(seat: Seat) -> None:
        worst = [seat.screen._list.order.numbers[-1]]
        seat.screen.hear(messages.Learned(0, worst, changed=True))
        await seat.pilot.pause(0.1)
        assert seat.hint == ""
        seat.screen.hear(messages.Learned(seat.screen._turn, worst, changed=False))
        await seat.until(lambda: seat.hint == "better order: r")

    seated(demo.library, play)


def test_another_order_is_never_called_better(demo: Program) -> None:
    """Sorted by title, decisions are learnt from, and nothing is said of the order."""

    async def play(seat: Seat) -> None:
        await seat.press("y")
        await seat.learnt()
        assert "score" in seat.paper
        assert seat.hint == ""

    seated(demo.library, play, view=View(sort="title"))


@pytest.mark.parametrize("explore", [True, False])
def test_places_for_exploration(demo: Program, *, explore: bool) -> None:
    """Once there are decisions every tenth place is for a topic decided on little, marked, as `rank` has it; or none is."""
    demo.done("keep", *by_score(demo)[:3])
    ranked = demo.done("rank", "--json", *([] if explore else ["--no-explore"])).rows

    async def play(seat: Seat) -> None:
        order = seat.screen._list.order
        assert order.numbers == [row["id"] for row in ranked]
        assert order.explored == {row["id"]: row["explored"] for row in ranked if row["explored"]}
        assert bool(order.explored) == explore
        marked = [place for place, row in enumerate(seat.list) if row[1] == "*"]
        assert marked == ([9] if explore else [])
        await seat.press(*"jjjjjjjjj")
        await seat.until(lambda: seat.screen._list.cursor == 9)
        assert (f"* here for {ranked[9]['explored']}" in seat.paper) == explore
        await seat.press("y")
        await seat.told("keep:")
        assert seat.list[9][1] == "+"

    seated(demo.library, play, explore=explore)


def test_similar_papers_are_not_ranked_anew(program: Program) -> None:
    """A list of similar papers has an order of its own; a decision there says nothing of a better one."""

    async def play(seat: Seat) -> None:
        await seat.press("m")
        await seat.until(lambda: "Similar" in seat.head)
        await seat.press("y")
        await seat.told("keep:")
        await seat.learnt()
        assert seat.hint == ""
        await seat.press("escape")
        await seat.until(lambda: "Inbox" in seat.head)
        assert LORA in seat.screen._list.order.places

    seated(program.library, play)
