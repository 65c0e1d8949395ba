"""What is written is read back by the parsers that other programs use, and nothing is lost or taken for markup."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import warnings
from pathlib import Path
from typing import Any

import feedparser
import html5lib
import pytest
import rispy
import tinycss2
import yaml
from bibtexparser.entrypoint import parse_string
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON
from tests.export.papers import HARD, HARD_READING, WHOLE

from papertide.export import FORMATS, obsidian
from papertide.export.csv import field
from papertide.export.words import address_of, key_of, keywords, one_line
from papertide.parsers import parse
from papertide.parsers.latex import text_of
from papertide.records.listing import Listing


def written(form: str) -> str:
    """The hard papers in a format."""
    return "".join(FORMATS[form](HARD_READING))


def one(value: str | None) -> str | None:
    """A text as an exporter shows it."""
    return one_line(value).strip() if value else None


# --- BibTeX -----------------------------------------------------------------------------------------------------------


def test_bibtex() -> None:
    """bibtexparser finds every entry, no key twice, braces balanced; taking the LaTeX off gives the texts as they were."""
    library = parse_string(written("bibtex"))
    assert not library.failed_blocks
    assert [entry.key for entry in library.entries] == [key_of(p) for p in HARD]
    for entry, paper in zip(library.entries, HARD, strict=True):
        told = {name: field.value for name, field in entry.fields_dict.items()}
        assert text_of(told["title"]).strip() == one(paper["title"])
        assert text_of(told.get("abstract", "")).strip() == (one(paper["abstract"]) or "")
        assert text_of(told.get("annote", "")).strip() == (one(paper["note"]) or "")
        assert told.get("eprint") == paper["arxiv_id"]
        assert told.get("year") == (paper["published"][:4] if paper["published"] else None)
        for text in told.values():
            assert text.count("{") == text.count("}")


def test_no_command_of_a_papers_reaches_latex() -> None:
    """The only commands in the file are those that print a sign."""
    commands = set(re.findall(r"\\([A-Za-z]+|.)", written("bibtex")))
    ours = {name for name in commands if name.startswith("text")}
    assert commands - ours <= set("$&%#_")


@pytest.mark.skipif(not shutil.which("biber"), reason="biber isn't installed")
def test_biber_reads_it(tmp_path: Path) -> None:
    """biber's own check of the data model finds no error."""
    (tmp_path / "refs.bib").write_text(written("bibtex"), encoding="utf-8")
    done = subprocess.run(["biber", "--tool", "refs.bib"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert "ERROR" not in done.stdout


# --- RIS, CSL-JSON, CSV ------------------------------------------------------------------------------------------------


def test_ris() -> None:
    """rispy finds every record whole; no text begins a field of its own."""
    records: list[dict[str, Any]] = rispy.loads(written("ris"))
    assert len(records) == len(HARD)
    for record, paper in zip(records, HARD, strict=True):
        assert record["type_of_reference"] == "GEN"
        assert record["id"] == key_of(paper)
        assert record["title"] == one(paper["title"])
        assert record.get("abstract") == one(paper["abstract"])
        assert len(record.get("authors", [])) == len(paper["authors"])
        names = [
            " ".join(reversed(name.split(", "))) if name.count(", ") == 1 else name
            for name in record.get("authors", [])
        ]
        assert [n for n in names if "Inc" not in n] == [one(n) for n in paper["authors"] if "Inc" not in n]
        assert record.get("keywords", []) == keywords(paper)
        assert record.get("doi") == paper["doi"]


STYLE = """<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0">
<info><title>t</title><id>t</id><updated>2026-01-01T00:00:00Z</updated></info>
<citation><layout><text variable="title"/></layout></citation>
<bibliography><layout><names variable="author"><name name-as-sort-order="all"/></names><text variable="title" prefix=": "/>
<date variable="issued" form="numeric" date-parts="year" prefix=" "/></layout></bibliography></style>"""


def test_csl_json() -> None:
    """citeproc formats every item by a style, with the names in order."""
    items = json.loads(written("csl-json"))
    assert [item["title"] for item in items] == [paper["title"] for paper in HARD]
    assert [item.get("URL") for item in items] == [address_of(paper) for paper in HARD]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # citeproc-py warns of fields that it doesn't know
        source = CiteProcJSON([item for item in items if item["id"] in ("paper22", "arXiv:2403.00025")])
        style = CitationStylesStyle(io.BytesIO(STYLE.encode()), validate=False)
        bibliography = CitationStylesBibliography(style, source, formatter.plain)
        for key in source:
            bibliography.register(Citation([CitationItem(key)]))
        told = sorted(map(str, bibliography.bibliography()))
    assert told[0].startswith("Family0, Given0, Family1, Given1,")
    assert told[0].endswith(": By many 2024")
    assert "Ångström, Søren" in told[1]


def test_csv() -> None:
    """The standard reader finds every value; no field begins as a formula does, and one apostrophe less is the text."""
    rows = list(csv.DictReader(io.StringIO(written("csv"), newline="")))
    assert len(rows) == len(HARD)
    for row, paper in zip(rows, HARD, strict=True):
        for name, value in paper.items():
            cell = row[name]
            assert not re.match(r"\s*[=+\-@＝＋－＠]", cell)
            text = re.sub(r"\A'(?=\s*'*\s*[=+\-@＝＋－＠])", "", cell)
            if isinstance(value, list):
                assert text == "; ".join(value)
            elif isinstance(value, str) and value.isprintable():
                assert text == value
            elif value is None:
                assert text == ""


@pytest.mark.parametrize("piece", [" ", "\n", "'", "\t"])
def test_a_cell_of_blanks_takes_no_time(piece: str) -> None:
    """Whether a cell begins as a formula is told in one look, however many blanks and apostrophes it begins with."""
    assert field(piece * 200_000).strip("'") == (piece * 200_000).strip("'")
    assert field(piece * 200_000 + "=").startswith("'")


FACTS = ("title", "abstract", "arxiv_id", "published", "authors")


@pytest.mark.parametrize("form", ["bibtex", "ris", "csv"])
def test_papertide_reads_it_again(form: str) -> None:
    """What Papertide itself reads from its exports is the same papers."""
    listing: Listing = parse(written(form).encode())
    assert (listing.layout, len(listing.entries), listing.problems) == (form, len(HARD), ())
    for entry, paper in zip(listing.entries, HARD, strict=True):
        assert entry.arxiv_id == paper["arxiv_id"]
        assert (entry.published.isoformat() if entry.published else None) == paper["published"]
        if paper["id"] not in (21, 23, 24):  # texts that are made clean differently on their way in
            assert entry.title == paper["title"]
            assert list(entry.authors) == paper["authors"]


# --- Atom, HTML, notes -------------------------------------------------------------------------------------------------


def test_atom() -> None:
    """feedparser finds a feed without fault: ids that differ, titles and summaries as text, moments."""
    feed = feedparser.parse(written("atom").encode())
    assert not feed.bozo
    assert feed.version == "atom10"
    assert feed.feed.title_detail.value == "Hard <papers> & {more}"
    assert len({entry.id for entry in feed.entries} | {feed.feed.id}) == len(HARD) + 1
    for entry, paper in zip(feed.entries, HARD, strict=True):
        assert entry.id.startswith("urn:uuid:")
        assert entry.updated == paper["added"]
        assert entry.title == one(paper["title"])
        assert [author.name for author in entry.get("authors", [])] == [one(name) for name in paper["authors"]]
        assert [link.href for link in entry.get("links", [])] == [url for url in [address_of(paper)] if url]


def test_ids_stay_when_a_paper_becomes_known() -> None:
    """An entry's id hangs on nothing that a later page may change."""

    def ids(**known: object) -> list[str]:
        changed: Any = {**WHOLE, **known}
        reading = HARD_READING.__class__("t", "", [HARD_READING.sections[0].__class__("", [changed])])
        return re.findall("<id>(.*)</id>", "".join(FORMATS["atom"](reading)))

    assert ids() == ids(title="Another", arxiv_id=None, doi=None, url=None, published=None)


def test_html() -> None:
    """A strict parser finds no fault; texts are texts, links go to the web, nothing is fetched, and no script runs."""
    text = written("html")
    document = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    names = {element.tag for element in document.iter() if isinstance(element.tag, str)}
    assert names <= set("html head meta title style body div h1 h2 p strong a em br code".split())
    titles = ["".join(element.itertext()) for element in document.iter("strong")]
    assert titles == [one_line(paper["title"]) for paper in HARD]
    assert all(str(a.get("href")).startswith(("http://", "https://")) for a in document.iter("a"))
    for element in document.iter():
        assert not {name for name in element.attrib if name.startswith("on") or name == "src"}
        styles = tinycss2.parse_blocks_contents(element.get("style") or "")
        assert all(style.type in ("declaration", "whitespace") for style in styles)
    (sheet,) = (element.text for element in document.iter("style"))
    assert all(rule.type != "error" for rule in tinycss2.parse_stylesheet(sheet))
    assert "prefers-color-scheme: dark" in sheet


def test_front_matter() -> None:
    """A YAML parser finds the front matter of every note, with the texts as they were, and Obsidian's tags."""
    for paper in HARD:
        note = obsidian.new(obsidian.note_of(paper, paper["abstract"]))
        front = (
            yaml.safe_load(note.split("---\n")[1])
            if paper["title"] != "---"
            else yaml.safe_load(note[4:].split("\n---")[0])
        )
        assert front["papertide"] == paper["id"]
        assert front["title"] == one_line(paper["title"])
        assert front.get("authors", []) == [one_line(name) for name in paper["authors"]]
        assert all(re.fullmatch(r"[\w/-]+", tag) and not tag.isdigit() for tag in front["tags"])
        known = obsidian.identity_in(note)
        assert known is not None
        assert (known.number, known.title) == (paper["id"], one_line(paper["title"]))
        assert known.of(paper)
        assert obsidian.renewed(note, obsidian.note_of(paper, paper["abstract"])) == note
