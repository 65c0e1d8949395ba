"""The two faces of a query are one: what SQL selects from a real library is what the yardstick says in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import cast

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.query.strategies import TODAY, keepings, libraries, queries, query_texts, reader_values, terms

from papertide.errors import QueryError
from papertide.query import Query, parse
from papertide.query.ast import Is, Node, Not, NumberRange, Or, Term, conjunction, leaves
from papertide.query.match import matches
from papertide.query.parse import MAX_CONDITIONS, MAX_DEPTH
from papertide.records.plain import PaperDict
from papertide.store import select
from papertide.store.database import ALL, Database
from papertide.store.postgres.engine import PostgresDatabase
from papertide.store.sqlite import fts
from papertide.store.sqlite.fts import MatchTexts

READER = "ada"
ALIASES = {11: 1, 12: 2}
FACTS = (
    "id title abstract arxiv_id published added author_count organization comments upvotes code_url code_stars summary"
).split()


class Library:
    """A library with the real schema, filled with papers again and again."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.connection = database.connection

    def examples(self, most: int) -> settings:
        """As many random examples in a file, and a few of them on a server, where each takes longer."""
        fewer = most // 10 if isinstance(self.database, PostgresDatabase) else most
        return settings(max_examples=fewer, suppress_health_check=[HealthCheck.too_slow])

    def able(self, papers: list[PaperDict]) -> list[PaperDict]:
        """The papers as the library can hold them: without a NUL on a server."""
        if not isinstance(self.database, PostgresDatabase):
            return papers
        return cast("list[PaperDict]", json.loads(json.dumps(papers).replace("\\u0000", "")))

    def index(self) -> None:
        """Index the words of what was written, which a server does at the end of a transaction."""
        if isinstance(self.database, PostgresDatabase):
            self.database._index_words()

    def reckon(self) -> None:
        """Let a server look at what there is, as it does by itself now and then."""
        if isinstance(self.database, PostgresDatabase):
            self.connection.execute("ANALYZE paper_text")

    @contextmanager
    def holding(self, papers: list[PaperDict], kept: Sequence[Sequence[str]] = ()) -> Iterator[None]:
        """The papers, each kept by these readers, with decoys of another reader; taken back at the end."""
        self.connection.execute("BEGIN")
        try:
            for paper in papers:
                self._add(paper)
            for number, reader in [(n, reader) for n, readers in others(papers, kept).items() for reader in readers]:
                self._rows("status", [(reader, number, "keep")])
            for old, new in ALIASES.items():
                if new <= len(papers):
                    self.connection.execute("INSERT INTO paper_alias VALUES (?, ?)", (old, new))
            self.index()
            yield
        finally:
            self.connection.execute("ROLLBACK")

    def _add(self, paper: PaperDict) -> None:
        row = {name: dict(paper)[name] for name in FACTS}
        row["authors"] = json.dumps(paper["authors"], ensure_ascii=False)
        names, places = ", ".join(row), ", ".join("?" * len(row))
        self.connection.execute(f"INSERT INTO paper ({names}) VALUES ({places})", list(row.values()))
        number = paper["id"]
        self._rows("paper_source", [(number, source) for source in paper["source_ids"]])
        self._rows("paper_listed", [(number, day) for day in paper["listed"]])
        known = (paper["published"], paper["author_count"])
        self._rows("paper_topic", [(number, topic, place, *known) for place, topic in enumerate(paper["topics"])])
        self._rows("tag", [(READER, number, tag) for tag in paper["tags"]])
        if paper["status"] != "inbox":
            self._rows("status", [(READER, number, paper["status"])])
        if paper["note"] is not None:
            self._rows("note", [(READER, number, paper["note"])])
        self._rows("status", [("other", number, "skip")])
        self._rows("tag", [("other", number, "peft")])
        self._rows("note", [("other", number, "x")])

    def _rows(self, table: str, rows: list[tuple[object, ...]]) -> None:
        for row in rows:
            self.connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)

    def where(self, query: Query | None) -> tuple[str, list[object]]:
        """The condition that a query makes."""
        return select.where(query, reader=READER, texts=self.database.texts)

    def ids(self, query: Query | None) -> list[int]:
        """The papers that SQL selects."""
        where, values = self.where(query)
        return [row[0] for row in self.connection.execute(f"SELECT p.id FROM paper p WHERE {where} ORDER BY 1", values)]

    def matched(self, match: Node, rest: Query) -> list[int]:
        """The papers that the index ranks for a tree of terms and what has to hold besides."""
        ranked = self.database.texts.ranked(self.connection, match, self.where(rest), ALL)
        assert [score for _, score in ranked] == sorted((score for _, score in ranked), reverse=True)
        return sorted(number for number, _ in ranked)


