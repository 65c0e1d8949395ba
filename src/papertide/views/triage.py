"""A paper as it is triaged: the same lines in the full screen and line by line; and what one takes along of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from papertide.normal import counted, safe
from papertide.records.plain import PaperDict
from papertide.views.console import Line
from papertide.views.papers import facts_line

MARKS = {"inbox": " ", "keep": "+", "later": "~", "skip": "-"}
"""A status as one character, told apart by its shape and not by its colour."""


EXPLORED = "*"
"""The mark of a paper that isn't decided on and stands where it does for the sake of its topic."""
_UP, _DOWN = 3, 2
MOST_WORDS = 12
"""Words that the few which are told of a paper are taken from."""


def paper_lines(
    paper: PaperDict, words: Sequence[tuple[str, float]] = (), explored: str | None = None
) -> Iterator[Line]:
    """All of a paper that helps to decide, what helps most first; what is unknown is left out.

    `words` moved its score, strongest first, by how much; `explored` is the topic for whose sake it stands where it does.
    """
    yield Line(one_line(paper["title"]), "title")
    known = facts_line(paper)
    if known:
        yield Line(one_line(known), "facts")
    for name, values in (("topics", paper["topics"]), ("tags", paper["tags"])):
        if values:
            yield Line(one_line(f"{name}: {', '.join(values)}"), "facts")
    told = [] if paper["status"] == "inbox" else [f"decided: {paper['status']}"]
    told += [] if paper["score"] is None else [scored(paper["score"], words)]
    if told:
        yield Line(" · ".join(told), "facts")
    if explored is not None:
        yield Line(f"{EXPLORED} here for {one_line(explored)}, which you decided on little", "facts")
    if paper["note"]:
        yield Line(f"note: {safe(paper['note'])}", "mark")
    yield Line()
    yield Line(one_line(paper["abstract"] or paper["summary"] or "No abstract is known."), "quote")
    yield from _addresses(paper)


def scored(score: float, words: Sequence[tuple[str, float]]) -> str:
    """A score and the words that moved it up and down, a few of each."""
    told = f"score {score:.2f}".replace(" 0.", " .")
    for sign, side in (
        ("+", [word for word, part in words if part > 0][:_UP]),
        ("-", [word for word, part in words if part < 0][:_DOWN]),
    ):
        told += f"  {sign} {', '.join(map(one_line, side))}" if side else ""
    return told


def _addresses(paper: PaperDict) -> Iterator[Line]:
    stars = f" ({counted(paper['code_stars'], 'star')})" if paper["code_stars"] else ""
    code = f"code: {paper['code_url']}{stars}" if paper["code_url"] else None
    found = [told for told in (link_of(paper), code) if told]
    if found:
        yield Line()
    for told in found:
        yield Line(one_line(told), "facts")


def link_of(paper: PaperDict) -> str | None:
    """Where a paper can be read: its address, else arXiv's, else its DOI's; None where none of them is a web address."""
    candidates = [
        paper["url"],
        f"https://arxiv.org/abs/{paper['arxiv_id']}" if paper["arxiv_id"] else None,
        f"https://doi.org/{paper['doi']}" if paper["doi"] else None,
    ]
    return next((address for address in candidates if address and _is_web(address)), None)


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    plain = address.isascii() and address.isprintable() and " " not in address
    return plain and parts.scheme in ("http", "https") and bool(parts.netloc)


def citation(paper: PaperDict) -> str:
    """A paper as a reference on one line: who, when, what and where, as far as known."""
    names = [name.rstrip(".") for name in paper["authors"]]
    who = ", ".join(names[:3]) + (" et al" if len(names) > 3 else "")
    year = (paper["published"] or "")[:4]
    arxiv = f"arXiv:{paper['arxiv_id']}" if paper["arxiv_id"] else None
    title = paper["title"].rstrip(".")
    parts = [who, year, title, arxiv] if who else [title, year, arxiv]
    told = ". ".join(part for part in parts if part) + "."
    return one_line(f"{told} {link_of(paper) or ''}")


def one_line(text: str) -> str:
    """A text that is safe to show, on one line."""
    return " ".join(safe(text).split())


def summary(counts: dict[str, int], standing: int) -> Iterator[Line]:
    """What was decided in a sitting, and how to take all of it back."""
    told = ", ".join(f"{counts[status]} {status}" for status in ("keep", "later", "skip", "inbox") if counts[status])
    yield Line(f"{counted(counts['decided'], 'paper')} decided" + (f": {told}" if told else ""))
    if standing:
        yield Line(f"`papertide undo{'' if standing == 1 else f' {standing}'}` takes that back", "facts")
