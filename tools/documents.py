"""Make the documents that follow from the program: `make docs`, or `python -m tools.documents`.

docs/commands.md and the manual page are made whole; in the other pages only what stands between two marks is.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tools import manual, pages, reference

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"


def made() -> Iterator[tuple[Path, str]]:
    """Each document that follows from the program, and what it should hold."""
    program = reference.read()
    commands = DOCS / "commands.md"
    yield commands, pages.commands(program)
    yield DOCS / "papertide.1", manual.manual(program)
    for page in sorted(DOCS.glob("*.md")):
        if page != commands:
            yield page, pages.filled(page.read_text(encoding="utf-8"))


def main() -> None:
    """Write each, and name those that changed."""
    for path, text in made():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
