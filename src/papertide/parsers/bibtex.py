r"""BibTeX and BibLaTeX files, as reference managers, DBLP, arXiv and Google Scholar write them.

What is read: title, author, abstract, date or year + month (+ day), doi, url or howpublished, and the arXiv id, which
stands in eprint, in `journal = {arXiv preprint arXiv:2403.02178}`, in `volume = {abs/2403.02178}` of CoRR, in an address,
or is the whole of a note: `note = {Comment on arXiv:2403.02178}` is about another paper. A year alone is no date: it is
that of an edition. Nothing is inherited by `crossref`: what an entry takes from its proceedings (editor, book title) is
nothing that a paper here has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from bibtexparser.middlewares.names import split_multiple_persons_names

from papertide.errors import LayoutError
from papertide.normal import arxiv_id, clean
from papertide.parsers.bibliography import (
    Authors,
    arxiv_alone,
    arxiv_of,
    authors_of,
    begins_early,
    doi_of,
    edition_year,
    entry_of,
    given_first,
    in_order,
    lines_ended,
    published,
    split_names,
    url_of,
)
from papertide.parsers.bibtex_blocks import Block, read_blocks
from papertide.parsers.latex import address_of, text_of
from papertide.parsers.page import excerpt, structured
from papertide.records.listing import Entry, Listing, Problem

NAME = "bibtex"

_BLOCK = re.compile(
    r"^[ \t]{0,40}@(?:(?:string|preamble|comment)\s{0,9}[{(]|[a-z]{2,40}\s{0,9}[{(]\s{0,9}[^\s,={}()]{0,200}\s{0,9},)",
    re.MULTILINE | re.IGNORECASE,
)
_NO_PAPERS = frozenset({"set", "xdata"})
"""Entries that only hold others' fields or keys."""
_REPEATED = "some entries have the key of an earlier one; all of them are read"


def looks(text: str) -> bool:
    """Whether `@word{` begins a line near the beginning."""
    return begins_early(text, _BLOCK)


def parse(text: str, captured: date | None) -> Listing:
    """Read a BibTeX file; raises LayoutError for a text without an entry, or where none of them can be read."""
    entries: list[Entry] = []
    problems: list[Problem] = []
    repeated = False
    for block in read_blocks(lines_ended(text)):
        shown = excerpt(clean(block.raw[:500]))
        problems += [Problem(line=line, reason=clean(reason), excerpt=shown) for line, reason in block.faults]
        if not block.whole or block.kind in _NO_PAPERS:
            continue
        repeated = repeated or block.repeated
        try:
            entries.append(_entry(block))
        except ValueError as error:
            problems.append(Problem(line=block.line, reason=str(error), excerpt=shown))
    if not entries:
        seen = f"line {problems[0].line}: {problems[0].reason}" if problems else "no entry such as @article{…}"
        raise LayoutError("", f"no BibTeX with a title in it ({seen})")
    notes = (_REPEATED,) if repeated else ()
    return structured(NAME, entries, problems, captured).model_copy(update={"notes": notes})


def _entry(block: Block) -> Entry:
    told = block.fields
    authors = _authors(told.get("author", ""))
    day = _published(told)
    return entry_of(
        {
            "line": block.line,
            "title": text_of(told.get("title", "")),
            "abstract": text_of(told.get("abstract", "")),
            "url": _url(told),
            "arxiv_id": _arxiv(told),
            "doi": doi_of(address_of(told.get("doi", ""))),
            "published": day,
            "year": edition_year(day, (text_of(told.get(name, "")) for name in ("date", "year"))),
            "authors": authors.names,
            "author_count": authors.number,
            "raw": block.raw,
        }
    )


def _published(told: Mapping[str, str]) -> date | None:
    year, month, day = (text_of(told.get(name, "")) for name in ("year", "month", "day"))
    return published([text_of(told.get("date", ""))], year, month, day)


def _url(told: Mapping[str, str]) -> str | None:
    own = (url_of(address_of(told.get(name, ""))) for name in ("url", "link"))
    remarks = (clean(address_of(told.get(name, ""))) for name in ("howpublished", "note"))
    others = (url_of(text) for text in remarks if arxiv_alone(text) or not arxiv_of(text))
    return next((address for address in (*own, *others) if address), None)


def _arxiv(told: Mapping[str, str]) -> str | None:
    """The arXiv id: from the field made for it, else from a text that names arXiv."""
    eprint = clean(told.get("eprint", ""))
    kind = clean(told.get("archiveprefix", "") or told.get("eprinttype", ""))
    if eprint and kind.casefold() in {"", "arxiv"} and (found := arxiv_id(eprint)):
        return found
    journal, volume = clean(text_of(told.get("journal", ""))), clean(told.get("volume", ""))
    if journal.casefold() == "corr" and (found := arxiv_id(volume)):
        return found
    own, remarks = (
        [clean(address_of(told.get(name, ""))) for name in names]
        for names in (("url", "doi"), ("eid", "number", "note", "howpublished", "pages", "series"))
    )
    return arxiv_alone(*remarks) or arxiv_of(f"{journal} {volume}", *own)


# --- authors ----------------------------------------------------------------------------------------------------------


def _authors(latex: str) -> Authors:
    """The names of an author field; other separators than ` and ` are read where there is no ` and `."""
    names = split_multiple_persons_names(latex)
    if len(names) == 1 and (";" in latex or latex.count(",") > 2) and "{" not in latex:
        return authors_of(map(given_first, split_names(text_of(latex))))
    return authors_of(map(_name, names))


_MARK = re.compile(r"(?<!\\)[{},]")


def _name(latex: str) -> str:
    """One name, given name first; a comma in braces (`{Google DeepMind, London}`) parts nothing."""
    parts: list[str] = []
    depth, begin = 0, 0
    for mark in _MARK.finditer(latex):
        depth += {"{": 1, "}": -1, ",": 0}[mark.group()]
        if mark.group() == "," and depth <= 0:
            parts.append(latex[begin : mark.start()])
            begin = mark.end()
    return in_order(text_of(part) for part in (*parts, latex[begin:]))
