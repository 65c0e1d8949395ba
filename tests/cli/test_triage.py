"""`papertide triage` line by line: what is asked, what is answered, and what scripts get. For the screen see tests/tui."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import pytest
from tests.cli.harness import BARE, FORGETTING, LORA, REWARD, ROBOTS, SURVEY, WIDE, Program, Ran
from tests.fakes import look

from papertide.cli import lines
from papertide.tui import keys

ORDER = [FORGETTING, LORA, REWARD, ROBOTS, SURVEY, WIDE, BARE]


def answered(program: Program, *answers: str, given: tuple[str, ...] = ("--plain",)) -> Ran:
    """Triage with these answers, each on a line."""
    return program.done("triage", *given, stdin="".join(f"{answer}\n" for answer in answers).encode())


def statuses(program: Program) -> dict[int, str]:
    """What was decided."""
    return {row["id"]: row["status"] for row in program.done("list", "--json").rows if row["status"] != "inbox"}


def shown(ran: Ran) -> list[int]:
    """The numbers of the papers that were shown, in order."""
    return [int(line.rpartition("number ")[2]) for line in ran.out.splitlines() if ", number " in line]


def test_the_letters_are_those_of_the_screen() -> None:
    """A decision has the same letter line by line as on the screen."""
    on_screen = {
        key.face: key.action.split("'")[1] for key in (*keys.KEYS, *keys.SILENT) if key.action.startswith("decide")
    }
    assert on_screen == {letter: status for letter, status in lines.DECIDE.items() if len(letter) == 1}


def test_a_sitting(program: Program) -> None:
    """Papers come best first, each with all that helps to decide; letters and words decide, Enter leaves undecided."""
    ran = answered(program, "y", "", "later", "x", "keep")
    *begun, third, fourth, fifth, _ = shown(ran)
    assert begun == [FORGETTING, LORA]
    assert statuses(program) == {FORGETTING: "keep", third: "later", fourth: "skip", fifth: "keep"}
    first = ran.out.splitlines()[:8]
    assert first[0] == "1 of 7, number 2"
    assert first[1] == "Catastrophic forgetting in continual tuning"
    assert first[2] == "5 authors · 2024-06-01 · 40 upvotes · arXiv:2406.99002"
    assert first[5].endswith("measure what is lost.")
    assert first[7] == "https://huggingface.co/papers/2406.99002"
    assert "4 papers decided: 2 keep, 1 later, 1 skip\n`papertide undo 4` takes that back\n" in ran.err
    program.done("undo", 4)
    assert statuses(program) == {}


def test_without_a_terminal_it_goes_line_by_line(program: Program) -> None:
    """Where input or output is no terminal, --plain goes without saying; no question is printed, talk is on stderr."""
    ran = answered(program, "y", "q", "never read", given=())
    assert (shown(ran), statuses(program)) == ([FORGETTING, LORA], {FORGETTING: "keep"})
    assert "help" not in ran.out + ran.err


def test_the_end_of_the_input_ends_it(program: Program) -> None:
    """No input at all, or one that ends within a line, ends it cleanly; the last answer counts without its line end."""
    assert answered(program).code == 0
    assert statuses(program) == {}
    program.done("triage", "--plain", stdin=b"y")
    assert statuses(program) == {FORGETTING: "keep"}


def test_json_is_one_object(program: Program) -> None:
    """With --json the counts are all there is on stdout; the papers are talk."""
    ran = answered(program, "y", "x", "u", "l", given=("--json",))
    assert ran.one == {"decided": 2, "inbox": 0, "keep": 1, "later": 1, "skip": 0, "undone": 1}
    assert "Catastrophic" in ran.err
    assert list(json.loads(ran.out)) == ["decided", "inbox", "keep", "later", "skip", "undone"]


def test_taking_back(program: Program) -> None:
    """`u` takes back the last thing and shows its paper again; `b` goes back without that; `i` is a decision, too."""
    ran = answered(program, "y", "x", "u", "i", "b", "undo", "u")
    third = shown(ran)[2]
    assert shown(ran) == [FORGETTING, LORA, third, LORA, third, LORA, FORGETTING]
    assert statuses(program) == {}
    assert ran.err.splitlines()[-2:] == ["taken back: keep, paper 2", "nothing to take back"]


def test_tags_and_notes(program: Program) -> None:
    """`t` and `n` write on the paper at hand and stay with it; what can't be a tag is told, and so is what changes nothing."""
    ran = answered(program, "t todo +odd", "tag -odd", "n compare this", "note", "n again", "t a:b", "t todo", "t")
    (row,) = program.done("show", FORGETTING, "--json").rows
    assert (row["tags"], row["note"]) == (["todo"], "again")
    assert shown(ran) == [FORGETTING]
    assert "'a:b' can't be a tag" in ran.err
    assert "nothing to change" in ran.err
    assert "Enter            the next paper" in ran.err  # what isn't understood shows the help
    undone = answered(program, "t x", "u", "n y", "u")
    assert "taken back: tag, paper 2" in undone.err
    (row,) = program.done("show", FORGETTING, "--json").rows
    assert (row["tags"], row["note"]) == (["todo"], "again")


