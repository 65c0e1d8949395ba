"""The year of a record that tells no day: every bibliographic layout keeps it, and none beside a day."""

from __future__ import annotations

import pytest

from papertide.parsers import parse


@pytest.mark.parametrize(
    ("layout", "text", "year"),
    [
        ("bibtex", "@article{a, title={One Two}, year={2003}}", 2003),
        ("bibtex", "@article{a, title={One Two}, date={2003-05}}", 2003),
        ("bibtex", "@article{a, title={One Two}, year={in press}}", None),
        ("bibtex", "@article{a, title={One Two}, date={2003-05-06}}", None),
        ("ris", "TY  - JOUR\nTI  - One Two\nPY  - 2003///\nER  - \n", 2003),
        ("ris", "TY  - JOUR\nTI  - One Two\nDA  - 2003/05/06\nER  - \n", None),
        ("csv", "title,year\nOne Two,2003\n", 2003),
        ("csv", "title,year\nOne Two,2003.0\n", 2003),
        ("csv", "title,published\nOne Two,2003-05\n", 2003),
        ("csv", "title,published\nOne Two,2003-05-06\n", None),
        ("jsonl", '{"title": "One Two", "year": 2003}', 2003),
        ("jsonl", '{"title": "One Two", "year": "2003"}', 2003),
        ("jsonl", '{"title": "One Two", "published": "2003"}', 2003),
        ("jsonl", '{"title": "One Two", "published": "2003-05-06", "year": 2004}', None),
        ("jsonl", '{"title": "One Two", "year": [2003]}', None),
        ("jsonl", '{"title": "One Two"}', None),
    ],
)
def test_the_year_is_kept_where_no_day_is_told(layout: str, text: str, year: int | None) -> None:
    """A year alone is that of an edition; with a day, the day says it."""
    (entry,) = parse(text.encode(), layout, None).entries
    assert entry.year == year
