"""CSL-JSON: one array, an item a line, for Zotero, pandoc and every citation processor."""

from __future__ import annotations

from collections.abc import Iterator
from json import JSONEncoder
from typing import Any

from papertide.export.base import ReadingList
from papertide.export.words import address_of, day_parts, key_of, keywords, parted, safe_url
from papertide.records.plain import PaperDict

_ENCODER = JSONEncoder(ensure_ascii=False, allow_nan=False)


def write(reading: ReadingList) -> Iterator[str]:
    """The papers as items, each once."""
    before = "[\n"
    for paper in reading.each():
        yield before + _ENCODER.encode(item(paper))
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def item(paper: PaperDict) -> dict[str, Any]:
    """A paper as an item; of the unknown there is nothing. Source: the CSL-JSON schema, version 1.0.2."""
    day = day_parts(paper)
    arxiv = paper["arxiv_id"]
    code = safe_url(paper["code_url"])
    told = {
        "id": key_of(paper),
        "type": "article",
        "title": paper["title"],
        "author": [_name(name) for name in paper["authors"]],
        "issued": {"date-parts": [[int(part) for part in day]]} if day else None,
        "number": f"arXiv:{arxiv}" if arxiv else None,
        "publisher": "arXiv" if arxiv else None,
        "DOI": paper["doi"],
        "URL": address_of(paper),
        "abstract": paper["abstract"],
        "keyword": ", ".join(keywords(paper)),
        "annote": paper["note"],
        "custom": {
            name: value
            for name, value in (
                ("organization", paper["organization"]),
                ("code", code),
                ("year_inferred", _inferred(paper)),
            )
            if value
        },
    }
    return {name: value for name, value in told.items() if value}


def _inferred(paper: PaperDict) -> bool:
    return bool(paper["published"]) and paper["year_inferred"]


def _name(name: str) -> dict[str, str]:
    parts = parted(name)
    return {"family": parts[1], "given": parts[0]} if parts else {"literal": name}