def test_another_query(program: Program) -> None:
    """`/` asks anew; one that is wrong or finds nothing is told, and one stays where one was."""
    ran = answered(program, "/adapters", "", "/ topic:", "/ zygote", "/ topic:peftt", "/")
    assert shown(ran) == [FORGETTING, FORGETTING, LORA, FORGETTING]
    assert "column 7" in ran.err
    assert "no papers; the query stays as it was" in ran.err
    assert "did you mean peft?" in ran.err


def test_the_query_and_options(program: Program) -> None:
    """A query, a status and a sort choose what is shown; a status in the query wins over the inbox."""
    program.done("keep", LORA)
    assert shown(answered(program, "", "", "", given=("topic:peft",))) == [SURVEY]
    assert shown(answered(program, "", given=("status:keep",))) == [LORA]
    assert shown(answered(program, "", given=("--status", "keep"))) == [LORA]
    every = shown(answered(program, *[""] * 7, given=("--status", "all", "--sort", "title", "--reverse")))
    assert set(every) == set(ORDER)
    assert shown(answered(program, given=("--status", "skip"))) == []


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("topic:",), "column 7"),
        (("topic:peftt",), "did you mean peft?"),
        (("--status", "kept"), "--status"),
        (("--sort", "titel"), "did you mean title?"),
        (("--theme", "pink"), "dark or light"),
    ],
)
def test_wrong_usage(program: Program, given: tuple[str, ...], told: str) -> None:
    """A wrong query or option is exit 2, told before anything is shown."""
    ran = program("triage", *given, stdin=b"y\n")
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err


def test_no_library(empty: Program) -> None:
    """A missing library names the command that fills it, and nothing is made."""
    ran = empty("triage", stdin=b"")
    assert ran.code == 1
    assert "papertide add" in ran.err
    assert not empty.library.exists()


def test_a_long_inbox_is_read_page_by_page(program: Program) -> None:
    """More papers than are known at first come as the end nears; each once, decided ones and others."""
    program.add([{"title": f"Filler number {n} about {chr(97 + n % 26) * (n // 26 + 3)}"} for n in range(250)])
    total = int(program.done("list", "--count").out)
    ran = answered(program, *(["y", ""] * total))
    assert sorted(shown(ran)) == list(range(1, total + 1))
    assert "no more papers here" in ran.err
    undecided = shown(answered(program, *([""] * total), given=("--status", "all")))
    assert undecided == [row["id"] for row in program.done("list", "--sort", "score", "--json").rows]


def test_a_paper_that_is_gone_is_passed_over(program: Program) -> None:
    """A paper that went away since the list was made is left out."""
    connection = look(program.library)
    connection.execute(
        "CREATE TRIGGER gone AFTER INSERT ON decision BEGIN DELETE FROM sighting WHERE paper_id = 1;"
        " DELETE FROM paper WHERE id = 1; END"
    )
    connection.close()
    assert shown(answered(program, "y", "q", given=("--sort", "upvotes"))) == [FORGETTING, REWARD]


def reading(program: Program) -> list[int]:
    """The inbox by the scores of now."""
    return [row["id"] for row in program.done("list", "status:inbox", "--sort", "score", "--json").rows]


def test_each_answer_is_learnt_from(program: Program) -> None:
    """The paper after a decision is the best one by what is learnt with it, and says by which words; undo unlearns it."""
    ran = answered(program, "y", "q")
    first, second = shown(ran)
    assert (first, second) == (FORGETTING, reading(program)[0])
    assert "score" not in ran.out[: ran.out.index("number ", 20)]
    assert re.search(r"\n(decided: \w+ · )?score \.\d\d  \+ \w+", ran.out)
    a, b, c, *then, last = shown(answered(program, "x", "y", "u", "u", "", "", "", "q"))
    assert then == [b, a, b, c]
    assert last == next(number for number in reading(program) if number not in (a, b, c))


