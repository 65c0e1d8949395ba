"""The topic rules in force: the user's, else the default ones."""

from __future__ import annotations

from papertide.cli.common import Common
from papertide.topics import Taxonomy, default_source, load


def topic_source(common: Common) -> tuple[bytes, str]:
    """The bytes of the rules and the name of their file; nothing is parsed."""
    return common.config.topic_source() or (default_source(), "default topics")


def taxonomy(common: Common) -> Taxonomy:
    """The rules, ready to label."""
    return load(*topic_source(common))
