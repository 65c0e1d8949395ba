"""Write files again without their duplicates: of each paper one record stays, and what stays is as it was, byte for byte.

The record stays that tells most: by ids, authors, year and abstract, for by these it is told from other papers; then by
the fields that hold something; the first of equals. Whatever is no record stays where it is, and so does a record that
could not be read without a problem (nobody knows what else is in it), and one that others name.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from papertide.errors import InputError, OutputError, UsageError
from papertide.flows.duplicates_find import File, Found, Record
from papertide.flows.whole import write_bytes_whole
from papertide.parsers import parse
from papertide.parsers import slices as cutting
from papertide.parsers.encode import stretches


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written: where, how many records are in it, and how many were left out."""

    path: Path
    records: int
    left_out: int


def staying(group: Sequence[Record]) -> tuple[Record, ...]:
    """The records of one paper that stay: the one that tells most of those that were read well, and all that must."""
    best = max((record for record in group if not record.damaged), key=_telling, default=None)
    return tuple(record for record in group if record.damaged or record.needed or record is best)


def _telling(record: Record) -> tuple[bool, int, bool, bool, bool, int]:
    """How much a record tells; one that others name stays anyway, and no second one beside it."""
    entry = record.entry
    ids = sum(name is not None for name in (entry.arxiv_id, entry.doi))
    year = entry.year is not None or entry.published is not None
    return record.needed, ids, bool(entry.authors), year, entry.abstract is not None, record.filled


def targets(found: Found, output: Path, *, folder: bool, overwrite: bool = False) -> list[Path]:
    """Where each file is to be written: to `output`, or below it under its own name if that is a `folder`.

    Raises UsageError for a file whose layout can't be cut, or whose place another one has, and for a place where an
    input is, unless it may be overwritten.
    """
    places: dict[Path, File] = {}
    for file in found.files:
        if file.slices is None:
            known = ", ".join(sorted(cutting.LAYOUTS))
            raise UsageError(f"{file.name} is {file.listing.layout}; only {known} are written without duplicates")
        path = output / Path(file.path).name if folder else output
        if path in places:
            raise UsageError(f"{places[path].name} and {file.name} would both be written to {path}")
        places[path] = file
    if not overwrite:
        taken = next((path for path in places for file in found.files if _same(path, file.path)), None)
        if taken is not None:
            raise UsageError(f"{taken} is an input; --overwrite allows to replace it")
    return list(places)


def write(found: Found, places: Sequence[Path], folder: Path | None = None) -> list[Written]:
    """Write each file to its place, whole or not at all; all of them are made before the first is written.

    A `folder` that they go to is made if it isn't there.

    Raises OutputError where a file can't be written, and where it would be read differently without its duplicates:
    a quote that nothing closes, say, may now take in what comes next.
    """
    dropped: list[set[int]] = [set() for _ in found.files]
    for group in found.groups:
        stay = staying(group)
        for record in group:
            if not any(record is other for other in stay):
                dropped[record.file].add(record.place)
    made = [_made(file, left_out) for file, left_out in zip(found.files, dropped, strict=True)]
    if folder is not None:
        _make(folder)
    for path, pieces in zip(places, made, strict=True):
        write_bytes_whole(path, pieces)
    return [
        Written(path, len(file.listing.entries) - len(left_out), len(left_out))
        for path, file, left_out in zip(places, found.files, dropped, strict=True)
    ]


def _make(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(str(folder), error.strerror or str(error)) from error


def _made(file: File, dropped: Collection[int]) -> list[bytes]:
    """The bytes of a file without some of its records.

    Where something in it is damaged, and in JSON, whose first line tells how the others are read, they are read again:
    elsewhere no record depends on another one.
    """
    kept = cutting.kept(len(file.text), file.slices or (), dropped)
    pieces = list(stretches(file.data, file.text, kept))
    if not dropped or not (file.listing.problems or file.listing.layout == "jsonl"):
        return pieces
    stay = [entry.raw.rstrip() for place, entry in enumerate(file.listing.entries) if place not in dropped]
    if stay != _records_in(b"".join(pieces), file.listing.layout):
        lines = ", ".join(str(problem.line) for problem in file.listing.problems[:3])
        hint = f"; mend what is damaged first (line {lines})" if lines else ""
        raise OutputError(file.name, f"without its duplicates the rest of it would be read differently{hint}")
    return pieces


def _records_in(data: bytes, layout: str) -> list[str]:
    try:
        return [entry.raw.rstrip() for entry in parse(data, layout).entries]
    except InputError:  # nothing is left in it
        return []


def _same(one: Path, other: str) -> bool:
    try:
        return one.samefile(other)
    except OSError:  # one of them isn't there, or is no name at all
        return False
