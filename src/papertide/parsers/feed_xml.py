"""Feeds as XML: the text of a feed cut into its entries and the frame around them, each made into elements safely.

The entries are cut out of the text and parsed one by one, so that a damaged or unfinished one costs no other; what is
left, the frame, tells whether the feed is whole. Comments, CDATA and instructions are stepped over. A document type is
refused, so there is no entity to expand; the rest of the bounds (depth, length of a text) are libxml2's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import islice

from lxml import etree

from papertide.errors import LayoutError
from papertide.normal import clean
from papertide.parsers.hf_pages import kind_of_page
from papertide.parsers.page import excerpt
from papertide.records.listing import Problem

_MOST_NAMESPACES = 32
_LONGEST_NAMESPACE = 200
"""Characters of a prefix and its address. Both are declared again for each entry, so that their number and length have to
be bounded; arXiv's feeds have five of up to 44."""


@dataclass(frozen=True, slots=True)
class Piece:
    """An entry as it stands in the text, from the line on which it begins; `whole` tells whether it has an end."""

    line: int
    text: str
    whole: bool


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: its `kind` (feed, rss or RDF), its entries as text, and the `frame` without them, as text and element.

    `damage` is what is wrong with the frame: a feed that was cut off has no end.
    """

    kind: str
    pieces: tuple[Piece, ...]
    rest: str
    frame: etree._Element
    damage: Problem | None
    _wrapping: str

    @property
    def whole(self) -> bool:
        """Whether the feed and each of its entries have their ends."""
        return self.damage is None and all(piece.whole for piece in self.pieces)

    def element(self, piece: Piece) -> etree._Element:
        """The element of one entry; raises ValueError where it is damaged or has no end."""
        if not piece.whole:
            raise ValueError("the feed is cut off or damaged in this entry")
        try:
            return etree.fromstring(f"{self._wrapping}{_legal(piece.text)}</x>", _parser())[0]
        except etree.XMLSyntaxError as error:
            raise ValueError(f"damaged XML ({excerpt(_PLACE.sub('', clean(error.msg)))})") from None


def read_feed(text: str) -> Feed:
    """The feed that a text is; raises LayoutError, saying what it is, for a text that is none."""
    kind, text = _begin(text)
    pieces, rest = _cut(text, _ENTRY_OF[kind])
    frame, damage = _frame(rest)
    spaces = ((f":{prefix}" if prefix else "", uri) for prefix, uri in frame.nsmap.items())
    names = islice((name for name in spaces if sum(map(len, name)) <= _LONGEST_NAMESPACE), _MOST_NAMESPACES)
    declared = "".join(f' xmlns{prefix}="{escape(uri)}"' for prefix, uri in names)
    return Feed(kind, pieces, rest, frame, damage, f"<x{declared}>")


def named(parent: etree._Element, name: str) -> Iterator[etree._Element]:
    """The children of that name, whatever their namespace, and though their prefix be undeclared."""
    return (child for child in parent if re.split("[}:]", str(child.tag))[-1] == name)


def text_of(element: etree._Element) -> str:
    """The cleaned text of an element and all in it."""
    return clean("".join(element.itertext()))


def text_in(parent: etree._Element, *names: str) -> str:
    """The text of the first child of one of these names that has any, or nothing."""
    texts = (text_of(child) for name in names for child in named(parent, name))
    return next((text for text in texts if text), "")


# --- the text and its pieces ------------------------------------------------------------------------------------------

_PROLOG = re.compile(r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*", re.DOTALL)
_ROOT = re.compile(r"<(?:[\w.-]+:)?(?P<name>feed|rss|RDF)(?:\s[^<>]*|/)?>")
_TAG = re.compile(r"<!?[\w:.-]+(?: [\w-]+)?")
_HTML = re.compile(r"<(?:!doctype\s+)?html\b", re.IGNORECASE)
_TITLE = re.compile(r"<title(?:\s[^<>]*)?>([^<]*)", re.IGNORECASE)
_ENTRY_OF = {"feed": "entry", "rss": "item", "RDF": "item"}
_TOKENS = {
    name: re.compile(
        r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<\?.*?(?:\?>|\Z)"
        rf"|<(?P<end>/?)(?:[\w.-]+:)?(?P<name>{name})(?P<rest>\s[^<>]*|/)?>",
        re.DOTALL,
    )
    for name in ("entry", "item")
}


def _begin(text: str) -> tuple[str, str]:
    """The name of a feed's root, and the text with blank lines for what stands before it."""
    text = text.removeprefix("\ufeff")
    start = text.lstrip()
    if not start.startswith("<"):
        if start.startswith("Rate exceeded"):
            raise LayoutError("", "arXiv answers 'Rate exceeded.': it was asked too often; ask again later")
        raise LayoutError("", "not XML")
    prolog = _PROLOG.match(text)
    at = prolog.end() if prolog else 0
    root = _ROOT.match(text, at)
    if root is None:
        raise LayoutError("", _what_is(text, at))
    return root["name"], "\n" * text.count("\n", 0, at) + text[at:]