def test_what_cant_be_learnt_is_told(program: Program) -> None:
    """Where scores can't be kept the decision stands, the next paper of the order of before is shown, and it says so."""
    connection = look(program.library)
    connection.execute("CREATE TRIGGER no BEFORE INSERT ON ranking BEGIN SELECT RAISE(ABORT, 'no room'); END")
    connection.close()
    ran = answered(program, "y", "q")
    assert "no room; the order stays as it was" in ran.err
    assert shown(ran) == [FORGETTING, LORA]
    connection = look(program.library)
    assert connection.execute("SELECT paper_id, status FROM status").fetchall() == [(FORGETTING, "keep")]
    connection.close()


def test_it_begins_with_what_was_learnt_before(program: Program) -> None:
    """Decisions of other commands are learnt from before the first paper, unless another order was asked for."""
    program.done("skip", FORGETTING)
    program.done("keep", ROBOTS)
    ran = answered(program, "q")
    assert shown(ran) == reading(program)[:1]
    assert "score" in ran.out
    by_title = shown(answered(program, "y", "", "", "", "q", given=("--sort", "title")))
    titles = [row["id"] for row in program.done("list", "--sort", "title", "--json").rows]
    assert by_title == [number for number in titles if number in by_title]


def test_places_for_exploration(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every tenth paper shown is for the topic decided on least, and says so; `explore` switches it off."""
    lora = [{"title": f"LoRA adapters, part {n}", "upvotes": 500 - n} for n in range(15)]
    program.add([*lora, {"title": "A robot arm for robotic manipulation", "upvotes": 0}])
    program.done("keep", LORA)
    answers = [""] * 9
    ran = answered(program, *answers, "q")
    tenth = shown(ran)[9]
    assert program.done("show", tenth, "--json").rows[0]["topics"][0] in ran.out[ran.out.index("* here for ") :]
    assert ran.out.count("* here for ") == 1
    monkeypatch.setenv("PAPERTIDE_EXPLORE", "false")
    assert "* here for" not in answered(program, *answers, "q").out


def test_what_cant_be_stored_is_told(program: Program) -> None:
    """A decision that the library refuses is told, and one stays with the paper."""
    connection = look(program.library)
    connection.execute("CREATE TRIGGER no BEFORE INSERT ON decision BEGIN SELECT RAISE(ABORT, 'not today'); END")
    connection.close()
    ran = answered(program, "y", "q")
    assert "not today" in ran.err
    assert shown(ran) == [FORGETTING]


def test_hostile_papers_move_nothing(program: Program) -> None:
    """What a page put into a title reaches the terminal as text only."""
    program.add([{"title": "x", "upvotes": 999}])
    connection = look(program.library)
    connection.execute("UPDATE paper SET title = ?1, abstract = ?1 WHERE id = 8", ("\x1b[2Jboo \u202egnp [b]\nnext",))
    connection.close()
    ran = answered(program, "y")
    assert ran.out.splitlines()[1] == "boo gnp [b] next"
    assert "keep: boo gnp [b] next" in ran.err


def test_input_that_is_no_text(program: Program) -> None:
    """An answer that is no text is one that isn't understood: the help is shown."""
    ran = program.done("triage", stdin=b"y\n\xff\xff\n")
    assert statuses(program) == {FORGETTING: "keep"}
    assert "Enter            the next paper" in ran.err


def test_input_that_cant_be_read(program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the answers can't be read that is an error, exit 1, and not the end of them."""
    with os.fdopen(os.open(tmp_path / "file", os.O_WRONLY | os.O_CREAT), encoding="utf-8") as written_only:
        monkeypatch.setattr(sys, "stdin", written_only)
        ran = program("triage")
    assert ran.code == 1
    assert "the answers can't be read" in ran.err


def test_a_question_stands_on_its_line(program: Program) -> None:
    """On a terminal each answer is asked for, and the end of the input ends the line."""
    code, written = program.on_terminal("triage", "--plain", typed="y\n\x04")
    assert code == 0
    assert written.count(lines.QUESTION) == 2
    assert f"{lines.QUESTION}\n" in written.replace("\r", "")


def test_closed_input(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any standard input it ends as at the end of one."""
    monkeypatch.setattr(sys, "stdin", None)
    assert shown(program.done("triage")) == [FORGETTING]
