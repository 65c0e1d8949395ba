"""What a library holds, whatever engine keeps it: its tables in the order of their references, each by columns and key.

What an engine makes for itself of these rows (the search index above all) is no table here.
"""

from __future__ import annotations

from typing import NamedTuple


class Table(NamedTuple):
    """A table: its columns, and those of them that are its key, by which its rows have one order.

    `filled` if triggers put rows into it when others are written.
    """

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    filled: bool = False


def _table(name: str, columns: str, key: str, *, filled: bool = False) -> Table:
    return Table(name, tuple(columns.split()), tuple(key.split()), filled)


META = _table("meta", "key value", "key")
"""What a library says of itself; some of it is an engine's own."""

TABLES = (
    _table("page", "id digest name layout captured captured_given added asked listed line", "id"),
    _table(
        "paper",
        "id title abstract url arxiv_id doi published year_inferred added author_count authors organization comments"
        " upvotes code_url code_stars summary sightings last_listed",
        "id",
    ),
    _table("paper_alias", "old_id paper_id", "old_id"),
    _table(
        "sighting",
        "id paper_id page_id position entry title_key text_key arxiv_id doi listed method score reason added",
        "id",
    ),
    _table("paper_source", "paper_id source_id", "paper_id source_id"),
    _table("paper_listed", "paper_id day", "paper_id day"),
    _table("paper_topic", "paper_id topic place published author_count", "paper_id topic"),
    _table("decision", "id reader paper_id status at command undoes", "id"),
    _table("status", "reader paper_id status", "reader paper_id"),
    _table("tag", "reader paper_id tag", "reader paper_id tag"),
    _table("note", "reader paper_id text", "reader paper_id"),
    _table("saved_search", "reader name query", "reader name"),
    _table("digest", "id reader day at made", "id"),
    _table("told", "reader paper_id digest_id", "reader paper_id"),
    _table("fetched", "source part at entries", "source part"),
    _table("validator", "url etag modified digest", "url"),
    _table("lane", "name free", "name"),
    _table("robots", "host text at", "host"),
    _table("title", "id key nameless", "id"),
    _table("mark", "code place title_id", "code place title_id"),
    _table("verdict", "id reader kind at command undoes", "id"),
    _table("verdict_sighting", "verdict_id place side sighting_id paper_id digest position entry", "verdict_id place"),
    _table("verdict_moved", "verdict_id sighting_id paper_id", "verdict_id sighting_id"),
    _table("verdict_revived", "verdict_id old_id paper_id", "verdict_id old_id"),
    _table("given_up", "id old_id paper_id added belongings", "id"),
    _table("given_up_sighting", "given_up_id sighting_id kept", "given_up_id sighting_id"),
    _table("paper_terms", "paper_id terms", "paper_id"),
    _table("terms_due", "paper_id", "paper_id", filled=True),
    _table("ranking", "reader decision made scores lengths terms weights", "reader"),
)
"""All others; a table stands behind those that it refers to, and behind those whose rows fill it."""

NEVER_TWICE = ("paper", "decision", "verdict")
"""Tables that never give a number twice, also where the row that had it is gone."""
