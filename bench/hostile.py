"""Hostile input: what an input of twice the size costs, for every parser, every exporter and what stands between them.

Inputs are one piece repeated, from the signs that the layouts give a meaning to, alone and behind the beginning of a proper
page; papers to be exported are such a piece in every text. Each measure is a process of its own: its CPU time, and the most
memory it held beyond what it began with. A size is doubled until it costs enough to be told from noise; then time must at
most double, with some room (`RATIO`), and memory must stay within a multiple of the input. Told is the worst piece of each.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

from table import keep, measured_on

from papertide import topics
from papertide.errors import PapertideError
from papertide.export import FORMATS, obsidian
from papertide.export.base import ReadingList, Section
from papertide.flows.add import add
from papertide.matching.keys import face_of
from papertide.normal import clean, escaped, safe
from papertide.parsers import LAYOUTS, parse
from papertide.query import parse as parse_query
from papertide.records.listing import Entry
from papertide.records.plain import PaperDict
from papertide.sources.base import Raw
from papertide.store import open_library
from papertide.topics.taxonomy import Taxonomy

RATIO = 2.3
"""How many times as long twice the input may take."""
MEMORY = 250
"""How many times the input's bytes may be held: a file of nothing but records of one letter costs the most."""
LOADED = 32 * 1024 * 1024
"""Bytes that a process may take for what it loads on the way, whatever the text."""
FLOOR = 0.15
"""CPU seconds below which a measure is noise."""
SURE = 1.0
"""CPU seconds from which a ratio can be trusted; below, one that is too high is measured again with twice the text."""
LONGEST = 30
"""CPU seconds after which a process is ended: it hangs."""
DAY = date(2026, 11, 21)

PIECES = (
    *"[]{}()<>\"'\\`$&%#@*_|~^=+-,;:!?/.0a \n\t\r\0\x1b\x9b",
    "é",
    "e\u0301",
    "微",
    "\u202e",
    "\u200b",
    "\U0001f600",
    "ﬁ",
    "Ã©",
    "[[",
    "{{",
    "{}",
    "()",
    "[](",
    "![",
    "](x)",
    "<a ",
    "<div>",
    "</div>",
    "<!--",
    "-->",
    "<![CDATA[",
    "<p>a",
    "<h3><a href='/papers/2405.99001'>a</a></h3>",
    "&amp;",
    "&#",
    "&#x",
    "&#99999999",
    "&a",
    "\x1b[",
    "\x1b]0;",
    "\x9b3",
    "a\n\n",
    "a\nb\n",
    "\n\n",
    "\r\n",
    "a b ",
    "A. ",
    "and ",
    " and",
    '{"a":',
    '{"title": "a"}\n',
    '{"title": "a"},',
    '"a":',
    '\\"',
    "\\u0041",
    "1e9",
    "-1,",
    "@article{",
    "@article{a, title={b}}\n",
    "@a{b,c=",
    "{\\'e}",
    "\\emph{",
    "\\'",
    "$\\mathcal{O}(n)$ ",
    "TY  - JOUR\nTI  - a\nER  - \n",
    "TI  - a\n",
    "  a\n",
    '"a","b"\n',
    "a;b\n",
    '""',
    ',"',
    "- ",
    "* a\n",
    "# a\n",
    "### [a](https://huggingface.co/papers/2405.99001)\n",
    "> ",
    "1. ",
    "---\n",
    "***",
    "12 authors\n",
    "Upvote\n12\n",
    "May 10\n",
    "2405.99001 ",
    "arXiv:",
    "https://",
    "http://a.b/",
    "Submitted by ",
    "10.1000/",
    "- a - ",
    "a-",
    "a'",
    "2024-01-01 ",
    "<entry>",
    "<entry><title>a</title></entry>",
)

HEADS = {
    "hf-json": '[{"paper": {"title": "',
    "jsonl": '{"title": "',
    "hf-html": "<html><body><article><h3>",
    "csv": 'title,abstract\n"',
    "arxiv-atom": '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><entry><title>',
    "bibtex": "@article{a, title = {",
    "ris": "TY  - JOUR\nTI  - ",
    "markdown": "### [",
    "hf-text": "A Title of a Paper\n\n",
    "auto": "",
}
"""How a page of a layout begins, as far as a first title."""


