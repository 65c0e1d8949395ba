"""Records to text: one file a format, and the registry. A format is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from papertide.export.base import Exporter

_FILES = {
    "markdown": "markdown",
    "bibtex": "bibtex",
    "ris": "ris",
    "csl-json": "csl_json",
    "csv": "csv",
    "jsonl": "jsonl",
    "html": "html",
    "atom": "atom",
}


class _Formats(Mapping[str, Exporter]):
    """Name of a format to its exporter."""

    def __getitem__(self, name: str) -> Exporter:
        exporter: Exporter = import_module(f"papertide.export.{_FILES[name]}").write
        return exporter

    def __iter__(self) -> Iterator[str]:
        return iter(_FILES)

    def __len__(self) -> int:
        return len(_FILES)


FORMATS: Mapping[str, Exporter] = _Formats()
"""The formats that are one text; "obsidian" is a folder, see `flows.obsidian`."""
