"""Screening by ASReview: texts, their labels and what is known before go in, the order in which all were shown comes out.

Its default model (ELAS u4), in batches of 10, until all that is wanted was found; the rest is shown as it stands.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from measured import main


def asreview(given: dict[str, Any]) -> Callable[[], list[list[int]]]:
    """One screening for each of the `priors`."""
    learner, models, simulation, pandas = (
        import_module(name)
        for name in ("asreview.learner", "asreview.models.models", "asreview.simulation.simulate", "pandas")
    )
    config = models.get_ai_config("elas_u4")["value"]
    texts = pandas.DataFrame(given["texts"], columns=["title", "abstract"])

    def work() -> list[list[int]]:
        orders = []
        for prior in given["priors"]:
            cycle = learner.ActiveLearningCycle.from_meta(config)
            cycle.n_query = given["batch"]
            one = simulation.Simulate(texts, given["labels"], cycle, print_progress=False)
            one.label(prior)
            one.review()
            shown = [int(row) for row in one._results["record_id"]][len(prior) :]
            left = set(range(len(texts))).difference(shown, prior)
            orders.append(shown + sorted(left))
        return orders

    return work


if __name__ == "__main__":
    main({"asreview": asreview})
