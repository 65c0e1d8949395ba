"""What several formats share: a text on one line, web addresses that may be opened, and names taken apart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import quote, urlsplit

from papertide.normal import safe
from papertide.records.plain import PaperDict

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_SHELL = re.compile(r'[\\"$`]')
_PART_OF_URL = ":/?#@!$&*+,;=%~._-[]'"
_PLAIN_URL = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*(?:/[A-Za-z0-9/._-]*)?")
"""What most addresses are: nothing in them has to be looked at."""


def one_line(text: str) -> str:
    """A text without line ends and without anything that moves a terminal or hides."""
    return text if text.isprintable() else safe(_CONTROL.sub(" ", safe(text)))


def in_double_quotes(text: str) -> str:
    """A text as a shell takes it between double quotes."""
    return _SHELL.sub(r"\\\g<0>", text)


def replaced(text: str, signs: Mapping[str, str]) -> str:
    """A text with each sign replaced, one sign after the other: most texts hold few, and looking for one is quick."""
    for sign, by in signs.items():
        if sign in text:
            text = text.replace(sign, by)
    return text


def safe_url(url: str | None) -> str | None:
    """An http(s) address in ASCII, without blanks, quotes, brackets and braces, else None."""
    if not url:
        return None
    if _PLAIN_URL.fullmatch(url):
        return url
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return None
    return quote(_CONTROL.sub("", url), safe=_PART_OF_URL).replace("[", "%5B").replace("]", "%5D")


def address_of(paper: PaperDict) -> str | None:
    """Where a paper is to be found: its own address, else that of its arXiv id, else that of its DOI."""
    if (own := safe_url(paper["url"])) is not None:
        return own
    if paper["arxiv_id"]:
        return f"https://arxiv.org/abs/{paper['arxiv_id']}"
    return safe_url(f"https://doi.org/{paper['doi']}") if paper["doi"] else None


def key_of(paper: PaperDict) -> str:
    """What a paper is cited by: `arXiv:2106.09685`, or its number in the library.

    It depends on nothing that is corrected later (names, titles, years) and on no other paper, so that it stays the same
    from one export to the next; an arXiv id is unique in a library.
    """
    return f"arXiv:{paper['arxiv_id']}" if paper["arxiv_id"] else f"paper{paper['id']}"


def keywords(paper: PaperDict) -> list[str]:
    """Topics and tags, each once."""
    return list(dict.fromkeys([*paper["topics"], *paper["tags"]]))


def day_parts(paper: PaperDict) -> tuple[str, str, str] | None:
    """Year, month and day of publication, with their zeros."""
    if not paper["published"]:
        return None
    year, month, day = paper["published"].split("-")
    return year, month, day


@lru_cache(maxsize=4096)  # whoever writes one paper writes others
def parted(name: str) -> tuple[str, str] | None:
    """Given and family name, by BibTeX's rule: the family name is the last word, with the small ones before it.

    None for a name that can't be told apart so: one word, one with a comma, one with a suffix, one not in Latin letters.
    """
    words = name.split(" ")
    last = words[-1]
    if len(words) < 2 or "," in name or last.lower().strip(".") in _SUFFIXES or not _LATIN.match(last):
        return None
    if len(words) == 2:
        return words[0], last
    small = next((place for place, word in enumerate(words[1:], 1) if word[:1].islower()), len(words) - 1)
    return " ".join(words[:small]), " ".join(words[small:])


_SUFFIXES = frozenset(
    "jr sr inc ltd llc gmbh corp team group lab labs phd ph.d md m.d esq ii iii iv v vi vii viii".split()
)
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
