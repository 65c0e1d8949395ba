"""What a Hugging Face page without papers is: said in an error, so that nobody takes it for an empty day.

Every page of the hub carries the script of its firewall and a captcha's key: neither makes a page a challenge.
"""

from __future__ import annotations

import re

from papertide.normal import clean
from papertide.parsers.page import excerpt

_CHALLENGE = re.compile(
    r"gokuProps|AwsWafIntegration|awsWafCookie|challenge-container|cf-challenge|cf_chl_|<title>\s*Just a moment"
    r"|verif(?:y|ying) (?:that )?you are (?:a )?human|confirm you are (?:a )?human",
    re.IGNORECASE,
)
_FIREWALL = re.compile(r"awswaf|captcha", re.IGNORECASE)
_OF_THE_HUB = ("SVELTE_HYDRATER", "DailyPapersPage", "hubConfig")
_HEADINGS = re.compile(r"<(?:title|h1)\b[^<>]{0,500}>([^<]{0,300})", re.IGNORECASE)
_PASSWORD = re.compile(r"""<input\b[^<>]{0,500}\btype=["']?password""", re.IGNORECASE)
_LOGIN = re.compile(r"\b(?:log|sign) ?in\b", re.IGNORECASE)
_ERROR = re.compile(
    r"\b(?:40[0134]|429|50[0234])\b|too many requests|rate limit|internal (?:server )?error|not found|forbidden|bad gateway"
    r"|service unavailable|access denied|timed? ?out|something went wrong",
    re.IGNORECASE,
)
_PAPER = re.compile(r"""data-target=["']?PaperContent|<title>\s*Paper page\b""", re.IGNORECASE)
_HTML = re.compile(r"[\ufeff\s]*<(?:!doctype\s+)?html\b", re.IGNORECASE)
_LINK = re.compile(r"""href=["']?(?:https?://[\w.-]+)?/papers/\d{4}\.\d{4,5}""")


def what_it_is(text: str, why: str | None, *, whole: bool) -> str:
    """What is wrong with a page that shows no papers; `why` says what is wrong with its JSON, if it has any."""
    kind = kind_of_page(text)
    if kind is not None:
        return kind
    if not whole:
        return f"HTML, cut off before its first paper{f' ({why})' if why else ''}"
    title = _title(text)
    seen = f"; it is called {title!r}" if title else ""
    links = len(_LINK.findall(text))
    seen += f", and links to papers {links} times" if links else ""
    return f"HTML, but no article links to a paper under a heading{f', and {why}' if why else ''}{seen}"


def named_page(text: str) -> str | None:
    """What a page is that came in the place of data; None for a text that isn't HTML."""
    title = _title(text)
    plain = f"a page of HTML{f' titled {title!r}' if title else ''}" if _HTML.match(text) else None
    return kind_of_page(text) or plain


def kind_of_page(text: str) -> str | None:
    """What a page is instead of a listing: a challenge, an error, a login or the page of one paper; None for any other."""
    title = _title(text)
    of_the_hub = any(mark in text for mark in _OF_THE_HUB)
    if _CHALLENGE.search(text) or (not of_the_hub and _FIREWALL.search(text)):
        return "a challenge page (are you human?), not a listing; open it in a browser and save again"
    if _PAPER.search(text):
        return f"the page of one paper, not a listing: {title!r}"
    if _ERROR.search(title):
        return f"an error page, not a listing: {title!r}"
    if _PASSWORD.search(text) or _LOGIN.search(title):
        return f"a login page, not a listing: {title!r}"
    return None


def _title(text: str) -> str:
    """The titles and headings of a page, each once, or nothing."""
    titles = map(clean, _HEADINGS.findall(text)[:4])
    return excerpt(" / ".join(dict.fromkeys(title for title in titles if title)))
