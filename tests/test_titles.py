"""How a title is read for matching."""

from __future__ import annotations

import pytest

from papertide.normal import Title, title_of, words


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("GÃ¶del", "godel"),
        ("GÃƒÂ¶del", "godel"),
        ("RÂ²GAN â€“ one", "r2gan one"),
        ("BÃ\u0083Â¶", "bo"),
        ("MatematiÄ\u0087ki", "matematicki"),
        ("CAFÉ” now", "cafe now"),
        ("Ünü «É»", "unu e"),
        ("naÃ¯ve Ã\u0080", "naive a"),
        ("Ã\u0082\u0085 x", "x"),
        ("ÿþÃ!", "yþa"),
    ],
)
def test_utf8_read_as_latin1_is_put_right_where_that_is_sure(wrong: str, right: str) -> None:
    """What can be nothing else is undone, if it happened twice too; a letter with a sign that may follow it stays."""
    assert "".join(words(wrong)) == "".join(words(right))


@pytest.mark.parametrize(
    ("title", "read"),
    [
        ("Outcomes of Replay. [Chinese]", Title(("outcomes", "of", "replay"), "outcomesofreplay")),
        ("[Outcomes of Replay]. [Review] [39 refs]", Title(("outcomes", "of", "replay"), "outcomesofreplay")),
        ("Outcomes of Replay (Tutorial)", Title(("outcomes", "of", "replay"), "outcomesofreplay", genre=True)),
        ("Panel: Outcomes of Replay", Title(("outcomes", "of", "replay"), "outcomesofreplay", genre=True)),
        ("Outcomes of Replay - Book Review", Title(("outcomes", "of", "replay"), "outcomesofreplay", genre=True)),
        ("Outcomes of Replay (extended version)", Title(("outcomes", "of", "replay"), "outcomesofreplay")),
        ("Outcomes of Replay (v2)", Title(("outcomes", "of", "replay"), "outcomesofreplay")),
        ("Outcomes of Replay (2)", Title(("outcomes", "of", "replay", "2"), "outcomesofreplay2", aside=1)),
        (
            "Outcomes of Replay (part II)",
            Title(("outcomes", "of", "replay", "part", "ii"), "outcomesofreplaypartii", aside=2),
        ),
        ("Outcomes of Replay (Structured a", Title(("outcomes", "of", "replay"), "outcomesofreplay")),
        ("Outcomes of Replay (as st", Title(("outcomes", "of", "replay", "as", "st"), "outcomesofreplayasst")),
        (
            "Outcomes of Replay in Nets v3",
            Title(("outcomes", "of", "replay", "in", "nets"), "outcomesofreplayinnets", version="3"),
        ),
        ("Kimi v2", Title(("kimi", "v2"), "kimiv2")),
        ("Outcomes of …", Title(("outcomes", "of"), "outcomesof", cut=True)),
        ("(Tutorial)", Title(("tutorial",), "tutorial")),
        ("Demo (Tutorial)", Title(("demo", "tutorial"), "demotutorial")),
        ("Reply to Two", Title(("reply", "to", "two"), "replytotwo", about="a reply")),
        ("Erratum-A Model", Title(("erratum", "a", "model"), "erratumamodel", about="a correction")),
        ("Towards self-correction", Title(("towards", "self", "correction"), "towardsselfcorrection")),
        ("Comment-based search", Title(("comment", "based", "search"), "commentbasedsearch")),
    ],
)
def test_a_title_is_read_apart_from_what_is_said_about_it(title: str, read: Title) -> None:
    """Remarks of catalogues are no part of a title; parts, numbers and models named v2 are."""
    assert title_of(title) == read
