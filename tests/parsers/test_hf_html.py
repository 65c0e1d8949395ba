"""Saved pages: what their JSON and their cards say, cut anywhere, changed, or no listing at all."""

from __future__ import annotations

import html
import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from papertide.errors import LayoutError
from papertide.parsers import parse
from papertide.parsers.hf_html import unescape
from papertide.records.listing import Listing

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
DAILY = (FIXTURES / "hf-html" / "daily-2026.html").read_text(encoding="utf-8")
CARDS = (FIXTURES / "hf-html" / "daily-2026-cards.html").read_text(encoding="utf-8")


def read(text: str, **options: Any) -> Listing:
    """The listing of a page."""
    return parse(text.encode(), "hf-html", **options)


def item(ident: str, title: str = "A Title", **changes: object) -> dict[str, Any]:
    """A small item."""
    return {"paper": {"id": ident, "title": title, "upvotes": 3, **changes}, "numComments": 1}


def page(body: str = "", **props: object) -> str:
    """A page with those props and that body."""
    told = html.escape(json.dumps(props))
    return f'<!doctype html><html><div class="x" data-target="DailyPapers" data-props="{told}">{body}</div></html>\n'


def card(ident: str, title: str = "A Title", rest: str = "") -> str:
    """A small card."""
    return f'<article><h3><a href="/papers/{ident}">{title}</a></h3>{rest}</article>'


MORE = sorted([*FIXTURES.glob("hf-html/*.expected.json"), *FIXTURES.glob("hf-json/*.expected.json")])


@pytest.mark.parametrize("case", [case for case in MORE if '"more"' in case.read_text("utf-8")], ids=lambda c: c.stem)
def test_fixtures_tell_the_rest_too(case: Path) -> None:
    """The page's day, and of each entry its day, names, ids, code and summary are those of the expectation."""
    more = json.loads(case.read_text(encoding="utf-8"))["more"]
    (file,) = (
        path for path in case.parent.glob(case.name.replace(".expected.json", ".*")) if "expected" not in path.name
    )
    listing = parse(file.read_bytes())
    assert (listing.day.isoformat() if listing.day else None) == more["day"]
    read = [entry.model_dump(mode="json") for entry in listing.entries]
    assert [{key: entry[key] for key in want} for entry, want in zip(read, more["entries"], strict=True)] == more[
        "entries"
    ]


@pytest.mark.parametrize("name", ["daily-2024", "daily-2026"])
def test_json_and_cards_agree(name: str) -> None:
    """Both ways through a page give the same papers, titles, upvotes, comments and day."""
    text = (FIXTURES / "hf-html" / f"{name}.html").read_text(encoding="utf-8")
    ways = [read(text), read(text.replace('data-target="DailyPapers"', ""))]
    seen = [[(e.arxiv_id, e.title, e.upvotes, e.comments, e.listed) for e in way.entries] for way in ways]
    assert seen[0] == seen[1]
    assert ways[0].day == ways[1].day is not None


@pytest.mark.parametrize(
    ("props", "day"),
    [
        ({"date": "2024-08-01T00:00:00.000Z"}, date(2024, 8, 1)),
        ({"dateString": "2026-03-09", "periodType": "day", "query": {}}, date(2026, 3, 9)),
        ({"dateString": "2026-W10", "periodType": "week"}, None),
        ({"dateString": "2026-03-09", "periodType": "daily"}, date(2026, 3, 9)),
        ({"dateString": "2026-03-09", "periodType": "Today"}, date(2026, 3, 9)),
        ({"dateString": "2026-03-09", "periodType": 7}, date(2026, 3, 9)),
        ({"dateString": "2026-03-09", "periodType": "weekly"}, None),
        ({"dateString": "2026-W10"}, None),
        ({"dateString": "2026-03", "periodType": "month"}, None),
        ({"dateString": "2026-03-01", "periodType": "month"}, None),
        ({"dateString": "2026-03-09", "isTrending": True}, None),
        ({"dateString": "2026-03-09", "periodType": "day", "query": {"q": "lora"}}, None),
    ],
)
def test_the_day_of_a_page(props: dict[str, Any], day: date | None) -> None:
    """Only a daily page has a day, which its papers have that don't say; a week's papers have their own."""
    own = item("2603.00002", submittedOnDailyAt="2026-03-04T00:00:00.000Z")
    listing = read(page(dailyPapers=[item("2603.00001"), own], **props))
    assert listing.day == day
    assert [entry.listed for entry in listing.entries] == [day, date(2026, 3, 4)]