@pytest.fixture(scope="module")
def library(database: Database) -> Library:
    """An empty library."""
    return Library(database)


def others(papers: list[PaperDict], kept: Sequence[Sequence[str]]) -> dict[int, Sequence[str]]:
    """Who besides the reader keeps each paper, by number."""
    return {paper["id"]: readers for paper, readers in zip(papers, kept, strict=False)}


def expected(query: Query, papers: list[PaperDict], kept: Sequence[Sequence[str]] = ()) -> list[int]:
    """The papers that the yardstick finds."""
    by_others = others(papers, kept)
    keepers = {
        paper["id"]: [*by_others.get(paper["id"], ()), *([READER] if paper["status"] == "keep" else [])]
        for paper in papers
    }
    return [paper["id"] for paper in papers if matches(query, paper, aliases=ALIASES, keepers=keepers)]


def test_the_faces_agree_on_trees(library: Library) -> None:
    """Random trees select the same papers in SQL as in memory."""

    @library.examples(400)
    @given(libraries(), keepings, st.lists(queries, min_size=1, max_size=8))
    def agree(papers: list[PaperDict], kept: list[list[str]], asked: list[Query]) -> None:
        papers = library.able(papers)
        with library.holding(papers, kept):
            for query in asked:
                assert library.ids(query) == expected(query, papers, kept), str(query)

    agree()


who_keeps = st.one_of(
    st.builds(Is, st.just("keptby"), reader_values),
    st.builds(
        lambda low, more: NumberRange("keeps", low, None if more is None else (low or 0) + more),
        st.one_of(st.none(), st.integers(0, 4)),
        st.one_of(st.none(), st.integers(0, 4)),
    ),
)


def test_the_faces_agree_on_who_keeps(library: Library) -> None:
    """Who keeps a paper and how many do is the same in SQL as in memory, and so is what they don't."""

    @library.examples(200)
    @given(keepings, st.lists(who_keeps, min_size=1, max_size=8))
    def agree(kept: list[list[str]], asked: list[Node]) -> None:
        papers = [make(n, "a", status="keep" if n % 2 else "inbox") for n in range(1, len(kept) + 1)]
        papers = library.able(papers)
        with library.holding(papers, kept):
            for query in [Query(node) for leaf in asked for node in (leaf, Not(leaf))]:
                assert library.ids(query) == expected(query, papers, kept), str(query)

    agree()


def test_the_faces_agree_on_texts(library: Library) -> None:
    """Random texts that parse select the same papers in SQL as in memory."""

    @library.examples(200)
    @given(libraries(), keepings, st.lists(query_texts, min_size=1, max_size=8))
    def agree(papers: list[PaperDict], kept: list[list[str]], asked: list[str]) -> None:
        papers = library.able(papers)
        with library.holding(papers, kept):
            for text in asked:
                try:
                    query = parse(text, today=TODAY, saved={"saved": "lora OR -tuned"}.get)
                except QueryError:
                    continue
                assert library.ids(query) == expected(query, papers, kept), text

    agree()


def joined(parts: list[Query]) -> Query:
    """All of these."""
    return Query(conjunction(part.root for part in parts if part.root is not None))


STOPS = {"of", "the", "a", "not", "or", "and"}
conjunctions = st.lists(st.one_of(terms.map(Query), terms.map(Query), queries), min_size=1, max_size=4).map(joined)


def test_plans_are_the_query(library: Library) -> None:
    """What a plan ranks is what the query selects; all of it holds some of the words, common ones aside."""

    @library.examples(200)
    @given(libraries(), conjunctions)
    def agree(papers: list[PaperDict], query: Query) -> None:
        plan = select.relevance(query)
        if plan is None:
            return
        papers = library.able(papers)
        with library.holding(papers):
            found = library.matched(plan.every, plan.rest)
            assert found == expected(query, papers)
            if not STOPS.intersection(leaf.text for leaf in leaves(plan.every) if isinstance(leaf, Term)):
                assert set(found) <= set(library.matched(plan.some, plan.rest))

    agree()


