"""What is asked of Hugging Face: the addresses, exactly, and who is asked how fast."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertide.sources import hf
from papertide.sources.base import Part

DAY = date(2026, 3, 4)


def urls(part: Part, page: int = 0) -> list[str]:
    """The addresses of a part's routes."""
    return [route.page(page).url for route in part.routes]


def test_a_day() -> None:
    """A day is asked of the API, a hundred papers a page, and of the day's page where that fails."""
    part = hf.daily(DAY)
    assert urls(part) == [
        "https://huggingface.co/api/daily_papers?date=2026-03-04&limit=100&p=0",
        "https://huggingface.co/papers/date/2026-03-04",
    ]
    assert urls(part, 2)[0].endswith("&p=2")
    assert [(route.layout, route.size) for route in part.routes] == [("hf-json", 100), ("hf-html", None)]
    assert (part.source, part.key, part.day, part.settles) == ("hf", "day:2026-03-04", DAY, 2)


def test_trending() -> None:
    """What is trending is asked of the API, and of its page where that fails; it never settles."""
    part = hf.trending(DAY)
    assert urls(part) == [
        "https://huggingface.co/api/daily_papers?sort=trending&limit=100",
        "https://huggingface.co/papers/trending",
    ]
    assert (part.day, part.settles) == (None, None)


@given(st.text(min_size=1).filter(lambda text: not any("\ud800" <= c <= "\udfff" for c in text)))
def test_a_search_asks_for_its_words(query: str) -> None:
    """Whatever is searched for arrives as the value of `q`, and as nothing else."""
    for url in urls(hf.search(query)):
        parts = urlsplit(url)
        assert (parts.scheme, parts.netloc, parts.fragment) == ("https", "huggingface.co", "")
        assert parts.path in ("/api/papers/search", "/papers")
        asked = parse_qs(parts.query, keep_blank_values=True, strict_parsing=True)
        assert asked["q"] == [query]
        assert asked.keys() <= {"q", "limit"}


@pytest.mark.parametrize("part", [hf.daily(DAY), hf.trending(DAY), hf.search("lora")])
def test_within_the_limits(part: Part) -> None:
    """API calls, pages and searches are paced apart, within the hub's windows; pages ask robots.txt and show no token."""
    api, page = (route.page(0) for route in part.routes)
    assert 300 / api.interval == pytest.approx(50 if part.source == "hf-search" else 500)
    assert 300 / page.interval == pytest.approx(100)
    assert api.lane != page.lane
    assert (api.robots, api.secret) == (False, True)
    assert (page.robots, page.secret) == (True, False)


def test_a_mirror() -> None:
    """Another endpoint is asked the same, in lanes of its own."""
    part = hf.daily(DAY, "http://127.0.0.1:8000")
    assert urls(part)[0] == "http://127.0.0.1:8000/api/daily_papers?date=2026-03-04&limit=100&p=0"
    assert [route.page(0).lane for route in part.routes] == ["127.0.0.1:8000 api", "127.0.0.1:8000 pages"]
