"""`papertide add`: good pages, bad pages, and what the report says of both."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest
from tests.cli.harness import PAGES, PAPER_KEYS, PAPERS, ROOT, Program, write_jsonl

REPORT_KEYS = ["pages", "entries", "new", "merged", "unchanged", "problems"]
PROBLEM_KEYS = ["input", "line", "reason", "excerpt"]


def report_of(ran: Any) -> dict[str, Any]:
    """The report of an `add --json`, its keys and its sum checked."""
    report: dict[str, Any] = ran.one
    assert list(report) == REPORT_KEYS
    assert report["entries"] == report["new"] + report["merged"] + report["unchanged"]
    assert all(list(problem) == PROBLEM_KEYS for problem in report["problems"])
    return report


def test_the_demo_feed(empty: Program) -> None:
    """A folder of four pages gives 57 entries, 46 papers and 11 merges; the second time nothing changes."""
    report = report_of(empty.done("add", PAGES, "--json"))
    assert report == {"pages": 4, "entries": 57, "new": 46, "merged": 11, "unchanged": 0, "problems": []}
    before = empty.done("list", "--json").out
    again = report_of(empty.done("add", PAGES, "--json"))
    assert again == {"pages": 4, "entries": 57, "new": 0, "merged": 0, "unchanged": 57, "problems": []}
    assert empty.done("list", "--json").out == before
    assert len(before.splitlines()) == 46


def test_the_report_for_people(empty: Program) -> None:
    """Without --json the counts are one line on stdout."""
    ran = empty.done("add", PAGES)
    assert ran.out == "4 pages, 57 entries: 46 new, 11 merged, 0 unchanged\n"


def test_the_order_of_pages_does_not_matter(empty: Program) -> None:
    """The same papers come out of the pages in any order, and one by one."""
    pages = sorted(PAGES.iterdir())
    facts = []
    for number, order in enumerate((pages, pages[::-1])):
        for page in order:
            empty.done("add", page, "--library", f"{number}.db")
        rows = empty.done("list", "--json", "--library", f"{number}.db").rows
        facts.append(sorted((row["title"], row["arxiv_id"], row["published"], row["sightings"]) for row in rows))
    assert facts[0] == facts[1]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"  \n\t\r\n ", "blank"),
        (b"\x7fELF" + bytes(range(256)) * 20, "binary"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 200, "binary"),
        (b"Dear reader, this is a letter. It holds no papers at all.\n" * 5, "layout"),
        (b"word " * 400_000, "layout"),
        (b"{}\n", "layout"),
        (b"[", "layout"),
        (b"<html><body><p>Nothing here</p></body></html>", "layout"),
    ],
    ids=["empty", "blank", "binary", "image", "prose", "one long line", "json", "cut json", "html"],
)
def test_what_is_no_page_is_named(empty: Program, data: bytes, reason: str) -> None:
    """A file that holds no page is exit 1, named with the reason; nothing is stored and no library is made."""
    Path("bad.txt").write_bytes(data)
    ran = empty("add", "bad.txt", "--json")
    assert ran.code == 1
    report = report_of(ran)
    assert report["entries"] == 0
    (problem,) = report["problems"]
    assert problem["input"] == "bad.txt"
    assert reason in problem["reason"]
    assert "bad.txt" in ran.err
    assert not empty.library.exists()
    assert "nothing was stored" in empty("add", "bad.txt").err


def test_missing_path(empty: Program) -> None:
    """A path that isn't there is exit 1 and named; no library is made."""
    ran = empty("add", "nowhere.txt", "--json")
    assert ran.code == 1
    assert report_of(ran)["problems"][0]["input"] == "nowhere.txt"
    assert not empty.library.exists()


def test_no_arguments(empty: Program) -> None:
    """Without arguments `add` is wrong usage and says what to name."""
    ran = empty("add")
    assert (ran.code, ran.out) == (2, "")
    assert "-" in ran.err
    assert not empty.library.exists()


