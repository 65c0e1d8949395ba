"""Pictures of what people see, kept in docs/pictures: the README shows them, and tests hold what is seen to them."""

from __future__ import annotations

import re
from pathlib import Path

KEPT = Path(__file__).resolve().parents[1] / "docs" / "pictures"

_FETCHED = re.compile(r",\s*url\([^)]*\) format\([^)]*\)")


def plain(svg: str) -> str:
    """A picture that fetches no font, and holds no name that changes from one drawing to the next."""
    return re.sub(r"terminal-\d+", "terminal", _FETCHED.sub("", svg))
