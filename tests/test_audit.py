"""`make audit`: what is made of the report of pip-audit."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "tools" / "audit.py"
WELL = {"name": "rich", "version": "14.0", "vulns": []}
ILL = {"name": "lxml", "version": "5.0", "vulns": [{"id": "CVE-2026-1", "fix_versions": ["5.1"]}]}
HOPELESS = {"name": "bs4", "version": "4.0", "vulns": [{"id": "CVE-2026-2", "fix_versions": []}]}
UNKNOWN = {"name": "editables", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("packages", "good", "told"),
    [
        ([WELL], True, ["audited 1 of 1 packages: no vulnerability is known"]),
        ([WELL, UNKNOWN], True, ["audited 1 of 2 packages: no vulnerability is known; it doesn't know editables"]),
        ([UNKNOWN], True, ["audit skipped: the database of vulnerabilities knows none of the packages here"]),
        (
            [WELL, ILL, HOPELESS, UNKNOWN],
            False,
            ["lxml 5.0: CVE-2026-1, mended in 5.1", "bs4 4.0: CVE-2026-2, mended in no version"],
        ),
    ],
)
def test_verdict(packages: list[dict[str, Any]], good: bool, told: list[str]) -> None:
    """A known vulnerability fails and is named with its remedy; where nothing could be asked, that is said."""
    spec = importlib.util.spec_from_file_location("audit", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.verdict({"dependencies": packages}) == (good, told)
