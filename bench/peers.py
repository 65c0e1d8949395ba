"""Other programs beside ours: duplicates, searches and screening of the same data in the same run, in CPU seconds.

Each peer has an environment of its own, `.venv-peers/NAME`, which is made where it is missing, of the versions that
`bench/peers.txt` pins. A peer that can't be installed is told of and left out. What each does is told in `bench/peer/`; it is
run by its documentation's own recipe, with nothing tuned to these sets. Records have an id, a title, authors and a year.
What is imported and, for searches, the making of the index count in no time; their indexes are in memory, ours is a library
in a file, and ours gives whole papers. The sets lie beside the checkout.

Duplicates are F1 on pairs, searches nDCG@10 of the questions of a collection, screening the loss (0 is perfect, less is
better) of batches of 10 with one kept and one skipped paper known, mean of 3 seeds, the same for both.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is loaded, here and there

import searching
import table

import matching
from papertide.flows.labelled import labelled
from papertide.ranking.metrics import loss
from papertide.ranking.simulate import simulate
from papertide.store import open_library

BENCH = Path(__file__).resolve().parent
PINS = BENCH / "peers.txt"
HOMES = BENCH.parent / ".venv-peers"
SHARED = BENCH.parents[1] / "shared" / "data"
SEEDS, BATCH = 3, 10
TASKS = {
    "deduplicating": ("datasketch", "bib-dedupe", "splink"),
    "retrieving": ("bm25s", "tantivy"),
    "screening": ("asreview",),
}
"""What is done, and by whom besides us; a task is a file in `bench/peer/`."""


class Answer(NamedTuple):
    """What a peer found, and the CPU seconds that it took."""

    seconds: float
    found: Any


def main() -> None:
    """Do each task, ours and theirs, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", action="append", metavar="NAME", help="this task or peer only (repeatable)")
    parser.add_argument("--sets", type=int, help="only so many sets of each task, the smallest first")
    given = parser.parse_args()
    if not SHARED.is_dir():
        table.skipped("the sets are not beside the checkout (../shared/data)")
        return
    table.head(f"the {given.sets} smallest of each task's sets" if given.sets else "all sets of each task")
    for task, names in TASKS.items():
        wanted = [name for name in names if not given.only or {task, name} & set(given.only)]
        pythons = {name: python for name in wanted if (python := environment(name))}
        if pythons:
            {"deduplicating": duplicates, "retrieving": search, "screening": screening}[task](pythons, given.sets)


# --- tasks ------------------------------------------------------------------------------------------------------------


def duplicates(pythons: Mapping[str, Path], sets: int | None) -> None:
    """Pairs in the labelled sets, by our default profile and by theirs."""
    for folder in smallest(SHARED / "dedup", sets):
        true, records = matching.truth(folder.name), matching.records_of(folder.name)
        begin = time.process_time()
        found = matching.found(records, matching.USED)
        seconds, ours = time.process_time() - begin, matching.quality(found, true).f1
        given = [record | {"authors": listed(record["authors"], records)} for record in records]
        for name, python in pythons.items():
            answer = asked(python, "deduplicating", name, given)
            if answer:
                pairs = {frozenset(pair) for group in answer.found for pair in combinations(group, 2)}
                theirs = matching.quality(pairs, true).f1 if pairs else 0.0
                table.row(f"duplicates in {folder.name}: {name}", theirs, ours, "ratio >= 1", "F1")
                table.row(f"duplicates in {folder.name}: {name}", answer.seconds, seconds, None, "CPU s")


def listed(authors: str, records: Sequence[Mapping[str, str]]) -> str:
    """Authors as BibTeX lists them, where a set lists them with commas."""
    return authors if any(" and " in record["authors"] for record in records) else authors.replace(", ", " and ")


