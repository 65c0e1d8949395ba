"""Parsing: what a page costs beyond what its decoder costs anyway, as ratios of medians that take turns.

A page's JSON is measured against `json.loads` of it, its cards against Beautiful Soup's tree of the page. The pages are made
here; the real ones are measured too where they lie beside the checkout.
"""

from __future__ import annotations

import argparse
import html
import json
import random
import re
import statistics
import tarfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from table import head, row, within

from papertide.parsers import parse

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
WORDS = (
    "adapters remember what they learnt about language models while agents tune small parts of large networks for naïve "
    "tasks with little data and we measure how much is forgotten when the next task of a stream arrives"
).split()
ICON = '<svg class="text-sm" width="1em" height="1em" viewBox="0 0 12 12"><path fill="currentColor" d="M5 2l3 5z"></path></svg>'


@dataclass(frozen=True, slots=True)
class Case:
    """What is measured: ours, what it is compared with, and the ratio it should stay below."""

    name: str
    ours: Callable[[], object]
    bare: Callable[[], object]
    target: float


def prose(dice: random.Random, length: int) -> str:
    """About that many characters of words."""
    text = ""
    while len(text) < length:
        text += dice.choice(WORDS) + dice.choice((" ", " ", " ", " ", " ", ", ", ".\n"))
    return text.strip().capitalize()


def item(dice: random.Random, number: int) -> dict[str, Any]:
    """One item of a listing, with all that stands on one."""
    ident = f"2405.{number:05d}"

    def user() -> dict[str, Any]:
        picture = f"https://cdn-avatars.huggingface.co/v1/production/uploads/{dice.randrange(16**24):024x}.jpeg"
        name = prose(dice, 8).split()[0]
        number = f"{dice.randrange(16**24):024x}"
        return {"_id": number, "avatarUrl": picture, "isPro": False, "fullname": name, "user": name, "type": "user"}

    def author() -> dict[str, Any]:
        told = {"_id": f"{dice.randrange(16**24):024x}", "user": user(), "name": prose(dice, 12).replace("\n", " ")}
        return told | {"status": "claimed_verified", "statusLastChangedAt": "2024-05-08T09:20:17.166Z", "hidden": False}

    title, abstract = prose(dice, 70), prose(dice, 1300)
    paper = {
        "id": ident,
        "authors": [author() for _ in range(8)],
        "publishedAt": "2024-05-06T17:54:27.000Z",
        "submittedOnDailyAt": "2024-05-08T00:00:00.000Z",
        "title": title,
        "submittedOnDailyBy": user(),
        "summary": abstract,
        "upvotes": dice.randrange(200),
        "discussionId": f"{dice.randrange(16**24):024x}",
        "ai_summary": prose(dice, 200),
        "ai_keywords": [prose(dice, 14) for _ in range(8)],
        "githubRepo": f"https://github.com/lab/{ident}",
        "githubStars": dice.randrange(900),
        "organization": {"_id": f"{dice.randrange(16**24):024x}", "name": "lab", "fullname": "The Lab"},
    }
    return {
        "paper": paper,
        "publishedAt": "2024-05-06T13:54:27.000Z",
        "title": title,
        "summary": abstract,
        "thumbnail": f"https://cdn-thumbnails.huggingface.co/social-thumbnails/papers/{ident}.png",
        "numComments": dice.randrange(6),
        "submittedBy": user(),
        "isAuthorParticipating": False,
    }


