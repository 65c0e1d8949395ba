"""The full state of a library, as `export --format jsonl` writes it: a paper a line, with the key `state` besides its own.

The state of the first line also holds what belongs to no single paper (`library`). Each line stands for itself: lines may
be taken out or put in another order. A line without a state is a paper like any other in JSON Lines.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from papertide.normal import clean, safe, still
from papertide.parsers.page import excerpt, told
from papertide.records.listing import Problem
from papertide.records.paper import Paper
from papertide.records.state import LibraryState, PaperKeys, PaperState

_MARK = b'"state"'


@dataclass(frozen=True, slots=True)
class Stated:
    """A line of a state file: a paper with its keys as they stand, and all else that is known of it."""

    line: int
    paper: Mapping[str, Any]
    state: PaperState


@dataclass(frozen=True, slots=True)
class StateFile:
    """What a state file holds; `rest` are the bytes of its lines without a state, at their places, empty if there are none."""

    papers: tuple[Stated, ...]
    library: LibraryState | None
    problems: tuple[Problem, ...]
    rest: bytes


def state_file(data: bytes) -> StateFile | None:
    """The state that a file holds; None for a file that holds none."""
    if _MARK not in data:
        return None
    papers: list[Stated] = []
    library: LibraryState | None = None
    problems: list[Problem] = []
    rest: list[bytes] = []
    found = False
    for number, line in enumerate(re.split(rb"\r\n|\r|\n", data.removeprefix(b"\xef\xbb\xbf")), 1):
        value = _value(line) if _MARK in line else None
        if value is None:
            rest.append(line)
            continue
        found = True
        rest.append(b"")
        try:
            paper, state, own = _read(number, value)
        except (ValueError, RecursionError) as error:
            reason = told(error) if isinstance(error, ValidationError) else str(error)
            shown = excerpt(clean(line[:500].decode(errors="replace")))
            problems.append(Problem(line=number, reason=f"its state can't be read: {reason}", excerpt=shown))
            continue
        library = library or own
        if paper is not None and state is not None:
            papers.append(Stated(number, paper, state))
    whole = b"\n".join(rest)
    return StateFile(tuple(papers), library, tuple(problems), whole if whole.strip() else b"") if found else None


def _value(line: bytes) -> dict[str, Any] | None:
    """The object of a line that has a state; None for any other line."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and isinstance(value.get("state"), dict) else None


def _read(line: int, value: dict[str, Any]) -> tuple[dict[str, Any] | None, PaperState | None, LibraryState | None]:
    """A paper, its state, and the library's; a line that holds the library's alone has no paper. Raises ValueError."""
    given = _harmless(value.pop("state"), still)
    value = _harmless(value, safe)
    if not value:
        return None, None, LibraryState.model_validate(given.get("library"))
    state = PaperState.model_validate(given)
    missing = Paper.model_fields.keys() - value.keys()
    if missing:
        raise ValueError(f"line {line} lacks {', '.join(sorted(missing))}")
    Paper.model_validate_json(json.dumps(value), strict=True)
    PaperKeys.model_validate({name: value[name] for name in PaperKeys.model_fields})
    return value, state, state.library


def _harmless(value: Any, made: Callable[[str], str]) -> Any:
    """A value whose texts can be shown: what pages say is made safe, what people wrote stays as near to it as it can.

    The raw text of an entry stays as it stood on its page.
    """
    if isinstance(value, str):
        return made(value)
    if isinstance(value, list):
        return [_harmless(part, made) for part in value]
    if isinstance(value, dict):
        return {k: v if k == "raw" else _harmless(v, safe if k == "entry" else made) for k, v in value.items()}
    return value
