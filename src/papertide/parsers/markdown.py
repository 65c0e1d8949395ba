"""The Markdown export of the same listings: titles are headings that link to the paper, so that arXiv ids are there.

    ### [Title](https://huggingface.co/papers/2606.00683)

Extractors escape Markdown's marks in the text; the escapes of letters that LaTeX escapes too (`\\%`, `\\$`, `\\&`,
`\\{`) are left as they are, for they are the paper's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urljoin

from papertide.errors import LayoutError
from papertide.normal import arxiv_id, clean, safe
from papertide.parsers import fields
from papertide.parsers.cards import Kind, Line, kind_of, read_cards
from papertide.parsers.page import Page, fact_lines, read_lines, to_listing
from papertide.records.listing import Listing

NAME = "markdown"

_LABEL = r"(?:\\.|[^\\\[\]]|\[(?:\\.|[^\\\[\]])*\])+"
_LINK = re.compile(rf"\[(?P<text>{_LABEL})\]\((?P<url>[^()\s]*)(?:\s+\"[^\"]*\")?\)")
_HEADING = re.compile(r"#{1,6}\s+(?P<rest>.+?)\s*#*")
_BULLETS = re.compile(r"^(?:[-*+•]\s+)+(?=\S)")
_IMAGE = re.compile(r"!\[[^\[\]]*\]\([^()\s]*\)")
_ESCAPE = re.compile(r"\\([\\`*_\[\]()#+\-.!|<>~])")
_HARD_BREAK = re.compile(r"\\+(?:\s{2,}|$)")
_PAPER = re.compile(r"/(?:papers|abs|pdf)/[^#?]+$")
_DEFINITION = re.compile(r"\s{0,3}\[(?P<name>[^\[\]\s]{1,40})\]:\s*<?(?P<url>[^\s<>]+)>?.*")
_REFERENCE = re.compile(r"\]\[(?P<name>[^\[\]\s]{1,40})\]")
_LONGEST_LINK = 80
"""Lines; a link whose text is an abstract may be wrapped over so many."""


def parse(text: str, captured: date | None) -> Listing:
    """Read a Markdown export; raises LayoutError for a text in which no heading links to a paper."""
    page = read_lines(text)
    page, lines = _body(page)
    if not any(line.kind is Kind.TITLE for line in lines):
        raise LayoutError("", "no title that links to a paper, such as ### [Title](…/papers/2606.00683)")
    return to_listing(page, read_cards(lines), NAME, captured)


def unescape(text: str) -> str:
    """Text without Markdown's escapes and hard line breaks."""
    return _ESCAPE.sub(r"\1", _HARD_BREAK.sub(" ", text))


@dataclass(frozen=True, slots=True)
class _Logical:
    """A line with the lines that a link goes on over; images are gone and numbered links are written out."""

    number: int
    text: str
    last: int


def _logical_lines(page: Page) -> Iterator[_Logical]:
    addresses = {found["name"]: found["url"] for line in page.lines if (found := _DEFINITION.fullmatch(line))}
    number = tried = 0
    while number < len(page.lines):
        first, text = number + 1, safe(page.lines[number])
        number += 1
        if addresses and _DEFINITION.fullmatch(text):
            continue
        if number > tried and text.lstrip("#-*+ ").startswith("["):
            joined, end = text, number
            while _is_open(joined) and end < min(len(page.lines), number + _LONGEST_LINK):
                joined, end = joined.rstrip("\\ ") + " " + safe(page.lines[end]), end + 1
            if not _is_open(joined):
                text, number = joined, end
            else:  # nothing closes it; the lines that were looked at are not joined again
                tried = end
        if addresses:
            text = _REFERENCE.sub(lambda m: f"]({addresses[m['name']]})" if m["name"] in addresses else m[0], text)
        yield _Logical(first, _IMAGE.sub("", text), number)


def _is_open(text: str) -> bool:
    """Whether a bracket is still open; escaped ones don't count."""
    plain = text.replace("\\[", "").replace("\\]", "")
    return plain.count("[") > plain.count("]")


def _body(page: Page) -> tuple[Page, list[Line]]:
    """The lines from the first title on (with the count above it), and the page with the day that its header shows."""
    logical = list(_logical_lines(page))
    headed = any(_title(line.text, headed=True) for line in logical)
    lines: list[Line] = []
    header: fields.CardDate | None = None
    begun, title_url = False, ""
    for line in logical:
        titled = _title(line.text, headed=headed)
        if titled is not None and (headed or titled[1] != title_url):
            begun, title_url = True, titled[1]
            lines.append(Line(line.number, titled[0], Kind.TITLE, len(line.text), title_url))
            continue
        made = _fact_lines(page, line)
        if begun:
            lines.extend(made)
            continue
        header = header or fields.card_date(_plain(line.text).lstrip("# "))
        # Above the first title only its upvotes count; everything else there is the banner.
        lines = [*lines[-1:], *made] if made[0].kind is Kind.BLANK else (made if made[0].kind is Kind.COUNT else [])
    return replace(page, header=header), lines


def _title(text: str, *, headed: bool) -> tuple[str, str] | None:
    """The title and the address on a line that is a link to a paper (a heading, on a page that has such), else None."""
    text = text.strip()
    heading = _HEADING.fullmatch(text)
    if headed and heading is None:
        return None
    rest = heading["rest"] if heading else _BULLETS.sub("", text)
    if rest.startswith("**") and rest.endswith("**"):
        rest = rest[2:-2]
    found = _LINK.fullmatch(rest)
    if found is None:
        return None
    url = _address(found["url"])
    if not url.startswith(("https://", "http://")) or not _PAPER.search(url) or arxiv_id(url) is None:
        return None
    title = clean(unescape(found["text"]))
    return (title, url) if kind_of(title) is Kind.TEXT else None


def _address(link: str) -> str:
    """The whole address of a link, or nothing where it can be none, such as `https://[huggingface.co/`."""
    try:
        return urljoin("https://huggingface.co/", link)
    except ValueError:
        return ""


def _plain(text: str) -> str:
    """A line as it reads: links as their text, escapes as what they stand for."""
    return clean(unescape(_LINK.sub(lambda m: m["text"], text)))


def _fact_lines(page: Page, line: _Logical) -> list[Line]:
    """A line that is no title: as it reads without its links where that is a fact, else as text.

    Links inside a sentence stay as they are; one that is the whole line is only there to be clicked.
    """
    text = clean(unescape(line.text))
    if fields.card_date(text) is None:
        bare = _plain(line.text)
        fact = _BULLETS.sub("", bare)
        if kind_of(fact) is Kind.AUTHORS or kind_of(bare) in (Kind.COUNT, Kind.DOT):
            shown = fact if kind_of(fact) is Kind.AUTHORS else bare
            return [Line(line.number, shown, kind_of(shown))]
        if _LINK.fullmatch(line.text.strip()):
            text = bare
    return fact_lines(page, line.last, text, len(text), number=line.number)
