"""Fuzz targets of what reads: bytes go in, and either our own error or a sound value comes out.

A target is a function of bytes. It returns for whatever may happen, and raises for a defect: AssertionError for a claim that
doesn't hold, or whatever escapes from the program.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from functools import cache
from pathlib import Path

from papertide import config, topics
from papertide.errors import ConfigError, InputError, TaxonomyError, UsageError
from papertide.export import jsonl
from papertide.flows.add import add
from papertide.flows.readinglist import reading_list, with_state
from papertide.normal import clean, safe, still, unescaped
from papertide.parsers import LAYOUTS, parse, slices
from papertide.parsers.decode import decode
from papertide.parsers.latex import text_of
from papertide.query import spellings
from papertide.records.listing import Listing
from papertide.sources import robots, waits
from papertide.sources.address import address
from papertide.sources.base import Raw
from papertide.sources.body import whole
from papertide.sources.trouble import Trouble
from papertide.store import LibraryStore, open_library
from papertide.store.base import Selection
from papertide.topics.taxonomy import Taxonomy

Target = Callable[[bytes], None]

DAY = date(2026, 11, 21)
NOW = "2026-11-21T10:00:00Z"
LARGEST_BODY = 1 << 20


def sound(listing: Listing) -> None:
    """What holds of every listing: its texts can be shown, its numbers can be, and it can be written down and read again."""
    for entry in listing.entries:
        assert entry.title
        texts = (entry.title, entry.abstract, entry.organization, entry.summary, *entry.authors)
        assert all(safe(text) == text for text in texts if text is not None)
        counts = (entry.author_count, entry.comments, entry.upvotes, entry.code_stars)
        assert all(0 <= count < 2**63 for count in counts if count is not None)
    assert Listing.model_validate_json(listing.model_dump_json()) == listing


def reader_of(layout: str) -> Target:
    """The target of one layout, or of the detection ("auto")."""

    def target(data: bytes) -> None:
        with suppress(InputError):
            sound(parse(data, layout, DAY))

    return target


def cut_again(data: bytes) -> None:
    """A bibliography that is written again without its first record keeps every byte of the others."""
    try:
        text, _ = decode(data)
        listing = parse(data, captured=DAY)
    except InputError:
        return
    if listing.layout not in slices.LAYOUTS:
        return
    found = slices.slices(text, listing)
    assert len(found) == len(listing.entries)
    assert all(0 <= one.begin <= one.end <= len(text) for one in found)
    stays = "".join(text[begin:end] for begin, end in slices.kept(len(text), found, {0} if found else set()))
    assert len(stays) <= len(text)


def topic_rules(data: bytes) -> None:
    """Rules load or are refused with the file's name; what loads labels any text."""
    try:
        taxonomy: Taxonomy | str = topics.load(data, "rules.toml")
    except TaxonomyError as error:
        taxonomy = str(error)
    if isinstance(taxonomy, str):
        assert taxonomy.startswith("rules.toml: ")
        return
    taxonomy.label("Low-rank adapters for large models", data.decode(errors="replace")[:2000])


def settings(data: bytes) -> None:
    """A configuration file loads or is refused."""
    file = _scratch() / "config.toml"
    file.write_bytes(data)
    with suppress(ConfigError, UsageError):
        config.load({"PAPERTIDE_CONFIG": str(file), "LOGNAME": "me"})


def spelling_table(data: bytes) -> None:
    """A table of spellings loads or is refused with the line."""
    with suppress(ConfigError):
        spellings.read(data.decode(errors="surrogateescape"), "spellings.txt")


def plain_text(data: bytes) -> None:
    """Making text safe is done once: again it changes nothing; LaTeX and entities come off any text."""
    text = data.decode(errors="surrogateescape")
    for made in (safe, clean, still):
        once = made(text)
        assert made(once) == once or made is clean  # `clean` takes off entities that were written twice
    assert not set(clean(text)) & set("\x1b\x9b\u202e\u200b\n\t\r\x00")
    unescaped(text)
    text_of(text)


def answers(data: bytes) -> None:
    """What a server says in its headers, its robots.txt and its packing costs a bounded body and no more than a Trouble."""
    head, _, body = data.partition(b"\n\n")
    words = head.decode("latin-1").split("\n")
    fields = ("retry-after", "ratelimit", "ratelimit-remaining", "ratelimit-reset", "date")
    headers = dict(zip(fields, words, strict=False))
    wait = waits.asked(headers, 1.8e9)
    assert wait is None or wait >= 0
    for coding in ("gzip", words[-1][:20]):
        with suppress(Trouble):
            assert len(whole([body[:100], body[100:]], coding, LARGEST_BODY)) <= LARGEST_BODY
    rules = robots.Robots(robots.text_of(body))
    rules.allows("https://example.org/papers?q=1")
    assert rules.delay >= 0
    with suppress(InputError):
        address(words[0])


# --- a whole library --------------------------------------------------------------------------------------------------


@cache
def _scratch() -> Path:
    """A folder in memory where there is one."""
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="papertide-fuzz-", dir=memory if os.access(memory, os.W_OK) else None))


@cache
def _empty() -> bytes:
    """The bytes of a library without papers."""
    path = _scratch() / "empty.db"
    open_library(path, create=True).close()
    return path.read_bytes()


def fresh(store_bytes: bytes) -> LibraryStore:
    """A library of its own, open."""
    path = _scratch() / "library.db"
    for stale in (path, path.with_name("library.db-wal"), path.with_name("library.db-shm")):
        stale.unlink(missing_ok=True)
    path.write_bytes(store_bytes)
    return open_library(path)


@cache
def _rules() -> Taxonomy:
    return topics.load(topics.default_source(), "default topics")


def take_in(store: LibraryStore, data: bytes) -> None:
    """Add bytes as a file would be; what can't be read is a problem in the report."""
    for _ in add([Raw("page", data)], lambda: store, _rules(), now=lambda: NOW, captured=DAY):
        pass


def library(data: bytes) -> None:
    """Whatever is added, twice: the library stays sound, and its full state makes the same papers in another one."""
    told = _told_of(data, twice=True)
    if told:
        assert _told_of(told.encode(), twice=False) == told


def _told_of(data: bytes, *, twice: bool) -> str:
    """The full state of a new library that bytes were added to; an empty text where they were refused."""
    store = fresh(_empty())
    try:
        for _ in range(1 + twice):
            take_in(store, data)
        ill = [finding for finding in store.checking.findings() if not finding.well]
        assert not ill, ill
        with store.looking.steady():
            reading, _ = reading_list(store.looking, Selection(None, "me", "added", reverse=True), {})
            return "".join(jsonl.write(with_state(reading, store)))
    finally:
        store.close()


READING: dict[str, Target] = {
    "parse auto": reader_of("auto"),
    **{f"parse {layout}": reader_of(layout) for layout in LAYOUTS},
    "cut again": cut_again,
    "topics": topic_rules,
    "config": settings,
    "spellings": spelling_table,
    "text": plain_text,
    "answers": answers,
    "library": library,
}
