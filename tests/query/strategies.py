"""Random papers and random queries, from one small vocabulary, so that they meet often enough to be worth comparing.

Characters are kept to what Python's and SQLite's Unicode tables agree on: ASCII, Latin-1, Greek, Cyrillic, combining accents
and some CJK.
"""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st

from papertide.query.ast import And, DateRange, Id, Is, Lacks, Node, Not, NumberRange, Or, Query, Term, Variants
from papertide.query.fields import HAS
from papertide.query.tokens import has_word
from papertide.records.plain import STATUSES, PaperDict

TODAY = date(2026, 11, 21)

WORDS = (
    "lora LoRA adapter adapters adapting adaptation forgetting forget catastrophic fine-tuning tuned tune models the of a"
    " naïve naive Naïveté café Ὀδύσσεια οδος ΟΔΟΣ ёлка Ёлка 模型 模型微调 4-bit C++ x² Łódź"
    " finetuning fine tuning LLM LLMs large language model RLHF reinforcement learning from human feedback pre-training"
    " pretrained ØRSTED straße e\u0301tude caf\u0305e"
    ' OR AND NOT NEAR title title:x *** & -- _ \' ; DROP "quoted" {x} ^start 100% back\\slash relational conditional'
).split()
ALPHABET = st.characters(
    codec="utf-8",
    exclude_categories=["Cs", "Cn"],
    max_codepoint=0x04FF,
    include_characters="模型微调学习",
    exclude_characters="ǠǡͿ",  # read otherwise by the Unicode that SQLite knows
)
NAMES = ("peft", "Reasoning", "to read", "none", "naïve", "O'Hara", 'say "hi"', "a:b", "%", "x*", "(y)")
SOURCES = ("hf:2403.02178", "hf:2403.02179", "hfx:1", "arxiv:2403.02178", "file:a b", "hf;x", "rss:Ä")
READERS = ("bob", "Cy", "cy", "O'Hara", "Æsa", "none", "ada lee")
"""Who shares a library with the one who asks; some differ in their letters' case alone."""
ARXIV = ("2403.02178", "2403.02179", "cs.CL/0701001")

words = st.one_of(st.sampled_from(WORDS), st.text(ALPHABET, min_size=1, max_size=6))
texts = st.lists(words, max_size=8).map(" ".join)
days = st.integers(-3, 3).map(lambda n: (TODAY + timedelta(days=n)).isoformat())
counts = st.integers(0, 6)


