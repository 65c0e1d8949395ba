"""Duplicates by other programs: records (id, title, authors, year) go in, groups of ids come out.

datasketch   MinHash LSH over the 3-grams of titles (128 permutations, Jaccard at least .7); equal years, where both have one
bib-dedupe   its own rules, as its documentation runs them, on one processor; what it leaves to a person counts as found:
             of records without journals and pages it is sure of none
splink       its model of title, authors and year, trained on the records themselves; groups at a probability of .95
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

from measured import main

Record = dict[str, Any]
Groups = list[list[str]]


def datasketch(records: list[Record]) -> Callable[[], Groups]:
    """Titles whose 3-grams agree."""
    library = import_module("datasketch")

    def work() -> Groups:
        index = library.MinHashLSH(threshold=0.7, num_perm=128)
        marks = {}
        for record in records:
            text = record["title"].lower()
            mark = library.MinHash(num_perm=128)
            mark.update_batch([text[at : at + 3].encode() for at in range(max(1, len(text) - 2))])
            index.insert(record["id"], mark)
            marks[record["id"]] = mark
        years = {record["id"]: record["year"] for record in records}
        pairs = (
            (one, other)
            for one, mark in marks.items()
            for other in index.query(mark)
            if one < other and mark.jaccard(marks[other]) >= 0.7 and len({years[one], years[other]} - {""}) <= 1
        )
        return joined(pairs)

    return work


def bib_dedupe(records: list[Record]) -> Callable[[], Groups]:
    """As its documentation says."""
    library, pandas = import_module("bib_dedupe.bib_dedupe"), import_module("pandas")
    table = pandas.DataFrame(
        {
            "ID": record["id"],
            "ENTRYTYPE": "article",
            "title": record["title"],
            "author": record["authors"],
            "year": record["year"],
        }
        for record in records
    )

    def work() -> Groups:
        known = library.prep(table, verbosity_level=0, cpu=1)
        matched = library.match(library.block(known, verbosity_level=0, cpu=1), verbosity_level=0, cpu=1)
        return [list(map(str, group)) for group in library.cluster(matched.assign(duplicate_label="duplicate"))]

    return work


def splink(records: list[Record]) -> Callable[[], Groups]:
    """A model of three columns, trained without labels."""
    library, comparing, arrow = (import_module(name) for name in ("splink", "splink.comparison_library", "pyarrow"))
    on = library.block_on
    table = arrow.Table.from_pylist(
        [
            {"unique_id": r["id"], **{name: r[name].lower() or None for name in ("title", "authors", "year")}}
            for r in records
        ]
    )
    settings = library.SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            comparing.JaroWinklerAtThresholds("title", [0.97, 0.92, 0.85]),
            comparing.JaroWinklerAtThresholds("authors", [0.95, 0.85, 0.7]),
            comparing.ExactMatch("year"),
        ],
        blocking_rules_to_generate_predictions=[
            on("substr(title, 1, 10)"),
            on("substr(authors, 1, 8)", "year"),
        ],
    )

    def work() -> Groups:
        engine = library.DuckDBAPI()
        linker = library.Linker(engine.register(table), settings)
        linker.training.estimate_probability_two_random_records_match([on("title", "year")], recall=0.8)
        linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
        linker.training.estimate_parameters_using_expectation_maximisation(on("title"))
        linker.training.estimate_parameters_using_expectation_maximisation(on("authors", "year"))
        scored = linker.inference.predict(threshold_match_probability=0.5)
        found = linker.clustering.cluster_pairwise_predictions_at_threshold(scored, 0.95)
        groups: defaultdict[str, list[str]] = defaultdict(list)
        for row in found.as_record_list():
            groups[row["cluster_id"]].append(row["unique_id"])
        return [group for group in groups.values() if len(group) > 1]

    return work


def joined(pairs: Iterable[tuple[str, str]]) -> Groups:
    """Groups of what pairs join."""
    group: dict[str, list[str]] = {}
    for pair in pairs:
        one, other = (group.setdefault(name, [name]) for name in pair)
        if one is not other:
            one += other
            group |= dict.fromkeys(other, one)
    return list({id(names): names for names in group.values()}.values())


if __name__ == "__main__":
    main({"datasketch": datasketch, "bib-dedupe": bib_dedupe, "splink": splink})
