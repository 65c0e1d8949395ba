"""A client for a test, with a clock that costs nothing and a memory of its own; and a request to ask it for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from types import TracebackType
from typing import Any

import pytest
from tests.fakes import FakeClock, FakeMemory
from tests.loopback import Loopback

from papertide.errors import FetchError
from papertide.sources.base import Request
from papertide.sources.http import LIMITS, Answer, Client, Validators
from papertide.sources.peers import Private, is_private

HASTY = replace(LIMITS, connect=5.0, read=0.05)
"""For a server that falls silent on purpose. One that doesn't is given the usual time, however busy the machine."""


class Asking:
    """A `Client` for a server, used as `with Asking(server) as asking`; `Limits` are changed by name."""

    def __init__(
        self,
        server: Loopback,
        *,
        clock: FakeClock | None = None,
        memory: FakeMemory | None = None,
        contact: str | None = None,
        token: str | None = None,
        also: Collection[str] = (),
        chance: float = 0.5,
        private: Private = is_private,
        **limits: float,
    ) -> None:
        self.clock = clock or FakeClock()
        self.memory = memory or FakeMemory()
        changed: dict[str, Any] = limits
        self.client = Client(
            self.memory,
            self.clock,
            contact=contact,
            token=token,
            also=also,
            chance=lambda: chance,
            private=private,
            limits=replace(LIMITS, **changed),
        )
        self._url = server.url

    def __enter__(self) -> Asking:
        self.client.__enter__()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.client.__exit__()

    def get(self, path: str, known: Validators | None = None, **given: Any) -> Answer:
        """The page at a path of the server, or at a URL."""
        url = path if ":" in path else self._url + path
        return self.client.get(Request(**{"url": url, "lane": "lane", "interval": 0.0, **given}), known)

    def fails(self, path: str, known: Validators | None = None, **given: Any) -> FetchError:
        """Why the page at a path isn't given; always in one line."""
        with pytest.raises(FetchError) as caught:
            self.get(path, known, **given)
        assert str(caught.value).isprintable()
        assert caught.value.reason
        return caught.value
