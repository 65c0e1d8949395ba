"""Markdown: a heading a group, an item a paper, safe in any renderer.

Titles and abstracts come from outside: every mark that Markdown or HTML would take for its own is escaped, and only
http(s) addresses become links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

from papertide.export.base import ReadingList, Section
from papertide.export.facts import facts
from papertide.normal import safe
from papertide.records.plain import PaperDict

_MARKS = re.compile(r"([\\`*_\[\]<>|~$&])")
_LINE_START = re.compile(r"^(\s*)(?:([#>+=-])|(\d{1,9})([.)])(?=\s|$))")
_HEADING_END = re.compile(r"(\s)(#+\s*)$")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def escape(text: str) -> str:
    """A text as Markdown that shows just that text, on one line."""
    text = _MARKS.sub(r"\\\1", safe(_CONTROL.sub(" ", text)))
    text = _HEADING_END.sub(r"\1\\\2", text)
    return _LINE_START.sub(lambda m: f"{m[1]}\\{m[2]}" if m[2] else f"{m[1]}{m[3]}\\{m[4]}", text)


def link(label: str, url: str | None) -> str:
    """A link with an escaped label; the label alone where the address is none that a page may open."""
    address = safe_url(url)
    return f"[{escape(label)}]({address.replace('&', '&amp;')})" if address else escape(label)


def safe_url(url: str | None) -> str | None:
    """An http(s) address fit to stand between brackets, else None."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return None
    return quote(_CONTROL.sub("", url), safe=":/?#@!$&*+,;=%~._-[]'").replace("[", "%5B").replace("]", "%5D")


def write(reading: ReadingList) -> Iterator[str]:
    """The reading list; groups are second-level headings, papers list items with their facts and abstract."""
    yield f"# {escape(reading.title)}\n"
    if reading.subtitle:
        yield f"\n{escape(reading.subtitle)}\n"
    for section in reading.sections:
        yield from _section(reading, section)


def _section(reading: ReadingList, section: Section) -> Iterator[str]:
    if section.heading:
        yield f"\n## {escape(section.heading)}\n"
    yield "\n"
    for paper in section.papers:
        yield from _paper(paper, (reading.sentences or {}).get(paper["id"]) or paper["abstract"])
    if section.note:
        yield f"\n{section.note}\n"


def _paper(paper: PaperDict, text: str | None) -> Iterator[str]:
    yield f"- **{link(paper['title'], paper['url'])}**\n"
    told = [escape(fact) for fact in facts(paper)]
    if paper["arxiv_id"]:
        told.append(link(f"arXiv:{paper['arxiv_id']}", f"https://arxiv.org/abs/{paper['arxiv_id']}"))
    if paper["code_url"] and safe_url(paper["code_url"]):
        told.append(link("code", paper["code_url"]))
    told += [f"`{topic}`" for topic in paper["topics"] if re.fullmatch(r"[\w-]+", topic)]
    if told:
        yield f"  {' · '.join(told)}\n"
    if text:
        yield f"\n  {escape(text)}\n"
    if paper["note"]:
        yield f"\n  Note: {escape(paper['note'])}\n"
    yield "\n"
