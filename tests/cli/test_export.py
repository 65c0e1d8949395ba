"""`papertide export`: what is in it, how it is grouped, and that a file is written whole or not at all."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import Any

import pytest
from tests.cli.harness import LORA, PAPER_KEYS, REWARD, SURVEY, Program, Ran


def test_every_paper_stands_in_it(demo: Program) -> None:
    """Markdown and JSON Lines hold every paper of the library, each once where there are no groups."""
    rows = demo.done("list", "--json").rows
    text = demo.done("export").out
    assert text.count("\n- **") == len(rows) == 46
    assert plain(demo.done("export", "--format", "jsonl")) == rows


def plain(ran: Ran) -> list[dict[str, Any]]:
    """The exported papers without their state, which each of them has, and which comes last."""
    assert all(list(row)[-1] == "state" for row in ran.rows)
    return [{name: value for name, value in row.items() if name != "state"} for row in ran.rows]


def test_json_lines_are_those_of_list(demo: Program) -> None:
    """`export --json` is byte for byte what `list --json` prints; `--format jsonl` has the state of each paper besides."""
    printed = demo.done("list", "--json").out
    assert demo.done("export", "--json").out == printed
    whole = demo.done("export", "--format", "jsonl").out
    assert demo.done("export", "-o", "x.jsonl", "--format", "jsonl").out == ""
    assert Path("x.jsonl").read_bytes() == whole.encode()
    starts = [line.removesuffix("}") for line in printed.splitlines()]
    assert all(line.startswith(start) for line, start in zip(whole.splitlines(), starts, strict=True))


def test_the_state_comes_back(demo: Program) -> None:
    """What was decided, tagged, noted and merged, by any reader, is in an export, and in the library that adds it."""
    demo.done("keep", 1, 2)
    demo.done("undo")
    demo.done("--reader", "you", "skip", 1)
    demo.done("tag", 3, "+todo")
    demo.done("note", 3, "read this")
    demo.done("saved", "add", "mine", "lora")
    demo.done("duplicates", "merge", 5, 6)
    demo.done("digest")
    demo.done("export", "--format", "jsonl", "-o", "all.jsonl")
    told = demo.done("--library", "new.db", "add", "all.jsonl", "--json").one
    assert (told["pages"], told["new"], told["merged"], told["problems"]) == (1, 45, 0, [])
    for command in ("list --json", "log --json", "--reader you log --json", "saved list --json", "duplicates --json"):
        assert demo.done("--library", "new.db", *command.split()).out == demo.done(*command.split()).out
    demo.done("--library", "new.db", "export", "--format", "jsonl", "-o", "again.jsonl")
    assert Path("again.jsonl").read_bytes() == Path("all.jsonl").read_bytes()
    assert demo.done("--library", "new.db", "duplicates", "undo").code == 0
    assert demo.done("--library", "new.db", "list", "--count").out.strip() == "46"


@pytest.mark.parametrize("form", ["markdown", "jsonl"])
@pytest.mark.parametrize("group", ["none", "topic", "month", "tag", "status"])
def test_same_library_same_bytes(demo: Program, form: str, group: str) -> None:
    """The same library and query give the same bytes, to a file and to stdout, however often; jsonl has each paper once."""
    given = ["--format", form, "--group-by", group, "topic:peft OR date:2024"]
    demo.done("export", *given, "-o", "a")
    demo.done("export", *given, "-o", "b")
    data = Path("a").read_bytes()
    assert data == Path("b").read_bytes() == demo.done("export", *given).out.encode()
    assert data.endswith(b"\n")
    assert b"\r" not in data
    if form == "jsonl":
        assert len(set(data.splitlines())) == len(data.splitlines())


def headings(text: str) -> list[str]:
    """The group headings of a Markdown export."""
    return re.findall(r"^## (.*)$", text, flags=re.MULTILINE)


def test_groups(program: Program) -> None:
    """Each grouping has its headings in order, the unknown last, and every paper in each of its groups."""
    program.done("tag", LORA, "+b", "+a")
    program.done("keep", SURVEY)
    program.done("skip", REWARD)

    def export(group: str) -> str:
        return program.done("export", "--group-by", group).out

    assert headings(export("none")) == []
    assert headings(export("month")) == ["2025-02", "2025-01", "2024-06", "2024-05", "2023-12", "No date"]
    assert headings(export("status")) == ["Inbox", "Keep", "Skip"]
    assert headings(export("tag")) == ["a", "b", "No tag"]
    assert export("tag").count("Low-rank adapters for small models") == 2
    assert headings(export("topic")) == [row["name"] for row in program.done("topics", "--json").rows if row["papers"]]
    for group in ("month", "status", "topic"):
        assert export(group).count("\n- **") == 7


def test_filters_and_sort_are_those_of_list(program: Program) -> None:
    """Queries, filters, order and limit choose as they do for `list`."""
    for given in ("--topic peft", "lora", "--sort upvotes --limit 3", "--authors none --reverse", "--until 2024-05"):
        listed = program.done("list", *given.split(), "--json").rows
        exported = plain(program.done("export", *given.split(), "--format", "jsonl"))
        assert exported == listed
        assert [list(row) for row in exported] == [PAPER_KEYS] * len(listed)


def test_the_subtitle_tells_the_query(program: Program) -> None:
    """A reading list says how many papers it holds and of which query, and an empty one says none."""
    assert "\n\n2 papers: topic:peft\n" in program.done("export", "--topic", "peft").out
    assert "\n\n1 paper: " in program.done("export", "laundry").out
    empty = program.done("export", "topic:vision").out
    assert "0 papers" in empty
    assert "- **" not in empty


def test_what_is_written_is_said_on_stderr(program: Program) -> None:
    """With -o stdout stays empty and stderr says where; with --json one object says it on stdout."""
    ran = program.done("export", "-o", "list.md")
    assert (ran.out, ran.err) == ("", "7 papers written to list.md\n")
    told = program.done("export", "-o", "list.md", "--json").one
    assert (told["papers"], told["output"]) == (7, "list.md")


@pytest.mark.parametrize("where", ["missing/list.md", "folder", "file.txt/list.md", "x" * 300])
def test_where_nothing_can_be_written(program: Program, where: str) -> None:
    """An output that can't be written is exit 1, named, and leaves nothing behind."""
    Path("folder").mkdir()
    Path("file.txt").write_text("old", "utf-8")
    before = sorted(Path().iterdir())
    ran = program("export", "-o", where, "--json")
    assert (ran.code, ran.out) == (1, "")
    assert where in ran.err
    assert sorted(Path().iterdir()) == before
    assert Path("file.txt").read_text("utf-8") == "old"


