"""Every fixture page is read as its expectation says."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from papertide.errors import InputError
from papertide.parsers import LAYOUTS, parse

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
CASES = sorted(
    path.with_name(path.name.removesuffix(".expected.json"))
    for path in FIXTURES.glob("*/*.expected.json")
    if path.parent.name != "libraries"  # those are opened by the store's tests
)
FIELDS = (
    "title",
    "abstract",
    "published",
    "year_inferred",
    "author_count",
    "organization",
    "comments",
    "upvotes",
    "arxiv_id",
    "url",
)


def _page(case: Path) -> Path:
    return next(path for path in case.parent.glob(f"{case.name}.*") if not path.name.endswith(".expected.json"))


def _expected(case: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(case.with_name(f"{case.name}.expected.json").read_text(encoding="utf-8"))
    return told


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_fixture_reads_as_expected(case: Path) -> None:
    """The layout, the entries, the problems and the capture are those of the expectation."""
    expected = _expected(case)
    data = _page(case).read_bytes()
    given = expected.get("options", {}).get("captured")
    captured = date.fromisoformat(given) if given else None
    if "error" in expected:
        with pytest.raises(InputError, match=expected["error"]):
            parse(data, captured=captured)
        return
    listing = parse(data, captured=captured)
    assert listing.layout == expected["layout"]
    read = [entry.model_dump(mode="json", include=set(FIELDS)) for entry in listing.entries]
    assert read == expected["entries"]
    assert (listing.captured.isoformat() if listing.captured else None) == expected["captured"]
    assert [problem.line for problem in listing.problems] == [problem["line"] for problem in expected["problems"]]
    for problem, wanted in zip(listing.problems, expected["problems"], strict=True):
        assert wanted["reason_holds"] in problem.reason


def test_there_are_fixtures() -> None:
    """The parametrised test above is not empty."""
    assert len(CASES) > 60
    assert {case.parent.name for case in CASES} >= set(LAYOUTS)


def test_entries_keep_their_raw_text() -> None:
    """What the page said stands in the entry as it stood there, from the title to the last fact."""
    page = (FIXTURES / "hf-text" / "authors-and-date.txt").read_text(encoding="utf-8")
    lines = page.splitlines()
    for entry in parse(page.encode()).entries:
        assert entry.raw in page
        assert entry.line is not None
        assert entry.raw.startswith(lines[entry.line - 1])
