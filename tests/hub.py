"""A small Hugging Face on loopback: days of invented papers behind the API and the pages that the real one has."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes import prose


@dataclass(frozen=True)
class Answer:
    """What a server answers: status, body and headers."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def item(number: int, day: date, *, upvotes: int = 1) -> dict[str, Any]:
    """One item of the API: paper `number`, listed on `day`."""
    return {
        "paper": {
            "id": f"2601.{number:05d}",
            "authors": [{"name": f"Author {k}"} for k in range(1 + number % 5)],
            "publishedAt": f"{day - timedelta(days=2)}T17:00:00.000Z",
            "submittedOnDailyAt": f"{day}T00:30:00.000Z",
            "title": f"{prose(f'title {number}', 7)[:-1]} {number}",
            "summary": prose(f"paper {number}"),
            "upvotes": upvotes,
        },
        "numComments": number % 3,
    }


class Hub:
    """The days it lists, the answers that stand in for its own (by path), and what it was asked."""

    def __init__(self, days: Mapping[date, list[dict[str, Any]]]) -> None:
        self.days = dict(days)
        self.instead: Callable[[str], Answer | None] = lambda _target: None
        self.largest = 100
        self.asked: list[str] = []
        self.headers: list[tuple[str, Mapping[str, str]]] = []
        self.url = ""

    def answer(self, target: str) -> Answer:
        """The answer to a request's target."""
        self.asked.append(target)
        given = self.instead(target)
        if given is not None:
            return given
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/api/daily_papers" and "date" in query:
            items = self.days.get(date.fromisoformat(query["date"]), [])
            size = min(int(query.get("limit", 50)), self.largest)
            start = int(query.get("p", 0)) * size
            return as_json(items[start : start + size])
        if parts.path in ("/api/daily_papers", "/api/papers/search"):
            everything = [item for items in self.days.values() for item in items]
            return as_json(everything[: int(query["limit"])])
        if parts.path.startswith("/papers/date/"):
            asked = date.fromisoformat(parts.path.rpartition("/")[2])
            shown = asked if asked in self.days else max(self.days)
            if shown != asked:
                return Answer(302, b"", {"Location": f"/papers/date/{shown}"})
            return as_page(shown, self.days[shown])
        return Answer(404, b"Not Found")


def as_json(value: object) -> Answer:
    """An answer of the API."""
    return Answer(200, json.dumps(value).encode(), {"Content-Type": "application/json"})


def as_page(day: date, items: list[dict[str, Any]]) -> Answer:
    """The page of a day, with its JSON inside."""
    props = html.escape(json.dumps({"dateString": str(day), "periodType": "day", "dailyPapers": items}))
    inside = f'<div class="SVELTE_HYDRATER contents" data-target="DailyPapers" data-props="{props}"></div>'
    return Answer(200, f"<!doctype html><html><body>{inside}</body></html>".encode(), {"Content-Type": "text/html"})


@contextmanager
def served(hub: Hub) -> Iterator[Hub]:
    """The hub behind a real HTTP server on loopback; `hub.url` is its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            hub.headers.append((self.path, dict(self.headers)))
            answer = hub.answer(self.path)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_given: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def month_of(first: date, days: int, papers: int = 3) -> dict[date, list[dict[str, Any]]]:
    """Days with some papers each, weekends empty."""
    listed: dict[date, list[dict[str, Any]]] = {}
    number = 0
    for place in range(days):
        day = first + timedelta(days=place)
        listed[day] = []
        for _ in range(papers if day.weekday() < 5 else 0):
            number += 1
            listed[day].append(item(number, day))
    return listed
