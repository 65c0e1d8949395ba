"""The default taxonomy, measured on papers that a person labelled."""

from __future__ import annotations

import statistics

import pytest
from tests.topics.seed_pages import LABELS, PAGES, labelled, papers

from papertide.topics import Taxonomy, default_source, load

pytestmark = pytest.mark.skipif(
    not (PAGES.is_dir() and LABELS.is_file()), reason="the seed pages and their labels are not beside this checkout"
)


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    """The topics that come with Papertide."""
    return load(default_source(), "default.toml")


@pytest.fixture(scope="module")
def abstracts() -> dict[str, str]:
    """The seed papers' abstracts by title."""
    return papers()


def test_every_seed_paper_is_read(abstracts: dict[str, str]) -> None:
    """The pages give 253 papers, all labelled ones among them: the figures below are about all of them."""
    assert len(abstracts) == 253
    assert {paper.title for paper in labelled()} <= abstracts.keys()


def test_labels_agree_with_a_person(taxonomy: Taxonomy, abstracts: dict[str, str]) -> None:
    """Micro-F1 against the hand-made labels is at least 0.75."""
    hits = wrong = missed = 0
    for paper in labelled():
        given = set(taxonomy.label(paper.title, abstracts[paper.title]))
        hits += len(given & paper.topics)
        wrong += len(given - paper.topics)
        missed += len(paper.topics - given)
    assert 2 * hits / (2 * hits + wrong + missed) >= 0.75


def test_first_topic_is_the_section_a_person_would_choose(taxonomy: Taxonomy, abstracts: dict[str, str]) -> None:
    """The best-fitting topic is the labeller's own for at least two papers in three."""
    right = [taxonomy.label(paper.title, abstracts[paper.title])[:1] == (paper.primary,) for paper in labelled()]
    assert statistics.mean(right) >= 2 / 3


def test_nearly_every_paper_has_a_topic_and_few_have_many(taxonomy: Taxonomy, abstracts: dict[str, str]) -> None:
    """At least 95 of 100 papers get a topic; the median paper gets at most three, the mean paper about two."""
    counts = [len(taxonomy.label(title, abstract)) for title, abstract in abstracts.items()]
    assert statistics.mean(count > 0 for count in counts) >= 0.95
    assert statistics.median(counts) <= 3
    assert 1.5 <= statistics.mean(counts) <= 2.5
