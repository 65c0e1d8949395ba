"""A picture of the digest on a terminal: drawn of the demo feed, and drawn anew by running this."""

from __future__ import annotations

import io
import re
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text
from tests.cli.harness import PAGES, TODAY, fill
from tests.drawing import KEPT, plain
from tests.terminal import in_terminal

COMMAND = "digest --topic peft --topic alignment --limit 2"


def drawn(library: Path) -> str:
    """What the command shows on a terminal of 80 columns, as SVG."""
    given = {"PAPERTIDE_LIBRARY": str(library), "PAPERTIDE_TODAY": TODAY, "PAPERTIDE_CONFIG": "/dev/null"}
    code, written = in_terminal(COMMAND.split(), environment=given)
    assert code == 0, written
    # The day on which the papers were added is today; everything else is fixed.
    told = re.sub(r"added:\d{4}-\d\d-\d\d", f"added:{TODAY}", written)
    console = Console(record=True, width=80, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text.from_ansi(told.strip("\n")))
    return plain(console.export_svg(title=f"papertide {COMMAND}", unique_id="digest"))


def main() -> None:
    """Draw the picture anew."""
    KEPT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder, "library.db")
        fill(library, PAGES)
        KEPT.joinpath("digest.svg").write_text(drawn(library), encoding="utf-8")


if __name__ == "__main__":
    main()
