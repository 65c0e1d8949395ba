"""The digest looks as it did; `make docs` draws the picture anew, to be looked at."""

from __future__ import annotations

from pathlib import Path

from tests.cli.harness import Program
from tests.drawing import KEPT
from tests.views.pictures import drawn


def test_it_looks_as_it_did(demo: Program, tmp_path: Path) -> None:
    """On a terminal of 80 columns the digest is the picture that is kept, to the cell and the colour."""
    now = drawn(demo.library)
    tmp_path.joinpath("digest.svg").write_text(now, encoding="utf-8")
    assert now == KEPT.joinpath("digest.svg").read_text(encoding="utf-8"), f"see {tmp_path / 'digest.svg'}"
