"""Markdown, read back by a real parser: it shows just the text, and nothing of a page's becomes markup."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from tests.export.papers import HOSTILE, READING, paper

from papertide.export.base import ReadingList, Section
from papertide.export.markdown import escape, link, write
from papertide.export.words import safe_url
from papertide.normal import clean

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
"""CommonMark with raw HTML, and what GitHub adds to it."""

MARKUP = [
    *"*_`[]()<>#+-=.!|~$&\\\"':;/@^{}% \t1aZé\u00a0\u3000\n",
    *[
        "**",
        "```",
        "---",
        "===",
        "- ",
        "1. ",
        "2) ",
        "# ",
        "> ",
        "&amp;",
        "&#35;",
        "<b>",
        "</p>",
        "<!--",
        "![",
        "](",
        "](x)",
    ],
    *[
        "http://e.org",
        "https://e.org/a_b_c",
        "www.e.org",
        "|--|",
        "    ",
        "[^1]",
        "[x]: y",
        "\u202e",
        "\u2028",
        "\x1b[31m",
    ],
]
TEXTS = st.lists(st.sampled_from(MARKUP) | st.characters(), max_size=12).map("".join)
TITLES = TEXTS.map(clean).filter(bool)


def inlines(markdown: str) -> list[Token]:
    """Everything that stands in a text's paragraphs, headings and list items, in order."""
    return [child for token in PARSER.parse(markdown) for child in token.children or ()]


def shown(tokens: list[Token]) -> str:
    """The text that tokens show."""
    return "".join(" " if token.type in ("softbreak", "hardbreak") else token.content for token in tokens)


def kinds(markdown: str) -> set[str]:
    """The types of all tokens of a text."""
    return {token.type for token in [*PARSER.parse(markdown), *inlines(markdown)]}


@given(TEXTS.map(clean))
@example("# C# #")
@example("1) a")
@example("a\\")
@example("=")
def test_escaped_text_is_just_text(text: str) -> None:
    """A parser that reads an escaped text shows that text, with nothing but text in it."""
    markdown = escape(text)
    assert "\n" not in markdown
    assert kinds(markdown) <= {"paragraph_open", "inline", "paragraph_close", "text", "text_special"}
    assert shown(inlines(markdown)) == text


@given(TITLES)
@example("C #")
@example("Learning C ##")
def test_escaped_headings_are_just_text(text: str) -> None:
    """The same in a heading, where marks at the end have a meaning too."""
    markdown = f"## {escape(text)}\n"
    assert kinds(markdown) <= {"heading_open", "inline", "heading_close", "text", "text_special"}
    assert shown(inlines(markdown)).strip() == text


@given(TEXTS)
def test_no_control_or_bidi_character_is_written(text: str) -> None:
    """Nothing that moves a terminal or turns the reading direction stands in an escaped text."""
    assert not re.search("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", escape(text))


@given(TITLES, TEXTS.map(clean), TITLES, TEXTS)
def test_a_paper_is_shown_as_it_is(title: str, abstract: str, organization: str, note: str) -> None:
    """A paper's title, organisation, abstract and note are shown whole, in one list item, and nothing of them is markup."""
    made = paper(
        1, title, abstract=abstract or None, organization=organization, url="https://e.org/1", note=note.strip() or None
    )
    markdown = "".join(write(ReadingList("Reading list", "1 paper", [Section("Group", [made])])))
    assert kinds(markdown) <= {
        "heading_open", "heading_close", "inline", "paragraph_open", "paragraph_close", "bullet_list_open",
        "bullet_list_close", "list_item_open", "list_item_close", "text", "text_special", "strong_open", "strong_close",
        "link_open", "link_close", "softbreak",
    }  # fmt: skip
    tokens = inlines(markdown)
    assert [token.attrGet("href") for token in tokens if token.type == "link_open"] == ["https://e.org/1"]
    opened, closed = (next(n for n, t in enumerate(tokens) if t.type == kind) for kind in ("link_open", "link_close"))
    assert shown(tokens[opened:closed]) == title
    paragraphs = [shown(token.children or []) for token in PARSER.parse(markdown) if token.type == "inline"]
    assert paragraphs[:3] == ["Reading list", "1 paper", "Group"]
    assert paragraphs[3].removeprefix(title) == f" {organization}"
    rest = [abstract] if abstract else []
    assert paragraphs[4 : 4 + len(rest)] == rest
    assert len(paragraphs) == 4 + len(rest) + bool(note.strip())


def test_a_hostile_paper() -> None:
    """Markup, HTML, lists, headings and links of a page become nothing but text; only http(s) addresses are links."""
    markdown = "".join(write(READING))
    tokens = inlines(markdown)
    links = [str(token.attrGet("href")) for token in tokens if token.type == "link_open"]
    assert all(urlsplit(address).scheme == "https" for address in links)
    assert kinds(markdown).isdisjoint(
        {"html_inline", "html_block", "image", "ordered_list_open", "blockquote_open", "fence"}
    )
    text = shown(tokens)
    assert HOSTILE["title"] in text
    assert str(HOSTILE["abstract"]) in text
    assert [token.tag for token in PARSER.parse(markdown) if token.type == "heading_open"] == ["h1", "h2", "h2"]
    codes = [token.content for token in tokens if token.type == "code_inline"]
    assert codes == ["peft", "efficiency", "vision", "peft", "efficiency", 'papertide list "query"']


GOOD = [
    "https://example.org/",
    "http://example.org:8080/a/b?c=d&e=f#g",
    "https://example.org/a(b)c",
    "https://example.org/a b",
    "https://example.org/?a=1&copy=2",
    "https://example.org/?a=1&copy;2",
    "https://example.org/&lt;b&gt;",
    "https://example.org/a_b_c*d*",
    "https://example.org/<b>\"'`",
    "https://example.org/[x](y)",
    "https://example.org/a\\b",
    "https://example.org/\u202eb",
    "https://пример.рф/статья",
    "HTTPS://EXAMPLE.ORG/A",
    "https://example.org/%20%C3%A9",
]


@pytest.mark.parametrize("url", GOOD)
def test_a_web_address_is_one_link(url: str) -> None:
    """An http(s) address becomes one link, to the address that safe_url gives, in ASCII and without blanks."""
    address = safe_url(url)
    assert address is not None
    assert address.isascii()
    assert not re.search(r"[\s<>()\\]", address)
    tokens = inlines(link("label", url))
    assert [token.type for token in tokens] == ["link_open", "text", "link_close"]
    assert tokens[0].attrGet("href") == address


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "vbscript:x",
        "ftp://example.org/",
        "//example.org/",
        "/papers/1",
        "example.org",
        "http:",
        "http://",
        "http:example.org",
        "https://[::1",
        "mailto:a@example.org",
    ],
)
def test_no_other_address_is_a_link(url: str | None) -> None:
    """Anything but an http(s) address is left out, and the label stands alone."""
    assert safe_url(url) is None
    assert link("a *label*", url) == "a \\*label\\*"


@given(st.text() | st.text().map("https://e.org/".__add__))
def test_links_are_web_links(url: str) -> None:
    """Whatever an address holds, a link has exactly that label and an http(s) target, or there is none."""
    tokens = inlines(link("label", url))
    assert shown(tokens) == "label"
    for token in tokens:
        if token.type == "link_open":
            assert urlsplit(str(token.attrGet("href"))).scheme in ("http", "https")
