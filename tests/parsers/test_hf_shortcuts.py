"""The short cuts of cleaning give what the long way gives."""

from __future__ import annotations

import re
import sys
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from papertide.normal import clean, safe

UNSAFE = {"Cc", "Cf", "Cs", "Co", "Cn"}


def long_way(text: str) -> str:
    """Text without unsafe characters, one after the other."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in UNSAFE)


def test_safe_knows_every_character() -> None:
    """Over all code points, alone and in a text, `safe` keeps and drops what the categories say."""
    every = [chr(code) for code in range(sys.maxunicode + 1) if chr(code) not in "\x1b\x9b"]
    assert [c for c in every if safe(c) != long_way(c)] == []
    assert safe("".join(every)) == long_way("".join(every))


def test_clean_knows_every_character() -> None:
    """The short way, which all printable texts go, and white space of any kind are cleaned as they always were."""
    every = [chr(code) for code in range(sys.maxunicode + 1)]
    texts = [
        "  ".join(c for c in every if c.isprintable() and c != "&"),
        *(f"{c}a{c} b\n{c}" for c in every if c.isspace()),
    ]
    for text in texts:
        assert clean(text) == re.sub(r"\s+", " ", long_way(text.replace("\r", "\n"))).strip()


@given(st.text(st.sampled_from("ab \n\t\r\u00a0\u2028é\x1c\u200b")))
def test_clean_collapses_white_space(text: str) -> None:
    """Any mixture of blanks, line ends and letters becomes one line, as the long way makes it."""
    assert clean(text) == re.sub(r"\s+", " ", long_way(text.replace("\r", "\n"))).strip()