def card(told: dict[str, Any]) -> str:
    """The daily card of an item."""
    paper = told["paper"]
    path = f"/papers/{paper['id']}"
    avatars = "".join(
        f'<li class="-mr-2 h-4 w-4 rounded-full border-2" title="{author["user"]["user"]}">'
        f'<img class="overflow-hidden rounded-full" alt="" src="{author["user"]["avatarUrl"]}"></li>'
        for author in paper["authors"][:5]
    )
    return f"""<article class="relative flex flex-col overflow-hidden rounded-xl border">
<a class="relative block h-56 w-full cursor-pointer" href="{path}"><img alt="" src="{told["thumbnail"]}"></a>
<div class="absolute right-2 top-56 flex h-6 items-center text-xs leading-none">Submitted by <img alt=""> someone</div>
<div class="flex px-6 pb-6 pt-8"><div class="flex w-full gap-6"><a class="self-start" href="/login?next={path}">
<div class="flex h-14 w-12 cursor-pointer"><input disabled type="checkbox" class="peer hidden">{ICON}
<div class="leading-none">{paper["upvotes"] or "-"}</div></div></a>
<div class="w-full"><h3 class="mb-1 text-lg/6"><a href="{path}" class="line-clamp-3">{html.escape(paper["title"])}</a></h3>
<div class="flex items-center justify-between"><a class="flex" href="{path}"><ul class="flex items-center">{avatars}
<li class="order-first ml-3"><div class="flex truncate"><div class="ml-1 mr-2.5">·</div>8 authors</div></li></ul></a>
<a class="flex items-center gap-2" href="{path}#community">{ICON}{told["numComments"]}</a></div></div></div></div></article>
"""


def page(items: list[dict[str, Any]]) -> str:
    """A saved page of those items, with its JSON and its cards."""
    props = {"canSubmit": False, "dateString": "2024-05-08", "dailyPapers": items, "periodType": "day", "query": {}}
    told = json.dumps(props, ensure_ascii=False, separators=(",", ":")).replace("&", "&amp;").replace('"', "&quot;")
    cards = "".join(card(item) for item in items)
    return (
        f"<!doctype html><html><head><title>Daily Papers</title></head><body>{ICON * 60}<main>"
        f'<div class="SVELTE_HYDRATER contents" data-target="DailyPapers" data-props="{told.replace("<", "&lt;")}">'
        f"<section>{cards}</section></div></main></body></html>\n"
    )


def props_of(text: str) -> str:
    """The JSON inside a page, decoded."""
    found = re.search(r'data-target="DailyPapers" data-props="([^"]*)"', text)
    if found is None:
        raise SystemExit("a page without its JSON")
    return html.unescape(found[1])


def cases() -> Iterator[Case]:
    """What is measured."""
    dice = random.Random(7)
    items = [item(dice, number) for number in range(50)]
    pages = {"made": page(items)}
    real = SHARED / "html" / "hf-daily-2024-08-01.html"
    if real.is_file():
        pages["real"] = real.read_text(encoding="utf-8")
    for name, text in pages.items():
        told, data = props_of(text), text.encode()
        loads = partial(json.loads, told)
        yield Case(f"{name} page, its JSON", partial(parse, data, "hf-html"), loads, 2.0)
        yield Case(f"{name} page, layout found", partial(parse, data), loads, 2.0)
        bare = text.replace('data-target="DailyPapers"', "")
        tree = partial(BeautifulSoup, bare, "lxml")
        yield Case(f"{name} page, its cards", partial(parse, bare.encode(), "hf-html"), tree, 1.3)
    answers = {"made": json.dumps(items)}
    archive = SHARED / "hf_api_2024_2025.tar.gz"
    if archive.is_file():
        answers |= days(archive, ("2024-05-29", "2025-03-04", "2025-12-01"))
    for name, text in answers.items():
        yield Case(f"{name} answer", partial(parse, text.encode(), "hf-json"), partial(json.loads, text), 2.0)


def days(archive: Path, wanted: tuple[str, ...]) -> dict[str, str]:
    """The saved answers of those days that the archive has."""
    found: dict[str, str] = {}
    with tarfile.open(archive) as members:
        for member in members:
            file = members.extractfile(member) if Path(member.name).stem in wanted else None
            if file is not None:
                found[Path(member.name).stem] = file.read().decode()
    return found


def took(work: Callable[[], object]) -> float:
    """The seconds that some work takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def main() -> None:
    """Take the rounds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=41, help="how often each case is run (default: 41)")
    rounds: int = parser.parse_args().rounds
    head(f"medians of {rounds} rounds, against json.loads or Beautiful Soup's tree")
    for case in cases():
        case.ours()
        times = [(took(case.ours), took(case.bare)) for _ in range(rounds)]
        ours, bare = (statistics.median(column) for column in zip(*times, strict=True))
        row(case.name, bare * 1000, ours * 1000, within(case.target), "ms")


if __name__ == "__main__":
    main()
