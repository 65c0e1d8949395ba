"""BibTeX, in UTF-8, for BibTeX and biber: every sign that LaTeX would take for its own is escaped.

Titles are in two pairs of braces, so that no style changes their capitals. Mathematics is escaped like everything else:
a title that says `\\input` must not be obeyed, and reading the file gives the same text again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from papertide.export.base import ReadingList
from papertide.export.words import address_of, day_parts, key_of, keywords, one_line, replaced, safe_url
from papertide.records.plain import PaperDict

_SIGNS = {
    # These three stand in what others become, so they wait behind characters that no text on one line holds.
    "\\": "\x00",
    "{": "\x01",
    "}": "\x02",
    **{sign: f"\\{sign}" for sign in "$&%#_"},
    "^": "\\textasciicircum{}",
    "~": "\\textasciitilde{}",
    "<": "\\textless{}",
    ">": "\\textgreater{}",
    "|": "\\textbar{}",
    '"': "\\textquotedbl{}",
    "\x00": "\\textbackslash{}",
    # Not `\{`: BibTeX counts braces, with a backslash before them or not.
    "\x01": "\\textbraceleft{}",
    "\x02": "\\textbraceright{}",
}
_JOINED = ("--", "''", "``", "?`", "!`")
"""What TeX makes one sign of."""
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_AND = re.compile(r"(?i)(?:\A|\s)(?:and|others)(?:\s|\Z)|[,{}]")


def escape(text: str) -> str:
    """A text on one line as LaTeX that prints just that text."""
    text = replaced(one_line(text), _SIGNS)
    for pair in _JOINED:
        while pair in text:
            text = text.replace(pair, f"{pair[0]}{{}}{pair[1]}")
    return text


def write(reading: ReadingList) -> Iterator[str]:
    """The papers as entries of the kind `misc`, each once."""
    for paper in reading.each():
        yield _entry(paper)


def _entry(paper: PaperDict) -> str:
    fields = "".join(f"  {name} = {value},\n" for name, value in _fields(paper))
    return f"@misc{{{key_of(paper)},\n{fields}}}\n\n"


def _fields(paper: PaperDict) -> Iterator[tuple[str, str]]:
    for name, value in _texts(paper):
        # A month is named by the macro that every style has: it becomes the month's name in the document's language.
        yield name, value if name == "month" else f"{{{value}}}"


def _texts(paper: PaperDict) -> Iterator[tuple[str, str]]:
    yield "title", f"{{{escape(paper['title'])}}}"
    if paper["authors"]:
        yield "author", " and ".join(_name(name) for name in paper["authors"])
    day = day_parts(paper)
    if day is not None:
        yield "year", day[0]
        yield "month", _MONTHS[int(day[1]) - 1]
        yield "day", str(int(day[2]))
        if paper["year_inferred"]:
            yield "yearinferred", "true"
    if paper["arxiv_id"]:
        yield "eprint", paper["arxiv_id"]
        yield "archiveprefix", "arXiv"
    if paper["doi"]:
        yield "doi", address(paper["doi"])
    if (url := address_of(paper)) is not None:
        yield "url", url
    if (code := safe_url(paper["code_url"])) is not None:
        yield "code", code
    for name, text in (
        ("organization", paper["organization"]),
        ("abstract", paper["abstract"]),
        ("keywords", ", ".join(keywords(paper))),
        ("annote", paper["note"]),
    ):
        if text:
            yield name, escape(text)


def _name(name: str) -> str:
    """A name; one that BibTeX would take for two, or for a turned one, is kept together by braces."""
    if _AND.search(name):
        return f"{{{escape(name)}}}"
    return name if name.replace(" ", "").isalnum() else escape(name)  # most names hold no sign at all


def address(doi: str) -> str:
    """A DOI fit to stand in braces, in a field that is read as it stands."""
    return re.sub(r"[\s{}\\%]", lambda sign: f"%{ord(sign[0]):02X}", one_line(doi))
