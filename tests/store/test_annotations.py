"""What readers write on papers: tags, notes and saved searches, each reader's own."""

from __future__ import annotations

import pytest
from tests.fakes import READER, add_pages, dump, json_page

from papertide.errors import LibraryError
from papertide.store import LibraryStore
from papertide.store.address import Place, Server

HOSTILE = ("'", '"', "'; DROP TABLE tag; --", "%", "\x00", "a\nb", "🤗", " ", ":reader", "?1")


@pytest.fixture
def store(store: LibraryStore) -> LibraryStore:
    """A library of two papers."""
    add_pages(store, json_page("One of two", "Another paper"))
    return store


def written(store: LibraryStore, number: int = 1, reader: str = READER) -> tuple[list[str], str | None]:
    """The tags and the note on a paper."""
    (paper,) = store.looking.by_number([number], reader)
    return paper["tags"], paper["note"]


def test_tags(store: LibraryStore) -> None:
    """Tags are put on and taken off many papers at once; what was so already isn't counted."""
    tag = store.annotating.tag
    assert tag(READER, [1, 2], ["b", "a"], []) == 4
    assert tag(READER, [1, 2], ["a", "c"], ["b", "x"]) == 4
    assert written(store) == (["a", "c"], None)
    assert tag(READER, [1], ["a"], []) == 0
    assert tag(READER, [1, 2], [], ["a", "c"]) == 4
    assert written(store) == ([], None)


def test_notes(store: LibraryStore) -> None:
    """A note replaces the one before, and an empty one takes it off; another paper's note stays."""
    store.annotating.note(READER, 1, "first")
    store.annotating.note(READER, 2, "other")
    store.annotating.note(READER, 1, "second\nline")
    assert (written(store)[1], written(store, 2)[1]) == ("second\nline", "other")
    for _ in range(2):
        store.annotating.note(READER, 1, "")
        assert (written(store)[1], written(store, 2)[1]) == (None, "other")


def test_searches(store: LibraryStore) -> None:
    """Searches are kept by name, replaced under the same name, listed in order, and removed."""
    keep = store.annotating.save_search
    keep(READER, "b", "lora")
    keep(READER, "a", "topic:peft")
    keep(READER, "b", "lora OR adapter")
    assert store.annotating.searches(READER) == [("a", "topic:peft"), ("b", "lora OR adapter")]
    assert store.looking.saved_search(READER, "b") == "lora OR adapter"
    assert store.annotating.remove_search(READER, "b")
    assert not store.annotating.remove_search(READER, "b")
    assert store.looking.saved_search(READER, "b") is None
    assert store.annotating.searches(READER) == [("a", "topic:peft")]


def test_readers_are_apart(store: LibraryStore) -> None:
    """What one reader writes another neither sees nor takes off."""
    store.annotating.tag(READER, [1], ["mine"], [])
    store.annotating.note(READER, 1, "mine")
    store.annotating.save_search(READER, "s", "mine")
    assert written(store, reader="bob") == ([], None)
    assert store.annotating.searches("bob") == []
    assert store.looking.saved_search("bob", "s") is None
    assert store.annotating.tag("bob", [1], [], ["mine"]) == 0
    store.annotating.note("bob", 1, "")
    assert not store.annotating.remove_search("bob", "s")
    assert written(store) == (["mine"], "mine")
    assert store.looking.saved_search(READER, "s") == "mine"


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_hostile_text_is_only_text(text: str, store: LibraryStore, path: Place) -> None:
    """Whatever is written comes back as it was written; a server can't hold a NUL, and takes no part of such a text."""
    if "\x00" in text and isinstance(path, Server):
        refused(store, path, text)
        return
    store.annotating.tag(text, [1], [text], [])
    store.annotating.note(text, 1, text)
    store.annotating.save_search(text, text, text)
    assert written(store, reader=text) == ([text], text)
    assert store.annotating.searches(text) == [(text, text)]
    assert store.looking.saved_search(text, text) == text
    assert written(store) == ([], None)


def refused(store: LibraryStore, path: Place, text: str) -> None:
    """The text is a LibraryError that says why, wherever it is to be written, and nothing is changed by it."""
    before = dump(path)
    for write in (
        lambda: store.annotating.tag(READER, [1], ["good", text], []),
        lambda: store.annotating.note(text, 1, "good"),
        lambda: store.annotating.note(READER, 1, text),
        lambda: store.annotating.save_search(READER, text, "good"),
    ):
        with pytest.raises(LibraryError, match="NUL"):
            write()
    assert dump(path) == before


def test_a_paper_that_is_not_there(store: LibraryStore, path: Place) -> None:
    """Writing on a paper that isn't there is a LibraryError, and nothing is written on the others either."""
    before = dump(path)
    with pytest.raises(LibraryError):
        store.annotating.tag(READER, [1, 999], ["x"], [])
    with pytest.raises(LibraryError):
        store.annotating.note(READER, 999, "x")
    assert dump(path) == before
