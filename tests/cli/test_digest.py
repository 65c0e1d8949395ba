"""`papertide digest`: sections, order, what is left out, and the ledger."""

from __future__ import annotations

import re
import sqlite3
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import feedparser
import html5lib
import pytest
from tests.cli.harness import FORGETTING, LORA, PAPER_KEYS, REWARD, ROBOTS, SURVEY, TODAY, Program
from tests.flows.test_mail import SECRET, served
from tests.loopback import CERTIFICATE

from papertide.ranking.order import first_impression


def document(program: Program, *options: str) -> dict[str, Any]:
    """A digest as one JSON document."""
    told: dict[str, Any] = program.done("digest", "--format", "json", *options).one
    return told


def test_sections_stand_in_the_order_of_the_rules(demo: Program) -> None:
    """Sections follow the topics' order, papers without a topic come last, and every new paper stands in just one."""
    made = document(demo, "--peek")
    order = [row["id"] for row in demo.done("topics", "--json").rows]
    names = [section["topic"] or "none" for section in made["sections"]]
    assert names == [topic for topic in order if topic in names]
    numbers = [paper["id"] for section in made["sections"] for paper in section["papers"]]
    assert sorted(numbers) == sorted(demo.done("list", "--json").ids)
    assert made["new"] == len(numbers) == len(set(numbers))


def test_each_paper_stands_in_the_section_that_fits_best(demo: Program) -> None:
    """A paper's section is the first of its topics."""
    for section in document(demo, "--peek")["sections"]:
        for paper in section["papers"]:
            assert (paper["topics"] or [None])[0] == section["topic"]


def test_best_first(demo: Program) -> None:
    """In a section upvotes decide, then comments, then the newer date; what is unknown comes last."""
    for section in document(demo, "--peek")["sections"]:
        papers = section["papers"]
        assert papers == sorted(papers, key=first_impression)
        upvotes = [paper["upvotes"] if paper["upvotes"] is not None else -1 for paper in papers]
        assert upvotes == sorted(upvotes, reverse=True)


@pytest.mark.parametrize("limit", [1, 2])
def test_what_is_left_out_is_listed_by_its_query(demo: Program, limit: int) -> None:
    """The query that a section names lists all of its papers, shown and left out, and nothing that isn't new."""
    whole = {section["topic"]: section for section in document(demo, "--peek")["sections"]}
    cut = document(demo, "--peek", "--limit", str(limit))["sections"]
    assert any(section["left_out"] for section in cut)
    for section in cut:
        everything = [paper["id"] for paper in whole[section["topic"]]["papers"]]
        shown = [paper["id"] for paper in section["papers"]]
        assert shown == everything[:limit]
        assert section["left_out"] == len(everything) - len(shown)
        listed = demo.done("list", section["query"], "--json")
        assert set(everything) <= set(listed.ids)
        assert {row["status"] for row in listed.rows} == {"inbox"}


def test_the_printed_query_works(demo: Program) -> None:
    """The command line that a digest prints for what it leaves out can be run as it stands."""
    out = demo.done("digest", "--limit", "1", "--peek").out
    printed = re.findall(r'(\d+) more in: papertide list "(.*)"', out)
    assert printed
    for count, query in printed:
        assert len(demo.done("list", query, "--json").ids) >= int(count) + 1


def test_the_query_spans_the_days_on_which_papers_came(program: Program) -> None:
    """Where papers came on several days the query names all of them."""
    with sqlite3.connect(program.library) as connection:
        for number in range(1, 8):
            connection.execute("UPDATE paper SET added = ? WHERE id = ?", (f"2026-11-{number:02}T23:59:59Z", number))
    connection.close()
    section = document(program, "--limit", "1")["sections"][0]
    assert section["query"] == "topic:peft added:2026-11-01..2026-11-04 status:inbox"
    assert set(program.done("list", section["query"], "--json").ids) == {LORA, SURVEY}


def test_the_second_digest_is_empty(program: Program) -> None:
    """What a digest told isn't told again, also what a section left out, until something new comes."""
    first = program.done("digest", "--limit", "1")
    assert "7 new papers" in first.out
    second = program.done("digest")
    assert second.out == f"Papertide, {TODAY}: nothing new\n"
    assert program.done("digest", "--json").out == ""
    assert document(program) == {"date": TODAY, "new": 0, "later": 0, "sections": []}
    program.add([{"title": "Something new about adapters"}])
    assert program.done("digest", "--json").ids == [8]