def test_a_search_shows_its_results() -> None:
    """The results of a search are the page's papers, wherever its JSON keeps them; the day's beside them are not."""
    link = '<a class="x" href="/papers/2603.00002">Found</a>'
    found, day = [item("2603.00002", "Found")], [item("2603.00001", "Of the Day")]
    for body in ("", link):
        listing = read(page(body, dailyPapers=day, searchResults=found, query={"q": "x"}))
        assert [entry.title for entry in listing.entries] == ["Found"]
    (entry,) = read(page(link, dailyPapers=found, query={"q": "x"})).entries
    assert entry.title == "Found"
    (entry,) = read(page(card("2603.00003", "Shown"), dailyPapers=day, searchResults=found, query={"q": "x"})).entries
    assert entry.title == "Shown"
    (entry,) = read(page(dailyPapers=day, searchResults=found, query={})).entries
    assert entry.title == "Of the Day"


def test_an_empty_day_is_empty() -> None:
    """A page whose JSON says that there are no papers has none; one that shows cards has those all the same."""
    assert read(page(dailyPapers=[], dateString="2026-03-08")).day == date(2026, 3, 8)
    assert read(page("<article>Some news</article>", dailyPapers=[])).entries == ()
    listing = read(page(card("2603.00001"), dailyPapers=[]))
    assert (len(listing.entries), len(listing.problems)) == (1, 1)


@pytest.mark.parametrize(
    "page",
    [
        """<div data-target='DailyPapers' data-x=1 data-props='{"dailyPapers":[{"paper":{"title":"A &#39;Title"}}]}'>""",
        """<div data-target=DailyPapers data-props="{&quot;dailyPapers&quot;:[{&quot;title&quot;:&quot;A &apos;Title&quot;}]}">""",  # noqa: E501 - a card on one line
        """<div data-props='{"dailyPapers":[{"title":"A &#x27;Title"}]}' class="x" data-target="DailyPapers">""",
        """<div data-props="{&quot;dailyPapers&quot;:[{&quot;title&quot;:&quot;A 'Title&quot;}]}" data-target="DailyPapers">""",
    ],
)
def test_attributes_are_written_in_many_ways(page: str) -> None:
    """Either quotes or none, either order, other attributes between, any entities."""
    (entry,) = read(page).entries
    assert entry.title == "A 'Title"


def test_a_cut_page_is_never_silently_short() -> None:
    """Cut anywhere, a page gives its whole papers and says that it was cut, or is an error; whole JSON is a whole page."""
    for text in (DAILY, CARDS):
        whole = read(text).entries
        for end in range(1, text.index("</html>"), 41):
            try:
                listing = read(text[:end])
            except LayoutError:
                continue
            assert listing.entries
            assert [entry.title for entry in listing.entries] == [
                entry.title for entry in whole[: len(listing.entries)]
            ]
            said = [*(problem.reason for problem in listing.problems), *listing.notes]
            assert any("cut off" in reason for reason in said)
            if len(listing.entries) < len(whole):
                assert listing.problems


def test_damaged_json_gives_way_to_cards() -> None:
    """Where the JSON is damaged or holds no paper, the cards are read, and a problem says so; else it is an error."""
    for before in ("{&quot;dailyPapers&quot;:[{&quot;x", "[7]", "{&quot;dailyPapers&quot;:[7]}", "{7:7}", "7"):
        text = f'<div data-target="DailyPapers" data-props="{before}"></div>'
        listing = read(f"<html>{text}{card('2603.00001')}</html>")
        assert [entry.title for entry in listing.entries] == ["A Title"]
        assert "read from its cards" in listing.problems[0].reason
        with pytest.raises(LayoutError, match="the JSON inside the page"):
            read(f"<html>{text}</html>")


