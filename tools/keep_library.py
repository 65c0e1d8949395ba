"""Keep a small library of the schema at hand: `python -m tools.keep_library [SRC]`, by the code in SRC (default: src).

Fills a library by that program's own command line, as two readers would, and writes `fixtures/libraries/schema-N.sql`
(see `library_as_text`) and, beside it, what the program says that it holds. For each schema that is released, once.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tools.library_as_text import statements

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "fixtures" / "libraries"

PAGE = """\
Daily Papers

Quiet Adapters: Low-Rank Tuning of Small Models

We tune small models on one machine with adapters of low rank, and measure what is lost and what is won, layer by layer, \
on nine invented tasks.

  • 3 authors
·
Mar 24, 2024

Forgetting in Continual Tuning, a Second Look

A model that is tuned on one task after another loses the first. We look at it a second time, with a longer sequence of \
tasks and a smaller model than before.

  • 5 authors
·
May 2, 2025
2

A Reward for Doing Nothing

Preference data tell which answer is better, not whether either is good. We give a reward for abstaining and study what a \
policy makes of it over many rounds.

  • 1 authors
·
Apr 30, 2025
"""

LINES: list[dict[str, Any]] = [
    {
        "title": "Quiet adapters: low-rank tuning of small models",
        "arxiv_id": "2403.99101",
        "authors": ["Ada Example", "Ben Example", "Cy Example"],
        "upvotes": 12,
    },
    {
        "title": "Sparse Experts in a Narrow Room",
        "arxiv_id": "2505.99102",
        "published": "2025-05-09",
        "author_count": 4,
        "listed": ["2026-05-08"],
    },
    {
        "title": "Forgetting in Continual Tuning: The Third Look",
        "abstract": "We look a third time, at another model, and find that less is forgotten than was thought.",
        "published": "2026-01-05",
    },
]

PLAYED = """\
ada add page.txt --captured 2026-05-07
ada add page.jsonl
ada keep 1 2
ada skip 3
ada later 4
ada undo
bob keep 3
ada tag 1 +todo +peft-list
ada note 2 Read again; it's "good"
ada saved add mine topic:peft OR forgetting
ada digest
ada duplicates merge 2 5
ada duplicates split 1
"""
"""Who says what, in order; the words of a note and of a query may stand apart."""


def main(source: Path) -> None:
    """Play the commands, and write both files."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "page.txt").write_text(PAGE, encoding="utf-8")
        Path(folder, "page.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in LINES), encoding="utf-8")

        ours = {"PYTHONPATH": str(source.resolve()), "HOME": folder, "PAPERTIDE_CONFIG": "config.toml"}
        env = os.environ | ours | {"PAPERTIDE_LIBRARY": "library.db"}

        def said(reader: str, *words: str) -> list[Any]:
            command = [sys.executable, "-m", "papertide", "--reader", reader, "--json", *words]
            done = subprocess.run(command, cwd=folder, env=env, stdout=subprocess.PIPE, text=True, check=True)
            return [json.loads(line) for line in done.stdout.splitlines()]

        for line in PLAYED.splitlines():
            said(*line.split())
        holds = {
            "papers": said("ada", "list"),
            "log": {reader: said(reader, "log") for reader in ("ada", "bob")},
            "saved": said("ada", "saved", "list"),
            "seen": {
                str(number): [[seen[key] for key in ("page", "title", "method", "reason")] for seen in shown["seen"]]
                for number, shown in zip((1, 2, 3), said("ada", "show", "1", "2", "3"), strict=True)
            },
        }
        text = "".join(f"{statement}\n" for statement in statements(Path(folder, "library.db")))
    (schema,) = (line.split()[-1].rstrip(";") for line in text.splitlines() if line.startswith("PRAGMA user_version"))
    (KEPT / f"schema-{schema}.sql").write_text(text, encoding="utf-8")
    told = json.dumps(holds, indent=1, ensure_ascii=False)
    (KEPT / f"schema-{schema}.expected.json").write_text(f"{told}\n", encoding="utf-8")
    print(f"schema {schema}: {len(text)} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else ROOT / "src")
