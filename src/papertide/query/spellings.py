"""What is written in several ways: acronyms with what they stand for, and words with or without a hyphen.

The table is text, a line each (`spellings.txt` says how); a reader's own lines are added to the ones given here. Words are
compared by their stems, so that "LLMs" is "large language models" and "finetuned" is "fine-tuning". A word with a hyphen is
also looked for without it, whether the table knows it or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from pathlib import Path

from papertide.errors import ConfigError
from papertide.query.ast import And, Node, Not, Or, Term, Variants
from papertide.query.stem import stems
from papertide.query.tokens import words

MOST_LINES = 10_000
"""Lines of a table; each is worked out when a search is read."""
_LONGEST = 8
"""Words of an expansion."""
_JOINED = 3
"""Parts of a word with hyphens that is looked for without them."""

_Key = tuple[bytes, ...]


@dataclass(frozen=True)
class Spellings:
    """A table, read. `others` maps the stems of one way of writing to the other ways."""

    others: dict[_Key, tuple[str, ...]] = field(default_factory=dict)

    def of(self, term: Term) -> tuple[str, ...]:
        """The other ways of writing a term; a prefix and a name have none."""
        if term.kind == "prefix" or term.field in ("author", "org"):
            return ()
        parts = words(term.text)
        own = tuple(stems(term.text))
        found = dict.fromkeys(self.others.get(own, ()))
        if "-" in term.text and 1 < len(parts) <= _JOINED:
            found["".join(parts)] = None
        return tuple(text for text in found if tuple(stems(text)) != own)


def read(text: str, name: str, *, base: Spellings | None = None) -> Spellings:
    """The table that a text holds, added to `base`; raises ConfigError, with the line, for what is no line of one."""
    found = {key: dict.fromkeys(texts) for key, texts in base.others.items()} if base else {}
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        raise ConfigError(f"{name}: {len(lines):,} lines; {MOST_LINES:,} are the most")
    for number, line in enumerate(lines, 1):
        said = line.partition("#")[0].strip()
        if said:
            _take(found, said, f"{name}, line {number}")
    return Spellings({key: tuple(texts) for key, texts in found.items()})


@cache
def default() -> Spellings:
    """The table that comes with the program."""
    file = Path(__file__).with_name("spellings.txt")
    return read(file.read_text(encoding="utf-8"), file.name)


def widened(node: Node, spellings: Spellings) -> Node:
    """A tree in which what is written in several ways is looked for in each of them."""
    if isinstance(node, And):
        parts = tuple(_runs(node.parts, spellings))
        return parts[0] if len(parts) == 1 else And(parts)
    if isinstance(node, Or):
        return Or(tuple(widened(part, spellings) for part in node.parts))
    if isinstance(node, Not):
        return Not(widened(node.part, spellings))
    if isinstance(node, Term):
        return _alike(node, node, spellings.of(node))
    return node


def _runs(parts: Sequence[Node], spellings: Spellings) -> Iterator[Node]:
    """The parts of an And; bare words side by side that the table knows become one, the longest such run first."""
    start = 0
    while start < len(parts):
        end, others = _longest_run(parts, start, spellings)
        first = parts[start]
        if others and isinstance(first, Term):
            yield _alike(And(tuple(parts[start:end])), first, others)
        else:
            yield widened(first, spellings)
        start = end


def _longest_run(parts: Sequence[Node], start: int, spellings: Spellings) -> tuple[int, tuple[str, ...]]:
    """Where the longest known run of two words or more from `start` ends, and how else it is written."""
    found: tuple[int, tuple[str, ...]] = (start + 1, ())
    first = parts[start]
    if not isinstance(first, Term) or first.field in ("author", "org"):
        return found
    key: _Key = ()
    for end, part in enumerate(parts[start : start + _LONGEST], start + 1):
        if not isinstance(part, Term) or part.kind != "word" or part.field != first.field:
            break
        key += tuple(stems(part.text))
        if end > start + 1 and key in spellings.others:
            found = end, spellings.others[key]
    return found


def _alike(node: And | Term, first: Term, others: Iterable[str]) -> Node:
    terms = tuple(Term(text, "phrase", first.field) for text in others)
    return Variants(node, terms) if terms else node


# --- lines ------------------------------------------------------------------------------------------------------------


def _take(found: dict[_Key, dict[str, None]], said: str, where: str) -> None:
    left, sign, right = said.partition("=")
    if not sign:
        parts = words(said)
        if "-" not in said or len(parts) < 2 or len(parts) > _LONGEST:
            raise ConfigError(f"{where}: {said!r} is neither ACRONYM = words nor a word with a hyphen")
        _join(found, ["".join(parts), " ".join(parts)])
        return
    key = tuple(stems(left))
    if len(key) != 1:
        raise ConfigError(f"{where}: {left.strip()!r} is not one word")
    expansions = [text.strip() for text in right.split("|") if text.strip()]
    if not expansions:
        _forget(found, key)
    for text in expansions:
        if not 1 < len(words(text)) <= _LONGEST:
            raise ConfigError(f"{where}: {text!r} must be two to {_LONGEST} words")
        _join(found, [left.strip(), *_spelt(found, text)])


def _join(found: dict[_Key, dict[str, None]], texts: Sequence[str]) -> None:
    """Let each of these ways of writing lead to the others."""
    keys = [tuple(stems(text)) for text in texts]
    for key in keys:
        held = found.setdefault(key, {})
        held.update((text, None) for other, text in zip(keys, texts, strict=True) if other != key)


def _forget(found: dict[_Key, dict[str, None]], key: _Key) -> None:
    """Take an acronym out of the table, from either side."""
    for text in found.pop(key, {}):
        held = found.get(tuple(stems(text)), {})
        for other in [other for other in held if tuple(stems(other)) == key]:
            del held[other]


def _spelt(found: dict[_Key, dict[str, None]], text: str) -> list[str]:
    """An expansion with each of its words in hyphens as it stands and in one: "fine-tuning" and "finetuning"."""
    ways = [
        [word, "".join(words(word))] if tuple(stems(word)) in found and "-" in word else [word] for word in text.split()
    ]
    return [" ".join(way) for way in product(*ways)]
