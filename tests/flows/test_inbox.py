"""What is triaged, in what order, and what a sitting does: on a real library."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes import NOW, READER, add_pages, json_page

from papertide.errors import NotFound, UsageError
from papertide.flows.inbox import ANY, Order, Reader, View, begin, is_better, order_of, papers_of, selection_of
from papertide.flows.rank import ensure_scores
from papertide.flows.triage import Sitting, decide
from papertide.query.ast import And, Id, Not, Or, Term
from papertide.store import LibraryStore, open_library
from papertide.topics import default_source

FOR = Reader(READER, date(2026, 11, 21), (default_source(), "default topics"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LibraryStore]:
    """A library of four papers; the third has the most upvotes."""
    made = open_library(tmp_path / "library.db", create=True)
    add_pages(
        made,
        json_page(
            {"title": "Forgetting in adapters", "abstract": "Adapters forget and forget less.", "upvotes": 3},
            {"title": "Lora for vision", "abstract": "Nothing here."},
            {"title": "Adapters that rarely forget", "abstract": "More on adapters.", "upvotes": 9},
            {"title": "¿?"},
        ),
    )
    yield made
    made.close()


def shown(store: LibraryStore, view: View) -> list[int]:
    """The papers of a view."""
    return begin(store.looking, selection_of(store.looking, view, FOR), FOR, 10)


def test_the_order_is_that_of_list_by_score(store: LibraryStore) -> None:
    """What is best comes first, as `list --sort score` has it."""
    assert shown(store, View()) == [3, 1, 2, 4]
    assert shown(store, View(reverse=True, sort="title")) == list(reversed(shown(store, View(sort="title"))))


def test_views(store: LibraryStore) -> None:
    """A view's status, topic and text come together; a status in the text takes the place of the view's."""
    decide(store, READER, [1], "keep", at=NOW, command="keep")
    assert shown(store, View()) == [3, 2, 4]
    assert shown(store, View(status="keep")) == [1]
    assert shown(store, View(status=ANY)) == [3, 1, 2, 4]
    assert shown(store, View("status:keep")) == [1]
    assert shown(store, View("-status:keep lora")) == [2]
    assert shown(store, View("adapters", topic="peft")) == [3]
    with pytest.raises(UsageError, match="did you mean peft"):
        shown(store, View("topic:pefft"))


def test_similar_papers(store: LibraryStore) -> None:
    """Nearest is what holds most of a paper's words, never the paper itself; a paper without words has none."""
    assert shown(store, View(like=1))[0] == 3
    selection = selection_of(store.looking, View("whatever", like=1), FOR)
    assert selection.query is not None
    root = selection.query.root
    assert isinstance(root, And)
    assert root.parts[1] == Not(Id(1))
    assert isinstance(root.parts[0], Or)
    assert [part.text for part in root.parts[0].parts if isinstance(part, Term)] == ["forgetting", "adapters", "forget"]
    with pytest.raises(UsageError, match="no words"):
        shown(store, View(like=4))
    with pytest.raises(NotFound):
        shown(store, View(like=99))


def test_papers_that_are_gone_are_left_out(store: LibraryStore) -> None:
    """Numbers without a paper bring none."""
    assert set(papers_of(store.looking, [1, 99], FOR)) == {1}


numbers = st.lists(st.integers(1, 30), unique=True)


@given(numbers, numbers, st.integers(1, 40))
def test_an_order_only_grows_at_its_end(first: list[int], found: list[int], asked: int) -> None:
    """Whatever the view has become, what is there stays where it is, nothing comes twice and nothing found is lacking."""
    order = Order(first, whole=False)
    found = found[:asked]
    came = order.grow(found, asked)
    assert order.numbers[: len(first)] == first
    assert sorted(order.numbers) == sorted({*first, *found})
    assert len(order) == len(first) + came
    assert order.whole == (len(found) < asked)
    assert [order.places[number] for number in order.numbers] == list(range(len(order)))


