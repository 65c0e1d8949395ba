"""A large library: what it costs to fill it, and to find twenty papers in it, against bare sqlite3 doing the same.

The papers are made of real ones (see `made_library`). They are added by the command itself, archive included; the floor is
`executemany` of the rows that it made, into the same schema with its search index, in one transaction. CPU time counts,
and peak memory is the command's. Reading is measured in one process, warm, each question put to both by turns, and the
95th percentile of each is compared, in CPU time: all of it is in memory. Starting is measured as it is in `startup.py`.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

import made_library
from table import head, row, within

from papertide import topics
from papertide.flows.digest import prepare
from papertide.query import parse
from papertide.store import open_library
from papertide.store.base import Selection, Sort

PAPERTIDE = Path(sys.executable).with_name("papertide")
TODAY = date(2026, 11, 21)
TABLES = ("page", "paper", "sighting", "paper_source", "paper_listed", "paper_topic")
QUERIES = 200
MEGABYTES = 600.0
SIDES = (
    "(SELECT group_concat(source_id) FROM paper_source WHERE paper_id = p.id),"
    " (SELECT group_concat(day) FROM paper_listed WHERE paper_id = p.id),"
    " (SELECT group_concat(topic) FROM paper_topic WHERE paper_id = p.id),"
    " (SELECT group_concat(tag) FROM tag WHERE reader = 'me' AND paper_id = p.id),"
    " (SELECT status FROM status WHERE reader = 'me' AND paper_id = p.id),"
    " (SELECT text FROM note WHERE reader = 'me' AND paper_id = p.id)"
)
"""What `list` tells of a paper and the table of papers doesn't hold."""
Pair = tuple[Callable[[], object], Callable[[], object]]
"""A question as it is put to bare sqlite3, and to the library."""
SORTED: dict[Sort, str] = {
    "listed": "last_listed DESC, id",
    "added": "added DESC, id",
    "upvotes": "upvotes DESC, comments DESC, published DESC, id",
    "comments": "comments DESC, id",
    "authors": "author_count NULLS LAST, id",
    "title": "title COLLATE NOCASE, id",
}
"""What `list` sorts by, and the columns that stand for it."""
_WORD = re.compile(r"[a-z]{3,}")