def test_a_paper_seen_again_is_not_new(demo: Program) -> None:
    """A told paper that another page shows isn't new again."""
    demo.done("digest")
    title = demo.done("show", 1, "--json").one["title"]
    assert demo.add([{"title": title.upper()}]).one["merged"] == 1
    assert demo.done("digest", "--json").ids == []


def test_peek_marks_nothing(program: Program) -> None:
    """After --peek everything is still new."""
    assert len(program.done("digest", "--peek", "--json").ids) == 7
    assert len(program.done("digest", "--peek", "--json").ids) == 7
    assert len(program.done("digest", "--json").ids) == 7
    assert program.done("digest", "--again", "--json").ids != []


def test_again_repeats_the_last_one(program: Program) -> None:
    """--again shows the last digest once more, under its own day, as often as asked, and marks nothing."""
    first = program.done("digest", "--today", "2026-11-20").out
    assert program.done("digest", "--again").out == first
    assert program.done("digest", "--again").out == first
    program.add([{"title": "Something new"}])
    assert program.done("digest", "--again").out == first
    assert program.done("digest", "--json").ids == [8]
    assert program.done("digest", "--again", "--json").ids == [8]


def test_again_after_an_empty_one(program: Program) -> None:
    """An empty digest isn't noted: --again still shows the last one that told something."""
    first = program.done("digest").out
    program.done("digest")
    assert program.done("digest", "--again").out == first


def test_again_repeats_one_that_told_old_things(program: Program) -> None:
    """--again after `digest --since` shows what that one showed, though a digest before had told of it."""
    program.done("digest")
    shown = program.done("digest", "--since", "2020-01-01").out
    assert "7 new papers" in shown or "7 papers" in shown
    assert program.done("digest", "--again").out == shown


def test_again_before_any(program: Program) -> None:
    """--again without a digest before shows nothing, and changes nothing."""
    assert program.done("digest", "--again", "--json").ids == []
    assert len(program.done("digest", "--json").ids) == 7


def test_since_shows_what_came_told_or_not(program: Program) -> None:
    """--since takes what came into the library on that day or later, told of or not."""
    with sqlite3.connect(program.library) as connection:
        connection.execute("UPDATE paper SET added = '2026-11-10T08:00:00Z'")
        connection.execute("UPDATE paper SET added = '2026-11-20T00:00:00Z' WHERE id IN (1, 3)")
    connection.close()
    program.done("digest")
    assert set(program.done("digest", "--since", "2026-11-20", "--json").ids) == {LORA, REWARD}
    assert len(program.done("digest", "--since", "2026-11-10", "--peek", "--json").ids) == 7
    assert program.done("digest", "--since", "2026-11-21", "--json").ids == []


@pytest.mark.parametrize("name", ["peft", "PEFT", "Peft"])
def test_topic_tells_of_that_topic_alone(program: Program, name: str) -> None:
    """--topic shows papers of that topic (in any case), and only these count as told."""
    assert set(program.done("digest", "--topic", name, "--json").ids) == {LORA, SURVEY}
    assert program.done("digest", "--topic", name, "--json").ids == []
    assert len(program.done("digest", "--json").ids) == 5


def test_several_topics(demo: Program) -> None:
    """Each --topic has its section; a paper of both stands in the first of its own topics that was asked for."""
    made = document(demo, "--peek", "--topic", "alignment", "--topic", "peft")
    assert [section["topic"] for section in made["sections"]] == ["peft", "alignment"]
    for section in made["sections"]:
        for paper in section["papers"]:
            asked = [topic for topic in paper["topics"] if topic in ("peft", "alignment")]
            assert asked[0] == section["topic"]


def test_topic_none_tells_of_the_rest(program: Program) -> None:
    """--topic none shows papers without a topic, as it does for `list`."""
    assert set(program.done("digest", "--topic", "none", "--json").ids) == set(
        program.done("list", "--topic", "none", "--json").ids
    )


def test_decided_papers_are_not_new(program: Program) -> None:
    """A paper that the reader kept, skipped or put off isn't in the digest; taken back, it is."""
    program.done("keep", LORA)
    program.done("skip", REWARD)
    program.done("later", ROBOTS)
    ids = program.done("digest", "--peek", "--json").ids
    assert set(ids).isdisjoint({LORA, REWARD, ROBOTS})
    program.done("undo", 3)
    assert len(program.done("digest", "--json").ids) == 7


