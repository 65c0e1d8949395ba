"""Adding: how much longer it takes to read, match and store pages than to parse their JSON and insert the same rows.

The floor is `json.loads` of every page and plain inserts of the rows that adding makes, into the same schema with its
search index, on one connection, with one transaction a page. Both run in processes of their own, by turns, and what
counts is CPU time: waiting for the disk is the disk's. The pages are the API's answers beside the checkout where they
are, else made here in the same shape.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path

from table import head, row, within

from papertide import topics
from papertide.flows.add import add
from papertide.flows.tally import report_of
from papertide.parsers import SUFFIXES
from papertide.sources.files import Files
from papertide.store import open_library

ROOT = Path(__file__).resolve().parents[1]
PAPERTIDE = Path(sys.executable).with_name("papertide")
DAYS = ROOT.parent / "shared" / "data" / "hf_api_2024_2025.tar.gz"
NOW = "2026-11-21T10:00:00Z"
RATIO, MEGABYTES = 3.0, 300.0
TABLES = ("page", "paper", "sighting", "paper_source", "paper_listed", "paper_topic")


def main() -> None:
    """Take the rounds and print the table; the other modes are what the processes do."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often everything is added (default: 3)")
    parser.add_argument("--mode", choices=("floor", "flow"), help=argparse.SUPPRESS)
    parser.add_argument("paths", nargs="*", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.mode is None:
        compare(given.rounds)
    else:
        work = floor if given.mode == "floor" else flow
        print(work(*map(Path, given.paths)))


def compare(rounds: int) -> None:
    """Measure the floor, the flow and the command by turns, and the library that each order of pages makes."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        pages = unpacked(home / "pages")
        count, entries = len(list_of(pages)), flow_in(home, pages, "first")[1]
        times: dict[str, list[float]] = defaultdict(list)
        memory = 0.0
        for number in range(rounds):
            times["floor"].append(child("floor", home / "first.db", pages, home / f"floor-{number}.db")[0])
            times["flow"].append(child("flow", pages, home / f"flow-{number}.db")[0])
            command: list[str | Path] = [PAPERTIDE, "--library", home / f"command-{number}.db", "add", pages, "--json"]
            _, seconds, peak = measured(command, home)
            times["command"].append(seconds)
            memory = max(memory, peak)
        libraries = {facts(home / "first.db"), *(in_order(home, pages, order) for order in (reversed, shuffled))}
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    head(f"{entries} entries on {count} pages, medians of {rounds} rounds, against json.loads and inserts")
    for name, label in {"flow": "reading, matching, storing", "command": "papertide add FOLDER"}.items():
        row(label, medians["floor"], medians[name], within(RATIO), "CPU s")
    row("papertide add FOLDER: peak memory", None, memory, f"< {MEGABYTES:g}", "MB")
    row("libraries that three orders of the pages make", None, len(libraries), "<= 1")


# --- processes --------------------------------------------------------------------------------------------------------


def child(mode: str, *paths: Path) -> tuple[float, str]:
    """Run this script in a mode; gives the seconds that it found, and what else it printed."""
    said, _, _ = measured([sys.executable, __file__, "--mode", mode, *paths], paths[-1].parent)
    seconds, _, rest = said.strip().partition(" ")
    return float(seconds), rest


def measured(command: list[str | Path], home: Path) -> tuple[str, float, float]:
    """Run a command; gives what it printed, its CPU seconds and the most memory that it held, in MB."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PAPERTIDE_", "XDG_"))}
    process = subprocess.Popen(
        command, env=env | {"HOME": str(home)}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[0]} failed with {process.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024
    return said, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e6


def flow(pages: Path, library: Path, *names: Path) -> str:
    """Add pages through the flow; gives the CPU seconds and the entries."""
    rules = topics.load(topics.default_source(), "default")
    source = Files([str(name) for name in names] or [str(pages)], SUFFIXES)
    begin = time.process_time()
    store = open_library(library, create=True)
    report = report_of(add(source, lambda: store, rules, now=lambda: NOW))
    store.close()
    return f"{time.process_time() - begin} {report.entries}"


def floor(made: Path, pages: Path, library: Path) -> str:
    """Parse the pages and insert the rows of a library that was made of them; gives the CPU seconds."""
    rows = rows_of(made)
    open_library(library, create=True).close()
    connection = sqlite3.connect(library, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    begin = time.process_time()
    for path in list_of(pages):
        json.loads(path.read_bytes())
        connection.execute("BEGIN IMMEDIATE")
        for sql, given in rows[str(path)]:
            connection.executemany(sql, given)
        connection.execute("COMMIT")
    connection.close()
    return str(time.process_time() - begin)


def rows_of(made: Path) -> dict[str, list[tuple[str, list[tuple[object, ...]]]]]:
    """The INSERTs that make a library, by the name of the page that brought the rows first."""
    connection = sqlite3.connect(made)
    names = dict(connection.execute("SELECT id, name FROM page"))
    first = dict(connection.execute("SELECT paper_id, min(page_id) FROM sighting GROUP BY 1"))
    found: dict[str, list[tuple[str, list[tuple[object, ...]]]]] = {name: [] for name in names.values()}
    for table in TABLES:
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        by_page: dict[int, list[tuple[object, ...]]] = defaultdict(list)
        for held in connection.execute(f"SELECT * FROM {table} ORDER BY 1"):
            page = held[0] if table == "page" else held[2] if table == "sighting" else first[held[0]]
            by_page[page].append(held)
        for page, given in by_page.items():
            found[names[page]].append((sql, given))
    connection.close()
    return found


# --- the library that comes of it -------------------------------------------------------------------------------------


def flow_in(home: Path, pages: Path, name: str, names: Iterable[Path] = ()) -> tuple[float, str]:
    """Add pages to a library of that name; see `child`."""
    said, _, _ = measured([sys.executable, __file__, "--mode", "flow", pages, home / f"{name}.db", *names], home)
    seconds, _, rest = said.strip().partition(" ")
    return float(seconds), rest


def in_order(home: Path, pages: Path, order: Callable[[list[Path]], Iterable[Path]]) -> str:
    """What the library says that the pages make in another order."""
    flow_in(home, pages, order.__name__, order(list_of(pages)))
    return facts(home / f"{order.__name__}.db")


def shuffled(paths: list[Path]) -> list[Path]:
    """The same in no order, always the same one."""
    return random.Random(7).sample(paths, len(paths))


def facts(library: Path) -> str:
    """A digest of all papers with their side tables and sightings; their numbers and `added` depend on the order."""
    connection = sqlite3.connect(library)
    columns = [row[1] for row in connection.execute("PRAGMA table_info(paper)") if row[1] not in {"id", "added"}]
    sides = (
        "SELECT source_id FROM paper_source WHERE paper_id = ? ORDER BY 1",
        "SELECT day FROM paper_listed WHERE paper_id = ? ORDER BY 1",
        "SELECT topic FROM paper_topic WHERE paper_id = ? ORDER BY place",
        "SELECT g.digest, s.position, s.entry FROM sighting s JOIN page g ON g.id = s.page_id WHERE paper_id = ? ORDER BY 1, 2",
    )
    papers = connection.execute(f"SELECT id, {', '.join(columns)} FROM paper").fetchall()
    told = sorted(
        repr((known, [connection.execute(sql, (number,)).fetchall() for sql in sides])) for number, *known in papers
    )
    connection.close()
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


# --- pages ------------------------------------------------------------------------------------------------------------


def list_of(pages: Path) -> list[Path]:
    """The files of a folder in the order in which they are added."""
    return sorted(pages.rglob("*.json"))


def unpacked(folder: Path) -> Path:
    """The folder filled with pages: those beside the checkout, else made ones."""
    folder.mkdir()
    if DAYS.exists():
        with tarfile.open(DAYS) as archive:
            archive.extractall(folder, filter="data")
        return folder
    words = [
        f"{a}{b}" for a in "ba ce di fo gu ka le mi no pu ra se".split() for b in "ton ning ral dex vis mer".split()
    ]
    chance = random.Random(11)
    for number in range(415):
        day = date(2024, 5, 27) + timedelta(days=number)
        items = [
            made_item(words, chance, f"{day:%y%m}.{number * 20 + k:05d}", day) for k in range(chance.randint(5, 25))
        ]
        (folder / f"{day}.json").write_text(json.dumps(items), encoding="utf-8")
    return folder


def made_item(words: list[str], chance: random.Random, ident: str, day: date) -> dict[str, object]:
    """One item as the API gives it, of made-up words."""

    def text(least: int, most: int) -> str:
        return " ".join(chance.choices(words, k=chance.randint(least, most))).capitalize()

    moment = f"{day}T00:00:00.000Z"
    avatars = [{"avatarUrl": f"https://example.org/{text(3, 3)}", "fullname": text(2, 2), "_id": text(3, 3)}] * 6
    paper = {
        "id": ident,
        "authors": [
            {"_id": text(3, 3), "name": text(2, 2).title(), "hidden": False} for _ in range(chance.randint(2, 12))
        ],
        "publishedAt": moment,
        "submittedOnDailyAt": moment,
        "title": text(6, 12),
        "summary": ". ".join(text(12, 24) for _ in range(9)) + ".",
        "upvotes": chance.randint(0, 90),
        "discussionId": text(3, 3),
    }
    return {
        "paper": paper, "publishedAt": moment, "title": paper["title"], "summary": paper["summary"],
        "thumbnail": f"https://example.org/{ident}.png", "numComments": chance.randint(1, 9), "upvoters": avatars,
    }  # fmt: skip


if __name__ == "__main__":
    main()
