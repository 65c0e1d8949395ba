"""Several readers in one library, on the command line: what they share, what is each one's own, and who keeps what."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from tests.cli.harness import BARE, FORGETTING, LORA, PAPER_KEYS, REWARD, ROBOTS, SURVEY, WIDE, Program, Ran
from tests.cli.test_completion import bash
from tests.flows.test_mail import served

As = Callable[..., Ran]


def by_flag(program: Program, _home: Path, _patch: pytest.MonkeyPatch, reader: str) -> As:
    """A reader named by --reader."""
    return lambda *words, **more: program(*words, "--reader", reader, **more)


def by_environment(program: Program, _home: Path, patch: pytest.MonkeyPatch, reader: str) -> As:
    """A reader named by PAPERTIDE_READER."""

    def ran(*words: str | int, **more: bytes) -> Ran:
        with patch.context() as here:
            here.setenv("PAPERTIDE_READER", reader)
            return program(*words, **more)

    return ran


def by_config(program: Program, home: Path, patch: pytest.MonkeyPatch, reader: str) -> As:
    """A reader named in the config file."""

    def ran(*words: str | int, **more: bytes) -> Ran:
        file = home / ".config" / "papertide" / "config.toml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"reader = {json.dumps(reader)}\n", encoding="utf-8")
        with patch.context() as here:
            here.delenv("PAPERTIDE_READER")
            return program(*words, **more)

    return ran


def by_login(program: Program, _home: Path, patch: pytest.MonkeyPatch, reader: str) -> As:
    """A reader who says nothing, and is known by their login name."""

    def ran(*words: str | int, **more: bytes) -> Ran:
        with patch.context() as here:
            here.delenv("PAPERTIDE_READER")
            here.setenv("LOGNAME", reader)
            return program(*words, **more)

    return ran


BUSY: tuple[Sequence[str | int], ...] = (
    ["keep", LORA], ["keep", WIDE], ["skip", ROBOTS], ["later", BARE], ["undo"], ["later", BARE],
    ["keep", REWARD], ["undo"], ["tag", LORA, "+secret"], ["tag", SURVEY, "+todo"], ["note", SURVEY, "anna's own words"],
    ["saved", "add", "mine", "tag:secret"], ["saved", "add", "todo", "laundry"], ["digest"], ["rank"],
)  # fmt: skip
"""What one reader does, of everything that belongs to a reader."""

OWN: tuple[Sequence[str | int], ...] = (
    ["skip", SURVEY],
    ["keep", FORGETTING],
    ["tag", LORA, "+todo"],
    ["note", LORA, "ben's"],
    ["saved", "add", "todo", "lora"],
)
"""What the other had done before."""

LOOKS: tuple[Sequence[str | int], ...] = (
    ["list"], ["list", "--json"], ["list", "status:inbox", "--json"], ["list", "status:keep OR status:later", "--json"],
    ["list", "tag:secret"], ["list", "tag:todo", "--json"], ["list", "has:note", "--json"], ["list", "has:tag", "--json"],
    ["list", "tag:none", "--json"], ["list", "@todo", "--json"], ["list", "@mine"], ["list", "--sort", "score", "--json"],
    ["search", "adapters", "--json"], ["search", "adapters", "--any", "--json"], ["search", "anna's own words"],
    ["similar", LORA, "--json"],
    *(["show", f"{number}", "--json"] for number in range(1, 8)), ["show", SURVEY],
    *(["export", "--format", look] for look in ("markdown", "bibtex", "ris", "csl-json", "csv", "html", "atom")),
    ["export", "--json"], ["export", "--group-by", "status"], ["export", "--group-by", "tag"],
    ["stats"], ["stats", "--json"], ["stats", "--format", "svg"], ["topics"], ["topics", "--json"],
    ["log"], ["log", "--json"], ["saved"], ["saved", "--json"], ["rank"], ["rank", "--json"],
    ["rank", "explain", LORA, "--json"], ["rank", "evaluate", "--json"],
    ["digest", "--peek", "--json"], ["digest", "--peek", "--format", "json"], ["digest", "--peek", "--format", "atom"],
    ["digest", "--again"],
)  # fmt: skip
"""What the other looks at."""


@pytest.mark.parametrize("way", [by_flag, by_environment, by_config, by_login])
def test_nothing_of_one_reader_shows_up_for_another(
    program: Program,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    way: Callable[[Program, Path, pytest.MonkeyPatch, str], As],
) -> None:
    """Whatever one reader does, the other sees, byte for byte, what they see in a library where it was never done."""
    anna, ben = way(program, home, monkeypatch, "anna"), way(program, home, monkeypatch, "ben")
    for words in OWN:
        assert ben(*words).code == 0
    alone = Path(shutil.copy(program.library, program.library.with_name("alone.db")))
    for words in BUSY:
        assert anna(*words).code == 0, words
    for words in LOOKS if way is by_flag else LOOKS[::7]:
        assert ben(*words) == ben("--library", alone, *words), words
    asked = [
        ben("triage", "--plain", stdin=b"x\n\nu\nq\n"),
        ben("--library", alone, "triage", "--plain", stdin=b"x\n\nu\nq\n"),
    ]
    assert asked[0] == asked[1]
    assert ben("undo", 9, "--json").one == ben("--library", alone, "undo", 9, "--json").one
    assert [row["status"] for row in anna("list", "--sort", "added", "--json").rows].count("inbox") == 3


def test_the_tests_above_can_fail(program: Program) -> None:
    """What the busy one did is there to be seen: by themselves."""
    for words in BUSY:
        program.done(*words)
    assert program.done("list", "tag:secret", "--json").ids == [LORA]
    assert program.done("list", "@mine", "--json").ids == [LORA]
    assert "anna's own words" in program.done("export", "has:note").out
    assert program.done("stats", "--json").out.count("keep")
    assert program.done("digest", "--peek", "--json").ids == []


def test_notes_are_obsidians_readers_own(program: Program) -> None:
    """A folder of notes holds the tags and the note of the reader who made it alone."""
    for words in BUSY:
        program.done(*words, "--reader", "anna")
    program.done("export", "--format", "obsidian", "-o", "notes")
    told = "".join(path.read_text("utf-8") for path in Path("notes").rglob("*.md"))
    assert told
    assert not [word for word in ("secret", "anna", "todo") if word in told]


def own(program: Program, reader: str, *options: str) -> list[object]:
    """What is a reader's own: what they said of each paper, in which order, and their searches."""
    who = (*options, "--json", "--reader", reader)
    papers, log, saved = (program.done(word, *who).rows for word in ("list", "log", "saved"))
    return [
        sorted((row["title"], row["status"], row["tags"], row["note"]) for row in papers),
        [(row["title"], row["status"], row["command"]) for row in log],
        saved,
    ]


