"""Keep a folder of Obsidian notes up to date: a note a paper, and one that leads to them.

A note is found by the arXiv id in its front matter, else by the number there, whatever it is called by now; a number that
another library gave to another paper doesn't count. Notes of papers that aren't in the list stay; a file that is not ours
is never touched, and a note that has no place for what we say is left alone and told of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from papertide.errors import OutputError
from papertide.export import obsidian
from papertide.export.base import ReadingList, Section
from papertide.flows.output import write_whole
from papertide.records.plain import PaperDict

CONTENTS = "Reading list.md"


@dataclass(frozen=True, slots=True)
class Updated:
    """How many notes are new, changed and unchanged, and a line for each that was left alone."""

    new: int
    changed: int
    unchanged: int
    left_alone: tuple[str, ...]


def update(folder: Path, reading: ReadingList) -> Updated:
    """Write what is new and what changed. Raises OutputError where the folder or a note can't be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        work = _Folder(folder)
    except OSError as error:
        raise OutputError(str(folder), error.strerror or str(error)) from error
    headed = [(section.heading, list(work.notes(section, reading))) for section in reading.sections]
    work.contents(obsidian.contents(headed, reading.title, reading.subtitle))
    return Updated(work.new, work.changed, work.unchanged, (*work.left_alone, *work.others()))


class _Folder:
    """The folder while it is brought up to date: which paper has which note, and what was done."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._by_number: dict[int, tuple[Path, obsidian.Identity]] = {}
        self._by_arxiv: dict[str, Path] = {}
        self._where: dict[int, Path] = {}
        self._mistaken: dict[Path, str] = {}
        self.new = self.changed = self.unchanged = 0
        self.left_alone: list[str] = []
        for path in sorted(folder.rglob("*.md")):
            hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)  # such as .trash
            known = None if hidden or not path.is_file() else obsidian.identity_in(_read(path) or "")
            if known is not None:
                self._by_number.setdefault(known.number, (path, known))
                if known.arxiv:
                    self._by_arxiv.setdefault(known.arxiv, path)

    def notes(self, section: Section, reading: ReadingList) -> Iterator[str]:
        """Bring the notes of a section up to date; gives their names."""
        for paper in section.papers:
            number = paper["id"]
            if number not in self._where:
                self._where[number] = self._note(paper, obsidian.note_of(paper, reading.text_of(paper)))
            yield self._where[number].stem

    def others(self) -> list[str]:
        """A line for each note with the number of a paper that it isn't about, and that is no other paper's here."""
        return [told for path, told in self._mistaken.items() if path not in self._where.values()]

    def _note(self, paper: PaperDict, note: obsidian.Note) -> Path:
        path = self._of(paper)
        if path is None:
            return self._make(self._free(note.name, paper["id"]), obsidian.new(note))
        self._renew(path, lambda text: obsidian.renewed(text, note))
        return path

    def _of(self, paper: PaperDict) -> Path | None:
        """The note of a paper, if there is one."""
        found = self._by_arxiv.get(paper["arxiv_id"] or "")
        if found is not None:
            return found
        path, known = self._by_number.get(paper["id"], (None, None))
        if path is None or known is None or known.of(paper):
            return path
        other = f"arXiv:{known.arxiv}" if known.arxiv else f"doi:{known.doi}"
        self._mistaken[path] = f"{path}: has the number of another paper than its own ({other}), and is left alone"
        return None

    def contents(self, block: str) -> None:
        """Bring the leading note up to date."""
        path = self._folder / CONTENTS
        if path.exists():
            self._renew(path, lambda text: obsidian.renewed_contents(text, block))
        else:
            self._make(path, block + "\n")

    def _free(self, name: str, number: int) -> Path:
        """A path that nothing has: one that is taken belongs to a file that isn't this paper's."""
        path = self._folder / f"{name}.md"
        taken = 0
        while path.exists() or path.is_symlink():
            taken += 1
            path = self._folder / f"{name} {number}{'-' * (taken > 1)}{taken if taken > 1 else ''}.md"
        return path

    def _make(self, path: Path, text: str) -> Path:
        write_whole(path, [text])
        self.new += 1
        return path

    def _renew(self, path: Path, renew: Callable[[str], str | None]) -> None:
        text = _read(path)
        after = None if text is None else renew(text)
        if after is None:
            self.left_alone.append(f"{path}: has no place for what Papertide writes any more, and is left alone")
            return
        if after == text:
            self.unchanged += 1
        else:
            write_whole(path, [after])
            self.changed += 1


def _read(path: Path) -> str | None:
    """The text of a file with the line ends it has; None for one that is no text."""
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError:
        return None
    except OSError as error:
        raise OutputError(str(path), error.strerror or str(error)) from error