def test_each_reader_has_a_ledger(program: Program) -> None:
    """What one reader was told is still new to another, and so is what another decided on."""
    program.done("digest", "--reader", "a")
    program.done("skip", LORA, "--reader", "a")
    assert len(program.done("digest", "--json", "--reader", "b").ids) == 7
    assert program.done("digest", "--json", "--reader", "a").ids == []
    assert program.done("digest", "--again", "--json", "--reader", "c").ids == []


def test_formats_tell_the_same(demo: Program) -> None:
    """Terminal, Markdown and JSON name the same sections and papers, in the same order."""
    made = document(demo, "--peek")
    titles = [paper["title"] for section in made["sections"] for paper in section["papers"]]
    names = [section["name"] for section in made["sections"]]
    people = demo.done("digest", "--peek", "--limit", "100").out
    markdown = demo.done("digest", "--peek", "--format", "markdown").out
    assert re.findall(r"^(\S.*) \(\d+\)$", people, flags=re.MULTILINE) == names
    assert re.findall(r"^ {0,4}\d+ (.*)$", people, flags=re.MULTILINE) == titles
    assert re.findall(r"^## (.*)$", markdown, flags=re.MULTILINE) == names
    assert markdown.count("\n- **") == len(titles)
    assert demo.done("digest", "--peek", "--json").ids == [
        paper["id"] for section in made["sections"] for paper in section["papers"]
    ]


def test_json_document(program: Program) -> None:
    """--format json is one object: the day, the count, and sections whose papers are whole and have their sentence."""
    made = document(program, "--limit", "1")
    assert list(made) == ["date", "new", "later", "sections"]
    assert (made["date"], made["new"]) == (TODAY, 7)
    for section in made["sections"]:
        assert list(section) == ["topic", "name", "left_out", "query", "papers"]
        for paper in section["papers"]:
            assert list(paper) == [*PAPER_KEYS, "sentence"]
            assert paper["sentence"] is None or paper["sentence"] in paper["abstract"]
    first = made["sections"][0]["papers"][0]
    assert first["sentence"] == "We propose LoRA adapters of low rank that fit a laptop."


def test_markdown_names_what_it_leaves_out(demo: Program) -> None:
    """A cut Markdown digest names the query too, as code."""
    text = demo.done("digest", "--peek", "--format", "markdown", "--limit", "1").out
    queries = re.findall(r'^(\d+) more in: `papertide list "(.*)"`$', text, flags=re.MULTILINE)
    assert queries
    assert all(len(demo.done("list", query, "--json").ids) > int(count) for count, query in queries)


@pytest.mark.parametrize("look", ["terminal", "markdown", "html", "atom", "json"])
def test_output_file(program: Program, look: str) -> None:
    """-o writes to a file just what would be printed, says so on stderr, and marks it told."""
    printed = program.done("digest", "--peek", "--format", look).out
    ran = program.done("digest", "--format", look, "-o", "today")
    assert (ran.out, ran.err) == ("", "written to today\n")
    assert Path("today").read_text("utf-8") == printed
    assert program.done("digest", "--json").ids == []


def test_output_file_and_json(program: Program) -> None:
    """-o together with --json still writes the file."""
    ran = program("digest", "--format", "markdown", "-o", "today.md", "--json")
    assert ran.code in (0, 2)
    assert ran.code == 2 or Path("today.md").read_text("utf-8").startswith("# Papers of")


def test_a_failed_digest_marks_nothing(program: Program) -> None:
    """If the file can't be written the command fails and everything stays new."""
    assert program("digest", "-o", "missing/today.md").code == 1
    assert len(program.done("digest", "--json").ids) == 7


def test_ten_a_section_for_people_all_for_scripts(program: Program) -> None:
    """Without --limit people see ten papers a section; JSON and Markdown hold all."""
    program.add([{"title": f"Study {number} of robots that fold laundry"} for number in range(12)])
    people = program.done("digest", "--peek").out
    assert "Robots and control (13)" in people
    assert "3 more in: papertide list" in people
    assert len(program.done("digest", "--peek", "--json").ids) == 19
    assert program.done("digest", "--peek", "--format", "markdown").out.count("\n- **") == 19


