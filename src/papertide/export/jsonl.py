"""JSON Lines: each paper whole, one a line, as `--json` prints it. A paper in two groups is written once."""

from __future__ import annotations

import json
from collections.abc import Iterator

from papertide.export.base import ReadingList


def line(value: object) -> str:
    """A value as one line of JSON. Line separators that some readers split at are escaped."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    for separator in "\u2028\u2029\x85":
        text = text.replace(separator, f"\\u{ord(separator):04x}")
    return text


def write(reading: ReadingList) -> Iterator[str]:
    """The papers, one a line."""
    written: set[int] = set()
    for section in reading.sections:
        for paper in section.papers:
            if paper["id"] not in written:
                written.add(paper["id"])
                yield line(paper) + "\n"
