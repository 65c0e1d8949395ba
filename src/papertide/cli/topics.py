"""`papertide topics`: the list with counts, `show`, `test` and `edit`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from papertide.cli.common import Common
from papertide.cli.taxonomy import taxonomy, topic_source
from papertide.errors import LibraryMissing, OutputError
from papertide.flows.browse import check_topic_names, ensure_labels
from papertide.query import condition
from papertide.store.base import Selection
from papertide.views.console import Line

app = typer.Typer(add_completion=False, rich_markup_mode=None, invoke_without_command=True)


@app.callback()
def topics(ctx: typer.Context) -> None:
    """The topics, with how many papers each has.

    They stand in the order of the digest.

    The rules are TOML: copy the ones in force with `papertide topics edit`, and the library is labelled anew.

    \b
    Examples:
      papertide topics
      papertide topics show peft
      papertide topics test "LoRA for speech recognition"
    """
    if ctx.invoked_subcommand is None:
        _list(Common.of(ctx))


def _list(common: Common) -> None:
    rules = taxonomy(common)
    try:
        with common.library() as store:
            ensure_labels(store, *topic_source(common))
            counts = store.looking.topic_counts()
    except LibraryMissing:
        counts = {}
    rows = [(topic.id, topic.name, topic.description, counts.get(topic.id, 0)) for topic in rules.topics]
    if counts.get(""):
        rows.append(("none", "Other", "Papers that no rule speaks for.", counts[""]))
    if common.console.as_json:
        for ident, name, description, count in rows:
            common.console.json({"id": ident, "name": name, "description": description, "papers": count})
        return
    heads = (("topic", "left"), ("papers", "right"), ("what it is", "left"))
    common.console.table(heads, ((ident, str(count), description) for ident, _, description, count in rows), wide=2)


@app.command("show")
def show(ctx: typer.Context, topic: Annotated[str, typer.Argument(metavar="T", help="The topic's id.")]) -> None:
    """One topic: what it is, its papers' number, and the newest of them."""
    common = Common.of(ctx)
    rules = taxonomy(common)
    found = next((t for t in rules.topics if t.id.casefold() == topic.casefold()), None)
    with common.library() as store:
        ensure_labels(store, *topic_source(common))
        check_topic_names(store.looking, [topic], topic_source(common))
        chosen = Selection(condition("topic", topic, today=common.today), common.config.reader, limit=10)
        papers, count = store.looking.papers(chosen), store.looking.count(chosen)
    if common.console.as_json:
        name, description = (found.name, found.description) if found else (None, None)
        common.console.json({"id": topic, "name": name, "description": description, "papers": count})
        return
    common.console.show([Line(found.name if found else topic, "heading"), Line(found.description if found else "")])
    common.console.show([Line(f'{count} papers: papertide list "topic:{topic}"'), Line()])
    common.console.show(Line(paper["title"], "title", indent=6, lead=str(paper["id"])) for paper in papers)


@app.command("test")
def test(
    ctx: typer.Context,
    text: Annotated[
        list[str], typer.Argument(metavar="TEXT...", help="A title, or a title and an abstract behind it.")
    ],
) -> None:
    """Which topics a text would get, and which words decide.

    As `-` the text is read from standard input, title first.
    """
    common = Common.of(ctx)
    joined = sys.stdin.read() if text == ["-"] else " ".join(text)
    title, _, abstract = joined.strip().partition("\n")
    rules = taxonomy(common)
    labels = rules.label(title, abstract or None)
    verdicts = rules.explain(title, abstract or None)
    if common.console.as_json:
        told = [{"topic": v.topic.id, "score": v.score, "passed": v.passed, "words": list(v.words)} for v in verdicts]
        common.console.json({"topics": list(labels), "scores": told})
        return
    common.console.show([Line("topics: " + (", ".join(labels) or "none"))])
    rows = ((v.topic.id, f"{v.score:g}", "yes" if v.passed else "no", ", ".join(v.words)) for v in verdicts)
    common.console.table((("topic", "left"), ("score", "right"), ("given", "left"), ("words", "left")), rows, wide=3)


@app.command("edit")
def edit(ctx: typer.Context) -> None:
    """Copy the rules in force to where you can edit them.

    That is your configuration folder; it says where, and overwrites nothing.
    """
    common = Common.of(ctx)
    path = common.config.topics_file
    made = not path.exists()
    if made:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(topic_source(common)[0])
        except OSError as error:
            raise OutputError(str(path), error.strerror or str(error)) from error
    if common.console.as_json:
        common.console.json({"file": str(path), "made": made})
    else:
        common.console.show([Line(str(path))])
        common.console.say(
            "edit it; the library is labelled anew at the next command" if made else "your rules are here already"
        )