def test_sentences_belong_to_their_papers(demo: Program) -> None:
    """Each sentence shown is a piece of its paper's abstract, word for word."""
    for before, after in pairwise(demo.done("digest", "--peek").out.splitlines()):
        if re.match(r"^ {0,4}\d+ ", before):
            assert after.startswith("      ")
    for section in document(demo, "--peek")["sections"]:
        for paper in section["papers"]:
            assert paper["sentence"] in paper["abstract"]


def test_undated_and_untopiced_papers_are_told(program: Program) -> None:
    """Nothing is missed: papers without date, topic or abstract stand in the digest under Other."""
    made = document(program, "--peek")
    last = made["sections"][-1]
    assert (last["topic"], last["name"], len(last["papers"])) == (None, "Other", 2)
    assert FORGETTING in [paper["id"] for section in made["sections"] for paper in section["papers"]]


def test_again_keeps_topic_and_limit(demo: Program) -> None:
    """--again shows what the last one showed, in its sections and with its limit; a limit given now wins."""
    first = demo.done("digest", "--topic", "alignment", "--topic", "peft", "--limit", "1", "--format", "html").out
    assert demo.done("digest", "--again", "--format", "html").out == first
    assert len(document(demo, "--again", "--limit", "2")["sections"][0]["papers"]) == 2
    assert [s["topic"] for s in document(demo, "--again", "--topic", "peft")["sections"]] == ["peft"]
    everything = demo.done("digest", "--format", "markdown").out
    assert demo.done("digest", "--again", "--format", "markdown").out == everything


def test_what_was_put_off_comes_once_more(program: Program) -> None:
    """A paper put off stands in the first digest of a later day, once, in a section of its own; put off again, again."""
    program.done("digest")
    program.done("later", ROBOTS)
    day = date.fromisoformat(TODAY)  # decisions bear the day that is given for today

    def on(days: int, *options: str) -> dict[str, Any]:
        return document(program, "--today", (day + timedelta(days=days)).isoformat(), *options)

    assert on(0)["sections"] == []
    assert on(1, "--topic", "peft", "--peek")["sections"] == []
    made = on(1)
    assert (made["new"], made["later"]) == (0, 1)
    (section,) = made["sections"]
    assert (section["name"], section["query"], section["topic"]) == ("Put off until now", "status:later", None)
    assert [paper["id"] for paper in section["papers"]] == [ROBOTS]
    assert document(program, "--again")["sections"] == [section]
    assert on(2)["sections"] == on(30)["sections"] == []
    assert "nothing new, 1 put off until now" in program.done("digest", "--again").out


def test_html_for_sixty_papers(program: Program) -> None:
    """A digest of sixty papers is one page of less than 100 KB, without fault, that fetches nothing and runs nothing."""
    abstract = "We propose " + "a rather long sentence on the tuning of models, " * 11 + "and more. It works." * 30
    authors = [f"Given{n} Familyname{n}" for n in range(9)]
    program.add(
        [
            {"title": f"{number} {title}", "abstract": abstract, "authors": authors, "arxiv_id": f"2403.{number:05}"}
            for number, title in enumerate(
                ["Robots & <b>tuning</b> of language models with very many small steps"] * 53
            )
        ]
    )
    page = program.done("digest", "--format", "html").out
    assert page.count("<strong") == 60
    assert len(page.encode()) < 100_000
    document = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    assert {element.tag for element in document.iter()}.isdisjoint({"script", "img", "link", "b"})
    assert "viewport" in page
    assert "prefers-color-scheme: dark" in page


def test_atom(program: Program) -> None:
    """An Atom digest has an entry a paper; the feed's id is the same every day."""
    first = feedparser.parse(program.done("digest", "--format", "atom").out.encode())
    program.add([{"title": "Something new"}])
    second = feedparser.parse(program.done("digest", "--format", "atom").out.encode())
    assert (first.bozo, second.bozo) == (False, False)
    assert (len(first.entries), len(second.entries)) == (7, 1)
    assert first.feed.id == second.feed.id
    assert first.entries[0].summary == "We propose LoRA adapters of low rank that fit a laptop."


def test_into_a_folder(program: Program) -> None:
    """In a folder each digest has a file of its own, named by its day; an empty one makes none."""
    Path("folder").mkdir()
    program.done("digest", "--format", "html", "-o", "folder")
    ran = program.done("digest", "--format", "html", "-o", "folder")
    assert ran.err == "nothing new; nothing is written\n"
    assert program.done("digest", "-o", "folder", "--json").one["output"] is None
    program.add([{"title": "Something new"}])
    assert program.done("digest", "--format", "html", "-o", "folder", "--json").one["papers"] == 1
    assert sorted(path.name for path in Path("folder").iterdir()) == [f"{TODAY}-2.html", f"{TODAY}.html"]


