"""JSON Lines: each paper whole, one a line, as `--json` prints it. A paper in two groups is written once.

With the state of the library a line has one key more, `state` (see `records.state`), and that of the first line holds what
belongs to no single paper; a library without papers is one line with that alone.
"""

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
    library = {} if reading.library is None else {"library": reading.library}
    for section in reading.sections:
        for paper in section.papers:
            number = paper["id"]
            if number in written:
                continue
            first = not written
            written.add(number)
            if reading.state is None:
                yield line(paper) + "\n"
            else:
                yield line({**paper, "state": {**(library if first else {}), **reading.state(number)}}) + "\n"
    if library and not written:
        yield line({"state": library}) + "\n"
