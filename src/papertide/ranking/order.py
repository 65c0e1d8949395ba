"""The order of papers before there is anything to learn from: what others found worth a click, then what is new."""

from __future__ import annotations

from papertide.records.plain import PaperDict


def first_impression(paper: PaperDict) -> tuple[float, int, int, str, int]:
    """A key that sorts best first: by score where there is one, then upvotes, comments and date; unknown comes last."""
    published = paper["published"] or ""
    return (
        -(paper["score"] if paper["score"] is not None else -1.0),
        -(paper["upvotes"] if paper["upvotes"] is not None else -1),
        -(paper["comments"] if paper["comments"] is not None else -1),
        "".join(chr(0x10FFFF - ord(c)) for c in published) if published else "\U0010ffff" * 11,
        paper["id"],
    )
