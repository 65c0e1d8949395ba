"""The in-memory face reads words as FTS5 does: stems, folding, and where a word ends."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.query.strategies import ALPHABET

from papertide.query.stem import stem, stems
from papertide.query.tokens import has_word, words

Index = Callable[[str], list[bytes]]

BEGINNINGS = (
    "a b y ca cy de sk try hop tan fall hiss fizz fail fil agre plaster bled mot sing conflat troubl siz happ relat condit"
    " ration val hesit digit conform radic differ vil analog vietnam predic oper feudal decis hope callous form sens triplic"
    " electr good reviv allow infer airlin gyroscop adjust defens irrit replac depend adopt homolog communic activ angular"
    " effect bowdler prob rat ceas contr roll low-rank yy say boy eyx queu"
).split()
ENDINGS = (
    " s es ss sses ies ed eed ing ings y ly ational tional enci anci izer logi bli alli entli eli ousli ization ation ator"
    " alism iveness fulness ousness aliti iviti biliti ical ness icate iciti ful ative alize al ance ence er ic able ible"
    " ant ement ment ent ion sion tion ou ism ate iti ous ive ize e ee ll lle at ated bling izing"
).split(" ")


@pytest.fixture(scope="module")
def index() -> Iterator[Index]:
    """What FTS5 keeps of a text, in order."""
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE VIRTUAL TABLE t USING fts5 (x, tokenize = 'porter unicode61 remove_diacritics 2')")
        connection.execute("CREATE VIRTUAL TABLE v USING fts5vocab (t, 'instance')")
        connection.text_factory = bytes

        def kept(text: str) -> list[bytes]:
            connection.execute("DELETE FROM t")
            connection.execute("INSERT INTO t VALUES (?)", (text,))
            return [row[0] for row in connection.execute("SELECT term FROM v ORDER BY offset")]

        yield kept
    connection.close()


def test_stems_of_thousands_of_words(index: Index) -> None:
    """Every beginning with every ending that a rule speaks of has the stem that FTS5 gives it."""
    made = [first + last for first, last in product(BEGINNINGS, ENDINGS)]
    assert len(made) > 4000
    text = " ".join(made)
    assert stems(text) == index(text)


@given(st.lists(st.text("abceilmnostuvyz", min_size=1, max_size=12), max_size=30))
def test_stems_of_random_words(index: Index, made: list[str]) -> None:
    """Random words have the stem that FTS5 gives them."""
    text = " ".join(made)
    assert stems(text) == index(text)


@given(st.text(ALPHABET))
@example("e\u0301tude caf\u0305e ΟΔΟΣ ſtraße µ")
@example("a䀀ing")
def test_any_text(index: Index, text: str) -> None:
    """Random texts fall into the words that FTS5 finds in them."""
    assert stems(text) == index(text)


@pytest.mark.parametrize("size", [2, 3, 63, 64, 65, 200])
def test_lengths(index: Index, size: int) -> None:
    """Words of fewer than 3 bytes or more than 64 are left as they are, as in FTS5."""
    word = ("x" * size)[: size - 1] + "s" if size < 5 else "xa" * (size // 2 - 1) + "ks"[: 2 + size % 2]
    assert stems(word) == index(word)
    assert stem(b"a" + b"x" * 60 + b"ing") == b"a" + b"x" * 59
    assert stem(b"a" + b"x" * 62 + b"ing") == b"a" + b"x" * 62 + b"ing"


def test_punctuation_holds_no_word() -> None:
    """Signs are no words, whatever their number."""
    assert not any(has_word(text) for text in ("", " ", "***", "&", "-- _ '", "\x00", "\ud800", "\u0301"))
    assert words("LoRA: naïve, 4-bit") == ["lora", "naive", "4", "bit"]
