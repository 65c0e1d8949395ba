"""How keywords become scores and scores become topics, on taxonomies small enough to count by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertide.topics import Taxonomy, load

HEAD = "threshold = 3\nfallback = 3\n"


def rules(strong: str = "", weak: str = "", ignore: str = "", head: str = HEAD) -> Taxonomy:
    """A taxonomy of one topic, `it`; the keywords are given as the inside of a TOML list."""
    lists = f"strong = [{strong}]\nweak = [{weak}]\nignore = [{ignore}]\n"
    return load(f'{head}[it]\nname = "It"\ndescription = "That."\n{lists}'.encode(), "small.toml")


def several(head: str, **topics: str) -> Taxonomy:
    """Topics with one strong keyword each, in the order given."""
    tables = [f'[{name}]\nname = "N"\ndescription = "D."\nstrong = ["{word}"]\n' for name, word in topics.items()]
    return load((head + "".join(tables)).encode(), "several.toml")


def score(taxonomy: Taxonomy, title: str, abstract: str | None = None) -> float:
    """The score of the best topic, 0 where no topic has one."""
    return max((verdict.score for verdict in taxonomy.explain(title, abstract)), default=0.0)


class TestMatching:
    """Which texts hold which keywords."""

    @pytest.mark.parametrize("keyword", ["fine-tuning", "fine tuning", "finetuning", "Fine-Tuning", "fine_tuning"])
    @pytest.mark.parametrize(
        "text",
        ["fine-tuning", "fine tuning", "finetuning", "FINE–TUNING", "Fine\nTuning", "fine‐tunings", "ﬁne-tuning"],
    )
    def test_gaps_and_case_are_free(self, keyword: str, text: str) -> None:
        """Hyphen, space, line end or nothing between the parts, and any case: one keyword."""
        assert score(rules(f'"{keyword}"'), f"on {text} today")

    @given(
        parts=st.lists(st.from_regex(r"[a-z]{2,6}", fullmatch=True), min_size=1, max_size=4),
        gaps=st.lists(st.sampled_from(["", " ", "-", "  ", "\n", "–", "_"]), min_size=8, max_size=8),
        shout=st.booleans(),
    )
    def test_variants_label_alike(self, parts: list[str], gaps: list[str], shout: bool) -> None:
        """However the gaps are written in the rules and in the text, and in whatever case, the label is the same."""

        def joined(between: list[str]) -> str:
            return "".join(part + gap for part, gap in zip(parts, [*between[: len(parts) - 1], ""], strict=True))

        keyword, text = joined(gaps[:4]).replace("\n", " "), joined(gaps[4:])
        assert rules(f'"{keyword}"').label(text.upper() if shout else text, None) == ("it",)

    @pytest.mark.parametrize("text", ["fine, tuning", "fine. Tuning", "fine (tuning)", "fine/tuning", "refine tuning"])
    def test_punctuation_ends_a_phrase(self, text: str) -> None:
        """A phrase runs across no sign but hyphens, and begins at the beginning of a word."""
        assert not score(rules('"fine tuning"'), text)

    @pytest.mark.parametrize(
        ("keyword", "plural"),
        [
            ("model", "models"),
            ("policy", "policies"),
            ("survey", "surveys"),
            ("loss", "losses"),
            ("search", "searches"),
        ],
    )
    def test_plurals_are_understood(self, keyword: str, plural: str) -> None:
        """A keyword finds its regular plural, and that alone counts as one find."""
        assert score(rules(f'"{keyword}"'), f"{plural} of a kind") == score(rules(f'"{keyword}"'), f"a {keyword}") == 9

    @pytest.mark.parametrize(
        ("text", "found"), [("CLIP", True), ("CLIPs", True), ("clip", False), ("Clip", False), ("CLIPS", False)]
    )
    def test_acronyms_keep_their_case(self, text: str, found: bool) -> None:
        """A keyword in capitals is found in capitals only, a plural s allowed."""
        assert bool(score(rules('"CLIP"'), f"with {text} inside")) is found

    def test_acronyms_take_gaps_too(self) -> None:
        """ "DP-SGD" is found as "DP SGD", but not in small letters."""
        assert score(rules('"DP-SGD"'), "with DP SGD")
        assert not score(rules('"DP-SGD"'), "with dp-sgd")

    @pytest.mark.parametrize(
        ("keyword", "text", "found"),
        [
            ("distill*", "distillation", True),
            ("distill*", "Distilling", True),
            ("distill*", "distil", False),
            ("distill*", "undistilled", False),
            ("low-rank adapt*", "low rank adaptation", True),
            ("low-rank adapt*", "lowrank adapters", True),
            ("low-rank adapt*", "low-rank, adapted", False),
            ("RLH*", "RLHF", True),
            ("RLH*", "rlhf", False),
        ],
    )
    def test_prefixes(self, keyword: str, text: str, found: bool) -> None:
        """A star stands for any ending of the last word, also where the keyword is a phrase or an acronym."""
        assert bool(score(rules(f'"{keyword}"'), f"by {text} alone")) is found

    @pytest.mark.parametrize(
        ("keyword", "text"), [("C++", "c++"), ("C#", "C#"), ("Poincare", "Poincaré"), ("3D", "3D")]
    )
    def test_odd_letters(self, keyword: str, text: str) -> None:
        """Plus and number signs end a word, accents don't matter, digits are letters."""
        assert score(rules(f'"{keyword}"'), f"in {text}, of course")

    def test_prefix_counts_once_a_word(self) -> None:
        """A prefix is one find however the word goes on, also where words could be joined to it."""
        assert score(rules('"fine-tun*"'), "", "fine-tuning of models") == 3
        assert score(rules('"fine*"'), "", "fine tuning") == 3


