"""Duplicates of a file at scale: how the time grows with the records, for ordinary files and for hostile ones.

`find_duplicates` over records of several kinds, each kind at a fifth of the size and at the whole, in processes of their
own; CPU time counts, without that of making the records. Linear is 5 times, quadratic is 25 times.

    papers         titles of 4 to 14 words with authors and a year, one in seven a copy that lost a letter
    equal titles   one title, each with an author and a year of its own
    equal texts    one abstract, each with a title of its own
    numbered       titles that differ in a number only
    one word       titles that differ in one word only
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from table import head, row, within

from papertide.matching.find import find_duplicates

TIMES, GROWTH, MEGABYTES = 5, 10.0, 1000.0
Record = dict[str, Any]


def main() -> None:
    """Run each kind at both sizes and print the table; the other modes are what the processes do."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--records", type=int, default=100_000, help="how many records (default: 100000)")
    parser.add_argument("--only", choices=tuple(KINDS), help="one kind")
    parser.add_argument("--mode", choices=tuple(KINDS), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.mode is not None:
        print(json.dumps(timed(given.mode, given.records)))
        return
    head(f"{given.records:,} records, against a fifth of them")
    for kind in [given.only] if given.only else KINDS:
        few, _, _ = child(kind, given.records // TIMES)
        seconds, pairs, memory = child(kind, given.records)
        row(f"{kind}, {pairs:,} pairs", few, seconds, within(GROWTH), "CPU s")
        row(f"{kind}: peak memory", None, memory, f"<= {MEGABYTES:g}", "MB")


def timed(kind: str, count: int) -> tuple[float, int]:
    """CPU seconds and pairs of one kind."""
    records = KINDS[kind](random.Random(3), count)
    begin = time.process_time()
    pairs = find_duplicates(records)
    return time.process_time() - begin, len(pairs)


def child(kind: str, count: int) -> tuple[float, int, float]:
    """The same in a process of its own, and the most memory that it held, in MB."""
    command = [sys.executable, __file__, "--mode", kind, "--records", str(count)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{kind} failed with {process.returncode}")
    seconds, pairs = json.loads(said)
    return seconds, pairs, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6


# --- records ----------------------------------------------------------------------------------------------------------


def papers(chance: random.Random, count: int) -> list[Record]:
    """Records as bibliographies have them."""
    words = [word(chance) for _ in range(5_000)]
    records: list[Record] = [
        {
            "id": n,
            "title": " ".join(chance.choices(words, k=chance.randint(4, 14))),
            "authors": [name(chance) for _ in range(3)],
            "year": chance.randint(1990, 2026),
        }
        for n in range(count * 6 // 7)
    ]
    for n in range(len(records), count):
        record = chance.choice(records)
        at = chance.randrange(len(record["title"]))
        records.append({**record, "id": n, "title": record["title"][:at] + record["title"][at + 1 :]})
    return records


def equal_titles(chance: random.Random, count: int) -> list[Record]:
    """One title."""
    return [
        {"id": n, "title": "Notes on the tides", "authors": [name(chance)], "year": 1990 + n % 30} for n in range(count)
    ]


def equal_texts(chance: random.Random, count: int) -> list[Record]:
    """One abstract."""
    text = "No abstract is available for this record, as its publisher has not told us of any that it might have. " * 2
    return [{"id": n, "title": " ".join(word(chance) for _ in range(6)), "abstract": text} for n in range(count)]


def numbered(_chance: random.Random, count: int) -> list[Record]:
    """Titles that differ in a number."""
    return [{"id": n, "title": f"Report {n} on the tides and the moons of small seas"} for n in range(count)]


def one_word(chance: random.Random, count: int) -> list[Record]:
    """Titles that differ in a word."""
    return [{"id": n, "title": f"Forgetting in adapters of language models for {word(chance)}"} for n in range(count)]


def word(chance: random.Random) -> str:
    """Seven letters."""
    return "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=7))


def name(chance: random.Random) -> str:
    """A given and a family name."""
    return f"{word(chance).title()} {word(chance).title()}"


KINDS: dict[str, Callable[[random.Random, int], list[Record]]] = {
    "papers": papers,
    "equal titles": equal_titles,
    "equal texts": equal_texts,
    "numbered": numbered,
    "one word": one_word,
}


if __name__ == "__main__":
    main()
