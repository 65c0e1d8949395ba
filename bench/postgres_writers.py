"""Many at once: processes that add overlapping pages to one library on a server make the library that one alone makes.

Most pages are given to several of them. In each round one is killed (SIGKILL) at a random moment: what it leaves is
whole pages and no lock, and when its pages were added again, the library is the same. Libraries are the same when their
papers are, with all that was seen of them and where; numbers, moments and which sighting was the first are not compared,
for they tell who came first. The same is held against a library in a file. The server is the tests' own.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from killing import begun, child, ended, warm
from table import keep, measured_on, skipped

from papertide.store import open_library
from papertide.store.address import Place, Server
from papertide.store.base import Selection

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from tests.postgres import Postgres, binaries  # noqa: E402 - from the checkout

WORDS = (
    "gradient batch teacher student layer token prompt budget sample reward policy memory route expert kernel cache draft"
    " label noise margin vector sketch anchor window branch merge probe signal filter ladder mirror ribbon harbour lantern"
).split()
LOCKS = "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE locktype = 'advisory' AND datname = %s"
Library = dict[str, Any]


@dataclass(frozen=True)
class Round:
    """What came of a round: how far the one that was killed got, in pages, and what was wrong."""

    kept: int
    seconds: float
    wrong: list[str]


def pages(count: int, chance: random.Random) -> Iterator[list[dict[str, Any]]]:
    """Pages of eight papers out of few, which each page knows otherwise: without an id, misspelt, cut off, with new counts."""
    papers = [_paper(number, chance) for number in range(3 * count)]
    for _ in range(count):
        yield [_as_seen(paper, chance) for paper in chance.sample(papers, 8)]


def _paper(number: int, chance: random.Random) -> dict[str, Any]:
    title = " ".join(chance.choices(WORDS, k=6)).capitalize()
    abstract = " ".join(chance.choices(WORDS, k=60)).capitalize() + "."
    month = f"{chance.randint(22, 25)}{chance.randint(1, 12):02}"
    day = f"20{month[:2]}-{month[2:]}-{chance.randint(1, 28):02}"
    return {"title": title, "abstract": abstract, "arxiv_id": f"{month}.{number + 1:05}", "published": day}


def _as_seen(paper: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    title, abstract = paper["title"], paper["abstract"]
    if chance.random() < 0.3:
        place = chance.randrange(1, len(title) - 1)
        title = title[:place] + title[place : place + 2][::-1] + title[place + 2 :]
    seen = {**paper, "title": title, "abstract": chance.choice((abstract, abstract[:200], abstract[:90]))}
    for key in chance.choice(((), (), ("arxiv_id",), ("arxiv_id", "abstract"), ("published",))):
        del seen[key]
    return seen | {"upvotes": chance.randrange(90), "listed": [f"2026-{chance.randint(1, 9):02}-03"]}


def written(folder: Path, made: Sequence[list[dict[str, Any]]]) -> list[str]:
    """Write pages as files; gives their names."""
    names = []
    for number, page in enumerate(made):
        path = folder / f"page-{number:03}.jsonl"
        path.write_text("".join(json.dumps(paper) + "\n" for paper in page), encoding="utf-8")
        names.append(path.name)
    return names


def library(place: Place) -> Library:
    """What a library holds: `papers` with what was seen of them, `pages` with how many entries each shows, `unwell`."""
    with closing(open_library(place)) as store:
        papers, seen = [], dict.fromkeys((page.digest for page in store.recalling.pages()), 0)
        for paper in store.looking.papers(Selection(None, "me")):
            sightings = store.carrying.paper(paper["id"])["sightings"]
            for sighting in sightings:
                seen[sighting["page"]["digest"]] += 1
            told = [[s["page"]["digest"], s["page"]["captured"], s["position"], s["entry"]] for s in sightings]
            facts = {name: value for name, value in paper.items() if name not in ("id", "added")}
            papers.append(json.dumps([facts, sorted(told, key=repr)], sort_keys=True, default=str))
        unwell = [finding.name for finding in store.checking.findings() if not finding.well]
    return {"papers": sorted(papers), "pages": seen, "unwell": unwell}


def shares(names: Sequence[str], writers: int, chance: random.Random) -> list[list[str]]:
    """The pages of each writer, in an order of its own; most pages are those of two or three."""
    own = [{chance.choice(names)} for _ in range(writers)]
    for name in names:
        for writer in chance.sample(range(writers), min(writers, chance.choice((1, 2, 2, 3)))):
            own[writer].add(name)
    return [chance.sample(sorted(share), len(share)) for share in own]


def one_round(
    url: str, folder: Path, given: Sequence[list[str]], expected: Library, kill: tuple[int, float] | None
) -> Round:
    """Let all write at once, and kill one after so many seconds; then let it begin again."""
    wrong: list[str] = []
    begin = time.perf_counter()
    writers = [begun(folder, ["--library", url, "add", *share]) for share in given]
    if kill:
        time.sleep(kill[1])
        os.kill(writers[kill[0]], signal.SIGKILL)
    codes = [ended(writer) for writer in writers]
    seconds = time.perf_counter() - begin
    wrong += [f"writer {n} ended with {code}" for n, code in enumerate(codes) if code and not (kill and n == kill[0])]
    between = library(Server(url))
    half = [d for d, entries in between["pages"].items() if entries != expected["pages"].get(d)]
    wrong += [f"{len(half)} pages are there in part"] * bool(half)
    wrong += [f"after the kill {name} is not well" for name in between["unwell"]]
    if kill and child(folder, ["--library", url, "add", *given[kill[0]]]) != 0:
        wrong.append("what was killed can't be done again")
    after = library(Server(url))
    wrong += [f"another library: its {part}" for part in expected if after[part] != expected[part]]
    with psycopg.connect(url) as connection:
        name = connection.info.dbname
        if connection.execute(LOCKS, (name,)).fetchone() != (0,):
            wrong.append("a lock is left")
    return Round(len(between["pages"]), seconds, wrong)


def rounds(server: Postgres, *, count: int, writers: int, times: int, seed: int) -> Iterator[Round]:
    """The rounds; the first one is undisturbed, and tells how long they take."""
    warm()
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        names = written(folder, list(pages(count, chance)))
        if child(folder, ["--library", "alone.db", "add", *names]) != 0:
            raise RuntimeError("adding to a file failed")
        expected = library(folder / "alone.db")
        yield _fresh_round(server, folder, [names], expected, None)
        undisturbed = _fresh_round(server, folder, shares(names, writers, chance), expected, None)
        yield undisturbed
        for _ in range(times):
            kill = chance.randrange(writers), chance.uniform(0.0, undisturbed.seconds)
            yield _fresh_round(server, folder, shares(names, writers, chance), expected, kill)


def _fresh_round(
    server: Postgres, folder: Path, given: Sequence[list[str]], expected: Library, kill: tuple[int, float] | None
) -> Round:
    url = server.fresh()
    try:
        return one_round(url, folder, given, expected, kill)
    finally:
        server.drop(url)


def main() -> None:
    """Take the rounds, print them, and fail if anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10, help="rounds with a kill (default: 10)")
    parser.add_argument("--writers", type=int, default=8, help="processes at once (default: 8)")
    parser.add_argument("--pages", type=int, default=40, help="pages of eight papers (default: 40)")
    parser.add_argument("--seed", type=int, default=1, help="of pages, shares and moments (default: 1)")
    given = parser.parse_args()
    if binaries() is None:
        skipped("there is no PostgreSQL server here")
        return
    measured_on(f"{given.rounds} rounds, {given.writers} writers at once, {given.pages} pages")
    wrong = 0
    print(f"{'round':<28}{'s':>7}{'pages before the rest':>23}   wrong")
    with Postgres() as server:
        made = rounds(server, count=given.pages, writers=given.writers, times=given.rounds, seed=given.seed)
        for number, found in enumerate(made, -1):
            label = {-1: "one after the other", 0: f"{given.writers} at once"}.get(
                number, f"one of them killed, {number}"
            )
            print(f"{label:<28}{found.seconds:>7.2f}{found.kept:>23}   {', '.join(found.wrong) or '-'}", flush=True)
            wrong += len(found.wrong)
    keep("what is wrong after writers at once, one killed each time", None, wrong, "<= 0")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