def test_the_full_state_says_whose_everything_is(program: Program) -> None:
    """The keys of a paper are the reader's; in `state`, which is for all, each thing bears its reader's name, and another
    library that takes it in gives it to that reader alone."""
    for words in OWN:
        program.done(*words, "--reader", "ben")
    for words in BUSY:
        program.done(*words, "--reader", "anna")
    rows = program.done("export", "--format", "jsonl", "--reader", "ben").rows
    alone = program.done("list", "--json", "--reader", "ben").rows
    assert [{name: row[name] for name in PAPER_KEYS} for row in rows] == alone
    of_lora = next(row["state"] for row in rows if row["id"] == LORA)
    assert of_lora["tags"] == [{"reader": "anna", "tag": "secret"}, {"reader": "ben", "tag": "todo"}]
    assert {d["reader"] for d in of_lora["decisions"]} == {"anna"}
    program.done("export", "--format", "jsonl", "--reader", "ben", "-o", "all.jsonl")
    for library in ("empty.db", "other.db"):
        if library == "other.db":
            program.done("--library", library, "saved", "add", "x", "lora", "--reader", "cy")
        program.done("--library", library, "add", "all.jsonl")
        for reader in ("anna", "ben"):
            assert own(program, reader, "--library", library) == own(program, reader)
        assert (
            program.done("--library", library, "list", "has:note OR has:tag OR -status:inbox", "--reader", "cy").out
            == ""
        )


