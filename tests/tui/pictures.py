"""Pictures of the screen: drawn of the demo feed at three sizes, and drawn anew by running this."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.cli.harness import PAGES, fill
from tests.drawing import KEPT, plain
from tests.tui.seat import Seat, seated

SIZES = {"wide": (120, 40), "usual": (80, 24), "narrow": (50, 18)}
THEMES = {"wide": "light", "usual": "dark", "narrow": "dark"}


def drawn(library: Path, name: str) -> str:
    """The screen as SVG after three decisions, without what changes from one drawing to the next."""
    pictures: list[str] = []

    async def play(seat: Seat) -> None:
        for key, told in [("y", "keep:"), ("l", "later:"), ("x", "skip:")]:
            await seat.press(key)
            await seat.told(told)
        if name == "narrow":
            await seat.press("enter")
        await seat.until(lambda: "4 of 46" in seat.head and "score" in seat.paper and seat.hint == "better order: r")
        await seat.learnt()
        await seat.pilot.pause(0.1)
        pictures.append(seat.app.export_screenshot(simplify=True))

    seated(library, play, size=SIZES[name], theme=THEMES[name])
    return plain(pictures[0])


def main() -> None:
    """Draw every picture anew."""
    KEPT.mkdir(exist_ok=True)
    for name in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            library = Path(folder, "library.db")
            fill(library, PAGES)
            KEPT.joinpath(f"triage-{name}.svg").write_text(drawn(library, name), encoding="utf-8")


if __name__ == "__main__":
    main()
