"""The Markdown export of the same listings: titles are headings that link to the paper, so that arXiv ids are there.

    ### [Title](https://huggingface.co/papers/2606.00683)

Extractors escape Markdown's marks in the text; the escapes of letters that LaTeX escapes too (`\\%`, `\\$`, `\\&`,
`\\{`) are left as they are, for they are the paper's own.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from urllib.parse import urljoin

from papertide.errors import LayoutError
from papertide.normal import arxiv_id, clean
from papertide.parsers import fields
from papertide.parsers.cards import Kind, Line, kind_of, read_cards
from papertide.parsers.hf_text import split_facts
from papertide.parsers.page import Page, read_lines, to_listing
from papertide.records.listing import Listing

NAME = "markdown"

_LABEL = r"(?:\\.|[^\\\[\]]|\[(?:\\.|[^\\\[\]])*\])+"
_TITLE = re.compile(rf"(?:#{{1,6}}\s+|[-*+]\s+|\d+\.\s+)?\[(?P<title>{_LABEL})\]\((?P<url>[^()\s]+)(?:\s+\"[^\"]*\")?\)\s*#*")
_IMAGE = re.compile(r"!\[[^\[\]]*\]\([^()\s]*\)")
_LINK = re.compile(rf"\[(?P<text>{_LABEL})\]\((?P<url>[^()\s]*)\)")
_ESCAPE = re.compile(r"\\([\\`*_\[\]()#+\-.!|<>~])")
_PAPER = re.compile(r"(?:^|/)(?:papers|abs|pdf)/[^#]+$")


def parse(text: str, captured: date | None) -> Listing:
    """Read a Markdown export; raises LayoutError for a text in which no heading links to a paper."""
    page = read_lines(text)
    page, lines = _body(page)
    if not any(line.kind is Kind.TITLE for line in lines):
        raise LayoutError("", "no title that links to a paper, such as ### [Title](…/papers/2606.00683)")
    return to_listing(page, read_cards(lines), NAME, captured)


def unescape(text: str) -> str:
    """Text without Markdown's escapes."""
    return _ESCAPE.sub(r"\1", text)


def _title(text: str) -> tuple[str, str] | None:
    """The title and the address on a line that is a link to a paper, else None."""
    found = _TITLE.fullmatch(text)
    if found is None:
        return None
    url = urljoin("https://huggingface.co/", found["url"])
    if not url.startswith(("https://", "http://")) or not _PAPER.search(url) or arxiv_id(url) is None:
        return None
    title = unescape(found["title"]).strip()
    return (title, url) if title and not title.isdigit() else None


def _body(page: Page) -> tuple[Page, list[Line]]:
    """The lines from the first title on (with the count above it), and the page with the day that its header shows."""
    lines: list[Line] = []
    header: fields.CardDate | None = None
    begun = False
    for number, raw in enumerate(page.lines, 1):
        text = clean(_IMAGE.sub("", raw))
        titled = _title(text)
        if titled is not None:
            begun = True
            lines.append(Line(number, clean(titled[0]), Kind.TITLE, len(raw), titled[1]))
            continue
        made = _fact_lines(number, text)
        if begun:
            lines.extend(made)
            continue
        header = header or fields.card_date(unescape(text).lstrip("# "))
        # Above the first title only its upvotes count; everything else there is the banner.
        lines = [*lines[-1:], *made] if text == "" else (made if made[0].kind is Kind.COUNT else [])
    return replace(page, header=header), lines


def _fact_lines(number: int, text: str) -> list[Line]:
    """A line that is no title: as it reads without its links where that is a fact, else as text."""
    plain = clean(unescape(text))
    if fields.card_date(plain) is None:
        bare = clean(unescape(_LINK.sub(lambda m: m["text"], text)))
        if kind_of(bare) in (Kind.AUTHORS, Kind.COUNT, Kind.DOT):
            return [Line(number, bare, kind_of(bare))]
        if (whole := _LINK.fullmatch(text)) is not None:  # an organisation is a link to its page
            plain = clean(unescape(whole["text"]))
    return split_facts(number, plain, len(plain))
