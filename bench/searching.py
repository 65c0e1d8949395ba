"""Searching: how good the first papers are, and how long it takes to find them.

Quality is measured on labelled collections beside the checkout: their documents are records in a library of ours, their
questions are typed as they stand into `search --any`. nDCG@10 has linear gains. The reference is FTS5's own OR query of the
same words on the same library. One set of constants serves all collections.

Time is CPU time for the first 20 papers of short questions cut from real titles, in a library of real titles and
abstracts, changed to make more: a quarter of a title's words and a third of an abstract's sentences are another's. The
references are the bare FTS5 queries (`ORDER BY rank LIMIT 20`) through sqlite3, in the same run, by turns.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
import sqlite3
import tarfile
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from table import head, row, skipped, within

from papertide.errors import QueryError
from papertide.flows.browse import Filters, find, query_of
from papertide.query.tokens import words
from papertide.store import LibraryStore, open_library
from papertide.store.base import Selection

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
TARGETS = {"cranfield": 0.54, "med": 0.74}
TODAY = date(2026, 11, 21)
ADDED = "2026-11-21T10:00:00Z"
QUESTIONS = 200
ALL_TIMES, ANY_TIMES = 1.5, 1.0

Judged = Mapping[str, Mapping[int, int]]


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--papers", type=int, default=20_000, help="papers of the library to time (default: 20,000)")
    parser.add_argument("--library", type=Path, help="time this library instead, made before with --keep")
    parser.add_argument("--keep", type=Path, help="make the library here and leave it")
    given = parser.parse_args()
    if not DATA.is_dir():
        skipped("the collections are not beside the checkout (../shared/data)")
        return
    with tempfile.TemporaryDirectory() as folder:
        if given.keep is None:
            quality(Path(folder))
        path = given.library or given.keep or Path(folder, "large.db")
        real = titles_and_abstracts()
        if given.library is None:
            fill(path, changed(real, given.papers))
        speed(path, questions_from([title for title, _ in real]))


# --- quality ----------------------------------------------------------------------------------------------------------


def quality(folder: Path) -> None:
    """Measure the first ten and the first hundred of every collection."""
    head("how good the first are, any word, against FTS5")
    for collection in sorted((DATA / "search").iterdir()):
        records, questions, judged = read(collection)
        path = folder / f"{collection.name}.db"
        fill(path, records)
        with closing(open_library(path)) as store, closing(sqlite3.connect(path)) as bare:
            ours = scores(partial(ours_for, store), questions, judged)
            plain = scores(partial(plain_for, bare), questions, judged)
        target = TARGETS.get(collection.name)
        aim = None if target is None else f">= {target:g}"
        row(
            f"{collection.name}, {len(records):,} papers, {len(questions)} questions", plain[0], ours[0], aim, "nDCG@10"
        )
        row(f"{collection.name}, the same", plain[1], ours[1], "ratio > 1", "recall@100")


def read(collection: Path) -> tuple[list[tuple[str, str]], dict[str, str], Judged]:
    """Titles and abstracts in order (a paper's number is its place, from 1), the questions, and what answers them."""
    documents = [json.loads(line) for line in (collection / "corpus.jsonl").read_text(encoding="utf-8").splitlines()]
    place = {document["_id"]: number for number, document in enumerate(documents, 1)}
    asked = [json.loads(line) for line in (collection / "queries.jsonl").read_text(encoding="utf-8").splitlines()]
    judged: dict[str, dict[int, int]] = defaultdict(dict)
    for line in (collection / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        question, document, grade = line.split("\t")
        if document in place and int(grade) > 0:
            judged[question][place[document]] = int(grade)
    return (
        [(d["title"], d["text"]) for d in documents],
        {q["_id"]: q["text"] for q in asked if q["_id"] in judged},
        judged,
    )


def scores(search: Callable[[str], Sequence[int]], questions: Mapping[str, str], judged: Judged) -> tuple[float, float]:
    """The means of nDCG@10 and recall@100."""
    gains, recalls = [], []
    for ident, text in questions.items():
        found, right = search(text), judged[ident]
        best = sorted(right.values(), reverse=True)
        gains.append(discounted([right.get(number, 0) for number in found[:10]]) / discounted(best[:10]))
        recalls.append(len(right.keys() & set(found[:100])) / len(right))
    return sum(gains) / len(gains), sum(recalls) / len(recalls)


def discounted(grades: Sequence[int]) -> float:
    """The gain of a ranking, each place counting less than the one before it."""
    return sum(grade / math.log2(place + 2) for place, grade in enumerate(grades))


def ours_for(store: LibraryStore, text: str, limit: int = 100, *, any_word: bool = True) -> list[int]:
    """The papers that a search finds; a text that is no query is put into plain words."""
    try:
        query = query_of(store.looking, text, Filters(), reader="bench", today=TODAY)
    except QueryError:
        query = query_of(store.looking, " ".join(words(text)), Filters(), reader="bench", today=TODAY)
    chosen = Selection(query, "bench", "relevance", limit=limit, any_word=any_word)
    return [paper["id"] for paper in find(store.looking, chosen).papers]


def plain_for(bare: sqlite3.Connection, text: str, limit: int = 100, joint: str = " OR ") -> list[int]:
    """The papers of the bare FTS5 query of the same words."""
    match = joint.join(f'"{word}"' for word in dict.fromkeys(words(text)))
    sql = "SELECT rowid FROM paper_text WHERE paper_text MATCH ? ORDER BY rank LIMIT ?"
    return [number for (number,) in bare.execute(sql, (match, limit))]


# --- speed ------------------------------------------------------------------------------------------------------------


def speed(path: Path, questions: Sequence[str]) -> None:
    """Time each question four ways."""
    with closing(open_library(path)) as store, closing(sqlite3.connect(path)) as bare:
        papers = bare.execute("SELECT count(*) FROM paper").fetchone()[0]
        ways: dict[str, Callable[[str], object]] = {
            "all words: FTS5": lambda text: plain_for(bare, text, 20, " AND "),
            "all words: search": lambda text: ours_for(store, text, 20, any_word=False),
            "any word: FTS5": lambda text: plain_for(bare, text, 20),
            "any word: search --any": lambda text: ours_for(store, text, 20),
        }
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for text in questions:
            for name, way in ways.items():
                begin = time.process_time()
                way(text)
                taken[name].append((time.process_time() - begin) * 1000)
    head(f"first 20 of {papers:,} papers, {len(questions)} questions of two to four words, against FTS5")
    rows = list(taken.items())
    for (_, floor), (ours, times), target in ((rows[0], rows[1], ALL_TIMES), (rows[2], rows[3], ANY_TIMES)):
        row(f"{ours}: p95", share(floor, 0.95), share(times, 0.95), within(target), "CPU ms")
        row(f"{ours}: median", share(floor, 0.5), share(times, 0.5), None, "CPU ms")
        row(f"{ours}: most", max(floor), max(times), None, "CPU ms")


def share(times: Sequence[float], part: float) -> float:
    """The time that this part of the questions stays below."""
    return sorted(times)[min(int(len(times) * part), len(times) - 1)]


def questions_from(titles: Sequence[str]) -> list[str]:
    """Runs of two to four words of real titles."""
    dice = random.Random(20261121)
    found: list[str] = []
    while len(found) < QUESTIONS:
        held = re.findall(r"[A-Za-z]+", dice.choice(titles))
        length = dice.randint(2, 4)
        if len(held) >= length:
            start = dice.randint(0, len(held) - length)
            run = " ".join(held[start : start + length])
            if not {"AND", "OR", "NOT"} & set(run.split()):
                found.append(run)
    return found


# --- libraries --------------------------------------------------------------------------------------------------------


def fill(path: Path, papers: Sequence[tuple[str, str]] | Iterator[tuple[str, str]]) -> None:
    """A new library with these titles and abstracts, numbered in order; matching would merge some, so it is left out."""
    open_library(path, create=True).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        sql = "INSERT INTO paper (title, abstract, added, sightings) VALUES (?, ?, ?, 1)"
        connection.executemany(sql, ((title, abstract or None, ADDED) for title, abstract in papers))
        connection.execute("COMMIT")


def titles_and_abstracts() -> list[tuple[str, str]]:
    """Those of the API's answers, each once, in the order of their ids."""
    found: dict[str, tuple[str, str]] = {}
    with tarfile.open(DATA / "hf_api_2024_2025.tar.gz") as archive:
        for member in archive:
            file = archive.extractfile(member)
            if file is None:
                continue
            try:
                items: Any = json.loads(file.read())
            except ValueError:  # some are damaged, see the set's own README
                continue
            for item in items if isinstance(items, list) else ():
                paper = item.get("paper", {}) if isinstance(item, dict) else {}
                if paper.get("title") and paper.get("summary"):
                    found[paper["id"]] = " ".join(paper["title"].split()), " ".join(paper["summary"].split())
    return [found[ident] for ident in sorted(found)]


def changed(real: Sequence[tuple[str, str]], count: int) -> Iterator[tuple[str, str]]:
    """The real ones, and then as many more as it takes."""
    dice = random.Random(5)
    vocabulary = [word for title, _ in real for word in title.split()]
    sentences = [abstract.split(". ") for _, abstract in real]
    yield from real[:count]
    for _ in range(count - len(real)):
        title, abstract = dice.choice(real)
        other = dice.choice(sentences)
        mixed = [dice.choice(other) if dice.random() < 0.33 else sentence for sentence in abstract.split(". ")]
        words_of = [dice.choice(vocabulary) if dice.random() < 0.25 else word for word in title.split()]
        yield " ".join(words_of), ". ".join(mixed)


if __name__ == "__main__":
    main()
