"""The index of words on a server: what goes into it, and what is found by it, with PostgreSQL's own limits in view."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from tests.libraries import Pool
from tests.postgres import Postgres

from papertide.query.ast import And, Is, Node, Or, Term, Variants
from papertide.store.address import Server
from papertide.store.postgres.engine import PostgresDatabase
from papertide.store.postgres.texts import LONGEST, MOST, WordTexts, query, vector


@pytest.fixture(scope="module")
def database(pool: Pool) -> Iterator[PostgresDatabase]:
    """An empty library on a server; each test takes back what it writes."""
    place = pool.take()
    database = PostgresDatabase.open(place)
    yield database
    database.close()
    pool.give_back(place)


@pytest.fixture
def papers(database: PostgresDatabase) -> Iterator[PostgresDatabase]:
    """A few papers, indexed."""
    database.connection.driver.execute("BEGIN")
    texts = [
        ("Low-rank adapters", "Tuning of large models"),
        ("Adapters", "Low rank is enough; ranks of adapters, adapters, adapters"),
        ("Models of low", "Rank and file"),
        ("The quoted's \\ back", None),
    ]
    sql = "INSERT INTO paper (id, title, abstract, authors, organization, added) VALUES (?, ?, ?, ?, ?, 'x')"
    for number, (title, abstract) in enumerate(texts, 1):
        database.connection.execute(sql, (number, title, abstract, '["Ada Lee"]', "Lee Labs" if number == 1 else None))
    database._index_words()
    yield database
    database.connection.driver.execute("ROLLBACK")


def found(database: PostgresDatabase, node: Node) -> list[int]:
    """The papers that meet a tree, by number."""
    sql, values = database.texts.match(node)
    rows = database.connection.execute(f"SELECT rowid FROM paper_text WHERE {sql} ORDER BY 1", values)
    return [number for (number,) in rows]


def test_a_vector() -> None:
    """Titles weigh A and abstracts B, each stem once with its places, and the two are apart."""
    assert vector("Adapters adapt", "An adapter") == ("'adapt':1A,2A,6B 'an':5B", {"adapt", "an"})
    assert vector("Word", None) == ("'word':1A", {"word"})
    assert vector("", "") == ("", set())


@pytest.mark.parametrize(
    ("node", "numbers"),
    [
        (Term("adapter"), [1, 2]),
        (Term("low rank", "phrase"), [1, 2]),  # not from the title of 3 into its abstract
        (Term("low ran", "prefix"), [1, 2]),
        (Term("tun", "prefix"), [1]),
        (Term("tun"), []),
        (Term("adapters", field="abstract"), [2]),
        (Term("low rank", "phrase", "title"), [1]),
        (Term("lee", field="author"), [1, 2, 3, 4]),
        (Term("lee", field="org"), [1]),
        (Term("quoted's"), [4]),
        (And((Term("adapter"), Term("lee", field="org"))), [1]),
        (Or((Term("file"), Term("labs", field="org"))), [1, 3]),
        (Or((And((Term("file"), Term("ada", field="author"))), Term("zzz"))), [3]),
        (Variants(Term("zzz"), (Term("file"), Term("tuning"))), [1, 3]),
    ],
    ids=str,
)
def test_what_is_found(papers: PostgresDatabase, node: Node, numbers: list[int]) -> None:
    """Words by their stems, phrases within one text, beginnings, fields by their weights, and any tree of these."""
    assert found(papers, node) == numbers
    ranked = papers.texts.ranked(papers.connection, node, ("p.id < ?", [99]), 9)
    assert sorted(number for number, _ in ranked) == numbers
    assert ranked == papers.texts.ranked(papers.connection, node, ("TRUE", []), 9)
    assert all(isinstance(score, float) and score > 0 for _, score in ranked)


def test_a_title_weighs_more(papers: PostgresDatabase) -> None:
    """Of two papers with a word the one with it in its title comes first."""
    ranked = papers.texts.ranked(papers.connection, Term("models"), ("TRUE", []), 9)
    assert [number for number, _ in ranked] == [3, 1]


def test_long_texts(database: PostgresDatabase) -> None:
    """Of a text with more words than PostgreSQL counts the first are indexed; the words of the title always are."""
    driver = database.connection.driver
    words = [f"w{number}" for number in range(MOST + 500)]
    body, _ = vector("The very title", " ".join(words))
    (row,) = driver.execute("SELECT array_length(tsvector_to_array(CAST(%s AS TSVECTOR)), 1)", (body,))
    assert row == (MOST - 2,)  # the gap between the two counts
    asked = "SELECT CAST(%s AS TSVECTOR) @@ CAST(%s AS TSQUERY)"
    for word, there in (("title", True), (words[MOST - 6], True), (words[-1], False)):
        assert driver.execute(asked, (body, query(Term(word)))).fetchone() == (there,)
    near = f"{words[MOST - 7]} {words[MOST - 6]}"
    assert driver.execute(asked, (body, query(Term(near, "phrase")))).fetchone() == (True,)
    title, roots = vector(" ".join(words), "and the abstract")
    assert (len(roots), "abstract" in roots) == (MOST, False)
    assert driver.execute("SELECT CAST(%s AS TSVECTOR)", (title,)).fetchone() is not None


@pytest.mark.parametrize("letter", ["x", "🤗", "模"])
def test_texts_of_long_words(database: PostgresDatabase, letter: str) -> None:
    """Words that are more than PostgreSQL holds of one text are left out from some place on, and no error."""
    texts = [" ".join(f"{n}{letter * 300}" for n in range(begin, begin + 9_000)) for begin in (0, 9_000)]
    body, roots = vector(*texts)
    (row,) = database.connection.driver.execute(
        "SELECT array_length(tsvector_to_array(CAST(%s AS TSVECTOR)), 1)", (body,)
    )
    assert row == (len(roots),)
    assert len(roots) > 900


def test_long_words(database: PostgresDatabase) -> None:
    """A word longer than PostgreSQL takes is found by its first letters, and so is another that begins with these."""
    word = "x" * 5_000
    body, roots = vector(word, None)
    assert {len(root) for root in roots} == {LONGEST}
    asked = "SELECT CAST(%s AS TSVECTOR) @@ CAST(%s AS TSQUERY)"
    for sought in (word, word + "y"):
        assert database.connection.driver.execute(asked, (body, query(Term(sought)))).fetchone() == (True,)


def test_only_text_is_a_question() -> None:
    """A tree with anything but words in it can't be asked."""
    with pytest.raises(TypeError):
        WordTexts().match(Or((Term("a"), Is("topic", "x"))))


