"""`papertide fetch`: which days and sources it asks for, what it tells, and how it ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from tests.cli.harness import Program
from tests.hub import Answer, Hub, as_json, item, served
from tests.terminal import in_terminal, without_style

from papertide.store import open_library

DAY = date(2026, 3, 4)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub with one day of two papers, standing in for the real ones."""
    with served(Hub({DAY: [item(1, DAY), item(2, DAY)]})) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.setenv("PAPERTIDE_ARXIV_ENDPOINT", hub.url)
        monkeypatch.delenv("HF_TOKEN", raising=False)
        yield hub


def days_asked(hub: Hub) -> list[str]:
    """The days that the API was asked for, each once."""
    return list(dict.fromkeys(target.partition("date=")[2][:10] for target in hub.asked if "date=" in target))


def test_a_day(empty: Program, hub: Hub) -> None:
    """A day is fetched into a library that is made for it; the report is that of `add`."""
    ran = empty.done("fetch", "--date", str(DAY), "--json")
    assert ran.one == {"pages": 1, "entries": 2, "new": 2, "merged": 0, "unchanged": 0, "problems": []}
    rows = empty.done("list", "--json").rows
    assert [row["listed"] for row in rows] == [["2026-03-04"]] * 2
    assert {source for row in rows for source in row["source_ids"]} == {"hf:2601.00001", "hf:2601.00002"}
    sighting = empty.done("show", 1, "--json").one["sightings"]
    assert sighting != []
    assert hub.asked[0] == "/api/daily_papers?date=2026-03-04&limit=100&p=0"


@pytest.mark.usefixtures("hub")
def test_for_people(empty: Program) -> None:
    """The report is one line on stdout; what was fetched before is told on stderr."""
    assert empty.done("fetch", "--date", str(DAY)).out == "1 page, 2 entries: 2 new, 0 merged, 0 unchanged\n"
    ran = empty.done("fetch", "--date", str(DAY))
    assert ran.out == "0 pages, 0 entries: 0 new, 0 merged, 0 unchanged\n"
    assert "Hugging Face, 2026-03-04 was fetched whole before" in ran.err
    assert "--again" in ran.err
    assert empty.done("fetch", "--date", str(DAY), "--again", "--json").one["unchanged"] == 2


@pytest.mark.usefixtures("hub")
def test_raw_pages_are_archived(empty: Program) -> None:
    """What came is kept for `replay`, unless that isn't wished."""
    folder = Path(f"{empty.library}.pages")
    empty.done("fetch", "--date", str(DAY), "--no-archive")
    assert not folder.exists()
    empty.done("fetch", "--date", str(DAY), "--again")
    assert len(list(folder.rglob("*.gz"))) == 1


def test_without_a_day(empty: Program, hub: Hub) -> None:
    """Without a day the last week is looked at: what is missing of it, and today and yesterday in any case."""
    store = open_library(empty.library, create=True)
    for k in range(2, 8):
        store.fetching.got("hf", f"day:2026-11-{21 - k}", "2026-11-21T00:10:00Z", 5)
    store.close()
    ran = empty("fetch")
    assert days_asked(hub) == ["2026-11-20", "2026-11-21"]
    assert "fetched whole before" not in ran.err
    ran = empty("fetch", "--since", "2026-11-14", "--until", "2026-11-19")
    assert "6 days were fetched whole before (last on 2026-11-21)" in ran.err


def test_a_long_absence_is_told(empty: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """Days that a fetch after a long absence leaves out are named, with how to get them."""
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")  # nobody there: what is told comes first
    store = open_library(empty.library, create=True)
    store.fetching.got("hf", "day:2026-09-10", "2026-11-21T00:10:00Z", 5)
    store.close()
    ran = empty("fetch")
    assert (
        "the days from 2026-09-11 to 2026-10-20 are left out: `papertide fetch --since 2026-09-11` gets them" in ran.err
    )


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("hub",), "no source 'hub'"),
        (("--date", "yesterday"), "--date 'yesterday' is no date"),
        (("--date", "2026-11-22"), "2026-11-22 is still to come"),
        (("--until", "2026-11-01"), "--until needs a --since"),
        (("--since", "2026-11-02", "--until", "2026-11-01"), "2026-11-01 is before 2026-11-02"),
        (("--date", "2026-03-04", "--month", "2026-03"), "--date and --month are two ways to say it"),
        (("--week", "2026-10"), "--week '2026-10'"),
        (("--week", "2026-W54"), "--week '2026-W54'"),
        (("--month", "2026-13"), "--month '2026-13'"),
        (("--month", "March"), "write it as 2026-03"),
        (("--month", "9999-12"), "still to come"),
        (("--week", "9999-W52"), "still to come"),
        (("hf-search",), "hf-search needs a --query"),
        (("hf-search", "--query", " "), "--query is empty"),
        (("hf", "--query", "lora"), "--query goes with"),
        (("hf-search", "--query", "lora", "--category", "cs.CL"), "--category goes with arxiv"),
        (("hf-trending", "--date", "2026-03-04"), "hf-trending knows no days"),
        (("arxiv",), "arxiv needs a --category"),
        (("arxiv", "--category", "cs.cl"), "cs.CL"),
    ],
)
def test_what_makes_no_sense(empty: Program, hub: Hub, options: tuple[str, ...], told: str) -> None:
    """A request that makes no sense is said to, exit code 2, before anybody is asked or anything is made."""
    ran = empty("fetch", *options)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert hub.asked == []
    assert not empty.library.exists()


