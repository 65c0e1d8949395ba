"""The two streams: what is data, what is talk, and what is made safe on the way."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertide.views.bars import bars
from papertide.views.console import STYLES, Console, ExitCode, Line, plain


def test_exit_codes() -> None:
    """The exit codes are those of the contract."""
    assert [int(code) for code in ExitCode] == [0, 1, 2, 3, 130]


def test_data_and_talk_keep_apart() -> None:
    """Lines and tables go to the data stream, what is said to the other; with JSON only JSON is data."""
    out, err = io.StringIO(), io.StringIO()
    console = Console(out, err)
    console.show([Line("data", "title", indent=6, lead="12")])
    console.table((("a", "left"), ("b", "right")), [("x", "1"), ("y\tz\nw", "2")], wide=0)
    console.say("talk")
    console.error("wrong")
    assert out.getvalue() == "   12 data\nx\t1\ny z w\t2\n"
    assert err.getvalue() == "talk\npapertide: wrong\n"
    out, err = io.StringIO(), io.StringIO()
    console = Console(out, err, as_json=True)
    console.show([Line("data")])
    console.table((("a", "left"),), [("x",)], wide=0)
    console.json({"a": "ü"})
    assert out.getvalue() == '{"a": "ü"}\n'
    assert err.getvalue() == ""


def test_nobody_to_ask_is_no() -> None:
    """A question where there is no terminal is answered no, without waiting."""
    assert Console(io.StringIO(), io.StringIO()).ask("Sure?") is False


def test_no_progress_but_on_a_terminal() -> None:
    """Away from a terminal progress writes nothing."""
    err = io.StringIO()
    with Console(io.StringIO(), err).progress("reading", 5) as bar:
        bar.advance()
        bar.tell("a word")
    assert err.getvalue() == ""


@given(st.text(), st.integers(0).map(str) | st.sampled_from(["", "-", "ok"]))
def test_a_plain_line_is_one_line(text: str, lead: str) -> None:
    """Whatever a line's text, away from a terminal it is written as exactly one line without control characters."""
    (written,) = plain([Line(text, indent=6, lead=lead)])
    assert written.endswith("\n")
    assert len(written.splitlines()) == 1
    assert not any((ord(c) < 32 and c not in "\t\n") or 127 <= ord(c) < 160 for c in written)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_json_is_one_line_and_comes_back(value: object) -> None:
    """A JSON value is one line for any reader that splits lines, and reads back as it was."""
    out = io.StringIO()
    Console(out, io.StringIO(), as_json=True).json(value)
    written = out.getvalue()
    assert len(written.splitlines()) == 1
    assert json.loads(written) == value


@pytest.mark.parametrize("style", STYLES)
def test_styles_are_plain_away_from_a_terminal(style: str) -> None:
    """Each style has a name and leaves no trace in a pipe."""
    assert list(plain([Line("text", style)])) == ["text\n"]


def test_bars() -> None:
    """Bars are as long as their counts, at least one mark for any, none for zero, and tell how many more there are."""
    lines = [line.text for line in bars("Heading", {"a": 300, "bb": 1, "c": 0, "d": 5}, most=3)]
    assert lines == ["Heading", f"a   300 {'#' * 30}", "bb    1 #", "c     0 ", "and 1 more", ""]
    assert list(bars("Heading", {})) == []
    assert [line.text for line in bars("Heading", {"a": 0})][1] == "a  0 "
