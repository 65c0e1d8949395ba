"""What a paper looks like: in a list, in a digest, and whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from papertide.export.facts import facts, kept_by
from papertide.normal import counted
from papertide.query.ast import Query, Term
from papertide.query.passage import marked, passage, terms_of
from papertide.records.plain import PaperDict, SightingDict
from papertide.views.console import Console, Line

_HEADS = (
    ("#", "right"),
    ("date", "left"),
    ("authors", "right"),
    ("title", "left"),
    ("topics", "left"),
    ("status", "left"),
)
_PASSAGE = 140
"""Characters of an abstract under what a search found: two lines of a usual terminal."""


def facts_line(paper: PaperDict) -> str:
    """What is known of a paper on one line."""
    known = facts(paper)
    return " · ".join([*known, f"arXiv:{paper['arxiv_id']}"] if paper["arxiv_id"] else known)


def list_papers(console: Console, papers: Sequence[PaperDict], found_by: Query | None = None) -> None:
    """Papers as a list for people, as tab-parted lines for pipes, or as JSON Lines.

    People also see where each paper answers the query that it was `found_by`.
    """
    if console.as_json:
        for paper in papers:
            console.json(paper)
        return
    if console.is_terminal:
        terms = terms_of(found_by)
        console.show(line for paper in papers for line in _item(paper, terms))
        return
    console.table(_HEADS, (_row(paper) for paper in papers), wide=3)


def _row(paper: PaperDict) -> tuple[str, ...]:
    count = paper["author_count"]
    return (
        str(paper["id"]),
        paper["published"] or "",
        "" if count is None else str(count),
        paper["title"],
        ",".join(paper["topics"]),
        paper["status"],
    )


def _item(paper: PaperDict, terms: Sequence[Term]) -> Iterator[Line]:
    """A paper in a list on a terminal: number and title, then what is known of it, and where it answers these terms."""
    yield Line(paper["title"], "title", indent=6, lead=str(paper["id"]), marks=marked(paper["title"], terms))
    below = [part for part in (facts_line(paper), " ".join(paper["topics"])) if part]
    if paper["status"] != "inbox":
        below.insert(0, paper["status"])
    if below:
        yield Line(" · ".join(below), "facts", indent=6)
    held = passage(paper["abstract"], terms, _PASSAGE) if paper["abstract"] and terms else None
    if held:
        yield Line(held.text, "quote", indent=6, marks=held.marks)


def digest_item(paper: PaperDict, sentence: str | None, keepers: Sequence[str] = ()) -> Iterator[Line]:
    """A paper in a digest: number and title whole, what is known of it, who else keeps it, and its telling sentence."""
    yield Line(paper["title"], "title", indent=6, lead=str(paper["id"]))
    known = facts_line(paper)
    if known:
        yield Line(known, "facts", indent=6)
    if keepers:
        yield Line(kept_by(keepers), "facts", indent=6)
    if sentence:
        yield Line(sentence, "quote", indent=6)
    yield Line()


def whole(paper: PaperDict, sightings: Iterable[SightingDict], keepers: Sequence[str] = ()) -> Iterator[Line]:
    """Everything about a paper, with the other readers who keep it, and its sightings and why they were taken for it."""
    yield Line(paper["title"], "title", indent=6, lead=str(paper["id"]))
    known = facts_line(paper)
    if known:
        yield Line(known, "facts", indent=6)
    for name, value in _details(paper, keepers):
        yield Line(f"{name}: {value}", "facts", indent=6)
    if paper["abstract"]:
        yield Line()
        yield Line(paper["abstract"], "quote", indent=6)
    if paper["note"]:
        yield Line()
        yield Line(f"Note: {paper['note']}", "mark", indent=6)
    yield Line()
    yield Line(f"Seen {counted(paper['sightings'], 'time')}:", "heading", indent=6)
    for number, sighting in enumerate(sightings, 1):
        where = sighting["page"] + (f", line {sighting['line']}" if sighting["line"] else "")
        yield Line(f"{where} ({sighting['layout']}): {sighting['reason']}", indent=8, lead=str(number))
        if sighting["title"] != paper["title"]:
            yield Line(f"titled there: {sighting['title']}", "facts", indent=8)


def _details(paper: PaperDict, keepers: Sequence[str]) -> Iterator[tuple[str, str]]:
    if paper["authors"]:
        yield "authors", ", ".join(paper["authors"])
    yield "status", paper["status"]
    if keepers:
        yield "kept by", ", ".join(keepers)
    for name, values in (("topics", paper["topics"]), ("tags", paper["tags"]), ("listed", paper["listed"])):
        if values:
            yield name, ", ".join(values)
    for name, text in (
        ("url", paper["url"]),
        ("doi", paper["doi"]),
        ("code", paper["code_url"]),
        ("summary", paper["summary"]),
    ):
        if text:
            yield name, text
    yield "added", paper["added"]
