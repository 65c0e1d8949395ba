"""What is asked of arXiv: the addresses exactly, and that nothing typed becomes syntax."""

from __future__ import annotations

import re
from datetime import date, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertide.errors import UsageError
from papertide.sources import arxiv
from papertide.sources.base import Part, Request

DAY = date(2024, 3, 4)


def asked(part: Part, page: int = 0) -> dict[str, str]:
    """The parameters of a part's page, read back from its URL."""
    return dict(parse_qsl(urlsplit(part.routes[0].page(page).url).query, strict_parsing=True))


def expression(query: str | None, category: str | None = None) -> str:
    """What a search without days asks for."""
    (part,) = arxiv.search(query, category)
    return asked(part)["search_query"]


# --- feeds ------------------------------------------------------------------------------------------------------------


def test_a_feed_is_one_page_that_says_its_day() -> None:
    """The latest announcements are one request, for no day that we name, and not repeated within the hour."""
    part = arxiv.feed("cs.CL")
    (route,) = part.routes
    assert route.page(0).url == "https://rss.arxiv.org/atom/cs.CL"
    assert (route.layout, route.size) == ("arxiv-atom", None)
    assert (part.source, part.key, part.label) == ("arxiv", "feed cs.CL", "arXiv cs.CL, announcements")
    assert (part.day, part.settles, part.rest) == (None, None, 3600)


@pytest.mark.parametrize(
    ("category", "path"), [("cs", "cs"), ("cs.*", "cs"), (" hep-th ", "hep-th"), ("nlin.AO", "nlin.AO")]
)
def test_a_feed_may_be_of_an_archive(category: str, path: str) -> None:
    """An archive as a whole has a feed of its own."""
    assert arxiv.feed(category, "http://127.0.0.1:8000/").routes[0].page(0).url == f"http://127.0.0.1:8000/atom/{path}"


# --- searches ---------------------------------------------------------------------------------------------------------


def test_a_day_of_a_category() -> None:
    """The API is asked for what was submitted on that day, the oldest first, page after page."""
    (part,) = arxiv.search(None, "cs.CL", DAY, DAY)
    (route,) = part.routes
    assert route.page(0).url == (
        "https://export.arxiv.org/api/query?search_query=cat%3Acs.CL+AND+submittedDate%3A%5B202403040000+TO+202403042359%5D"
        "&start=0&max_results=500&sortBy=submittedDate&sortOrder=ascending"
    )
    assert asked(part, 2) == {
        "search_query": "cat:cs.CL AND submittedDate:[202403040000 TO 202403042359]",
        "start": "1000",
        "max_results": "500",
        "sortBy": "submittedDate",
        "sortOrder": "ascending",
    }
    assert (route.layout, route.size) == ("arxiv-atom", 500)
    assert (part.source, part.key) == ("arxiv", "day 2024-03-04 cat:cs.CL")
    assert part.label == "arXiv cs.CL, submitted 2024-03-04"
    assert (part.day, part.settles) == (DAY, 7)


def test_a_range_is_a_part_a_day() -> None:
    """Both ends are in it, and every part has a key of its own, so that a backfill can go on where it stopped."""
    parts = arxiv.search("lora", "cs.LG", date(2024, 2, 28), date(2024, 3, 1))
    days = [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)]
    assert [part.day for part in parts] == days
    assert [asked(part)["search_query"] for part in parts] == [
        f"cat:cs.LG AND all:lora AND submittedDate:[{day:%Y%m%d}0000 TO {day:%Y%m%d}2359]" for day in days
    ]
    assert len({part.key for part in parts}) == 3
    assert parts[0].label == "arXiv cs.LG, search for 'lora', submitted 2024-02-28"


def test_without_days_the_newest_come() -> None:
    """One page, newest first; it never settles, but rests."""
    (part,) = arxiv.search("lora", None)
    assert part.routes[0].page(0).url == (
        "https://export.arxiv.org/api/query?search_query=all%3Alora&start=0&max_results=200&sortBy=submittedDate"
        "&sortOrder=descending"
    )
    assert (part.routes[0].size, part.day, part.settles) == (None, None, None)
    assert (part.key, part.label) == ("newest all:lora", "arXiv search for 'lora', the newest")
    assert 0 < part.rest < 24 * 3600


def test_all_hosts_share_a_lane() -> None:
    """One request every three seconds over all; arXiv's way to say "too many" is known; no token goes along."""
    requests: list[Request] = [
        arxiv.feed("cs.CL").routes[0].page(0),
        arxiv.search(None, "cs.CL", endpoint="http://127.0.0.1:8000")[0].routes[0].page(0),
        arxiv.search("x", None, DAY, DAY)[0].routes[0].page(3),
    ]
    assert {(r.lane, r.interval, r.busy) for r in requests} == {("arxiv.org", 3.0, b"Rate exceeded.")}
    assert not any(r.robots or r.secret for r in requests)
    assert requests[1].url.startswith("http://127.0.0.1:8000/api/query?")


