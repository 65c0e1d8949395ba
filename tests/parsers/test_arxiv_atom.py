"""arXiv's answers and feeds: what they hold, damaged, foreign or hostile as they may be."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertide.errors import LayoutError
from papertide.matching.cluster import plan
from papertide.matching.index import TitleIndex
from papertide.parsers import hf_json
from papertide.parsers.arxiv_atom import NAME, parse
from papertide.parsers.feed_xml import read_feed
from papertide.records.listing import Listing
from papertide.records.paper import Seen

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "arxiv-atom"
CASES = sorted(FIXTURES.glob("*.xml"))
DAY = date(2025, 8, 20)
API = 'xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"'


def page(name: str) -> str:
    """A fixture's text."""
    return (FIXTURES / f"{name}.xml").read_text(encoding="utf-8")


def answer(*entries: str, rest: str = "") -> str:
    """An answer of the API with these entries."""
    return f"<feed {API}><id>https://arxiv.org/api/x</id>{rest}{''.join(entries)}</feed>"


def entry(inside: str = "", ident: str = "http://arxiv.org/abs/2405.99001v1", title: str = "A Title") -> str:
    """An entry of an answer."""
    return f"<entry><id>{ident}</id><title>{title}</title>{inside}</entry>"


def announcement(inside: str = "", ident: str = "oai:arXiv.org:2405.99001v1", kind: str = "new") -> str:
    """An entry of a day's feed."""
    return entry(f"<arxiv:announce_type>{kind}</arxiv:announce_type>{inside}", ident)


def ids(listing: Listing) -> list[str | None]:
    """The arXiv ids of a listing."""
    return [one.arxiv_id for one in listing.entries]


# --- what is read -----------------------------------------------------------------------------------------------------


def test_an_answer_is_read_whole() -> None:
    """Every field comes from where it stands; `published` is the paper's own day, and no listing's day is made up."""
    listing = parse(page("api-answer"), None)
    first, old, last = listing.entries
    assert (listing.layout, listing.total, listing.day, listing.notes) == (NAME, 1427, None, ())
    assert first.title.startswith("Masked Thought: Simply Masking Partial Reasoning Steps Can Improve Mathematical")
    assert first.abstract is not None
    assert first.abstract.endswith(r"raises accuracy on GSM8K by 5\% & more.")
    assert (first.arxiv_id, first.source_ids) == ("2403.02178", ("arxiv:2403.02178",))
    assert first.url == "https://arxiv.org/abs/2403.02178"
    assert (first.published, first.listed) == (date(2024, 3, 4), None)
    assert (first.authors, first.author_count) == (("Changyu Chen", "Xiting Wang", "Ting-En Lin"), 3)
    assert (first.comments, first.upvotes, first.doi, first.organization) == (None, None, None, None)
    assert (old.arxiv_id, old.url) == ("cs/0112017", "https://arxiv.org/abs/cs/0112017")
    assert (last.title, last.abstract) == (r"A $\mathbb{Z}_2$ Example <With a DOI>", None)
    assert last.doi == "10.1007/s00220-001-0001-1"


@pytest.mark.parametrize("name", ["atom-day", "rss-day"])
def test_a_day_is_read_alike_from_both_feeds(name: str) -> None:
    """The day is the listing's and not the papers'; what is new or cross-listed is read, what was replaced is a note."""
    listing = parse(page(name), None)
    assert ids(listing) == ["2508.13426", "2508.13429", "2508.13435"]
    assert listing.day == DAY
    assert {(one.listed, one.published) for one in listing.entries} == {(DAY, None)}
    assert listing.notes == ("2 replacements left out: new versions of papers that were announced before",)
    second = listing.entries[1]
    assert second.authors == ("Paulo André Lima de Castro", "Łukasz Nägele")
    assert second.doi == "10.1000/182"
    assert second.abstract is not None
    assert second.abstract.startswith("A slow way of buying shares")


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Ada One, Ben Two", ("Ada One", "Ben Two")),
        ("Ada One (ENS, Paris), Ben Two (1 and 2)", ("Ada One", "Ben Two")),
        ("Ada One (Lab (Lyon), France), Ben Two", ("Ada One", "Ben Two")),
        (" Ada\n One ,, ", ("Ada One",)),
        (r"Andr\'e A, {\L}ukasz \v{S}imun, Fran\c{c}ois D\'{\i}az", ("André A", "Łukasz Šimun", "François Díaz")),
        ("Miles O'Neil", ("Miles O'Neil",)),
        ("", ()),
    ],
)
def test_authors_in_one_line_are_parted(line: str, names: tuple[str, ...]) -> None:
    """Commas part them, affiliations and the commas in them are left out, and LaTeX's accents become letters."""
    (one,) = parse(answer(announcement(f"<creator>{line}</creator>")), None).entries
    assert (one.authors, one.author_count) == (names, len(names) or None)


