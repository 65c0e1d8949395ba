"""What a page says: a Listing of Entries, and the Problems met on the way."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Count = Annotated[int, Field(ge=0, lt=2**53)]


class Record(BaseModel):
    """A frozen value; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Problem(Record):
    """Something on a page that could not be read; the good entries beside it are kept.

    `line` counts from 1 in the input; `excerpt` is the page's own text, cut to 80 characters.
    """

    line: Count | None = None
    reason: Text
    excerpt: str = ""


class Known(Record):
    """What can be known of a paper, whoever says it; unknown is None or empty.

    `published` is the paper's own date (arXiv v1). `comments` is 0 where a page that shows comment counts shows none, None
    where no page showed any.
    """

    title: Text
    abstract: Text | None = None
    url: Text | None = None
    arxiv_id: Annotated[str, StringConstraints(pattern=r"^(\d{4}\.\d{4,5}|[a-z-]+(\.[A-Z]{2})?/\d{7})$")] | None = None
    doi: Text | None = None
    source_ids: tuple[Text, ...] = ()
    published: date | None = None
    year_inferred: bool = False
    author_count: Annotated[int, Field(ge=1, lt=2**31)] | None = None
    authors: tuple[Text, ...] = ()
    organization: Text | None = None
    comments: Count | None = None
    upvotes: Count | None = None
    code_url: Text | None = None
    code_stars: Count | None = None
    summary: Text | None = None


class Entry(Known):
    """What one page says of one paper: cleaned fields, and the raw text that they were read from.

    `listed` is the day of the listing that shows it (the latest, where there are several), `also_listed` the others: only
    a page that sums up other pages, such as an export of a library, knows them. `line` counts from 1. `year` is that of an
    edition, where a bibliography tells a year and no day; it is for matching, and not the paper's own date.
    """

    line: Count | None = None
    year: Annotated[int, Field(ge=1000, le=9999)] | None = None
    listed: date | None = None
    also_listed: tuple[date, ...] = ()
    raw: str = ""


class Listing(Record):
    """One page, read: its layout, its entries in page order, and what could not be read.

    `captured` is the day the page was saved, where that is known or follows from the page (`captured_given` tells
    which). `day` is the day whose listing the page says it is, and `total` how many papers it says there are in all, on
    this page and others; None where it doesn't say. `whole` is False where the page breaks off, so that more may have
    stood on it. `notes` are remarks for a person, such as dates whose year stays unknown.
    """

    layout: Text
    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()
    captured: date | None = None
    captured_given: bool = False
    day: date | None = None
    total: Count | None = None
    whole: bool = True
    notes: tuple[Text, ...] = ()
