"""Ten weeks with a digest a day, more or less: every paper is told of once."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from random import Random

import pytest
from tests.fakes import READER, RULES, json_page

from papertide.flows import digest
from papertide.flows.add import add
from papertide.flows.tally import report_of
from papertide.sources.base import Raw
from papertide.store import open_library

FIRST = date(2026, 5, 4)
HABITS = ["read", "read", "read", "missed", "missed", "twice", "peek", "again"]


@pytest.mark.parametrize("seed", [7])
def test_every_paper_is_in_one_digest(tmp_path: Path, seed: int) -> None:
    """Days that were missed, listings that were half there, runs again, cut sections: nothing twice, nothing never."""
    dice = Random(seed)
    told: Counter[int] = Counter()
    store = open_library(tmp_path / "x.db", create=True)
    count = 0
    for place in range(70):
        papers, early, limit = dice.randrange(5), dice.randrange(5), dice.choice([None, 1, 2])
        habit = dice.choice(HABITS)
        today = FIRST + timedelta(days=place)
        titles = [
            f"{today} number {n} about {'adapter' if n % 2 else 'nothing'} {n * 7919 + place}" for n in range(papers)
        ]
        count += papers
        for part in (titles[:early], titles):  # the listing in the morning, and as it was in the evening
            page = json_page(*({"title": title, "listed": [today.isoformat()]} for title in part))
            moment = f"{today}T08:00:00Z"
            if part:
                report_of(add([Raw(f"{today}.jsonl", page)], lambda: store, RULES, now=partial(str, moment)))
            if habit == "missed":
                continue
            for _ in range(2 if habit == "twice" else 1):
                if habit == "peek":
                    digest.prepare(store, READER, {"peft": "PEFT"}, today=today, limit=limit)
                    continue
                with digest.told(store, READER, {"peft": "PEFT"}, at=moment, today=today, limit=limit) as made:
                    told.update(made.new)
                    assert sum(len(s.papers) + s.left_out for s in made.sections) == len(made.new)
            if habit == "again":
                again = digest.last(store, READER, {"peft": "PEFT"}, today=today)
                assert set(again.new) <= set(told)
    end = FIRST + timedelta(days=71)
    last = digest.prepare(store, READER, {}, today=end)
    told.update(last.new)
    assert set(told.values()) <= {1}
    assert sorted(told) == list(range(1, len(list(store.adding.texts())) + 1))
    assert len(told) == count
    store.close()