def test_a_better_order() -> None:
    """There is one where any of the best five is not among the next ten; what was passed, or isn't far, is none."""
    order = Order(range(1, 31))
    assert not is_better([10, 9, 8, 7, 6, 30], order, 0)
    assert is_better([11], order, 0)
    assert not is_better([11], order, 1)
    assert not is_better([3, 4, 5, 12, 13, 14, 15, 20], order, 10)
    assert is_better([3, 4, 12, 13, 14, 21], order, 10)
    assert is_better([99], order, 0)
    assert not is_better([], order, 30)


def test_what_comes_behind_what_was_seen(store: LibraryStore) -> None:
    """What was seen stays in front, decided or not; the rest follows in the order of now, each paper once."""
    view = View()
    selection = selection_of(store.looking, view, FOR)
    decide(store, READER, [4], "keep", at=NOW, command="keep")
    ensure_scores(store, READER)
    order = order_of(store, view, selection, FOR, 2, Order([4, 2], explored={2: "peft"}))
    assert order.numbers[:2] == [4, 2]
    assert sorted(order.numbers) == [1, 2, 3, 4]
    assert order.explored == {2: "peft"}
    assert order.whole
    assert not order_of(store, View(text="adapters"), selection, FOR, 1).whole


def test_a_sitting_counts_what_stands(store: LibraryStore) -> None:
    """A paper counts once, by its last decision; what changes nothing is neither logged nor counted."""
    sitting = Sitting(READER)
    assert sitting.decide(store, 1, "keep", at=NOW)
    assert not sitting.decide(store, 1, "keep", at=NOW)
    assert sitting.decide(store, 1, "skip", at=NOW)
    assert sitting.decide(store, 2, "later", at=NOW)
    assert sitting.counts() == {"decided": 2, "inbox": 0, "keep": 0, "later": 1, "skip": 1, "undone": 0}
    assert sitting.standing == 3
    assert [row.command for row in store.deciding.log(READER, None)] == ["triage"] * 3
    sitting.undo(store, at=NOW)
    sitting.undo(store, at=NOW)
    assert sitting.counts() == {"decided": 1, "inbox": 0, "keep": 1, "later": 0, "skip": 0, "undone": 2}
    (row,) = store.looking.by_number([1], READER)
    assert row["status"] == "keep"


def test_a_sitting_takes_back_its_own(store: LibraryStore) -> None:
    """What the reader decides elsewhere meanwhile stands when the sitting takes back its last decision."""
    sitting = Sitting(READER)
    assert sitting.decide(store, 1, "keep", at=NOW)
    decide(store, READER, [2], "skip", at=NOW, command="skip")
    taken_back = sitting.undo(store, at=NOW)
    assert taken_back is not None
    assert taken_back.paper == 1
    assert [paper["status"] for paper in store.looking.by_number([1, 2], READER)] == ["inbox", "skip"]


def test_a_sitting_takes_back_tags_and_notes(store: LibraryStore) -> None:
    """Undoing a tag or a note brings back just what was there before."""
    store.annotating.tag(READER, [1], ["old", "both"], [])
    store.annotating.note(READER, 1, "first")
    sitting = Sitting(READER)
    assert sitting.tag(store, 1, "new both +plus -old -absent")
    assert sitting.note(store, 1, " second ")
    assert not sitting.note(store, 1, "second")
    assert not sitting.tag(store, 1, "new -absent")
    (row,) = store.looking.by_number([1], READER)
    assert (row["tags"], row["note"]) == (["both", "new", "plus"], "second")
    undone = [sitting.undo(store, at=NOW), sitting.undo(store, at=NOW)]
    assert [deed.what for deed in undone if deed is not None] == ["note", "tag"]
    (row,) = store.looking.by_number([1], READER)
    assert (row["tags"], row["note"]) == (["both", "old"], "first")
    assert sitting.undo(store, at=NOW) is None
    with pytest.raises(NotFound):
        sitting.note(store, 99, "x")
