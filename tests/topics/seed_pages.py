"""The labelled papers of the seed pages, read without any of Papertide's own parsers; absent in a bare checkout."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path
from typing import NamedTuple

SHARED = Path(__file__).resolve().parents[3] / "shared"
PAGES = SHARED / "seeds"
LABELS = SHARED / "data" / "topics" / "labels.csv"


class Labelled(NamedTuple):
    """A paper with the topics that a person gave it."""

    title: str
    primary: str
    topics: frozenset[str]


def papers() -> dict[str, str]:
    """Abstracts by title: on these pages an abstract is a long line, and the line of text above it is its title."""
    found: dict[str, str] = {}
    for page in sorted(PAGES.glob("*.txt")):
        lines = [line.strip() for line in page.read_text(encoding="utf-8").splitlines() if line.strip()]
        for title, abstract in itertools.pairwise(lines):
            if len(abstract) >= 200 and len(title) < 250:
                # One page shows a button whose text ran into the first title.
                found.setdefault(title.removeprefix("Subscribe"), abstract)
    return found


def labelled() -> list[Labelled]:
    """The hand-labelled papers, in the order of the file."""
    with LABELS.open(encoding="utf-8", newline="") as file:
        return [
            Labelled(row["title"], row["primary"], frozenset(row["labels"].split(";"))) for row in csv.DictReader(file)
        ]
