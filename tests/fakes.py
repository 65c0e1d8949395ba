"""Small real parts that the tests of several rooms share: pages, libraries filled with them, and what a library holds."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from random import Random

import pytest
from tests.libraries import dump as dump
from tests.libraries import in_step as in_step
from tests.libraries import look as look

from papertide import topics
from papertide.flows.add import add
from papertide.flows.tally import report_of
from papertide.records.reports import AddReport
from papertide.sources.base import Raw
from papertide.store import LibraryStore
from papertide.store.address import Place
from papertide.topics import Taxonomy

NOW = "2026-11-21T10:00:00Z"
READER = "ada"


def rules_of(**keywords: str) -> Taxonomy:
    """Topic rules: each name is a topic, its words are its strong keywords."""
    tables = [
        f'[{topic}]\nname = "{topic.title()}"\ndescription = "for a test"\nstrong = {json.dumps(words.split())}\n'
        for topic, words in keywords.items()
    ]
    return topics.load("\n".join(tables).encode(), "rules")


RULES = rules_of(peft="adapter lora", memory="forgetting")


@dataclass(frozen=True)
class Card:
    """What a text dump shows of one paper; `day` as the page writes it: "Mar 24, 2024", "May 7"."""

    title: str
    abstract: str
    authors: int = 3
    day: str = "Mar 24, 2024"


def text_page(*cards: Card, header: str = "") -> bytes:
    """A listing page in the layout "hf-text", with the day of the listing as `header`."""
    top = ["new", "Get trending papers in your email inbox!", "Subscribe", "Daily Papers"]
    blocks = [*top, *([header] if header else [])]
    blocks += [f"{c.title}\n\n{c.abstract}\n\n  • {c.authors} authors\n·\n{c.day}" for c in cards]
    return ("\n\n".join(blocks) + "\n").encode()


def json_page(*papers: Mapping[str, object] | str) -> bytes:
    """A page in the layout "jsonl": mappings with at least a title, or titles alone."""
    lines = [{"title": paper} if isinstance(paper, str) else paper for paper in papers]
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


_WORDS = (
    "gradient batch teacher student layer token prompt budget sample reward policy memory route expert kernel cache draft"
    " label noise margin vector sketch anchor window branch merge probe signal filter ladder mirror ribbon harbour lantern"
).split()


def prose(subject: str, words: int = 45) -> str:
    """An abstract like no other subject's, always the same for one, and long enough to be compared."""
    return f"{subject.capitalize()}: {' '.join(Random(subject).choices(_WORDS, k=words))}."


def add_pages(
    store: LibraryStore,
    *pages: Raw | bytes,
    rules: Taxonomy = RULES,
    now: str = NOW,
    captured: date | None = None,
    dry_run: bool = False,
    layout: str = "auto",
) -> AddReport:
    """Add pages and give the report; bytes alone are named after their place."""
    raws = [page if isinstance(page, Raw) else Raw(f"page-{n}", page) for n, page in enumerate(pages, 1)]
    steps = add(raws, lambda: store, rules, now=lambda: now, captured=captured, dry_run=dry_run, layout=layout)
    return report_of(steps)


_FACTS = (
    "title, abstract, url, arxiv_id, doi, published, year_inferred, author_count, authors, organization, comments, upvotes,"
    " code_url, code_stars, summary, sightings"
)
_SIDES = {
    "sources": "SELECT source_id FROM paper_source WHERE paper_id = ? ORDER BY 1",
    "listed": "SELECT day FROM paper_listed WHERE paper_id = ? ORDER BY 1",
    "topics": "SELECT topic FROM paper_topic WHERE paper_id = ? ORDER BY place",
    "seen": "SELECT g.digest, g.captured, g.captured_given, s.position, s.entry FROM sighting s"
    " JOIN page g ON g.id = s.page_id WHERE s.paper_id = ? ORDER BY 1, 4",
}


def papers_of(path: Place) -> list[object]:
    """The papers of a library with their side tables and sightings, numbers and `added` apart, which depend on the order."""
    connection = look(path)
    try:
        found: list[object] = []
        for number, *facts in connection.execute(f"SELECT id, {_FACTS} FROM paper").fetchall():
            found.append((facts, [connection.execute(sql, (number,)).fetchall() for sql in _SIDES.values()]))
        return sorted(found, key=repr)
    finally:
        connection.close()


def forked(work: Callable[[], None]) -> int:
    """Start a process of its own that does `work` and ends with 0, or with 1 for any exception; gives its id.

    A fork, so that nothing has to be imported anew. It ends at once, past all that the test run would tidy up.
    """
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return child


def exit_codes(children: Iterable[int]) -> list[int]:
    """Wait for processes; gives their exit codes, negative for the signal that ended one."""
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


def _give_up_rights() -> None:
    """Become nobody, if this process is root's."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)


def as_nobody(work: Callable[[], None]) -> None:
    """Do `work` in a process that permissions bind: root gives up its rights there; its failures are shown."""

    def bound() -> None:
        _give_up_rights()
        work()

    if exit_codes([forked(_give_up_rights)]) != [0]:
        pytest.skip("root can't become another user here, and permissions don't bind it")
    assert exit_codes([forked(bound)]) == [0], "see the traceback on stderr"


class FakeClock:
    """A `sources.base.Clock` whose time passes only in `sleep`, and by `tick` seconds with each look at it.

    `slept` are the waits so far, each with its reason.
    """

    def __init__(self, at: float = 1_795_255_200.0, tick: float = 0.0) -> None:
        self.at = at
        self.tick = tick
        self.slept: list[tuple[float, str]] = []

    def now(self) -> float:
        """The time that passed so far."""
        self.at += self.tick
        return self.at

    def sleep(self, seconds: float, why: str) -> None:
        """Note the wait, and be at its end."""
        self.slept.append((seconds, why))
        self.at += seconds

    @property
    def waits(self) -> list[float]:
        """The seconds of each wait."""
        return [seconds for seconds, _ in self.slept]


class FakeMemory:
    """A `sources.base.Memory` that lasts as long as the test; `free` is the first free moment of each lane."""

    def __init__(self) -> None:
        self.free: dict[str, float] = {}
        self.texts: dict[str, tuple[str, float]] = {}

    def reserve(self, lane: str, now: float, interval: float, patience: float) -> float:
        """Take the first free moment of a lane, unless it is too far away."""
        moment = max(now, self.free.get(lane, now))
        if moment - now <= patience:
            self.free[lane] = moment + interval
        return moment

    def hold(self, lane: str, until: float) -> None:
        """Close a lane until then, if it isn't closed for longer."""
        self.free[lane] = max(until, self.free.get(lane, until))

    def robots(self, host: str) -> tuple[str, float] | None:
        """The text kept of a host, and when."""
        return self.texts.get(host)

    def keep_robots(self, host: str, text: str, now: float) -> None:
        """Keep a text."""
        self.texts[host] = (text, now)
