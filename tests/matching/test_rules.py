"""When two records are one paper."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from papertide.matching.find import find_duplicates
from papertide.matching.keys import face_of
from papertide.matching.rules import Kind, Verdict, compare
from papertide.normal import title_key
from papertide.records import Entry

ONE = "We study how adapters forget what they learnt, and mend it with a replay of old gradients over many tasks. " * 3
OTHER = "A benchmark for robots that read manuals; nothing in it is about adapters, and all of it about grippers. " * 3
TRAPS = Path(__file__).resolve().parents[3] / "shared" / "data" / "similar_titles.json"


def verdict(
    a: str,
    b: str,
    *,
    texts: tuple[str | None, str | None] = (None, None),
    counts: tuple[int | None, int | None] = (None, None),
) -> Verdict:
    """What two titles are to each other, with abstracts and author counts."""
    faces = [
        face_of(Entry(title=title, abstract=text, author_count=count))
        for title, text, count in zip((a, b), texts, counts, strict=True)
    ]
    there, back = compare(*faces), compare(*reversed(faces))
    assert there == back, "a comparison is symmetric"
    return there


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("LoRA vs Full Fine-tuning: An Illusion of Equivalence", "LORA VS FULL FINETUNING: AN ILLUSION OF EQUIVALENCE"),
        ("S^{2}FT: Efficient, Scalable Fine-tuning", "S²FT: Efficient, Scalable Fine tuning"),
        (r"$\alpha$-DPO: Adaptive Reward Margin", "α-DPO: Adaptive Reward Margin"),
        ("Amuro & Char: Analyzing Fine-Tuning", "Amuro &amp; Char: Analyzing Fine-Tuning"),
        ("What’s New in My Data?", "What's New in My Data"),
        ("MLLM-CBench:A Comprehensive Benchmark", "MLLM-CBench: A Comprehensive Benchmark"),
        ("Gödel Agents – Self-Reference in Practice", 'G\\"{o}del Agents -- Self-Reference in Practice'),
        ("ﬁne-tuning Large Models for Everything", "Fine-Tuning Large Models for Everything"),
        ("\\textbf{Bold} Claims about Language Models", "Bold Claims about Language Models"),
    ],
)
def test_spellings_of_one_title_are_one_paper(a: str, b: str) -> None:
    """Case, Unicode, LaTeX, entities, hyphens, spaces and punctuation don't tell papers apart."""
    assert title_key(a) == title_key(b)
    assert verdict(a, b).kind is Kind.SAME


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("PAFT: Prompt-Agnostic Fine-Tuning", "PAFT: A Parallel Training Paradigm for Effective LLM Fine-Tuning"),
        ("Llama 2: Open Foundation and Fine-Tuned Chat Models", "Llama 3: Open Foundation and Fine-Tuned Chat Models"),
        ("Qwen2.5-VL Technical Report", "Qwen2-VL Technical Report"),
        ("Qwen2.5-VL Technical Report", "Qwen2.5-Omni Technical Report"),
        ("A Theory of Forgetting, Part I", "A Theory of Forgetting, Part II"),
        ("A Survey of Instruction Tuning for Language Models", "A Survey of Preference Tuning for Language Models"),
        ("Scaling Supervised Learning of Speech Encoders", "Scaling Unsupervised Learning of Speech Encoders"),
        ("Adapters for Low-Resource Speech Recognition Systems", "Adapters for Low-Resource Text Recognition Systems"),
        ("Trust Region On-Policy Distillation", "Trust Region Policy Distillation"),
        ("The First Workshop on Tuning", "The Second Workshop on Tuning"),
    ],
)
def test_titles_that_look_alike_are_two_papers(a: str, b: str) -> None:
    """One telling word, a number or a version makes another paper."""
    assert verdict(a, b).kind is not Kind.SAME


