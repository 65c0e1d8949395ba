"""`papertide rank`: `simulate`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from papertide.cli.common import Common
from papertide.errors import InputError, UsageError
from papertide.normal import counted
from papertide.views.console import Line

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)


@app.callback()
def rank() -> None:
    """What your decisions taught, and how well it works.

    \b
    Examples:
      papertide rank simulate screening.csv --seed 1
    """


@app.command("simulate")
def simulate(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="CSV, also gzipped: title, abstract, label (1 or 0).")],
    seed: Annotated[int, typer.Option(metavar="N", help="Which papers are known beforehand.")] = 0,
    prior: Annotated[str, typer.Option(metavar="K+S", help="How many kept and skipped ones are known.")] = "1+1",
    batch: Annotated[int, typer.Option(metavar="N", min=1, help="So many papers are decided on at a time.")] = 10,
) -> None:
    """Screen a labelled set as a reader would who always keeps label 1.

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
