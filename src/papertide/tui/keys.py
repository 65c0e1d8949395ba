"""The keys, in one table: what is bound, what the last lines of the screen show, and what the help tells."""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding, BindingType


@dataclass(frozen=True, slots=True)
class Key:
    """One thing that can be done: the keys for it, its action, its name in the last lines ("" for none), and the help."""

    keys: str
    action: str
    label: str
    told: str
    shown: str = ""

    @property
    def face(self) -> str:
        """The key as it is printed."""
        return self.shown or self.keys.split(",")[0]


KEYS = (
    Key("y", "decide('keep')", "keep", "keep: onto the reading list"),
    Key("l", "decide('later')", "later", "later: neither kept nor skipped"),
    Key("x", "decide('skip')", "skip", "skip: not for you"),
    Key("u", "undo", "undo", "take the last decision, tag or note back; also decisions of earlier days"),
    Key("j,down", "move(1)", "next", "the next paper"),
    Key("k,up", "move(-1)", "prev", "the paper before"),
    Key("slash", "search", "search", "search as you type, in the query language: lora topic:peft date:7d", "/"),
    Key("f", "topics", "topics", "only one topic, from a list with counts"),
    Key("t", "tag", "tag", "put tags on, take tags off: todo -old"),
    Key("n", "note", "note", "write a note; an empty one takes it off"),
    Key("enter", "whole", "paper", "the paper alone, and back", "Enter"),
    Key("space", "scroll(1)", "scroll", "more of the paper (and b: back)", "Space"),
    Key("s", "sort", "sort", "another order"),
    Key("v", "status", "view", "what you kept, put off or skipped; or all"),
    Key("o", "open", "open", "open the paper in your browser"),
    Key("c", "copy('citation')", "cite", "copy the citation"),
    Key("w", "copy('link')", "link", "copy the web address"),
    Key("m", "similar", "similar", "more like this one; Esc comes back"),
    Key("e", "export", "export", "write what is listed to a Markdown file"),
    Key("r", "renew", "renew", "show what is new, in the order of now"),
    Key("question_mark", "help", "help", "this help", "?"),
    Key("q", "leave", "quit", "quit; everything is stored already"),
)
"""In the order in which the last lines show them; where there is no room for all, the last two stay."""

SILENT = (
    Key("i", "decide('inbox')", "", "back into the inbox, undecided"),
    Key("N", "note_in_editor", "", "the note in your editor ($VISUAL, $EDITOR)"),
    Key("b", "scroll(-1)", "", "back in the paper"),
    Key("g,home", "move_to(0)", "", "the first paper"),
    Key("G,end", "move_to(-1)", "", "the last paper"),
    Key("pagedown", "page(1)", "", "a page of papers on", "PgDn"),
    Key("pageup", "page(-1)", "", "a page of papers back", "PgUp"),
    Key("R", "reverse", "", "the order the other way round"),
    Key("D", "dark", "", "dark or light"),
    Key("escape", "back", "", "out of what you are in", "Esc"),
)
"""What is bound besides, and told by the help only."""

BINDINGS: list[BindingType] = [Binding(key.keys, key.action, key.label or key.told) for key in (*KEYS, *SILENT)]


def bar(width: int, rows: int) -> list[list[Key]]:
    """The keys that fit in so many rows of a width, in order; the last two are always among them."""
    most, kept = list(KEYS[:-2]), list(KEYS[-2:])
    while True:
        laid = _laid([*most, *kept], width)
        if len(laid) <= rows or not most:
            return laid
        most.pop()


def room(key: Key) -> int:
    """The columns that a key takes in the last lines, with the gap behind it."""
    return len(key.face) + 1 + len(key.label) + 2


def _laid(keys: list[Key], width: int) -> list[list[Key]]:
    rows: list[list[Key]] = [[]]
    left = width
    for key in keys:
        need = room(key) - 2
        if need > left and rows[-1]:
            rows.append([])
            left = width
        rows[-1].append(key)
        left -= need + 2
    return rows