def test_a_folder_without_pages(empty: Program) -> None:
    """A folder that holds no page is exit 1, named, with the endings that were looked for."""
    Path("folder/sub").mkdir(parents=True)
    Path("folder/picture.png").write_bytes(b"\x89PNG")
    Path("folder/.hidden.txt").write_text("hidden", encoding="utf-8")
    ran = empty("add", "folder", "--json")
    assert ran.code == 1
    (problem,) = report_of(ran)["problems"]
    assert problem["input"] == "folder"
    assert "*.txt" in problem["reason"]


def test_good_and_bad_together(empty: Program) -> None:
    """In a folder with good and bad pages the good ones are stored and the bad ones named: exit 3."""
    folder = Path("pages")
    shutil.copytree(PAGES, folder)
    Path(folder, "empty.txt").touch()
    Path(folder, "binary.md").write_bytes(b"\0\1\2\3" * 200)
    Path(folder, "sub").mkdir()
    Path(folder, "sub", "letter.txt").write_text(
        "Dear reader, no papers here today. Sorry for that.\n", encoding="utf-8"
    )
    ran = empty("add", "pages", "nowhere.txt", "--json")
    assert ran.code == 3
    report = report_of(ran)
    assert (report["pages"], report["new"]) == (4, 46)
    named = {problem["input"] for problem in report["problems"]}
    assert named == {"pages/empty.txt", "pages/binary.md", "pages/sub/letter.txt", "nowhere.txt"}
    assert all(name in ran.err for name in named)
    assert len(empty.done("list", "--json").rows) == 46


def test_a_bad_line_is_named_by_its_number(empty: Program) -> None:
    """On a page with a bad entry the good ones are stored, the bad one is named by line with an excerpt: exit 3."""
    Path("papers.jsonl").write_text(
        '{"title": "Good"}\nnot json\n\n{"name": "none"}\n{"title": "Also good"}\n', "utf-8"
    )
    ran = empty("add", "papers.jsonl", "--json")
    assert ran.code == 3
    report = report_of(ran)
    assert report["new"] == 2
    assert [(problem["line"], problem["excerpt"]) for problem in report["problems"]] == [
        (2, "not json"),
        (4, '{"name": "none"}'),
    ]
    assert "papers.jsonl, line 2" in empty("add", "papers.jsonl").err


WRONG = [
    {"title": "x", "authors": "Jane"},
    {"title": "x", "authors": 5},
    {"title": "x", "authors": [5, None]},
    {"title": "x", "abstract": 5},
    {"title": "x", "abstract": ["a"]},
    {"title": "x", "source_ids": 5},
    {"title": "x", "source_ids": ["\ud800"]},
    {"title": "x", "source_ids": ["\x1b[2J"]},
    {"title": "x", "listed": 5},
    {"title": "x", "listed": "2024-01-01"},
    {"title": "x", "published": 5},
    {"title": "x", "published": "soon"},
    {"title": "x", "arxiv_id": 5},
    {"title": "x", "arxiv_id": ["2405.99001"]},
    {"title": "x", "upvotes": -1},
    {"title": "x", "upvotes": 10**30},
    {"title": "x", "upvotes": True},
    {"title": "x", "comments": "5"},
    {"title": "x", "author_count": 0},
    {"title": "x", "year_inferred": "no"},
    {"title": "x", "url": 5},
    {"title": "x", "url": "\ud800"},
    {"title": "\ud800"},
    {"title": ""},
    {"title": "\u200b"},
    {"title": 5},
    {"title": None},
]


@pytest.mark.parametrize("paper", WRONG, ids=json.dumps)
def test_values_of_the_wrong_kind(empty: Program, paper: dict[str, Any]) -> None:
    """A JSON line whose values are of the wrong kind is left out and named, or read without them; never a traceback."""
    ran = empty("add", write_jsonl(Path("papers.jsonl"), [{"title": "Good"}, paper]), "--json")
    assert ran.code in (0, 3), ran.err
    report = report_of(ran)
    assert report["entries"] + len(report["problems"]) >= 2
    for row in empty.done("list", "--json").rows:
        assert all(len(name) > 1 for name in row["authors"])
        assert "\x1b" not in "".join(row["source_ids"])