def test_what_can_be_held() -> None:
    """Neither half a character nor a NUL, and all else."""
    assert [WordTexts().holds(text) for text in ("", "a", "🤗", "\x00", "a\ud800")] == [True, True, True, False, False]


def test_stems_are_gone_with_their_papers(papers: PostgresDatabase) -> None:
    """Stems are told by how they begin, while a paper holds them."""
    assert list(papers.texts.stems(papers.connection, "ra")) == ["rank"]
    assert papers.texts.times(papers.connection, "rank", 9) == 3
    assert papers.texts.times(papers.connection, "rank", 2) == 2
    assert papers.texts.holding(papers.connection, "file", 9) == ["Models of low Rank and file"]
    papers.connection.execute("DELETE FROM paper")
    assert list(papers.texts.stems(papers.connection, "ra")) == []


def test_frequencies_are_reckoned_where_they_are_high(papers: PostgresDatabase) -> None:
    """Few papers are counted; many are told by what the server knows of the words."""
    assert papers.texts.frequency(papers.connection, Term("adapters"), 9) == (2, 0)
    assert papers.texts.frequency(papers.connection, Term("zzz"), 9) == (0, 0)
    papers.connection.execute(
        "INSERT INTO paper (id, title, added) SELECT n, 'Common ' || n, 'x' FROM generate_series(11, 310) AS n"
    )
    papers._index_words()
    papers.connection.execute("ANALYZE paper_text")
    count, last = papers.texts.frequency(papers.connection, Term("common"), 10)
    assert (280 < count < 320, last) == (True, 0)
    assert isinstance(papers.path, Server)


def letters(number: int, length: int) -> str:
    """A word of its own for each number."""
    return "".join(chr(ord("b") + number // 20**place % 20) for place in range(4)) * (length // 4)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("title", " ".join(letters(number, 80) for number in range(15_900))),
        (" ".join(letters(number, 248) for number in range(5_000)), "abstract"),
        ("title", " ".join(f"模{letters(number, 60)}型" for number in range(20_000))),
        ("title", "again " * 20_000),
    ],
    ids=["an abstract of long words", "a title of longer ones", "more than are counted", "one word"],
)
def test_a_server_takes_every_vector(postgres: Postgres, first: str, second: str) -> None:
    """However many words a text has, and however long they are, its vector is one that a server takes, and not an empty one."""
    made, stems = vector(first, second)
    with psycopg.connect(postgres.url("postgres")) as connection:
        row = connection.execute("SELECT length(CAST(%s AS TSVECTOR))", (made,)).fetchone()
    assert row == (len(stems),)
    assert stems