def some(items: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    """A few of these, sorted, each once."""
    return st.lists(st.sampled_from(items), max_size=2, unique=True).map(sorted)


@st.composite
def papers(draw: st.DrawFn) -> PaperDict:
    """A paper without a number yet; what can be unknown is so now and then."""

    def maybe(strategy: st.SearchStrategy[object]) -> object:
        return draw(st.one_of(st.none(), strategy))

    return PaperDict(
        id=0,
        title=draw(texts.filter(bool)),
        abstract=maybe(texts),  # type: ignore[typeddict-item]  # the strategy's type, told by its name
        url=None,
        arxiv_id=None,
        doi=None,
        source_ids=draw(some(SOURCES)),
        published=maybe(days),  # type: ignore[typeddict-item]  # the strategy's type, told by its name
        year_inferred=False,
        listed=draw(st.lists(days, max_size=2, unique=True).map(sorted)),
        added=f"{draw(days)}T{draw(st.sampled_from(['00:00:00', '23:59:59']))}Z",
        author_count=maybe(counts),  # type: ignore[typeddict-item]  # the strategy's type, told by its name
        authors=draw(st.lists(texts, max_size=3)),
        organization=maybe(texts),  # type: ignore[typeddict-item]  # the strategy's type, told by its name
        comments=maybe(counts),  # type: ignore[typeddict-item]  # the strategy's type, told by its name
        upvotes=maybe(counts),  # type: ignore[typeddict-item]  # the strategy's type, told by its name
        code_url=maybe(st.just("https://example.org/code")),  # type: ignore[typeddict-item]  # likewise, a text
        code_stars=maybe(counts),  # type: ignore[typeddict-item]  # the strategy's type, told by its name
        summary=maybe(texts),  # type: ignore[typeddict-item]  # the strategy's type, told by its name
        topics=draw(some(NAMES)),
        status=draw(st.sampled_from(STATUSES)),
        tags=draw(some(NAMES)),
        note=maybe(texts),  # type: ignore[typeddict-item]  # the strategy's type, told by its name
        score=None,
        sightings=1,
    )


keepings = st.lists(st.lists(st.sampled_from(READERS), max_size=3, unique=True), min_size=6, max_size=6)
"""Who of the others keeps the first paper of a library, the second, and so on."""


@st.composite
def libraries(draw: st.DrawFn) -> list[PaperDict]:
    """A few papers, numbered from 1; arXiv ids are given once at most."""
    found = draw(st.lists(papers(), min_size=1, max_size=6))
    for number, paper in enumerate(found):
        paper["id"] = number + 1
        paper["arxiv_id"] = ARXIV[number] if number < len(ARXIV) and draw(st.booleans()) else None
    return found


reader_values = st.sampled_from(["ada", *READERS]).flatmap(
    lambda name: st.sampled_from([name, name.upper(), name.lower()])
)
name_values = st.sampled_from(NAMES).flatmap(lambda name: st.sampled_from([name, name.upper(), name.lower()]))
terms = st.builds(
    Term,
    st.one_of(words, st.lists(words, min_size=1, max_size=3).map(" ".join)),
    st.sampled_from(["word", "prefix", "phrase"]),
    st.sampled_from([None, None, None, "title", "abstract", "author", "org"]),
)


def _ordered(pair: tuple[object, object]) -> bool:
    low, high = pair
    return low is None or high is None or str(low) <= str(high)


date_ranges = st.tuples(st.one_of(st.none(), days), st.one_of(st.none(), days)).filter(_ordered)
number_ranges = st.tuples(st.one_of(st.none(), counts), st.one_of(st.none(), counts)).filter(_ordered)
spelt = terms.filter(lambda term: has_word(term.text))
variants = st.builds(
    Variants,
    st.one_of(spelt, st.lists(spelt, min_size=2, max_size=3).map(lambda parts: And(tuple(parts)))),
    st.lists(spelt, min_size=1, max_size=2).map(tuple),
)
leaf_nodes: st.SearchStrategy[Node] = st.one_of(
    terms,
    terms,
    variants,
    st.builds(Is, st.sampled_from(["topic", "tag"]), name_values),
    st.builds(Is, st.just("status"), st.sampled_from(STATUSES)),
    st.builds(Is, st.just("keptby"), reader_values),
    st.builds(Is, st.just("has"), st.sampled_from(tuple(HAS))),
    st.builds(Is, st.just("source"), st.sampled_from([*SOURCES, "hf", "arxiv", "h", "rss"])),
    st.builds(Is, st.just("arxiv"), st.sampled_from(ARXIV)),
    st.builds(
        Lacks,
        st.sampled_from("topic tag source arxiv published listed added authors comments upvotes stars".split()),
    ),
    st.builds(Id, st.integers(0, 12)),
    st.builds(
        lambda field, pair: DateRange(field, *pair), st.sampled_from(["published", "listed", "added"]), date_ranges
    ),
    st.builds(
        lambda field, pair: NumberRange(field, *pair),
        st.sampled_from(["authors", "comments", "upvotes", "stars", "keeps", "keeps"]),
        number_ranges,
    ),
)
nodes: st.SearchStrategy[Node] = st.recursive(
    leaf_nodes,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=4).map(lambda parts: And(tuple(parts))),
        st.lists(inner, min_size=2, max_size=4).map(lambda parts: Or(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=10,
)
queries = nodes.map(Query)

items = st.one_of(
    words,
    words.map(lambda word: f'"{word} {word}"'),
    words.map(lambda word: f"{word}*"),
    st.sampled_from(
        'title:lora abstract:"fine tuning" author:"naïve café" org:x topic:peft topic:none tag:"to read" status:keep -a'
        " source:hf source:hf:2403.02178 has:note arxiv:2403.02178v3 id:2 date:2026 date:>2026-11 date:7d listed:..2026-11-20"
        " keptby:CY -keptby:ada keeps:>=2 keeps:0 keeps:1..2 keeps:<2"
        ' added:<=today authors:<=5 authors:none comments:>0 upvotes:2..4 stars:0 OR AND NOT ( ) @saved "'.split(" ")
    ),
)
query_texts = st.lists(items, min_size=1, max_size=10).map(" ".join)
"""Texts of which a good part parses."""
