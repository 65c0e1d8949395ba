"""Matching at scale: all near titles of a large file, and one new title against a large library.

The titles are real ones from the sets beside the checkout where they are, else made of a vocabulary; to make more, 85 %
are real titles cut and joined where they share a word (up to two times), and 15 % are one of these with 1 to 6 changes:
a typo (of four kinds), a word dropped, added, replaced, swapped with the next, or with an "s". All have distinct keys.

All pairs are `rapidfuzz.process.cdist` over a sample of rows, each against all titles, as many times as there are rows;
what it finds is what should be found. CPU time counts, and each step is a process of its own. The file's pairs run with
numpy in one thread. The library is made by plain SQL in a temporary folder (1.5 GB for 1,000,000 papers); a lookup is
one process, and the library's pages are dropped from the system's cache before it. `--titles 1000000` is the full run:
about 15 minutes and 1.5 GB of memory, most of it for cdist and for making the library.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import random
import re
import sqlite3
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.process import cdist
from table import head, row

from papertide.flows.titles import NearTitles
from papertide.matching.bulk import similar_pairs
from papertide.matching.rules import CANDIDATE_RATIO
from papertide.normal import title_key
from papertide.store import open_library

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
NOW = "2026-11-21T10:00:00Z"
RECALL, TIMES, MEGABYTES, MILLISECONDS = 0.999, 300.0, 1000.0, 20.0
FULL = 1_000_000
"""Titles that the targets are for: all pairs cost with the square of them."""
CHANGED = 15
"""Percent of the titles."""
COLD = 25
"""How many lookups are made in a process of their own."""

Pair = tuple[int, int]


def main() -> None:
    """Make the titles, run each step and print the table; the other modes are what the processes do."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--titles", type=int, default=100_000, help="how many titles (default: 100000)")
    parser.add_argument("--sample", type=int, default=400, help="how many rows cdist is run for (default: 400)")
    parser.add_argument("--least", type=float, default=CANDIDATE_RATIO, help=f"ratio (default: {CANDIDATE_RATIO:g})")
    parser.add_argument("--mode", choices=tuple(MODES), help=argparse.SUPPRESS)
    parser.add_argument("arguments", nargs="*", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.mode is not None:
        done = MODES[given.mode](Path(given.arguments[0]), *given.arguments[1:])
        print(json.dumps([done.seconds, done.total, sorted(done.pairs)]))
        return
    with tempfile.TemporaryDirectory() as folder:
        compare(Path(folder), given.titles, given.sample, given.least)


def compare(home: Path, count: int, sample: int, least: float) -> None:
    """Run all steps and print what they took."""
    keys = made(count)
    chance = random.Random(11)
    changed = range(count - count * CHANGED // 100, count)
    rows = sorted({*chance.sample(changed, sample // 2), *chance.sample(range(count), sample - sample // 2)})
    (home / "keys.json").write_text(json.dumps(keys), encoding="utf-8")
    (home / "rows.json").write_text(json.dumps(rows), encoding="utf-8")

    truth, _ = child("truth", home, least)
    slow = truth.seconds / len(rows) * count
    bulk, memory = child("bulk", home, least)
    head(f"{count:,} titles, ratio {least:g}, a sample of {len(rows)} rows with {len(truth.pairs)} pairs")
    target = f"ratio <= {1 / TIMES:.4f}" if count >= FULL else None
    row("all pairs by marks, against cdist (extrapolated)", slow, bulk.seconds, target, "CPU s")
    row("  pairs in all", None, bulk.total)
    row("  peak memory", None, memory, f"< {MEGABYTES:g}", "MB")
    recall("  pairs found", bulk.pairs, truth.pairs)
    hard = {pair for pair in truth.pairs if fuzz.ratio(keys[pair[0]], keys[pair[1]]) < least + 2}
    recall(f"  pairs below {least + 2:g} found", bulk.pairs, hard)

    library, _ = child("library", home)
    row("a library's titles listed", None, library.seconds, None, "CPU s")
    row("  a paper", None, library.total / count, None, "bytes")
    wanted = {pair for pair in truth.pairs if fuzz.ratio(keys[pair[0]], keys[pair[1]]) >= CANDIDATE_RATIO}
    warm, _ = child("lookup", home, *rows)
    recall(f"one title in it at {CANDIDATE_RATIO:g}: pairs found", warm.pairs, wanted)
    row("  one after another", None, 1000 * warm.seconds / len(rows), None, "CPU ms")
    cold = [1000 * child("lookup", home, row_)[0].seconds for row_ in chance.sample(rows, COLD)]
    row("  cold process, median", None, statistics.median(cold), f"< {MILLISECONDS:g}", "CPU ms")
    row(f"  cold process, worst of {COLD}", None, max(cold), None, "CPU ms")


def recall(label: str, found: set[Pair], wanted: set[Pair]) -> None:
    """Print how many of the wanted pairs were found; there is no target where none is wanted."""
    row(label, len(wanted), len(found & wanted), f"ratio >= {RECALL:g}" if wanted else None, "pairs")


# --- processes --------------------------------------------------------------------------------------------------------


class Done(NamedTuple):
    """What a process did: its CPU seconds, how many pairs (or bytes) in all, and those pairs that hold a row of the sample."""

    seconds: float
    total: int
    pairs: set[Pair]


def child(mode: str, home: Path, *arguments: float) -> tuple[Done, float]:
    """Run this script in a mode; gives what it did, and the most memory that it held, in MB."""
    command = [sys.executable, __file__, "--mode", mode, str(home), *map(str, arguments)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{mode} failed with {process.returncode}")
    seconds, total, pairs = json.loads(said)
    unit = 1 if sys.platform == "darwin" else 1024
    return Done(seconds, total, {(one, other) for one, other in pairs}), usage.ru_maxrss * unit / 1e6


def truth(home: Path, least: str) -> Done:
    """Each row of the sample against all titles."""
    keys, rows = _read(home)
    pairs: set[Pair] = set()
    begin = time.process_time()
    for start in range(0, len(rows), 50):
        part = rows[start : start + 50]
        ratios = cdist([keys[row] for row in part], keys, scorer=fuzz.ratio, score_cutoff=float(least), workers=1)
        for one, other in np.argwhere(ratios).tolist():
            if part[one] != other:
                pairs.add((min(part[one], other), max(part[one], other)))
    return Done(time.process_time() - begin, len(pairs), pairs)


def bulk(home: Path, least: str) -> Done:
    """All pairs of the titles."""
    keys, rows = _read(home)
    sampled = {keys[row] for row in rows}
    pairs: set[tuple[str, str]] = set()
    count = 0
    begin = time.process_time()
    for one, other, _ in similar_pairs(keys, float(least)):
        count += 1
        if one in sampled or other in sampled:
            pairs.add((one, other))
    seconds = time.process_time() - begin
    place = {key: at for at, key in enumerate(keys)}
    return Done(seconds, count, {(place[one], place[other]) for one, other in pairs})


def library(home: Path) -> Done:
    """A library of these titles as it was before it listed them, and its list; gives the bytes that the list takes."""
    keys, _ = _read(home)
    path = home / "library.db"
    open_library(path, create=True).close()
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("INSERT INTO page (id, digest, name, layout, added) VALUES (1, '', '', 'jsonl', ?)", (NOW,))
        connection.executemany(
            "INSERT INTO paper (id, title, added, sightings) VALUES (?, ?, ?, 1)",
            ((number, key, NOW) for number, key in enumerate(keys, 1)),
        )
        connection.executemany(
            "INSERT INTO sighting (paper_id, page_id, position, entry, title_key, method, reason, added)"
            " VALUES (?, 1, ?, ?, ?, 'new', 'first seen here', ?)",
            ((n, n, json.dumps({"title": key}), key, NOW) for n, key in enumerate(keys, 1)),
        )
    connection.close()
    before = path.stat().st_size
    store = open_library(path)
    begin = time.process_time()
    with store.adding.transaction():
        NearTitles(store.titling).take(())
    seconds = time.process_time() - begin
    store.close()
    return Done(seconds, path.stat().st_size - before, set())


def lookup(home: Path, *rows: str) -> Done:
    """Some titles looked up in the library, as if each was added alone; it is opened anew, and not in memory."""
    keys, _ = _read(home)
    path = home / "library.db"
    if hasattr(os, "posix_fadvise"):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    near: list[tuple[int, Sequence[str]]] = []
    begin = time.process_time()
    store = open_library(path)
    for number in map(int, rows):
        titles = NearTitles(store.titling)
        titles.take(())
        near.append((number, titles.near(keys[number])))
    store.close()
    seconds = time.process_time() - begin
    place = {key: at for at, key in enumerate(keys)}
    pairs = {(min(own, place[key]), max(own, place[key])) for own, found in near for key in found}
    return Done(seconds, len(pairs), pairs)


MODES: dict[str, Callable[..., Done]] = {"truth": truth, "bulk": bulk, "library": library, "lookup": lookup}


def _read(home: Path) -> tuple[list[str], list[int]]:
    keys = json.loads((home / "keys.json").read_text(encoding="utf-8"))
    return keys, json.loads((home / "rows.json").read_text(encoding="utf-8"))


# --- titles -----------------------------------------------------------------------------------------------------------


def made(count: int) -> list[str]:
    """So many distinct keys: real ones, joined ones, and last those that a change made."""
    chance = random.Random(5)
    real = [title.split() for title in real_titles() or invented(chance)]
    places: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for number, words in enumerate(real):
        for place, word in enumerate(words[:-1]):
            places[word.lower()].append((number, place))
    whole = [words for words in real if len(words) > 2]
    first = count - count * CHANGED // 100
    sources = {title_key(" ".join(words)): words for words in real[:first]}
    while len(sources) < first:
        words = joined(chance, whole, real, places)
        sources.setdefault(title_key(" ".join(words)), words)
    originals, vocabulary = list(sources.values()), [word for words in real for word in words]
    keys = dict.fromkeys(sources)
    while len(keys) < count:
        keys[title_key(" ".join(altered(chance, chance.choice(originals), vocabulary)))] = None
    return list(keys)


def joined(
    chance: random.Random, whole: list[list[str]], real: list[list[str]], places: dict[str, list[tuple[int, int]]]
) -> list[str]:
    """The beginning of a title, and the end of another from a word on that both have; once or twice."""
    words = chance.choice(whole)
    for _ in range(chance.choice((1, 1, 2))):
        at = chance.randrange(1, max(2, len(words) - 1))
        shared = places.get(words[at].lower()) if at < len(words) else None
        if shared:
            number, place = chance.choice(shared)
            words = words[: at + 1] + real[number][place + 1 :]
    return words[:40]


def altered(chance: random.Random, words: list[str], vocabulary: list[str]) -> list[str]:
    """A title with one to six changes, mostly one or two."""
    words = list(words)
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 4, 6))):
        kind, at = chance.randrange(9), chance.randrange(len(words))
        if kind < 4:
            words[at] = typo(chance, words[at], kind)
        elif kind == 4 and len(words) > 3:
            del words[at]
        elif kind == 5:
            words.insert(at, chance.choice(vocabulary))
        elif kind == 6:
            words[at] = chance.choice(vocabulary)
        elif kind == 7:
            words[at : at + 2] = words[at : at + 2][::-1]
        else:
            words[at] += "s"
    return words


def typo(chance: random.Random, word: str, kind: int) -> str:
    """A word with a letter replaced, left out, added, or changed with the next."""
    letter = chance.choice("abcdefghijklmnopqrstuvwxyz")
    if len(word) < 2:
        return letter
    at = chance.randrange(len(word))
    head, own, tail = word[:at], word[at], word[at + 1 :]
    return head + (letter + tail, tail, letter + own + tail, tail[:1] + own + tail[1:])[kind]


def real_titles() -> list[str]:
    """The titles of the sets beside the checkout, in a fixed order; none where they aren't."""
    found: list[str] = []
    for path in sorted(SHARED.glob("dedup/*/records.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found += [row["title"] for row in csv.DictReader(file)]
    for path in sorted(SHARED.glob("triage/*.csv.gz")):
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            found += [row["title"] for row in csv.DictReader(file)]
    for path in sorted(SHARED.glob("hf_api_*.tar.gz")):
        with tarfile.open(path) as archive:
            for member in archive:
                file_in = archive.extractfile(member)
                if file_in is not None:
                    found += re.findall(r'"title": ?"([^"\\]{9,300})"', file_in.read().decode("utf-8", "replace"))
    return [title for title in dict.fromkeys(found) if title.strip()]


def invented(chance: random.Random) -> list[str]:
    """Titles of invented words, the common ones far more common than the rare, as in real ones."""
    parts = (
        "ada ber con di el for gra hy in ko lan mo net op pre qua re sen ta u vi wor ze ling tion al ing ic s".split()
    )
    words = ["".join(chance.choices(parts, k=chance.randint(1, 4))) for _ in range(20_000)]
    often = [1 / (rank + 3) for rank in range(len(words))]
    return [" ".join(chance.choices(words, often, k=chance.randint(3, 16))) for _ in range(20_000)]


if __name__ == "__main__":
    main()