def main() -> None:
    """Make the library and print the table; the other modes are what the processes do."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--papers", type=int, default=100_000, help="how many papers (default: 100,000)")
    parser.add_argument("--keep", type=Path, help="a folder to work in and to leave the library in")
    parser.add_argument("--mode", choices=("floor", "read"), help=argparse.SUPPRESS)
    parser.add_argument("paths", nargs="*", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.mode == "floor":
        print(floor(*given.paths))
    elif given.mode == "read":
        read(*given.paths)
    elif given.keep is not None:
        given.keep.mkdir(parents=True, exist_ok=True)
        measure(given.keep, given.papers)
    else:
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder), given.papers)


def measure(home: Path, papers: int) -> None:
    """Fill, then read, then start; a library that is there already (with `--keep`) is filled no more."""
    library = home / "library.db"
    head(f"a library of {papers:,} papers")
    if not library.exists():
        records = home / "papers.jsonl"
        made_library.write(records, papers)
        ours, peak = measured([PAPERTIDE, "--library", library, "add", records, "--json"], home)
        records.unlink()
        measured([sys.executable, __file__, "--mode", "floor", library, home / "floor.db"], home)
        told = (home / "said").read_text(encoding="utf-8")
        row("adding, against executemany", float(told.split()[-1]), ours, within(4.0), "CPU s")
        row("adding: peak memory", None, peak, f"< {MEGABYTES:g}", "MB")
        (home / "floor.db").unlink()

    subprocess.run([sys.executable, __file__, "--mode", "read", library], check=True)
    start(library, home)


# --- filling ----------------------------------------------------------------------------------------------------------


def measured(command: Sequence[str | Path], home: Path) -> tuple[float, float]:
    """Run a command, what it prints going to the file `said`; gives its CPU seconds and the most memory it held, in MB."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PAPERTIDE_", "XDG_"))}
    with (home / "said").open("w", encoding="utf-8") as said:
        process = subprocess.Popen(command, env=env | {"HOME": str(home)}, stdin=subprocess.DEVNULL, stdout=said)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[0]} failed with {process.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e6


def floor(made: Path, target: Path) -> float:
    """Insert the rows of a library into another one, in the order in which they came; gives the CPU seconds of that alone."""
    open_library(target, create=True).close()
    source = sqlite3.connect(made)
    connection = sqlite3.connect(target, isolation_level=None)
    connection.execute("BEGIN")
    seconds = 0.0
    for table in TABLES:
        columns = [row[1] for row in source.execute(f"PRAGMA table_info({table})")]
        sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        rows = source.execute(f"SELECT * FROM {table} ORDER BY 1")
        while part := rows.fetchmany(10_000):
            begin = time.process_time()
            connection.executemany(sql, part)
            seconds += time.process_time() - begin
    begin = time.process_time()
    connection.execute("COMMIT")
    connection.close()
    return seconds + time.process_time() - begin


# --- reading ----------------------------------------------------------------------------------------------------------


def read(library: Path) -> None:
    """Put each question to the library and to bare sqlite3."""
    store = open_library(library)
    bare = sqlite3.connect(library)
    chance = random.Random(3)
    looking = store.looking

    def asked(text: str, sort: Sort = "published", **more: int | bool) -> Callable[[], object]:
        selection = Selection(parse(text, today=TODAY), "me", sort=sort, limit=20, **more)  # type: ignore[arg-type] # of two kinds
        return lambda: looking.papers(selection)

    def by_hand(sql: str, *values: object) -> Callable[[], object]:
        return lambda: bare.execute(sql, values).fetchall()

    names = [
        row[0] for row in bare.execute("SELECT topic FROM paper_topic GROUP BY topic ORDER BY count(*) DESC LIMIT 15")
    ]
    filters: list[Pair] = []
    facts: list[Pair] = []
    for _ in range(QUERIES):
        topic, year, most = chance.choice(names), chance.randint(2018, 2026), chance.randint(2, 9)
        sql = (
            "SELECT p.* FROM paper_topic t JOIN paper p ON p.id = t.paper_id WHERE t.topic = ? COLLATE NOCASE"
            " AND t.published BETWEEN ? AND ? AND t.author_count <= ? ORDER BY t.published DESC LIMIT 20"
        )
        values = (topic, f"{year}-01-01", f"{year}-12-31", most)
        ours = asked(f"topic:{topic} date:{year} authors:<={most}")
        filters.append((by_hand(sql, *values), ours))
        facts.append((by_hand(sql.replace("p.*", f"p.*, {SIDES}"), *values), ours))
    compare("topic, dates and authors, first 20: p95", filters, 2.0)
    compare("the same, by hand with topics, days, tags, ...", facts, None)

    words = list(_queries(bare, chance))
    bm25 = "SELECT rowid, bm25(paper_text, 3.0, 1.0, 0.0, 0.0) s FROM paper_text WHERE paper_text MATCH ? ORDER BY s LIMIT 20"
    every = [(by_hand(bm25, _match(text, " AND ")), asked(text, "relevance")) for text in words]
    compare("search, all words, first 20: p95", every, 1.5)
    some = [(by_hand(bm25, _match(text, " OR ")), asked(text, "relevance", any_word=True)) for text in words]
    compare("search --any, first 20: p95", some, 1.0)

    first = "SELECT * FROM paper ORDER BY published DESC, id LIMIT 20 OFFSET ?"
    last = bare.execute("SELECT count(*) FROM paper").fetchone()[0] - 20
    compare("list, first 20", [(by_hand(first, 0), asked(""))] * 20, None)
    compare("list, last 20 by --offset", [(by_hand(first, last), asked("", offset=last))] * 5, None)
    for sort, column in SORTED.items():
        hand = by_hand(f"SELECT * FROM paper ORDER BY {column} LIMIT 20")
        compare(f"list --sort {sort}", [(hand, asked("", sort))] * 20, None)
    count = by_hand("SELECT count(*) FROM paper")
    everything = Selection(None, "me")
    compare("list --count, against count(*)", [(count, lambda: looking.count(everything))] * 5, None)
    compare("topics with counts, against count(*)", [(count, looking.topic_counts)] * 5, None)
    compare("stats, against count(*)", [(count, lambda: looking.tallies("me"))] * 3, None)
    order = {topic.id: topic.name for topic in topics.load(topics.default_source(), "default").topics}
    digest = lambda: prepare(store, "me", order, today=TODAY, limit=10)  # noqa: E731 - a name for the row below
    compare(
        "digest of all that is new, against its text",
        [(by_hand("SELECT sum(length(abstract)) FROM paper"), digest)],
        None,
    )
    store.close()


def compare(name: str, pairs: Sequence[Pair], target: float | None) -> None:
    """Put each pair's question both ways, twice, the second time counting; print the 95th percentiles."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(2):
        taken = ([], [])
        for pair in pairs:
            for ask, times in zip(pair, taken, strict=True):
                begin = time.process_time()
                ask()
                times.append((time.process_time() - begin) * 1000)
    reference, ours = (sorted(times)[int(len(times) * 0.95)] for times in taken)
    row(name, reference, ours, within(target), "CPU ms")


def _queries(bare: sqlite3.Connection, chance: random.Random) -> Iterator[str]:
    """Two to four words that stand side by side in a title, as people search for what they half remember."""
    most = bare.execute("SELECT max(id) FROM paper").fetchone()[0]
    made = 0
    while made < QUERIES:
        row = bare.execute("SELECT title FROM paper WHERE id = ?", (chance.randint(1, most),)).fetchone()
        words = _WORD.findall(row[0].lower()) if row else []
        size = chance.randint(2, 4)
        if len(words) > size:
            start = chance.randrange(len(words) - size)
            made += 1
            yield " ".join(words[start : start + size])


def _match(text: str, sign: str) -> str:
    return "{title abstract} : (" + sign.join(f'"{word}"' for word in text.split()) + ")"


# --- starting ---------------------------------------------------------------------------------------------------------


def start(library: Path, home: Path, rounds: int = 15) -> None:
    """Commands from their start to their end against Python's own start."""
    ours: list[str | Path] = [PAPERTIDE, "--library", library]
    commands: dict[str, list[str | Path]] = {
        "bare": [sys.executable, "-c", "pass"],
        "papertide list --limit 20": [*ours, "list", "--limit", "20"],
        "papertide search language models": [*ours, "search", "language", "models", "--limit", "20"],
    }
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PAPERTIDE_", "PYTHON", "XDG_"))}
    env |= {"HOME": str(home), "NO_COLOR": "1"}
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            begin = time.perf_counter()
            subprocess.run(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
            times[name].append((time.perf_counter() - begin) * 1000)
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    for name in list(commands)[1:]:
        row(f"{name}, from its start", medians["bare"], medians[name], within(12.0), "ms")


if __name__ == "__main__":
    main()
