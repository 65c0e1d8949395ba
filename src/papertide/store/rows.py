"""The tables as SQLModel classes; they mirror `migrations/` (a test compares them) and never leave this room.

`table=True` skips validation: records are checked as records, and mapped here.
"""

from __future__ import annotations

from sqlmodel import Field, SQLModel


class PageRow(SQLModel, table=True):
    """A page that was read; the same bytes are one page."""

    __tablename__ = "page"

    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(unique=True)
    name: str
    layout: str
    captured: str | None = None
    captured_given: int = 0
    added: str
    asked: str = "auto"
    listed: str | None = None
    line: int = 1


class PaperRow(SQLModel, table=True):
    """A paper, folded from its sightings."""

    __tablename__ = "paper"

    id: int | None = Field(default=None, primary_key=True)
    title: str
    abstract: str | None = None
    url: str | None = None
    arxiv_id: str | None = None
    doi: str | None = None
    published: str | None = None
    year_inferred: int = 0
    added: str
    author_count: int | None = None
    authors: str = "[]"
    organization: str | None = None
    comments: int | None = None
    upvotes: int | None = None
    code_url: str | None = None
    code_stars: int | None = None
    summary: str | None = None
    sightings: int = 0
    last_listed: str | None = None


class SightingRow(SQLModel, table=True):
    """One entry of one page, as the page had it, with the paper it was taken for and why."""

    __tablename__ = "sighting"

    id: int | None = Field(default=None, primary_key=True)
    paper_id: int = Field(foreign_key="paper.id")
    page_id: int = Field(foreign_key="page.id")
    position: int
    entry: str
    title_key: str
    text_key: str | None = None
    arxiv_id: str | None = None
    doi: str | None = None
    listed: str | None = None
    method: str
    score: float | None = None
    reason: str
    added: str


class PaperAliasRow(SQLModel, table=True):
    """A number that a paper had before it was merged into another."""

    __tablename__ = "paper_alias"

    old_id: int = Field(primary_key=True)
    paper_id: int = Field(foreign_key="paper.id")


class PaperSourceRow(SQLModel, table=True):
    """An id that a source knows a paper by, such as "hf:2403.02178"."""

    __tablename__ = "paper_source"

    paper_id: int = Field(primary_key=True, foreign_key="paper.id")
    source_id: str = Field(primary_key=True)


class PaperListedRow(SQLModel, table=True):
    """A day on which a listing showed a paper."""

    __tablename__ = "paper_listed"

    paper_id: int = Field(primary_key=True, foreign_key="paper.id")
    day: str = Field(primary_key=True)


class PaperTopicRow(SQLModel, table=True):
    """A topic of a paper; place 0 is the one that fits best. The date and the author count are the paper's."""

    __tablename__ = "paper_topic"

    paper_id: int = Field(primary_key=True, foreign_key="paper.id")
    topic: str = Field(primary_key=True)
    place: int
    published: str | None = None
    author_count: int | None = None


class TitleRow(SQLModel, table=True):
    """A title's key, as matching looks it up; `nameless` is 1 if it ever came without an arXiv id."""

    __tablename__ = "title"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    nameless: int


class MarkRow(SQLModel, table=True):
    """A mark of a title, and its place in the key."""

    __tablename__ = "mark"

    code: int = Field(primary_key=True)
    place: int = Field(primary_key=True)
    title_id: int = Field(primary_key=True)