class TestScores:
    """What the finds are worth."""

    def test_weights(self) -> None:
        """Strong is 3, weak is 1, and the title counts three times beside the abstract."""
        it = rules('"adapter"', '"frozen"')
        assert score(it, "", "a frozen adapter") == 4
        assert score(it, "a frozen adapter") == 12
        assert score(it, "adapter", "adapter") == 12

    def test_repetitions_count_little_and_not_for_ever(self) -> None:
        """Each of the first two repetitions adds half the weight, more add nothing; in the title none does."""
        it = rules('"adapter"')
        assert [score(it, "", "adapter " * times) for times in (1, 2, 3, 4, 50)] == [3, 4.5, 6, 6, 6]
        assert score(it, "adapter adapter") == 9

    def test_the_longest_of_covering_keywords_counts(self) -> None:
        """Words are not counted twice for one topic where one keyword covers another."""
        it = rules('"reward model"', '"reward", "model"')
        assert score(it, "", "a reward model") == 3
        assert score(it, "", "a reward model, a reward") == 4

    def test_ignored_phrases_mask(self) -> None:
        """Inside an ignored phrase no keyword of the topic counts; outside it does."""
        it = rules('"code"', ignore='"code is available"')
        assert it.explain("", "Our code is available.") == []
        assert score(it, "", "We write code. Our code is available.") == 3

    def test_explains_with_the_words_of_the_rules(self) -> None:
        """The words are the keywords as written, the weightiest first; a topic that doesn't pass is told too."""
        it = rules('"Adapter"', '"frozen", "bottle-neck"', head="threshold = 9\nfallback = 9\n")
        (verdict,) = it.explain("", "adapters, a bottleneck, and frozen layers")
        assert (verdict.topic.id, verdict.score, verdict.passed) == ("it", 5, False)
        assert verdict.words == ("Adapter", "bottle-neck", "frozen")


class TestChoice:
    """Which of the topics with a score a paper gets, and in what order."""

    def test_threshold(self) -> None:
        """A topic is given from its own threshold on, else from the common one."""
        own = 'fallback = 9\n[it]\nname = "N"\ndescription = "D."\nweak = ["one", "two"]\nthreshold = 2\n'
        taxonomy = load(own.encode(), "own.toml")
        assert taxonomy.topics[0].threshold == 2
        assert taxonomy.label("", "one") == ()
        assert taxonomy.label("", "one two") == ("it",)

    def test_fallback_gives_the_best_alone(self) -> None:
        """Where none reaches its threshold, only the best topic is given, and only from `fallback` on."""
        taxonomy = several("threshold = 6\nfallback = 4\n", a="alpha", b="beta")
        assert taxonomy.label("", "alpha beta") == ()
        assert taxonomy.label("", "alpha beta beta") == ("b",)

    def test_share_drops_what_is_mentioned_in_passing(self) -> None:
        """A topic far below the best one is not given, though it reaches its threshold."""
        assert several(HEAD + "share = 0.5\n", a="alpha", b="beta").label("beta", "alpha beta") == ("b",)
        assert several(HEAD, a="alpha", b="beta").label("beta", "alpha beta") == ("b", "a")

    def test_most_limits_the_topics(self) -> None:
        """No paper has more topics than `most`; the best stay."""
        taxonomy = several(HEAD + "most = 1\n", a="alpha", b="beta")
        assert taxonomy.label("beta", "alpha") == ("b",)

    def test_nearly_equal_topics_stand_in_the_readers_order(self) -> None:
        """The clearly best topic comes first; among nearly equal ones, the first in the file does."""
        taxonomy = several(HEAD, a="alpha", b="beta", c="gamma")
        assert taxonomy.label("gamma beta", "alpha") == ("b", "c", "a")
        assert taxonomy.label("gamma", "beta alpha") == ("c", "a", "b")
        assert taxonomy.label("beta gamma", "gamma") == ("c", "b")

    def test_an_abstract_may_be_missing(self) -> None:
        """None and an empty abstract are the same."""
        assert rules('"adapter"').label("adapter", None) == rules('"adapter"').label("adapter", "") == ("it",)

    @given(title=st.text(), abstract=st.text())
    def test_deterministic(self, title: str, abstract: str) -> None:
        """Two taxonomies from the same bytes judge any text alike."""
        first, second = (rules('"a", "b"', '"c", "DE"') for _ in range(2))
        assert first.explain(title, abstract) == second.explain(title, abstract)
