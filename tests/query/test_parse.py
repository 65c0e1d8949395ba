"""Text to tree and back: the grammar, the errors with their columns, the limits, the law of the printer."""

from __future__ import annotations

import time
from typing import get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.query.strategies import TODAY, queries, query_texts

from papertide.errors import QueryError
from papertide.query import FIELDS, HAS, Query, parse, topics_in
from papertide.query.ast import (
    And,
    DateField,
    DateRange,
    Id,
    Is,
    Lacks,
    NameField,
    Node,
    Not,
    NumberField,
    NumberRange,
    Or,
    Term,
    TextField,
)
from papertide.query.fields import lookup
from papertide.query.parse import MAX_CONDITIONS, MAX_DEPTH, MAX_LENGTH

SAVED = {
    "saved": "lora OR adapter",
    "nested": "@saved topic:peft",
    "loop": "x @pool",
    "pool": "@loop",
    "bad": "a titel:x",
    "empty": " ",
    "signs": "***",
    **{f"b{n}": f"@b{n + 1} @b{n + 1}" for n in range(15)},
    "b15": "x y",
}


def read(text: str) -> Query:
    """The query of a text, on a fixed day, with a few saved searches."""
    return parse(text, today=TODAY, saved=SAVED.get)


def word(text: str) -> Term:
    """A bare word."""
    return Term(text)


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ("", None),
        (" \n\t", None),
        ("lora", word("lora")),
        ("lora forgetting", And((word("lora"), word("forgetting")))),
        ("a b OR c", Or((And((word("a"), word("b"))), word("c")))),
        ("(a OR b) c", And((Or((word("a"), word("b"))), word("c")))),
        ("a AND b", And((word("a"), word("b")))),
        ("a or not and b", And(tuple(map(word, "a or not and b".split())))),
        ("-c", Not(word("c"))),
        ("NOT c", Not(word("c"))),
        ("-(a b)", Not(And((word("a"), word("b"))))),
        ("--a", word("a")),
        ("NOT -a", word("a")),
        ("a -b c", And((word("a"), Not(word("b")), word("c")))),
        ("((((a))))", word("a")),
        ("f(x)", And((word("f"), word("x")))),
        ("fine-tuning", word("fine-tuning")),
        ('"catastrophic forgetting"', Term("catastrophic forgetting", "phrase")),
        ('"OR"', Term("OR", "phrase")),
        ('"say ""hi"""', Term('say "hi"', "phrase")),
        ("adapt*", Term("adapt", "prefix")),
        ('"low ran"*', Term("low ran", "prefix")),
        ("title:lora", Term("lora", "word", "title")),
        ("TITLE:lora", Term("lora", "word", "title")),
        ("title:-x", Term("-x", "word", "title")),
        ("title:none", Term("none", "word", "title")),
        ('abstract:"a b"', Term("a b", "phrase", "abstract")),
        ("author:adapt*", Term("adapt", "prefix", "author")),
        ('org:"low ran"*', Term("low ran", "prefix", "org")),
        ("topic:peft", Is("topic", "peft")),
        ("topic:None", Lacks("topic")),
        ('topic:"none"', Is("topic", "none")),
        ('tag:"to do"', Is("tag", "to do")),
        ("status:KEEP", Is("status", "keep")),
        ("source:HF", Is("source", "hf")),
        ("source:HF:2403.02178", Is("source", "hf:2403.02178")),
        ("source:hf:", Is("source", "hf")),
        ("has:Code", Is("has", "code")),
        ("arxiv:2403.02178v2", Is("arxiv", "2403.02178")),
        ("arxiv:https://arxiv.org/abs/2403.02178", Is("arxiv", "2403.02178")),
        ("arxiv:none", Lacks("arxiv")),
        ("id:12", Id(12)),
        ("date:2024", DateRange("published", "2024-01-01", "2024-12-31")),
        ('date:"2024"', DateRange("published", "2024-01-01", "2024-12-31")),
        ("published:none", Lacks("published")),
        ("listed:today", DateRange("listed", "2026-11-21", "2026-11-21")),
        ("authors:2..4", NumberRange("authors", 2, 4)),
        ("stars:none", Lacks("stars")),
        ("keptby:Anna", Is("keptby", "Anna")),
        ('keptby:"anna b"', Is("keptby", "anna b")),
        ("keptby:none", Is("keptby", "none")),
        ("keeps:>=2", NumberRange("keeps", 2, None)),
        ("keeps:0", NumberRange("keeps", 0, 0)),
        ("@saved x", And((Or((word("lora"), word("adapter"))), word("x")))),
        ("-@nested", Not(And((Or((word("lora"), word("adapter"))), Is("topic", "peft"))))),
        ("user@saved", word("user@saved")),
        # Words of signs alone are passed over, wherever they stand.
        ("*** a", word("a")),
        ("a OR &&", word("a")),
        ("a - b", And((word("a"), word("b")))),
        ("a NOT ***", word("a")),
        ('a "***" (&)', word("a")),
        ("a title:* -", word("a")),
        ("a @ :", word("a")),
        ("Adapters: a survey", And((word("Adapters"), word("a"), word("survey")))),
    ],
)
def test_grammar(text: str, root: Node | None) -> None:
    """Every form of the language means what the contract says."""
    assert read(text) == Query(root)


