"""The list of papers: only the rows on the screen are drawn, and only those are read, so that a million cost what ten do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from papertide.flows.inbox import Order
from papertide.flows.rank import Explained
from papertide.records.plain import PaperDict
from papertide.tui.messages import EndNear, Pointed, Wanted
from papertide.views.triage import EXPLORED, MARKS, one_line

_MARGIN = 3
"""Rows kept in sight above and below the cursor."""
_AHEAD = 40
"""Rows read beyond those on the screen."""
_NEAR = 200
"""Rows from the end of the list at which more of it is asked for."""
_HELD = 2000
"""Papers held in memory; those far from the cursor are forgotten, and read again if they are looked at."""
_DATED = 60
"""Columns from which on there is room for a date."""


class PaperList(ScrollView, can_focus=True):
    """Titles, one a row, with a mark for what was decided; the cursor's row begins with `>`, so that no colour is needed."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"paper-list--cursor", "paper-list--decided", "paper-list--date"}
    DEFAULT_CSS = """
    PaperList { overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; }
    PaperList > .paper-list--cursor { background: $primary; color: #FFFFFF; text-style: bold; }
    PaperList > .paper-list--decided { color: $foreground 65%; }
    PaperList > .paper-list--date { color: $foreground 65%; }
    """

    cursor = var(0)

    def __init__(self) -> None:
        super().__init__()
        self.order = Order()
        self._papers: dict[int, PaperDict] = {}
        self._words: dict[int, Sequence[tuple[str, float]]] = {}
        self._asked: set[int] = set()

    @property
    def number(self) -> int | None:
        """The paper under the cursor."""
        return self.order.numbers[self.cursor] if self.cursor < len(self.order) else None

    def paper(self, number: int | None) -> PaperDict | None:
        """A paper, if it has been read."""
        return self._papers.get(number) if number is not None else None

    def words(self, number: int | None) -> Sequence[tuple[str, float]]:
        """The words that moved a paper, as far as it has been read."""
        return self._words.get(number, ()) if number is not None else ()

    def show(self, order: Order, papers: Iterable[Explained], at: int | None) -> None:
        """Show another list, with the cursor on the paper `at`; where that is gone, on the next one that isn't."""
        if at is not None and at not in order.places:
            after = self.order.numbers[self.order.places.get(at, 0) :]
            at = next((number for number in after if number in order.places), None)
        self.order = order
        self._papers = {}
        self._words = {}
        self._take(papers)
        self._asked = set()
        self.cursor = order.places.get(at, 0) if at is not None else 0
        self.grown()
        if not self.cursor:
            self.scroll_to(y=0, animate=False, immediate=True)
        self._follow()

    def grown(self) -> None:
        """The list has another length."""
        self.virtual_size = Size(0, len(self.order))
        self.refresh()

    def change(self, paper: PaperDict) -> None:
        """A paper is not what it was; why it ranks where it does, is."""
        self._papers[paper["id"]] = paper
        self.refresh()

    def take(self, papers: Iterable[Explained], asked: Iterable[int]) -> None:
        """Papers that were read."""
        self._take(papers)
        self._asked.difference_update(asked)
        if len(self._papers) > _HELD:
            top = int(self.scroll_offset.y)
            around = [range(max(0, place - _HELD // 4), place + _HELD // 4) for place in (top, self.cursor)]
            places = self.order.places
            self._papers = {
                number: paper
                for number, paper in self._papers.items()
                if any(places.get(number, -1) in each for each in around)
            }
            self._words = {number: words for number, words in self._words.items() if number in self._papers}
        self.refresh()

    def _take(self, papers: Iterable[Explained]) -> None:
        for paper, why in papers:
            self._papers[paper["id"]] = paper
            self._words[paper["id"]] = why.words

    def read_again(self) -> None:
        """Have the rows on the screen read again: somebody else may have decided on them."""
        top = int(self.scroll_offset.y)
        rows = self.order.numbers[top : top + max(self.size.height, 1)]
        if rows:
            self.post_message(Wanted(rows))

    def point(self, place: int) -> None:
        """Put the cursor on a row, or on the nearest there is."""
        self.cursor = max(0, min(place, len(self.order) - 1))
        self._follow()

    def _follow(self) -> None:
        margin = min(_MARGIN, max(self.size.height - 1, 0) // 2)
        around = Region(0, max(self.cursor - margin, 0), 1, min(self.cursor, margin) + 1 + margin)
        self.scroll_to_region(around, animate=False, immediate=True, force=True)
        self.refresh()
        self.post_message(Pointed(self.number))
        self._look_ahead()

    def _look_ahead(self) -> None:
        top, height = int(self.scroll_offset.y), self.size.height
        numbers = self.order.numbers
        in_sight = numbers[max(0, top - _AHEAD) : top + height + _AHEAD]
        at_hand = numbers[max(0, self.cursor - 1) : self.cursor + 2]  # the cursor may be out of sight
        wanted = dict.fromkeys([*in_sight, *at_hand])
        lacking = [number for number in wanted if number not in self._papers and number not in self._asked]
        if lacking:
            self._asked.update(lacking)
            self.post_message(Wanted(lacking))
        if not self.order.whole and max(self.cursor, top + height) > len(self.order) - _NEAR:
            self.post_message(EndNear())

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Read what comes into sight."""
        super().watch_scroll_y(old_value, new_value)
        self._look_ahead()

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._follow()

    def on_click(self, event: events.Click) -> None:
        """Point at the row that was clicked."""
        place = event.y + int(self.scroll_offset.y)
        if place < len(self.order):
            self.point(place)

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        width = self.scrollable_content_region.width
        place = y + int(self.scroll_offset.y)
        if place >= len(self.order):
            return Strip.blank(width, self.rich_style)
        paper = self._papers.get(self.order.numbers[place])
        style = self._style(place, paper)
        date = (paper["published"] or "" if paper else "").ljust(10) if width >= _DATED else ""
        lead = f"{'>' if place == self.cursor else ' '}{self._mark(paper)} "
        title = fitted(one_line(paper["title"]) if paper else "…", width - len(lead) - len(date) - bool(date))
        segments = [Segment(lead, style), Segment(title, style)]
        if date:
            dim = style if place == self.cursor else style + self.get_component_rich_style("paper-list--date")
            segments.append(Segment(f" {date}", dim))
        return Strip(segments, width)

    def _mark(self, paper: PaperDict | None) -> str:
        if paper is None:
            return " "
        explored = paper["status"] == "inbox" and paper["id"] in self.order.explored
        return EXPLORED if explored else MARKS[paper["status"]]

    def _style(self, place: int, paper: PaperDict | None) -> Style:
        if place == self.cursor:
            return self.get_component_rich_style("paper-list--cursor")
        if paper is not None and paper["status"] != "inbox":
            return self.get_component_rich_style("paper-list--decided")
        return self.rich_style


def fitted(text: str, width: int) -> str:
    """A text made just so many columns wide; what is cut off is told by an ellipsis."""
    if cell_len(text) > width > 0:
        text = set_cell_size(text, width - 1).rstrip() + "…"
    return set_cell_size(text, max(width, 0))
