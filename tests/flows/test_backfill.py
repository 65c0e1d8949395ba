"""A backfill that is killed at random, again and again, ends with what an undisturbed one has."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from random import Random
from typing import IO

from tests.fakes import look
from tests.hub import Hub, month_of, served

ROOT = Path(__file__).resolve().parents[2]
FIRST = date(2024, 7, 1)
DAYS = 400
KILLS = 50


class Nursery:
    """The program that starts backfills; see `nursery`."""

    def __init__(self, told: IO[str], said: IO[str]) -> None:
        self._told = told
        self._said = said

    def start(self) -> int:
        """Start a backfill; gives its process."""
        self._told.write("go\n")
        self._told.flush()
        return int(self._said.readline())

    def ended(self) -> int:
        """Wait for its end; gives its exit code, negative for the signal that ended it."""
        return int(self._said.readline())


@contextmanager
def nursery(library: Path, url: str) -> Iterator[Nursery]:
    """The program, running."""
    command = [sys.executable, "-m", "tests.flows.nursery", str(library), url, str(FIRST), str(DAYS)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Nursery(process.stdin, process.stdout)
        process.stdin.close()


CONTENT = (
    "SELECT id, digest, name, layout, captured, captured_given, asked, listed FROM page",
    "SELECT id, title, abstract, arxiv_id, published, author_count, authors, comments, upvotes, sightings FROM paper",
    "SELECT id, paper_id, page_id, position, entry, method, score, reason FROM sighting",
    "SELECT paper_id, day FROM paper_listed",
    "SELECT paper_id, source_id FROM paper_source",
    "SELECT paper_id, topic, place FROM paper_topic",
    "SELECT source, part, entries FROM fetched",
)
"""Everything in a library but the moments at which it came, which depend on when a run was killed."""


def content(path: Path) -> list[list[tuple[object, ...]]]:
    """What a library holds, and what is archived beside it."""
    connection = look(path)
    try:
        held = [sorted(connection.execute(sql).fetchall()) for sql in CONTENT]
    finally:
        connection.close()
    archive = path.with_name(f"{path.name}.pages")
    return [*held, sorted((file.name, file.read_bytes()) for file in archive.rglob("*.gz"))]


def test_killed_again_and_again(tmp_path: Path) -> None:
    """A backfill of 400 days, killed 50 times at random moments, ends with exactly what an undisturbed one has."""
    chance = Random(20261121)
    with served(Hub(month_of(FIRST, DAYS, papers=2))) as hub:
        with nursery(tmp_path / "undisturbed.db", hub.url) as quiet:
            quiet.start()
            assert quiet.ended() == 0
        kills = 0
        with nursery(tmp_path / "killed.db", hub.url) as troubled:
            while kills < KILLS:
                child = troubled.start()
                time.sleep(chance.uniform(0.02, 0.16))
                os.kill(child, signal.SIGKILL)
                code = troubled.ended()
                assert code in (0, -signal.SIGKILL)
                kills += code != 0
                if code == 0:
                    break
            troubled.start()
            assert troubled.ended() == 0
    assert kills == KILLS
    undisturbed = content(tmp_path / "undisturbed.db")
    assert content(tmp_path / "killed.db") == undisturbed
    assert len(undisturbed[-2]) == DAYS
