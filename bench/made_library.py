"""A large library's papers, made of real ones: for the benchmarks that need more papers than anybody has at hand.

The real titles and abstracts are those of the API's answers beside the checkout (some 5,800 papers); where they are not there,
the words are made up. Paper number `k` begins as the real paper `k` modulo their count. From the second round on each word
of its title, and of the first sentence of its abstract, is another real title's with a chance of one half, and so is each
other sentence another abstract's: words keep their frequencies, and no two papers are one. Nine of ten have an arXiv id. Every
fiftieth record is an earlier paper once more: without its id, with two letters of its title exchanged.
"""

from __future__ import annotations

import json
import random
import re
import tarfile
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DAYS = ROOT.parent / "shared" / "data" / "hf_api_2024_2025.tar.gz"
FIRST_DAY = date(2017, 1, 1)
DAYS_LONG = 3_500
REPEATED = 50
"""One record in so many is a paper that was there before."""
_SENTENCE = re.compile(r"(?<=[.!?]) ")


def records(count: int, seed: int = 7) -> Iterator[dict[str, object]]:
    """So many papers as JSONL holds them, the same for the same seed."""
    chance = random.Random(seed)
    real = _real() or _made_up(chance)
    words = [word for title, _ in real for word in title.split()]
    sentences = [sentence for _, text in real for sentence in _SENTENCE.split(text)]
    recent: list[dict[str, object]] = []
    months: Counter[str] = Counter()
    for number in range(count):
        if number % REPEATED == REPEATED - 1:
            yield _once_more(chance.choice(recent), chance)
            continue
        title, abstract = real[number % len(real)]
        if number >= len(real):
            title = _mixed(title.split(" "), words, chance)
            first, *others = _SENTENCE.split(abstract)
            abstract = f"{_mixed(first.split(' '), words, chance)} {_mixed(others, sentences, chance)}"
        made = _record(title, abstract, months, chance)
        recent[number % 1_000 : number % 1_000 + 1] = [made]
        yield made


def write(path: Path, count: int) -> None:
    """Write so many papers as JSON Lines."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records(count))


def _mixed(parts: Sequence[str], others: Sequence[str], chance: random.Random) -> str:
    return " ".join(chance.choice(others) if chance.random() < 0.5 else part for part in parts)


def _record(title: str, abstract: str, months: Counter[str], chance: random.Random) -> dict[str, object]:
    day = FIRST_DAY + timedelta(days=int(DAYS_LONG * chance.random() ** 0.5))  # each year brings more than the last
    month = f"{day:%y%m}"
    count = min(1 + int(chance.expovariate(0.2)), 200)
    authors = [f"{chance.choice(_FIRST)} {chance.choice(_LAST)}{chance.choice(_ENDING)}" for _ in range(count)]
    made: dict[str, object] = {"title": title, "abstract": abstract, "published": day.isoformat(), "authors": authors}
    if chance.random() < 0.9:
        months[month] += 1
        made |= {"arxiv_id": f"{month}.{months[month]:05d}"}
        made |= {"upvotes": int(chance.expovariate(0.05)), "comments": int(chance.expovariate(0.5))}
        made["listed"] = [(day + timedelta(days=chance.randint(0, 6))).isoformat()]
    return made


def _once_more(record: dict[str, object], chance: random.Random) -> dict[str, object]:
    title = str(record["title"])
    place = chance.randrange(max(1, len(title) - 1))
    typed = title[:place] + title[place : place + 2][::-1] + title[place + 2 :]
    return {"title": typed, "abstract": record["abstract"], "authors": record["authors"]}


def _real() -> list[tuple[str, str]]:
    """Titles and abstracts of the API's answers, each paper once; none where they are not beside the checkout."""
    found: dict[str, tuple[str, str]] = {}
    if DAYS.exists():
        with tarfile.open(DAYS) as archive:
            for member in archive:
                file = archive.extractfile(member)
                answer = json.load(file) if file and member.name.endswith(".json") else None
                for item in answer if isinstance(answer, list) else ():
                    paper = item.get("paper", {}) if isinstance(item, dict) else {}
                    if isinstance(paper, dict) and paper.get("title") and paper.get("summary"):
                        told = " ".join(paper["title"].split()), " ".join(paper["summary"].split())
                        found.setdefault(paper["id"], told)
    return list(found.values())


def _made_up(chance: random.Random) -> list[tuple[str, str]]:
    """As many papers of made-up words, the common ones much more frequent than the rare ones."""
    syllables = "ba ce di fo gu ka le mi no pu ra se ton ning ral dex vis mer".split()
    words = ["".join(chance.choices(syllables, k=chance.randint(1, 4))) for _ in range(20_000)]
    weights = [1 / (place + 1) for place in range(len(words))]

    def text(least: int, most: int) -> str:
        return " ".join(chance.choices(words, weights, k=chance.randint(least, most))).capitalize()

    return [(text(6, 12), " ".join(text(12, 24) + "." for _ in range(9))) for _ in range(6_000)]


_FIRST = "Ada Bo Chen Dana Emil Fatima Goran Hana Ivo Jun Kofi Lena Mei Noor Olga Pia Qi Rosa Sven Tara Uma Wei".split()
_LAST = (
    "Abel Berg Costa Diaz Eder Falk Gold Hahn Ito Jang Kim Li Meyer Nowak Okoye Park Rao Sato Tran Wang Xu Zhou".split()
)
_ENDING = ("", "", "", "s", "er", "son", "ova", "ini", "man", "escu", "ic", "ez")
