"""HTML: one file that needs no other, readable on a phone, by night, in mail programs and on paper.

Mail programs drop style sheets, so every look stands with its element; the sheet in the head only turns the colours for
those who read by night. There is no script and nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape as escaped

from papertide.export.base import ReadingList, Section
from papertide.export.facts import facts
from papertide.export.words import address_of, one_line, safe_url
from papertide.normal import safe
from papertide.records.plain import PaperDict

_HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
@media (prefers-color-scheme: dark) {{
body {{ background: #16181c !important; color: #e8e6e3 !important; }}
h1, h2 {{ color: #e8e6e3 !important; }}
a {{ color: #8ab4f8 !important; }}
.f {{ color: #a0a4aa !important; }}
}}
</style>
</head>
<body style="margin:0;background:#ffffff;color:#1c1e21;font:16px/1.5 system-ui,sans-serif">
<div style="max-width:680px;margin:0 auto;padding:16px;overflow-wrap:anywhere">
"""
_TAIL = "</div>\n</body>\n</html>\n"
_H1 = ' style="font-size:24px;line-height:1.25;margin:8px 0"'
_H2 = ' style="font-size:18px;margin:28px 0 8px;border-bottom:1px solid #8886"'
_ITEM = ' style="margin:0 0 18px"'
_LINK = ' style="color:#1a56b0"'
_FACTS = ' class="f" style="color:#5f6368;font-size:14px"'


def text(value: str) -> str:
    """A text on one line as HTML that shows just that text, within an element or in an attribute's quotes."""
    return escaped(one_line(value))


def link(label: str, url: str | None) -> str:
    """A link; the label alone where the address is none that a page may open."""
    address = safe_url(url)
    return f'<a{_LINK} href="{escaped(address)}">{text(label)}</a>' if address else text(label)


def write(reading: ReadingList) -> Iterator[str]:
    """The reading list as a page; groups are second-level headings."""
    yield _HEAD.format(title=text(reading.title))
    yield f"<h1{_H1}>{text(reading.title)}</h1>\n"
    if reading.subtitle:
        yield f"<p{_FACTS}>{text(reading.subtitle)}</p>\n"
    for section in reading.sections:
        yield from _section(reading, section)
    yield _TAIL


def _section(reading: ReadingList, section: Section) -> Iterator[str]:
    if section.heading:
        yield f'<h2{_H2} dir="auto">{text(section.heading)}</h2>\n'
    for paper in section.papers:
        yield _paper(paper, reading.text_of(paper), reading.kept_by(paper))
    if section.left_out:
        shown = text(f'papertide list "{section.query}"')
        yield f"<p{_FACTS}>{section.left_out} more in: <code>{shown}</code></p>\n"


def _paper(paper: PaperDict, told: str | None, kept: str | None) -> str:
    known = [text(fact) for fact in facts(paper)]
    if paper["arxiv_id"]:
        known.append(link(f"arXiv:{paper['arxiv_id']}", f"https://arxiv.org/abs/{paper['arxiv_id']}"))
    if safe_url(paper["code_url"]):
        known.append(link("code", paper["code_url"]))
    known += [text(topic) for topic in paper["topics"]]
    if kept:
        known.append(text(kept))
    lines = [f'<strong dir="auto">{link(paper["title"], address_of(paper))}</strong>']
    if known:
        lines.append(f"<div{_FACTS}>{' · '.join(known)}</div>")
    if told:
        lines.append(f'<div dir="auto">{text(told)}</div>')
    if paper["note"]:
        note = "<br>".join(escaped(line) for line in safe(paper["note"]).splitlines())
        lines.append(f'<div dir="auto"><em>Note:</em> {note}</div>')
    return f"<div{_ITEM}>\n" + "\n".join(lines) + "\n</div>\n"
