"""The log of verdicts, and what belongs to numbers, past the flows."""

from __future__ import annotations

import pytest
from tests.fakes import NOW, READER, add_pages, json_page, look

from papertide.errors import LibraryError
from papertide.store import LibraryStore
from papertide.store.address import Place, Server
from papertide.store.belongings import give_back, hand_over, remember


@pytest.fixture
def filled(store: LibraryStore) -> LibraryStore:
    """A library of three papers, each with one sighting: 1 to 3."""
    add_pages(store, json_page("On tides", "On moons"), json_page("On stars"))
    return store


def test_a_verdict_is_a_row_that_stays(filled: LibraryStore, path: Place) -> None:
    """What was said names its sightings with what they said then; taking it back is a row of its own."""
    judging = filled.judging
    number = judging.say(READER, [[1], [3]], NOW, "merge", same=True)
    (said,) = judging.on([3])
    assert (said.id, said.reader, said.same, said.at, said.sides, said.papers) == (
        number,
        READER,
        True,
        NOW,
        ((1,), (3,)),
        {1: 1, 3: 3},
    )
    assert judging.on([2]) == []
    assert judging.last("ben", 9) == []
    assert judging.partners([1]) == {1, 3}
    assert judging.holding([1, 2, 99]) == {1, 2}
    judging.take_back(number, READER, NOW)
    assert judging.on([1]) == judging.last(READER, 9) == []
    assert judging.partners([1]) == set()
    connection = look(path)
    rows = connection.execute("SELECT id, kind, command, undoes FROM verdict").fetchall()
    assert rows == [(1, "same", "merge", None), (2, "same", "undo", 1)]
    named = connection.execute("SELECT position, json_extract(entry, '$.title') FROM verdict_sighting").fetchall()
    connection.close()
    assert named == [(0, "On tides"), (0, "On stars")]


def test_a_verdict_is_taken_back_once(filled: LibraryStore) -> None:
    """A second time is refused, as the log would contradict itself."""
    number = filled.judging.say(READER, [[1], [2]], NOW, "merge", same=True)
    filled.judging.take_back(number, READER, NOW)
    with pytest.raises(LibraryError):
        filled.judging.take_back(number, READER, NOW)


def test_newest_first_and_oldest_first(filled: LibraryStore) -> None:
    """`last` begins with the newest and stops at the count; `on` begins with the oldest."""
    for sides in ([[1], [2]], [[2], [3]], [[1], [3]]):
        filled.judging.say(READER, sides, NOW, "split", same=False)
    assert [said.id for said in filled.judging.last(READER, 2)] == [3, 2]
    assert [said.id for said in filled.judging.on([1])] == [1, 3]


def test_moved_sightings_are_remembered(filled: LibraryStore) -> None:
    """Sightings that a verdict doesn't name, but that went elsewhere by it, are known by the paper they were of."""
    number = filled.judging.say(READER, [[1], [2]], NOW, "merge", same=True)
    filled.judging.moved(number, {3: 7}, {8: 9})
    (said,) = filled.judging.last(READER, 1)
    assert (said.papers, said.led) == ({1: 1, 2: 2, 3: 7}, {8: 9})


def test_a_sighting_that_is_gone_is_left_out(filled: LibraryStore, path: Place) -> None:
    """A verdict outlives the sightings it names, and no other sighting takes their place by its number."""
    filled.judging.say(READER, [[1], [3]], NOW, "split", same=False)
    connection = look(path)
    if not isinstance(path, Server):
        connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("DELETE FROM sighting WHERE id = 3")
    connection.close()
    assert filled.judging.on([1])[0].sides == ((1,), ())
    assert filled.judging.on([3]) == []


@pytest.mark.parametrize(
    ("note", "left", "told"),
    [
        ("one\n\ntwo", "one", 0),
        ("two", None, 0),
        ("one\n\ntwo\n\nthree", "one\n\nthree", 0),
        ("one, two", "one, two", 1),
        (None, None, 1),
    ],
)
def test_notes_part_again(filled: LibraryStore, note: str | None, left: str | None, told: int) -> None:
    """What was put behind a note is taken out of it again; a note that was rewritten stays whole, one taken off stays off."""
    filled.annotating.note(READER, 2, "two")
    filled.telling.tell(READER, [1, 2], "2026-11-21", NOW)
    connection = filled._database.connection
    remembered = remember(connection, 2, 1)
    connection.execute("UPDATE sighting SET paper_id = 1 WHERE paper_id = 2")
    hand_over(filled._database, 2, 1, remembered)
    connection.execute("DELETE FROM note")
    connection.execute("DELETE FROM told WHERE paper_id = 2")
    connection.execute("DELETE FROM paper WHERE id = 2")
    if note is not None:
        filled.annotating.note(READER, 1, note)
    led, notes = give_back(filled._database, 2)
    assert led == 1
    assert len(notes) == told
    kept = dict(connection.execute("SELECT paper_id, text FROM note").fetchall())
    assert kept.get(1) == left
    assert kept.get(2) == (None if note is None else "two")
    assert filled.telling.last(READER) == (1, "2026-11-21", [1, 2])


def test_reasons_are_listed_with_the_titles_they_are_of(store: LibraryStore) -> None:
    """A merge by title is listed with the title of the page that its reason names, the least alike first."""
    add_pages(
        store,
        json_page("Low-rank adapters for small language models", "On tides of the sea"),
        json_page("Low-rank adaptors for small language models"),
        json_page("LOW-RANK ADAPTORS for small language models", "On TIDES of the sea"),
    )
    rows = [(j.paper, j.a, j.b) for j in store.judging.joined(None)]
    assert rows[0] == (1, "Low-rank adapters for small language models", "Low-rank adaptors for small language models")
    assert (1, "Low-rank adaptors for small language models", "LOW-RANK ADAPTORS for small language models") in rows
    assert [j.paper for j in store.judging.joined(None, 2)] == [2]
    assert len(store.judging.joined(1)) == 1
