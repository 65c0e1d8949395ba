"""A library on a PostgreSQL server: what it takes, and what it costs to find papers in it, against bare SQL by psycopg.

The papers are made of real ones (see `made_library`), added to a file by the command itself and copied to a server that is
started for this alone, with 512 MB of shared buffers and no waiting for the disk. Each question is put to both by turns,
warm, and the 95th percentile of each is compared in elapsed time, since it is the server that works. The bare SQL says
what the question says, no more: it reads the papers' columns, and neither their tags nor whether they were kept. Starting
is a whole command, on the server and on the file.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path

import made_library
import psycopg
import searching
from table import head, row, skipped, within

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the server is the tests'

from tests.postgres import Postgres, binaries  # noqa: E402  # behind the path

from papertide.query import parse  # noqa: E402  # behind the path
from papertide.store import open_library  # noqa: E402  # behind the path
from papertide.store.address import Server  # noqa: E402  # behind the path
from papertide.store.base import Selection, Sort  # noqa: E402  # behind the path
from papertide.store.postgres.texts import query  # noqa: E402  # behind the path
from papertide.store.select import relevance  # noqa: E402  # behind the path
from papertide.store.tables import TABLES  # noqa: E402  # behind the path

PAPERTIDE = Path(sys.executable).with_name("papertide")
TODAY = date(2026, 11, 21)
QUERIES = 100
ROUNDS = 2
COLD = 15
Pair = tuple[Callable[[], object], Callable[[], object]]
"""A question as it is put to psycopg, and to the library."""
_TABLES = (
    "SELECT c.relname, pg_total_relation_size(c.oid), pg_table_size(c.oid) FROM pg_class c"
    " WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace ORDER BY 2 DESC LIMIT 6"
)


def main() -> None:
    """Fill, then read, then start."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--papers", type=int, default=100_000, help="how many papers (default: 100,000)")
    parser.add_argument("--library", type=Path, help="a file that has them already")
    parser.add_argument("--url", help="a library on a server that has them already; with --library nothing is copied")
    parser.add_argument("--times", type=int, default=1, help="how often each paper is to be there (default: once)")
    given = parser.parse_args()
    if not given.url and binaries() is None:
        skipped("there is no PostgreSQL server here")
        return
    with tempfile.TemporaryDirectory() as folder:
        library = given.library or _filled(Path(folder), given.papers)
        if given.url:
            measure(library, given.url)
            return
        with Postgres() as server:
            server.execute("ALTER SYSTEM SET shared_buffers = '512MB'")
            server.execute("ALTER SYSTEM SET maintenance_work_mem = '256MB'")
            server.restart()
            url = server.fresh()
            begin = time.perf_counter()
            command: list[str | Path] = [PAPERTIDE, "copy", "--no-archive", library, url]
            subprocess.run(command, env=_env(), check=True)
            print(f"copied in {time.perf_counter() - begin:.0f} s", flush=True)
            quality(server, Path(folder))
            if given.times > 1:
                library = _multiplied(library, url, Path(folder), given.times)
            measure(library, url)


def _filled(home: Path, papers: int) -> Path:
    """A library of so many papers in a file."""
    records, library = home / "papers.jsonl", home / "library.db"
    made_library.write(records, papers)
    command: list[str | Path] = [PAPERTIDE, "--library", library, "add", "--no-archive", records]
    subprocess.run(command, env=_env(), stdout=subprocess.DEVNULL, check=True)
    records.unlink()
    return library


_COPIED = {
    "page": {"digest": "digest || ' ' || {times}"},
    "paper": {"arxiv_id": "NULL"},
    "sighting": {"arxiv_id": "NULL"},
    "paper_source": {"source_id": "source_id || ' ' || {times}"},
    "paper_listed": {},
    "paper_topic": {},
}
"""Tables that are put in again, and what is other in their rows; numbers are higher."""


def _again(table: str, changed: dict[str, str], times: int, shift: int) -> str:
    """The statement that puts all rows of a table in once more."""
    columns = next(known.columns for known in TABLES if known.name == table)
    numbers = {name: f"{name} + {times * shift}" for name in ("id", "paper_id", "page_id") if name in columns}
    other = numbers | {name: text.format(times=times) for name, text in changed.items()}
    first = "paper_id" if "paper_id" in columns else "id"
    values = ", ".join(other.get(name, name) for name in columns)
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} WHERE {first} <= {shift}"


