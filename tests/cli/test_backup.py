"""`papertide backup` and `papertide restore`."""

from __future__ import annotations

from pathlib import Path

from tests.cli.harness import LORA, REWARD, Program, fill, write_jsonl


def test_there_and_back(program: Program) -> None:
    """What was decided after a backup is gone after a restore, stands aside, and is found there."""
    program.done("keep", LORA)
    ran = program.done("backup", "safe.db")
    assert ran.out.startswith("safe.db: 7 papers (")
    program.done("skip", REWARD)
    ran = program.done("restore", "safe.db", "--yes")
    assert "7 papers" in ran.out
    (aside,) = Path().glob("library.db.before-*")
    assert str(aside) in ran.err
    assert [row["paper"] for row in program.done("log", "--json").rows] == [LORA]
    assert [row["paper"] for row in program.done("--library", aside, "log", "--json").rows] == [REWARD, LORA]
    program.done("restore", "safe.db", "--yes")
    assert len(list(Path().glob("library.db.before-*"))) == 2


def test_json(program: Program) -> None:
    """Both tell in one object what was copied, and where what was there before is."""
    made = program.done("backup", "safe.db", "--json").one
    assert (made["file"], made["papers"], made["aside"]) == ("safe.db", 7, None)
    assert made["pages"] == {"copied": 0, "missing": 1, "damaged": []}
    back = program.done("restore", "safe.db", "--yes", "--no-archive", "--json").one
    assert back["pages"] is None
    assert Path(back["aside"]).exists()


def test_a_restore_asks(program: Program) -> None:
    """Without --yes and without anybody to ask nothing is replaced; where there is no library nobody need be asked."""
    program.done("backup", "safe.db")
    program.done("keep", LORA)
    ran = program("restore", "safe.db")
    assert ran.code == 1
    assert "nothing was changed" in ran.err
    assert len(program.done("log", "--json").rows) == 1
    assert program.on_terminal("restore", "safe.db", typed="n\n")[0] == 1
    assert program.on_terminal("restore", "safe.db", typed="y\n")[0] == 0
    assert program.done("log", "--json").rows == []
    program.done("--library", "new.db", "restore", "safe.db")
    assert program.done("--library", "new.db", "list", "--count").out.strip() == "7"


def test_refusals(program: Program) -> None:
    """A backup that is there, the library itself, and a file that is no backup are refused, each with its own code."""
    program.done("backup", "safe.db")
    assert program("backup", "safe.db").code == 1
    assert program("backup", program.library).code == 2
    assert program("restore", program.library, "--yes").code == 2
    assert program("restore", "nothing.db", "--yes").code == 1
    Path("letter.db").write_bytes(b"a letter")
    assert program("restore", "letter.db", "--yes").code == 1
    assert program("--library", "none.db", "backup", "x.db").code == 1
    assert not Path("x.db").exists()


def test_damaged_pages_are_named(empty: Program) -> None:
    """A spoilt page of the archive is named, at most three for people and all in JSON; the rest is kept, exit 3."""
    for number in range(5):
        fill(empty.library, write_jsonl(Path(f"{number}.jsonl"), [{"title": f"Paper number {number} of some"}]))
    spoilt = sorted(Path("library.db.pages").rglob("*.gz"))
    for page in spoilt[:2]:
        page.write_bytes(b"x")
    ran = empty("backup", "safe.db")
    assert ran.code == 3
    assert ran.err.count("is damaged") == 2
    for page in spoilt:
        page.write_bytes(b"x")
    ran = empty("backup", "safe.db", "--force", "--json")
    assert ran.code == 3
    assert len(ran.one["pages"]["damaged"]) == 5
    assert "and 2 more" in ran.err
