"""Exports byte for byte: what is written is a promise to whoever keeps it under version control."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.export.papers import READING

from papertide.export import FORMATS
from papertide.export.base import ReadingList

GOLDEN = Path(__file__).resolve().parents[2] / "fixtures" / "golden"
FILES = {"markdown": "reading-list.md", "jsonl": "reading-list.jsonl"}


@pytest.mark.parametrize("form", FORMATS)
def test_golden(form: str) -> None:
    """Each format writes the bytes that fixtures/golden holds, and the same the second time."""
    first, second = ("".join(FORMATS[form](READING)).encode() for _ in range(2))
    assert first == (GOLDEN / FILES[form]).read_bytes()
    assert first == second


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_to_write(form: str) -> None:
    """A reading list without papers is written too."""
    text = "".join(FORMATS[form](ReadingList("Reading list", "", [])))
    assert text == ("# Reading list\n" if form == "markdown" else "")
