"""What to ask of arXiv: the announcements of a day from its feeds, or what was submitted in a range of days from its API.

The two don't say the same: a paper submitted on Friday evening is announced on Tuesday. A feed holds the latest
announcement only and can't be asked for an earlier one; the API knows no announcements, and goes back to the beginning.

Terms: one request every three seconds over all of arXiv's hosts, and no query twice a day, as its index changes once a
day. Both are interfaces made for programs: the page on arXiv's robots.txt points to them.
Source: info.arxiv.org/help/ (api/user-manual.html, api/tou.html, rss.html, robots.html) and arxiv.org/category_taxonomy.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from difflib import get_close_matches
from urllib.parse import quote, urlencode

from papertide.errors import UsageError
from papertide.sources.base import Part, Request, Route

FEEDS = "https://rss.arxiv.org"
API = "https://export.arxiv.org"

HOSTS = frozenset({"arxiv.org", "export.arxiv.org", "rss.arxiv.org"})
"""arXiv's own, between which it may redirect."""

_LAYOUT = "arxiv-atom"
_LANE = "arxiv.org"
_INTERVAL = 3.0
_BUSY = b"Rate exceeded."
_REST = 20 * 3600.0
"""Seconds: less than a day, so that a timer that goes off once a day always finds it over."""

_SIZE = 500
"""Papers a page. A day of the largest category, of some hundred papers, is one request or two, and an answer about a
megabyte. arXiv allows 2,000 but asks for smaller slices: large ones are slow, and more often come back empty."""

_NEWEST = 200
"""Papers of a search without days: one page of the newest."""

_SETTLES = 7
"""Days until nearly all that was submitted on a day is announced: one or two, four over a weekend, more over holidays
or where a moderator hesitates."""


_POLL = 3600.0
"""Seconds between two looks at a feed, which is made once a day."""


def feed(category: str, endpoint: str = FEEDS) -> Part:
    """The latest announcements in a category, or in a whole archive (`cs`); raises UsageError for one that isn't there.

    A feed is made once a day, at midnight in New York, and no earlier one can be had. It says itself which day it is of:
    whoever asks in the evening of New York still gets that day's, although it is the next one elsewhere.
    """
    category = known_category(category)
    url = f"{endpoint.rstrip('/')}/atom/{quote(category)}"
    route = Route(_LAYOUT, lambda _: _request(url))
    return Part("arxiv", f"feed {category}", f"arXiv {category}, announcements", (route,), rest=_POLL)


def search(
    query: str | None,
    category: str | None,
    since: date | None = None,
    until: date | None = None,
    endpoint: str = API,
) -> list[Part]:
    """What was submitted from `since` to `until` (both included, in UTC), a Part a day; without them the newest, one page.

    All words of the query are required; words in quotes are one phrase. Raises UsageError for a range with one end or
    none in it, for a category that isn't there, for a query without a word, and where neither of the two is given.
    """
    asked, label = _asked(query, category)
    if since is None and until is None:
        order = {"start": 0, "max_results": _NEWEST, "sortBy": "submittedDate", "sortOrder": "descending"}
        newest = Route(_LAYOUT, lambda _: _query(endpoint, asked, order))
        return [Part("arxiv", f"newest {asked}", f"arXiv {label}, the newest", (newest,), rest=_REST)]
    if since is None or until is None:
        raise UsageError("a search of arXiv by days needs both ends: --since DAY --until DAY")
    if since > until:
        raise UsageError(f"no day lies between --since {since} and --until {until}")
    days = (since + timedelta(days=number) for number in range((until - since).days + 1))
    return [_day_of(asked, label, day, endpoint) for day in days]


def _day_of(asked: str, label: str, day: date, endpoint: str) -> Part:
    """What was submitted on a day. The oldest comes first, so that a paper that joins later moves no page."""
    minutes = f"[{day:%Y%m%d}0000 TO {day:%Y%m%d}2359]"
    expression = f"{asked} AND submittedDate:{minutes}"

    def page(number: int) -> Request:
        order = {"start": number * _SIZE, "max_results": _SIZE, "sortBy": "submittedDate", "sortOrder": "ascending"}
        return _query(endpoint, expression, order)

    name = f"arXiv {label}, submitted {day}"
    return Part("arxiv", f"day {day} {asked}", name, (Route(_LAYOUT, page, _SIZE),), day, settles=_SETTLES, rest=_REST)


def _query(endpoint: str, expression: str, order: dict[str, object]) -> Request:
    return _request(f"{endpoint.rstrip('/')}/api/query?{urlencode({'search_query': expression, **order})}")


def _request(url: str) -> Request:
    return Request(url, lane=_LANE, interval=_INTERVAL, busy=_BUSY)


