"""JSON Lines: each paper whole, one a line, as `--json` prints it. A paper in two groups is written once."""

from __future__ import annotations

import json
from collections.abc import Iterator

from papertide.export.base import ReadingList
from papertide.records.plain import PaperDict


def line(paper: PaperDict) -> str:
    """A paper as one line of JSON. Line separators that some readers split at are escaped."""
    text = json.dumps(paper, ensure_ascii=False, allow_nan=False)
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("\x85", "\\u0085")


def write(reading: ReadingList) -> Iterator[str]:
    """The papers, one a line."""
    written: set[int] = set()
    for section in reading.sections:
        for paper in section.papers:
            if paper["id"] not in written:
                written.add(paper["id"])
                yield line(paper) + "\n"
