"""The fixtures that these tests share."""

from __future__ import annotations

from tests.cli.harness import _masters, demo, empty, program

__all__ = ["_masters", "demo", "empty", "program"]
