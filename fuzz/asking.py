"""Fuzz targets of what is typed: a query parses or is refused with a column, prints as itself, and means one thing.

Texts come from bytes as a terminal's arguments do, broken characters included.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from functools import cache
from pathlib import Path
from types import SimpleNamespace

from papertide import topics
from papertide.cli import completion
from papertide.cli.common import Common
from papertide.errors import QueryError
from papertide.flows.add import add
from papertide.query import Query, parse, spellings, widened
from papertide.query.match import matches
from papertide.records.plain import PaperDict
from papertide.sources.base import Raw
from papertide.store import LibraryStore, open_library
from papertide.store.base import Selection

Target = Callable[[bytes], None]

TODAY = date(2026, 11, 21)
READER = "me"
SAVED = {"mine": "lora OR topic:peft", "nested": "@mine -skip", "round": "@round"}
LONGEST = 400
"""Characters that are asked of a library; the parser's own limits are tested with longer ones."""

PAPERS = """{"title": "Low-rank adapters forget less: LoRA, again", "abstract": "We study catastrophic forgetting in naive \
fine-tuning of LLMs.", "authors": ["Ada Example", "Bo Muster"], "published": "2026-11-20", "comments": 0, "upvotes": 3}
{"title": "Reward models for robots; DROP TABLE paper", "abstract": "title:x OR NOT (a b) NEAR ^start *", "organization": "X"}
{"title": "A survey of 4-bit C++ training", "source_ids": ["hf:2403.02178"], "author_count": 4, "code_stars": 12}
{"title": "\u5fae\u8c03 adapters", "arxiv_id": "2403.02178", "published": "2024-03-04"}
"""


@cache
def _library() -> tuple[LibraryStore, list[PaperDict]]:
    """A real library of few papers, and these as they are read."""
    path = Path(tempfile.mkdtemp(prefix="papertide-fuzz-")) / "asked.db"
    store = open_library(path, create=True)
    rules = topics.load(topics.default_source(), "default topics")
    for _ in add([Raw("papers.jsonl", PAPERS.encode())], lambda: store, rules, now=lambda: "2026-11-21T10:00:00Z"):
        pass
    store.annotating.save_search(READER, "mine", SAVED["mine"])
    return store, store.looking.papers(Selection(None, READER))


def _text(data: bytes) -> str:
    return data.decode(errors="surrogateescape")


def _parsed(text: str) -> Query | QueryError:
    try:
        return parse(text, today=TODAY, saved=SAVED.get, names=lambda: list(SAVED))
    except QueryError as error:
        return error


def query(data: bytes) -> None:
    """A text parses or is refused at a column of its own; what parses prints as a text that reads back the same."""
    text = _text(data)
    asked = _parsed(text)
    if isinstance(asked, QueryError):
        assert 1 <= asked.column <= len(text) + 1
        return
    printed = str(asked)
    with suppress(QueryError):  # saved searches written out may be more than one query may hold
        again = parse(printed, today=TODAY)
        assert again == asked
        assert str(again) == printed


def selection(data: bytes) -> None:
    """What SQL selects from a library is what the yardstick says, also with other spellings; ranking finds no more."""
    asked = _parsed(_text(data)[:LONGEST])
    if isinstance(asked, QueryError):
        return
    store, papers = _library()
    wide = Query(widened(asked.root, spellings.default())) if asked.root is not None else asked
    for one in (asked, wide):
        found = store.looking.numbers(Selection(one, READER))
        assert set(found) == {paper["id"] for paper in papers if matches(one, paper)}, str(one)
        assert store.looking.count(Selection(one, READER)) == len(found)
    ranked = store.looking.numbers(Selection(wide, READER, "relevance"))
    assert set(ranked) <= {paper["id"] for paper in papers}
    store.looking.numbers(Selection(wide, READER, "relevance", any_word=True))
    store.looking.unknown_words(wide)


def completions(data: bytes) -> None:
    """Completing begins with what was typed, in one line without anything that moves a terminal."""
    typed = _text(data)
    store, _ = _library()
    common = Common(given={"library": str(store.path), "reader": READER})
    ctx = SimpleNamespace(find_root=lambda: SimpleNamespace(meta={"papertide.common": common}))
    for value, told in completion.query(ctx, [], typed):
        assert value.startswith(typed)
        assert told.isprintable()


def names(data: bytes) -> None:
    """Whatever names a paper names one or none; a date, a number and a range are read or refused."""
    store, papers = _library()
    found = store.looking.resolve(_text(data))
    assert found is None or found in {paper["id"] for paper in papers}


ASKING: dict[str, Target] = {"query": query, "selection": selection, "completion": completions, "names": names}
