"""Fuzz targets of what writes: papers of hostile texts go out, and the readers that others use find just these texts.

The bytes are texts parted by a unit separator, in the order of `NAMES`; every further one is an author's name. They aren't
made safe first, as those of a library are: an exporter has to do so itself.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
import html5lib
import rispy
import yaml
from bibtexparser.entrypoint import parse_string
from markdown_it import MarkdownIt

from papertide.export import FORMATS, obsidian
from papertide.export.base import ReadingList, Section
from papertide.export.words import key_of, one_line
from papertide.flows.obsidian import update
from papertide.parsers import parse
from papertide.records.plain import PaperDict

Target = Callable[[bytes], None]

SEPARATOR = "\x1f"
NAMES = "title abstract note organization url doi topic tag summary".split()


def paper_of(data: bytes, number: int = 1) -> PaperDict:
    """A paper of these texts."""
    parts = data.decode(errors="replace").split(SEPARATOR)
    told = dict(zip(NAMES, parts, strict=False))
    names = [name for name in parts[len(NAMES) :] if one_line(name).strip()]  # no library has a name of nothing
    tag = " ".join(told.get("tag", "").split())
    return {
        "id": number,
        "title": told["title"] if one_line(told["title"]).strip() else "Untitled",
        "abstract": told.get("abstract") or None,
        "url": told.get("url") or None,
        "arxiv_id": None,
        "doi": told.get("doi") or None,
        "source_ids": [],
        "published": "2024-05-10",
        "year_inferred": False,
        "listed": [],
        "added": "2026-11-21T10:00:00Z",
        "author_count": len(names) or None,
        "authors": names,
        "organization": told.get("organization") or None,
        "comments": 0,
        "upvotes": None,
        "code_url": told.get("url") or None,
        "code_stars": None,
        "summary": told.get("summary") or None,
        "topics": [topic] if (topic := told.get("topic", "").strip()) else [],
        "status": "inbox",
        "tags": [tag] if tag else [],
        "note": told.get("note") or None,
        "score": None,
        "sightings": 1,
    }


def reading_of(paper: PaperDict) -> ReadingList:
    """A reading list of a paper and one behind it, which must still be there."""
    last = paper_of(b"The last one", 2)
    sections = [Section(one_line(paper["title"]), [paper, last])]
    return ReadingList("List", "2 papers", sections, updated="2026-11-21T10:00:00Z", identity="fuzz")


def written(form: str, paper: PaperDict) -> str:
    """What an exporter writes; UTF-8 can hold it, and nothing in it moves a terminal."""
    text = "".join(FORMATS[form](reading_of(paper)))
    text.encode()
    if form not in ("jsonl", "csl-json", "csv"):  # JSON and CSV keep texts as they are
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    return text


def bibtex(data: bytes) -> None:
    """bibtexparser finds two entries, braces are balanced, and no command is in them but those that print a sign."""
    paper = paper_of(data)
    text = written("bibtex", paper)
    library = parse_string(text)
    assert not library.failed_blocks
    assert [entry.key for entry in library.entries] == [key_of(paper), "paper2"]
    for entry in library.entries:
        for field in entry.fields:
            assert field.value.count("{") == field.value.count("}")
    commands = set(re.findall(r"\\([A-Za-z]+|.)", text))
    assert {name for name in commands if not name.startswith("text")} <= set("$&%#_"), commands


def ris(data: bytes) -> None:
    """rispy finds two records, with the title whole."""
    paper = paper_of(data)
    records = rispy.loads(written("ris", paper))
    assert [record["id"] for record in records] == ["paper1", "paper2"]
    assert records[0].get("title", "") == one_line(paper["title"]).strip()
    assert len(records[0].get("authors", [])) == len(paper["authors"])


def csl_json(data: bytes) -> None:
    """It is JSON of two items."""
    items = json.loads(written("csl-json", paper_of(data)))
    assert [item["id"] for item in items] == ["paper1", "paper2"]


def comma_separated(data: bytes) -> None:
    """The standard reader finds two rows of as many cells as there are heads, none of which begins as a formula."""
    rows = list(csv.DictReader(io.StringIO(written("csv", paper_of(data)), newline="")))
    assert len(rows) == 2
    for row in rows:
        assert None not in row
        assert all(cell is not None and not re.match(r"\s*[=+\-@＝＋－＠]", cell) for cell in row.values())


def json_lines(data: bytes) -> None:
    """Each line is its paper, word for word, for whatever splits lines."""
    paper = paper_of(data)
    lines = written("jsonl", paper).splitlines()
    assert len(lines) == 2
    assert json.loads(lines[0]) == paper


_TAGS = set("html head meta title style body div h1 h2 p strong a em br code".split())


def hypertext(data: bytes) -> None:
    """A strict parser finds no fault, no tag that isn't ours, titles as texts, and links to the web alone."""
    paper = paper_of(data)
    document = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(written("html", paper))
    assert {element.tag for element in document.iter() if isinstance(element.tag, str)} <= _TAGS
    titles = ["".join(element.itertext()) for element in document.iter("strong")]
    assert titles == [one_line(paper["title"]), "The last one"]
    for element in document.iter():
        assert not {name for name in element.attrib if name.startswith("on") or name == "src"}
        assert str(element.get("href", "http://")).lower().startswith(("http://", "https://"))


