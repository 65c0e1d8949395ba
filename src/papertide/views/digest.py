"""What a digest looks like on a terminal, and as one JSON document."""

from __future__ import annotations

import json
from collections.abc import Iterator

from papertide.export.facts import news
from papertide.export.words import in_double_quotes
from papertide.records.digest import Digest
from papertide.views.console import Line
from papertide.views.papers import digest_item


def as_lines(made: Digest) -> Iterator[Line]:
    """The digest for people: a heading, then each section with its papers and what it leaves out."""
    yield Line(f"Papertide, {made.day.isoformat()}: {news(made)}", "heading")
    if not made.sections:
        return
    yield Line()
    for section in made.sections:
        total = len(section.papers) + section.left_out
        yield Line(f"{section.name} ({total})", "heading")
        yield Line()
        for paper in section.papers:
            yield from digest_item(paper, made.sentences.get(paper["id"]), made.kept_by.get(paper["id"], ()))
        if section.left_out:
            query = in_double_quotes(section.query)
            yield Line(f'{section.left_out} more in: papertide list "{query}"', "mark", indent=6)
            yield Line()


def as_json(made: Digest) -> str:
    """The digest as one JSON object on one line: the day, the count, and the sections with their papers whole."""
    return json.dumps(
        {
            "date": made.day.isoformat(),
            "new": len(made.new),
            "later": len(made.later),
            "sections": [
                {
                    "topic": section.topic or None,
                    "name": section.name,
                    "left_out": section.left_out,
                    "query": section.query,
                    "papers": [{**paper, "sentence": made.sentences.get(paper["id"])} for paper in section.papers],
                }
                for section in made.sections
            ],
        },
        ensure_ascii=False,
    )
