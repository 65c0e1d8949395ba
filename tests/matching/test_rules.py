"""When two records are one paper."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertide.matching.authors import names_in
from papertide.matching.find import find_duplicates
from papertide.matching.keys import Face, face_of
from papertide.matching.profiles import BALANCED, PROFILES, Name, Rules, rules_of
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
    authors: tuple[str, str] = ("", ""),
    years: tuple[int | None, int | None] = (None, None),
    rules: Rules = BALANCED,
) -> Verdict:
    """What two titles are to each other, with abstracts, author counts, authors and the years of editions."""
    faces = [
        face_of(
            Entry(
                title=title,
                abstract=text,
                author_count=count,
                authors=tuple(names_in(names)) if names else (),
                year=year,
            )
        )
        for title, text, count, names, year in zip((a, b), texts, counts, authors, years, strict=True)
    ]
    one, other = faces
    there, back = compare(one, other, rules), compare(other, one, rules)
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
        ("GÃ¶del Agents and RÂ²GAN â€“ a Story", "Gödel Agents and R²GAN – a Story"),
        ("Th?mis: a Database Language for Constraints", "Thmis: A Database Language for Constraints"),
        ("Gradient {\\textdollar}{\\textbackslash}ell{\\_}1{\\textdollar} Penalties", r"Gradient $\ell_1$ Penalties"),
        ("Proposals for 360deg Video Quality", "Proposals for 360Â° Video Quality"),
        ("Neural RGB(r)D Sensing of Depth", "Neural RGB®D Sensing of Depth"),
        ("Value of p16<sup>INK4a</sup> as a Marker", "Value of p16INK4a as a Marker"),
        ("Outcomes of Replay in Old Networks. [Chinese]", "[Outcomes of Replay in Old Networks]"),
        ("Outcomes of replay in old networks. [Review] [39 refs]", "Outcomes of Replay in Old Networks"),
        ("Outcomes of Replay (Structured abstract)", "Outcomes of Replay"),
        ("Outcomes of Replay in Networks (extended version)", "Outcomes of Replay in Networks [v2]"),
        ("Outcomes of Replay.[Erratum appears in J Net. 2013;27(3):377 Note: One]", "Outcomes of Replay"),
        ("Part Two of Nothing at All, Part II", "Part Two of Nothing at All, Part II"),
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
        ("A Theory of Forgetting in Nets, Part A", "A Theory of Forgetting in Nets, Part B"),
        ("Hypertension in Old Patients after Stroke", "Hypotension in Old Patients after Stroke"),
        ("Intraobserver Agreement on Scans of Patients", "Interobserver Agreement on Scans of Patients"),
        ("Late Interaction Retrieval with ColBERT", "Late Interaction Retrieval with ColBERT v2"),
        ("Introduction", "Introduction"),
        ("Guest Editorial", "Guest editorial"),
        ("Towards a theory of …", "Towards a Theory of Forgetting"),
        ("Robots That Read Manuals for Grippers", "Comments on “Robots That Read Manuals for Grippers”"),
        ("Robots That Read Manuals for Grippers", "Erratum: Robots That Read Manuals for Grippers"),
        ("Robots That Read Manuals for Grippers", "Robots That Read Manuals for Grippers: Correction"),
        ("Robots That Read Manuals for Grippers", "Corrigendum to Robots That Read Manuals for Grippers"),
        ("Robots That Read Manuals for Grippers", "Robots That Read Manuals for Grippers - reply"),
        ("Robots That Read Manuals for Grippers", "Retraction: Robots That Read Manuals for Grippers"),
        ("Review of Robots That Read Manuals for Grippers", "Robots That Read Manuals for Grippers"),
        ("Reply to “Robots That Read Manuals”", "Comment on “Robots That Read Manuals”"),
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


ADA_BEN = ("Ada One, Ben Two", "A. One; B. Two")
LONG = "Forgetting of Adapters under Sequential Replay of Gradients over Many Tasks"


@pytest.mark.parametrize(
    ("a", "b", "told", "kind", "reason"),
    [
        (LONG, LONG, {"authors": ADA_BEN}, Kind.SAME, "the same title and all 2 authors in common"),
        (LONG, LONG, {"authors": ("Ada One", "A. One")}, Kind.SAME, "the same title and the same author"),
        (
            LONG,
            LONG,
            {"authors": ("A. One, B. Two, C. Three, D. Four", "A. One, B. Two, C. Three, X. Ray, Y. Wye")},
            Kind.SAME,
            "the same title and 3 of 4 authors in common",
        ),
        (
            LONG,
            LONG,
            {"authors": ("Ada One", "Xi Ray"), "years": (1999, 2008)},
            Kind.DIFFERENT,
            "the same title, but no author in common and 9 years apart",
        ),
        (
            LONG,
            LONG,
            {"authors": ("A. One, B. Two, C. Three, D. Four", "A. One, V. Vau, W. Woo, X. Ray")},
            Kind.UNLIKE,
            "the same title, but only 1 of 4 authors in common",
        ),
        (
            LONG,
            LONG,
            {"authors": ADA_BEN, "years": (2003, 2004)},
            Kind.UNLIKE,
            "the same title and all 2 authors in common, but two editions, of 2003 and 2004",
        ),
        (LONG, LONG, {"years": (2003, 2004)}, Kind.UNLIKE, "the same title, but two editions, of 2003 and 2004"),
        (
            LONG,
            LONG,
            {"authors": ("Ada One", "Replay Study Group"), "years": (2003, 2003)},
            Kind.SAME,
            "the same title, of 11 words, and the same year, whatever the authors",
        ),
        (
            LONG,
            LONG,
            {"authors": ("Ada One", "Replay Study Group"), "years": (2003, 2003), "texts": (ONE, OTHER)},
            Kind.DIFFERENT,
            "the same title, but no author in common",
        ),
        (
            "Technical Report",
            "Technical Report",
            {},
            Kind.UNLIKE,
            "a generic one, and the authors aren't known of both",
        ),
        (
            "Technical Report",
            "Technical Report",
            {"authors": ADA_BEN},
            Kind.UNLIKE,
            "a generic one, and all 2 authors in common, the years unknown",
        ),
        (
            "Technical Report",
            "Technical Report",
            {"authors": ADA_BEN, "years": (2003, 2003)},
            Kind.SAME,
            "the same title",
        ),
        ("Attention Residuals", "Attention residuals", {}, Kind.SAME, "the same title"),
        ("Attention Residuals", "Attention residuals", {"counts": (3, 3)}, Kind.SAME, "the same title"),
        ("Attention Residuals", "Attention residuals", {"counts": (3, 4)}, Kind.UNLIKE, "a short one"),
        (
            "Online Query Processing of Streams (Tutorial)",
            "Online query processing of streams",
            {},
            Kind.UNLIKE,
            "but for a remark or version behind it",
        ),
        (
            "Online Query Processing of Streams (Tutorial)",
            "Online query processing of streams",
            {"authors": ADA_BEN},
            Kind.SAME,
            "the same title, respelt and all 2 authors in common",
        ),
        (
            "Learning to Attend to Long Documents v2",
            "Learning to Attend to Long Documents",
            {},
            Kind.UNLIKE,
            "or version",
        ),
        (
            "Learning to Attend to Long Documents v2",
            "Learning to Attend to Long Documents",
            {"authors": ADA_BEN},
            Kind.SAME,
            "all 2 authors in common",
        ),
        (
            "Forgetting of Adapters under Sequential Replay of …",
            LONG,
            {},
            Kind.SAME,
            "one title is the beginning of the other, cut off",
        ),
        ("Forgetting of Adapters un...", LONG, {"authors": ADA_BEN}, Kind.SAME, "cut off and all 2 authors in common"),
        ("Forgetting of Adapters …", LONG, {}, Kind.UNLIKE, "nothing tells that a subtitle was dropped"),
        (
            "Forgetting of Adapters under Sequential Replay of …",
            LONG,
            {"texts": (ONE, OTHER)},
            Kind.UNLIKE,
            "nothing tells that a subtitle was dropped",
        ),
        (
            "Adapters Forget Their Past",
            "Adapters Forget Their Past: On Replay",
            {"authors": ADA_BEN, "years": (2003, 2003)},
            Kind.SAME,
            "one title lacks the other's subtitle, the same year and all 2 authors in common",
        ),
        (
            "Adapters Forget Their Past",
            "Adapters Forget Their Past 2: On Replay",
            {"authors": ADA_BEN, "years": (2003, 2003)},
            Kind.UNLIKE,
            "nothing tells that a subtitle was dropped",
        ),
        (
            "Adapters in Bitemporal Database Systems Forget Their Past",
            "Adapters in Bitemporal Database Systems Forget Their Past 2",
            {},
            Kind.DIFFERENT,
            "a number or version in them differs",
        ),
        (
            "Maintenance of Automatic Summary Tables",
            "Maintenance of Cube Automatic Summary Tables",
            {"authors": ADA_BEN, "years": (2000, 2000)},
            Kind.SAME,
            "with the same year and exactly the same authors (only one has “cube”)",
        ),
        (
            "Maintenance of Automatic Summary Tables",
            "Maintenance of Cube Automatic Summary Tables",
            {"authors": ADA_BEN},
            Kind.UNLIKE,
            "only one has “cube”",
        ),
        (
            "Database Issues in Telecommunications Networks",
            "Data Issues in Telecom Networks: Much More",
            {"authors": ADA_BEN, "years": (2000, 2000)},
            Kind.UNLIKE,
            "% alike",
        ),
        (
            "Issues in Telecommunication Networks of Cities",
            "Issues of Telecommunication in Networks and Rural Cities",
            {"authors": ADA_BEN, "years": (2000, 2000)},
            Kind.UNLIKE,
            "% alike",
        ),
        (
            "Agents, Turst, and Access on the Web of Meaning",
            "Agents, trust, and access on the Web of meaning",
            {"authors": ADA_BEN, "years": (2000, 2000)},
            Kind.SAME,
            "spelling only; all 2 authors in common",
        ),
        (
            "Sequential Adapter Tunings",
            "Sequental Adaptor Tuning",
            {},
            Kind.UNLIKE,
            "spelling only, but an abstract is missing and the authors are unknown",
        ),
        (
            "Sequentially Replaying Adapters",
            "Sequentialy Replayed Adaptors",
            {"authors": ("Ada One, Ben Two", "Ada One, Xi Ray"), "years": (2003, 2003)},
            Kind.UNLIKE,
            "the titles are only 86% alike",
        ),
        (
            "Workshop on Forgetting in Networks",
            "Workshop on Forgetting in Networks (WFN 2000, held in June)",
            {"authors": ADA_BEN, "years": (2000, 2000)},
            Kind.SAME,
            "one title lacks the other's subtitle",
        ),
        (
            "Workshop on Forgetting in Networks",
            "Workshop on Forgetting in Networks (Part II)",
            {"authors": ADA_BEN, "years": (2000, 2000)},
            Kind.DIFFERENT,
            "a number or version in them differs",
        ),
        (
            "Guest Editorial",
            "E-Services - Guest editorial",
            {"authors": ADA_BEN, "years": (2000, 2000)},
            Kind.SAME,
            "one title has a heading more than the other, the same year and the very same authors",
        ),
        (
            "Forgetting",
            "Forgetting, Guest Editors' Foreword",
            {"authors": ADA_BEN, "years": (2000, 2000)},
            Kind.SAME,
            "one title has a heading more than the other",
        ),
        (
            "Forgetting",
            "Introduction to Forgetting",
            {"authors": ADA_BEN, "years": (2000, 2000)},
            Kind.UNLIKE,
            "% alike",
        ),
        (
            "Guest Editorial",
            "E-Services - Guest editorial",
            {"authors": ADA_BEN, "years": (2000, 2001)},
            Kind.UNLIKE,
            "% alike",
        ),
        (
            "Guest Editorial",
            "Guest editorial: E-Services",
            {"authors": ("Ada One", "Ada One"), "years": (2000, 2000)},
            Kind.UNLIKE,
            "% alike",
        ),
        (
            "A Theory of Forgetting, Part II",
            "A Theory of Forgetting, Part 2",
            {"authors": ADA_BEN},
            Kind.SAME,
            "spelling only",
        ),
        (
            "Report on the 4th Workshop on Nets",
            "Report on the Fourth Workshop on Nets",
            {"authors": ADA_BEN},
            Kind.SAME,
            "only",
        ),
    ],
)
def test_authors_and_years_decide_the_rest(a: str, b: str, told: dict[str, Any], kind: Kind, reason: str) -> None:
    """Each rule of the table, and the sentence with which it tells a person why."""
    said = verdict(a, b, **told)
    assert said.kind is kind, said
    assert reason in said.reason


def test_words_in_another_order_need_the_authors() -> None:
    """The same words in another order are one title where the authors and the year agree."""
    a, b = "Going Native with XML: Panel on Data Stores", "Panel on XML Data Stores: Going Native With"
    assert verdict(a, b).kind is Kind.UNLIKE
    said = verdict(a, b, authors=ADA_BEN, years=(2001, 2001))
    assert said.kind is Kind.SAME
    assert said.reason == "the titles have the same words in another order and all 2 authors in common"


def test_a_column_is_never_one() -> None:
    """What one person writes year after year under one title is as many papers, whatever agrees."""
    years = (2001, 2002, 2003)
    faces = [face_of(Entry(title="Trends in Streams", authors=("Ada One",), year=year)) for year in years]
    again = face_of(Entry(title="Trends in Streams", authors=("A. One",), year=2001))
    said = compare(faces[0], again, BALANCED.learnt([*faces, again]))
    assert said.reason == "the same title, but a column of the same people, with many a year"
    assert compare(faces[0], again).kind is Kind.SAME


def test_a_preprint_and_what_became_of_it_are_one() -> None:
    """A date of its own or an arXiv id is the paper's; years that only bibliographies tell are editions'."""
    people = ("Ada One", "Ben Two")
    preprint = face_of(Entry(title=LONG, authors=people, published=date(2003, 5, 6)))
    listed = face_of(Entry(title=LONG, authors=people, year=2003, arxiv_id="2303.00001"))
    edition, later = (face_of(Entry(title=LONG, authors=people, year=year)) for year in (2004, 2014))
    assert compare(preprint, edition).kind is compare(listed, edition).kind is Kind.SAME
    assert compare(preprint, later).reason == "the same title, but 11 years apart"
    guessed = face_of(Entry(title=LONG, authors=people, published=date(2014, 5, 6), year_inferred=True))
    assert compare(preprint, guessed).kind is Kind.SAME
    alone, other = (face_of(Entry(title=LONG, published=date(year, 5, 6))) for year in (2003, 2006))
    assert compare(alone, other).reason == "the same title, but 3 years apart and the authors unknown"


def test_two_dois_part_titles_that_say_little() -> None:
    """Two short titles with DOIs of their own are two papers; two DOIs of a title that says something may be one."""
    one, other = (face_of(Entry(title="Attention Residuals", doi=doi)) for doi in ("10.1/a", "10.1/b"))
    assert compare(one, other).reason == "the same title, but a short one, and two DOIs"
    one, other = (face_of(Entry(title=LONG, doi=doi)) for doi in ("10.1/a", "10.1/b"))
    assert compare(one, other).kind is Kind.SAME


def test_no_abstract_is_read_where_titles_are_too_far_apart() -> None:
    """Less alike than any rule allows: unlike, whatever the abstracts say."""
    said = verdict("Adapters Forget", "Robots That Read Manuals for Grippers", texts=(ONE, ONE))
    assert said.kind is Kind.UNLIKE
    middle = verdict("Adapters Forget Their Past Deeds", "Adapters Forgive Their Vast Needs", texts=(ONE, OTHER))
    assert "only" in middle.reason
    assert "abstracts differ" in middle.reason


FACES = st.builds(
    Entry,
    title=st.sampled_from(
        [
            LONG,
            LONG.upper(),
            f"{LONG} 2",
            f"Erratum: {LONG}",
            "Forgetting of Adapters…",
            "Editorial",
            "Past Deeds",
            f"{LONG} v2",
        ]
    ),
    abstract=st.sampled_from([None, ONE, OTHER]),
    authors=st.sampled_from([(), ("Ada One", "Ben Two"), ("One, A.",), ("Cal Three",)]),
    author_count=st.sampled_from([None, 2, 3]),
    year=st.sampled_from([None, 2003, 2004]),
    doi=st.sampled_from([None, "10.1/a", "10.1/b"]),
).map(face_of)


@given(FACES, FACES, st.sampled_from(list(PROFILES)))
def test_a_comparison_is_symmetric(a: Face, b: Face, profile: Name) -> None:
    """Neither record comes first."""
    rules = rules_of(profile).learnt([a, b])
    assert compare(a, b, rules) == compare(b, a, rules)


@given(FACES)
def test_a_face_is_never_another_paper(face: Face) -> None:
    """A record that is seen twice is never called two papers, and one whose title says something is called one."""
    said = compare(face, face)
    assert said.kind is not Kind.DIFFERENT
    assert said.kind is Kind.SAME or (len(face.words) <= 2 and not face.doi)


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
