"""Exports byte for byte: what is written is a promise to whoever keeps it under version control."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.export.papers import HARD, HARD_READING, READING

from papertide.export import FORMATS, obsidian
from papertide.export.base import ReadingList

GOLDEN = Path(__file__).resolve().parents[2] / "fixtures" / "golden"
ENDS = {
    "markdown": "md",
    "bibtex": "bib",
    "ris": "ris",
    "csl-json": "json",
    "csv": "csv",
    "jsonl": "jsonl",
    "html": "html",
}
LISTS = {"reading-list": READING, "hard": HARD_READING}


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("form", FORMATS)
def test_golden(form: str, name: str) -> None:
    """Each format writes the bytes that fixtures/golden holds, and the same the second time; lines end with line feeds."""
    first, second = ("".join(FORMATS[form](LISTS[name])).encode() for _ in range(2))
    assert first == (GOLDEN / f"{name}.{ENDS.get(form, form)}").read_bytes()
    assert first == second
    assert b"\r" not in first


def test_golden_notes() -> None:
    """So does Obsidian's: the notes one after the other, each below its name."""
    notes = [(made.name, obsidian.new(made)) for made in (obsidian.note_of(p, HARD_READING.text_of(p)) for p in HARD)]
    text = "".join(f"=== {name}.md\n{note}" for name, note in notes)
    assert text.encode() == (GOLDEN / "hard.obsidian.txt").read_bytes()
    assert "\r" not in text


EMPTY = {"markdown": "# Reading list\n", "csl-json": "[]\n", "bibtex": "", "ris": "", "jsonl": ""}


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_to_write(form: str) -> None:
    """A reading list without papers is written too."""
    text = "".join(FORMATS[form](ReadingList("Reading list", "", [])))
    assert text == EMPTY.get(form, text)
    assert form in EMPTY or text.endswith("\n")
