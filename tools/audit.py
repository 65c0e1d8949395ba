"""Check the pinned packages for known vulnerabilities, by pip-audit in an environment of its own, where its database answers.

Where it doesn't, or pip-audit can't be had, that is said, and nothing fails: a machine without it can still test.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PINS = Path(__file__).resolve().parents[1] / "constraints.txt"


def verdict(report: Mapping[str, Any]) -> tuple[bool, list[str]]:
    """Whether the pins may stay, and what is to be told, by pip-audit's report in JSON."""
    packages: Sequence[Mapping[str, Any]] = report["dependencies"]
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    told = [
        f"{package['name']} {package['version']}: {wrong['id']}, mended in {', '.join(wrong['fix_versions']) or 'no version'}"
        for package in packages
        for wrong in package.get("vulns", ())
    ]
    if told:
        return False, told
    if len(unknown) == len(packages):
        return True, ["audit skipped: the database of vulnerabilities knows none of the packages here"]
    more = f"; it doesn't know {', '.join(unknown)}" if unknown else ""
    return True, [
        f"audited {len(packages) - len(unknown)} of {len(packages)} packages: no vulnerability is known{more}"
    ]


def report_of(folder: Path) -> Mapping[str, Any] | None:
    """What pip-audit, installed into a folder, says of the pins; None where it can't be installed or asked."""
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    steps = (
        [python, "-m", "pip", "install", "--quiet", "pip-audit"],
        [python, "-m", "pip_audit", "--no-deps", "--disable-pip", "--format", "json", "--requirement", str(PINS)],
    )
    said = ""
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True, check=False)
        said = done.stdout
        if done.returncode and not said.startswith("{"):  # it ends with 1 where it found something
            return None
    report: Mapping[str, Any] = json.loads(said)
    return report


def main() -> None:
    """Audit, tell, and fail where a pinned package has a known vulnerability."""
    with tempfile.TemporaryDirectory() as folder:
        report = report_of(Path(folder))
    if report is None:
        print("audit skipped: pip-audit or its database can't be reached")
        return
    good, told = verdict(report)
    print("\n".join(told))
    sys.exit(not good)


if __name__ == "__main__":
    main()
