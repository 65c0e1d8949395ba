"""What every peer's script shares: the question comes as a file of JSON, and the answer goes to one, with its CPU seconds.

These scripts run in the peers' own environments, which have nothing of ours: they import no package of ours, and what they
import of others only there.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any


def spent() -> float:
    """CPU seconds of this process and of those that it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main(peers: Mapping[str, Callable[[Any], Callable[[], object]]]) -> None:
    """Do what the command line says: PEER QUESTION ANSWER. A peer prepares (its imports), and then its work is timed."""
    name, question, answer = sys.argv[1:]
    work = peers[name](json.loads(Path(question).read_text(encoding="utf-8")))
    begin = spent()
    found = work()
    told = {"seconds": spent() - begin, "found": found}
    Path(answer).write_text(json.dumps(told), encoding="utf-8")
