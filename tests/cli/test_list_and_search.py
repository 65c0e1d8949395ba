"""`papertide list` and `papertide search`."""

from __future__ import annotations

import json
import shlex

import pytest
from tests.cli.harness import BARE, FORGETTING, LORA, REWARD, ROBOTS, SURVEY, WIDE, Program

NEWEST_FIRST = [ROBOTS, REWARD, FORGETTING, SURVEY, LORA, WIDE, BARE]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("", NEWEST_FIRST),
        ("--topic peft", [SURVEY, LORA]),
        ("--topic PEFT", [SURVEY, LORA]),
        ("--topic none", [WIDE, BARE]),
        ("--topic peft --topic alignment", []),
        ("--since 2025", [ROBOTS, REWARD]),
        ("--since 2024-06 --until 2025-01", [REWARD, FORGETTING]),
        ("--until 2023", [WIDE]),
        ("--by listed --since 2026-05-08", [FORGETTING]),
        ("--by added --until 2020", []),
        ("--authors 3", [LORA]),
        ("--authors 2..4", [REWARD, LORA]),
        ("--authors <=3", [REWARD, LORA, WIDE]),
        ("--authors >=5", [ROBOTS, FORGETTING]),
        ("--authors none", [SURVEY, BARE]),
        ("--status inbox --limit 2", [ROBOTS, REWARD]),
        ("--status keep", []),
        ("--sort upvotes", [FORGETTING, LORA, REWARD, ROBOTS, SURVEY, WIDE, BARE]),
        ("--sort comments --limit 3", [ROBOTS, LORA, FORGETTING]),
        ("--sort authors --limit 3", [WIDE, REWARD, LORA]),
        ("--sort title --limit 3", [SURVEY, FORGETTING, LORA]),
        ("--sort listed --limit 2", [FORGETTING, LORA]),
        ("--sort published --reverse", [WIDE, LORA, SURVEY, FORGETTING, REWARD, ROBOTS, BARE]),
        ("--limit 0", []),
        ("--limit 2 --offset 2", [FORGETTING, SURVEY]),
        ("--offset 6", [BARE]),
        ("--offset 7", []),
        ("topic:peft date:2024 authors:<=3", [LORA]),
        ("lora adapter", [FORGETTING, LORA]),
        ("title:lora", []),
        ("'adapt* -forgetting'", [SURVEY, LORA]),
        ("robots OR preference", [ROBOTS, REWARD]),
        ("has:code", [LORA]),
        ("arxiv:2405.99001", [LORA]),
        ("org:example author:ada", [LORA]),
        ("date:none", [BARE]),
        ("comments:0", [FORGETTING]),
        ("lora --topic peft", [LORA]),
    ],
)
def test_filters(program: Program, given: str, expected: list[int]) -> None:
    """Options and queries choose and order the papers as the contract says; the unknown comes last."""
    assert program.done("list", "--json", *shlex.split(given)).ids == expected


@pytest.mark.parametrize(
    ("options", "query"),
    [
        ("--topic peft", "topic:peft"),
        ("--since 2024-05 --until 2024", "date:2024-05..2024-12"),
        ("--authors <=3", "authors:<=3"),
        ("--status inbox", "status:inbox"),
        ("--tag todo", "tag:todo"),
        ("--by listed --since 2026-05-08", "listed:>=2026-05-08"),
    ],
)
def test_options_are_the_query_language(program: Program, options: str, query: str) -> None:
    """Each filter option means what the field of the query language means."""
    program.done("tag", LORA, "+todo")
    assert program.done("list", *options.split(), "--json").out == program.done("list", query, "--json").out


def test_tags_and_status_filter(program: Program) -> None:
    """--tag and --status choose by what the reader said; several tags must all be there."""
    program.done("tag", LORA, SURVEY, "+a")
    program.done("tag", SURVEY, "+b")
    program.done("keep", SURVEY)
    assert program.done("list", "--tag", "a", "--json").ids == [SURVEY, LORA]
    assert program.done("list", "--tag", "a", "--tag", "b", "--json").ids == [SURVEY]
    assert program.done("list", "--status", "keep", "--json").ids == [SURVEY]
    assert program.done("list", "tag:a -status:keep", "--json").ids == [LORA]


@pytest.mark.parametrize(("query", "count"), [("", 7), ("lora", 2), ("topic:vision", 0)])
def test_count(program: Program, query: str, count: int) -> None:
    """--count says how many there are, whatever the limit, as a number or as an object."""
    for command in ("list", "search") if query else ("list",):
        if count or command == "list":
            assert program.done(command, query, "--count", "--limit", "1").out == f"{count}\n"
            assert program.done(command, query, "--count", "--json").one == {"count": count}


def test_nothing_found_is_said(program: Program) -> None:
    """A list that holds nothing is exit 0, empty on stdout and said on stderr."""
    ran = program.done("list", "topic:vision")
    assert (ran.out, ran.err) == ("", "no papers\n")
    assert program.done("list", "--offset", "50").err == "no more papers\n"


def test_search_ranks_by_relevance(program: Program) -> None:
    """Every paper found holds all the words, has a score, and the scores fall; the title weighs most."""
    rows = program.done("search", "adapters", "--json").rows
    assert {row["id"] for row in rows} == {LORA, FORGETTING, SURVEY}
    assert rows[-1]["id"] == FORGETTING
    scores = [row["score"] for row in rows]
    assert scores == sorted(scores, reverse=True)
    assert all(score > 0 for score in scores)
    assert {row["score"] for row in program.done("list", "adapters", "--json").rows} == {None}


