"""The threads at the library: what is handed in is done in its turn, and leaving loses none of it."""

from __future__ import annotations

import threading
from queue import SimpleQueue

from tests.cli.harness import LORA, Program
from textual.message import Message

from papertide.flows.triage import Sitting
from papertide.store import LibraryStore
from papertide.tui.desk import Desk
from papertide.tui.messages import Broken, Told


def test_closing_finishes_what_was_handed_in(program: Program) -> None:
    """Decisions that were handed in are stored before the desk closes; closing twice does nothing."""
    desk = Desk("deeds", program.library, lambda _message: None)
    sitting = Sitting("me")

    def decide(status: str) -> None:
        def work(store: LibraryStore) -> None:
            sitting.decide(store, LORA, status, at="2026-11-21T10:00:00Z")

        desk.do(work)

    for status in ("keep", "skip", "later") * 20:
        decide(status)
    desk.close(finish=True)
    desk.close(finish=True)
    assert sitting.standing == 60
    assert len(program.done("log", "--json").rows) == 60


def test_closing_breaks_off_a_long_question(program: Program) -> None:
    """A desk that only reads is closed at once: what it is at is broken off, what waits isn't begun."""
    begun = threading.Event()
    waited: list[str] = []
    desk = Desk("counts", program.library, lambda _message: None)

    def forever(store: LibraryStore) -> None:
        begun.set()
        sql = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
        store._database.connection.execute(sql).fetchone()

    desk.do(forever)
    desk.do(lambda _store: waited.append("begun"))
    begun.wait()
    desk.close(finish=False)
    assert waited == []


def test_work_that_takes_long_ends_with_the_desk(program: Program) -> None:
    """Work that asks now and then whether to go on ends when the desk is closed, and tells meanwhile what it does."""
    heard: SimpleQueue[Message] = SimpleQueue()
    desk = Desk("learning", program.library, heard.put)

    def forever(_store: LibraryStore) -> None:
        while True:
            desk.tell(Told("at it"))
            desk.go_on()

    desk.do(forever)
    assert isinstance(heard.get(), Told)
    desk.close(finish=False)


def test_only_the_newest_of_a_kind_is_done(program: Program) -> None:
    """What a newer one of its kind makes pointless is not begun."""
    heard: list[Message] = []
    gate = threading.Event()
    desk = Desk("pages", program.library, heard.append)

    def wait(_store: LibraryStore) -> Message | None:
        gate.wait()
        return None

    desk.do(wait)
    for word in "abc":
        desk.do(lambda _store, word=word: Told(word), kind="search")  # type: ignore[misc]  # a default of its own
    desk.do(lambda _store: Told("other"))
    gate.set()
    done = threading.Event()
    desk.do(lambda _store: done.set())
    done.wait()
    desk.close(finish=True)
    assert [message.text for message in heard if isinstance(message, Told)] == ["c", "other"]


def test_errors_are_posted(program: Program) -> None:
    """An error of ours is told; any other is passed on whole; the desk goes on."""
    heard: SimpleQueue[Message] = SimpleQueue()
    nowhere = Desk("pages", program.library.with_name("none.db"), heard.put)
    nowhere.do(lambda _store: None)
    told = heard.get()
    nowhere.close(finish=True)
    assert isinstance(told, Told)
    assert told.wrong
    assert "no library" in told.text
    desk = Desk("pages", program.library, heard.put)
    desk.do(lambda _store: 1 / 0)  # type: ignore[arg-type, return-value]  # the fault
    desk.do(lambda _store: Told("on"))
    broken, after = heard.get(), heard.get()
    desk.close(finish=True)
    assert isinstance(broken, Broken)
    assert isinstance(broken.error, ZeroDivisionError)
    assert isinstance(after, Told)