def test_the_old_feed_is_read() -> None:
    """RDF: the title loses arXiv's mark, which tells what was replaced, and the texts lose their HTML."""
    listing = parse(page("rdf-day"), None)
    (one,) = listing.entries
    assert one.title.endswith("for Detecting Human vs. Machine-Generated Text")
    assert one.abstract == (
        "Which of two texts was written by a machine is asked once more, with more generators and fewer hints."
    )
    assert (one.authors, one.listed) == (("Mazal Bethany", "Brandon Wherry"), date(2024, 1, 18))
    assert listing.notes == ("1 replacement left out: new versions of papers that were announced before",)


@pytest.mark.parametrize(("name", "total"), [("atom-weekend", None), ("rss-weekend", None), ("api-nothing", 31)])
def test_nothing_is_no_error(name: str, total: int | None) -> None:
    """A weekend's feed and an empty page of an answer are listings without entries; the total is given."""
    listing = parse(page(name), None)
    assert (listing.entries, listing.problems, listing.total) == ((), (), total)
    assert listing.day == (None if total else date(2025, 8, 23))


@pytest.mark.parametrize(
    ("kind", "read"),
    [
        ("new", True),
        ("cross", True),
        ("replace", False),
        ("replace-cross", False),
        ("absonly", False),
        ("New", True),
        ("something-else", True),
    ],
)
def test_only_what_is_known_to_be_old_is_left_out(kind: str, read: bool) -> None:
    """A type of announcement that isn't known is read: rather one too many than one lost."""
    listing = parse(answer(announcement(kind=kind)), None)
    assert (len(listing.entries), len(listing.notes)) == ((1, 0) if read else (0, 1))


def test_the_head_of_an_abstract_stands_in_for_missing_elements() -> None:
    """Id and type are read from `arXiv:… Announce Type: …` where an archive kept nothing else."""
    texts = [
        f"<summary>arXiv:{n} Announce Type: {k} \nAbstract: Text.</summary>" for n, k in (("2405.99001v1", "new"),)
    ]
    listing = parse(answer(*(entry(text, ident="tag:x") for text in texts)), None)
    assert [(one.arxiv_id, one.abstract) for one in listing.entries] == [("2405.99001", "Text.")]
    old = parse(answer(entry("<summary>arXiv:2405.99001v2 Announce Type: replace \nAbstract: x</summary>")), None)
    assert (old.entries, len(old.notes)) == ((), 1)


@pytest.mark.parametrize(
    ("updated", "day"),
    [
        ("2025-08-20T04:00:19.866337+00:00", date(2025, 8, 20)),
        ("2025-12-10T05:00:02+00:00", date(2025, 12, 10)),
        ("2025-08-21T02:00:00Z", date(2025, 8, 20)),
        ("2025-08-20T00:00:00-04:00", date(2025, 8, 20)),
        ("2025-08-20T12:00:00", date(2025, 8, 20)),
        ("yesterday", None),
        ("0001-01-01T00:00:00+00:00", None),
        ("", None),
    ],
)
def test_an_empty_feed_tells_its_day_by_new_yorks_clock(updated: str, day: date | None) -> None:
    """An empty Atom feed has nothing but the moment it was made."""
    text = answer(rest=f"<title>cs.CL updates on arXiv.org</title><updated>{updated}</updated>")
    assert parse(text, None).day == day


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("Wed, 20 Aug 2025 00:00:00 -0400", DAY),
        ("20 Aug 2025", DAY),
        ("2025-08-20T00:00:00-04:00", DAY),
        ("31 Feb 2025", None),
        ("20 Xyz 2025", None),
        ("soon", None),
    ],
)
def test_days_are_read_as_they_are_written(written: str, day: date | None) -> None:
    """Both ways of writing a date are read; a day that doesn't exist is unknown."""
    (one,) = parse(answer(announcement(f"<published>{written}</published>")), None).entries
    assert one.listed == day


