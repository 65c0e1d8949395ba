"""JSON Lines."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.export.papers import BARE, HOSTILE, READING, WHOLE, paper

from papertide import Library
from papertide.export.base import ReadingList, Section
from papertide.export.jsonl import line, write
from papertide.matching.merge import fold
from papertide.normal import clean
from papertide.parsers import parse
from papertide.records.paper import Paper, Seen
from papertide.records.plain import PaperDict

FACTS = """title abstract url arxiv_id doi source_ids published year_inferred listed author_count authors organization
comments upvotes code_url code_stars summary""".split()
"""What is a paper's own: the rest belongs to a reader or to the library."""


@given(st.text(), st.text())
def test_a_paper_is_one_line_and_comes_back(title: str, note: str) -> None:
    """Whatever its texts hold, a paper is one line for every reader of lines, and reads back as it was."""
    made = paper(1, title, note=note)
    written = line(made)
    assert len(written.splitlines()) == 1
    assert json.loads(written) == made


def test_a_paper_in_two_groups_is_written_once() -> None:
    """The order is that of the groups, and no paper comes twice."""
    rows = [json.loads(piece) for piece in write(READING)]
    assert rows == [WHOLE, BARE, HOSTILE]


@pytest.mark.parametrize("made", [WHOLE, BARE, HOSTILE])
def test_a_line_is_a_paper(made: dict[str, object]) -> None:
    """What is written is what the record `Paper` reads."""
    assert Paper.model_validate_json(json.dumps(made)).title == made["title"]


def test_no_number_that_json_lacks() -> None:
    """A score that is not a number is an error, never NaN in the file."""
    with pytest.raises(ValueError, match="JSON"):
        line(paper(1, "x", score=float("nan")))


# --- there and back ---------------------------------------------------------------------------------------------------

# Every text that a library holds was made clean on its way in; `&amp;` may have been `&amp;amp;` on the page.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).map(clean).filter(bool)
MAYBE = st.none() | TEXTS
COUNTS = st.none() | st.integers(0, 2**53 - 1)
DAYS = st.dates().map(date.isoformat)


@st.composite
def papers(draw: st.DrawFn) -> PaperDict:
    """A paper with any facts that one can have."""
    published = draw(st.none() | DAYS)
    authors = draw(st.lists(TEXTS, max_size=3))
    arxiv = draw(st.sampled_from([None, "2405.99001", "cs/0112017"]))
    url = draw(MAYBE)
    return paper(
        draw(st.integers(1, 10**6)),
        draw(TEXTS),
        abstract=draw(MAYBE),
        url=url or (f"https://huggingface.co/papers/{arxiv}" if arxiv else None),
        arxiv_id=arxiv,
        doi=draw(st.sampled_from([None, "10.1000/182"])),
        source_ids=sorted(draw(st.sets(TEXTS, max_size=3))),
        published=published,
        year_inferred=draw(st.booleans()) if published else False,
        listed=sorted(draw(st.sets(DAYS, max_size=4))),
        author_count=len(authors) or draw(st.none() | st.integers(1, 2**31 - 1)),
        authors=authors,
        organization=draw(MAYBE),
        comments=draw(COUNTS),
        upvotes=draw(COUNTS),
        code_url=draw(MAYBE),
        code_stars=draw(COUNTS),
        summary=draw(MAYBE),
        note=draw(MAYBE),
        score=draw(st.none() | st.floats(0, 1)),
    )


@given(st.lists(papers(), min_size=1, max_size=4, unique_by=lambda p: p["id"]), st.booleans())
def test_what_is_printed_is_read(made: list[PaperDict], as_list: bool) -> None:
    """Parsing what was exported, and folding it, gives the same facts: all of them, all days of listings included."""
    text = json.dumps(made, indent=1) if as_list else "".join(write(ReadingList("", "", [Section("", made)])))
    listing = parse(text.encode())
    assert (listing.layout, listing.problems) == ("jsonl", ())
    folded = [fold([Seen(-1, e, "jsonl", None, "page")]).model_dump(mode="json") for e in listing.entries]
    assert [{name: facts[name] for name in FACTS} for facts in folded] == [
        {name: p[name] for name in FACTS}  # type: ignore[literal-required] # FACTS are keys
        for p in made
    ]


def test_an_empty_library_takes_an_export(tmp_path: Path) -> None:
    """A library is filled from the lines that another one printed, and then prints the same facts."""
    first = tmp_path / "first.jsonl"
    first.write_text("".join(write(READING)), encoding="utf-8")
    printed: list[list[dict[str, object]]] = []
    for name in ("one", "two"):
        with Library.open(str(tmp_path / f"{name}.db"), create=True) as library:
            report = library.add([str(first)])
            assert (report.new, report.problems) == (3, ())
            rows = [json.loads(p.model_dump_json()) for p in library.list()]
        printed.append(sorted(({k: row[k] for k in FACTS} for row in rows), key=lambda row: str(row["title"])))
        first.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert printed[0] == printed[1]
    assert {k: WHOLE[k] for k in FACTS} in printed[0]  # type: ignore[literal-required] # FACTS are keys