@pytest.mark.parametrize(
    ("query", "category", "since", "until", "said"),
    [
        (None, None, None, None, "name a category"),
        (None, None, DAY, DAY, "name a category"),
        ("lora", None, DAY, None, "both ends"),
        ("lora", None, None, DAY, "both ends"),
        ("lora", None, DAY, DAY - timedelta(days=1), "no day lies between"),
        ("", None, None, None, "no word"),
        ('"" ) ++ _', "cs.CL", None, None, "no word"),
        ("lora", "cs.XX", None, None, "no arXiv category"),
    ],
)
def test_what_makes_no_sense_is_refused(
    query: str | None, category: str | None, since: date | None, until: date | None, said: str
) -> None:
    """The error names what is missing."""
    with pytest.raises(UsageError, match=said):
        arxiv.search(query, category, since, until)


# --- queries ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("lora forgetting", "all:lora AND all:forgetting"),
        ('"catastrophic forgetting" lora', 'all:"catastrophic forgetting" AND all:lora'),
        ("“catastrophic forgetting”", 'all:"catastrophic forgetting"'),
        ('"lora"', "all:lora"),
        ('glued"phrase here"x', 'all:glued AND all:"phrase here" AND all:x'),
        ('an "open quote', "all:an AND all:open AND all:quote"),
        ("state-of-the-art", 'all:"state of the art"'),
        ("lora) OR (cat:math.AG", 'all:lora AND all:"OR" AND all:"cat math AG"'),
        ("cats AND dogs ANDNOT mice", 'all:cats AND all:"AND" AND all:dogs AND all:"ANDNOT" AND all:mice'),
        ("ti:x \\ au:y", 'all:"ti x" AND all:"au y"'),
        ("c++ del_maestro", 'all:c AND all:"del maestro"'),
        ("Poincare\u0301 λ", "all:Poincaré AND all:λ"),
        ("submittedDate:[2020 TO 2021]", 'all:"submittedDate 2020" AND all:"TO" AND all:2021'),
    ],
)
def test_words_are_all_required(query: str, terms: str) -> None:
    """Words, phrases, and nothing of what was typed as syntax."""
    assert expression(query) == terms
    assert expression(query, "cs.CL") == f"cat:cs.CL AND {terms}"


TERM = r'all:(?:[^\W_]+|"[^\W_]+(?: [^\W_]+)*")'


@given(st.text(max_size=40) | st.text(alphabet='"()[]:\\ANDORTO xy', max_size=40))
def test_nothing_typed_breaks_out(query: str) -> None:
    """Whatever is typed, the query is a conjunction of words and phrases, none of them an operator unquoted."""
    try:
        found = expression(query, "cs.CL")
    except UsageError:
        assert not re.search(r"[^\W_]", query)
        return
    assert re.fullmatch(rf"cat:cs\.CL(?: AND {TERM})+", found)
    assert not re.search(r"all:(?:AND|OR|NOT|ANDNOT|TO)\b", found)


def test_the_same_words_have_the_same_key() -> None:
    """White space and kinds of quotes make no other search."""
    keys = {arxiv.search(text, None)[0].key for text in (' lora  "a b"', "lora “a b”", "lora a-b")}
    assert len(keys) == 1


# --- categories -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("category", "term"),
    [
        ("cs.CL", "cat:cs.CL"),
        ("stat.ML", "cat:stat.ML"),
        ("math.AG", "cat:math.AG"),
        ("hep-th", "cat:hep-th"),
        ("cond-mat.mtrl-sci", "cat:cond-mat.mtrl-sci"),
        ("cs", "cat:cs.*"),
        ("cs.*", "cat:cs.*"),
    ],
)
def test_categories_and_archives(category: str, term: str) -> None:
    """A category is asked for by name, an archive by all its categories."""
    assert expression(None, category) == term


@pytest.mark.parametrize(
    ("category", "hint"),
    [
        ("cs.cl", "did you mean cs.CL\\?"),
        ("CS.CL", "did you mean cs.CL\\?"),
        ("Hep-Th", "did you mean hep-th\\?"),
        ("cs.CK", "cs has AI, AR, .* SY"),
        ("math", None),
        ("cs.", "cs has AI"),
        ("csCL", "did you mean cs.CL"),
        ("hepth", "did you mean hep-th"),
        ("hep-th.XX", "did you mean hep-th"),
        ("knitting", "named like cs.CL"),
        ("", "named like cs.CL"),
        ("cs.CL AND all:x", "cs has AI"),
        ("../../etc", "named like cs.CL"),
        ("x" * 100_000, "named like cs.CL"),
    ],
)
def test_a_category_that_is_not_there_is_refused(category: str, hint: str | None) -> None:
    """arXiv would find nothing in it, as on a quiet day; the error suggests what was meant."""
    if hint is None:
        assert arxiv.known_category(category) == category
        return
    with pytest.raises(UsageError, match=hint):
        arxiv.feed(category)
