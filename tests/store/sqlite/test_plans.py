"""How SQLite goes about it: twenty papers are found along an index, without reading or sorting the others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import product

import pytest

from papertide.query import parse
from papertide.store import open_library, ordered, read
from papertide.store.base import SORTS, Selection, Sort
from papertide.store.belongings import _ALONG, _TEXTS
from papertide.store.decisions import STATUSES_BY_LOG
from papertide.store.sqlite.engine import FileDatabase
from papertide.store.state import _OF_PAPER

pytestmark = pytest.mark.files

FILTERS = (
    "topic:peft", "topic:peft date:2024 authors:<=3", "topic:peft status:inbox has:code", "topic:peft -topic:rag date:2024",
    "date:2024", "date:none", "date:2024 authors:<=3", "authors:<=3", "upvotes:>=5", "comments:>=2", "stars:>=3",
    "authors:none", "arxiv:2403.02178", "id:3", "status:keep", "status:inbox", "tag:x", "listed:2024-03", "added:7d",
    "topic:none", "has:code", "has:note", "title:lora", "lora adapters date:2024", "source:hf:1", "-topic:peft",
    "keptby:anna", "-keptby:anna", "keeps:>=2", "keeps:0", "keeps:1..2", "topic:peft keeps:>=1",
)  # fmt: skip
STREAMED = (
    *FILTERS[:11],
    "status:inbox",
    "topic:none",
    "has:code",
    "has:note",
    "-topic:peft",
    "arxiv:2403.02178",
    "-keptby:anna",
)
"""Those whose first papers, newest first, are found without sorting: an index has them in order."""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FileDatabase]:
    """An empty library: SQLite plans by the schema alone, as nothing in it was ever analysed."""
    path = tmp_path_factory.mktemp("plans") / "library.db"
    open_library(path, create=True).close()
    database = FileDatabase.open(path)
    yield database
    database.close()


def plan(database: FileDatabase, text: str, sort: Sort, *, reverse: bool = False) -> list[str]:
    """The steps of SQLite's plan for a page of `list`."""
    query = parse(text, today=date(2026, 11, 21))
    sql, values = ordered.numbered(
        Selection(query, "ada", sort=sort, reverse=reverse, limit=20, offset=40), database.texts
    )
    return [row[3] for row in database.connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]


@pytest.mark.parametrize(("sort", "reverse"), [*product(SORTS, (False, True))])
def test_every_order_is_an_index(database: FileDatabase, sort: Sort, reverse: bool) -> None:
    """A page of the whole library, in any order, either way round, is a walk along an index that reads no paper."""
    (step,) = plan(database, "", sort, reverse=reverse)
    assert step.startswith("SCAN p USING COVERING INDEX paper_")


@pytest.mark.parametrize("text", FILTERS)
def test_no_filter_reads_the_whole_table(database: FileDatabase, text: str) -> None:
    """Whatever is asked for, and in any order, papers are come by along an index or by number."""
    for sort, reverse in product(SORTS, (False, True)):
        steps = plan(database, text, sort, reverse=reverse)
        assert not [step for step in steps if step.startswith("SCAN") and not _is_cheap(step)], (sort, reverse)


def _is_cheap(step: str) -> bool:
    return "INDEX" in step or step == "SCAN CONSTANT ROW"


@pytest.mark.parametrize("text", STREAMED)
def test_what_an_index_has_in_order_is_not_sorted(database: FileDatabase, text: str) -> None:
    """The newest papers that a filter leaves come in their order: the walk ends with the twentieth."""
    assert not [step for step in plan(database, text, "published") if "TEMP B-TREE" in step]


def test_a_topic_is_walked_by_its_index_alone(database: FileDatabase) -> None:
    """Topic, dates and author counts stand in one index: no paper that doesn't fit is read."""
    (step,) = plan(database, "topic:peft date:2024 authors:<=3", "published")
    assert step == "SEARCH t USING COVERING INDEX topic_papers (topic=? AND published>? AND published<?)"


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("keptby:anna", "SEARCH status USING COVERING INDEX status_readers (status=? AND reader=?)"),
        ("keeps:>=2", "SEARCH status USING COVERING INDEX status_readers (status=?)"),
        ("keeps:0", "SEARCH status USING COVERING INDEX status_readers (status=?)"),
        ("status:keep", "SEARCH status USING COVERING INDEX status_papers (reader=? AND status=?)"),
        ("status:inbox", "SEARCH status USING COVERING INDEX status_papers (reader=?)"),
    ],
)
def test_who_keeps_is_told_by_an_index(database: FileDatabase, text: str, step: str) -> None:
    """What a reader keeps is looked up by name, how many keep papers is counted along what is kept, and what one said
    oneself is looked for among that alone, however many readers there are."""
    assert step in plan(database, text, "published")


OF_ONE_PAPER = [
    *(sql.replace("?", "1") for sql in (*_OF_PAPER.values(), *_TEXTS.values())),
    *(sql.replace(":old", "1").replace(":kept", "2") for sql in _ALONG),
    *(f"DELETE FROM {table} WHERE paper_id = 1" for table in ("status", "tag", "note", "told")),
    f"{STATUSES_BY_LOG} AND d.paper_id = 1",
    read._KEEPERS.format("1, 2").replace("?", "'ada'"),
]
"""What readers did with a paper, in a merge, in the full state and in `show`; and what goes with a paper that ends."""


@pytest.mark.parametrize("sql", OF_ONE_PAPER)
def test_what_readers_did_with_a_paper_is_looked_up(database: FileDatabase, sql: str) -> None:
    """Whatever is asked of one paper, what was done with the others isn't gone through."""
    steps = [row[3] for row in database.connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
    assert not [step for step in steps if step.startswith("SCAN")]


def test_papers_are_read_by_number(database: FileDatabase) -> None:
    """What is shown of twenty papers is looked up by their numbers, in every table."""
    for sql, values in ((read._WHOLE_ROWS, ("[1]",)), (read._SIDE_ROWS, ("[1]", "ada"))):
        steps = [row[3] for row in database.connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
        assert not [step for step in steps if step.startswith("SCAN") and "json_each" not in step]


@pytest.mark.parametrize(
    "sql", [read._TOPICS, read._WHOLE, read._BY_LAYOUT, read._BY_MONTH], ids=("topics", "whole", "layout", "month")
)
def test_counts_are_along_indexes(database: FileDatabase, sql: str) -> None:
    """Nothing that `stats` counts reads papers or sightings themselves."""
    steps = [row[3] for row in database.connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
    cheap = ("COVERING INDEX", "INDEX paper_bare", "USING INDEX topic_papers", "USING PRIMARY KEY")
    tables = ("SCAN paper", "SCAN sighting", "SCAN s")
    assert not [step for step in steps if step.startswith(tables) and not any(way in step for way in cheap)]
