"""CSV (RFC 4180, line feeds): a row a paper, the columns named as in JSON. Every field is quoted.

A spreadsheet takes a field that begins with `=`, `+`, `-` or `@` (narrow or wide) for a formula, so such a text has an
apostrophe before it, as has one that begins with apostrophes and then such a sign: whoever takes one apostrophe off has
the text as it was.
Several values in one field are parted by `; `.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from papertide.export.base import ReadingList
from papertide.normal import safe
from papertide.records.plain import PaperDict

COLUMNS = tuple(PaperDict.__annotations__)
_FORMULA = re.compile(r"\s*+'*+\s*+[=+\-@＝＋－＠]|'*[\t\r]")


def write(reading: ReadingList) -> Iterator[str]:
    """A row with the names of the columns, then the papers, each once."""
    yield _row(COLUMNS)
    for paper in reading.each():
        known = dict(paper)
        yield _row(tuple(field(known[name]) for name in COLUMNS))


def _row(cells: Sequence[str]) -> str:
    return ",".join(f'"{cell}"' for cell in cells) + "\n"


def field(value: object) -> str:
    """A value as it stands between quotes: nothing for the unknown, no formula, a quote doubled."""
    if value is None:
        return ""
    if isinstance(value, list):
        value = "; ".join(value)
    if isinstance(value, bool | int | float):
        return str(value).lower()
    text = safe(str(value))
    return ("'" + text if _FORMULA.match(text) else text).replace('"', '""')