# --- queries ----------------------------------------------------------------------------------------------------------

_QUOTES = str.maketrans("“”„«»", '"""""')
_PHRASE = re.compile(r'"([^"]*)"|([^\s"]+)')
_WORD = re.compile(r"[^\W_]+")
_OPERATORS = frozenset({"and", "or", "not", "andnot", "to"})


def _asked(query: str | None, category: str | None) -> tuple[str, str]:
    """The expression that arXiv is asked, without its days, and what a person calls it."""
    terms: list[str] = []
    labels: list[str] = []
    if category is not None:
        known = known_category(category)
        terms.append(f"cat:{known}.*" if _SUBJECTS.get(known) else f"cat:{known}")
        labels.append(known)
    if query is not None:
        words = list(_terms(query))
        if not words:
            raise UsageError(f"no word to search arXiv for in {query!r}")
        terms += words
        labels.append(f"search for {query!r}")
    if not terms:
        raise UsageError("arXiv takes in a thousand papers a day: name a category (--category cs.CL) or a --query")
    return " AND ".join(terms), ", ".join(labels)


def _terms(query: str) -> Iterator[str]:
    """The words and phrases of a query as arXiv's syntax has them.

    Nothing but letters and digits is left of what was typed, so nothing in it can be syntax (to arXiv's parser a
    parenthesis is one even in quotes): a word with a hyphen is the phrase of its parts, and one that is an operator
    stands in quotes.
    """
    for found in _PHRASE.finditer(unicodedata.normalize("NFC", query).translate(_QUOTES)):
        words: list[str] = _WORD.findall(found[0])
        if len(words) == 1 and words[0].casefold() not in _OPERATORS:
            yield f"all:{words[0]}"
        elif words:
            yield f'all:"{" ".join(words)}"'


# --- categories -------------------------------------------------------------------------------------------------------

_SUBJECTS = {
    archive: tuple(subjects.split())
    for archive, subjects in {
        "astro-ph": "CO EP GA HE IM SR",
        "cond-mat": "dis-nn mes-hall mtrl-sci other quant-gas soft stat-mech str-el supr-con",
        "cs": "AI AR CC CE CG CL CR CV CY DB DC DL DM DS ET FL GL GR GT HC IR IT LG LO MA MM MS NA NE NI OH OS PF PL RO"
        " SC SD SE SI SY",
        "econ": "EM GN TH",
        "eess": "AS IV SP SY",
        "gr-qc": "",
        "hep-ex": "",
        "hep-lat": "",
        "hep-ph": "",
        "hep-th": "",
        "math": "AC AG AP AT CA CO CT CV DG DS FA GM GN GR GT HO IT KT LO MG MP NA NT OA OC PR QA RA RT SG SP ST",
        "math-ph": "",
        "nlin": "AO CD CG PS SI",
        "nucl-ex": "",
        "nucl-th": "",
        "physics": "acc-ph ao-ph app-ph atm-clus atom-ph bio-ph chem-ph class-ph comp-ph data-an ed-ph flu-dyn gen-ph"
        " geo-ph hist-ph ins-det med-ph optics plasm-ph pop-ph soc-ph space-ph",
        "q-bio": "BM CB GN MN NC OT PE QM SC TO",
        "q-fin": "CP EC GN MF PM PR RM ST TR",
        "quant-ph": "",
        "stat": "AP CO ME ML OT TH",
    }.items()
}
"""The subjects of each archive; where there are none, the archive is a category itself."""

_CATEGORIES = (*_SUBJECTS, *(f"{archive}.{subject}" for archive, subjects in _SUBJECTS.items() for subject in subjects))


def known_category(text: str) -> str:
    """A category or an archive by its name (`cs.CL`, `hep-th`, `cs`; `cs.*` is `cs`).

    Raises UsageError for any other, with the nearest ones: arXiv finds no papers in a category that doesn't exist, which
    looks like a quiet day.
    """
    name = text.strip().removesuffix(".*")
    if name in _CATEGORIES:
        return name
    by_fold = {category.casefold(): category for category in _CATEGORIES}
    near = get_close_matches(name.casefold()[:40], by_fold, n=3, cutoff=0.6)
    archive = by_fold.get(name.partition(".")[0].casefold())
    if name.casefold() in by_fold:
        hint = f"did you mean {by_fold[name.casefold()]}?"
    elif archive is not None and _SUBJECTS[archive]:
        hint = f"{archive} has {', '.join(_SUBJECTS[archive])}"
    elif near:
        hint = f"did you mean {' or '.join(by_fold[one] for one in near)}?"
    else:
        hint = "categories are named like cs.CL, stat.ML or hep-th"
    raise UsageError(f"no arXiv category {text!r}: {hint}")