def test_search_finds_any_form_of_a_word(program: Program) -> None:
    """Words are stemmed: "forget" finds "forgetting", "adapter" finds "adapters"."""
    assert program.done("search", "forget", "--json").ids == [FORGETTING]
    assert program.done("search", "survey", "adapter", "--json").ids == [SURVEY]


def test_search_falls_back_and_says_so(program: Program) -> None:
    """Where no paper holds all words the best partial matches are shown, and stderr says so, with --json too."""
    for flag in ([], ["--json"]):
        ran = program.done("search", "laundry", "catastrophic", *flag)
        assert set(ran.ids) == {ROBOTS, FORGETTING}
        assert "some of them" in ran.err
    assert program.done("search", "laundry", "catastrophic", "--count").out == "2\n"


def test_search_keeps_its_filters_in_the_fallback(program: Program) -> None:
    """The partial matches obey the filters all the same."""
    assert program.done("search", "laundry", "catastrophic", "--since", "2025", "--json").ids == [ROBOTS]


def test_search_any_puts_whole_matches_first(program: Program) -> None:
    """--any shows papers holding any of the words, those with all of them first, and says nothing."""
    ran = program.done("search", "--any", "survey", "adapters", "--json")
    assert ran.ids[0] == SURVEY
    assert set(ran.ids) == {SURVEY, LORA, FORGETTING}
    assert ran.err == ""


def test_search_takes_limit_offset_and_sort(program: Program) -> None:
    """Limit and offset cut the ranked list; --sort orders it otherwise."""
    whole = program.done("search", "adapters", "--json").ids
    assert program.done("search", "adapters", "--limit", "1", "--offset", "1", "--json").ids == whole[1:2]
    assert program.done("search", "adapters", "--sort", "published", "--json").ids == [FORGETTING, SURVEY, LORA]
    assert program.done("search", "adapters", "--reverse", "--json").ids == whole[::-1]


def test_search_finds_nothing_quietly(program: Program) -> None:
    """A word that no paper holds is exit 0; stderr names it, and says "no papers"."""
    ran = program.done("search", "zygote", "--json")
    assert (ran.out, ran.err) == ("", 'no paper holds "zygote"\nno papers\n')


HOSTILE_QUERIES = [
    'lora" OR "1"="1',
    "lora; DROP TABLE paper; --",
    "lora' OR '1'='1",
    "lora NEAR survey",
    "NEAR(lora survey, 3)",
    "lora + survey",
    "^lora",
    "{title abstract} : lora",
    "title : lora",
    "lora AND",
    "AND lora",
    "lora*",
    "*lora",
    "l*ra",
    "lora**",
    '"lora',
    '"lora"*',
    '""',
    '"""lora"""',
    "lora\\",
    "lora%",
    "lo_a",
    "lora\x00survey",
    "-lora",
    "--lora",
    "NOT lora",
    "rank:lora",
    "paper_text MATCH lora",
    "lora:survey",
    "(lora)",
    "((((lora))))",
    "C++ C# .NET",
    "a/b@c$d&e|f~g`h",
    "“lora”",
    "日本語",
    "🧪",
    "-",
    "'",
    ",",
    "lora, survey",
]


@pytest.mark.parametrize("query", HOSTILE_QUERIES)
@pytest.mark.parametrize("command", [["list"], ["search"], ["search", "--any"]], ids=" ".join)
def test_no_query_reaches_the_database_as_syntax(program: Program, command: list[str], query: str) -> None:
    """Whatever is typed is searched or is exit 2 with a column; never SQL or FTS5 syntax, never a traceback."""
    ran = program(*command, "--json", "--", query)
    assert ran.code in (0, 2), ran.err
    assert all("id" in json.loads(line) for line in ran.out.splitlines())
    assert "fts5" not in ran.err.lower()
    assert "syntax error" not in ran.err
    assert ran.code == 0 or "column" in ran.err
    assert program.done("list", "--count").out == "7\n"


def test_operators_in_lower_case_and_quotes_are_words(program: Program) -> None:
    """`or`, `and`, `not` in lower case, and `"OR"` in quotes, are words like others."""
    assert program.done("list", "without a reward", "--json").ids == [REWARD]
    assert program.done("list", "robots or laundry", "--json").ids == []
    assert program.done("list", 'robots "OR" laundry', "--json").ids == []
    assert program.done("list", "robots OR laundry", "--json").ids == [ROBOTS]


def test_words_taken_apart_by_the_shell_are_one_query(program: Program) -> None:
    """`list "a b"` and `list a b` are the same query."""
    assert program.done("list", "lora", "adapters", "--json").out == program.done("list", "lora adapters", "--json").out


def test_sorting_the_other_way_keeps_the_papers(program: Program) -> None:
    """--reverse shows the same papers for every sort, and the unknown still last."""
    for sort in ("published", "listed", "added", "score", "upvotes", "comments", "authors", "title"):
        one = program.done("list", "--sort", sort, "--json").rows
        other = program.done("list", "--sort", sort, "--reverse", "--json").rows
        assert {row["id"] for row in one} == {row["id"] for row in other}
        field = {"authors": "author_count", "score": "upvotes"}.get(sort, sort)
        for rows in (one, other):
            known = [row[field] not in (None, []) for row in rows]
            assert known == sorted(known, reverse=True), sort