def test_what_is_not_ones_own_is_not_ones_to_change(program: Program) -> None:
    """A reader takes back, removes and rewrites what is theirs alone."""
    for words in BUSY:
        program.done(*words, "--reader", "anna")
    before = [program.done(*words, "--reader", "anna").out for words in LOOKS[:8]]
    program.done("duplicates", "merge", LORA, SURVEY, "--reader", "anna")
    assert program("duplicates", "undo", "--reader", "ben").err != ""
    assert program("saved", "remove", "mine", "--reader", "ben").code == 1
    assert program("list", "@mine", "--reader", "ben").code == 2
    program.done("duplicates", "undo", "--reader", "anna")
    program.done("undo", 9, "--reader", "ben")
    program.done("tag", LORA, "-secret", "--reader", "ben")
    program.done("note", SURVEY, "", "--reader", "ben")
    assert [program.done(*words, "--reader", "anna").out for words in LOOKS[:8]] == before


@pytest.mark.parametrize("line", ["list tag:", "list @", "saved remove ", "list --tag ", "search "])
def test_nothing_of_another_is_completed(program: Program, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    """Tags and saved searches that are offered are one's own."""
    offered = bash(program, line, monkeypatch)
    for words in BUSY:
        program.done(*words, "--reader", "anna")
    assert bash(program, line, monkeypatch) == offered


def test_what_could_not_be_given_back_is_told_its_reader_alone(program: Program) -> None:
    """What somebody took off or rewrote after a merge is told them when they part it again, and nobody else."""
    program.done("tag", SURVEY, "+secret", "--reader", "anna")
    program.done("note", SURVEY, "mine", "--reader", "anna")
    for reader, told in (("ben", []), ("anna", ["the tag secret was taken off", "the note on 1 was rewritten since"])):
        program.done("duplicates", "merge", LORA, SURVEY, "--reader", reader)
        program.done("tag", LORA, "-secret", "--reader", "anna")
        program.done("note", LORA, "rewritten", "--reader", "anna")
        ran = program.done("duplicates", "split", LORA, "--reader", reader)
        assert [part for part in told if part not in ran.err + ran.out] == []
        assert ("secret" in ran.err + ran.out, "note" in ran.err + ran.out) == (bool(told), bool(told))
        program.done("tag", SURVEY, "+secret", "--reader", "anna")
        program.done("note", LORA, "", "--reader", "anna")


# --- who keeps what -----------------------------------------------------------------------------------------------------


@pytest.fixture
def lab(program: Program) -> Program:
    """A library in which anna keeps three papers, ben two of them, and `ben o` skips one."""
    program.done("keep", LORA, FORGETTING, WIDE, "--reader", "anna")
    program.done("keep", LORA, FORGETTING, "--reader", "ben")
    program.done("skip", LORA, "--reader", "ben o")
    program.done("keep", FORGETTING, "--reader", "ben o")
    return program


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("keptby:anna", [LORA, FORGETTING, WIDE]),
        ("keptby:ANNA -keptby:ben", [WIDE]),
        ('keptby:"ben o"', [FORGETTING]),
        ("keptby:me", [ROBOTS]),
        ("keptby:nobody", []),
        ("keeps:>=2", [LORA, FORGETTING]),
        ("keeps:3", [FORGETTING]),
        ("keeps:1..2 status:inbox", [LORA, WIDE]),
        ("keeps:0", [REWARD, SURVEY, BARE]),
        ("keeps:>=0 status:keep", [ROBOTS]),
        ("adapters keptby:anna", [LORA, FORGETTING]),
        ("topic:peft keeps:<=1", [SURVEY]),
    ],
)
def test_what_others_keep_is_asked_for(lab: Program, query: str, found: list[int]) -> None:
    """Who keeps papers and how many do are fields like any other; `status:` is one's own."""
    lab.done("keep", ROBOTS)
    for command in ("list", "export", "search"):
        if command != "search" or "adapters" in query:
            assert sorted(lab.done(command, query, "--json").ids) == found
    assert lab.done("list", query, "--count", "--json").one == {"count": len(found)}


