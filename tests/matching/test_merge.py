"""What a paper's facts are, where its sightings disagree."""

from __future__ import annotations

from datetime import date

from papertide.matching.merge import fold
from papertide.records import Entry
from papertide.records.paper import Seen

LONG = "Adapters forget what they learnt, and replay helps them to remember it for longer than anybody thought. "


def sighting(ref: int, layout: str = "hf-text", captured: date | None = None, **fields: object) -> Seen:
    """A sighting of one paper."""
    return Seen(ref, Entry.model_validate({"title": "A Title", **fields}), layout, captured, f"page {ref}")


def test_what_is_unknown_is_filled() -> None:
    """Each fact comes from a sighting that knows it."""
    facts = fold(
        [
            sighting(1, abstract=LONG),
            sighting(2, published=date(2024, 3, 4), comments=0, author_count=9),
            sighting(3, "markdown", arxiv_id="2403.02178", source_ids=("hf:2403.02178",)),
        ]
    )
    assert (facts.abstract, facts.published, facts.author_count) == (LONG.strip(), date(2024, 3, 4), 9)
    assert (facts.arxiv_id, facts.comments, facts.upvotes) == ("2403.02178", 0, None)
    assert facts.url == "https://huggingface.co/papers/2403.02178"
    assert facts.sightings == 3


def test_a_shown_year_beats_an_inferred_one() -> None:
    """A date whose year stood on a page is taken, however many pages inferred another."""
    inferred = [sighting(n, published=date(2026, 3, 4), year_inferred=True) for n in (1, 2)]
    shown = sighting(3, published=date(2025, 3, 4))
    assert (fold([*inferred, shown]).published, fold([*inferred, shown]).year_inferred) == (date(2025, 3, 4), False)
    assert fold(inferred).year_inferred


def test_most_sightings_then_the_facts_own_rule() -> None:
    """The value most pages give is taken; at a tie the larger count, the earlier date, the longer title."""
    assert (
        fold([sighting(1, author_count=3), sighting(2, author_count=3), sighting(3, author_count=9)]).author_count == 3
    )
    assert fold([sighting(1, author_count=3), sighting(2, author_count=9)]).author_count == 9
    dates = [sighting(1, published=date(2024, 3, 5)), sighting(2, published=date(2024, 3, 4))]
    assert fold(dates).published == date(2024, 3, 4)
    assert fold([sighting(1, title="A  Title: B"), sighting(2, title="A Title")]).title == "A  Title: B"


def test_structured_layouts_are_trusted_first() -> None:
    """One Markdown page outweighs two text dumps."""
    dumps = [sighting(n, title="A TITLE") for n in (1, 2)]
    assert fold([*dumps, sighting(3, "markdown", title="A Title")]).title == "A Title"


def test_counts_that_change_are_the_latest() -> None:
    """Comments and upvotes are those of the latest capture, not the largest."""
    old = sighting(1, captured=date(2024, 1, 1), comments=9, upvotes=50)
    new = sighting(2, captured=date(2024, 2, 1), comments=7, upvotes=60)
    assert (fold([old, new]).comments, fold([new, old]).upvotes) == (7, 60)


def test_a_cut_off_abstract_gives_way() -> None:
    """The beginning of an abstract loses to the whole one, however many pages show it or however trusted they are."""
    cut = [sighting(n, "markdown", abstract=LONG * 2) for n in (1, 2)]
    assert fold([*cut, sighting(3, abstract=LONG * 3)]).abstract == (LONG * 3).strip()


def test_listed_days_and_sources_are_gathered() -> None:
    """All days and ids are kept, in order, each once."""
    facts = fold(
        [
            sighting(1, listed=date(2024, 2, 1)),
            sighting(2, listed=date(2024, 1, 1)),
            sighting(3, listed=date(2024, 2, 1)),
        ]
    )
    assert facts.listed == (date(2024, 1, 1), date(2024, 2, 1))
