"""The Python face: a library as an object, and what works without one."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError
from tests.cli.harness import (
    FORGETTING,
    LORA,
    PAGES,
    PAPER_KEYS,
    PAPERS,
    REWARD,
    ROBOTS,
    SURVEY,
    Program,
    _masters,
    demo,
    program,
    write_jsonl,
)

import papertide
from papertide import Library, Paper
from papertide.errors import LayoutError, LibraryError, LibraryMissing, NotFound, PapertideError, QueryError, UsageError

__all__ = ["_masters", "demo", "program"]  # fixtures


def test_the_example_of_the_contract(tmp_path: Path) -> None:
    """Open, add, search, keep: as the contract writes it."""
    with papertide.Library.open(str(tmp_path / "papers.db")) as library:
        report = library.add([str(PAGES)])
        assert (report.pages, report.entries, report.new) == (4, 57, 46)
        found = list(library.search("catastrophic forgetting", any=True, limit=100))
        assert found
        for paper in found:
            assert isinstance(paper, Paper)
            library.keep(paper.id)
        assert all(paper.status == "keep" for paper in library.list("status:keep"))
        assert len(library.list("status:keep")) == len(found)


def test_papers_are_what_json_says(program: Program) -> None:
    """A Paper holds what --json prints, with dates as dates; it is frozen."""
    printed = program.done("show", LORA, "--json").one
    with Library.open(program.library, reader="me") as library:
        paper = library.get(LORA)
    told = json.loads(paper.model_dump_json())
    assert sorted(told) == sorted(PAPER_KEYS)
    assert {name: told[name] for name in PAPER_KEYS} == {name: printed[name] for name in PAPER_KEYS}
    assert paper.published == date(2024, 5, 10)
    assert isinstance(paper.added, datetime)
    assert paper.added.tzinfo is not None
    with pytest.raises(ValidationError, match="frozen"):
        paper.title = "another"


def test_list_search_and_iteration(program: Program) -> None:
    """`list` takes query, sort, limit and offset; `search` ranks; iterating gives all, oldest first; len counts."""
    with Library.open(program.library, reader="me") as library:
        assert [p.id for p in library.list("topic:peft")] == [SURVEY, LORA]
        assert [p.id for p in library.list(sort="upvotes", limit=2)] == [FORGETTING, LORA]
        assert [p.id for p in library.list(limit=1, offset=1)] == [REWARD]
        assert [p.id for p in library.list(sort="upvotes", reverse=True, limit=1)] == [REWARD]
        assert len(library.list("zygote")) == 0
        scores = [p.score for p in library.search("adapters")]
        assert len(scores) == 3
        assert None not in scores
        assert [p.id for p in library.search("adapters survey", any=True, limit=1)] == [SURVEY]
        assert {p.id for p in library.search("laundry catastrophic")} == {ROBOTS, FORGETTING}
        assert sorted(p.id for p in library) == list(range(1, 8))
        assert len(library) == 7


def test_add_takes_one_path_or_many(tmp_path: Path) -> None:
    """`add` takes a path or several, as text or Path, and says what could not be read instead of raising."""
    first = write_jsonl(tmp_path / "a.jsonl", PAPERS[:2])
    with Library.open(tmp_path / "x.db") as library:
        assert library.add(first).new == 2
        assert library.add(str(first)).unchanged == 2
        report = library.add([first, tmp_path / "missing.txt", str(tmp_path)])
        assert (report.pages, report.new, len(report.problems)) == (2, 0, 1)
        assert report.problems[0].input == str(tmp_path / "missing.txt")
        more = write_jsonl(tmp_path / "b.jsonl", PAPERS[2:])
        assert library.add(more, dry_run=True).new == 5
        assert len(library) == 2
        with pytest.raises(UsageError, match="layout"):
            library.add(more, layout="nonsense")
        assert library.add(more, layout="jsonl", captured=date(2026, 5, 7)).new == 5
        assert len(library) == 7


def test_decisions_by_any_name(program: Program) -> None:
    """Decisions take numbers, ids and URLs, say what they changed, and can be taken back; each reader has their own."""
    with Library.open(program.library, reader="me") as library:
        made = library.keep(LORA, "2406.99002", "https://arxiv.org/abs/2501.99003")
        assert (made.status, made.changed, made.unchanged) == ("keep", (LORA, FORGETTING, REWARD), ())
        assert library.skip(LORA).changed == (LORA,)
        assert library.later(FORGETTING).changed == (FORGETTING,)
        assert library.inbox(REWARD, SURVEY).unchanged == (SURVEY,)
        assert [decided.status for decided in library.undo(2)] == ["inbox", "later"]
        assert library.get(LORA).status == "skip"
        assert library.get(REWARD).status == "keep"
        with pytest.raises(NotFound) as caught:
            library.keep(LORA, 99)
        assert caught.value.name == "99"
        with Library.open(program.library, reader="you") as other:
            assert other.get(LORA).status == "inbox"
            assert other.undo(5) == []
    assert program.done("list", "status:skip", "--json").ids == [LORA]


def test_errors_have_one_root(program: Program, tmp_path: Path) -> None:
    """What goes wrong on purpose is a PapertideError; a query that doesn't parse knows its column."""
    with Library.open(program.library) as library:
        with pytest.raises(QueryError) as caught:
            library.list("lora titel:x")
        assert caught.value.column == 6
        with pytest.raises(UsageError):
            library.search("  ")
        with pytest.raises(UsageError):
            library.list(sort="colour")
        with pytest.raises(NotFound):
            library.get("nothing")
    with pytest.raises(LibraryMissing):
        Library.open(tmp_path / "none.db", create=False)
    assert not (tmp_path / "none.db").exists()
    with pytest.raises(PapertideError):
        Library.open(tmp_path)


