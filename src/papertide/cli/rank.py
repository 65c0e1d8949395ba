"""`papertide rank`: the inbox in the order of reading, `explain`, `evaluate` and `simulate`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from papertide.cli.common import Common
from papertide.cli.scores import scored
from papertide.cli.taxonomy import topic_source
from papertide.errors import InputError, NotFound, UsageError
from papertide.flows.browse import ensure_labels
from papertide.flows.rank import evaluate, explain, reading_order
from papertide.flows.triage import named
from papertide.normal import counted
from papertide.views.console import Line
from papertide.views.rank import as_values, because, curve, percent

app = typer.Typer(add_completion=False, rich_markup_mode=None, invoke_without_command=True)

_SHOWN = 20
_TOO_FEW = "it takes a keep, and ten decisions after it, keeps and skips among them"
_HEADS = (("#", "right"), ("score", "right"), ("title", "left"), ("for", "left"))
_ORDERS = {"learned": "by your decisions", "newest": "newest first", "upvotes": "most upvotes first"}


@app.callback()
def rank(
    ctx: typer.Context,
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, help="At most so many (terminal: 20).")] = None,
    explore: Annotated[bool, typer.Option(help="Every tenth place for a topic you decided on least.")] = True,
) -> None:
    """Your inbox, first what is most like the papers you kept.

    Every tenth place is for the topic that you decided on least, so that the order doesn't tunnel into one; that topic
    stands beside the title. The score alone decides
    with --no-explore, or with explore = false in the config file.

    Without decisions it goes by upvotes, comments and date. Papers put off with `later` teach nothing.

    \b
    Examples:
      papertide rank
      papertide rank explain 12
      papertide rank evaluate
      papertide rank simulate screening.csv
    """
    if ctx.invoked_subcommand is None:
        _order(Common.of(ctx), limit, explore=explore)


def _order(common: Common, limit: int | None, *, explore: bool) -> None:
    console = common.console
    if limit is None and console.is_terminal:
        limit = _SHOWN
    with common.library() as store:
        ensure_labels(store, *topic_source(common))
        scored(common, store)
        order = reading_order(store, common.config.reader, explore=explore and common.config.explore, limit=limit)
    if console.as_json:
        for paper, topic in order:
            console.json({**paper, "explored": topic or None})
        return
    rows = (
        (str(paper["id"]), "" if paper["score"] is None else f"{paper['score']:.2f}", paper["title"], topic)
        for paper, topic in order
    )
    console.table(_HEADS, rows, wide=2)
    if not order:
        console.say("nothing in the inbox")


@app.command("explain")
def explain_(
    ctx: typer.Context,
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Number, arXiv id, or a URL holding that id.")],
) -> None:
    """Why papers rank where they do.

    The words that moved them, and by how much: 1 is half the way from a paper as those you skipped are, in the mean, to
    one as those you kept are.

    \b
    Examples:
      papertide rank explain 12
      papertide rank explain 2403.02178 --json
    """
    common = Common.of(ctx)
    reader = common.config.reader
    with common.library() as store:
        ensure_labels(store, *topic_source(common))
        scored(common, store)
        papers = {paper["id"]: paper for paper in store.looking.by_number(named(store.looking, ids), reader)}
        reasons = explain(store, reader, papers.values())
    for why in reasons:
        if common.console.as_json:
            common.console.json({"id": why.paper, **as_values(why)})
            continue
        paper = papers[why.paper]
        common.console.show([Line(paper["title"], "title", indent=6, lead=str(why.paper))])
        common.console.show(because(why))
        if why.score is None:
            common.console.show([Line("no score: there are no decisions to learn from yet", "facts", indent=6)])


@app.command("evaluate")
def evaluate_(ctx: typer.Context) -> None:
    """How well the ranking would have served you.

    Your own decisions are replayed in the order you made them. At up to 20 moments it learns from what you had decided
    and ranks what you decided after; the table has the means.

    \b
      AUC           the chance that a paper you kept stands before one you skipped
      precision@10  the share of keeps in the first ten
      saved         what you needn't read to see 95 % of your keeps
    """
    common = Common.of(ctx)
    with common.library() as store:
        ensure_labels(store, *topic_source(common))
        made = evaluate(store, common.config.reader)
    if made is None:
        raise NotFound("log to replay for", common.config.reader, _TOO_FEW)
    if common.console.as_json:
        curve_values = [{"decisions": known, "auc": round(value, 4)} for known, value in made.curve]
        figures = {name: asdict(one) for name, one in made.figures.items()}
        common.console.json({"decisions": made.decisions, "keeps": made.keeps, **figures, "curve": curve_values})
        return
    told = f"{counted(made.decisions, 'decision')}, {made.keeps} of them keeps, at {counted(len(made.curve), 'moment')}"
    common.console.show([Line(told), Line()])
    heads = (("order", "left"), ("AUC", "right"), ("precision@10", "right"), ("saved", "right"))
    common.console.table(heads, ((_ORDERS[name], *percent(asdict(one))) for name, one in made.figures.items()), wide=0)
    common.console.show([Line(), *curve(made.curve)])


@app.command("simulate")
def simulate(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="CSV, also gzipped: title, abstract, label (1 or 0).")],
    seed: Annotated[int, typer.Option(metavar="N", help="Which papers are known beforehand.")] = 0,
    prior: Annotated[str, typer.Option(metavar="K+S", help="How many kept and skipped ones are known.")] = "1+1",
    batch: Annotated[int, typer.Option(metavar="N", min=1, help="So many papers are decided on at a time.")] = 10,
) -> None:
    """Screen a labelled set as one who keeps what has label 1.

    Learn from what is known, show the best papers, take their labels, learn again, until all are shown. The figures are
    those of asreview-insights, without the papers known beforehand:

    \b
      recall10  the share of the wanted found in the first tenth (1 is best)
      wss95     work saved over random order when 95 % are found (higher is better)
      loss      from the perfect recall curve (0) to the worst (1); random 0.5

    \b
    Examples:
      papertide rank simulate screening.csv
      papertide rank simulate screening.csv.gz --seed 3 --batch 1 --json
    """
    from papertide.flows.labelled import labelled
    from papertide.ranking.simulate import simulate as screen  # numpy, which the other commands of `rank` may not need

    common = Common.of(ctx)
    texts, labels = labelled(file)
    known = _prior(prior)
    with common.console.progress("screening", len(texts)) as progress:

        def shown(count: int) -> None:
            for _ in range(count):
                progress.advance()

        try:
            made = screen(texts, labels, prior=known, batch=batch, seed=seed, shown=shown)
        except ValueError as error:
            raise InputError(file, str(error)) from error
    if common.console.as_json:
        common.console.json(asdict(made))
        return
    rows = (
        ("recall@10%", f"{made.recall10:.3f}"),
        ("WSS@95", f"{made.wss95:.3f}"),
        ("loss", f"{made.loss:.4f}"),
        ("ms a step", f"{made.ms_per_step:.1f}"),
    )
    wanted = sum(labels)
    common.console.show(
        [Line(f"{counted(len(texts), 'paper')}, {wanted} of them wanted; prior {prior}, batch {batch}")]
    )
    common.console.table((("measure", "left"), ("value", "right")), rows, wide=0)


def _prior(text: str) -> tuple[int, int]:
    kept, plus, skipped = text.partition("+")
    if not plus or not (kept.isdecimal() and skipped.isdecimal()) or len(text) > 15:
        raise UsageError(f"--prior {text!r}: write it as 1+1, kept + skipped")
    if int(kept) + int(skipped) == 0:
        raise UsageError("--prior 0+0 leaves nothing to learn from")
    return int(kept), int(skipped)