HOSTILE = (
    '"', '""', '"""', "'", "''", "'; DROP TABLE paper; --", '"; DROP TABLE paper; --', "NEAR(", "NEAR(a b, 2)", "a NEAR b",
    "title : x", "{title} : x", "- {title} : x", "{", "}", "^a", "^",
    "a + b", "+", "*", "a*b", "a**", "(", ")", "a AND", "NOT",
    "\x00", "a\x00b", "\x00\x00", "%", "_", "%_", "\\", "\\\"", "a\\", "\ud800", "a\udfffb", "\x1b[31m", "--", "/* a */",
    "?", "?1", ":reader", ":value", "@x", "$x", "paper_text", "rowid", "rank", "bm25(paper_text)",
    "\u202ea", "\ufeffa", "𝕏 🤗", "a\nb", "NULL",
)  # fmt: skip


@pytest.fixture
def papers() -> list[PaperDict]:
    """One paper that holds the words of many a hostile text."""
    held = " ".join(text for text in HOSTILE if text.isprintable())
    return [make(1, held), make(2, "quiet")]


def make(number: int, title: str, **facts: object) -> PaperDict:
    """A paper of which little is known."""
    paper: dict[str, object] = dict.fromkeys(PaperDict.__annotations__)
    paper |= {"id": number, "title": title, "added": "2026-11-21T10:00:00Z", "status": "inbox", "sightings": 1}
    paper |= {name: [] for name in ("source_ids", "listed", "authors", "topics", "tags")}
    return cast("PaperDict", paper | facts)


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_hostile_text_is_only_text(library: Library, papers: list[PaperDict], text: str) -> None:
    """What looks like SQL or FTS5 is searched for or refused, as typed, in quotes, and as the value of every field."""
    quoted = text.replace('"', '""')
    forms = [text, f'"{quoted}"', f'"{quoted}"*', f"{text}*", f"x OR {text}", f"-{text}"]
    forms += [f'{field}:"{quoted}"' for field in ("title", "author", "topic", "tag", "source")]
    with library.holding(papers):
        for form in forms:
            try:
                query = parse(form, today=TODAY)
            except QueryError:
                continue
            plan = select.relevance(query)
            assert isinstance(library.ids(query), list)
            if plan is not None:
                assert library.matched(plan.every, plan.rest) == library.ids(query)
                library.matched(plan.some, plan.rest)
        assert library.ids(None) == [1, 2]


def test_any_text_is_safe_in_a_tree(library: Library) -> None:
    """A tree that no parser checked can't break SQL either."""

    @library.examples(100)
    @given(st.text(max_size=20), st.sampled_from(["word", "prefix", "phrase"]))
    @example('" OR "', "word")
    @example("\udc80", "phrase")
    def safe(text: str, kind: str) -> None:
        roots: list[Node] = [Term(text, kind)]  # type: ignore[arg-type]  # drawn from the three kinds
        roots += [Is(field, text) for field in ("topic", "tag", "source", "status", "arxiv")]
        with library.holding([make(1, "quiet")]):
            for root in roots:
                assert library.ids(Query(root)) in ([], [1])

    safe()


def test_typed_text_stays_out_of_the_sql(library: Library) -> None:
    """The SQL of a query is the same whatever was typed; the texts are parameters."""
    one = parse('lora title:x topic:a tag:b source:c -status:keep has:note arxiv:2403.02178 "p q"', today=TODAY)
    two = parse('zzz title:y topic:"\'--" tag:q source:r -status:skip has:note arxiv:2403.99999 "r s"', today=TODAY)
    index = library.database.texts
    first, values = select.where(one, reader="a", texts=index)
    second, others = select.where(two, reader="b'; --", texts=index)
    assert first == second
    assert values != others
    with library.holding([]):
        assert library.ids(one) == []


def test_plain_words_are_one_match() -> None:
    """Words side by side are looked up in the index together."""
    where, values = select.where(
        parse("lora title:forgetting (a OR b) -c", today=TODAY), reader=READER, texts=MatchTexts()
    )
    assert where.count("MATCH") == 2
    assert values[-1] == (
        '{title abstract} : "lora" AND {title} : "forgetting" AND ({title abstract} : "a" OR {title abstract} : "b")'
    )


