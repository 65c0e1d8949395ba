"""Matching: how well it finds what people say are duplicates, and how often it merges what they say are not.

Everything is counted on pairs: the true ones are closed under transitivity, and the found ones are all pairs within each
group that `matching.cluster` makes. One fixed profile is used for all sets; the others are shown beside it. The sets lie
beside the checkout; without them there is nothing to measure. The figures are the same at every run, but for the seconds.
"""

from __future__ import annotations

import csv
import json
import random
import sys
import tarfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

from table import keep, measured_on, row, skipped

from papertide.errors import PapertideError
from papertide.matching.find import find_duplicates
from papertide.matching.profiles import PROFILES, Name
from papertide.parsers import parse
from papertide.records.listing import Entry

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
TARGETS = {"dblp_acm": 0.985, "openreview_dblp": 1.0, "sr_cytology_screening": 0.987, "sr_stroke": 0.987}
USED: Name = "balanced"
SPEED = 10_000

Pair = frozenset[str]


class Quality(NamedTuple):
    """What was found of the true pairs."""

    precision: float
    recall: float
    wrong: int
    missed: int

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.precision * self.recall / (self.precision + self.recall)


def main() -> None:
    """Print the table."""
    if not DATA.is_dir():
        skipped("the sets are not beside the checkout (../shared/data)")
        return
    sets = {name: records_of(name) for name in sorted(path.name for path in (DATA / "dedup").iterdir())}
    measured_on(f"{len(sets)} labelled sets, {sum(map(len, sets.values())):,} records")
    print(f"duplicates in labelled sets, by title, authors and year; Python {sys.version.split()[0]}")
    profiles = "".join(f"{name:>10}" for name in PROFILES)
    print(f"{'':<24}{'pairs':>7}{'precision':>11}{'recall':>8}{'wrong':>7}{'missed':>8}   F1:{profiles}   target")
    for name, records in sets.items():
        true = truth(name)
        by_profile = {profile: quality(found(records, profile), true) for profile in PROFILES}
        shown, target = by_profile[USED], TARGETS.get(name)
        aim = None if target is None else f">= {target - 5e-4:g}"  # three digits count
        met = keep(f"duplicates in {name}", None, shown.f1, aim, "F1")
        told = "" if target is None else f">= {target:g}{'' if met else '  missed'}"
        values = "".join(f"{q.f1:>10.4f}" for q in by_profile.values())
        counts = f"{shown.precision:>11.4f}{shown.recall:>8.4f}{shown.wrong:>7}{shown.missed:>8}"
        print(f"{name:<24}{len(true):>7}{counts}      {values}   {told}".rstrip())
    false_merges()
    pool = [{**record, "id": f"{name} {record['id']}"} for name, records in sets.items() for record in records]
    sample = random.Random(5).sample(pool, min(SPEED, len(pool)))
    begin = time.process_time()
    find_duplicates(sample)
    row(f"duplicates of {len(sample):,} records", None, time.process_time() - begin, None, "CPU s")


def false_merges() -> None:
    """Count the merges of papers that are known to be different: look-alikes, and a feed without its ids."""
    pairs = json.loads((DATA / "similar_titles.json").read_text(encoding="utf-8"))
    for told, most in ((True, 0), (False, 2)):
        merged = sum(len(find_duplicates(look_alikes(pair, with_ids=told))) for pair in pairs)
        row(f"merged of {len(pairs)} look-alikes, {'with' if told else 'without'} ids", None, merged, f"<= {most}")
    feed = feed_of(DATA / "hf_api_2024_2025.tar.gz")
    for fields in (("abstract", "authors"), ("authors",), ()):
        records = [{name: value for name, value in paper.items() if name in {"id", "title", *fields}} for paper in feed]
        wrong = len(find_duplicates(records))
        row(f"merged of {len(feed):,} of a feed, by {', '.join(('title', *fields))}", None, wrong, "<= 0")


def look_alikes(pair: Mapping[str, Mapping[str, str]], *, with_ids: bool) -> list[dict[str, Any]]:
    """The two records of a pair."""
    return [
        {"id": side, "title": pair[side]["title"], "arxiv_id": pair[side]["id"] if with_ids else None} for side in "ab"
    ]


def records_of(name: str) -> list[dict[str, Any]]:
    """The records of a set: id, title, authors and year, as the export wrote them."""
    with (DATA / "dedup" / name / "records.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [{field: row[field] for field in ("id", "title", "authors", "year")} for row in rows if row["title"].strip()]


def truth(name: str) -> set[Pair]:
    """The true pairs of a set."""
    with (DATA / "dedup" / name / "pairs.csv").open(encoding="utf-8", newline="") as file:
        return {frozenset((row["id_a"], row["id_b"])) for row in csv.DictReader(file)}


def found(records: Iterable[Mapping[str, Any]], profile: Name) -> set[Pair]:
    """All pairs within the groups that matching makes."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for match in find_duplicates(records, profile=profile):
        groups[str(match.a)].append(str(match.b))
    return {frozenset(pair) for first, others in groups.items() for pair in combinations((first, *others), 2)}


def quality(found: set[Pair], true: set[Pair]) -> Quality:
    """Precision and recall of pairs."""
    right = len(found & true)
    return Quality(right / len(found), right / len(true), len(found) - right, len(true) - right)


def feed_of(archive: Path) -> list[dict[str, Any]]:
    """The papers of a feed, each arXiv id once, with what a page says of it but its id."""
    papers = {entry.arxiv_id: entry for entry in entries_of(archive) if entry.arxiv_id}
    return [
        {"id": name, "title": paper.title, "abstract": paper.abstract, "authors": paper.authors}
        for name, paper in sorted(papers.items())
    ]


def entries_of(archive: Path) -> Iterator[Entry]:
    """The entries of all pages that can be read."""
    with tarfile.open(archive) as files:
        for member in files:
            page = files.extractfile(member)
            if page is not None:
                try:
                    yield from parse(page.read(), "auto", None).entries
                except PapertideError:
                    continue  # some pages of this archive are damaged


if __name__ == "__main__":
    main()
