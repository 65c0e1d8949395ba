"""A library on a server is one in a file: the same commands, one after the other, say the same of both.

What is compared is all that a command line gives: its exit code and both streams. Moments, the library's own name (feeds
have their ids of it), and how well a paper answers to words (each engine reckons that its own way) are struck out.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.cli.harness import PAGES, PAPERS, Program, Ran, write_jsonl

_MOMENT = re.compile(r"urn:uuid:[\w-]+|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z|\b\d\d:\d\d(?::\d\d)?\b")
_SCORED = ("search", "similar")

ODD: list[dict[str, Any]] = [
    {"title": "Straße %s to %d, 100% of _ and 'quotes' \\ back", "abstract": "% _ ' \\", "tags": ["todo"]},
    {"title": "👍 模型 with emoji", "authors": ["Çelik Ö"] * 300, "author_count": 3000, "upvotes": 2**62},
    {"title": "?1 :value @name", "published": "2024-02-29", "listed": ["2026-05-01"], "organization": "École %"},
    {"title": "x " * 400, "abstract": "w" * 300 + " " + "w" * 400, "source_ids": ["s2:%", "hf:1"]},
    {"title": "LOW-RANK adapters for small models", "abstract": PAPERS[0]["abstract"]},
]
TOO_LARGE: list[dict[str, Any]] = [
    {"title": "One that is fine"},
    {"title": "One with a number beyond any", "upvotes": 2**63},
]

QUERIES = (
    *'lora "catastrophic forgetting" adapt* -lora title:lora author:a* org:example topic:PEFT topic:none tag:TODO'.split(),
    *"status:keep status:inbox source:hf date:2024-01..2024-06 date:7d listed:none added:2026 authors:2..5".split(),
    *"comments:0 upvotes:>10 stars:none has:note -has:note has:topic id:2 id:9223372036854775808 keptby:ME keeps:0".split(),
    *"% _ ' \\ ß 模型* ?1 :value the authors:99999999999999999999 tilte:x (a".split(),
    "lora OR reward", "NOT (lora OR status:keep)", "lora -topic:peft -tag:none", "x" * 300, "the* model",
)  # fmt: skip
SORTS = "published listed added score upvotes comments authors title".split()


@pytest.fixture
def both(
    tmp_path: Path, fresh: Callable[[], str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Ran]:
    """Runs a command line on a library in a file and on one on a server, holds both alike, and gives what it did."""
    monkeypatch.chdir(tmp_path)
    program = Program(tmp_path / "library.db", capsys, monkeypatch)
    libraries = (str(tmp_path / "library.db"), fresh())

    def run(*arguments: str | int | Path) -> Ran:
        file, server = (program("--library", library, *arguments) for library in libraries)
        said = [_plain(ran, library, str(arguments[0])) for ran, library in zip((file, server), libraries, strict=True)]
        assert said[0] == said[1], arguments
        return server

    return run


def _plain(ran: Ran, library: str, command: str) -> tuple[int, Sequence[str], str]:
    out, err = (_MOMENT.sub("…", text.replace(library, "LIBRARY")) for text in (ran.out, ran.err))
    lines = out.splitlines()
    if command in _SCORED:  # best first, but each engine has its own idea of that
        lines = sorted(re.sub(r'"score": [\d.e-]+', '"score": …', line) for line in lines)
    return ran.code, lines, err


def test_what_is_asked(both: Callable[..., Ran], tmp_path: Path) -> None:
    """Every kind of query, in every order, finds the same papers; what doesn't parse is refused in the same words."""
    both("add", write_jsonl(tmp_path / "papers.jsonl", PAPERS + ODD))
    both("keep", 1, 3)
    both("skip", 2)
    both("tag", 1, 2, "+Todo", "+100% _x")
    both("note", 3, "% ' \\")
    both("rank")
    for number, query in enumerate(QUERIES):
        both("list", "--json", "--sort", SORTS[number % len(SORTS)], *["--reverse"] * (number % 3 == 0), "--", query)
        if number % 2:
            both("search", "--json", "--", query)
    for command in (
        *(("list", "--sort", sort) for sort in SORTS),
        *(("export", "--group-by", by) for by in ("topic", "month", "tag", "status", "none")),
        *(("export", "--format", form) for form in ("bibtex", "ris", "csl-json", "csv", "jsonl", "html", "atom")),
        ("similar", "1", "--json", "--limit", "1"), ("search", "--any", "--json", "lora forgetting reward robots"),
    ):  # fmt: skip
        both(*command)


def test_what_came_to_nothing_leaves_no_gap(both: Callable[..., Ran], tmp_path: Path) -> None:
    """A paper that comes after a rehearsal, or after a page that was refused, has the next number in either."""
    both("add", write_jsonl(tmp_path / "first.jsonl", PAPERS[:2]))
    second = write_jsonl(tmp_path / "second.jsonl", PAPERS[2:4])
    both("add", "--dry-run", second)
    both("export", "--format", "jsonl")
    both("add", write_jsonl(tmp_path / "bad.jsonl", TOO_LARGE))
    both("add", second)
    assert both("list", "--json", "--sort", "title").ids


def test_what_is_done(both: Callable[..., Ran], tmp_path: Path) -> None:
    """Decisions, tags, notes, merges, splits and their undoing by two readers, in any order, say and leave the same."""
    chance = random.Random(2)
    both("add", PAGES)
    both("add", write_jsonl(tmp_path / "papers.jsonl", PAPERS + ODD))

    def papers(most: int) -> list[int]:
        return [chance.randrange(1, 16) for _ in range(chance.randint(1, most))]

    does: list[Callable[[], Sequence[str | int]]] = [
        lambda: [chance.choice(("keep", "later", "skip", "inbox")), *papers(3)],
        lambda: ["keep", "--query", chance.choice(QUERIES[:20]), "--yes"],
        lambda: ["undo", chance.randint(1, 3)],
        lambda: ["tag", *papers(2), chance.choice(("+todo", "+Todo", "-todo", "+é"))],
        lambda: ["note", *papers(1), chance.choice(("one", "two\nlines", "% '"))],
        lambda: ["duplicates", "merge", chance.randint(1, 15), chance.randint(1, 15), "--yes"],
        lambda: ["duplicates", "merge", chance.randint(1, 15), chance.randint(1, 15), "--yes"],
        lambda: ["duplicates", "split", *papers(1)],
        lambda: ["duplicates", "undo"],
        lambda: ["digest", *chance.choice(((), ("--again",), ("--peek", "--format", "json")))],
        lambda: ["saved", "add", chance.choice(("mine", "Mine")), "lora"],
    ]
    for _ in range(40):
        command = chance.choice(does)()
        both("--reader", chance.choice(("me", "Ada L.")), *command)
    for command in (
        ("export", "--format", "jsonl"),
        ("log", "--json"),
        ("duplicates", "--json"),
        ("stats", "--json"),
    ):
        ran = both(*command)
        assert ran.code == 0
        assert ran.rows