def test_cards_in_a_changed_layout() -> None:
    """No class names, other headings, links around them or elsewhere, absolute links, mirrors: the papers are found."""
    articles = [
        '<article><h2><a href="https://huggingface.co/papers/2603.00001?x=1">One</a></h2></article>',
        '<article><a href="/papers/2603.00002"><h4>Two</h4></a></article>',
        '<article><a href="https://hf-mirror.com/papers/2603.00003v2">Three</a></article>',
        '<article><a href="/papers/66f1"><img></a><div><h3><a href="/papers/66f1">Four</a></h3></div></article>',
        '<article><a href="/papers/2603.00005"><img></a></article>',
        '<article><a href="/papers/trending">All</a><a href="/blog/papers">News</a></article>',
    ]
    listing = read(f"<html>{''.join(articles)}</html>")
    assert [(e.title, e.arxiv_id, e.source_ids) for e in listing.entries] == [
        ("One", "2603.00001", ("hf:2603.00001",)),
        ("Two", "2603.00002", ("hf:2603.00002",)),
        ("Three", "2603.00003", ("hf:2603.00003",)),
        ("Four", None, ("hf:66f1",)),
    ]
    assert [problem.reason for problem in listing.problems] == ["card 5: no title"]
    assert {(e.upvotes, e.comments) for e in listing.entries} == {(None, None)}


def test_what_cards_show() -> None:
    """Counts in any widget, texts in boxes, times, marked words side by side."""
    long = "We let <b>adapters</b><b>remember</b> what they learnt, for as long as it takes to learn the next thing there is."
    boxes = [
        '<label><input type="checkbox"><i>1.2k</i></label><a href="/papers/2603.00001#community"></a>',
        f'<a href="/login?next=x">-</a><div>{long}</div><time datetime="2026-03-05T01:00:00Z">Mar 4</time>',
        '<div class="leading-none">Submitted by x</div><div class="leading-none">1,024</div><p>2 authors</p>',
        '<ul><li>5<!-- --> authors</li></ul><a href="/lab"><img alt="lab">The <b>Lab</b></a><span>Mar 4</span>',
    ]
    cards = [card(f"2603.0000{n}", "A <i>Title</i>", rest) for n, rest in enumerate(boxes, 1)]
    one, two, three, four = read(f"<html>{''.join(cards)}</html>").entries
    assert (one.upvotes, one.comments, one.title) == (1200, 0, "A Title")
    assert (two.upvotes, two.published, two.year_inferred) == (0, date(2026, 3, 5), False)
    assert two.abstract is not None
    assert two.abstract.startswith("We let adapters remember what")
    assert (three.upvotes, three.author_count, three.comments) == (1024, 2, 0)
    assert (four.author_count, four.organization, four.published) == (5, "The Lab", date(2026, 3, 4))
    assert four.year_inferred


def test_an_article_too_large_for_a_card() -> None:
    """An article of thousands of tags is a problem, and costs no more than it is long."""
    listing = read(f"<html>{card('2603.00001')}{card('2603.00002', rest='<span>' * 20_000)}</html>")
    assert [entry.arxiv_id for entry in listing.entries] == ["2603.00001"]
    assert "too many for a card" in listing.problems[0].reason


def test_a_week_in_the_header_is_no_day() -> None:
    """Only a header that shows the day it stands for gives the page's day."""
    for shown, day in (("<span>Mar</span> <span>9</span>", date(2026, 3, 9)), ("Week 10", None), ("Mar", None)):
        time = f'<time datetime="2026-03-09T00:00:00.000Z">{shown}</time>'
        listing = read(f"<html>{time}{card('2603.00001')}</html>")
        assert listing.day == day
    assert read(f'<html><time datetime="2026-99-09T00">x</time>{card("2603.00001")}</html>').day is None


