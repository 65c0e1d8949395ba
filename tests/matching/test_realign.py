"""Which entry of a page that is read anew is which of those read before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertide.matching.realign import realign
from papertide.records.listing import Entry

ENTRIES = st.builds(
    Entry,
    title=st.sampled_from("Ash Birch Cedar Elm Fir Hazel".split()),
    abstract=st.sampled_from(
        [None, "Adapters forget what they learnt. " * 8, "Robots read manuals for grippers. " * 8]
    ),
    arxiv_id=st.sampled_from([None, None, "2401.00001", "2401.00002"]),
)
PAGES = st.lists(ENTRIES, max_size=9)


def page(titles: str) -> list[Entry]:
    """A page of these titles, which are single words; "word@n" has an arXiv id ending in that digit."""
    found = []
    for word in titles.split():
        title, _, digit = word.partition("@")
        found.append(Entry(title=title, arxiv_id=f"2401.0000{digit}" if digit else None))
    return found


@given(PAGES)
def test_the_same_is_the_same(entries: list[Entry]) -> None:
    """A page read as before is aligned place by place."""
    assert realign(entries, entries) == {place: place for place in range(len(entries))}


@given(PAGES, PAGES)
def test_each_is_used_once(old: list[Entry], new: list[Entry]) -> None:
    """Each old and each new entry is used at most once, and there are no others; entries of two ids are only one by title."""
    found = realign(old, new)
    assert set(found) <= set(range(len(old)))
    assert sorted(found.values()) == sorted(set(found.values()) & set(range(len(new))))
    for one, other in found.items():
        ids = {old[one].arxiv_id, new[other].arxiv_id} - {None}
        assert len(ids) < 2 or old[one].title == new[other].title


@given(PAGES, st.data())
def test_one_gone_leaves_the_others(old: list[Entry], data: st.DataObject) -> None:
    """A deletion anywhere leaves every other entry aligned with one of its name; with names of their own, with itself."""
    if not old:
        return
    gone = data.draw(st.integers(0, len(old) - 1))
    new = old[:gone] + old[gone + 1 :]
    found = realign(old, new)
    assert sorted(found.values()) == list(range(len(new)))
    for one, other in found.items():
        assert (old[one].title, old[one].arxiv_id) == (new[other].title, new[other].arxiv_id)
    if len({entry.title for entry in old}) == len(old) and len({entry.arxiv_id for entry in old}) == len(old):
        assert found == {place: place - (place > gone) for place in range(len(old)) if place != gone}


@given(PAGES, st.data())
def test_one_found_leaves_the_others(new: list[Entry], data: st.DataObject) -> None:
    """An entry found anywhere besides leaves all that were there aligned."""
    if not new:
        return
    extra = data.draw(st.integers(0, len(new) - 1))
    assert len(realign(new[:extra] + new[extra + 1 :], new)) == len(new) - 1


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("bogus a b", "a b", {1: 0, 2: 1}),
        ("a mendid c", "a mended c", {0: 0, 1: 1, 2: 2}),
        ("a other c", "a mended c", {0: 0, 2: 2}),
        ("xylofone a yelowish", "xylophone a yellowish", {0: 0, 1: 1, 2: 2}),
        ("a glued c", "a one two c", {0: 0, 2: 3}),
        ("a one two c", "a joined c", {0: 0, 3: 2}),
        ("a b c d", "d a x y", {0: 1, 3: 0}),
        ("x@1 b", "b y@1", {0: 1, 1: 0}),
        ("x@1", "y@2", {}),
        ("x@1", "x@2", {0: 0}),
        ("a a b", "b a a", {0: 1, 1: 2, 2: 0}),
        ("", "a", {}),
        ("a", "", {}),
    ],
)
def test_cases(old: str, new: str, found: dict[int, int]) -> None:
    """Dropped, mended, split, joined, moved, renamed, changed: by id, then by title, then by place."""
    assert realign(page(old), page(new)) == found


def test_another_paper_in_its_place_is_not_it() -> None:
    """Two entries in one place are one only where the titles or the abstracts say so."""
    one, other = "Adapters forget what they learnt. " * 8, "Robots read manuals for grippers. " * 8
    assert realign([Entry(title="Ash", abstract=one)], [Entry(title="Hazelwood", abstract=other)]) == {}
    assert realign([Entry(title="Ash")], [Entry(title="Hazelwood", abstract=one)]) == {}
    assert realign([Entry(title="Ash", abstract=one)], [Entry(title="Hazelwood", abstract=one)]) == {0: 0}
    assert realign([Entry(title="Hazelwoods", abstract=one)], [Entry(title="Hazelwood", abstract=other)]) == {0: 0}