def test_an_entry_without_a_date_has_the_feeds_day() -> None:
    """The channel's day goes for its items."""
    text = (
        '<rss version="2.0"><channel><title>cs.CL updates on arXiv.org</title><pubDate>Wed, 20 Aug 2025 00:00:00 -0400'
        "</pubDate><item><title>T</title><link>https://arxiv.org/abs/2405.99001</link>"
        "<description>arXiv:2405.99001v1 Announce Type: new Abstract: x</description></item></channel></rss>"
    )
    listing = parse(text, None)
    assert (listing.day, [one.listed for one in listing.entries]) == (DAY, [DAY])


def test_feeds_that_link_to_papers_are_read() -> None:
    """Other people's feeds give the papers they link to; they tell no paper's day, and what is no paper is a problem."""
    listing = parse(page("links-to-papers"), None)
    assert ids(listing) == ["2405.99001", "2405.99002"]
    assert [one.published for one in listing.entries] == [None, None]
    assert [problem.line for problem in listing.problems] == [15]
    assert listing.day is None


def test_an_entry_keeps_its_text_and_line() -> None:
    """`raw` is what stands in the feed, from the line on which it begins."""
    text = page("atom-day")
    for one in parse(text, None).entries:
        assert one.raw.startswith("<entry>")
        assert one.raw.endswith("</entry>")
        assert one.line == text[: text.index(one.raw)].count("\n") + 1


def test_the_capture_is_kept() -> None:
    """The day of the capture is the listing's where it is given."""
    assert parse(page("api-answer"), DAY).captured == DAY
    assert parse(page("api-answer"), None).captured is None


def test_arxiv_and_hugging_face_name_a_paper_alike() -> None:
    """The same paper from both has the same arXiv id, and the two are taken for one."""
    theirs = parse(page("api-answer"), None).entries[0]
    item = {"paper": {"id": "2403.02178", "title": "Masked Thought", "publishedAt": "2024-03-04T16:21:54.000Z"}}
    hubs = hf_json.parse(json.dumps([item]), None).entries[0]
    assert (theirs.arxiv_id, theirs.published) == (hubs.arxiv_id, hubs.published)
    seen = [Seen(-1, theirs, NAME, None, "a", None), Seen(-2, hubs, hf_json.NAME, None, "b", None)]
    assert len(plan(seen, TitleIndex().near).groups) == 1


# --- what is damaged --------------------------------------------------------------------------------------------------


def test_a_cut_feed_keeps_its_whole_entries() -> None:
    """Cut anywhere, a feed gives the entries that are whole, and one problem says that it was cut."""
    text = page("atom-day")
    ends = [at for at in range(len(text)) if text.startswith("</entry>", at - len("</entry>"))]
    kinds = ["cross", "new", "replace", "new", "replace-cross"]
    for end in range(ends[0], len(text.rstrip()) - 1, 11):
        listing = parse(text[:end], None)
        whole = [kind for kind, at in zip(kinds, ends, strict=True) if at <= end]
        assert len(listing.entries) == sum(not kind.startswith("replace") for kind in whole)
        assert ["cut off" in problem.reason for problem in listing.problems] == [True]
        assert listing.problems[0].line is not None


def test_a_feed_cut_before_its_first_paper_is_an_error() -> None:
    """Where nothing can be kept, the page as a whole is refused."""
    text = page("atom-day")
    for end in range(text.index("<feed") + 5, text.index("</entry>"), 17):
        with pytest.raises(LayoutError):
            parse(text[:end], None)


def test_a_bad_entry_costs_no_other() -> None:
    """Without title, without id, with crossing tags: each is a problem with its line; wrong characters are left out."""
    listing = parse(page("bad-entries"), None)
    assert [one.title for one in listing.entries] == ["Café & AT&T: What [31mXML Forbids", "The Last One Is Whole"]
    assert [(problem.line, problem.reason.split(" (")[0]) for problem in listing.problems] == [
        (5, "no title"),
        (9, "no arXiv id, and no link to one"),
        (17, "damaged XML"),
    ]