@pytest.mark.parametrize(
    "command", [["list"], ["list", "--json"], ["search", "adapters"], ["digest"], ["digest", "--json"]]
)
def test_a_reader_who_keeps_nothing_is_told_of(lab: Program, command: list[str]) -> None:
    """Where nothing is found, a reader who keeps nothing is named, with the one that was probably meant."""
    told = 'no reader "annna" keeps anything; did you mean anna?'
    assert told in lab.done(*command, "keptby:annna keptby:Anna").err.splitlines()
    assert 'no reader "xyz" keeps anything' in lab.done(*command, "keptby:xyz").err.splitlines()
    assert "no reader" not in lab.done(*command, "keptby:xyz OR keptby:anna").err
    assert "no reader" not in lab.done(*command, "keptby:anna id:99").err


def test_what_is_taken_back_is_kept_no_more(lab: Program) -> None:
    """A keep that was taken back, or followed by another word, doesn't count."""
    lab.done("undo", "--reader", "ben o")
    lab.done("later", LORA, "--reader", "ben")
    assert lab.done("list", "keeps:2", "--json").ids == [FORGETTING]
    assert lab.done("list", 'keptby:"ben o" OR (keptby:ben -id:2)', "--json").ids == []


def test_readers_are_completed(lab: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """`keptby:` offers the readers who keep anything, but for names that can't be typed."""
    lab.done("skip", LORA, "--reader", "nay")
    assert bash(lab, "list keptby:", monkeypatch) == ["anna", "ben"]
    assert bash(lab, "list keptby:b", monkeypatch) == ["ben"]
    assert "keeps:" in bash(lab, "list ke", monkeypatch)


def test_show_says_who_else_keeps(lab: Program) -> None:
    """`show` names the others who keep a paper, not oneself; in JSON a paper has the keys that it always has."""
    lab.done("keep", FORGETTING)
    assert "\n      kept by: anna, ben, ben o\n" in lab.done("show", FORGETTING).out
    assert "\n      kept by: ben, ben o, me\n" in lab.done("show", FORGETTING, "--reader", "anna").out
    assert "kept by" not in lab.done("show", REWARD).out
    assert list(lab.done("show", FORGETTING, "--json").one) == [*PAPER_KEYS, "why", "seen", "apart"]


@pytest.mark.parametrize(
    ("look", "said"),
    [
        ("terminal", "      kept by anna and ben\n"),
        ("markdown", " · kept by anna and ben\n"),
        ("html", " · kept by anna and ben</div>"),
    ],
)
def test_the_digest_says_who_else_keeps(lab: Program, look: str, said: str) -> None:
    """In a digest for people a paper that others keep says so, also when it is shown again."""
    told = lab.done("digest", "--format", look, "--limit", "9").out
    assert told.count(said) == 1
    assert told.count("kept by") == 3
    assert "kept by anna, ben and ben o" in told
    assert lab.done("digest", "--format", look, "--again").out == told


def test_mail_says_who_else_keeps(lab: Program, home: Path) -> None:
    """A digest by mail says it in its text and in its HTML."""
    file = home / ".config" / "papertide" / "config.toml"
    file.parent.mkdir(parents=True)
    with served("none") as (inbox, table):
        settings = f'[mail]\nserver = "127.0.0.1"\nport = {table["port"]}\nsecurity = "none"\nfrom = "me@example.org"\n'
        file.write_text(settings, "utf-8")
        lab.done("digest", "keptby:ben", "--email")
    (message,) = inbox.messages
    for kind in ("plain", "html"):
        body = message.get_body((kind,))
        assert body is not None
        assert "kept by anna and ben" in body.get_content()


def test_a_reader_alone_notices_nothing(program: Program) -> None:
    """What one keeps oneself is nowhere said of oneself."""
    looks = [
        ["show", f"{LORA}"],
        *(["digest", "--since", "2020-01-01", "--format", look] for look in ("terminal", "html")),
    ]
    program.done("keep", FORGETTING)
    for words in looks:
        assert "kept by" not in program.done(*words).out


def test_a_name_is_only_text(program: Program) -> None:
    """A reader's name moves no terminal and is no markup, wherever it is shown or asked for."""
    program.done("keep", LORA, "--reader", "*x*<b>\x1b[31m\u202e[y](z) \"' OR 1=1")
    for look, said in (("markdown", r"\*x\*\<b\>"), ("html", "*x*&lt;b&gt;"), ("terminal", "*x*<b>")):
        told = program.done("digest", "--peek", "--format", look).out
        assert f"kept by {said}" in told
        assert not {"\x1b", "\u202e"} & set(told)
    assert "\x1b" not in program.done("show", LORA).out
    assert program.done("list", 'keptby:"*x*<b>\x1b[31m\u202e[y](z) ""\' OR 1=1"', "--json").ids == [LORA]


# --- a digest of a query ------------------------------------------------------------------------------------------------


def test_a_digest_of_a_query(lab: Program) -> None:
    """It tells of what the query holds, once; all else stays new."""
    assert sorted(lab.done("digest", "keptby:anna", "--peek", "--json").ids) == [LORA, FORGETTING, WIDE]
    assert sorted(lab.done("digest", "keptby:anna", "adapters", "--json").ids) == [LORA, FORGETTING]
    assert lab.done("digest", "keptby:anna", "--json").ids == [WIDE]
    assert sorted(lab.done("digest", "--again", "--json").ids) == [WIDE]
    assert lab.done("digest", "keeps:>=1", "--json").ids == []
    assert sorted(lab.done("digest", "--json").ids) == [REWARD, SURVEY, ROBOTS, BARE]


def test_what_a_digest_of_a_query_leaves_out(lab: Program) -> None:
    """What a section leaves out is listed by its query, which holds the digest's, as a shell takes it."""
    lab.done("saved", "add", "liked", 'keptby:"ben o" OR keptby:anna')
    lab.done("keep", SURVEY, "--reader", "anna")
    query = ["digest", "@liked", "--topic", "peft", "--limit", "1"]
    (section,) = lab.done(*query, "--peek", "--format", "json").one["sections"]
    assert section["query"] == 'topic:peft added:2026-11-21 status:inbox (keptby:"ben o" OR keptby:anna)'.replace(
        "2026-11-21", section["papers"][0]["added"][:10]
    )
    assert set(lab.done("list", section["query"], "--json").ids) >= {LORA, SURVEY}
    told = lab.done(*query).out
    assert 'status:inbox (keptby:\\"ben o\\" OR keptby:anna)"' in told
    assert lab.done("digest", "--again").out == told
    assert r"status:inbox lora" in lab.done("digest", "--again", "lora", "--limit", "1", "--format", "json").out


def test_what_was_put_off_and_is_asked_for(lab: Program) -> None:
    """What was put off comes back in the first later digest whose query holds it."""
    lab.done("digest")
    lab.done("later", LORA, REWARD)
    day = "2099-01-01"
    (section,) = lab.done("digest", "keeps:>=2", "--today", day, "--format", "json").one["sections"]
    assert ([paper["id"] for paper in section["papers"]], section["query"]) == ([LORA], "status:later keeps:>=2")
    (section,) = lab.done("digest", "--today", day, "--format", "json").one["sections"]
    assert [paper["id"] for paper in section["papers"]] == [REWARD]


@pytest.mark.parametrize(
    ("query", "told"),
    [("titel:x", "title:"), ("topic:pfet", "peft"), ("@nosuch", "no saved search"), ("keeps:none", "keeps:0")],
)
def test_a_query_that_no_digest_takes(lab: Program, query: str, told: str) -> None:
    """Such a query is exit 2, and nothing counts as told."""
    ran = lab("digest", query)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert len(lab.done("digest", "--json").ids) == 7


# --- merges -------------------------------------------------------------------------------------------------------------


def seen(program: Program, number: int, reader: str) -> tuple[str, list[str], str | None]:
    """What a reader said of a paper."""
    (row,) = program.done("list", f"id:{number}", "--json", "--reader", reader).rows
    return row["status"], row["tags"], row["note"]


def belong(program: Program) -> None:
    """Two readers, each with something on either paper."""
    program.done("digest", "--reader", "anna")
    for reader, status, number, tag in (
        ("anna", "keep", LORA, "a1"),
        ("anna", "skip", SURVEY, "a2"),
        ("ben", "keep", SURVEY, "b2"),
    ):
        program.done(status, number, "--reader", reader)
        program.done("tag", number, f"+{tag}", "--reader", reader)
        program.done("note", number, f"{reader} on {number}", "--reader", reader)


def merged_by_hand(program: Program) -> None:
    """Two papers made one by a person, who is neither reader."""
    program.done("duplicates", "merge", LORA, SURVEY, "--reader", "cy")


def merged_by_a_page(program: Program) -> None:
    """Two papers made one by a page that shows the one's id and DOI, and the other's title."""
    program.add([{"title": "A survey of adapters", "arxiv_id": "2405.99001", "abstract": ABSTRACT}])


ABSTRACT = "This survey reviews parameter-efficient fine-tuning with adapters and prompts."


@pytest.mark.parametrize("merge", [merged_by_hand, merged_by_a_page])
def test_a_merge_and_a_split_carry_what_is_both_readers(program: Program, merge: Callable[[Program], None]) -> None:
    """On the one paper each reader finds what they said of either; parted again, each half has what it had."""
    belong(program)
    before = {(n, r): seen(program, n, r) for n in (LORA, SURVEY) for r in ("anna", "ben", "cy")}
    untold = program.done("digest", "--peek", "--json", "--reader", "ben").ids
    merge(program)
    assert program.done("list", "--count", "--json").one == {"count": 6}
    assert seen(program, LORA, "anna") == ("skip", ["a1", "a2"], f"anna on {LORA}\n\nanna on {SURVEY}")
    assert seen(program, LORA, "ben") == ("keep", ["b2"], f"ben on {SURVEY}")
    assert seen(program, LORA, "cy") == ("inbox", [], None)
    assert program.done("list", "keptby:ben keeps:1", "--json").ids == [LORA]
    assert program.done("list", "keptby:anna", "--json").ids == []
    assert program.done("digest", "--peek", "--json", "--reader", "anna").ids == []
    assert sorted(program.done("digest", "--peek", "--json", "--reader", "ben").ids) == sorted(set(untold) - {LORA})
    assert [row["paper"] for row in program.done("log", "--json", "--reader", "ben").rows] == [LORA]
    program.done("duplicates", "split", LORA, "--reader", "ben")
    assert {(n, r): seen(program, n, r) for n, r in before} == before
    assert program.done("list", "keptby:ben", "--json").ids == [SURVEY]
    assert program.done("list", "keptby:anna keeps:1", "--json").ids == [LORA]
    assert sorted(program.done("digest", "--peek", "--json", "--reader", "ben").ids) == sorted(untold)
