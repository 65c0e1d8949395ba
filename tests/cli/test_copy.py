"""`papertide copy`."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest
from tests.cli.harness import LORA, REWARD, Program, write_jsonl
from tests.postgres import LAB, Postgres

from papertide.sources.archive import ArchiveFolder
from papertide.store.moving import moving


def test_there_and_back(program: Program) -> None:
    """The copy of a copy exports the same bytes in every format, and what was copied is told in a line."""
    program.done("keep", LORA)
    program.done("skip", REWARD)
    program.done("add", write_jsonl(Path("more.jsonl"), [{"title": "One more of these"}]))
    ran = program.done("copy", program.library, "there.db")
    assert re.fullmatch(r"there\.db: 8 papers, 2 decisions, 1 archived page \(0\.00 MB copied\)\n", ran.out)
    assert ran.err == "not in the archive, so that they couldn't go along: the bytes of 1 page\n"
    program.done("copy", "there.db", "back.db")
    for form in ("jsonl", "bibtex", "csv", "html", "markdown"):
        told = [
            program.done("--library", path, "export", "--format", form).out for path in (program.library, "back.db")
        ]
        assert told[0] == told[1] != ""
    assert program.done("--library", "back.db", "doctor").code == 0


def test_to_a_server_and_back(program: Program, postgres: Postgres) -> None:
    """A library that was on a server is the same, its raw pages with it; a password is never shown."""
    program.done("add", write_jsonl(Path("more.jsonl"), [{"title": "One more of these"}]))
    program.done("keep", LORA)
    plain = postgres.fresh()
    url = postgres.url(str(psycopg.conninfo.conninfo_to_dict(plain)["dbname"]), LAB, password="lab")
    there = program.done("copy", program.library, url)
    refused = program("copy", program.library, url)
    assert refused.code == 1
    back = program.done("copy", url, "back.db", "--json")
    assert back.one["pages"]["copied"] == 1
    assert back.one["to"] == "back.db"
    for ran in (there, refused, back):
        assert "lab:lab" not in ran.out + ran.err
        assert "lab@127.0.0.1" in ran.out + ran.err
    told = [
        program.done("--library", place, "export", "--format", "jsonl").out
        for place in (program.library, url, "back.db")
    ]
    assert told[0] == told[1] == told[2]
    assert ArchiveFolder.beside(Path("back.db")).contents() == ArchiveFolder.beside(program.library).contents()
    postgres.drop(plain)


def test_json(program: Program) -> None:
    """One object says what was copied, and what became of the pages."""
    told = program.done("copy", program.library, "new.db", "--json").one
    assert (told["from"], told["to"], told["papers"], told["decisions"]) == (str(program.library), "new.db", 7, 0)
    assert told["rows"] > 7
    assert told["resumed"] is False
    assert told["pages"] == {"copied": 0, "bytes": 0, "there": 0, "missing": 1, "damaged": []}
    assert program.done("copy", program.library, "bare.db", "--json", "--no-archive").one["pages"] is None


def test_refusals(program: Program) -> None:
    """A place that has a library, the library itself, and a library that isn't there, each with its own code."""
    program.done("copy", program.library, "new.db")
    ran = program("copy", program.library, "new.db")
    assert ran.code == 1
    assert "holds a library already" in ran.err
    assert program("copy", program.library, program.library).code == 2
    assert program("copy", "none.db", "other.db").code == 1
    assert program("copy", program.library).code == 2
    assert not Path("other.db").exists()


def test_half_a_copy(program: Program) -> None:
    """Every command refuses it and says how to go on; going on says so, too, and then it is a library."""
    with moving(program.library, Path("half.db"), step=100) as move:
        for number, _ in enumerate(move.rows()):
            if number == 20:
                break
    page = str(write_jsonl(Path("more.jsonl"), [{"title": "One more of these"}]))
    for command in (["list"], ["keep", "1"], ["doctor"], ["backup", "x.db"], ["add", page]):
        ran = program("--library", "half.db", *command)
        assert ran.code == 1
        assert "`papertide copy" in ran.err
        assert "doctor" not in ran.err
    ran = program.done("copy", program.library, "half.db", "--json")
    assert ran.one["resumed"] is True
    assert "was begun before" in ran.err
    assert program.done("--library", "half.db", "list", "--count").out.strip() == "7"


def test_damaged_pages(empty: Program) -> None:
    """Pages that can't go along are named, at most three of them, with exit code 3; the library is copied."""
    for number in range(5):
        empty.done("add", write_jsonl(Path(f"{number}.jsonl"), [{"title": f"Paper number {number} of some"}]))
    for page in Path("library.db.pages").rglob("*.gz"):
        page.write_bytes(b"x")
    ran = empty("copy", "library.db", "new.db")
    assert ran.code == 3
    assert ran.err.count("is damaged") == 3
    assert "and 2 more" in ran.err
    assert empty.done("--library", "new.db", "list", "--count").out.strip() == "5"


def test_a_copy_that_breaks_off(empty: Program) -> None:
    """An archive that can't be written is an error that says what stays; put right, the same command goes on."""
    empty.done("add", write_jsonl(Path("papers.jsonl"), [{"title": "One paper of some"}]))
    Path("new.db.pages").write_text("in the way", encoding="utf-8")
    ran = empty("copy", "library.db", "new.db")
    assert ran.code == 1
    assert "new.db.pages" in ran.err
    assert "the same command goes on" in ran.err
    assert empty("--library", "new.db", "list").code == 1
    Path("new.db.pages").unlink()
    assert empty.done("copy", "library.db", "new.db", "--json").one["resumed"] is True
    assert (
        ArchiveFolder.beside(Path("new.db")).contents().keys()
        == ArchiveFolder.beside(Path("library.db")).contents().keys()
    )


def test_a_progress_bar(demo: Program) -> None:
    """On a terminal there is a bar, which is gone at the end."""
    code, shown = demo.on_terminal("copy", demo.library, "new.db")
    assert code == 0
    assert "copying" in shown
    assert "100/100" in shown
    assert " rows" in shown


@pytest.mark.parametrize("given", [["copy"], ["copy", "a.db", "b.db", "c.db"]])
def test_two_places_are_needed(program: Program, given: list[str]) -> None:
    """Less or more than two places is wrong usage."""
    assert program(*given).code == 2
