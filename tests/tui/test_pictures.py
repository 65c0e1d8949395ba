"""The screen looks as it did; `make docs` draws the pictures anew, to be looked at."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.harness import Program
from tests.drawing import KEPT
from tests.tui.pictures import SIZES, drawn


@pytest.mark.parametrize("name", SIZES)
def test_it_looks_as_it_did(demo: Program, tmp_path: Path, name: str) -> None:
    """At each size the screen is the picture that is kept, to the cell and the colour."""
    now = drawn(demo.library, name)
    tmp_path.joinpath(f"{name}.svg").write_text(now, encoding="utf-8")
    assert now == KEPT.joinpath(f"triage-{name}.svg").read_text(encoding="utf-8"), f"see {tmp_path / name}.svg"
