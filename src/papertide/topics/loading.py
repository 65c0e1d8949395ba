"""Topic rules as a person writes them (TOML) made into a `Taxonomy`, or refused with the place of the mistake."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from papertide.errors import TaxonomyError
from papertide.topics import digest
from papertide.topics.keywords import Keyword, keyword
from papertide.topics.taxonomy import STRONG, Policy, Rule, Taxonomy, Topic

_ID = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_RESERVED = frozenset({"none", "other"})
_SETTINGS = ("threshold", "fallback", "share", "most")
_KEYS = ("name", "description", "strong", "weak", "ignore", "threshold")


def load(data: bytes, name: str) -> Taxonomy:
    """Rules from the bytes of a TOML file; `name` is what the person calls it.

    Raises TaxonomyError, naming the file and where possible the topic and the key, for anything that is not as
    the head of `default.toml` describes it.
    """
    try:
        document = tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        raise TaxonomyError(f"{name}: not UTF-8 text (byte {error.start + 1})") from error
    except ValueError as error:  # also for a number of thousands of digits, which is no TOMLDecodeError
        raise TaxonomyError(f"{name}: not TOML: {error}") from error
    except RecursionError as error:
        raise TaxonomyError(f"{name}: not TOML that can be read: nested too deeply") from error
    tables = {key: value for key, value in document.items() if isinstance(value, dict)}
    reader = _Table(name, {key: value for key, value in document.items() if key not in tables}, _SETTINGS)
    threshold = reader.number("threshold", STRONG)
    policy = Policy(
        fallback=reader.number("fallback", threshold),
        share=reader.number("share", 0.0, largest=1.0),
        most=reader.count("most", 5),
    )
    rules = [_rule(name, topic, table, threshold) for topic, table in tables.items()]
    if not rules:
        raise TaxonomyError(f"{name}: no topic in it; each is a table such as [reasoning]")
    return Taxonomy(rules, policy, digest(data))


def _rule(file: str, topic: str, table: Mapping[str, Any], threshold: float) -> Rule:
    where = f"{file}: topic {topic!r}"
    if not _ID.fullmatch(topic):
        raise TaxonomyError(f"{where}: a topic's id is lower-case letters, digits and hyphens")
    if topic in _RESERVED:
        raise TaxonomyError(f"{where}: this id stands for papers without a topic; choose another")
    reader = _Table(where, table, _KEYS)
    strong, weak, ignore = reader.keywords("strong"), reader.keywords("weak"), reader.keywords("ignore")
    if not strong and not weak:
        raise TaxonomyError(f"{where}: no keywords: give it strong = [...] or weak = [...]")
    for key, other, words in (("weak", "strong", strong), ("ignore", "strong", strong), ("ignore", "weak", weak)):
        taken = {_identity(word) for word in words}
        for word in weak if key == "weak" else ignore:
            if _identity(word) in taken:
                raise TaxonomyError(f"{where}: key {key!r}: {word.written!r} stands under {other!r} too")
    shown = Topic(topic, reader.text("name"), reader.text("description"), reader.number("threshold", threshold))
    return Rule(shown, strong, weak, ignore)


def _identity(word: Keyword) -> tuple[str, str, bool]:
    return word.joined, word.exact, word.prefix


class _Table:
    """One table of the file, read key by key; each mistake is told with where it stands."""

    def __init__(self, where: str, values: Mapping[str, Any], known: tuple[str, ...]) -> None:
        self._where = where
        self._values = values
        for key in values:
            if key not in known:
                raise self._wrong(key, f"unknown; known are {', '.join(known)}")

    def text(self, key: str) -> str:
        """A text that says something; line ends in it become spaces."""
        value = self._values.get(key)
        if value is None:
            raise self._wrong(key, "missing")
        if not isinstance(value, str) or not value.strip():
            raise self._wrong(key, "must be a text, and not an empty one")
        return " ".join(value.split())

    def number(self, key: str, default: float, largest: float = 1e6) -> float:
        """A number from 0 to `largest`."""
        value = self._values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= largest:
            raise self._wrong(key, f"must be a number from 0 to {largest:g}")
        return float(value)

    def count(self, key: str, default: int) -> int:
        """A whole number from 1."""
        value = self._values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise self._wrong(key, "must be a whole number from 1")
        return value

    def keywords(self, key: str) -> tuple[Keyword, ...]:
        """Keywords, each once; none where the key is absent."""
        value = self._values.get(key, [])
        if not isinstance(value, list):
            raise self._wrong(key, 'must be a list of keywords, such as ["adapter", "low-rank"]')
        found: dict[tuple[str, str, bool], Keyword] = {}
        for written in value:
            if not isinstance(written, str):
                raise self._wrong(key, f"{written!r} must be a text in quotes")
            try:
                word = keyword(written)
            except ValueError as error:
                raise self._wrong(key, f"{written!r}: {error}") from error
            found.setdefault(_identity(word), word)
        return tuple(found.values())

    def _wrong(self, key: str, reason: str) -> TaxonomyError:
        return TaxonomyError(f"{self._where}: key {key!r}: {reason}")
