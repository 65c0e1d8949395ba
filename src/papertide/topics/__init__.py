"""Which topics a paper belongs to, by weighted keyword rules that a reader can copy and edit.

The rules are TOML (`default.toml` explains the format in its first lines). Whoever only asks whether the rules have
changed since a library was labelled needs `default_source` and `digest`: neither parses anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from papertide.topics.loading import load
    from papertide.topics.taxonomy import Taxonomy, Topic, Verdict

__all__ = ["Taxonomy", "Topic", "Verdict", "default_source", "digest", "load"]

_HOMES = {
    "load": "papertide.topics.loading",
    "Taxonomy": "papertide.topics.taxonomy",
    "Topic": "papertide.topics.taxonomy",
    "Verdict": "papertide.topics.taxonomy",
}


def default_source() -> bytes:
    """The rules that come with Papertide, as the bytes of a TOML file in UTF-8."""
    from pathlib import Path

    return Path(__file__).with_name("default.toml").read_bytes()


def digest(data: bytes) -> str:
    """The hex SHA-256 of rules as bytes: equal for a taxonomy and for the source it was loaded from."""
    import hashlib

    return hashlib.sha256(data).hexdigest()


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
