"""All fuzz targets by name: what reads, what is typed, what writes."""

from __future__ import annotations

from collections.abc import Callable

from asking import ASKING
from reading import READING
from writing import WRITING

TARGETS: dict[str, Callable[[bytes], None]] = {**READING, **ASKING, **WRITING}