@pytest.mark.usefixtures("program")
def test_the_configured_library() -> None:
    """Without a path the configured library and reader are opened."""
    with Library.open() as library:
        assert len(library) == 7
        assert library.reader == "me"


def test_a_library_on_a_server() -> None:
    """An address is taken as text; an error names it without its password. A Path of one is refused: it is another text."""
    with pytest.raises(LibraryError) as caught:
        Library.open("postgresql://ada:s3cr3t@127.0.0.1:9/papers?connect_timeout=3")
    assert caught.value.path == "postgresql://ada@127.0.0.1:9/papers?connect_timeout=3"
    assert "s3cr3t" not in str(caught.value)
    with pytest.raises(UsageError, match="postgresql://") as refused:
        Library.open(Path("postgresql://ada:s3cr3t@127.0.0.1:9/papers"))
    assert "s3cr3t" not in str(refused.value)


def test_closing_twice(tmp_path: Path) -> None:
    """Closing a closed library does nothing."""
    library = Library.open(tmp_path / "x.db")
    library.close()
    library.close()


def test_topics_follow_the_rules_in_force(program: Program, home: Path) -> None:
    """The Python face labels by the reader's own rules too, when it looks and when it adds."""
    rules = home / ".config" / "papertide" / "topics.toml"
    rules.parent.mkdir(parents=True)
    rules.write_text('[laundry]\nname = "Laundry"\ndescription = "Folding."\nstrong = ["laundry"]\n', "utf-8")
    with Library.open(program.library) as library:
        assert [p.id for p in library.list("topic:laundry")] == [ROBOTS]
        library.add(write_jsonl(program.library.with_name("m.jsonl"), [{"title": "More laundry"}]))
        assert len(library.list("topic:laundry")) == 2
        assert library.get(8).topics == ("laundry",)


def test_get_sees_the_rules_in_force(program: Program, home: Path) -> None:
    """`get` shows the topics of the rules in force, also where they changed since the library was labelled."""
    rules = home / ".config" / "papertide" / "topics.toml"
    rules.parent.mkdir(parents=True)
    rules.write_text('[laundry]\nname = "Laundry"\ndescription = "Folding."\nstrong = ["laundry"]\n', "utf-8")
    with Library.open(program.library) as library:
        assert library.get(ROBOTS).topics == ("laundry",)


def test_parse_needs_no_library() -> None:
    """`papertide.parse` gives a page's entries; what it can't read is an error or a problem, and layouts have names."""
    data = next(PAGES.glob("*.md")).read_bytes()
    listing = papertide.parse(data)
    assert (listing.layout, len(listing.entries), listing.problems) == ("markdown", 15, ())
    assert listing == papertide.parse(data, layout="markdown")
    given = papertide.parse(data, captured=date(2026, 9, 18))
    assert given.captured == date(2026, 9, 18)
    with pytest.raises(LayoutError):
        papertide.parse(b"Dear reader, this is a letter and nothing else.")
    with pytest.raises(PapertideError):
        papertide.parse(b"")
    with pytest.raises(UsageError):
        papertide.parse(data, layout="pdf")


def test_find_duplicates_needs_no_library(demo: Program) -> None:
    """`papertide.find_duplicates` pairs records that are one paper, from mappings and Papers, with score and reason."""
    records = [
        {"id": "a", "title": "Low-Rank Adapters for Small Models"},
        {"id": "b", "title": "Robots that fold laundry"},
        {"id": "c", "title": "Low rank adapters for small models"},
        {"id": "d", "title": "Another title", "arxiv_id": "2405.99001"},
        {"id": "e", "title": "Its other title", "arxiv_id": "https://arxiv.org/abs/2405.99001v2"},
    ]
    pairs = papertide.find_duplicates(records)
    assert {(match.a, match.b) for match in pairs} == {("a", "c"), ("d", "e")}
    assert all(0 <= match.score <= 100 and match.reason for match in pairs)
    assert papertide.find_duplicates([]) == []
    with Library.open(demo.library) as library:
        papers = library.list()
        assert papertide.find_duplicates(papers) == []
        (pair,) = papertide.find_duplicates([*papers, {"id": "again", "title": papers[0].title}])
        assert {pair.a, pair.b} == {papers[0].id, "again"}
    with pytest.raises((ValueError, KeyError)):
        papertide.find_duplicates([{"id": 1}])


def test_a_name_that_is_not_there() -> None:
    """The package has the names it promises, and no others."""
    assert {"Library", "parse", "find_duplicates", "PapertideError"} <= set(dir(papertide))
    with pytest.raises(AttributeError, match="nonsense"):
        papertide.nonsense  # noqa: B018 - that it isn't there is the point


def test_scores_follow_decisions(program: Program) -> None:
    """A paper has no score before the first decision, and one after it; undo takes it away."""
    with Library.open(program.library) as library:
        first = library.list()[0]
        assert first.score is None
        library.keep(first.id)
        kept = library.get(first.id).score
        assert kept is not None
        assert kept > 0.5
        assert library.list(sort="score")[0].score is not None
        library.undo()
        assert library.get(first.id).score is None