@pytest.mark.parametrize(
    ("text", "column", "message", "hint"),
    [
        ("a titel:lora", 3, "no field 'titel'", "did you mean title:?"),
        ("keeps:none", 7, "'none' is not a number", "the number is always known; keeps:0 is none at all"),
        ("keptby:", 8, "keptby: needs a value", "keptby:anna"),
        ("keptb:anna", 1, "no field 'keptb'", "did you mean keptby:?"),
        ("titel: lora", 1, "no field 'titel'", "did you mean title:?"),
        ("a foo:bar", 3, "no field 'foo'", '"foo:bar" in quotes'),
        ("http://x", 1, "no field 'http'", '"http://x" in quotes'),
        ('foo:"a b"', 1, "no field 'foo'", "in quotes"),
        (":x", 1, "no field ''", '":x" in quotes'),
        ("a title:", 9, "title: needs a value", "title:lora"),
        ("title: x", 7, "title: needs a value", "title:lora"),
        ("title:(a b)", 7, "title: needs a value", "title:lora"),
        ('topic:" "', 9, "topic: needs a value", "topic:peft"),
        ("status:kept", 8, "does not take 'kept'", "did you mean status:keep?"),
        ("status:zzz", 8, "does not take 'zzz'", "inbox, keep, later, skip"),
        ("has:cod", 5, "does not take 'cod'", "did you mean has:code?"),
        ("id:x", 4, "not the number of a paper", "id:12"),
        ("id:" + "9" * 16, 4, "not the number of a paper", "id:12"),
        ("arxiv:hello", 7, "no arXiv id", "arxiv:2403.02178"),
        ("a authors:smith", 11, "'smith' is not a number", "author:smith"),
        ("authors:4..2", 9, "runs backwards", "2..4"),
        ("date:2024-13", 6, "no day 2024-13", "a date such as"),
        ("date:2024..x", 12, "'x' is not a date", "a date such as"),
        ('date:"  x"', 9, "'x' is not a date", "a date such as"),
        ('a "b', 3, "never closed", "inside quotes"),
        ('title:"b', 7, "never closed", "inside quotes"),
        ('"a""', 1, "never closed", "inside quotes"),
        ("a (b", 3, "never closed", ""),
        ("a)", 2, "no parenthesis is open", ""),
        (")", 1, "no parenthesis is open", ""),
        ("a () b", 3, "nothing between", ""),
        ("OR a", 1, "OR needs something before", '"OR" in quotes'),
        ("a OR", 3, "OR needs something after", '"OR" in quotes'),
        ("a OR OR b", 6, "OR needs something before", '"OR" in quotes'),
        ("a AND OR b", 7, "OR needs something before", '"OR" in quotes'),
        ("(AND a)", 2, "AND needs something before", '"AND" in quotes'),
        ("a AND", 3, "AND needs something after", '"AND" in quotes'),
        ("a NOT", 3, "NOT needs something after", '"NOT" in quotes'),
        ("(a NOT) b", 4, "NOT needs something after", '"NOT" in quotes'),
        (' "***" & --', 2, "nothing to search for", "letters or digits"),
        ("a @nobody", 3, "no saved search 'nobody'", "saved list"),
        ("a @loop", 3, "holds itself: @loop in @pool in @loop", ""),
        ("a @bad", 3, "in the saved search @bad, column 3: no field 'titel'", "did you mean title:?"),
        ("@empty", 1, "is empty", ""),
        ("a @signs", 3, "nothing to search for", ""),
        ("@b0", 1, "too many words", ""),
        ("a b\ud800", 4, "not text", ""),
    ],
)
def test_errors(text: str, column: int, message: str, hint: str) -> None:
    """What doesn't parse says what is wrong, at its column, and what might have been meant."""
    with pytest.raises(QueryError) as caught:
        read(text)
    error = caught.value
    assert (error.text, error.column) == (text, column)
    assert message in error.message
    assert hint in error.hint


