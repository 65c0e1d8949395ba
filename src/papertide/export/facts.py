"""What is known of a paper in a few words, for people; the same in a list, in a digest and in a reading list."""

from __future__ import annotations

from collections.abc import Sequence

from papertide.normal import counted
from papertide.records.digest import Digest
from papertide.records.plain import PaperDict

_NAMED = 3


def facts(paper: PaperDict) -> list[str]:
    """Authors, organisation, date, upvotes and comments, in that order; what is unknown or nothing is left out."""
    told: list[str] = []
    names = paper["authors"]
    if names:
        more = len(names) - _NAMED
        told.append(", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else ""))
    elif paper["author_count"]:
        told.append(counted(paper["author_count"], "author"))
    if paper["organization"]:
        told.append(paper["organization"])
    if paper["published"]:
        told.append(paper["published"] + (" (year inferred)" if paper["year_inferred"] else ""))
    told += [
        counted(count, word) for count, word in ((paper["upvotes"], "upvote"), (paper["comments"], "comment")) if count
    ]
    return told


def kept_by(readers: Sequence[str]) -> str:
    """Who keeps a paper: `kept by anna and ben`; of many the first few are named, and never all but one."""
    more = len(readers) - _NAMED
    *others, last = [*readers[:_NAMED], f"{more} more"] if more > 1 else readers
    return f"kept by {', '.join(others)} and {last}" if others else f"kept by {last}"


def news(made: Digest) -> str:
    """How much a digest tells of: `3 new papers, 1 put off until now`."""
    new = counted(len(made.new), "new paper") if made.new else "nothing new"
    return f"{new}, {len(made.later)} put off until now" if made.later else new
