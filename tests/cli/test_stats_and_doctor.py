"""`papertide stats` and `papertide doctor`."""

from __future__ import annotations

import sqlite3

import pytest
from tests.cli.harness import LORA, Program


def test_stats_count_the_library(program: Program) -> None:
    """The counts are those of the papers themselves."""
    program.done("keep", LORA)
    told = program.done("stats", "--json").one
    rows = program.done("list", "--json").rows
    assert told["papers"] == len(rows) == 7
    assert told["sightings"] == sum(row["sightings"] for row in rows)
    assert told["pages"] == 1
    assert told["dated"] == sum(row["published"] is not None for row in rows)
    assert told["with_authors"] == sum(row["author_count"] is not None for row in rows)
    assert told["with_abstract"] == sum(row["abstract"] is not None for row in rows)
    assert told["with_arxiv_id"] == sum(row["arxiv_id"] is not None for row in rows)
    assert told["status"] == {"inbox": 6, "keep": 1}
    assert told["topic"]["peft"] == 2
    assert told["topic"]["none"] == 2
    assert told["month"] == {"2025-02": 1, "2025-01": 1, "2024-06": 1, "2024-05": 2, "2023-12": 1}
    assert told["layout"] == {"jsonl": 7}


def test_stats_draw_bars(demo: Program) -> None:
    """For people each count has a bar of its own length under a heading; nothing is written on stderr."""
    ran = demo.done("stats")
    assert ran.err == ""
    told = demo.done("stats", "--json").one
    for kind, heading in (
        ("topic", "By topic"),
        ("month", "By month"),
        ("status", "By status"),
        ("layout", "By layout"),
    ):
        rows = ran.out[ran.out.index(heading) :].partition("\n\n")[0].splitlines()[1:]
        largest = max(told[kind].values())
        for row in rows:
            if row.strip().startswith("and "):
                continue
            name, count, *bar = row.split()
            assert told[kind][name] == int(count)
            assert len("".join(bar)) == max(1, round(int(count) * 30 / largest))
    assert f"{told['papers']} papers" in ran.out


def test_stats_of_one_page_are_grammatical(program: Program) -> None:
    """One page is "1 page"."""
    assert "on 1 page\n" in program.done("stats").out


def test_stats_of_nothing(program: Program) -> None:
    """A library that lost its papers is counted too."""
    with sqlite3.connect(program.library) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("DELETE FROM sighting")
        connection.execute("DELETE FROM paper")
    connection.close()
    assert program.done("stats", "--json").one["papers"] == 0
    program.done("stats")


def test_doctor_says_well(program: Program) -> None:
    """A library in order is exit 0, with each check by name."""
    program.done("keep", LORA)
    told = program.done("doctor", "--json").one
    assert list(told) == ["ok", "library", "checks"]
    assert told["ok"] is True
    assert told["library"] == str(program.library)
    assert all(check["ok"] for check in told["checks"].values())
    lines = program.done("doctor").out.splitlines()
    assert lines[0] == str(program.library)
    assert all(line.split()[0] == "ok" for line in lines[1:])
    assert len(lines) - 1 == len(told["checks"])


@pytest.mark.parametrize(
    ("harm", "check"),
    [
        ("DROP TRIGGER paper_text_update", "triggers"),
        ("UPDATE paper SET sightings = 5 WHERE id = 1", "papers"),
        ("INSERT INTO status (reader, paper_id, status) VALUES ('me', 2, 'keep')", "decisions"),
        ("DELETE FROM status", "decisions"),
        ("DELETE FROM paper WHERE id = 1", "references"),
        ("INSERT INTO paper_text (paper_text, rowid, title) VALUES ('delete', 1, 'x')", "search index"),
    ],
)
def test_doctor_finds_what_is_ill(program: Program, harm: str, check: str) -> None:
    """Each kind of damage is found by its check, exit 1, and nothing is changed."""
    program.done("keep", LORA)
    with sqlite3.connect(program.library) as connection:
        connection.execute(harm)
    connection.close()
    before = program.library.read_bytes()
    ran = program("doctor", "--json")
    assert ran.code == 1
    assert ran.one["ok"] is False
    assert ran.one["checks"][check]["ok"] is False
    people = program("doctor")
    assert people.code == 1
    assert f"BAD {check}" in people.out
    assert program.library.read_bytes() == before


def test_doctor_of_a_damaged_file(program: Program) -> None:
    """Pages overwritten in the middle of the file are a finding, not a traceback."""
    data = bytearray(program.library.read_bytes())
    for place in range(4096 * 3, len(data), 4096 * 2):
        data[place : place + 600] = b"\xee" * 600
    program.library.write_bytes(bytes(data))
    ran = program("doctor", "--json")
    assert ran.code == 1
    assert ran.out == "" or ran.one["ok"] is False


def test_doctor_tells_what_was_fetched_last(program: Program) -> None:
    """The newest part of each live source is told, with the moment; for scripts as values."""
    assert "fetches: nothing was fetched yet" in program.done("doctor").out
    with sqlite3.connect(program.library) as connection:
        connection.execute("INSERT INTO fetched VALUES ('hf', 'day:2026-11-20', '2026-11-21T08:00:00Z', 34)")
    connection.close()
    told = program.done("doctor", "--json").one["checks"]["fetches"]
    assert told["sources"] == {"hf": {"part": "day:2026-11-20", "at": "2026-11-21T08:00:00Z", "parts": 1}}
    assert "fetches: hf day:2026-11-20 at 2026-11-21T08:00:00Z" in program.done("doctor").out


def test_doctor_of_a_damaged_archive_changes_nothing(program: Program) -> None:
    """A file in the place of the archive's folder is an illness, and stays."""
    folder = program.library.with_name("library.db.pages")
    folder.write_bytes(b"mine")
    ran = program("doctor")
    assert ran.code == 1
    assert "BAD archive" in ran.out
    assert folder.read_bytes() == b"mine"


def test_doctor_repairs(program: Program) -> None:
    """--repair says what it did, all is well afterwards, and what belonged to nothing is in a file that is named."""
    program.done("keep", LORA)
    with sqlite3.connect(program.library) as connection:
        connection.execute("DROP TRIGGER paper_text_update")
        connection.execute("DELETE FROM status")
        connection.execute("INSERT INTO note VALUES ('me', 99, 'mine')")
    connection.close()
    assert program("doctor").code == 1
    ran = program.done("doctor", "--repair")
    assert "did trigger paper_text_update made again" in ran.out
    assert "did statuses taken from the log of decisions" in ran.out
    assert "BAD" not in ran.out
    (kept,) = program.library.parent.glob("library.db.lost-*")
    assert str(kept) in ran.err
    assert "mine" in kept.read_text(encoding="utf-8")
    again = program.done("doctor", "--repair", "--json").one
    assert list(again) == ["ok", "library", "repaired", "kept", "checks"]
    assert (again["repaired"], again["kept"]) == ([], None)
    assert "nothing to mend" in program.done("doctor", "--repair").out