def test_no_saved_searches() -> None:
    """Where there are no saved searches, one is refused."""
    with pytest.raises(QueryError, match="column 3: no saved searches here"):
        parse("a @x", today=TODAY)


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("(" * 9_000, MAX_DEPTH + 1, "nested too deeply"),
        ("-" * 9_000 + "a", MAX_DEPTH + 1, "nested too deeply"),
        ("NOT " * 2_000 + "a", 4 * MAX_DEPTH + 1, "nested too deeply"),
        ("(" * 10_000 + "a" + ")" * 10_000, MAX_LENGTH + 1, "20,001 characters"),
        ("a" * 1_000_000, MAX_LENGTH + 1, "1,000,000 characters"),
        ("a " * (MAX_CONDITIONS + 1), 2 * MAX_CONDITIONS + 1, "too many words"),
        ('"' * 9_999, 1, "never closed"),
    ],
    ids=["parentheses", "minus", "NOT", "long parentheses", "a million", "words", "quotes"],
)
def test_limits(text: str, column: int, message: str) -> None:
    """What is too deep, too long or too much is an error, and soon."""
    begun = time.perf_counter()
    with pytest.raises(QueryError, match=message) as caught:
        read(text)
    assert caught.value.column == column
    assert time.perf_counter() - begun < 1


def test_limits_are_reached() -> None:
    """What is just within the limits parses."""
    assert read("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH) == Query(word("a"))
    assert read("a" * MAX_LENGTH) == Query(word("a" * MAX_LENGTH))
    assert read("a " * MAX_CONDITIONS) == Query(And((word("a"),) * MAX_CONDITIONS))


def refusal(text: str) -> QueryError | None:
    """The error that a text ends in, if it doesn't parse."""
    try:
        read(text)
    except QueryError as error:
        return error
    return None


@given(query_texts)
@example('"a""b"* c')
@example('-(-(a b) OR @nested) topic:"x y" Foo: b*')
@example('title:"x*"* "a:b"* -"-x"')
@example("AND: NOT:")
def test_printing_reads_back(text: str) -> None:
    """What is printed of a parsed query reads back as that query, and prints the same again."""
    if refusal(text) is None:
        query = read(text)
        assert parse(str(query), today=TODAY) == query
        assert str(parse(str(query), today=TODAY)) == str(query)


@given(queries)
def test_any_tree_prints(query: Query) -> None:
    """A tree that nobody typed prints too, as a text that parses, if there is a word in it."""
    error = refusal(str(query))
    if error is None:
        again = read(str(query))
        assert read(str(again)) == again
    else:
        assert error.message == "nothing to search for"


@given(st.one_of(st.text(max_size=40), query_texts))
@example("a\x00b")
def test_any_text(text: str) -> None:
    """Any text parses or is refused with a column inside it."""
    error = refusal(text)
    assert error is None or 1 <= error.column <= len(text) + 1


def test_fields_are_those_of_the_tree() -> None:
    """The table of fields names what the tree holds, and its examples parse."""
    known = {*get_args(TextField), *get_args(NameField), *get_args(DateField), *get_args(NumberField), "id"}
    assert {field.key for field in FIELDS} == known
    for field in FIELDS:
        assert lookup(field.name) is field
        for text in field.examples:
            assert read(text).root is not None
        if field.none:
            assert read(f"{field.name}:none") == Query(Lacks(field.key))  # type: ignore[arg-type]  # this test's point
    assert all(read(f"has:{thing}").root == Is("has", thing) for thing in HAS)


def test_topics_are_named() -> None:
    """The topics of a query can be listed, to be checked against those that there are."""
    assert topics_in(read("topic:peft -(topic:Rag OR lora) topic:none")) == ("peft", "Rag")
    assert topics_in(Query()) == ()
