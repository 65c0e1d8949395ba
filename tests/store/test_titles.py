"""The titles of a library and their marks: what is kept of them, what stands beside what, and what came before them."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from tests.fakes import add_pages, json_page, look

from papertide.store import LibraryStore, open_library
from papertide.store.address import Place


def initials(key: str, nameless: bool) -> list[tuple[int, int]]:
    """Marks that can be read: the first two characters' numbers, 1,000 more for a title without an id; none for "none"."""
    return [] if key == "none" else [(1000 * nameless + ord(letter), place) for place, letter in enumerate(key[:2])]


def keep(store: LibraryStore, keys: dict[str, bool]) -> None:
    """Take in keys, in a transaction of their own."""
    with store.adding.transaction():
        store.titling.keep(keys, initials)


def kept(path: Place) -> tuple[list[tuple[int, str, int]], list[tuple[int, int, int]]]:
    """The titles and the marks that a library holds, in order."""
    connection = look(path)
    titles = connection.execute("SELECT id, key, nameless FROM title ORDER BY id").fetchall()
    marks = connection.execute("SELECT code, place, title_id FROM mark ORDER BY 1, 2, 3").fetchall()
    connection.close()
    return titles, marks


def test_keep(store: LibraryStore, path: Place) -> None:
    """A key is kept once, numbered as it came, with its marks; one that has none isn't kept."""
    keep(store, {"ab": True, "b": False, "none": True})
    keep(store, {"b": False, "ab": True, "c": True})
    titles, marks = kept(path)
    assert titles == [(1, "ab", 1), (2, "b", 0), (3, "c", 1)]
    assert marks == [(98, 0, 2), (1097, 0, 1), (1098, 1, 1), (1099, 0, 3)]
    assert (store.titling.newest(), store.titling.keys(0), store.titling.keys(2)) == (3, ["ab", "b", "c"], ["c"])
    assert store.titling.any_from(1099)
    assert not store.titling.any_from(1100)


def test_a_title_that_comes_without_an_id(store: LibraryStore, path: Place) -> None:
    """A title that had come with ids alone, and comes without one, stands on the other side too, and stays there."""
    keep(store, {"b": False})
    assert not store.titling.nameless("b")
    for nameless in (True, False, True):
        keep(store, {"b": nameless})
        assert store.titling.nameless("b")
    assert kept(path) == ([(1, "b", 1)], [(98, 0, 1), (1098, 0, 1)])
    assert not store.titling.nameless("never seen")


def test_nothing_is_kept_of_what_is_taken_back(store: LibraryStore, path: Place) -> None:
    """Titles go with the page that brought them, if it is not added after all."""
    keep(store, {"ab": True})
    before = kept(path)

    def failing(key: str, nameless: bool) -> list[tuple[int, int]]:
        store.titling.keep({"e": True}, initials)
        raise KeyError(key, nameless)

    with pytest.raises(KeyError), store.adding.transaction():
        store.titling.keep({"c": True, "ab": False}, failing)
    assert kept(path) == before
    keep(store, {"d": True})
    assert store.titling.keys(0) == ["ab", "d"]


def numbered(numbers: Iterable[int]) -> dict[str, bool]:
    """Keys whose only mark is a number."""
    return {f"{number}": False for number in numbers}


def test_beside(store: LibraryStore) -> None:
    """Beside a mark stand the nearest ones, from its own place outward, within bounds and places; as many as asked for."""
    with store.adding.transaction():
        store.titling.keep(numbered(range(10)), lambda key, _: [(100 + int(key) // 2, int(key) % 2)])

    def beside(code: int, place: int, low: int, high: int, last: int = 9, reach: int = 99) -> list[int]:
        return sorted(title - 1 for _, title in store.titling.beside((code, place, low, high, 0, last), reach))

    assert beside(102, 0, 0, 999) == list(range(10))
    assert beside(102, 0, 101, 103) == [2, 3, 4, 5, 6, 7]
    assert beside(102, 1, 0, 999, reach=1) == [4, 5]
    assert beside(102, 0, 0, 999, reach=1) == [3, 4]
    assert beside(102, 0, 0, 999, reach=2) == [2, 3, 4, 5]
    assert beside(102, 0, 0, 999, reach=2, last=0) == [2, 4]
    assert store.titling.beside((102, 0, 102, 102, 0, 0), 9) == [(102, 5)]


def test_keys_of(store: LibraryStore) -> None:
    """Titles are given by their numbers, those of a fit length."""
    keep(store, {"a": True, "bb": True, "ccc": True})
    assert sorted(store.titling.keys_of([3, 2, 1, 77], (2, 3))) == ["bb", "ccc"]
    assert store.titling.keys_of([], (1, 9)) == []


def test_what_was_there_before(path: Place) -> None:
    """A library that was filled before it listed titles lists them all at the next page, each side as its sightings say."""
    store = open_library(path, create=True)
    ids = [{"title": "With an id", "arxiv_id": "2403.00001"}, {"title": "Both", "arxiv_id": "2403.00002"}]
    add_pages(store, json_page(*ids, "Without"))
    add_pages(store, json_page("Both", "With an id, too"))
    store.close()
    listed = kept(path)
    connection = look(path)
    for forget in ("DELETE FROM title", "DELETE FROM mark", "DELETE FROM meta WHERE key = 'titles'"):
        connection.execute(forget)
    connection.close()
    store = open_library(path)
    add_pages(store, json_page("With an id, too"))
    titles, marks = kept(path)
    assert sorted(row[1:] for row in titles) == sorted(row[1:] for row in listed[0])
    nameless = {(code, place) for code, place, _ in listed[1]}
    assert {(code, place) for code, place, _ in marks} <= nameless
    add_pages(store, json_page("Yet another one"))
    assert store.titling.newest() == len(titles) + 1
    store.close()


def test_more_than_are_written_at_once(store: LibraryStore) -> None:
    """Tens of thousands of titles are taken in, each with a number of its own."""
    keys = [f"{number}" for number in range(45_000)]
    with store.adding.transaction():
        store.titling.keep(dict.fromkeys(keys, True), lambda key, _: [(int(key), 0)])
    assert store.titling.newest() == len(keys)
    assert sorted(store.titling.keys(0), key=int) == keys
    assert store.titling.beside((44_999, 0, 0, 99_999, 0, 0), 1) == [(44_999, 45_000), (44_998, 44_999)]