def test_a_file_keeps_its_permissions_and_its_link(program: Program) -> None:
    """A file that is replaced keeps its permissions; a link stays a link and what it points to is written."""
    Path("real.md").write_text("old", "utf-8")
    Path("real.md").chmod(0o640)
    Path("link.md").symlink_to("real.md")
    program.done("export", "-o", "link.md")
    assert Path("link.md").is_symlink()
    assert Path("real.md").read_text("utf-8").startswith("# Reading list")
    assert stat.S_IMODE(Path("real.md").stat().st_mode) == 0o640
    assert sorted(path.name for path in Path().glob("*.md")) == ["link.md", "real.md"]
    old = os.umask(0o027)
    try:
        program.done("export", "-o", "new.md")
    finally:
        os.umask(old)
    assert stat.S_IMODE(Path("new.md").stat().st_mode) == 0o640


def test_a_note_goes_along(program: Program) -> None:
    """The reader's own note stands under its paper; another reader's doesn't."""
    program.done("note", LORA, "compare with *others*")
    assert "  Note: compare with \\*others\\*\n" in program.done("export").out
    assert "Note:" not in program.done("export", "--reader", "you").out


FORMATS = ["markdown", "bibtex", "ris", "csl-json", "csv", "jsonl", "html", "atom"]


@pytest.mark.parametrize("form", FORMATS)
def test_every_format(demo: Program, form: str) -> None:
    """Every format writes the papers of a query, the same bytes each time, and nothing but them."""
    first = demo.done("export", "topic:peft", "--format", form, "-o", "a").err
    demo.done("export", "topic:peft", "--format", form, "-o", "b")
    assert first == "9 papers written to a\n"
    assert Path("a").read_bytes() == Path("b").read_bytes()
    assert "QLoRA" in Path("a").read_text("utf-8")
    assert "Llama 2: Open" not in Path("a").read_text("utf-8")


