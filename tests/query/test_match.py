"""The yardstick itself, on cases that can be told by hand."""

from __future__ import annotations

import pytest
from tests.query.strategies import TODAY

from papertide.query import parse
from papertide.query.match import matches
from papertide.records.plain import PaperDict

PAPER: PaperDict = {
    "id": 12,
    "title": "Low-rank adapters",
    "abstract": "We study catastrophic forgetting in naïve models.",
    "url": None,
    "arxiv_id": "2403.02178",
    "doi": None,
    "source_ids": ["hf:2403.02178"],
    "published": "2026-11-20",
    "year_inferred": False,
    "listed": ["2026-11-01", "2026-11-21"],
    "added": "2026-11-21T10:00:00Z",
    "author_count": None,
    "authors": ["Ada Example", "Bo Muster"],
    "organization": "Example University",
    "comments": 0,
    "upvotes": None,
    "code_url": None,
    "code_stars": None,
    "summary": None,
    "topics": ["peft"],
    "status": "keep",
    "tags": [],
    "note": "Read it.",
    "score": None,
    "sightings": 1,
}

KEEPERS = {12: ["Anna", "ben o"], 13: ["cy"]}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "adapter forget",
        "adapting NAIVE",
        "low-rank",
        '"low rank"',
        "adapt*",
        '"catastrophic forg"*',
        "title:adapter abstract:naive",
        "author:ada",
        'author:"bo muster"',
        "org:universities",
        "topic:PEFT tag:none",
        "status:keep -status:inbox",
        "source:hf source:hf:2403.02178",
        "arxiv:2403.02178v1 id:12 id:7",
        "date:2026 date:2d listed:today listed:2026-11-01 added:today",
        "-listed:2026-11-05",
        "authors:none -authors:>=0",
        "comments:0 -comments:none upvotes:none stars:none",
        "has:abstract has:note has:date has:topic has:authors -has:code -has:summary -has:tag",
        "nothing OR adapters",
        'keptby:anna keptby:ANNA keptby:"Ben O"',
        "keeps:2 keeps:>=2 keeps:<3 keeps:>=0 -keeps:>2",
    ],
)
def test_answers(text: str) -> None:
    """The paper answers each of these."""
    assert matches(parse(text, today=TODAY), PAPER, aliases={7: 12}, keepers=KEEPERS)


@pytest.mark.parametrize(
    "text",
    [
        "adapter -forget",
        '"rank low"',
        '"adapters we"',  # a phrase doesn't run from the title into the abstract
        "title:forgetting",
        "example",  # a bare word looks in titles and abstracts alone
        "author:example org:ada",
        "authors:<=5",
        "upvotes:>=0",
        "source:h",
        "id:8",
        "added:yesterday",
        "topic:none",
        "date:none",
        "added:none",
        "keptby:ben",
        "keptby:cy",  # who keeps another paper
        "keeps:0",
        "keeps:>=3",
    ],
)
def test_does_not_answer(text: str) -> None:
    """The paper answers none of these."""
    assert not matches(parse(text, today=TODAY), PAPER, aliases={7: 12}, keepers=KEEPERS)


def test_nobody_keeps_what_nobody_is_said_to_keep() -> None:
    """Without a word on who keeps what, nobody keeps anything: the number is 0, and known."""
    assert matches(parse("keeps:0 keeps:<=2 -keptby:anna", today=TODAY), PAPER)
    assert not matches(parse("keeps:>0", today=TODAY), PAPER)