def atom(data: bytes) -> None:
    """feedparser finds a feed without fault, of two entries."""
    paper = paper_of(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        feed = feedparser.parse(written("atom", paper).encode())
    assert not feed.bozo, feed.get("bozo_exception")
    assert len(feed.entries) == 2
    assert feed.entries[1].title == "The last one"


_MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_KINDS = set(
    "heading_open heading_close inline paragraph_open paragraph_close bullet_list_open bullet_list_close list_item_open"
    " list_item_close text text_special strong_open strong_close link_open link_close softbreak code_inline".split()
)


def markdown(data: bytes) -> None:
    """A parser finds nothing but what the template writes, and links to the web alone."""
    text = written("markdown", paper_of(data))
    tokens = _MARKDOWN.parse(text)
    inner = [child for token in tokens for child in token.children or ()]
    assert {token.type for token in [*tokens, *inner]} <= _KINDS
    assert sum(token.type == "list_item_open" for token in tokens) == 2
    for token in inner:
        if token.type == "link_open":
            assert urlsplit(str(token.attrGet("href"))).scheme in ("http", "https")


@cache
def _vault() -> Path:
    return Path(tempfile.mkdtemp(prefix="papertide-fuzz-"))


def notes(data: bytes) -> None:
    """A note's name is a name, its front matter YAML of the texts as they were; bringing it up to date changes nothing."""
    paper = paper_of(data)
    note = obsidian.note_of(paper, paper["abstract"])
    name = f"{note.name}.md"
    assert Path(name).name == name
    assert len(name.encode()) <= 255
    assert not name.startswith((".", "-"))
    assert not set(name) & set('\\/:*?"<>|#^[]%`$')
    text = obsidian.new(note)
    (first, *_) = yaml.safe_load_all(io.StringIO(text.partition("\n---\n")[0]))
    assert first["title"] == one_line(paper["title"])
    assert first.get("authors", []) == [one_line(name) for name in paper["authors"]]
    known = obsidian.identity_in(text)
    assert known is not None
    assert known.of(paper)
    assert obsidian.renewed(text, note) == text


def vault(data: bytes) -> None:
    """Nothing is written but in the folder, and a second time nothing changes; a person's own file there stays."""
    folder = _vault() / "vault"
    folder.mkdir(exist_ok=True)
    for file in folder.iterdir():
        file.unlink()
    mine = folder / "mine.md"
    mine.write_bytes(data)
    paper = paper_of(data)
    update(folder, reading_of(paper))
    assert {path.name for path in _vault().iterdir()} == {"vault"}
    again = update(folder, reading_of(paper))
    assert (again.new, again.changed) == (0, 0)
    if obsidian.identity_in(data.decode(errors="replace")) is None:
        assert mine.read_bytes() == data


def read_again(data: bytes) -> None:
    """What Papertide reads from its own exports are two papers."""
    paper = paper_of(data)
    for form in ("bibtex", "ris", "csv", "jsonl"):
        listing = parse(written(form, paper).encode(), form)
        assert len(listing.entries) == 2, form
        assert not listing.problems, (form, listing.problems)


WRITING: dict[str, Target] = {
    "write bibtex": bibtex,
    "write ris": ris,
    "write csl-json": csl_json,
    "write csv": comma_separated,
    "write jsonl": json_lines,
    "write html": hypertext,
    "write atom": atom,
    "write markdown": markdown,
    "write notes": notes,
    "write vault": vault,
    "read again": read_again,
}
