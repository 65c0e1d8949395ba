"""A paper as it leaves the store, in the shape that `--json` prints; a mapping, so that nothing is paid twice."""

from __future__ import annotations

from typing import TypedDict


class PaperDict(TypedDict):
    """One paper, whole. Dates are ISO text; unknown is None or an empty list. Mirrors `records.paper.Paper`."""

    id: int
    title: str
    abstract: str | None
    url: str | None
    arxiv_id: str | None
    doi: str | None
    source_ids: list[str]
    published: str | None
    year_inferred: bool
    listed: list[str]
    added: str
    author_count: int | None
    authors: list[str]
    organization: str | None
    comments: int | None
    upvotes: int | None
    code_url: str | None
    code_stars: int | None
    summary: str | None
    topics: list[str]
    status: str
    tags: list[str]
    note: str | None
    score: float | None
    sightings: int


class SightingDict(TypedDict):
    """One time that a page showed a paper, with why it was taken for that paper."""

    page: str
    layout: str
    line: int | None
    title: str
    captured: str | None
    listed: str | None
    method: str
    score: float | None
    reason: str
    added: str


class Figures(TypedDict):
    """Counts for plots: papers by topic and month of publication, by number of authors, and by topic and status.

    A paper of two topics counts in both; "" is the topic of those that have none. Of the undated and of those whose
    number of authors is unknown there is nothing in the first two.
    """

    topic_month: dict[str, dict[str, int]]
    authors: dict[int, int]
    topic_status: dict[str, dict[str, int]]


STATUSES = ("inbox", "keep", "later", "skip")
"""What a reader can say of a paper; a paper nobody decided on is in the inbox."""
