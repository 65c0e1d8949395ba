"""`papertide duplicates find`."""

from __future__ import annotations

from collections.abc import Callable, Container, Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from papertide.cli.common import Common
from papertide.errors import UsageError
from papertide.normal import counted
from papertide.views.console import Console, ExitCode, Line, Progress

if TYPE_CHECKING:
    from papertide.flows.deduplicated import Written
    from papertide.flows.duplicates_find import Found, Record

Profile = Literal["strict", "balanced", "loose"]  # those of `matching.profiles`, which the help can do without


def find(
    ctx: typer.Context,
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="FILE...", help="Files, folders, or - for stdin.")
    ] = None,
    layout: Annotated[
        str, typer.Option(metavar="NAME", help="auto, csv, jsonl, bibtex, ris; or as for `add`.")
    ] = "auto",
    profile: Annotated[
        Profile, typer.Option(metavar="NAME", help="strict, balanced or loose: how sure a pair must be.")
    ] = "balanced",
    threshold: Annotated[
        float | None, typer.Option(metavar="N", help="How alike titles must be, 0 to 100, instead of the profile's.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write it there without its duplicates.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Let -o replace an input.")] = False,
) -> None:
    """Find duplicates in any csv, jsonl, bibtex or ris file.

    No library is needed. A record is named by its own id (a column id or key, the BibTeX key, the RIS
    ID, the id of a JSON object), else by its line; where two have the same name,
    their number in the file stands behind it. In several files the file stands
    before it: FILE:NAME. With --json each pair is a line: a, b, score, reason.

    With -o one record of each paper stays, the one that tells most (ids, authors,
    year, abstract, then other fields), the first of equals; one that others name
    by crossref stays, too. All that stays is as it was, byte for byte; so is
    what could not be read, which is named (exit code 3). With several files, or
    a folder, FILE is a folder, and each is written there under its own name.

    \b
    Examples:
      papertide duplicates find refs.bib          pairs, and why
      papertide duplicates find refs.bib -o clean.bib
      papertide duplicates find scopus.csv pubmed.ris --profile strict
      cat *.ris | papertide duplicates find - -o all.ris
      papertide duplicates find screening.csv --json
    """
    # The other commands about duplicates only read the library: they are not to wait for all of this.
    from papertide.flows import deduplicated
    from papertide.flows.duplicates_find import compare, read
    from papertide.parsers import LAYOUTS, SUFFIXES
    from papertide.sources.files import Files

    if not paths:
        raise UsageError("nothing to look at; name files, or - for standard input")
    if layout != "auto" and layout not in LAYOUTS:
        raise UsageError(f"no layout {layout!r}; there are auto, {', '.join(sorted(LAYOUTS))}")
    if threshold is not None and not 0 <= threshold <= 100:
        raise UsageError(f"--threshold {threshold:g} is not from 0 to 100")
    folder = output is not None and (len(paths) > 1 or _is_folder(paths[0]) or _is_folder(output))
    if folder and "-" in paths:
        raise UsageError("standard input has no name to be written under; give -o a file, and - alone")
    if output is not None and str(output) == "-":
        raise UsageError("-o needs the name of a file; what is found goes to standard output")
    if overwrite and output is None:
        raise UsageError("--overwrite is about -o, which isn't given")
    console = Common.of(ctx).console
    source = Files(paths, SUFFIXES)
    written: list[Written] = []
    with console.progress("reading", source.count()) as bar:
        found = _read(read(source, layout=layout), bar)
    places = deduplicated.targets(found, output, folder=folder, overwrite=overwrite) if output else []
    with console.progress("comparing", 100) as bar:
        bar.tell(counted(len(found.records), "record"))
        found = compare(found, threshold=threshold, profile=profile, progress=_percents(bar))
    if output is not None and found.files:
        written = deduplicated.write(found, places, output if folder else None)
    stay = {record.name for group in found.groups for record in deduplicated.staying(group)}
    _tell(console, found, stay, written)
    if found.problems:
        raise typer.Exit(ExitCode.PARTLY if found.records or written else ExitCode.FAILED)


def _is_folder(path: str | Path) -> bool:
    try:
        return Path(path).is_dir()
    except OSError:  # a name that can't be: who reads or writes it says why
        return False


def _read(steps: Generator[str, None, Found], bar: Progress) -> Found:
    while True:
        try:
            name = next(steps)
        except StopIteration as end:
            found: Found = end.value
            return found
        bar.tell(name)
        bar.advance()


def _percents(bar: Progress) -> Callable[[float], None]:
    """What advances a bar of 100 to the part that is done."""
    shown = 0

    def show(part: float) -> None:
        nonlocal shown
        while shown < int(100 * part):
            bar.advance()
            shown += 1

    return show


def _tell(console: Console, found: Found, stay: Container[str | int], written: Sequence[Written]) -> None:
    """The pairs: JSON Lines, or grouped for people; then what went wrong, and what was written."""
    for match in found.matches if console.as_json else ():
        console.json(match.model_dump(mode="json"))
    reasons = {match.b: match.reason for match in found.matches}
    console.show(line for group in found.groups for line in _group(group, stay, reasons))
    for name, note in found.notes:
        console.say(f"{name}: {note}", "mark")
    for problem in found.problems:
        where = problem.input + (f", line {problem.line}" if problem.line is not None else "")
        shown = f": {problem.excerpt!r}" if problem.excerpt else ""
        console.say(f"{where}: {problem.reason}{shown}", "mark")
    if found.files:
        console.show([Line(_count(found))])
    for file in written:
        left_out = counted(file.left_out, "duplicate") if file.left_out else "nothing"
        console.say(f"{counted(file.records, 'record')} written to {file.path}; left out: {left_out}")


def _group(group: Sequence[Record], stay: Container[str | int], reasons: Mapping[str | int, str]) -> Iterator[Line]:
    """The records of one paper, each with its title, and why it is the same paper; the one that `-o` keeps is marked."""
    for place, record in enumerate(group):
        mark = " (stays)" if record.name in stay else ""
        yield Line(f"{record.name}{mark}: {record.entry.title}", "" if place else "title", indent=2 if place else 0)
        if record.name in reasons:
            yield Line(reasons[record.name], "facts", indent=4)
    yield Line()


def _count(found: Found) -> str:
    among = f"among {counted(len(found.records), 'record')}"
    if not found.groups:
        return f"no duplicates {among}"
    more = sum(len(group) - 1 for group in found.groups)
    return f"{counted(more, 'duplicate')} of {counted(len(found.groups), 'paper')} {among}"
