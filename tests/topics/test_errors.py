"""Rules that don't load are refused with one line that names the file, the topic and the key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertide.errors import TaxonomyError
from papertide.topics import load

GOOD = 'name = "It"\ndescription = "That."\nstrong = ["adapter"]\n'


def refusal(source: str | bytes) -> str:
    """What is said of rules that don't load."""
    with pytest.raises(TaxonomyError) as caught:
        load(source.encode() if isinstance(source, str) else source, "mine.toml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("table", "key", "reason"),
    [
        ('description = "D."\nstrong = ["x"]', "name", "missing"),
        ('name = "N"\nstrong = ["x"]', "description", "missing"),
        ('name = ""\ndescription = "D."\nstrong = ["x"]', "name", "not an empty one"),
        ('name = 3\ndescription = "D."\nstrong = ["x"]', "name", "must be a text"),
        (GOOD + 'strongg = ["x"]', "strongg", "unknown; known are name, description, strong"),
        (GOOD + 'weak = "x"', "weak", "must be a list"),
        (GOOD + "weak = [3]", "weak", "3 must be a text in quotes"),
        (GOOD + 'weak = [""]', "weak", "needs letters or digits"),
        (GOOD + 'weak = ["*"]', "weak", "needs letters or digits"),
        (GOOD + 'weak = ["a*b"]', "weak", "may only stand at the end"),
        (GOOD + 'weak = ["ab*"]', "weak", "at least 3 characters"),
        (GOOD + 'weak = ["pass@k"]', "weak", "'@' can't be part of a keyword"),
        (GOOD + 'weak = ["Adapter"]', "weak", "'Adapter' stands under 'strong' too"),
        (GOOD + 'ignore = ["adap-ter"]', "ignore", "'adap-ter' stands under 'strong' too"),
        (GOOD + 'weak = ["xyz"]\nignore = ["xyz"]', "ignore", "'xyz' stands under 'weak' too"),
        (GOOD + 'threshold = "3"', "threshold", "must be a number"),
        (GOOD + "threshold = true", "threshold", "must be a number"),
        (GOOD + "threshold = -1", "threshold", "must be a number from 0"),
        (GOOD + "threshold = nan", "threshold", "must be a number from 0"),
    ],
)
def test_names_file_topic_and_key(table: str, key: str, reason: str) -> None:
    """A mistake in a topic is told with the file, the topic and the key."""
    said = refusal(f"[lora]\n{table}\n")
    assert said.startswith(f"mine.toml: topic 'lora': key {key!r}: ")
    assert reason in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("head", "key"),
    [
        ("treshold = 3", "treshold"),
        ("share = 2", "share"),
        ("most = 0", "most"),
        ("most = 1.5", "most"),
        ("most = true", "most"),
        ("fallback = []", "fallback"),
        ('lora = "no table"', "lora"),
    ],
)
def test_names_the_setting(head: str, key: str) -> None:
    """A mistake in the settings for all topics is told with the file and the key."""
    assert refusal(f"{head}\n[it]\n{GOOD}").startswith(f"mine.toml: key {key!r}: ")


@pytest.mark.parametrize("topic", ["LoRA", '"low rank"', '""', "a--b", '"ä"'])
def test_an_id_must_fit_into_a_query(topic: str) -> None:
    """A topic's id can be typed in a query as it is."""
    assert "a topic's id is lower-case letters, digits and hyphens" in refusal(f"[{topic}]\n{GOOD}")


@pytest.mark.parametrize("topic", ["none", "other"])
def test_an_id_must_not_mean_no_topic(topic: str) -> None:
    """The names for papers without a topic are taken."""
    assert f"topic {topic!r}: this id stands for papers without a topic" in refusal(f"[{topic}]\n{GOOD}")


def test_a_topic_needs_keywords() -> None:
    """A topic that no paper could have is refused."""
    assert "topic 'it': no keywords" in refusal('[it]\nname = "N"\ndescription = "D."\n')


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b"", "no topic in it"),
        (b"\xff\xfe", "not UTF-8 text (byte 1)"),
        (b"[it", "not TOML: "),
        (b"[it]\nname = 1\nname = 2\n", "not TOML: "),
        (b"x = " + b"9" * 5000, "not TOML: "),
        (b"x = " + b"[" * 100_000, "nested too deeply"),
    ],
)
def test_names_the_file(source: bytes, reason: str) -> None:
    """What is no TOML at all, or holds no topic, is told with the file."""
    said = refusal(source)
    assert said.startswith("mine.toml: ")
    assert reason in said


def test_a_file_from_another_system_loads() -> None:
    """A byte-order mark and Windows line ends do no harm."""
    source = b"\xef\xbb\xbf" + f"[it]\n{GOOD}".replace("\n", "\r\n").encode()
    assert load(source, "windows.toml").label("Adapters", None) == ("it",)


def test_a_keyword_written_twice_counts_once() -> None:
    """Two spellings of one keyword in one list are one keyword."""
    source = '[it]\nname = "N"\ndescription = "D."\nstrong = ["fine-tuning", "fine tuning"]\n'
    assert load(source.encode(), "twice.toml").explain("", "fine-tuning")[0].score == 3


@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_load_or_are_refused(source: bytes) -> None:
    """Nothing but TaxonomyError comes out of rules that don't load."""
    said = "any.toml: "
    try:
        load(source, "any.toml")
    except TaxonomyError as error:
        said = str(error)
    assert said.startswith("any.toml: ")
