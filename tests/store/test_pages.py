"""The list of pages: what was said of each when it was added, and that nobody adds one while it is held against them."""

from __future__ import annotations

from datetime import date
from hashlib import sha256

import pytest
from tests.fakes import NOW, Card, add_pages, json_page, look, prose, text_page
from tests.libraries import impatient

from papertide.errors import LibraryError, LibraryLocked
from papertide.sources.base import Raw
from papertide.store import LibraryStore, open_library
from papertide.store.address import Place
from papertide.store.facts import StoredPage

DAY = date(2026, 5, 7)


def test_every_page_with_what_was_said_of_it(store: LibraryStore) -> None:
    """Pages come in the order of their numbers, each with its layout, the one asked for, its days and its entries."""
    two = json_page("Alpha, a longer title", "Omega, the last of them")
    text = text_page(Card("Low-rank adapters for small language models", prose("adapters")), header="May 7")
    add_pages(store, Raw("two.jsonl", two, listed=date(2026, 5, 1)))
    add_pages(store, Raw("page.txt", text, "hf-text"), captured=DAY)
    add_pages(store, Raw("none.json", b"[]"))
    assert store.recalling.pages() == [
        StoredPage(digest(two), "two.jsonl", "jsonl", "auto", None, False, date(2026, 5, 1), NOW, 2),
        StoredPage(digest(text), "page.txt", "hf-text", "hf-text", DAY, True, DAY, NOW, 1),
        StoredPage(digest(b"[]"), "none.json", "hf-json", "auto", None, False, None, NOW, 0),
    ]


def digest(data: bytes) -> str:
    """The name of a page."""
    return sha256(data).hexdigest()


def test_while_undisturbed_nobody_adds(store: LibraryStore, path: Place) -> None:
    """Another process that wants to write has to wait; looking is free."""
    other = impatient(path)
    with store.recalling.undisturbed():
        with pytest.raises(LibraryLocked):
            other.annotating.save_search("ada", "name", "text")
        assert store.recalling.pages() == other.recalling.pages() == []
    other.annotating.save_search("ada", "name", "text")
    other.close()


def test_a_damaged_library(store: LibraryStore, path: Place) -> None:
    """An error of the driver's is one of ours."""
    other = look(path)
    other.execute("ALTER TABLE page RENAME TO leaf")
    other.close()
    with pytest.raises(LibraryError):
        store.recalling.pages()
    store.close()
    open_library(path).close()