def test_deep_and_wide_queries_run(library: Library) -> None:
    """The deepest and the widest queries that parse run on SQLite, too, whatever they nest."""
    shapes = [
        "(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH,
        " ".join(["a"] * MAX_CONDITIONS),
        " OR ".join(["a"] * MAX_CONDITIONS),
        " OR ".join(f"-topic:x{n}" for n in range(MAX_CONDITIONS)),
        " ".join(f"id:{n}" for n in range(MAX_CONDITIONS)),
        " ".join(f"-source:s{n}:x" for n in range(MAX_CONDITIONS)),
        "id:1 (tag:a OR " * MAX_DEPTH + "status:keep" + ")" * MAX_DEPTH,
        "id:1 tag:b OR -(tag:a OR " * (MAX_DEPTH // 2) + "source:x" + ")" * (MAX_DEPTH // 2),
        "-(tag:a -(tag:b OR " * (MAX_DEPTH // 4) + "listed:7d" + "))" * (MAX_DEPTH // 4),
        "id:1 (keptby:a OR " * MAX_DEPTH + "keeps:2..3" + ")" * MAX_DEPTH,
        "-(keeps:>=2 -(keptby:b OR " * (MAX_DEPTH // 4) + "keeps:<2" + "))" * (MAX_DEPTH // 4),
        " OR ".join(f"-keeps:{n}" for n in range(MAX_CONDITIONS)),
        "a b OR (c d (" * (MAX_DEPTH // 2) + "e" + "))" * (MAX_DEPTH // 2),
        "a OR b c (" * MAX_DEPTH + "e" + ")" * MAX_DEPTH,
        forked(7),
        '"' + "a " * 4_900 + '"',
    ]
    with library.holding([make(1, "a"), make(2, "b")]):
        for shape in shapes:
            query = parse(shape, today=TODAY)
            library.ids(query)
            plan = select.relevance(query)
            if plan is not None:
                library.matched(plan.every, plan.rest)
                library.matched(plan.some, plan.rest)


def forked(depth: int) -> str:
    """A group of two groups of two groups, and so on: the deepest part can't come first on both sides."""
    if depth == 0:
        return "id:1"
    return f"({forked(depth - 1)} OR -({forked(depth - 1)} tag:x))"


def test_relevance() -> None:
    """A plan ranks by the words at the top and by groups of words; the rest is kept as a filter."""
    plan = select.relevance(parse("how does lora (rank OR adapt*) -forgetting topic:peft (a OR id:1)", today=TODAY))
    assert plan is not None
    either = '{title abstract} : "rank" OR {title abstract} : "adapt" *'
    assert fts.expression(plan.every) == (
        f'{{title abstract}} : "how" AND {{title abstract}} : "does" AND {{title abstract}} : "lora" AND ({either})'
    )
    assert fts.expression(plan.some) == f'{{title abstract}} : "lora" OR {either}'
    assert str(plan.rest) == "-forgetting topic:peft (a OR id:1)"


def test_relevance_of_stop_words() -> None:
    """Where there are only common words they are what is looked for; a phrase or a field is never left out."""
    plan = select.relevance(parse("the of", today=TODAY))
    assert plan is not None
    assert fts.expression(plan.some) == '{title abstract} : "the" OR {title abstract} : "of"'
    plan = select.relevance(parse('"the" title:of lora and the', today=TODAY))
    assert plan is not None
    assert fts.expression(plan.some) == '{title abstract} : "the" OR {title} : "of" OR {title abstract} : "lora"'


@pytest.mark.parametrize("text", ["", "topic:peft", "-lora", "lora OR topic:peft", "-(a b)"])
def test_nothing_to_rank_by(text: str) -> None:
    """A query that requires no text has no plan; nor has no query."""
    assert select.relevance(parse(text, today=TODAY)) is None
    assert select.relevance(None) is None


def test_only_text_is_an_expression() -> None:
    """A tree with anything but words in it has no MATCH text."""
    with pytest.raises(TypeError):
        fts.expression(Or((Term("a"), Is("topic", "x"))))
