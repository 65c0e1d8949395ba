"""Triage: how much reading the ranking saves, how quickly it follows a decision, and that no decision is lost.

Screening uses labelled sets (batches of 10, one kept and one skipped paper known, mean of 3 seeds), the domain's own papers
their hand-made topics as interests: of 80 labelled papers 20 are decided on (a keep and a skip at least), the others ranked,
mean over 12 topics and 20 draws. Both lie beside the checkout; without them that part is left out, and `--sets` names more
folders of sets. Speed is CPU time of one decision more after 1,000, terms kept, against scikit-learn's TfidfVectorizer
(pairs, sublinear) and LinearSVC on the same texts in the same run where scikit-learn is installed; numpy in one thread.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is loaded
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402 - see above
from table import keep, measured_on, row, skipped  # noqa: E402 - beside this
from tests.fakes import add_pages, json_page  # noqa: E402 - from the checkout
from tests.store.deciding import killed  # noqa: E402 - from the checkout
from tests.topics.seed_pages import LABELS, labelled, papers  # noqa: E402 - from the checkout

from papertide.flows.labelled import labelled as read_set  # noqa: E402 - see above
from papertide.ranking.metrics import average_precision  # noqa: E402 - see above
from papertide.ranking.model import Ranker, best_first  # noqa: E402 - see above
from papertide.ranking.packed import terms_of  # noqa: E402 - see above
from papertide.ranking.simulate import simulate  # noqa: E402 - see above
from papertide.store import open_library  # noqa: E402 - see above
from papertide.topics import default_source, load  # noqa: E402 - see above

SETS = ROOT.parent / "shared" / "data" / "triage"
# ASReview ELAS u4: loss and WSS@95, batches of 10, prior 1+1, three seeds.
OTHERS = {
    "Kitchenham_2010_softeng": (0.077, 0.708),
    "virus_Kwok_2020": (0.059, 0.703),
    "cohen_ADHD": (0.072, 0.641),
    "cohen_Triptans": (0.117, 0.601),
}
SEEDS, DECIDED, ROUNDS = 3, 1_000, 15
Texts = Sequence[tuple[str, str]]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, nargs="*", default=[10_000], help="sizes to measure speed at")
    parser.add_argument("--decisions", type=int, default=1_000, help="decisions to be made while readers are killed")
    parser.add_argument("--kills", type=int, default=40, help="how many readers are killed")
    parser.add_argument("--sets", type=Path, nargs="*", default=[SETS], help="folders of labelled sets")
    given = parser.parse_args()
    files = sorted(file for folder in given.sets for file in folder.glob("*.csv*"))
    sizes = f"{', '.join(format(count, ',') for count in given.papers)} papers"
    measured_on(f"{len(files)} labelled sets; {sizes}; {given.decisions} decisions, {given.kills} readers killed")
    screening(files)
    interests()
    for count in given.papers:
        speed(made_up(count, files))
    kills(given.decisions, given.kills)


def screening(files: Sequence[Path]) -> None:
    """Screen each labelled set."""
    if not files:
        skipped("screening: no labelled sets beside the checkout (../shared/data/triage)")
        return
    print(f"{'screening':<28}{'recall@10%':>11}{'WSS@95':>9}{'loss':>9}{'ms a step':>11}   ELAS u4: WSS@95, loss")
    ours: dict[str, tuple[float, float]] = {}
    for file in files:
        texts, labels = read_set(str(file))
        made = [simulate(texts, labels, seed=seed) for seed in range(SEEDS)]
        recall, saved, lost, spent = (
            statistics.mean(getattr(one, name) for one in made) for name in ("recall10", "wss95", "loss", "ms_per_step")
        )
        name = file.name.split(".")[0]
        ours[name] = lost, saved
        theirs = "" if name not in OTHERS else f"{OTHERS[name][1]:>12.3f}{OTHERS[name][0]:>8.3f}"
        keep(f"screening {name}: loss, against ELAS u4 as told", OTHERS.get(name, (None,))[0], lost, None)
        print(f"{name:<28}{recall:>11.3f}{saved:>9.3f}{lost:>9.4f}{spent:>11.1f}{theirs}")
    if ours.keys() >= OTHERS.keys():
        lost, saved = (statistics.mean(ours[name][k] for name in OTHERS) for k in (0, 1))
        least, most = (statistics.mean(pair[k] for pair in OTHERS.values()) for k in (0, 1))
        row("screening, mean loss, against ELAS u4 as told", least, lost, "ratio <= 0.95")
        row("screening, mean WSS@95, against ELAS u4 as told", most, saved, "ratio > 1")


def interests() -> None:
    """Take the hand-made topics of the domain's own papers for a reader's interests."""
    if not LABELS.is_file():
        skipped("interests: no labelled topics beside the checkout")
        return
    abstracts, known = papers(), labelled()
    titles = list(dict.fromkeys([*(paper.title for paper in known), *abstracts]))
    rules = load(default_source(), "default topics")
    counts = Counter(topic for paper in known for topic in paper.topics)
    topics = sorted(counts, key=lambda topic: (-counts[topic], topic))[:12]
    for told, with_topics in (("words alone", False), ("words and our topics", True)):
        ranker = Ranker(
            (k, terms_of(title, abstracts[title], rules.label(title, abstracts[title]) if with_topics else ()))
            for k, title in enumerate(titles)
        )
        found = [
            value
            for topic in topics
            for seed in range(20)
            if (value := _interest(ranker, [topic in paper.topics for paper in known], seed)) is not None
        ]
        row(f"average precision, 20 decisions, {told}", None, statistics.mean(found), ">= 0.45")


def _interest(ranker: Ranker, wanted: Sequence[bool], seed: int) -> float | None:
    """The average precision of the labelled papers not decided on; None where none of them is wanted."""
    chance = random.Random(seed)
    decided = [chance.choice([k for k, w in enumerate(wanted) if w is kind]) for kind in (True, False)]
    others = [k for k in range(len(wanted)) if k not in decided]
    chance.shuffle(others)
    decided += others[:18]
    learned = ranker.learn([k for k in decided if wanted[k]], [k for k in decided if not wanted[k]])
    if learned is None:
        return None
    order = best_first(ranker.numbers, learned.margins)
    return average_precision([int(wanted[k]) for k in order if k < len(wanted) and k not in set(decided)])


def made_up(count: int, files: Sequence[Path]) -> Texts:
    """So many texts: those of the sets, and then halves of two of them joined; words drawn at random without sets."""
    chance = random.Random(1)
    known = [text for file in files for text in read_set(str(file))[0]][:count]
    if not known:
        words = [f"w{k}" for k in range(20_000)]
        weights = [1 / (k + 1) for k in range(20_000)]
        return [
            (" ".join(chance.choices(words, weights, k=9)), " ".join(chance.choices(words, weights, k=170)))
            for _ in range(count)
        ]
    more = [
        (chance.choice(known)[0], _half(chance, known) + ". " + _half(chance, known)) for _ in range(count - len(known))
    ]
    return [*known, *more]


def _half(chance: random.Random, known: Texts) -> str:
    return ". ".join(part for part in chance.choice(known)[1].split(". ") if chance.random() < 0.5)


def speed(texts: Texts) -> None:
    """Time one decision more, ours and scikit-learn's."""
    chance = random.Random(3)
    order = chance.sample(range(len(texts)), min(DECIDED + ROUNDS, len(texts)))
    kept = {row for row in order if chance.random() < 0.1}
    begin = time.process_time()
    ranker = Ranker(((row, terms_of(*text)) for row, text in enumerate(texts)), session=True)
    row(f"terms and matrix of {len(texts):,} papers", None, time.process_time() - begin, None, "CPU s")

    def ours(decided: Sequence[int]) -> object:
        learned = ranker.learn([r for r in decided if r in kept], [r for r in decided if r not in kept])
        return ranker.scores(learned) if learned else None

    ours(order[:DECIDED])
    mine = _median(ours, order)
    theirs = None if find_spec("sklearn") is None else _median(_scikit_learn(texts, kept), order)
    if theirs is None:
        skipped("one decision by scikit-learn: it is not installed here")
    of = f"one decision after {DECIDED:,} of {len(texts):,} papers"
    row(of, theirs, mine, None if theirs is None else "ratio <= 1", "CPU ms")


