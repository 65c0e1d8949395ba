"""What to ask of Hugging Face: the listing of a day, what is trending, a search; its API first, its pages where that fails.

Source: the parameters of `/api/daily_papers` and `/api/papers/search`, and the hub's limits: fixed windows of 300 seconds
with 500 API calls, 100 pages or 50 searches for one who has no token.
"""

from __future__ import annotations

from datetime import date
from urllib.parse import quote, urlencode, urlsplit

from papertide.sources.base import Part, Request, Route

ENDPOINT = "https://huggingface.co"
_WINDOW = 300.0
_CALLS, _PAGES, _SEARCHES = 500, 100, 50
_SIZE = 100
"""Papers a page: the most that the API gives at once."""

_SETTLES = 2
"""Days until a day's listing grows no more: it is filled over its day, and the zones of the world add another."""


def daily(day: date, endpoint: str = ENDPOINT) -> Part:
    """The listing of a day."""
    routes = (
        Route("hf-json", lambda page: _api(endpoint, "daily_papers", date=day, limit=_SIZE, p=page), _SIZE),
        Route("hf-html", lambda _: _page(endpoint, f"papers/date/{day}")),
    )
    return Part("hf", f"day:{day}", f"Hugging Face, {day}", routes, day=day, settles=_SETTLES)


def trending(today: date, endpoint: str = ENDPOINT) -> Part:
    """What is trending now: the first hundred."""
    routes = (
        Route("hf-json", lambda _: _api(endpoint, "daily_papers", sort="trending", limit=_SIZE)),
        Route("hf-html", lambda _: _page(endpoint, "papers/trending")),
    )
    return Part("hf-trending", f"day:{today}", "Hugging Face, trending", routes)


def search(query: str, endpoint: str = ENDPOINT) -> Part:
    """The first hundred papers that the hub's own search finds."""
    routes = (
        Route("hf-json", lambda _: _api(endpoint, "papers/search", q=query, limit=_SIZE)),
        Route("hf-html", lambda _: _page(endpoint, f"papers?q={quote(query, safe='')}")),
    )
    return Part("hf-search", f"query:{query}", f"Hugging Face, search for {query!r}", routes)


def _api(endpoint: str, path: str, **asked: object) -> Request:
    most, lane = (_SEARCHES, "search") if path.endswith("search") else (_CALLS, "api")
    return Request(
        f"{endpoint}/api/{path}?{urlencode(asked)}",
        lane=f"{urlsplit(endpoint).netloc} {lane}",
        interval=_WINDOW / most,
        accept="application/json",
        secret=True,
    )


def _page(endpoint: str, path: str) -> Request:
    return Request(
        f"{endpoint}/{path}",
        lane=f"{urlsplit(endpoint).netloc} pages",
        interval=_WINDOW / _PAGES,
        accept="text/html",
        robots=True,
    )