def test_an_entry_that_has_no_end_costs_no_other() -> None:
    """An entry that begins within another ends it."""
    text = answer("<entry><id>http://arxiv.org/abs/2405.99009v1</id>", entry())
    listing = parse(text, None)
    assert ids(listing) == ["2405.99001"]
    assert ["cut off or damaged" in problem.reason for problem in listing.problems] == [True]


def test_an_error_among_papers_is_a_problem() -> None:
    """What arXiv says of one id doesn't take the others away."""
    error = entry("<summary>incorrect id format for x</summary>", "http://arxiv.org/api/errors#x", "Error")
    listing = parse(answer(entry(), error, "<entry/>"), None)
    assert ids(listing) == ["2405.99001"]
    assert [problem.reason for problem in listing.problems] == [
        "arXiv says: incorrect id format for x",
        "no arXiv id, and no link to one",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Rate exceeded.\n", "Rate exceeded"),
        ("no markup at all", "not XML"),
        (page("error-page"), "an error page.*'503 Backend fetch failed'"),
        ("<html><title>Just a moment...</title></html>", "a challenge page"),
        ("<html><body>x</body></html>", "a page of HTML, not a feed"),
        ('<?xml version="1.0"?><!-- x --><html xmlns="x"/>', "a page of HTML"),
        (page("api-error"), "an error: max_results must be an integer"),
        (answer(entry(ident="https://arxiv.org/api/errors", title="Error")), "an error: Error"),
        (answer(rest="<title>Feed error for query: http://x/atom/cs.XX</title>"), "Feed error for query"),
        (
            "<rss><channel><title>Feed error for query: y</title><description>No class 'XX'.</description></channel></rss>",
            "an error: No class 'XX'",
        ),
        (page("other-feed"), "titled 'A blog about bread', but no paper of arXiv's"),
        ("<feed><title>Bread</title></feed>", "'Bread', but none of arXiv's"),
        ("<feed/>", "none of arXiv's"),
        ("<rss><channel><item><title>x</title></item></channel></rss>", "a feed, but no paper of arXiv's"),
        ("<opml/>", "begins with <opml>"),
        ("<<", "begins with nothing that could be read"),
        ("<feed", "begins with <feed>"),
        ('<feed "">', "cut off or damaged"),
        (page("entity-bomb"), "declares a document type"),
        ("<!DOCTYPE rss><rss/>", "declares a document type"),
    ],
)
def test_what_is_no_listing_is_an_error_that_says_so(text: str, said: str) -> None:
    """A page without papers is never an empty listing by mistake: the error names what was seen."""
    with pytest.raises(LayoutError, match=said.replace("'", ".")):
        parse(text, None)


# --- what is hostile --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "<feed>" + "<!--" * 200_000,
        "<feed>" + "<![CDATA[" * 100_000,
        "<feed>" + "<" * 300_000,
        "<feed>" + "<a>" * 100_000,
        answer("<entry>" + "<a>" * 100_000 + "</entry>"),
        answer("<entry>" + "&" * 300_000 + "</entry>"),
        answer(entry(title="x" * 11_000_000)),
        answer(entry(title=" (arXiv:" * 50_000, ident="x")),
        "<feed " + " ".join(f"xmlns:a{n}='u{n}'" for n in range(20_000)) + ">" + "<entry/>" * 5_000,
        "<?x" * 200_000,
        "<html>" + "<title " * 100_000,
    ],
    ids=lambda text: text[:24],
)
def test_bombs_are_refused(text: str) -> None:
    """Depth, length and number are bounded, and the time grows with the text: all of these are done at once."""
    with pytest.raises(LayoutError):
        parse(text, None)


def test_entities_are_neither_expanded_nor_fetched() -> None:
    """A reference to anything but a character is a text as it stands, in attributes too."""
    (one,) = parse(
        answer(entry(title="&bomb; &#xD800; &#9999999; &#65; &#x42;"), rest='<link href="&file;"/>'), None
    ).entries
    assert one.title == "&bomb; A B"


