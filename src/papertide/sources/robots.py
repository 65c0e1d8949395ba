"""What a host's robots.txt lets Papertide read, and how fast. Pure.

Source: RFC 9309, and Crawl-delay, which it leaves out and many sites give.
"""

from __future__ import annotations

import re

from protego import Protego

AGENT = "papertide"
LARGEST = 512 * 1024
"""Bytes of a robots.txt that are read; the RFC asks for 500 KiB at least."""

_NAMING = re.compile(r"\s*user[-\s]?\s*agent(?:\s*:|\s)\s*(?P<name>\*(?![\w-])|[\w-]*)", re.IGNORECASE)


def text_of(data: bytes) -> str:
    """The text of a robots.txt, cut to LARGEST at the end of a line: half a rule would be another one."""
    if len(data) > LARGEST:
        data = data[: data.rfind(b"\n", 0, LARGEST) + 1]
    return data.decode("utf-8-sig", errors="replace")


class Robots:
    """The rules of one robots.txt for AGENT; an empty text allows everything."""

    def __init__(self, text: str) -> None:
        self._rules = Protego.parse("\n".join(_plain(line) for line in text.splitlines()))

    def allows(self, url: str) -> bool:
        """Whether the page may be read."""
        return self._rules.can_fetch(url, AGENT)

    @property
    def delay(self) -> float:
        """Seconds that are to lie between two requests; 0 where the rules name none."""
        return self._rules.crawl_delay(AGENT) or 0.0


def _plain(line: str) -> str:
    """A line that names an agent, as ours, as everybody or as somebody else; any other line as it is.

    The parser keeps each rule once for each name of its group, which ten thousand names would make too much to hold.
    """
    naming = _NAMING.match(line)
    if naming is None:
        return line
    name = naming["name"].lower()
    return f"User-agent: {name if name in {AGENT, '*'} else 'somebody-else'}"
