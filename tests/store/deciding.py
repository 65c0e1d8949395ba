"""A reader in a process of its own who decides and takes back, at random, until they are killed.

`decide_on` says each row on a pipe after it was stored; `killed` runs such readers and checks what is left.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable

from tests.fakes import NOW, READER, forked, look

from papertide.store import open_library
from papertide.store.address import Place
from papertide.store.decisions import STATUSES_BY_LOG


def decide_on(path: Place, papers: int, seed: int, said: int, count: int) -> None:
    """Decide `count` times, now and then taking one to three back; for each row that was stored, write a byte to `said`."""
    chance = random.Random(seed)
    store = open_library(path)
    for _ in range(count):
        if chance.random() < 0.2:
            rows = len(store.deciding.undo(READER, chance.randint(1, 3), NOW))
        else:
            status = chance.choice(("keep", "later", "skip"))
            number = chance.randint(1, papers)
            before = {paper["id"]: paper["status"] for paper in store.looking.by_number([number], READER)}
            if before[number] == status:
                status = "inbox"
            rows = len(store.deciding.decide(READER, [number], status, NOW, status))
        os.write(said, b"." * rows)


def killed(path: Place, papers: int, decisions: int, kills: int, seed: int) -> tuple[int, int, int]:
    """Run readers one after the other, `kills` of them killed at random moments, until `decisions` are said.

    Gives how many rows of the log were said, how many there are, and how many statuses differ from it. What was being stored
    when a kill came, three rows at most, may be there unsaid.
    """
    chance = random.Random(seed)
    told, each, run = 0, max(1, decisions // (kills + 1)), 0
    while told < decisions:
        out, into = os.pipe()
        left = decisions - told
        child = forked(_reader(path, papers, seed + run, into, left))
        os.close(into)
        if run < kills:
            told += len(os.read(out, 1))
            time.sleep(chance.random() * each / 2000)
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        while piece := os.read(out, 65536):
            told += len(piece)
        os.close(out)
        run += 1
    connection = look(path)
    try:
        ((stored,),) = connection.execute("SELECT count(*) FROM decision")
        ((off,),) = connection.execute(
            f"WITH said AS ({STATUSES_BY_LOG}), kept AS (SELECT reader, paper_id, status FROM status)"
            ", less AS (SELECT * FROM said EXCEPT SELECT * FROM kept), more AS (SELECT * FROM kept EXCEPT SELECT * FROM said)"
            " SELECT (SELECT count(*) FROM less) + (SELECT count(*) FROM more)"
        )
    finally:
        connection.close()
    return told, stored, off


def _reader(path: Place, papers: int, seed: int, into: int, count: int) -> Callable[[], None]:
    return lambda: decide_on(path, papers, seed, into, count)
