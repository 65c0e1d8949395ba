"""The documents say what the program is: all that follows from it is made anew here, and the rest is held against it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from tools import documents, manual, reference

from papertide import config
from papertide.cli.app import run
from papertide.export import FORMATS
from papertide.flows import mail
from papertide.library import Library
from papertide.matching.profiles import PROFILES
from papertide.parsers import LAYOUTS

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = [*ROOT.glob("*.md"), *sorted(DOCS.glob("*.md"))]
COMMANDS = list(reference.read().walk())


def page(name: str) -> str:
    """A page of docs/."""
    return (DOCS / name).read_text(encoding="utf-8")


def named(text: str) -> set[str]:
    """What stands in backticks at the beginning of a table's rows."""
    return {
        name for row in re.findall(r"^\| (`.*?) \|", text, flags=re.MULTILINE) for name in re.findall(r"`([^`]+)`", row)
    }


@pytest.mark.parametrize("path", [path for path, _ in documents.made()], ids=lambda path: path.name)
def test_documents_are_up_to_date(path: Path) -> None:
    """What follows from the program is as `make docs` makes it."""
    assert path.read_text(encoding="utf-8") == dict(documents.made())[path], "run `make docs`"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_option_is_documented(capsys: pytest.CaptureFixture[str], command: reference.Command) -> None:
    """Every option, argument and sentence of a command's `--help` stands in its section of docs/commands.md."""
    words = command.name.split()[1:]
    assert run([*words, "--help"]) == 0
    told = capsys.readouterr().out
    depth = "#" * (1 + len(words))
    heading = f"{depth} {command.name}\n" if words else "## Options of every command\n"
    section = page("commands.md").partition(f"\n{heading}")[2]
    section = re.split(r"\n#{2,3} ", section)[0]
    flags = set(re.findall(r"^  (-.*?)(?:  |$)", told.partition("\nOptions:\n")[2], flags=re.MULTILINE))
    flags = {flag for flag in flags if not words or not flag.startswith(reference.SHARED)}
    assert flags == set(re.findall(r"^- `(-[^`]*)`:", section, flags=re.MULTILINE))
    if words:
        shown = squeezed(told.partition("\nOptions:\n")[0].replace("Examples:", "").replace("Example:", ""))
        kept = squeezed(re.sub(r"^```\w*$|^- |(?<=\S)  # |`:", " ", section, flags=re.MULTILINE))
        assert [word for word in shown.split() if word not in kept.split()] == []


def squeezed(text: str) -> str:
    """A text without what only lays it out."""
    return " ".join(re.sub(r"`|^Usage:|^Arguments:$|#", " ", text, flags=re.MULTILINE).split())


def test_every_setting_is_documented() -> None:
    """docs/configuration.md names every setting of the config file and of its table [mail], and no other."""
    settings, mails = page("configuration.md").partition("The table `[mail]`")[::2]
    assert named(settings) == set(config._KEYS)
    assert named(mails.partition("\n## ")[0]) == set(mail._KEYS)


def test_every_variable_is_documented() -> None:
    """docs/configuration.md names every variable of the environment that is ours, and no other of ours."""
    asked = set[str]()
    for path in (ROOT / "src").rglob("*.py"):
        asked.update(re.findall(r"\b((?:PAPERTIDE|HF)_[A-Z]+(?:_[A-Z]+)*)\b", path.read_text(encoding="utf-8")))
    asked -= {"HF_TEXT", "HF_HTML", "PAPERTIDE_COMPLETE", "PAPERTIDE_LINE", "PAPERTIDE_WORD"}  # a shell's question
    told = {name for row in manual.table(page("configuration.md"), "Environment") for name in row[0].split(", ")}
    assert {name for name in told if name.startswith(("PAPERTIDE_", "HF_"))} == asked


def test_every_format_is_documented() -> None:
    """docs/formats.md names every layout that is read and every format that is written, and no other."""
    read, _, written = page("formats.md").partition("\n## What it writes")
    assert named(read) == set(LAYOUTS)
    assert named(written) - {"--format"} == {*FORMATS, "obsidian"}


def test_every_method_is_documented() -> None:
    """docs/python.md names every method of a library, and no other."""
    told = {name.partition("(")[0] for name in named(page("python.md"))} - {"len", "for paper in library"}
    public = {name for name in vars(Library) if not name.startswith("_")} - {"open", "close", "reader"}
    assert told == public


def test_profiles_are_as_documented() -> None:
    """docs/matching.md tells each profile's number."""
    rows = re.findall(r"^\| `(\w+)` \| (\d+) % \|", page("matching.md"), flags=re.MULTILINE)
    assert {name: float(ratio) for name, ratio in rows} == {name: profile.ratio for name, profile in PROFILES.items()}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    """Each link to a file of ours leads to one, and each link within a page to a heading of it."""
    text = path.read_text(encoding="utf-8")
    headings = {
        re.sub(r"[^\w -]", "", head).lower().replace(" ", "-") for head in re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    }
    for link in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)):
        if link.startswith("#"):
            assert link[1:] in headings, link
        elif not re.match(r"https?:", link):
            assert (path.parent / link).exists(), link


@pytest.mark.parametrize(
    "command",
    [
        ["mandoc", "-Tlint", "-Wwarning"],
        ["groff", "-ww", "-man", "-Tutf8", "-z"],
    ],
    ids=lambda command: command[0],
)
def test_the_manual_page_is_clean(command: list[str]) -> None:
    """What formats manual pages has nothing to say against ours."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run([*command, DOCS / "papertide.1"], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