def test_an_article_too_many_keeps_the_raw_text() -> None:
    """Where what looks like an article is none, each entry's own text is still that of its card."""
    listing = read(f"<html><!-- <article> -->{card('2603.00001', 'One')}{card('2603.00002', 'Two')}</html>")
    assert [entry.title in entry.raw for entry in listing.entries] == [True, True]
    twice = card("2603.00001", "One", card("2603.00002", "Inner"))
    assert [entry.title for entry in read(f"<html>{twice}</html>").entries] == ["One"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<html><title>Just a moment...</title></html>", "challenge"),
        ('<html><script src="https://x.awswaf.com/challenge.js"></script></html>', "challenge"),
        ("<html><p>Please verify you are human</p></html>", "challenge"),
        ("<html><title>Hugging Face – Log in</title></html>", "login page.*Log in"),
        ('<html><h1>Welcome</h1><input name="p" type="password"></html>', "login page"),
        ("<html><head><title>429</title></head><h1>Too Many Requests</h1></html>", "error page.*429"),
        ("<html><h1>Internal Error</h1></html>", "error page.*Internal Error"),
        ("<html><title>Paper page - A Title</title></html>", "one paper.*A Title"),
        ("<!doctype html><html><body><p>Noth", "cut off before its first paper"),
        (
            '<html><title>Papers</title><a href="/papers/2603.00001">x</a></html>',
            "called 'Papers', and links to papers 1 ",
        ),
        (
            '<html><script>hubConfig = {"captchaApiKey":"x"}</script><script src="https://x.awswaf.com/c.js"></script></html>',
            "no article links to a paper",
        ),
    ],
)
def test_what_is_no_listing_is_named(text: str, said: str) -> None:
    """A challenge, a login, an error, one paper's page and an unknown layout are errors that say what was seen."""
    with pytest.raises(LayoutError, match=said):
        read(text)


@given(
    st.lists(st.sampled_from(["&quot;", "&amp;", "&lt;", "&gt;", "&#39;", "&#x27;", "&nbsp;", "&", "quot;", "#", "a"]))
)
@example(["&amp;", "quot;"])
@example(["&amp;", "#39;"])
def test_unescape_is_the_standard_one(pieces: list[str]) -> None:
    """The short cut gives what `html.unescape` gives."""
    text = "".join(pieces)
    assert unescape(text) == html.unescape(text)


def test_json_needs_no_tree() -> None:
    """A page with its JSON is read without Beautiful Soup being loaded."""
    code = (
        "import sys; from papertide.parsers.hf_html import parse; "
        "print(len(parse(sys.stdin.read(), None).entries), 'bs4' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], input=DAILY, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "3 False"


def test_whether_a_page_is_whole() -> None:
    """A page that breaks off in or before its list, or whose JSON is damaged, may have held more; behind it, no more."""
    assert read(DAILY).whole
    assert read(CARDS).whole
    assert not read(CARDS[: CARDS.rindex("</article>")]).whole
    assert not read(CARDS[: CARDS.rindex("</article>") + len("</article>")]).whole
    assert read(DAILY[: DAILY.index('"', DAILY.index('data-props="', DAILY.index('DailyPapers" data')) + 12)]).whole
    for end in range(1, DAILY.index("</html>"), 101):
        try:
            listing = read(DAILY[:end])
        except LayoutError:
            continue
        assert listing.whole == (len(listing.entries) == len(read(DAILY).entries) and not listing.problems)
    damaged = '<div data-target="DailyPapers" data-props="{&quot;dailyPapers&quot;:[{&quot;x"></div>'
    assert not read(f"<html>{damaged}{card('2603.00001')}</html>").whole
    assert read(f"<html>{damaged.replace('[{&quot;x', '[]}')}{card('2603.00001')}</html>").whole


def test_a_reference_to_no_character_breaks_nothing() -> None:
    """A number of more digits than Python reads is a character that nobody knows, in the JSON, in cards and in titles."""
    long = "&#" + "9" * 5_000 + ";"
    text = page(dailyPapers=[item("2603.00001", "A Title")]).replace("A Title", f"A {long} Title")
    assert read(text).entries[0].title == "A \ufffd Title"
    assert read(f"<html>{card('2603.00001', f'A {long} Title')}</html>").entries[0].title.endswith("Title")
    with pytest.raises(LayoutError, match="error page"):
        read(f"<html><title>502 &amp;{long[1:]}</title></html>")


def test_a_page_that_looks_like_xml_warns_nobody() -> None:
    """What a library thinks of a page's first line is not for the reader of the page."""
    (entry,) = parse(f'<?xml version="1.0"?><x>{card("2603.00001")}</x>'.encode(), "hf-html").entries
    assert entry.title == "A Title"


def test_a_card_with_more_authors_than_there_are_people() -> None:
    """Numbers that no paper has are no author counts, and break nothing."""
    for count in ("9,999,999,999", "1" + ",000" * 2_000):
        (entry,) = read(f"<html>{card('2603.00001', rest=f'<ul><li>{count} authors</li></ul>')}</html>").entries
        assert entry.author_count is None