def test_standard_input(empty: Program) -> None:
    """`-` reads standard input and the report calls it so."""
    page = next(PAGES.glob("*authors.txt")).read_bytes()
    report = report_of(empty.done("add", "-", "--json", stdin=page))
    assert report["new"] == 16
    ran = empty("add", "-", "--json", stdin=b"")
    assert ran.code == 1
    assert report_of(ran)["problems"][0]["input"] == "standard input"


def test_a_pipe_on_disk_is_not_waited_for(empty: Program) -> None:
    """A FIFO that nobody writes to is named and passed over instead of blocking; what stands beside it is stored."""
    os.mkfifo("pipe.txt")
    good = write_jsonl(Path("good.jsonl"), [{"title": "Good"}])
    done: list[int] = []
    runner = threading.Thread(target=lambda: done.append(empty("add", "pipe.txt", good).code), daemon=True)
    runner.start()
    runner.join(10)
    assert done == [3]


@pytest.mark.parametrize(
    ("encoding", "ends"),
    [("utf-8", "\r\n"), ("utf-8-sig", "\n"), ("utf-16", "\r\n"), ("utf-16-le", "\n"), ("utf-16-be", "\n"), ("utf-32", "\n"),
     ("cp1252", "\r\n")],
)  # fmt: skip
def test_encodings(empty: Program, encoding: str, ends: str) -> None:
    """A page reads the same in any encoding and with any line ends; another encoding than UTF-8 is said on stderr."""
    text = (ROOT / "fixtures/hf-text/authors-and-date.txt").read_text(encoding="utf-8")
    text = text.replace("·", "•").encode("cp1252", "ignore").decode("cp1252").replace("Low", "Löw")
    Path("plain.txt").write_text(text, encoding="utf-8")
    Path("page.txt").write_bytes(text.replace("\n", ends).encode(encoding))
    empty.done("add", "plain.txt", "--library", "plain.db")
    ran = empty.done("add", "page.txt")
    assert ("read as" in ran.err) == (not encoding.startswith("utf-8"))

    def shape(library: Path | str) -> list[tuple[object, ...]]:
        rows = empty.done("list", "--json", "--library", library).rows
        return [(row["title"], row["abstract"], row["published"], row["author_count"]) for row in rows]

    assert shape(empty.library) == shape("plain.db")


def test_dry_run_leaves_nothing(empty: Program) -> None:
    """--dry-run reports what would be done, and leaves no library, or the library as it was."""
    report = report_of(empty.done("add", PAGES, "--dry-run", "--json"))
    assert (report["new"], report["merged"]) == (46, 11)
    assert not empty.library.exists()
    pages = sorted(PAGES.iterdir())
    empty.done("add", pages[0])
    before = empty.done("list", "--json").out
    told = report_of(empty.done("add", PAGES, "--dry-run", "--json"))
    assert empty.done("list", "--json").out == before
    assert report_of(empty.done("add", PAGES, "--json")) == told
    assert "would be new" in empty.done("add", PAGES, "--dry-run").out


def test_layout_is_not_guessed_where_it_is_given(empty: Program) -> None:
    """--layout reads a page by that layout only; one that doesn't fit is named, one that doesn't exist is exit 2."""
    page = next(PAGES.glob("*.md"))
    empty.done("add", page, "--layout", "markdown")
    assert empty("add", next(PAGES.glob("*plain.txt")), "--layout", "jsonl").code == 1
    ran = empty("add", page, "--layout", "makrdown")
    assert ran.code == 2
    assert "markdown" in ran.err.replace("makrdown", "")


def test_captured_settles_the_years(empty: Program) -> None:
    """--captured gives dates without a year theirs, and the year is then not inferred."""
    page = ROOT / "fixtures/hf-text/yearless-dates.txt"
    empty.done("add", page, "--library", "guessed.db")
    empty.done("add", page, "--captured", "2024-06-30")
    guessed = empty.done("list", "--json", "--library", "guessed.db").rows
    given = empty.done("list", "--json").rows
    assert any(row["year_inferred"] for row in guessed)
    assert not any(row["year_inferred"] for row in given)
    yearless = {row["title"] for row in guessed if row["year_inferred"]}
    days = {row["published"] for row in given if row["title"] in yearless}
    assert all("2023-07" <= day <= "2024-06-30" for day in days)


