"""A thread at the library with a connection of its own: it does one thing after the other and posts what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread

from textual.message import Message

from papertide.errors import LibraryError, PapertideError
from papertide.store import LibraryStore, open_library
from papertide.store.address import Place
from papertide.tui.messages import Broken, Told

Work = Callable[[LibraryStore], Message | None]
Post = Callable[[Message], object]


class Desk:
    """Where work on the library is handed in. What a newer one of its kind makes pointless is not begun."""

    def __init__(self, name: str, library: Place, post: Post) -> None:
        self._library = library
        self._post = post
        self._tasks: SimpleQueue[tuple[str, int, Work] | None] = SimpleQueue()
        self._newest: dict[str, int] = {}
        self._finishing = True
        self._store: LibraryStore | None = None
        self._thread = Thread(target=self._run, name=f"papertide-{name}", daemon=True)
        self._thread.start()

    def do(self, work: Work, *, kind: str = "") -> None:
        """Have something done. With a kind, only the newest of that kind is; without, everything is, in its turn."""
        number = self._newest[kind] = self._newest.get(kind, 0) + 1
        self._tasks.put((kind, number, work))

    def tell(self, message: Message) -> None:
        """Post something while work goes on."""
        self._post(message)

    def go_on(self) -> None:
        """Called by work that takes long, now and then: ends it, by raising an error, where nobody waits for it any more."""
        if not self._finishing:
            raise LibraryError(str(self._library), "is being closed")

    def close(self, *, finish: bool) -> None:
        """Let go of the library: with `finish` when all is done that was handed in, else at once. Nothing is told any more.

        A second time does nothing.
        """
        self._post = _unheard
        self._finishing = finish
        self._tasks.put(None)
        while not finish and self._thread.is_alive():
            if self._store is not None:  # again and again: an interruption that comes before a question does nothing
                self._store.interrupt()
            self._thread.join(0.02)
        self._thread.join()

    def _run(self) -> None:
        try:
            while (task := self._tasks.get()) is not None:
                kind, number, work = task
                if self._finishing and (not kind or number == self._newest[kind]):
                    message = self._done(work)
                    if message is not None:
                        self._post(message)
        finally:
            if self._store is not None:
                self._store.close()

    def _done(self, work: Work) -> Message | None:
        try:
            if self._store is None:
                self._store = open_library(self._library)
            return work(self._store)
        except PapertideError as error:
            return Told(str(error), wrong=True)
        except Exception as error:  # the screen ends with it, as it would with one of its own
            return Broken(error)


def _unheard(_message: Message) -> None:
    """Tell nobody."""