def _median(rank: Callable[[Sequence[int]], object], order: Sequence[int]) -> float:
    """The median milliseconds of CPU of ranking anew after each of the last decisions."""
    return 1000 * statistics.median(_timed(rank, order))


def _timed(rank: Callable[[Sequence[int]], object], order: Sequence[int]) -> Iterator[float]:
    for known in range(DECIDED + 1, len(order) + 1):
        begin = time.process_time()
        rank(order[:known])
        yield time.process_time() - begin


def _scikit_learn(texts: Texts, kept: set[int]) -> Callable[[Sequence[int]], object]:
    text, svm = import_module("sklearn.feature_extraction.text"), import_module("sklearn.svm")
    vectorizer = text.TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, max_df=0.95)
    matrix = vectorizer.fit_transform(" ".join(pair) for pair in texts)

    def rank(decided: Sequence[int]) -> object:
        labels = np.array([int(row in kept) for row in decided])
        balance = labels.sum() / (9.8 * (len(labels) - labels.sum()))
        model = svm.LinearSVC(C=0.11, class_weight={1: 1.0, 0: balance}).fit(matrix[decided], labels)
        return model.decision_function(matrix)

    return rank


def kills(decisions: int, count: int) -> None:
    """Kill readers while they decide, and look at what is left."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "library.db")
        store = open_library(path, create=True)
        add_pages(
            store,
            json_page(*(f"{word} {'x' * len(word)} {k}" for k, word in enumerate("one two three four five".split()))),
        )
        store.close()
        said, stored, off = killed(path, 5, decisions, count, seed=11)
    lost = max(0, said - stored)
    print(f"{said:,} rows of the log said, {stored:,} there, {count} readers killed")
    row("decisions lost", None, lost, "<= 0")
    row("statuses that differ from the log", None, off, "<= 0")


if __name__ == "__main__":
    main()
