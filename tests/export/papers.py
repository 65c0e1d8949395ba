"""Papers for the tests of exporters: each value fixed, so that the bytes are."""

from __future__ import annotations

from papertide.export.base import ReadingList, Section
from papertide.records.plain import PaperDict


def paper(number: int, title: str, **known: object) -> PaperDict:
    """A paper of which only these things are known."""
    made: PaperDict = {
        "id": number,
        "title": title,
        "abstract": None,
        "url": None,
        "arxiv_id": None,
        "doi": None,
        "source_ids": [],
        "published": None,
        "year_inferred": False,
        "listed": [],
        "added": "2026-11-21T10:00:00Z",
        "author_count": None,
        "authors": [],
        "organization": None,
        "comments": None,
        "upvotes": None,
        "code_url": None,
        "code_stars": None,
        "summary": None,
        "topics": [],
        "status": "inbox",
        "tags": [],
        "note": None,
        "score": None,
        "sightings": 1,
    }
    made.update(known)  # type: ignore[typeddict-item] # the keys are checked by the tests that read them
    return made


WHOLE = paper(
    12,
    "Low-rank adapters, at last",
    abstract="We propose adapters of low rank. They fit a laptop.",
    url="https://huggingface.co/papers/2405.99001",
    arxiv_id="2405.99001",
    doi="10.1000/182",
    source_ids=["hf:2405.99001"],
    published="2024-05-10",
    year_inferred=True,
    listed=["2026-05-07", "2026-05-08"],
    author_count=5,
    authors=["Ada Example", "Ben Example", "Cy Example", "Di Example", "Ed Example"],
    organization="Example Lab",
    comments=1,
    upvotes=12,
    code_url="https://example.org/lora",
    code_stars=3,
    summary="Small layers.",
    topics=["peft", "efficiency"],
    status="keep",
    tags=["todo"],
    note="compare with section 4",
    score=0.73,
    sightings=3,
)
HOSTILE = paper(
    13,
    "*Stars* _lines_ `code` [link](javascript:alert(1)) <b>bold</b> &amp; $x^2$ ~gone~ | a | # C#",
    abstract="1. not a list <script>alert(1)</script> ![image](https://example.org/x.png) - not one either",
    url="javascript:alert(1)",
    organization="# Not a heading",
    author_count=1,
    comments=0,
    code_url="file:///etc/passwd",
    topics=["bad`topic", "vision"],
    note="> not a quote\n\n# nor a heading",
)
BARE = paper(14, "微调")
READING = ReadingList(
    "Reading list",
    "3 papers: topic:peft OR date:2024",
    [Section("Parameter-efficient fine-tuning", [WHOLE, BARE]), Section("Other", [HOSTILE, WHOLE], 2, "query")],
    {14: "Only this sentence."},
)

HARD = [
    paper(
        21,
        r"Learning $\mathcal{O}(n^{2})$ in 100% of cases: \input{/etc/passwd} & {unbalanced_ #1 -- ``so'' ~ \"quoted\"",
        abstract="We use \\emph{less} than 5% & more -- or `` '' ?` !` --- {",
        arxiv_id="2401.00021",
        published="2024-01-02",
        author_count=3,
        authors=["Ludwig van der Berg", "Research and Development, Inc", "{\\'E}mile \\o"],
        doi="10.1000/a_b(c)<1>;2-{x}",
        topics=["peft"],
        status="keep",
    ),
    paper(22, "Über naïve Ångström 微调 \U0001f600 ﬁ", authors=["Søren Ångström", "李 明", "Plato"], author_count=3),
    paper(
        23,
        "\"Quotes\" 'single' “curly” <b>&lt;b&gt;</b>",
        note='two\nlines, and a "quote"; more',
        tags=["to-do", "c++"],
    ),
    paper(24, "Red \x1b[31malert\x1b[0m and \x07 bell \u202e turned", abstract="ends with\ttab\u2028line"),
    paper(
        25,
        "By many",
        arxiv_id="2403.00025",
        author_count=671,
        authors=[f"Given{number} Family{number}" for number in range(671)],
        published="2024-03-01",
        upvotes=0,
        comments=0,
    ),
    paper(26, "By a count", author_count=4, arxiv_id="cs/0112017", published="2001-12-13"),
    paper(27, '=HYPERLINK("http://example.org","x")', abstract="+1 -1 @sum", organization="@home", note="'=1"),
    paper(28, "לימוד עמוק של שפות", authors=["יוסי כהן"], author_count=1, abstract="شبكات عصبية"),
    paper(29, "---", abstract="TY  - JOUR\nER  - ", url="https://example.org/a?b=1&c=<d>\"'#e", tags=["12", "--- x"]),
    paper(30, "%% papertide end %% ]]> {{ 7 * 7 }} {% raw %} <!-- #tag ==mark== ^id", summary="{{ 7 }}"),
]
HARD_READING = ReadingList(
    "Hard <papers> & {more}",
    '10 papers: title:"x" OR <y>',
    [Section("A & B", HARD[:5]), Section("", HARD[5:], 3, 'topic:none "x`y"')],
    {22: "A sentence & <more>."},
    "2026-11-21T10:00:00Z",
    "hard",
)
"""What is hard to write: LaTeX, signs of every format, no end of authors, text from right to left."""
