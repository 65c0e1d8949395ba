"""What the reader decided is learnt from in a thread of its own, and the screen is told what is best now."""

from __future__ import annotations

from textual.message import Message

from papertide.flows.inbox import Reader, View, begin, learns
from papertide.flows.rank import Learner
from papertide.store import LibraryStore
from papertide.store.address import Place
from papertide.store.base import Selection
from papertide.tui.desk import Desk, Post
from papertide.tui.messages import Learned, Learning

_LOOKED_AT = 200
"""The best papers that are told of: the reader may have passed some of them."""


class School(Desk):
    """Learns once for all decisions that came meanwhile, keeps the scores, and looks how a view would begin now."""

    def __init__(self, library: Place, post: Post, reader: Reader) -> None:
        super().__init__("learning", library, post)
        self._for = reader
        self._learner = Learner(reader.name, session=True)

    def learn(self, turn: int, view: View, selection: Selection) -> None:
        """Learn, if anything was said or came since, and tell of it."""

        def work(store: LibraryStore) -> Message:
            read = 0

            def told(count: int) -> None:
                nonlocal read
                read += count
                self.go_on()
                self.tell(Learning(read))

            changed = self._learner.learn(store, told)
            best = begin(store.looking, selection, self._for, _LOOKED_AT) if learns(view) else ()
            return Learned(turn, best, changed=changed)

        self.do(work, kind="learn")