class Cost(NamedTuple):
    """CPU seconds, bytes of memory beyond what the process began with, and whether it came to an end."""

    seconds: float
    memory: int
    ended: bool


def cost(work: Callable[[], object]) -> Cost:
    """What a piece of work costs, in a process of its own."""
    mouth, ear = os.pipe()
    number = os.fork()
    if number == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (LONGEST, LONGEST))
        began = most_held()
        with suppress(BaseException):  # this process goes no further, whatever happens
            with suppress(PapertideError):
                work()
            os.write(ear, str(most_held() - began).encode())
        os._exit(0)
    os.close(ear)
    _, _, used = os.wait4(number, 0)
    with open(mouth, "rb") as told:  # noqa: PTH123 - a descriptor, not a path
        memory = told.read()
    return Cost(used.ru_utime + used.ru_stime, int(memory or 0), bool(memory))


def most_held() -> int:
    """The most bytes of memory that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


@dataclass(frozen=True)
class Subject:
    """Something that texts go into: `work` does it for a text."""

    name: str
    work: Callable[[str], object]
    heads: Sequence[str] = ("",)
    most: int = 1 << 30
    """The longest text that makes sense, in characters."""


def reader(layout: str) -> Callable[[str], object]:
    """Parsing as one layout."""
    return lambda text: parse(text.encode(errors="replace"), layout, DAY)


def paper(text: str) -> PaperDict:
    """A paper whose every text is this one."""
    return {
        "id": 1,
        "title": text,
        "abstract": text,
        "url": f"https://example.org/{text}",
        "arxiv_id": None,
        "doi": text,
        "source_ids": [text],
        "published": "2024-05-10",
        "year_inferred": False,
        "listed": [],
        "added": "2026-11-21T10:00:00Z",
        "author_count": 2,
        "authors": [text, *text[:2000].split()],
        "organization": text,
        "comments": 0,
        "upvotes": None,
        "code_url": text,
        "code_stars": None,
        "summary": text,
        "topics": [text],
        "status": "inbox",
        "tags": [text],
        "note": text,
        "score": None,
        "sightings": 1,
    }


def exporter(form: str) -> Callable[[str], object]:
    """Writing one such paper."""

    def work(text: str) -> None:
        reading = ReadingList(text, text, [Section(text, [paper(text)])], updated="2026-11-21T10:00:00Z", identity="x")
        for _ in FORMATS[form](reading):
            pass

    return work


def note(text: str) -> None:
    """Writing such a note, and bringing it up to date."""
    made = obsidian.note_of(paper(text), text)
    obsidian.renewed(obsidian.new(made), made)


@cache
def rules() -> Taxonomy:
    """The default topics."""
    return topics.load(topics.default_source(), "default topics")


def stored(text: str) -> None:
    """A paper of such a title and abstract, taken into a library that holds one like it, and looked at."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_library(Path(folder) / "library.db", create=True)
        for title in (f"{text} one", f"{text} two"):
            line = json.dumps({"title": title, "abstract": text, "authors": [text[:5000]]}).encode()
            for _ in add([Raw("x.jsonl", line)], lambda: store, rules(), now=lambda: "2026-11-21T10:00:00Z"):
                pass
        store.checking.findings()
        store.close()


def subjects() -> Iterator[Subject]:
    """All that is measured."""
    for layout in ("auto", *LAYOUTS):
        yield Subject(f"parse {layout}", reader(layout), ("", HEADS[layout]) if HEADS[layout] else ("",))
    for form in FORMATS:
        yield Subject(f"write {form}", exporter(form))
    yield Subject("write notes", note)
    yield Subject("text", lambda text: (clean(text), safe(text), escaped(text)))
    yield Subject(
        "title key", lambda text: face_of(Entry(title=clean(text) or "a", abstract=text.strip() or None, raw=""))
    )
    yield Subject("topics", lambda text: rules().label(text, text))
    yield Subject("query", lambda text: parse_query(text[:10_000], today=DAY), most=1 << 14)
    yield Subject("library", stored)


