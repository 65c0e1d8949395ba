"""`papertide export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from papertide.cli.common import Common
from papertide.cli.filters import Given, QueryWords, filtered
from papertide.cli.outputs import STANDARD_OUTPUT, means_folder
from papertide.cli.scores import scored
from papertide.cli.taxonomy import topic_source
from papertide.errors import UsageError
from papertide.export import FORMATS
from papertide.export.base import Exporter, ReadingList
from papertide.flows.browse import check_topics, ensure_labels, topic_names
from papertide.flows.output import write_whole
from papertide.flows.readinglist import GROUPINGS, reading_list, with_state
from papertide.normal import counted
from papertide.views.console import ExitCode

_FOLDER = "obsidian"
_NAMES = (*FORMATS, _FOLDER)


@filtered
def export(
    ctx: typer.Context,
    query: QueryWords = None,
    form: Annotated[str, typer.Option("--format", metavar="NAME", help=f"{', '.join(_NAMES)}.")] = "markdown",
    output: Annotated[
        str | None, typer.Option("-o", "--output", metavar="FILE", help="Write it there (obsidian: a folder).")
    ] = None,
    group_by: Annotated[str, typer.Option(metavar="WHAT", help=f"{', '.join(GROUPINGS)}.")] = "none",
    template: Annotated[
        Path | None, typer.Option("--template", metavar="FILE", help="Markdown by this template (jinja2).")
    ] = None,
    show_template: Annotated[
        bool, typer.Option("--show-template", help="Print the template that is used without --template.")
    ] = False,
) -> None:
    """Write a reading list.

    It holds what a query and the options choose, as for `list`. The same library and query give the same bytes. A file
    is written whole or not at all. Obsidian notes are kept up to date in a folder: what you write into them stays, and
    none is ever deleted.

    \b
    Examples:
      papertide export status:keep -o reading.md
      papertide export --topic peft --group-by month --format html -o peft.html
      papertide export status:keep --format bibtex -o refs.bib
      papertide export status:keep --format obsidian -o ~/vault/papers
      papertide export --format jsonl -o everything.jsonl
      papertide export --show-template > mine.md.jinja
      papertide export status:keep --template mine.md.jinja
    """
    common = Common.of(ctx)
    if show_template:
        _show_template(common)
        return
    path = None if output is None or output == STANDARD_OUTPUT else Path(output)
    _check(form, group_by, path, template)
    if path is not None and form != _FOLDER and means_folder(str(output)):
        raise UsageError(f"-o {output} is a folder; {form} needs a file")
    given = Given.of(ctx, query)
    source = topic_source(common)
    as_lines = path is None and common.console.as_json
    if as_lines:
        form = "jsonl"
    with common.library() as store:
        ensure_labels(store, *source)
        scored(common, store)
        chosen = given.selection(common, store)
        names = topic_names(source) if group_by == "topic" else {}
        with store.looking.steady():
            reading, count = reading_list(store.looking, chosen, names, group_by=group_by)
            if not count and chosen.query is not None:
                check_topics(store.looking, chosen.query, source, given.text)
            if form == "jsonl" and not as_lines:
                reading = with_state(reading, store)
            if form == _FOLDER and path is not None:
                _into_folder(common, reading, count, path)
            else:
                _write(common, _exporter(form, template), form, reading, count, path)


def _check(form: str, group_by: str, output: Path | None, template: Path | None) -> None:
    if form not in _NAMES:
        raise UsageError(f"no format {form!r}; there are {', '.join(_NAMES)}")
    if group_by not in GROUPINGS:
        raise UsageError(f"can't group by {group_by!r}; by {', '.join(GROUPINGS)}")
    if form == _FOLDER and output is None:
        raise UsageError("obsidian notes need a folder: -o FOLDER")
    if template is not None and form != "markdown":
        raise UsageError("--template is for Markdown only")


def _exporter(form: str, template: Path | None) -> Exporter:
    if template is None:
        return FORMATS[form]
    from papertide.export.markdown import by_template  # jinja2 costs start-up

    try:
        return by_template(template.read_text(encoding="utf-8"), str(template))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--template {template}: {getattr(error, 'strerror', None) or error}") from error


def _write(
    common: Common, exporter: Exporter, form: str, reading: ReadingList, count: int, output: Path | None
) -> None:
    pieces = exporter(reading)
    if output is None:
        for piece in pieces:
            common.console.data(piece)
        return
    write_whole(output, pieces, private=reading.state is not None)
    if common.console.as_json:
        common.console.json({"papers": count, "format": form, "output": str(output)})
    else:
        common.console.say(f"{counted(count, 'paper')} written to {output}")


def _into_folder(common: Common, reading: ReadingList, count: int, folder: Path) -> None:
    from papertide.flows.obsidian import update  # only this format needs it

    done = update(folder, reading)
    if common.console.as_json:
        told = {
            "new": done.new,
            "changed": done.changed,
            "unchanged": done.unchanged,
            "left_alone": list(done.left_alone),
        }
        common.console.json({"papers": count, "format": _FOLDER, "output": str(folder), **told})
    else:
        for told_of in done.left_alone:
            common.console.say(told_of, "mark")
        counts = f"{done.new} new, {done.changed} changed, {done.unchanged} unchanged"
        common.console.say(f"{counted(done.new + done.changed + done.unchanged, 'note')} in {folder}: {counts}")
    if done.left_alone:
        raise typer.Exit(ExitCode.PARTLY)


def _show_template(common: Common) -> None:
    from papertide.export.markdown import default_template  # jinja2 costs start-up

    if common.console.as_json:
        common.console.json({"template": default_template()})
    else:
        common.console.data(default_template())
