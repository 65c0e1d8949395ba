"""The taxonomy that comes with Papertide: complete, readable, cheap to ask for, quick on any text."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertide import topics
from papertide.topics import default_source, digest, load

IDS = {
    "peft", "alignment", "rl-finetuning", "reasoning", "instruction-tuning", "continual-learning",
    "knowledge-factuality", "data-curation", "model-merging", "efficiency", "distillation", "multimodal",
    "image-generation", "vision", "speech-audio", "agents-tools", "code", "domain-language", "safety-privacy",
    "interpretability", "few-shot-transfer", "recsys-retrieval", "robotics-control", "federated", "foundations",
}  # fmt: skip
DEFAULT = load(default_source(), "default.toml")
AGAIN = load(default_source(), "again.toml")


def test_holds_the_topics_of_the_feed() -> None:
    """Every promised topic is there, each once, with a name and one sentence that says what it is."""
    ids = [topic.id for topic in DEFAULT.topics]
    assert set(ids) == IDS
    assert len(ids) == len(IDS)
    for topic in DEFAULT.topics:
        assert topic.name
        assert topic.description.endswith(".")
        assert topic.description.count(". ") == 0
    assert len({topic.name for topic in DEFAULT.topics}) == len(IDS)


def test_digest_needs_no_parsing() -> None:
    """The digest of the source is the taxonomy's, so that a caller can see that nothing changed without loading it."""
    assert DEFAULT.digest == digest(default_source())
    assert digest(default_source() + b"\n") != DEFAULT.digest


def test_names_are_found_late_but_not_made_up() -> None:
    """What the room offers is there on demand; anything else is an AttributeError, as of any module."""
    assert all(getattr(topics, name) for name in topics.__all__)
    assert not hasattr(topics, "lod")


def test_asking_whether_the_rules_changed_is_cheap() -> None:
    """`digest` and `default_source` load neither a TOML parser nor the rules."""
    code = (
        "import sys; from papertide.topics import digest, default_source; digest(default_source());"
        "print([name for name in ('tomllib', 'papertide.topics.taxonomy', 'papertide.topics.loading', 'pydantic')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("title", "topic"),
    [
        ("Rank-stabilised LoRA for large models", "peft"),
        ("Learning from human feedback with direct preference optimisation", "alignment"),
        ("A federated approach to instruction tuning", "federated"),
        ("Catastrophic forgetting in sequences of tasks", "continual-learning"),
        ("Speech recognition with few hours of audio", "speech-audio"),
        ("Teaching robots manipulation from video", "robotics-control"),
    ],
)
def test_a_title_alone_is_enough(title: str, topic: str) -> None:
    """A paper without an abstract gets its topic from a title that names it."""
    assert topic in DEFAULT.label(title, None)


def test_a_paper_about_something_else_has_no_topic() -> None:
    """Where nothing fits, no topic is given."""
    assert DEFAULT.label("The migration of Arctic terns", "We followed forty birds over three years.") == ()
    assert DEFAULT.label("", None) == ()


@given(title=st.text(), abstract=st.none() | st.text())
def test_any_text_can_be_labelled(title: str, abstract: str | None) -> None:
    """Labelling never raises, gives known topics once each, at most four, and the same again."""
    given_ids = DEFAULT.label(title, abstract)
    assert set(given_ids) <= IDS
    assert len(set(given_ids)) == len(given_ids) <= 4
    assert given_ids == DEFAULT.label(title, abstract) == AGAIN.label(title, abstract)


@given(
    words=st.lists(
        st.sampled_from(["low", "rank", "fine", "tuning", "preference", "data", "of", "reward", "model", "agents", "."])
    )
)
def test_explaining_and_labelling_agree(words: list[str]) -> None:
    """The topics given are those that pass in the explanation, in its order, and every score has its words."""
    title, abstract = " ".join(words[:4]), " ".join(words)
    verdicts = DEFAULT.explain(title, abstract)
    passed = [verdict.passed for verdict in verdicts]
    assert tuple(verdict.topic.id for verdict in verdicts if verdict.passed) == DEFAULT.label(title, abstract)
    assert passed == sorted(passed, reverse=True)
    assert all(verdict.score > 0 and verdict.words for verdict in verdicts)


@pytest.mark.parametrize(
    "piece", ["a ", "a", "-", "low-rank ", "low rank, ", "reinforcement learning with human ", "é-", "distill", "\x00"]
)
def test_hostile_text_takes_no_time(piece: str) -> None:
    """Ten million characters of anything are labelled in seconds at most."""
    text = piece * (10_000_000 // len(piece))
    start = time.process_time()
    DEFAULT.label(text, text)
    assert time.process_time() - start < 5


def test_thousands_of_papers_take_seconds() -> None:
    """A thousand abstracts of ordinary length take less than three seconds."""
    words = "we fine-tune a large language model with low-rank adapters and show that the reward is not hacked ".split()
    abstract = " ".join(words * 12)
    start = time.process_time()
    for number in range(1000):
        DEFAULT.label(f"Paper {number} on reasoning", abstract)
    assert time.process_time() - start < 3