class Worst(NamedTuple):
    """The worst of a subject: by time, by memory, and what never ended."""

    ratio: float
    piece: str
    seconds: float
    memory: float
    hanging: tuple[str, ...]


def measured(subject: Subject, pieces: Sequence[str], size: int) -> Worst:
    """Every piece behind every head."""
    worst, memory, hanging = (0.0, "", 0.0), 0.0, list[str]()
    for head in subject.heads:
        for piece in pieces:
            found = doubled(subject, partial(text_of, head, piece), min(size, subject.most))
            memory = max(memory, found.held)
            worst = max(worst, (found.ratio, head[-12:] + piece, found.seconds))
            if not found.ended:
                hanging.append(head + piece)
    return Worst(*worst, memory, tuple(hanging))


class Doubled(NamedTuple):
    """How many times as long twice the input took, the CPU seconds of that, how many times its bytes were held."""

    ratio: float
    seconds: float
    held: float
    ended: bool


def doubled(subject: Subject, made: Callable[[int], str], size: int) -> Doubled:
    """Measure a text of a size, and where that costs enough to be told, one of half of it; the best of three if in doubt."""
    text, half = made(size), made(size // 2)
    full = cost(lambda: subject.work(text))
    held = max(0, full.memory - LOADED) / len(text.encode(errors="replace"))
    if full.seconds < FLOOR or not full.ended:
        return Doubled(0.0, full.seconds, held, full.ended)
    less = cost(lambda: subject.work(half))
    for _ in range(2):
        if full.seconds / less.seconds > RATIO:
            less, full = min(less, cost(lambda: subject.work(half))), min(full, cost(lambda: subject.work(text)))
    ratio = full.seconds / less.seconds
    if ratio > RATIO and full.seconds < SURE:
        return doubled(subject, made, 2 * size)
    return Doubled(ratio, full.seconds, held, ended=True)


def text_of(head: str, piece: str, size: int) -> str:
    """A text of about so many characters."""
    return head + piece * (size // len(piece))


def main() -> None:
    """Measure, print the table, and fail if anything grows faster, holds too much or hangs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=1 << 20, help="characters of a text (default: 1048576)")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only each Nth piece (default: 1)")
    parser.add_argument("names", nargs="*", help="these subjects only")
    given = parser.parse_args()
    print(f"{'subject':<18}{'ratio':>7}{'seconds':>9}{'held':>7}   worst piece")
    measured_on(f"texts of {given.size:,} characters, every {given.every}. of {len(PIECES)} pieces")
    all_worst: dict[str, Worst] = {}
    for subject in subjects():
        if given.names and subject.name not in given.names:
            continue
        worst = all_worst[subject.name] = measured(subject, PIECES[:: given.every], given.size)
        wrong = worst.ratio > RATIO or worst.memory > MEMORY or bool(worst.hanging)
        mark = f"   HANGS: {worst.hanging[:3]}" if worst.hanging else "   WRONG" if wrong else ""
        print(
            f"{subject.name:<18}{worst.ratio:>7.2f}{worst.seconds:>9.2f}{worst.memory:>6.0f}x   {worst.piece!r}{mark}",
            flush=True,
        )
    sys.exit(not all(kept(all_worst)))


def kept(all_worst: Mapping[str, Worst]) -> list[bool]:
    """Keep the worst of all; gives whether each is good enough."""
    slow, large = (max(all_worst, key=lambda name: all_worst[name][place]) for place in (0, 3))
    hanging = sum(len(worst.hanging) for worst in all_worst.values())
    return [
        keep(f"time of twice the text, the worst ({slow})", None, all_worst[slow].ratio, f"<= {RATIO}", "times"),
        keep(f"memory, the worst ({large})", None, all_worst[large].memory, f"<= {MEMORY}", "x text"),
        keep(f"of {len(all_worst)} subjects that hang", None, hanging, "<= 0", "pieces"),
    ]


if __name__ == "__main__":
    main()
