"""All benchmarks run by one command, and what they tell stands on one page: `bench/all.py`, `bench/table.py`, `bench/page.py`.

Scripts that are run here are made here; what the real ones measure is theirs.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from all import PAGE, SCRIPTS, machine, run_all
from page import Run, read, written
from peers import PINS, TASKS, listed, pinned, sections
from table import ROWS, figure, head, keep, reached, row, skipped, within

ROOT = Path(__file__).resolve().parents[1]
BENCH = ROOT / "bench"
GOOD = """\
import json, os, sys
with open(os.environ["BENCH_ROWS"], "a") as file:
    for told in {rows!r}:
        print(json.dumps(told), file=file)
sys.exit({code})
"""


def measure(name: str, ours: float) -> dict[str, object]:
    """A measure as scripts keep it."""
    figures = {"reference": 2.0, "ours": ours, "ratio": ours / 2}
    return {"measure": name, **figures, "unit": "ms", "target": "ratio <= 1", "met": ours <= 2}


def script(folder: Path, name: str, *rows: dict[str, object], code: int = 0) -> None:
    """A script that tells these rows and ends with this code."""
    (folder / f"{name}.py").write_text(GOOD.format(rows=rows, code=code), encoding="utf-8")


def test_every_script_is_run() -> None:
    """What can be started in bench/ is in the list, and the list names nothing else."""
    started = {path.stem for path in BENCH.glob("*.py") if '__name__ == "__main__"' in path.read_text("utf-8")}
    assert started - {"all"} == set(SCRIPTS)


@pytest.mark.parametrize("papers", [1, 1_000, 100_000, 1_000_000])
def test_sizes_follow_the_papers(papers: int) -> None:
    """Whatever the size, each script is given options that it has, and numbers that are none of nothing."""
    for name, arguments in SCRIPTS.items():
        text = (BENCH / f"{name}.py").read_text("utf-8")
        for word in arguments(papers):
            assert f'"{word}"' in text if word.startswith("--") else int(word) >= 1


def test_the_page_is_read_and_names_scripts() -> None:
    """docs/benchmarks.md parses, and is written as it was read; its rows are of scripts that exist, in order, with no path."""
    text = PAGE.read_text(encoding="utf-8")
    runs = read(text)
    assert written(runs.values()) == text
    assert list(runs) == [name for name in SCRIPTS if name in runs]
    assert not re.search(r"(?<![\w.])/\w", text), "a path"
    for run in runs.values():
        assert run.measures
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", run.day)
        assert re.match(r"\d+ cores .*, \w+ 3\.[\d.]+, SQLite 3\.[\d.]+, (no )?PostgreSQL", run.machine)
        for *_, ratio, target, met in run.measures:
            assert met in ("", "met", "missed", "failed")
            assert bool(target) == (met in ("met", "missed"))
            assert not ratio or float(ratio.replace(",", "")) >= 0


def test_a_machine_has_no_name() -> None:
    """What is told of a machine is what ratios depend on: nothing with a slash, and not its own name."""
    assert "/" not in machine()
    assert re.search(r"\d+ cores", machine())


def test_a_part_is_run_again(tmp_path: Path) -> None:
    """A run of some scripts replaces their rows and no others; the order is that of the list."""
    page = tmp_path / "page.md"
    script(tmp_path, "parsing", {"sizes": "few"}, measure("a | b", 1.0))
    script(tmp_path, "startup", {"sizes": "ten"}, {"sizes": "more"}, measure("c", 3.0))
    assert run_all(["parsing", "startup"], 1, page, tmp_path) == 0
    script(tmp_path, "parsing", measure("d", 1.0))
    assert run_all(["parsing"], 1, page, tmp_path) == 0
    runs = read(page.read_text(encoding="utf-8"))
    assert list(runs) == ["startup", "parsing"]
    assert runs["startup"].sizes == "ten; more"
    assert runs["startup"].measures == [("c", "2", "3", "ms", "1.50", "ratio <= 1", "missed")]
    assert runs["parsing"].measures == [("d", "2", "1", "ms", "0.5000", "ratio <= 1", "met")]


def test_a_script_that_fails_stops_no_other(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The page says which script failed, keeps what it told before, and has the rows of those after it."""
    page = tmp_path / "page.md"
    script(tmp_path, "startup", measure("a", 1.0), code=3)
    script(tmp_path, "parsing", {"skipped": "no pages"}, measure("b", 1.0))
    script(tmp_path, "adding")
    assert run_all(["startup", "parsing", "adding"], 1, page, tmp_path) == 1
    runs = read(page.read_text(encoding="utf-8"))
    assert [measure[0] for measure in runs["startup"].measures] == ["a", "the script failed: it ended with 3"]
    assert [measure[0] for measure in runs["parsing"].measures] == ["not measured: no pages", "b"]
    assert [measure[0] for measure in runs["adding"].measures] == ["not measured: the script told no measure"]
    assert "targets: 2 met, 0 missed; scripts failed: 1" in capfd.readouterr().out