def test_a_template_of_ones_own(program: Program) -> None:
    """--show-template prints what --template takes; what a paper's text holds is escaped in any template."""
    shown = program.done("export", "--show-template").out
    Path("same.jinja").write_text(shown, "utf-8")
    assert program.done("export", "--template", "same.jinja").out == program.done("export").out
    assert program.done("export", "--show-template", "--json").one == {"template": shown}
    program.add([{"title": "*Stars* {{ 7 * 7 }} <b>"}])
    mine = "{% for s in list.sections %}{% for p in s.papers %}* {{ p.title }}|{{ p.title | plain }}\n{% endfor %}{% endfor %}"
    Path("mine.jinja").write_text(mine, "utf-8")
    out = program.done("export", "Stars", "--template", "mine.jinja").out
    assert out == "* \\*Stars\\* {{ 7 \\* 7 }} \\<b\\>|*Stars* {{ 7 * 7 }} <b>\n"


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("{% for %}", "line 1"),
        ("{{ nothing }}", "nothing"),
        ("{{ list.__class__.__mro__ }}", "unsafe"),
        ("{{ ''.__class__ }}", "unsafe"),
        ("{% include '/etc/passwd' %}", "passwd"),
        ("{{ range(10 ** 9) }}", "range"),
        ("{{ 1 / 0 }}", "zero"),
        ("{{ 'a' * 9999999999 }}", "too long"),
        ("{{ 9999999999 * [0] }}", "too long"),
        ("{{ 2 ** 10000000000 }}", "too large"),
        ("{{ (2 ** 9000) * (2 ** 9000) }}", "too large"),
        ("{{ 1e300 ** 2 }}", "out of range"),
        ("{{ 'a'.ljust(10 ** 17) }}", "MemoryError"),
        ("{% macro x() %}{{ x() }}{% endmacro %}{{ x() }}", "recursion"),
        pytest.param("{{ " + "(" * 9000 + "1" + ")" * 9000 + " }}", "recursion", id="deep"),
        ("{% for s in list.sections %}{{ s.papers.numbers.append(1) }}{% endfor %}", ""),
    ],
)
def test_a_template_that_fails(program: Program, template: str, told: str) -> None:
    """A template that doesn't parse, fails or reaches for the machine is wrong usage, named; the old file stays."""
    Path("bad.jinja").write_text(template, "utf-8")
    Path("out.md").write_text("old", "utf-8")
    ran = program("export", "--template", "bad.jinja", "-o", "out.md")
    assert (ran.code, ran.out) == (2, "")
    assert "bad.jinja" in ran.err
    assert told in ran.err
    assert Path("out.md").read_text("utf-8") == "old"


def test_a_template_that_multiplies(program: Program) -> None:
    """What is of a usual size may be multiplied and raised to a power."""
    Path("mine.jinja").write_text(
        "{{ 'ab' * 2 }} {{ 3 * 'c' }} {{ 2 ** 10 }} {{ 6 * 7 }} {{ 0.5 * 2 }} {{ 2 ** -1 }}", "utf-8"
    )
    assert program.done("export", "--template", "mine.jinja").out == "abab ccc 1024 42 1.0 0.5"


@pytest.mark.parametrize(
    "options",
    [
        ["--template", "missing"],
        ["--template", "x", "--format", "html"],
        ["--format", "obsidian"],
        ["--format", "docx"],
    ],
    ids=" ".join,
)
def test_options_that_make_no_sense(program: Program, options: list[str]) -> None:
    """A template that isn't there, or for another format than Markdown, and notes without a folder are wrong usage."""
    assert program("export", *options).code == 2


def test_obsidian_notes(program: Program) -> None:
    """A folder gets a note a paper and one that leads to them; what was left alone is told, and is exit 3."""
    ran = program.done("export", "--format", "obsidian", "-o", "vault", "--group-by", "topic")
    assert ran.err == "8 notes in vault: 8 new, 0 changed, 0 unchanged\n"
    told = program.done("export", "--format", "obsidian", "-o", "vault", "--group-by", "topic", "--json").one
    assert (told["new"], told["unchanged"], told["left_alone"]) == (0, 8, [])
    (note,) = Path("vault").glob("Low-rank*")
    note.write_text("---\npapertide: 1\n---\nmine\n", "utf-8")
    ran = program("export", "--format", "obsidian", "-o", "vault", "--group-by", "topic")
    assert ran.code == 3
    assert str(note) in ran.err
    assert note.read_text("utf-8") == "---\npapertide: 1\n---\nmine\n"


def test_what_output_may_say(program: Program) -> None:
    """-o - is standard output; a name with a slash at its end is a folder, which only Obsidian's notes go into."""
    before = set(Path().iterdir())
    assert program.done("export", "-o", "-").out == program.done("export").out
    assert program.done("export", "-o", "-", "--json").out == program.done("export", "--json").out
    assert program("export", "--format", "obsidian", "-o", "-").code == 2
    assert program("export", "--format", "csv", "-o", "out/").code == 2
    assert set(Path().iterdir()) == before
    program.done("export", "--format", "obsidian", "-o", "out/")
    assert Path("out").is_dir()
