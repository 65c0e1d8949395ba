"""What a robots.txt lets us read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertide.sources.robots import LARGEST, Robots, text_of

SITE = "https://papers.test"


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("", "/papers", True),
        ("User-agent: *\nDisallow: /", "/papers", False),
        ("User-agent: *\nDisallow: /\nAllow: /papers", "/papers/date/2026-03-04", True),
        ("User-agent: *\nAllow: /\nDisallow: /papers/*/private$", "/papers/1/private", False),
        ("User-agent: *\nAllow: /\nDisallow: /papers/*/private$", "/papers/1/private/2", True),
        ("User-agent: *\nDisallow: /papers?q=", "/papers?q=lora", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: Papertide\nDisallow: /api", "/papers", True),
        ("User-agent: *\nAllow: /\n\nuser-agent: PAPERTIDE/1.0\nDisallow: /papers", "/papers", False),
        ("User-agent: papertide-image\nDisallow: /", "/papers", True),
        ("User-agent: paper\nDisallow: /", "/papers", True),
        ("User-agent: other\nUser-agent: *\nDisallow: /papers", "/papers", False),
        ("User-agent: other\nDisallow: /\nUser-agent: papertide\nAllow: /", "/papers", True),
        ("User agent other\nDisallow: /", "/papers", True),
        ("<html><title>Not found</title>", "/papers", True),
        ("\0\x1b\ud800:::\n\r\n" * 5, "/papers", True),
    ],
)
def test_rules(text: str, path: str, allowed: bool) -> None:
    """The longest matching rule of our own group holds, else that of everybody's; groups of others are not ours."""
    assert Robots(text).allows(SITE + path) is allowed


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("User-agent: *\nCrawl-delay: 15", 15.0),
        ("User-agent: *\nCrawl-delay: 15\n\nUser-agent: papertide\nCrawl-delay: 2.5", 2.5),
        ("User-agent: other\nCrawl-delay: 15", 0.0),
        ("User-agent: *\nCrawl-delay: -1", 0.0),
        ("User-agent: *\nCrawl-delay: inf", 0.0),
        ("User-agent: *\nCrawl-delay: soon", 0.0),
        ("", 0.0),
    ],
)
def test_pace(text: str, seconds: float) -> None:
    """Crawl-delay is a number of seconds; nonsense asks for nothing."""
    assert Robots(text).delay == seconds


def test_many_names_cost_little() -> None:
    """Ten thousand names over ten thousand rules are no hundred million rules."""
    names = "".join(f"User-agent: a{number}\n" for number in range(10_000))
    rules = "".join(f"Disallow: /{number}\n" for number in range(10_000))
    robots = Robots(names + rules + "User-agent: *\nDisallow: /papers")
    assert robots.allows(f"{SITE}/77")
    assert not robots.allows(f"{SITE}/papers")


def test_the_text_is_cut_at_a_line() -> None:
    """A robots.txt is read up to its limit, and there to the end of a line; a mark at its beginning is no rule."""
    line = b"Disallow: /private/pages\n"
    text = text_of(b"\xef\xbb\xbfUser-agent: *\n" + line * (LARGEST // len(line) + 5))
    assert text.startswith("User-agent: *\n")
    assert text.endswith("/private/pages\n")
    assert LARGEST - 100 < len(text) <= LARGEST
    assert text_of(b"x" * (LARGEST + 1)) == ""
    assert text_of(b"Disallow: /\xff") == "Disallow: /\ufffd"


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    """Whatever a host calls its robots.txt, there is an answer."""
    robots = Robots(text)
    assert robots.allows(f"{SITE}/papers") in {True, False}
    assert robots.delay >= 0