def test_a_page_of_other_tables_is_none() -> None:
    """What isn't such a page, or has a row of another length, is refused rather than written over."""
    for text in ("# Benchmarks\n", "| script |\n| --- |\n", "| a | b |\n| --- | --- |\n| c |\n"):
        with pytest.raises(ValueError, match="table"):
            read(text)


def test_cells_come_back() -> None:
    """Bars and line ends of a measure stay within their cell."""
    run = Run("startup", "2026-11-21", "1", "2 cores", "a | b")
    run.take([measure("x | y\nz", 1.0)])
    assert read(written([run]))["startup"].measures[0][0] == "x | y z"
    assert read(written([run]))["startup"].sizes == "a | b"


def test_rows_are_printed_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A row is a line for people and, where that is asked for, one of JSON with its ratio and whether it met its target."""
    row("not kept", 1.0, 2.0)
    monkeypatch.setenv(ROWS, str(tmp_path / "rows"))
    head("ten papers")
    assert row("good", 2.0, 1.0, within(1.0), "ms")
    assert not row("bad", None, 3.0, "< 3", "MB")
    assert keep("no clock", 0.0, 1.0)
    skipped("no server")
    kept = [json.loads(line) for line in (tmp_path / "rows").read_text(encoding="utf-8").splitlines()]
    assert kept[0] == {"sizes": "ten papers"}
    assert [(one["measure"], one["ratio"], one["met"]) for one in kept[1:4]] == [
        ("good", 0.5, True), ("bad", None, False), ("no clock", None, None),
    ]  # fmt: skip
    assert kept[4] == {"skipped": "no server"}
    lines = capsys.readouterr().out.splitlines()
    assert lines[3].split() == ["good", "2", "1", "ms", "0.5000", "ratio", "<=", "1"]
    assert lines[4].split() == ["bad", "3", "MB", "<", "3", "missed"]


def test_targets() -> None:
    """A target is of ours or of the ratio; one of a ratio that there isn't is missed, and another text is an error."""
    assert reached("<= 3", 3.0, None)
    assert not reached("> 3", 3.0, None)
    assert reached("ratio >= 0.999", 0.0, 1.0)
    assert not reached("ratio <= 2", 1.0, None)
    assert within(None) is None
    for text in ("2", "ratio 2", "<= x", "ratio <= 2 times"):
        with pytest.raises(ValueError, match="no target"):
            reached(text, 1.0, 1.0)


def test_figures() -> None:
    """Numbers have the digits that tell something."""
    told = {0: "0", 1: "1", 12345: "12,345", 12345.6: "12,346", 123.46: "123.5", 1.234: "1.23", 0.98534: "0.9853"}
    assert {value: figure(value) for value in told} == told


def test_peers_are_pinned() -> None:
    """Each peer has exact versions, itself among them, and no address to fetch them from; and each task has its file."""
    assert set(pinned()) == {name for names in TASKS.values() for name in names}
    for name, pins in sections(PINS.read_text(encoding="utf-8")):
        lines = pins.splitlines()
        assert all(re.fullmatch(r"[a-z0-9.-]+==[\w.+!]+", line) for line in lines)
        assert name in {line.partition("==")[0] for line in lines}
    for task, names in TASKS.items():
        text = (BENCH / "peer" / f"{task}.py").read_text("utf-8")
        assert all(f'"{name}":' in text for name in names)


def test_authors_of_a_set_are_listed_alike() -> None:
    """Where a set parts authors with commas, peers get them as BibTeX parts them; where it has "and", as they are."""
    assert listed("Ada Berg, Bo Li", [{"authors": "Ada Berg, Bo Li"}]) == "Ada Berg and Bo Li"
    assert listed("Berg, Ada", [{"authors": "Berg, Ada"}, {"authors": "Li, Bo and Kim, C."}]) == "Berg, Ada"
