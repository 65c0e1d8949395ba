"""Find duplicates in files, without a library: read them, name their records, compare all, group what is one paper."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from papertide.errors import InputError, LayoutError, UsageError
from papertide.matching.find import Progress, duplicates
from papertide.matching.profiles import Name, rules_of
from papertide.normal import printable
from papertide.parsers import parse
from papertide.parsers import slices as cutting
from papertide.parsers.decode import decode
from papertide.parsers.encode import cut_off
from papertide.records.listing import Entry, Listing, Problem
from papertide.records.paper import Seen
from papertide.records.reports import InputProblem, Match
from papertide.sources.base import Raw, Unread

_FACTS = tuple(name for name in Entry.model_fields if name not in {"title", "line", "raw", "year_inferred"})
"""What counts where a record is weighed by what was read of it, as its layout has no fields of its own."""


@dataclass(frozen=True, slots=True)
class File:
    """One file, read: its bytes, their text, what stands in it, and where; `slices` is None where it can't be cut.

    `name` is for people, `path` for the system.
    """

    name: str
    path: str
    data: bytes
    text: str
    listing: Listing
    slices: Sequence[cutting.Slice] | None


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its name, unlike any other's; its file and its place in it (from 0), and what was read of it.

    `filled` counts its fields that hold something. A `damaged` one could not be read without a problem; others name a
    `needed` one, so that they would lack something without it (BibTeX's crossref).
    """

    name: str | int
    file: int
    place: int
    entry: Entry
    filled: int
    damaged: bool
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: the files and their records in order, the pairs, and the groups of records that are one paper.

    A group's records are in order, and a group is where its first record is. `problems` name what could not be read,
    `notes` are remarks on an input for a person.
    """

    files: tuple[File, ...] = ()
    records: tuple[Record, ...] = ()
    matches: tuple[Match, ...] = ()
    groups: tuple[tuple[Record, ...], ...] = ()
    problems: tuple[InputProblem, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()


def read(inputs: Iterable[Raw | Unread], *, layout: str = "auto") -> Generator[str, None, Found]:
    """Read files, yielding the name of each when it was read; the value holds no pairs yet.

    A file that can't be read is a problem, the others are read. Raises UsageError for a file that is given twice.
    """
    files: list[File] = []
    problems: list[InputProblem] = []
    notes: list[tuple[str, str]] = []
    seen: dict[str | tuple[int, int], str] = {}
    for given in inputs:
        name = printable(given.name)
        file_id = _file_id(given.name)
        if file_id in seen:
            raise UsageError(f"{name} is given twice" + (f", as {seen[file_id]}" if seen[file_id] != name else ""))
        seen[file_id] = name
        try:
            file = _file(given, name, layout)
        except InputError as error:
            problems.append(InputProblem(input=name, reason=error.reason))
        else:
            files.append(file)
            problems += [_problem(name, problem) for problem in file.listing.problems]
            notes += [(name, note) for note in file.listing.notes]
        yield name
    return Found(
        files=tuple(files), records=_records(files, len(seen) > 1), problems=tuple(problems), notes=tuple(notes)
    )


def compare(
    found: Found,
    *,
    threshold: float | None = None,
    profile: Name = "balanced",
    progress: Progress = lambda _part: None,
) -> Found:
    """The same with its pairs and groups, by the rules of `matching`; one pair for each record beyond a paper's first.

    `progress` is called with the part that is done, 0 to 1.
    """
    records = found.records
    seen = [Seen(k, record.entry, "", None, str(record.name)) for k, record in enumerate(records)]
    matches = [
        Match(a=records[one].name, b=records[other].name, score=score, reason=reason)
        for one, other, score, reason in duplicates(seen, rules_of(profile, threshold), progress)
    ]
    return replace(found, matches=tuple(matches), groups=tuple(_groups(records, matches)))


# --- reading ----------------------------------------------------------------------------------------------------------


def _file_id(name: str) -> str | tuple[int, int]:
    """What tells a file from others, under whatever name; for what is no file its name."""
    try:
        found = Path(name).stat()
    except (OSError, ValueError):
        return name
    return found.st_dev, found.st_ino


def _file(given: Raw | Unread, name: str, layout: str) -> File:
    if isinstance(given, Unread):
        raise InputError(name, given.reason)
    text, _ = decode(given.data)
    listing = _listing(given.data, text, layout)
    slices = cutting.slices(text, listing) if listing.layout in cutting.LAYOUTS else None
    return File(name, given.name, given.data, text, listing, slices)


_JSON = re.compile(r"[\ufeff\s]*(?:\{|\[\s*\{)")


def _listing(data: bytes, text: str, layout: str) -> Listing:
    """What stands in a file. JSON is taken for records, one by one, before it is taken for an answer, and never for text."""
    if layout != "auto" or not _JSON.match(text):
        return parse(data, layout)
    try:
        return parse(data, "jsonl")
    except LayoutError as error:
        try:
            return parse(data, "hf-json")
        except LayoutError:
            raise error from None


def _problem(name: str, problem: Problem) -> InputProblem:
    return InputProblem(input=name, line=problem.line, reason=problem.reason, excerpt=problem.excerpt)


def _records(files: Sequence[File], several: bool) -> tuple[Record, ...]:
    made: list[Record] = []
    for number, file in enumerate(files):
        faults = sorted(problem.line for problem in file.listing.problems if problem.line is not None)
        needed = _named_by_others(file) if file.listing.layout == "bibtex" else frozenset[str]()
        last_is_cut = file.slices is not None and cut_off(file.data, file.text)
        for place, entry in enumerate(file.listing.entries):
            where = file.slices[place] if file.slices is not None else None
            own = where.own_id if where else entry.arxiv_id
            name: str | int = own if own is not None else entry.line or place + 1
            damaged = _holds(entry, faults) or bool(last_is_cut and where and where.end == len(file.text))
            filled = where.filled if where else _known(entry)
            full_name = f"{file.name}:{name}" if several else name
            made.append(Record(full_name, number, place, entry, filled, damaged, str(own).casefold() in needed))
    return tuple(_told_apart(made))


_NAMES_OTHERS = re.compile(r"\b(?:crossref|xdata|xref)\s*=\s*[{\"]([^{}\"]*)", re.IGNORECASE)


def _named_by_others(file: File) -> frozenset[str]:
    """The keys of the records of a bibliography that others take fields from."""
    return frozenset(key.strip().casefold() for told in _NAMES_OTHERS.findall(file.text) for key in told.split(","))


def _known(entry: Entry) -> int:
    return sum(getattr(entry, fact) not in (None, ()) for fact in _FACTS)


def _holds(entry: Entry, faults: Sequence[int]) -> bool:
    """Whether one of these lines, in order, is one of the entry's."""
    first = entry.line or 0
    at = bisect_left(faults, first)
    return at < len(faults) and faults[at] <= first + entry.raw.count("\n")


def _told_apart(records: Sequence[Record]) -> Iterator[Record]:
    """The records, those whose name is another's too with their number in their file behind it."""
    counts = Counter(str(record.name) for record in records)
    taken = set(counts)
    for record in records:
        name = record.name
        if counts[str(name)] > 1:
            while str(name) in taken:
                name = f"{name} (record {record.place + 1})"
            taken.add(str(name))
        yield replace(record, name=name)


# --- comparing --------------------------------------------------------------------------------------------------------


def _groups(records: Sequence[Record], matches: Iterable[Match]) -> Iterator[tuple[Record, ...]]:
    """The records that pairs join, directly or through others."""
    number_of = {record.name: number for number, record in enumerate(records)}
    parent = list(range(len(records)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for match in matches:
        one, other = sorted((root(number_of[match.a]), root(number_of[match.b])))
        parent[other] = one
    members: dict[int, list[Record]] = {}
    for number, record in enumerate(records):
        members.setdefault(root(number), []).append(record)
    return (tuple(group) for group in members.values() if len(group) > 1)
