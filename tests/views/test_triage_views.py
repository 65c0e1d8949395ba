"""A paper as it is triaged, cited and linked; and the end of a sitting."""

from __future__ import annotations

from typing import Any

import pytest
from tests.export.papers import paper

from papertide.records.plain import PaperDict
from papertide.views.triage import citation, link_of, paper_lines, summary


def made(title: str = "A title.", **known: Any) -> PaperDict:
    """A paper of which only the title is known, and what is given."""
    return paper(1, title, **known)


def test_what_is_unknown_is_left_out() -> None:
    """A paper of which nothing is known is its title, and that there is no abstract."""
    assert [line.text for line in paper_lines(made())] == ["A title.", "", "No abstract is known."]


def test_all_that_is_known() -> None:
    """What helps to decide comes in one order: facts, topics, tags, decision and score, note, abstract, addresses."""
    lines = paper_lines(
        made(
            author_count=2, published="2024-01-02", topics=["a", "b"], tags=["t"], status="keep", score=0.734,
            note="one\n\x1b[2Jtwo", abstract="An\nabstract.", url="https://example.org/p", code_url="https://example.org/c",
            code_stars=3,
        )
    )  # fmt: skip
    assert [line.text for line in lines] == [
        "A title.", "2 authors · 2024-01-02", "topics: a, b", "tags: t", "decided: keep · score .73", "note: one\ntwo",
        "", "An abstract.", "", "https://example.org/p", "code: https://example.org/c (3 stars)",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("score", "words", "told"),
    [
        (
            0.834,
            [("adapters", 0.9), ("robot", -0.4), ("forgetting", 0.2)],
            "score .83  + adapters, forgetting  - robot",
        ),
        (1.0, [("a", 0.4), ("b", 0.3), ("c", 0.2), ("d", 0.1)], "score 1.00  + a, b, c"),
        (0.0, [("x", -0.4), ("y\x1b[2J", -0.3), ("z", -0.2)], "score .00  - x, y"),
        (0.5, [], "score .50"),
    ],
)
def test_the_words_behind_a_score(score: float, words: list[tuple[str, float]], told: str) -> None:
    """A few words that moved the score up and down stand behind it, the strongest first, safe to show."""
    assert [line.text for line in paper_lines(made(score=score), words)][1] == told
    assert "score" not in "".join(line.text for line in paper_lines(made(), words))


def test_why_an_explored_paper_stands_there() -> None:
    """A paper that its score didn't put there says for which topic it stands there."""
    lines = [line.text for line in paper_lines(made(), explored="robots")]
    assert lines[1] == "* here for robots, which you decided on little"


def test_the_summary_stands_in_for_the_abstract() -> None:
    """Where no abstract is known, the page's own summary is shown."""
    assert [line.text for line in paper_lines(made(summary="Short."))][-1] == "Short."


@pytest.mark.parametrize(
    ("known", "link"),
    [
        ({"url": "https://example.org/p", "arxiv_id": "2401.00001"}, "https://example.org/p"),
        ({"url": "javascript:alert(1)", "arxiv_id": "2401.00001"}, "https://arxiv.org/abs/2401.00001"),
        ({"url": "https://[bad", "doi": "10.1/x"}, "https://doi.org/10.1/x"),
        ({"url": "https://example.org/a b"}, None),
        ({"url": "https://"}, None),
        ({"url": "-https://example.org"}, None),
        ({"url": "https://exämple.org/\u202e"}, None),
        ({}, None),
    ],
)
def test_links_are_web_addresses(known: dict[str, Any], link: str | None) -> None:
    """Only a plain http(s) address is a link; else arXiv's or the DOI's stands in."""
    assert link_of(made(**known)) == link


@pytest.mark.parametrize(
    ("known", "told"),
    [
        ({}, "A title."),
        ({"published": "2024-05-01"}, "A title. 2024."),
        (
            {"authors": ["Ann A.", "Ben B"], "published": "2024", "arxiv_id": "2401.00001"},
            "Ann A, Ben B. 2024. A title. arXiv:2401.00001. https://arxiv.org/abs/2401.00001",
        ),
        ({"authors": ["A", "B", "C", "D"]}, "A, B, C et al. A title."),
        ({"title": "Odd \x1b[1m\ntitle"}, "Odd title."),
    ],
)
def test_citations(known: dict[str, Any], told: str) -> None:
    """A citation says who, when, what and where, as far as known, on one safe line."""
    assert citation(made(**known)) == told


def test_the_end_of_a_sitting() -> None:
    """What was decided is counted, and the command that takes it back named."""
    counts = {"decided": 3, "keep": 1, "later": 0, "skip": 2, "inbox": 0, "undone": 0}
    assert [line.text for line in summary(counts, 4)] == [
        "3 papers decided: 1 keep, 2 skip",
        "`papertide undo 4` takes that back",
    ]
    assert [line.text for line in summary(counts, 1)][1] == "`papertide undo` takes that back"
    assert [line.text for line in summary(dict.fromkeys(counts, 0), 0)] == ["0 papers decided"]
