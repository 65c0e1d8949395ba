"""Did you mean: the nearest word that the library holds."""

from __future__ import annotations

import pytest
from tests.query.strategies import TODAY

from papertide.query import parse
from papertide.store import LibraryStore
from papertide.store.base import Unknown


@pytest.fixture
def filled(store: LibraryStore) -> LibraryStore:
    """A library with a few words; of "quantized" and its other forms the first is the usual one."""
    texts = [
        "Catastrophic forgetting",
        "Quantized models",
        "Quantized adapters",
        "Quantizing 模型",
        "A model of naïveté",
    ]
    with store._database.transaction() as connection:
        sql = "INSERT INTO paper (title, added, sightings) VALUES (?, '2026-11-21T10:00:00Z', 1)"
        connection.executemany(sql, [(text,) for text in texts])
    return store


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("catastropic", "catastrophic"),
        ("actastrophic", "catastrophic"),  # the first two changed places
        ("ctastrophic", "catastrophic"),
        ("xcatastrophic", "catastrophic"),
        ("catastrophci forgetting", "catastrophic"),
        ("quantzied", "quantized"),
        ("quantzing", "quantizing"),
        ("modle", "model"),
        ("title:adaptesr", "adapters"),
        ('"adapterz forgetting"', "adapters"),
        ("-naivtee OR quantised", "quantized"),
    ],
)
def test_the_word_meant(filled: LibraryStore, asked: str, found: str) -> None:
    """One or two slips, in the first letters too, lead to a word that papers use."""
    assert found in [one.meant for one in filled.looking.unknown_words(parse(asked, today=TODAY))]


@pytest.mark.parametrize("asked", ["catastrophic forget", "quant*", "zzz*", "topic:xyz", ""])
def test_nothing_to_say(filled: LibraryStore, asked: str) -> None:
    """Words that are held, in any form, and what is no word, are not talked about."""
    assert filled.looking.unknown_words(parse(asked, today=TODAY)) == []


def test_no_suggestion(filled: LibraryStore) -> None:
    """A word that is near to none, or too short to tell, is only said to be unknown; once, and eight words at most."""
    assert filled.looking.unknown_words(parse("xyzzy xyz xyzzy", today=TODAY)) == [
        Unknown("xyzzy", None),
        Unknown("xyz", None),
    ]
    many = " ".join(f"unheardof{n}" for n in range(20))
    assert len(filled.looking.unknown_words(parse(many, today=TODAY))) == 8
