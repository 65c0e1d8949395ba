"""A program of its own that starts a backfill each time it is told to, so that a test can kill it at any moment.

    python nursery.py LIBRARY URL FIRST DAYS

For each line it reads it forks a child that fetches the days into the library, says the child's number, and then how
the child ended. Forking saves the imports; here, unlike in the test's own process, no thread is running.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tests.fakes import RULES, FakeClock, exit_codes, forked

from papertide.flows.fetch import fetch, plan
from papertide.flows.tally import report_of
from papertide.sources import hf
from papertide.sources.archive import ArchiveFolder
from papertide.sources.http import Client
from papertide.store import open_library


def backfill(path: Path, url: str, first: date, days: int) -> None:
    """Fetch what is missing; at a time long after the days."""
    today = first + timedelta(days=days + 30)
    clock = FakeClock(datetime(today.year, today.month, today.day, 12, tzinfo=UTC).timestamp())
    store = open_library(path, create=True)
    parts = [hf.daily(first + timedelta(days=k), url) for k in range(days)]
    todo = plan(parts, store, clock).parts
    with Client(store.fetching, clock) as client:
        report = report_of(fetch(todo, client, store, RULES, clock, today=today, archive=ArchiveFolder.beside(path)))
    store.close()
    if report.problems:
        raise RuntimeError(report.problems[0].reason)


def main() -> None:
    """Read lines until there are no more."""
    path, url, first, days = sys.argv[1:]
    for _line in sys.stdin:
        child = forked(lambda: backfill(Path(path), url, date.fromisoformat(first), int(days)))
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        sys.stdout.write(f"{exit_codes([child])[0]}\n")
        sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