def test_ids_decide_before_titles() -> None:
    """The same arXiv id is the same paper whatever its title; two ids never are, whatever theirs."""
    a = face_of(Entry(title="One Title", arxiv_id="2403.02178"))
    b = face_of(Entry(title="Quite Another", arxiv_id="2403.02178"))
    c = face_of(Entry(title="One Title", arxiv_id="2403.02179", abstract=ONE))
    assert compare(a, b).kind is Kind.SAME
    assert compare(a, c).kind is Kind.DIFFERENT
    d, e = (face_of(Entry(title=t, doi=i)) for t, i in (("This", "10.1/ABC"), ("That", "10.1/abc")))
    assert compare(d, e).kind is Kind.SAME


def test_author_counts_veto_only_with_the_abstracts() -> None:
    """Contradicting author counts part two papers where the abstracts differ too, and not where they agree."""
    title = "Forgetting in Adapters: A Closer Look"
    assert verdict(title, title, texts=(ONE, OTHER), counts=(3, 5)).kind is Kind.DIFFERENT
    assert verdict(title, title, texts=(ONE, ONE), counts=(3, 5)).kind is Kind.SAME
    assert verdict(title, title, texts=(ONE, OTHER), counts=(3, 3)).kind is Kind.SAME
    assert verdict(title, title, texts=(ONE, None), counts=(3, 5)).kind is Kind.SAME


def test_generic_titles_need_their_abstracts() -> None:
    """A title of two words says nothing where the abstracts differ."""
    assert verdict("Technical Report", "Technical report", texts=(ONE, OTHER)).kind is Kind.UNLIKE
    assert verdict("Technical Report", "Technical report", texts=(ONE, ONE)).kind is Kind.SAME


def test_abstracts_that_agree_carry_a_looser_title() -> None:
    """A dropped subtitle and a typo are one paper where the abstracts agree; a cut-off copy of an abstract agrees."""
    whole, short = "Adapters Forget Their Past: On Replay over Many Tasks", "Adapters Forget Their Past"
    assert verdict(whole, short, texts=(ONE, ONE)).kind is Kind.SAME
    assert verdict(whole, short, texts=(ONE, OTHER)).kind is not Kind.SAME
    assert verdict(whole, short).kind is not Kind.SAME
    assert verdict(whole, whole.replace("Replay", "Repaly"), texts=(ONE, ONE[:150])).kind is Kind.SAME


def test_typos_and_endings_pass_without_abstracts() -> None:
    """Where nothing but the spelling of a long word differs, it is one paper."""
    assert (
        verdict("Mechanistically Analyzing Fine-tuning on Tasks", "Mechanisticaly Analysing Fine-tuning on Tasks").kind
        is Kind.SAME
    )


def test_reasons_are_sentences() -> None:
    """Every verdict says why in words."""
    said = verdict("Llama 2: Open Chat Models", "Llama 3: Open Chat Models").reason
    assert "number or version" in said
    assert (
        "abstracts agree" in verdict("Adapters Forget Their Past", "Adapters Forget Its Past", texts=(ONE, ONE)).reason
    )


@pytest.mark.skipif(not TRAPS.is_file(), reason="the pairs of look-alikes are not here (../shared/data)")
@pytest.mark.parametrize("with_ids", [True, False])
def test_no_look_alike_is_merged(with_ids: bool) -> None:
    """Of 81 pairs of different papers with very similar titles none is merged, with or without their ids."""
    merged = []
    for pair in json.loads(TRAPS.read_text(encoding="utf-8")):
        records = [
            {"id": n, "title": pair[side]["title"], "arxiv_id": pair[side]["id"] if with_ids else None}
            for n, side in enumerate("ab")
        ]
        merged += find_duplicates(records)
    assert not merged


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("A First Look at the Forgetting of Adapters", "A Second Look at the Forgetting of Adapters", False),
        (
            "Forgetting of the Adapters in Sequential Finetuning Runs",
            "Forgetting of Adapters in Sequential Fine-Tunings Runs",
            True,
        ),
        ("Forgetting of Adapters in Sequentialized Tunings", "Forgetting of Adapters in Sequential ized Tuning", True),
    ],
)
def test_words_that_are_spelt_or_counted_otherwise(a: str, b: str, same: bool) -> None:
    """Ordinals are numbers however written; small words and words run together or apart don't count."""
    assert (verdict(a, b).kind is Kind.SAME) == same
