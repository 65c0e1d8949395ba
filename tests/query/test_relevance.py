"""How papers are ranked by their texts."""

from __future__ import annotations

from tests.query.strategies import TODAY

from papertide.query import Query, parse, widened
from papertide.query.relevance import LONG, Concept, Texts, concepts, described, ranked, rarest, rarity
from papertide.query.spellings import default


def asked(text: str) -> list[Concept]:
    """What a query asks for."""
    root = parse(text, today=TODAY).root
    assert root is not None
    return concepts([widened(root, default())])


def paper(title: str = "", abstract: str = "", author: str = "[]", org: str = "") -> Texts:
    """The texts of a paper."""
    return Texts(title, abstract, author, org)


def order(text: str, *papers: Texts, holding: int = 10) -> list[int]:
    """The numbers of these papers, from 1, best first, in a library of a thousand."""
    return [n for n, _ in ranked(asked(text), dict(enumerate(papers, 1)), 1000, lambda _concept: holding)]


def texts_of(text: str) -> list[list[str]]:
    """The spellings of each concept."""
    return [[term.text for term in concept.terms] for concept in asked(text)]


def test_concepts() -> None:
    """Each telling word is one, with its spellings; a run's other spelling belongs to each of its words."""
    assert texts_of("how does rlhf forget") == [["rlhf", "reinforcement learning from human feedback"], ["forget"]]
    assert texts_of("large language models") == [["large", "LLM"], ["language", "LLM"], ["models", "LLM"]]
    assert texts_of("(a1 OR b1) c1") == [["a1"], ["b1"], ["c1"]]
    assert texts_of("the of") == [["the"], ["of"]]
    assert concepts([]) == []


def test_a_word_asked_twice_weighs_more() -> None:
    """But not twice as much."""
    assert [concept.weight for concept in asked("wing flow wing")] == [2**0.5, 1.0]


def test_titles_count_double_and_length_against() -> None:
    """A word in a title beats one in an abstract, and a short text a long one."""
    assert order("wing", paper("x", "wing"), paper("wing", "x")) == [2, 1]
    assert order("wing", paper("x", "wing " + "y " * 50), paper("x", "wing y")) == [2, 1]
    assert order("title:wing", paper("x", "wing wing"), paper("wing", "y " * 50)) == [2, 1]
    assert order("abstract:wing", paper("wing", "y"), paper("x", "wing")) == [2, 1]


def test_phrases_prefixes_and_names_count() -> None:
    """A phrase counts where its words stand together, a prefix where a word goes on, a name among the authors."""
    assert order('"heat flow"', paper("x", "flow heat"), paper("x", "heat flow")) == [2, 1]
    assert order("aero*", paper("x", "wing"), paper("x", "aerodynamic")) == [2, 1]
    assert order("author:ada", paper("ada"), paper("x", author='["Ada Example"]')) == [2, 1]
    assert order("org:lab", paper("lab"), paper("x", org="Example Lab")) == [2, 1]


def test_feedback_helps_long_questions() -> None:
    """Words that the best papers share bring up one that says the same in other words; short questions are taken as asked."""
    best = [paper(f"wing flow heat plate shear {n}", "boundary layer turbulence") for n in range(3)]
    near, far = paper("wing", "boundary layer turbulence"), paper("wing", "some entirely other thing")
    long, short = "wing flow heat plate shear", "wing flow"
    assert len(asked(long)) >= LONG > len(asked(short))
    scores = dict(ranked(asked(long), dict(enumerate([*best, far, near])), 1000, lambda _c: 10))
    assert scores[4] > scores[3]
    scores = dict(ranked(asked(short), dict(enumerate([*best, far, near])), 1000, lambda _c: 10))
    assert abs(scores[4] - scores[3]) < 0.2 * scores[4]


def test_no_candidates_and_no_words() -> None:
    """Nothing ranks to nothing, and papers without any text to equal scores."""
    assert order("wing") == []
    assert order("a1 b1 c1 d1 e1", paper(), paper()) == [1, 2]


def test_rarity() -> None:
    """A rarer word is worth more; one that most papers hold is worth next to nothing, never less."""
    assert rarity(1, 1000) > rarity(100, 1000) > rarity(900, 1000) > 0
    assert rarity(1000, 1000) == rarity(2000, 1000) == rarity(900, 1000)


def test_what_describes_a_paper() -> None:
    """Its words, those first that it says most; of these the rarest say what it is about."""
    found = described("Wing flow", "the flow over a wing, and the flow of heat; wings")
    assert [concept.terms[0].text for concept in found] == ["wing", "flow", "heat"]
    counts = {"wing": 500, "flow": 5, "heat": 1}
    chosen = rarest(found, lambda concept: counts[concept.terms[0].text], 1000, 2)
    assert [concept.terms[0].text for concept in chosen] == ["flow", "heat"]
    assert described("", None) == []


def test_a_query_without_words_asks_nothing() -> None:
    """A condition that is no text is no concept."""
    assert concepts([Query(parse("id:1", today=TODAY).root).root or parse("x", today=TODAY).root]) == []  # type: ignore[list-item]  # never None