@pytest.mark.parametrize("endpoint", ["http://[::1", "https://me:se/cret@host", "http://host?x=", "ftp://host"])
def test_an_endpoint_that_is_none(empty: Program, endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server's address that can't be one is wrong usage; a password in it isn't shown."""
    monkeypatch.setenv("HF_ENDPOINT", endpoint)
    ran = empty("fetch", "--date", str(DAY))
    assert (ran.code, ran.out) == (2, "")
    assert "endpoint" in ran.err
    assert "cret" not in ran.err


def test_trending_and_search(empty: Program, hub: Hub) -> None:
    """What is trending and what a search finds are sources of their own."""
    assert empty.done("fetch", "hf-trending", "--json").one["new"] == 2
    assert empty.done("fetch", "hf-search", "--query", "lora & co", "--json").one["unchanged"] == 2
    assert hub.asked == [
        "/api/daily_papers?sort=trending&limit=100",
        "/api/papers/search?q=lora+%26+co&limit=100",
    ]


FEED = b"""<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">
<id>http://arxiv.org/api/one</id><title>arXiv Query</title><opensearch:totalResults>1</opensearch:totalResults>
<entry><id>http://arxiv.org/abs/2603.00001v1</id><title>Adapters at sea</title><summary>We tune adapters on a ship.</summary>
<published>2026-03-04T10:00:00Z</published><author><name>Ada Example</name></author></entry></feed>"""


def test_arxiv(empty: Program, hub: Hub) -> None:
    """A search of arXiv is asked of its API; a reader who told no contact is asked for one."""
    hub.instead = lambda target: Answer(200, FEED) if target.startswith("/api/query") else None
    ran = empty.done("fetch", "arxiv", "--category", "cs.CL", "--date", str(DAY), "--json")
    assert ran.one["new"] == 1
    assert "arXiv asks its users for a contact" in ran.err
    (paper,) = empty.done("list", "--json").rows
    assert (paper["arxiv_id"], paper["published"], paper["source_ids"]) == (
        "2603.00001",
        "2026-03-04",
        ["arxiv:2603.00001"],
    )


def test_a_failure(empty: Program, hub: Hub) -> None:
    """A source that fails is named with what was seen; nothing was stored, exit code 1."""
    hub.instead = lambda _target: Answer(404, b"<html>gone fishing</html>")
    ran = empty("fetch", "--date", str(DAY))
    assert ran.code == 1
    assert "Hugging Face, 2026-03-04" in ran.err
    assert "404" in ran.err
    assert "nothing was stored" in ran.err


def test_partly(empty: Program, hub: Hub) -> None:
    """A damaged item among good ones is named, and the good ones are stored, exit code 3."""
    hub.instead = lambda target: (
        as_json([item(1, DAY), {"paper": {}}] if "p=0" in target else []) if "/api/" in target else None
    )
    ran = empty("fetch", "--date", str(DAY), "--json")
    assert ran.code == 3
    assert ran.one["new"] == 1
    assert "item 2" in ran.one["problems"][0]["reason"]


def test_the_token_is_shown_to_the_api_alone(empty: Program, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """HF_TOKEN goes to the hub's API and nowhere else: no page, no output, no library, no archive has it."""
    secret = "hf_abcdefghijklmnopqrstuvwxyz0123456789"
    monkeypatch.setenv("HF_TOKEN", secret)
    hub.instead = lambda target: Answer(404, b"no") if "/api/" in target else None
    ran = empty("fetch", "--date", str(DAY))
    shown = {target: headers.get("Authorization") for target, headers in hub.headers}
    assert shown["/api/daily_papers?date=2026-03-04&limit=100&p=0"] == f"Bearer {secret}"
    assert [value for target, value in shown.items() if not target.startswith("/api/")] == [None] * (len(shown) - 1)
    held = b"".join(file.read_bytes() for file in empty.library.parent.rglob("*") if file.is_file())
    assert secret.encode() not in held
    assert secret not in ran.out + ran.err


def test_the_contact_goes_along(empty: Program, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """The contact stands in the User-Agent, with the program's name and version."""
    monkeypatch.setenv("PAPERTIDE_CONTACT", "ada@example.org")
    empty.done("fetch", "--date", str(DAY))
    agent = hub.headers[0][1]["User-Agent"]
    assert agent.startswith("papertide/")
    assert "ada@example.org" in agent


def test_a_bar_with_days_papers_and_waiting(tmp_path: Path, hub: Hub) -> None:
    """On a terminal a bar counts the days and the papers and says what is waited for; it is gone at the end."""
    answers = iter([Answer(429, b"", {"Retry-After": "1"})])
    hub.instead = lambda _target: next(answers, None)
    library = tmp_path / "library.db"
    code, raw = in_terminal(
        ["--library", str(library), "fetch", "--date", str(DAY)], environment={"HF_ENDPOINT": hub.url}
    )
    assert code == 0
    text = without_style(raw)
    assert "fetching" in text
    assert "0/1" in text
    assert "waiting 2 s: 127.0.0.1" in text
    assert "2 papers" in text
    assert text.rstrip().splitlines()[-1].endswith("1 page, 2 entries: 2 new, 0 merged, 0 unchanged")
