"""JSON Lines."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.export.papers import BARE, HOSTILE, READING, WHOLE, paper

from papertide.export.jsonl import line, write
from papertide.records.paper import Paper


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
