"""RIS: one line a field, so that no text can begin a field of its own.

The type is GEN: what kind of thing a paper is, nobody said.
"""

from __future__ import annotations

from collections.abc import Iterator

from papertide.export.base import ReadingList
from papertide.export.words import address_of, day_parts, key_of, keywords, one_line, parted, safe_url
from papertide.records.plain import PaperDict


def write(reading: ReadingList) -> Iterator[str]:
    """The papers as records, each once."""
    for paper in reading.each():
        lines = [f"{tag}  - {one_line(value).strip()}\n" for tag, value in _fields(paper)]
        yield "TY  - GEN\n" + "".join(lines) + "ER  - \n\n"


def _fields(paper: PaperDict) -> Iterator[tuple[str, str]]:
    yield "ID", key_of(paper)
    yield "TI", paper["title"]
    for name in paper["authors"]:
        yield "AU", _name(name)
    day = day_parts(paper)
    if day is not None:
        yield "PY", day[0]
        yield "DA", "/".join(day)
    if paper["arxiv_id"]:
        yield "AN", f"arXiv:{paper['arxiv_id']}"
    url, code = address_of(paper), safe_url(paper["code_url"])
    for tag, text in (("DO", paper["doi"]), ("UR", url), ("PB", paper["organization"]), ("AB", paper["abstract"])):
        if text:
            yield tag, text
    for word in keywords(paper):
        yield "KW", word
    if paper["note"]:
        yield "N1", paper["note"]
    if code:
        yield "C1", f"code: {code}"


def _name(name: str) -> str:
    parts = parted(name)
    return f"{parts[1]}, {parts[0]}" if parts else name