HOSTILE = (
    "\x1b[31mred\x1b[0m \x1b]0;owned\x07 \x9b2J [bold red]x[/] [link=file:///etc/passwd]y[/link] **bold** <b>b</b>"
    " \u202egnp.exe\u2069 \u200bzero \x07bell `code` $math$ &amp;lt; :smile:"
)


def test_hostile_titles_are_made_safe(empty: Program) -> None:
    """Escape sequences, control and bidi characters leave a title when it is read; markup stays as the text it is."""
    Path("h.jsonl").write_text(
        json.dumps({"title": HOSTILE, "abstract": HOSTILE, "authors": [HOSTILE]}) + "\n", "utf-8"
    )
    empty.done("add", "h.jsonl")
    row = empty.done("list", "--json").one
    for text in (row["title"], row["abstract"], *row["authors"]):
        assert not set(text) & set("\x1b\x07\x9b\u202e\u2069\u200b\n\t")
        assert "[bold red]x[/]" in text
        assert "**bold** <b>b</b>" in text
    for command in ("list", "show 1", "digest --peek", "log", "stats", "export"):
        assert not set(empty.done(*command.split()).out) & set("\x1b\x07\x9b\u202e\u2069\u200b\r")


def test_an_unreadable_file_is_named(empty: Program) -> None:
    """A file that may not be read is named, and the others are stored."""
    good = write_jsonl(Path("good.jsonl"), [{"title": "Good"}])
    Path("dangling.txt").symlink_to("nowhere")
    Path("secret.txt").write_text("x", encoding="utf-8")
    Path("secret.txt").chmod(0)
    ran = empty("add", "secret.txt", "dangling.txt", good, "--json")
    assert ran.code == 3
    assert {problem["input"] for problem in report_of(ran)["problems"]} == {"secret.txt", "dangling.txt"}


def test_what_export_writes_add_reads(program: Program) -> None:
    """The library as JSON Lines, added to an empty one, is the same papers; to the same one it changes nothing."""
    program.done("export", "--format", "jsonl", "-o", "all.jsonl")
    program.done("add", "all.jsonl", "--library", "other.db")
    own = [name for name in PAPER_KEYS if name not in ("id", "added", "status", "tags", "note", "sightings")]

    def facts(library: Path | str) -> list[list[object]]:
        rows = program.done("list", "--sort", "title", "--json", "--library", library).rows
        return [[row[name] for name in own] for row in rows]

    assert facts("other.db") == facts(program.library)
    report = report_of(program.done("add", "all.jsonl", "--json"))
    assert (report["new"], report["merged"], report["unchanged"]) == (0, 0, len(PAPERS))
    assert facts("other.db") == facts(program.library)


def test_a_page_is_added_whole_or_not_at_all(program: Program) -> None:
    """A library that can't be written to fails the command with exit 1 and keeps what it had."""
    with sqlite3.connect(program.library) as connection:
        connection.execute("CREATE TRIGGER full BEFORE INSERT ON sighting BEGIN SELECT RAISE(ABORT, 'no more'); END")
    connection.close()
    ran = program.add([{"title": "One more"}])
    assert (ran.code, ran.out) == (1, "")
    assert "no more" in ran.err
    assert program.done("list", "--count").out == "7\n"


def test_two_pages_at_once_wait_for_each_other(program: Program) -> None:
    """While another process writes, `add` waits; it doesn't fail at once."""
    lock = sqlite3.connect(program.library, isolation_level=None, check_same_thread=False)
    lock.execute("BEGIN IMMEDIATE")
    threading.Timer(0.3, lambda: lock.execute("COMMIT")).start()
    assert program.add([{"title": "One more"}]).code == 0
    lock.close()