def _multiplied(library: Path, url: str, home: Path, times: int) -> Path:
    """Both libraries with each paper so often; the file is a copy, whose index of words stays as it is: `list` needs none."""
    large = home / "large.db"
    shutil.copy(library, large)
    with closing(sqlite3.connect(large)) as file, psycopg.connect(url) as server:
        shift = 1 + max(
            file.execute(f"SELECT max(id) FROM {table}").fetchone()[0] for table in ("page", "paper", "sighting")
        )
        for (trigger,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            file.execute(f"DROP TRIGGER {trigger}")
        for table in ("paper", "paper_topic"):
            server.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for time_ in range(1, times):
            for table, changed in _COPIED.items():
                statement = _again(table, changed, time_, shift)
                file.execute(statement)
                server.execute(statement)
            words = "INSERT INTO paper_text SELECT rowid + %s, body, names FROM paper_text WHERE rowid <= %s"
            server.execute(words, (time_ * shift, shift))
        for table in ("paper", "paper_topic"):
            server.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        file.commit()
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("VACUUM ANALYZE")
    return large


def measure(library: Path, url: str) -> None:
    """Print what a library takes and how quick it is."""
    bare = psycopg.connect(url, autocommit=True)
    bare.execute("SET jit = off")  # as the library has it
    papers = _one(bare, "SELECT count(*) FROM paper")
    version = _one(bare, "SHOW server_version")
    head(f"a library of {papers:,} papers on PostgreSQL {str(version).split()[0]}")
    size = sum(int(file.stat().st_size) for file in library.parent.glob(f"{library.name}*") if file.is_file())
    there = int(str(_one(bare, "SELECT pg_database_size(current_database())")))
    row("on the disk, against a file", size / 1e6, there / 1e6, None, "MB")
    for name, whole, table in bare.execute(_TABLES).fetchall():
        print(f"    {name:<16}{whole / 1e6:>9,.0f} MB, of which indexes {(whole - table) / 1e6:,.0f} MB")
    read(bare, url)
    start(library, url)


def quality(server: Postgres, home: Path) -> None:
    """How good the first papers of a search are, on the server and in a file; see `searching`."""
    if not searching.DATA.is_dir():
        skipped("how good searches are: the collections are not beside the checkout (../shared/data)")
        return
    head("how good searches are, against the same in a file")
    for collection in sorted((searching.DATA / "search").iterdir()):
        records, questions, judged = searching.read(collection)
        path, url = home / f"{collection.name}.db", server.fresh()
        searching.fill(path, records)
        command: list[str | Path] = [PAPERTIDE, "copy", "--no-archive", path, url]
        subprocess.run(command, env=_env(), stdout=subprocess.DEVNULL, check=True)
        means: list[tuple[float, float]] = []
        for place in (Server(url), path):
            with closing(open_library(place)) as store:
                means.append(searching.scores(partial(searching.ours_for, store), questions, judged))
        (good, reached), (file_good, file_reached) = means
        row(f"search --any in {collection.name}", file_good, good, None, "nDCG@10")
        row(f"search --any in {collection.name}", file_reached, reached, None, "recall@100")


def read(bare: psycopg.Connection, url: str) -> None:
    """Put each question to psycopg and to the library."""
    store = open_library(Server(url))
    looking, chance = store.looking, random.Random(3)

    def asked(text: str, sort: Sort = "published", *, any_word: bool = False) -> Callable[[], object]:
        selection = Selection(parse(text, today=TODAY), "me", sort=sort, limit=20, any_word=any_word)
        return lambda: looking.papers(selection)

    def by_hand(statement: str, *values: object) -> Callable[[], object]:
        return lambda: bare.execute(statement, values).fetchall()

    topics = "SELECT topic FROM paper_topic GROUP BY topic ORDER BY count(*) DESC LIMIT 15"
    names = [row[0] for row in bare.execute(topics).fetchall()]
    filters: list[Pair] = []
    for _ in range(QUERIES):
        topic, year, most = chance.choice(names), chance.randint(2018, 2026), chance.randint(2, 9)
        sql = (
            "SELECT p.* FROM paper_topic t JOIN paper p ON p.id = t.paper_id WHERE lower(t.topic) = lower(%s)"
            " AND t.published BETWEEN %s AND %s AND t.author_count <= %s ORDER BY t.published DESC NULLS LAST LIMIT 20"
        )
        ours = asked(f"topic:{topic} date:{year} authors:<={most}")
        filters.append((by_hand(sql, topic, f"{year}-01-01", f"{year}-12-31", most), ours))
    compare("topic, dates and authors, first 20: p95", filters, 1.5)

    words = list(_questions(bare, chance))
    ranked = (
        "SELECT p.*, ts_rank('{0, 0, 0.33, 1}', t.body, %s::tsquery, 1) s FROM paper_text t JOIN paper p ON p.id = t.rowid"
        " WHERE t.body @@ %s::tsquery ORDER BY s DESC LIMIT 20"
    )
    every = [(by_hand(ranked, *[_all(text)] * 2), asked(text, "relevance")) for text in words]
    compare("search, all words, first 20: p95", every, 1.5)
    some = [
        (by_hand(ranked, *[_all(text).replace(" & ", " | ")] * 2), asked(text, "relevance", any_word=True))
        for text in words[: QUERIES // 10]
    ]
    compare("search --any, first 20: p95", some, None)
    first = "SELECT * FROM paper ORDER BY published DESC NULLS LAST, id LIMIT 20"
    compare("list, first 20: p95", [(by_hand(first), asked(""))] * 40, None)
    store.close()


def compare(name: str, pairs: Sequence[Pair], target: float | None) -> None:
    """Put each pair's question both ways, twice, the second time counting; print the 95th percentiles."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        taken = ([], [])
        for pair in pairs:
            for ask, times in zip(pair, taken, strict=True):
                begin = time.perf_counter()
                ask()
                times.append((time.perf_counter() - begin) * 1000)
    reference, ours = (sorted(times)[int(len(times) * 0.95)] for times in taken)
    row(name, reference, ours, within(target), "ms")


def start(library: Path, url: str) -> None:
    """A whole command, by turns on the file and on the server: medians."""
    times: dict[str, list[float]] = {str(library): [], url: []}
    for _ in range(COLD):
        for place, taken in times.items():
            begin = time.perf_counter()
            command: list[str | Path] = [PAPERTIDE, "list", "--limit", "20"]
            subprocess.run(command, env=_env() | {"PAPERTIDE_LIBRARY": place}, stdout=subprocess.DEVNULL, check=True)
            taken.append((time.perf_counter() - begin) * 1000)
    file, server = (statistics.median(taken) for taken in times.values())
    row("papertide list, from its start, against a file", file, server, within(3.0), "ms")


def _questions(bare: psycopg.Connection, chance: random.Random) -> list[str]:
    """Two to four words that stand side by side in a title, as people search for what they half remember."""
    most = int(str(_one(bare, "SELECT max(id) FROM paper")))
    found: list[str] = []
    while len(found) < QUERIES:
        row = bare.execute("SELECT title FROM paper WHERE id = %s", (chance.randint(1, most),)).fetchone()
        words = [word for word in row[0].lower().split() if word.isalpha() and len(word) > 2] if row else []
        size = chance.randint(2, 4)
        if len(words) > size:
            begin = chance.randrange(len(words) - size)
            found.append(" ".join(words[begin : begin + size]))
    return found


def _all(text: str) -> str:
    """The `tsquery` of all words of a question."""
    plan = relevance(parse(text, today=TODAY))
    if plan is None:
        raise SystemExit(f"no words in {text!r}")
    return query(plan.every)


def _one(bare: psycopg.Connection, statement: str) -> object:
    row = bare.execute(statement).fetchone()
    return row[0] if row else None


def _env() -> dict[str, str]:
    home = {name: value for name, value in os.environ.items() if not name.startswith(("PAPERTIDE_", "PYTHON", "XDG_"))}
    return home | {"NO_COLOR": "1"}


if __name__ == "__main__":
    main()
