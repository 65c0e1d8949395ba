"""`papertide rank simulate`."""

from __future__ import annotations

import csv
import gzip
import io
import os
import sys
import threading
from pathlib import Path

import pytest
from tests.cli.harness import Program
from tests.ranking.test_model import text


def table(rows: int = 40) -> str:
    """A labelled set as CSV."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["key", "Title", "ABSTRACT", "label"])
    writer.writerows([number, *text(number), int(number % 4 == 1)] for number in range(rows))
    return out.getvalue()


@pytest.fixture(autouse=True)
def _sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The set, plain and zipped, in the working directory; there is no library."""
    monkeypatch.chdir(tmp_path)
    Path("set.csv").write_text(table(), "utf-8")
    Path("set.csv.gz").write_bytes(gzip.compress(table().encode()))


def test_json(empty: Program) -> None:
    """The keys are those promised; zipped or not, the same set is screened alike."""
    one = empty.done("rank", "simulate", "set.csv", "--seed", 2, "--json").one
    assert list(one) == ["recall10", "wss95", "loss", "ms_per_step", "prior", "order"]
    assert sorted(one["prior"] + one["order"]) == [*range(40)]
    other = empty.done("rank", "simulate", "set.csv.gz", "--seed", 2, "--json").one
    assert (one["prior"], one["order"]) == (other["prior"], other["order"])
    assert len(empty.done("rank", "simulate", "set.csv", "--prior", "2+3", "--json").one["prior"]) == 5


def test_pipes(empty: Program) -> None:
    """Standard input and named pipes, zipped or not, blank lines and all, are screened as a file is; they are read but once."""
    plain, zipped = Path("set.csv").read_bytes(), Path("set.csv.gz").read_bytes()
    expected = empty.done("rank", "simulate", "set.csv", "--json").one["order"]
    for data in (plain, zipped, plain + b"\r\n\n"):
        assert empty.done("rank", "simulate", "-", "--json", stdin=data).one["order"] == expected
        pipe = Path(f"pipe{len(data)}")
        os.mkfifo(pipe)
        writer = threading.Thread(target=pipe.write_bytes, args=(data,))
        writer.start()
        assert empty.done("rank", "simulate", pipe, "--json").one["order"] == expected
        writer.join()
    ran = empty("rank", "simulate", "-", stdin=b"title\n")
    assert (ran.code, ran.err.startswith("papertide: -: no column abstract, label")) == (1, True)


def test_without_standard_input(empty: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process may have been started without one."""
    monkeypatch.setattr(sys, "stdin", None)
    ran = empty("rank", "simulate", "-")
    assert (ran.code, ran.err) == (1, "papertide: -: there is no standard input\n")


def test_for_people(empty: Program) -> None:
    """The figures stand in a small table, by name."""
    ran = empty.done("rank", "simulate", "set.csv")
    first, *rows = ran.out.splitlines()
    assert first == "40 papers, 10 of them wanted; prior 1+1, batch 10"
    assert [row.split("\t")[0] for row in rows] == ["recall@10%", "WSS@95", "loss", "ms a step"]
    assert "screening" in empty.on_terminal("rank", "simulate", "set.csv")[1]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"title,label\na,1\n", "no column abstract"),
        (b"", "no column title, abstract, label"),
        (b"title,abstract,label\na,b,1\nc,d,maybe\n", "line 3: the label must be 1 or 0, not 'maybe'"),
        (b"title,abstract,label\na\n", "line 2: the label"),
        (b"title,abstract,label\n\n\xff,b,1\n", "no text in UTF-8"),
        (b"title,abstract,label\n" + b"x" * (1 << 24) + b"y,b,1\n", "no CSV: field larger"),
        (b"\x1f\x8bnot gzip", "Unknown compression|Not a gzipped"),
        (gzip.compress(table().encode(), mtime=0)[:60], "ended before"),
        (b"title,abstract,label\na,b,1\nc,d,0\n", "nothing to find"),
    ],
)
def test_no_such_set(empty: Program, data: bytes, told: str) -> None:
    """What is no labelled set is exit 1 and one line that says why."""
    Path("bad.csv").write_bytes(data)
    ran = empty("rank", "simulate", "bad.csv")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("papertide: bad.csv: ")
    assert any(part in ran.err for part in told.split("|")), ran.err
    assert empty("rank", "simulate", "absent.csv").code == 1


@pytest.mark.parametrize("prior", ["1", "a+b", "0+0", "1+-1", "1" * 20 + "+1"])
def test_wrong_priors(empty: Program, prior: str) -> None:
    """A prior is two numbers, not both 0; anything else is wrong usage."""
    assert empty("rank", "simulate", "set.csv", "--prior", prior).code == 2