def test_comments_and_cdata_hold_no_entries() -> None:
    """A tag in a comment, in CDATA or in an instruction is none."""
    text = answer("<!-- <entry> -->", entry(title="<![CDATA[How <entry> & </entry> Came to Be]]>"), "<?pi <entry/> ?>")
    (one,) = parse(text, None).entries
    assert one.title == "How <entry> & </entry> Came to Be"


def test_a_declared_encoding_changes_nothing() -> None:
    """The text was decoded before; prefixes and a byte order mark don't matter either."""
    text = (
        "\ufeff<?xml version='1.0' encoding='UTF-16'?>\n<!-- x -->\n<a:feed xmlns:a='http://www.w3.org/2005/Atom'>"
        "<a:entry><a:id>http://arxiv.org/abs/2405.99001</a:id><a:title>Ünï</a:title></a:entry></a:feed>"
    )
    (one,) = parse(text, None).entries
    assert (one.title, one.line) == ("Ünï", 3)


def test_a_large_answer_is_read() -> None:
    """2,000 entries in one answer, each with its line."""
    listing = parse(answer(*(entry(ident=f"http://arxiv.org/abs/2405.{n:05}v1") + "\n" for n in range(2000))), None)
    assert [one.line for one in listing.entries] == list(range(1, 2001))


PIECES = st.sampled_from(
    [
        *(
            "<entry>",
            "</entry>",
            "<id>",
            "</id>",
            "<title>",
            "</title>",
            "<summary>",
            "</summary>",
            "<link href='",
            "'/>",
        ),
        *(
            "http://arxiv.org/abs/2405.99001v1",
            "<!--",
            "-->",
            "<![CDATA[",
            "]]>",
            "&amp;",
            "&",
            "&#0;",
            "<?",
            "?>",
            "\n",
        ),
        *(
            "<arxiv:announce_type>",
            "replace",
            "<published>",
            "2024-05-06",
            "\x1b[31m",
            "\ud800",
            "é",
            "\x00",
            "x ",
            "<b:c/>",
        ),
    ]
)


@given(st.sampled_from([f"<feed {API}>", "<feed>", "<rss>", ""]), st.lists(PIECES, max_size=25).map("".join))
def test_any_text_is_a_listing_or_a_layout_error(root: str, text: str) -> None:
    """Nothing that XML can be breaks the parser, and no listing is empty unless the feed is arXiv's own."""
    try:
        listing = parse(root + text, None)
    except LayoutError:
        return
    assert listing.entries or listing.notes or "arxiv.org" in root + text


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_fixtures_are_whole(case: Path) -> None:
    """Every case has its expectation, so that the common test of fixtures reads it."""
    assert case.with_suffix(".expected.json").is_file()


def test_a_cut_feed_is_not_whole() -> None:
    """More may have stood in a feed that breaks off, in an entry or between two; a bad entry alone changes nothing."""
    text = page("atom-day")
    assert parse(text, None).whole
    assert not parse(text[: text.rindex("</entry>")], None).whole
    assert not parse(text[: text.rindex("</entry>") + len("</entry>")], None).whole
    assert parse(answer(entry(), entry("<a></b>")), None).whole


def test_long_namespaces_are_not_declared_for_each_entry() -> None:
    """A name or an address of a megabyte costs its length once; the default namespace is declared as such."""
    for declared in (f'xmlns="{"u" * 1_000_000}"', f'xmlns:{"p" * 1_000_000}="u"'):
        feed = read_feed(f"<feed {declared}>arxiv.org" + "<entry><id>x</id></entry>" * 2_000 + "</feed>")
        assert sum(len(feed.element(piece)) for piece in feed.pieces) == 2_000
    feed = read_feed("<feed xmlns='http://www.w3.org/2005/Atom'><entry/></feed>")
    assert feed.element(feed.pieces[0]).tag == "{http://www.w3.org/2005/Atom}entry"


def test_a_reference_to_no_character_is_kept_short() -> None:
    """A number of more digits than Python reads breaks no entry."""
    (one,) = parse(answer(entry(title=f"A &#{'9' * 5_000}; Title")), None).entries
    assert one.title == "A \ufffd Title"
