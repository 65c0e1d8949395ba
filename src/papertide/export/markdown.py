"""Markdown by a template: a heading a group, an item a paper, safe in any renderer.

Titles and abstracts come from outside: whatever a template puts in is escaped, so that every mark that Markdown or HTML
would take for its own is only text; only http(s) addresses become links. The template itself is run in a sandbox, since
people pass templates on: it sees the reading list and nothing of the machine, and no operator of it makes a giant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jinja2 import DictLoader, StrictUndefined, TemplateError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from papertide.errors import UsageError
from papertide.export.base import Exporter, ReadingList
from papertide.export.facts import facts
from papertide.export.words import one_line, replaced, safe_url
from papertide.records.plain import PaperDict

MARKS = {mark: f"\\{mark}" for mark in r"\`*_[]<>|~$&"}
"""What Markdown takes for its own wherever it stands, and what it is written as; the backslash comes first."""
_LINE_START = re.compile(r"^(\s*)(?:([#>+=-])|(\d{1,9})([.)])(?=\s|$))")
_HEADING_END = re.compile(r"(\s)(#+\s*)$")
_PLAIN_NAME = re.compile(r"[\w-]+")
_PIECES = 64
"""Expressions of a template that are handed on together: writing each alone costs more than making it."""


_MOST_LETTERS = 1_000_000
"""How long a text or list may be that a template makes by multiplying."""
_MOST_BITS = 10_000
"""How large a number may be that a template makes: Python writes none in digits that has more than 14,000 bits."""
_FAULTS = (
    TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError, MemoryError, RecursionError,
)  # fmt: skip
"""What a template may do wrong while it is run."""


class Ready(str):
    """Markdown as it stands: it isn't escaped again."""

    __slots__ = ()


def escape(text: str, marks: Mapping[str, str] = MARKS) -> str:
    """A text as Markdown that shows just that text, on one line; `marks` are what has to be escaped wherever it stands."""
    text = replaced(one_line(text), marks)
    if "#" in text:
        text = _HEADING_END.sub(r"\1\\\2", text)
    return _LINE_START.sub(lambda m: f"{m[1]}\\{m[2]}" if m[2] else f"{m[1]}{m[3]}\\{m[4]}", text)


def link(label: str, url: str | None, marks: Mapping[str, str] = MARKS) -> Ready:
    """A link with an escaped label; the label alone where the address is none that a page may open."""
    address = safe_url(url)
    label = escape(label, marks)
    return Ready(f"[{label}]({address.replace('&', '&amp;')})" if address else label)


def code(text: str) -> Ready:
    """A text as code; one that holds a backquote or a line end is shown as text."""
    return Ready(f"`{text}`" if text.isprintable() and "`" not in text and text.strip() == text else escape(text))


def about(paper: PaperDict, kept: str | None = None) -> Ready:
    """What is known of a paper, on one line: facts, links, topics and who keeps it; empty where nothing is."""
    told = [escape(fact) for fact in facts(paper)]
    if paper["arxiv_id"]:
        told.append(link(f"arXiv:{paper['arxiv_id']}", f"https://arxiv.org/abs/{paper['arxiv_id']}"))
    if safe_url(paper["code_url"]):
        told.append(link("code", paper["code_url"]))
    told += [f"`{topic}`" for topic in paper["topics"] if _PLAIN_NAME.fullmatch(topic)]
    if kept:
        told.append(escape(kept))
    return Ready(" · ".join(told))


def default_template() -> str:
    """The template that is used where none is given; a beginning for one's own."""
    return Path(__file__).with_name("reading-list.md.jinja").read_text(encoding="utf-8")


def write(reading: ReadingList) -> Iterator[str]:
    """The reading list by the default template."""
    return by_template(default_template(), "reading-list.md.jinja")(reading)


def by_template(source: str, name: str) -> Exporter:
    """An exporter by a template. Raises UsageError, with the name and the line, for one that doesn't parse."""
    try:
        template = _ENVIRONMENT.from_string(source)
    except (TemplateError, MemoryError, RecursionError) as error:
        raise UsageError(_told(name, error)) from error

    def write_so(reading: ReadingList) -> Iterator[str]:
        stream = template.stream(list=reading, text=reading.text_of, kept_by=reading.kept_by)
        stream.enable_buffering(_PIECES)
        try:
            yield from stream
        except _FAULTS as error:
            raise UsageError(_told(name, error)) from error

    return write_so


def _told(name: str, error: Exception) -> str:
    line = getattr(error, "lineno", None)
    return f"{name}{f', line {line}' if line else ''}: {str(error) or type(error).__name__}"


def _shown(value: Any) -> Any:
    """What an expression puts in: escaped, unless it is Markdown already; of the unknown nothing."""
    if isinstance(value, Ready):
        return value
    return "" if value is None else escape(str(value))


class _Sandbox(ImmutableSandboxedEnvironment):
    """The sandbox; `*` and `**` are asked for the size of what they would make before they make it."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Raises OverflowError for what would be too large."""
        if isinstance(left, int) and isinstance(right, int):
            bits = left.bit_length() * right if operator == "**" else left.bit_length() + right.bit_length()
            if bits > _MOST_BITS:
                raise OverflowError(f"a number too large, of {operator}")
        elif operator == "*" and _length(left, right) > _MOST_LETTERS:
            raise OverflowError("a text or list too long, of *")
        return super().call_binop(context, operator, left, right)


def _length(left: Any, right: Any) -> int:
    """How long a text or list that is repeated would be; 0 for what isn't that."""
    many, times = (right, left) if isinstance(left, int) else (left, right)
    return len(many) * times if isinstance(many, (str, list, tuple)) and isinstance(times, int) else 0


_ENVIRONMENT = _Sandbox(
    autoescape=False,  # that would escape for HTML; `finalize` escapes for Markdown
    finalize=_shown,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    loader=DictLoader({}),
)
_ENVIRONMENT.filters |= {"link": link, "code": code, "about": about, "plain": lambda text: Ready(one_line(str(text)))}
