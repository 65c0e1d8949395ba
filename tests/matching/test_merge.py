"""What a paper's facts are, where its sightings disagree."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

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


FACTS = st.builds(
    Entry,
    title=st.sampled_from(["A Title", "A Title: B"]),
    abstract=st.sampled_from([None, LONG, LONG[:50]]),
    url=st.sampled_from([None, "https://example.org/x"]),
    arxiv_id=st.sampled_from([None, "2403.02178"]),
    doi=st.sampled_from([None, "10.1/A"]),
    source_ids=st.sampled_from([(), ("s2:1", "hf:2403.02178", "s2:1")]),
    published=st.sampled_from([None, date(2024, 3, 4)]),
    year_inferred=st.booleans(),
    listed=st.sampled_from([None, date(2024, 3, 5)]),
    also_listed=st.sampled_from([(), (date(2024, 3, 7), date(2024, 3, 5))]),
    author_count=st.sampled_from([None, 2]),
    authors=st.sampled_from([(), ("Ada L.", "Alan T.", "Grace H.")]),
    organization=st.sampled_from([None, "Org"]),
    comments=st.sampled_from([None, 0, 3]),
    upvotes=st.sampled_from([None, 0, 3]),
    code_url=st.sampled_from([None, "https://example.org/code"]),
    code_stars=st.sampled_from([None, 0, 7]),
    summary=st.sampled_from([None, "Short."]),
)


@given(FACTS, st.sampled_from(["hf-text", "hf-json"]), st.sampled_from([None, date(2024, 5, 6)]))
def test_one_sighting_is_folded_like_many(entry: Entry, layout: str, captured: date | None) -> None:
    """A paper seen once has the facts that the rules for many give where all of them say the same."""
    one = Seen(1, entry, layout, captured, "page 1")
    assert fold([one]) == fold([one, one]).model_copy(update={"sightings": 1})