def search(pythons: Mapping[str, Path], sets: int | None) -> None:
    """The first hundred of each question as it stands, any word."""
    for folder in smallest(SHARED / "search", sets):
        records, questions, judged = searching.read(folder)
        with tempfile.TemporaryDirectory() as home:
            path = Path(home, "library.db")
            searching.fill(path, records)
            with closing(open_library(path)) as store:
                begin = time.process_time()
                places = {text: searching.ours_for(store, text) for text in questions.values()}
                seconds = time.process_time() - begin
        ours = searching.scores(places.__getitem__, questions, judged)[0]
        given = {"texts": [" ".join(pair) for pair in records], "questions": list(questions.values())}
        for name, python in pythons.items():
            answer = asked(python, "retrieving", name, given)
            if answer:
                theirs = dict(zip(questions.values(), ([n + 1 for n in one] for one in answer.found), strict=True))
                good = searching.scores(theirs.__getitem__, questions, judged)[0]
                table.row(f"search in {folder.name}: {name}", good, ours, "ratio >= 1", "nDCG@10")
                theirs_ms, ours_ms = (1000 * spent / len(questions) for spent in (answer.seconds, seconds))
                table.row(f"search in {folder.name}, a question: {name}", theirs_ms, ours_ms, None, "CPU ms")


def screening(pythons: Mapping[str, Path], sets: int | None) -> None:
    """Screen each set with what is known before drawn by the same seeds."""
    for file in smallest(SHARED / "triage", sets):
        texts, labels = labelled(str(file))
        begin = time.process_time()
        made = [simulate(texts, labels, seed=seed, batch=BATCH) for seed in range(SEEDS)]
        seconds, ours = time.process_time() - begin, statistics.mean(one.loss for one in made)
        given = {"texts": texts, "labels": list(labels), "priors": [one.prior for one in made], "batch": BATCH}
        for name, python in pythons.items():
            answer = asked(python, "screening", name, given)
            if answer:
                theirs = statistics.mean(loss([labels[row] for row in order]) for order in answer.found)
                of = f"screening {file.name.partition('.')[0]}: {name}"
                table.row(of, theirs, ours, "ratio <= 1", "loss")
                table.row(of, answer.seconds / SEEDS, seconds / SEEDS, None, "CPU s")


def smallest(folder: Path, sets: int | None) -> list[Path]:
    """The sets of a folder, the smallest first."""
    return sorted(folder.iterdir(), key=size)[:sets]


def size(path: Path) -> int:
    """The bytes of a set, a file or a folder of files."""
    return sum(file.stat().st_size for file in (path, *path.glob("*")) if file.is_file())


# --- peers ------------------------------------------------------------------------------------------------------------


def asked(python: Path, task: str, name: str, given: object) -> Answer | None:
    """Give a peer its task; None where it fails, which is told."""
    with tempfile.TemporaryDirectory() as folder:
        question, answer = Path(folder, "question"), Path(folder, "answer")
        question.write_text(json.dumps(given), encoding="utf-8")
        command: list[str | Path] = [python, BENCH / "peer" / f"{task}.py", name, question, answer]
        done = subprocess.run(command, env=alone(Path(folder)), cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            table.skipped(f"{name} failed at {task}")
            print(
                last_line(done.stderr), file=sys.stderr
            )  # may name paths of this machine, which are nothing for a page
            return None
        return Answer(**json.loads(answer.read_text(encoding="utf-8")))


def environment(name: str) -> Path | None:
    """The Python of a peer's environment; None where it can't be made, which is told."""
    home, pins = HOMES / name, pinned()[name]
    python, stamp = home / "bin" / "python", home / "pins.txt"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == pins:
        return python
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    wanted = home / "requirements.txt"
    wanted.write_text(pins, encoding="utf-8")
    steps: list[list[str | Path]] = [
        [sys.executable, "-m", "venv", home],
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r", wanted],
    ]
    for command in steps:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            table.skipped(f"{name} can't be installed here")
            print(last_line(done.stderr), file=sys.stderr)
            return None
    stamp.write_text(pins, encoding="utf-8")
    return python


def pinned() -> dict[str, str]:
    """The pins of each peer, as pip reads them."""
    return dict(sections(PINS.read_text(encoding="utf-8")))


def sections(text: str) -> Iterator[tuple[str, str]]:
    """Each name in brackets, and the lines below it."""
    for block in text.split("[")[1:]:
        name, _, pins = block.partition("]\n")
        yield name, pins.strip() + "\n"


def alone(home: Path) -> dict[str, str]:
    """An environment in which a peer finds nothing of ours and of the caller's, and keeps to one processor."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "XDG_"))}
    return kept | dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1") | {"HOME": str(home)}


def last_line(text: str) -> str:
    """What an error's output ends with."""
    return (text.strip().splitlines() or ["no reason given"])[-1]


if __name__ == "__main__":
    main()
