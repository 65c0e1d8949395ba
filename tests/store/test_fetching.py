"""What is remembered of live sources, in the library itself: it outlives the process and is shared by all."""

from __future__ import annotations

import os
from functools import partial
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fakes import NOW, add_pages, exit_codes, forked, json_page

from papertide.store import LibraryStore, open_library
from papertide.store.address import Place
from papertide.store.facts import FetchedPart, PageMarks

PATIENCE = 1e12


def test_parts_by_source(store: LibraryStore) -> None:
    """A part is remembered for its source, with when it was got last and what it had."""
    assert store.fetching.parts("hf") == {}
    store.fetching.got("hf", "day:2026-03-04", NOW, 12)
    store.fetching.got("arxiv", "day:2026-03-04", NOW, 5)
    store.fetching.got("hf", "day:2026-03-04", "2026-11-22T10:00:00Z", 14)
    assert store.fetching.parts("hf") == {"day:2026-03-04": FetchedPart("2026-11-22T10:00:00Z", 14)}
    assert store.fetching.parts("arxiv") == {"day:2026-03-04": FetchedPart(NOW, 5)}


def test_marks_need_the_page(store: LibraryStore) -> None:
    """What a server gave with a page is shown to it again only while the library has that page."""
    store.fetching.keep_marks("https://example.org/", '"one"', None, "0" * 64)
    assert store.fetching.marks("https://example.org/") is None
    add_pages(store, json_page("Low-rank adapters", "Forgetting"))
    (page,) = store.recalling.pages()
    store.fetching.keep_marks("https://example.org/", '"two"', "Sat, 21 Nov 2026 10:00:00 GMT", page.digest)
    assert store.fetching.marks("https://example.org/") == PageMarks('"two"', "Sat, 21 Nov 2026 10:00:00 GMT", 2)
    assert store.fetching.marks("https://example.org/other") is None


def test_a_lane_is_free_at_intervals(store: LibraryStore) -> None:
    """Whoever asks gets the first free moment; a lane that was left alone is free at once."""
    assert [store.fetching.reserve("one", 100.0, 3.0, PATIENCE) for _ in range(3)] == [100.0, 103.0, 106.0]
    assert store.fetching.reserve("other", 100.0, 3.0, PATIENCE) == 100.0
    assert store.fetching.reserve("one", 1000.0, 3.0, PATIENCE) == 1000.0


def test_a_held_lane(store: LibraryStore) -> None:
    """A lane that is held lets nobody in before; holding it for less changes nothing."""
    store.fetching.hold("one", 500.0)
    store.fetching.hold("one", 300.0)
    assert store.fetching.reserve("one", 100.0, 3.0, PATIENCE) == 500.0


def test_a_moment_too_far_away_is_not_taken(store: LibraryStore) -> None:
    """A moment that nobody will wait for is told, and stays free for the next who asks."""
    store.fetching.hold("one", 500.0)
    assert [store.fetching.reserve("one", 100.0, 3.0, 60.0) for _ in range(2)] == [500.0, 500.0]
    assert store.fetching.reserve("one", 450.0, 3.0, 60.0) == 500.0


def test_a_clock_that_was_set_back(store: LibraryStore) -> None:
    """A lane that a wrong clock closed for years is free again when the clock is right."""
    store.fetching.reserve("one", 1e9, 3.0, PATIENCE)
    assert store.fetching.reserve("one", 1000.0, 3.0, PATIENCE) == 1000.0
    assert store.fetching.reserve("one", 1000.0, 3.0, PATIENCE) == 1003.0


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.lists(st.tuples(st.floats(0, 8e4), st.sampled_from([0.6, 3.0, 6.0])), min_size=1, max_size=8))
def test_no_two_within_an_interval(store: LibraryStore, asked: list[tuple[float, float]]) -> None:
    """Whatever the clocks say, the moments given never fall back, and each leaves the one before its interval."""
    lane = f"lane {os.urandom(8).hex()}"
    given_moments = [(store.fetching.reserve(lane, now, interval, PATIENCE), interval) for now, interval in asked]
    for (moment, interval), (later, _) in pairwise(given_moments):
        assert later >= moment + interval
    assert all(moment >= now for (moment, _), (now, _) in zip(given_moments, asked, strict=True))


def _reserve(path: Place, times: int) -> None:
    store = open_library(path)
    for _ in range(times):
        store.fetching.reserve("one", 100.0, 1.0, PATIENCE)
    store.close()


def test_processes_share_a_lane(store: LibraryStore, path: Place) -> None:
    """Several processes at once take as many different moments as they ask for."""
    store.close()
    assert exit_codes([forked(partial(_reserve, path, 20)) for _ in range(3)]) == [0, 0, 0]
    again = open_library(path)
    assert again.fetching.reserve("one", 100.0, 1.0, PATIENCE) == 160.0
    again.close()


def test_robots_are_remembered(store: LibraryStore) -> None:
    """The last robots.txt of a host is remembered with when it came."""
    assert store.fetching.robots("example.org") is None
    store.fetching.keep_robots("example.org", "User-agent: *", 100.0)
    store.fetching.keep_robots("example.org", "User-agent: *\nDisallow: /", 200.0)
    assert store.fetching.robots("example.org") == ("User-agent: *\nDisallow: /", 200.0)