def _what_is(text: str, at: int) -> str:
    """What a text is that begins with another tag than a feed's."""
    kind = kind_of_page(text)
    if kind is not None:
        return kind
    if _HTML.match(text, at):
        found = _TITLE.search(text, at)
        title = clean(found[1]) if found else ""
        return f"a page of HTML{f' titled {excerpt(title)!r}' if title else ''}, not a feed"
    tag = _TAG.match(text, at)
    seen = f"{excerpt(tag[0])}>" if tag else "nothing that could be read"
    if seen.upper().startswith("<!DOCTYPE"):
        return f"declares a document type ({seen}), as none of arXiv's feeds does, so it isn't read"
    return f"no feed: it begins with {seen}"


def _cut(text: str, name: str) -> tuple[tuple[Piece, ...], str]:
    """The entries of a feed, and the text without them, with as many lines."""
    pieces: list[Piece] = []
    rest: list[str] = []
    line, at = 1, 0
    for start, end, whole in _spans(text, name):
        line += text.count("\n", at, start)
        pieces.append(Piece(line, text[start:end], whole))
        lines = text.count("\n", start, end)
        line += lines
        rest += [text[at:start], "\n" * lines]
        at = end
    return tuple(pieces), "".join((*rest, text[at:]))


def _spans(text: str, name: str) -> Iterator[tuple[int, int, bool]]:
    """Where entries begin and end; one that has no end (False) goes on to the next one, or to the end of the text."""
    begun: int | None = None
    for token in _TOKENS[name].finditer(text):
        if token["name"] is None:
            continue
        if not token["end"]:
            if begun is not None:
                yield begun, token.start(), False
            begun = token.start()
        if begun is not None and (token["end"] or (token["rest"] or "").endswith("/")):
            yield begun, token.end(), True
            begun = None
    if begun is not None:
        yield begun, len(text), False


# --- text to elements -------------------------------------------------------------------------------------------------

_PLACE = re.compile(r",? (?:line|column) \d+")  # in the piece, not in the feed
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)(?:#(?:(?P<ten>[0-9]{1,7})|x(?P<hex>[0-9a-fA-F]{1,6}));)?")


def _parser(*, recover: bool = False) -> etree.XMLParser:
    return etree.XMLParser(
        recover=recover, resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )


def _legal(text: str) -> str:
    """A text that XML allows: without control characters, and HTML's entities left for `clean` to read."""
    return _AMPERSAND.sub(_legal_reference, _ILLEGAL.sub("", text))


def _legal_reference(found: re.Match[str]) -> str:
    if found[0] == "&":
        return "&amp;"
    code = int(found["ten"]) if found["ten"] else int(found["hex"], 16)
    return found[0] if code <= 0x10FFFF and not _ILLEGAL.match(chr(code)) else ""


def _frame(rest: str) -> tuple[etree._Element, Problem | None]:
    parser = _parser(recover=True)
    root = etree.fromstring(_legal(rest), parser)
    fatal = next((error for error in parser.error_log if error.level >= etree.ErrorLevels.FATAL), None)
    if fatal is None:
        return root, None
    reason = f"the feed is cut off or damaged here ({excerpt(clean(fatal.message))})"
    return root, Problem(line=fatal.line, reason=reason, excerpt=excerpt(clean(rest[-200:])))
