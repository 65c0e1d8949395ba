"""Atom (RFC 4287): an entry a paper, with ids that stay while the library does.

An id is made of the paper's number and of when it came into the library, which no later page changes; moments are those
of the library, so that the same library gives the same feed.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID, uuid5
from xml.sax.saxutils import escape, quoteattr

from papertide.export.base import ReadingList
from papertide.export.words import address_of, keywords, one_line
from papertide.records.plain import PaperDict

_OURS = UUID("6a1f5f0e-3c55-5b7e-9d0b-5d8b2f6c1a47")
"""The space of names that our ids are made in."""
_NEVER = "1970-01-01T00:00:00Z"
"""When a feed without anything in it was updated: a feed has to say something."""


def write(reading: ReadingList) -> Iterator[str]:
    """The feed; each paper once."""
    yield '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
    yield f"<id>{_id('list', reading.identity)}</id>\n<title>{text(reading.title)}</title>\n"
    if reading.subtitle:
        yield f"<subtitle>{text(reading.subtitle)}</subtitle>\n"
    yield f"<updated>{reading.updated or _NEVER}</updated>\n<author><name>Papertide</name></author>\n"
    yield "<generator>Papertide</generator>\n"
    for paper in reading.each():
        yield "".join(_entry(paper, (reading.sentences or {}).get(paper["id"])))
    yield "</feed>\n"


def text(value: str) -> str:
    """A text on one line as XML; `safe` leaves no character that XML doesn't allow."""
    return escape(one_line(value))


def _entry(paper: PaperDict, sentence: str | None) -> Iterator[str]:
    yield f"<entry>\n<id>{_id('paper', str(paper['id']), paper['added'])}</id>\n<title>{text(paper['title'])}</title>\n"
    yield f"<updated>{paper['added']}</updated>\n"
    if paper["published"] and not paper["year_inferred"]:
        yield f"<published>{paper['published']}T00:00:00Z</published>\n"
    for name in paper["authors"]:
        yield f"<author><name>{text(name)}</name></author>\n"
    if (url := address_of(paper)) is not None:
        yield f'<link rel="alternate" href={quoteattr(url)}/>\n'
    for word in keywords(paper):
        yield f"<category term={quoteattr(one_line(word))}/>\n"
    if sentence:
        yield f"<summary>{text(sentence)}</summary>\n"
    # An entry has to have one of link and content.
    if paper["abstract"] or url is None:
        yield f"<content>{text(paper['abstract'] or paper['title'])}</content>\n"
    yield "</entry>\n"


def _id(*parts: str) -> str:
    return uuid5(_OURS, "\n".join(parts)).urn
