"""Exporting: how much longer each format takes than reading the same rows and writing their JSON, and how much it holds.

The floor is one SELECT of the same columns over the library, each row made a mapping and written by `json.dumps`. Every
measure is a process of its own; what counts is its CPU time, and the most memory it held, at all papers and at a fifth of
them: what is flat holds as much for both. Grouped by topic, each of these papers stands in two groups, and is read
and written twice. The papers are made here, the same in every run.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from table import head, row, within

from papertide.export import FORMATS
from papertide.flows.output import write_whole
from papertide.flows.readinglist import reading_list
from papertide.store import open_library
from papertide.store.base import Selection
from papertide.store.mapping import ROW_COLUMNS

RATIO = 2.0
SIDES = (
    "(SELECT json_group_array(source_id) FROM paper_source WHERE paper_id = p.id) AS source_ids",
    "(SELECT json_group_array(day) FROM paper_listed WHERE paper_id = p.id) AS listed",
    "(SELECT json_group_array(topic) FROM paper_topic WHERE paper_id = p.id) AS topics",
    "(SELECT json_group_array(tag) FROM tag WHERE reader = ?1 AND paper_id = p.id) AS tags",
    "(SELECT max(status) FROM status WHERE reader = ?1 AND paper_id = p.id) AS status",
    "(SELECT max(text) FROM note WHERE reader = ?1 AND paper_id = p.id) AS note",
)
"""What a paper has besides its own columns."""
WORDS = "we propose low rank adapters that fit a laptop and keep the quality of full tuning under shift $x_i^2$ & more".split()


def main() -> None:
    """Take the rounds and print the table; the other mode is what the processes do."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--mode", help=argparse.SUPPRESS)
    parser.add_argument("library", nargs="?", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.mode is None:
        compare(given.papers, given.rounds)
    else:
        measure(given.mode, Path(given.library))


def compare(papers: int, rounds: int) -> None:
    """Measure the floor and every format by turns, and print medians."""
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder) / "small.db", Path(folder) / "large.db"
        fill(small, papers // 5)
        fill(large, papers)
        modes = ["floor", *FORMATS, "markdown by topic"]
        seconds: dict[str, list[float]] = {mode: [] for mode in modes}
        most: dict[str, float] = {}
        for _ in range(rounds):
            for mode in modes:
                took, most[mode] = run(mode, large)
                seconds[mode].append(took)
        floor = statistics.median(seconds["floor"])
        head(f"{papers:,} papers, medians of {rounds}, against one SELECT and json.dumps")
        for mode in modes[1:]:
            target = within(RATIO) if mode in FORMATS else None
            row(mode, floor, statistics.median(seconds[mode]), target, "CPU s")
        for mode in modes:
            row(f"{mode}: peak memory, against a fifth", run(mode, small)[1], most[mode], None, "MB")


def run(mode: str, library: Path) -> tuple[float, float]:
    """Seconds of CPU and megabytes that a process of its own took."""
    command = [sys.executable, __file__, "--mode", mode, str(library)]
    took, held = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(took), float(held)


def measure(mode: str, library: Path) -> None:
    """Do one thing, and print what it took: only the work counts, not the start."""
    work: Callable[[Path], None] = floor if mode == "floor" else (lambda path: export(path, mode))
    before = time.process_time()
    work(library)
    print(time.process_time() - before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def floor(library: Path) -> None:
    """One SELECT of the same columns in the same order, and `json.dumps` of every row."""
    connection = sqlite3.connect(library)
    sql = f"SELECT {', '.join((*ROW_COLUMNS, *SIDES))} FROM paper p ORDER BY p.published DESC, p.id"
    with Path(os.devnull).open("w", encoding="utf-8") as out:
        rows = connection.execute(sql, ("me",))
        names = [column[0] for column in rows.description]
        out.writelines(json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) + "\n" for row in rows)
    connection.close()


def export(library: Path, mode: str) -> None:
    """What `papertide export` does."""
    form, _, grouped = mode.partition(" by ")
    store = open_library(library)
    with store.looking.steady():
        reading, _count = reading_list(store.looking, Selection(None, "me"), {}, group_by=grouped or "none")
        write_whole(Path(os.devnull), FORMATS[form](reading))
    store.close()


def fill(library: Path, papers: int) -> None:
    """A library of made papers: abstracts of 1,200 characters, 1 to 12 authors, two topics."""
    open_library(library, create=True).close()
    dice = random.Random(7)
    connection = sqlite3.connect(library)
    for number in range(1, papers + 1):
        words = dice.choices(WORDS, k=200)
        authors = [f"{dice.choice(WORDS).title()} Number{dice.randrange(5000)}" for _ in range(dice.randint(1, 12))]
        day = f"20{dice.randint(18, 26)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
        values = {
            "id": number,
            "title": " ".join(words[:9]),
            "abstract": " ".join(words) + ".",
            "url": f"https://huggingface.co/papers/{number}",
            "arxiv_id": f"{dice.randint(18, 26)}{dice.randint(1, 12):02}.{number % 100_000:05}" if number % 3 else None,
            "published": day,
            "added": "2026-11-21T10:00:00Z",
            "authors": json.dumps(authors),
            "author_count": len(authors),
            "upvotes": dice.randrange(90),
        }
        columns = ", ".join(values)
        marks = ", ".join("?" * len(values))
        connection.execute(f"INSERT OR IGNORE INTO paper ({columns}) VALUES ({marks})", list(values.values()))
        for place, topic in enumerate(dice.sample(["peft", "rag", "vision", "alignment"], 2)):
            connection.execute(
                "INSERT INTO paper_topic (paper_id, topic, place) VALUES (?, ?, ?)", (number, topic, place)
            )
        connection.execute("INSERT INTO paper_listed VALUES (?, ?)", (number, day))
        connection.execute("INSERT INTO paper_source VALUES (?, ?)", (number, f"hf:{number}"))
    connection.commit()
    connection.close()


if __name__ == "__main__":
    main()
