"""Records to text: one file a format, and the registry."""

from __future__ import annotations

from papertide.export import jsonl, markdown
from papertide.export.base import Exporter

FORMATS: dict[str, Exporter] = {
    "markdown": markdown.write,
    "jsonl": jsonl.write,
}