def test_a_trailing_slash_is_a_folder(program: Program) -> None:
    """A name that ends with a slash is a folder, which is made; where that can't be, nothing is marked."""
    program.done("digest", "--peek", "-o", "digests/")
    program.done("digest", "--peek", "-o", "digests/")
    assert sorted(path.name for path in Path("digests").iterdir()) == [f"{TODAY}-2.txt", f"{TODAY}.txt"]
    Path("file").touch()
    ran = program("digest", "-o", "file/")
    assert (ran.code, "file/" in ran.err) == (1, True)
    assert len(program.done("digest", "--json").ids) == 7


@pytest.mark.parametrize("look", ["terminal", "json"])
def test_a_hyphen_is_standard_output(program: Program, look: str) -> None:
    """-o - prints what is printed without it."""
    printed = program.done("digest", "--peek", "--format", look).out
    before = set(Path().iterdir())
    assert program.done("digest", "--format", look, "-o", "-").out == printed
    assert set(Path().iterdir()) == before
    assert program.done("digest", "--json").ids == []


def test_by_mail(program: Program, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--email sends text and HTML and then counts as told; a digest with nothing in it isn't sent; a failure marks nothing."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    monkeypatch.setenv("PAPERTIDE_MAIL_PASSWORD", SECRET)
    file = home / ".config" / "papertide" / "config.toml"
    file.parent.mkdir(parents=True)
    assert "[mail]" in program("digest", "--email").err
    with served("starttls") as (inbox, table):
        settings = f'[mail]\nserver = "127.0.0.1"\nport = {table["port"]}\nfrom = "me@example.org"\nuser = "me"\n'
        file.write_text(settings, "utf-8")
        ran = program.done("digest", "--email")
        assert (ran.out, ran.err) == ("", "sent to me@example.org\n")
        assert program.done("digest", "--email").err == "nothing new; no mail is sent\n"
        assert program.done("digest", "--again", "--email", "--json").one == {
            "papers": 7,
            "sent_to": ["me@example.org"],
            "refused": [],
        }
    program.add([{"title": "Something new"}])
    assert program("digest", "--email").code == 1  # nobody listens any more
    assert program.done("digest", "--json").ids == [8]
    assert len(inbox.messages) == 2
    message = inbox.messages[0]
    assert message["Subject"] == f"Papertide, {TODAY}: 7 new papers"
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert "We propose LoRA adapters of low rank that fit a laptop." in text.get_content()
    assert html.get_content().count("<strong") == 7


def test_a_recipient_that_is_refused(program: Program, home: Path) -> None:
    """Where a server refuses one of several the digest is told of all the same, once; the refused is named, exit code 3."""
    file = home / ".config" / "papertide" / "config.toml"
    file.parent.mkdir(parents=True)
    with served("none") as (inbox, table):
        settings = f'[mail]\nserver = "127.0.0.1"\nport = {table["port"]}\nsecurity = "none"\nfrom = "me@example.org"\n'
        file.write_text(f'{settings}to = ["nobody@example.org", "you@example.org"]\n', "utf-8")
        ran = program("digest", "--email")
        assert (ran.code, ran.err) == (
            3,
            "mail by 127.0.0.1: refused for nobody@example.org\nsent to you@example.org\n",
        )
        assert program.done("digest", "--email").err == "nothing new; no mail is sent\n"
        ran = program("digest", "--again", "--email", "--json")
        assert (ran.code, ran.one["sent_to"], ran.one["refused"]) == (3, ["you@example.org"], ["nobody@example.org"])
        file.write_text(f'{settings}to = "nobody@example.org"\n', "utf-8")
        program.add([{"title": "Something new"}])
        assert program("digest", "--email").code == 1
    assert program.done("digest", "--json").ids == [8]
    assert inbox.to == ["you@example.org"] * 2


def test_what_makes_no_sense(program: Program) -> None:
    """A format that there isn't, and the last digest since a day, are wrong usage."""
    assert "there are terminal, markdown, html, atom, json" in program("digest", "--format", "docx").err
    assert program("digest", "--again", "--since", "2026-01-01").code == 2
