"""Which addresses may be asked for, and which of them are one place. Pure; from text to httpx's URL."""

from __future__ import annotations

import re

import httpx

from papertide.errors import FetchError
from papertide.normal import clean

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
"""The names of this machine to itself."""

_PORTS = {"http": 80, "https": 443}
_LONGEST_NAME = 300


def address(text: str) -> httpx.URL:
    """A URL that may be asked for. Raises FetchError for any other, without a password that stands in it."""
    try:
        url = httpx.URL(text).copy_with(fragment=None)
        wrong = why_not(url)
    except (httpx.InvalidURL, ValueError):
        wrong = "is no address"
    else:
        if wrong is None:
            return url
    name = re.sub(r"^([\w+.-]*:)?.*@", r"\1//", clean(text))[:_LONGEST_NAME]
    raise FetchError(name, f"it {wrong}")


def base(text: str) -> str:
    """The address of a server that paths are put behind. Raises FetchError for one that has a query besides."""
    url = address(text)
    if url.query:
        raise FetchError(str(url), "it holds a query, and so can't be the beginning of other addresses")
    return str(url).rstrip("/")


def why_not(url: httpx.URL) -> str | None:
    """What is wrong with a URL, None for one that may be asked for."""
    if url.scheme not in _PORTS:
        return f"is neither http nor https, but {url.scheme!r}"
    if not url.host:
        return "names no host"
    if url.userinfo:
        return "holds a name or a password"
    if not 0 < _port(url) < 65536:
        return "has a port that can't be"
    return None


def _port(url: httpx.URL) -> int:
    return _PORTS[url.scheme] if url.port is None else url.port


def same_place(one: httpx.URL, other: httpx.URL) -> bool:
    """Whether two URLs are the same host's, at the same port or each at the usual one."""
    usual = all(_port(url) == _PORTS[url.scheme] for url in (one, other))
    return one.host == other.host and (usual or _port(one) == _port(other))
