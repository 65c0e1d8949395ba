"""A folder of Obsidian notes: what a person wrote stays, and nothing is deleted."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from tests.export.papers import HARD, HARD_READING, WHOLE, paper

from papertide.errors import OutputError
from papertide.export.base import ReadingList, Section
from papertide.export.obsidian import BEGIN, END
from papertide.flows.obsidian import CONTENTS, update
from papertide.records.plain import PaperDict

NAME = "Low-rank adapters, at last (2405.99001).md"


def listed(*papers: PaperDict) -> ReadingList:
    """A reading list of these papers."""
    return ReadingList("Reading list", "papers", [Section("", papers)])


def changed(**known: object) -> ReadingList:
    """A reading list of one paper, of which something else is known by now."""
    made: PaperDict = {**WHOLE}
    made.update(known)  # type: ignore[typeddict-item] # the names are a paper's
    return listed(made)


def test_a_note_a_paper_and_one_that_leads_there(tmp_path: Path) -> None:
    """Each paper has one note, whatever its title; the leading note links all; a second time changes nothing."""
    done = update(tmp_path / "vault", HARD_READING)
    assert (done.new, done.changed, done.unchanged, done.left_alone) == (len(HARD) + 1, 0, 0, ())
    before = {path: path.read_bytes() for path in (tmp_path / "vault").iterdir()}
    again = update(tmp_path / "vault", HARD_READING)
    assert (again.new, again.changed, again.unchanged) == (0, 0, len(HARD) + 1)
    assert before == {path: path.read_bytes() for path in (tmp_path / "vault").iterdir()}
    leading = (tmp_path / "vault" / CONTENTS).read_text("utf-8")
    assert all(f"[[{path.stem}]]" in leading for path in before if path.name != CONTENTS)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_what_a_person_wrote_stays(tmp_path: Path, line_end: str) -> None:
    """Own text above and below, own keys and own tags stay as they are; only what is ours is brought up to date."""
    update(tmp_path, listed(WHOLE))
    text = (tmp_path / NAME).read_text("utf-8")
    text = text.replace("status:", "rating: 5\naliases:\n  - LoRA\n# a remark\nstatus:").replace(
        "tags: [", "tags: [mine, "
    )
    text = text.replace(BEGIN, f"Read this first.\n{BEGIN}") + "\n## My notes\n%% papertide: no %%\n"
    (tmp_path / NAME).write_bytes(text.replace("\n", line_end).encode())
    done = update(tmp_path, changed(status="skip", title="Another title", tags=["late"], summary="x"))
    assert (done.new, done.changed) == (0, 1)
    after = (tmp_path / NAME).read_bytes().decode()
    assert after.count("\n") == after.count(line_end)
    after = after.replace("\r\n", "\n")
    front = yaml.safe_load(after.split("---\n")[1])
    assert (front["rating"], front["aliases"], front["status"]) == (5, ["LoRA"], "skip")
    assert front["tags"] == ["mine", "peft", "efficiency", "todo", "late"]
    assert "# a remark\n" in after
    assert f"\nRead this first.\n{BEGIN}\n" in after
    assert after.endswith(f"{END}\n\n## My notes\n%% papertide: no %%\n")
    assert "# [Another title]" in after
    assert "Low-rank" not in after


def test_tags_as_a_list_below(tmp_path: Path) -> None:
    """Tags in the form that Obsidian itself writes are understood; in a form that nobody knows they are left as they are."""
    for form, kept in (
        ("tags:\n  - mine\n", ["mine", "peft", "efficiency", "todo"]),
        ("tags: mine, yours\n", "mine, yours"),
    ):
        update(tmp_path, listed(WHOLE))
        text = (tmp_path / NAME).read_text("utf-8")
        line = next(line for line in text.splitlines(keepends=True) if line.startswith("tags:"))
        (tmp_path / NAME).write_text(text.replace(line, form), "utf-8")
        update(tmp_path, changed(status="later"))
        assert yaml.safe_load((tmp_path / NAME).read_text("utf-8").split("---\n")[1])["tags"] == kept
        (tmp_path / NAME).unlink()


def test_a_note_is_found_by_its_number(tmp_path: Path) -> None:
    """A note that was renamed or moved is the paper's all the same; notes of other papers stay."""
    update(tmp_path, listed(WHOLE, HARD[0]))
    (tmp_path / "read").mkdir()
    (tmp_path / NAME).rename(tmp_path / "read" / "LoRA.md")
    done = update(tmp_path, changed(status="later"))
    assert done.new == 0
    assert '"later"' in (tmp_path / "read" / "LoRA.md").read_text("utf-8")
    assert not (tmp_path / NAME).exists()
    assert "[[LoRA]]" in (tmp_path / CONTENTS).read_text("utf-8")
    assert len(list(tmp_path.glob("Learning*"))) == 1


@pytest.mark.parametrize("spoilt", ["front", "block", "twice", "bytes"])
def test_a_note_without_a_place_for_us_is_left_alone(tmp_path: Path, spoilt: str) -> None:
    """A note whose block was taken out, doubled or broken is told of and not touched; the others are written."""
    update(tmp_path, listed(WHOLE))
    text = (tmp_path / NAME).read_text("utf-8")
    if spoilt == "front":
        text = text.replace(BEGIN, f"{BEGIN} no")
    elif spoilt == "block":
        text = text[: text.index(BEGIN)]
    else:
        text += text[text.index(BEGIN) :]
    if spoilt == "bytes":
        (tmp_path / CONTENTS).write_bytes(b"\xff")
        done = update(tmp_path, listed(WHOLE))
        assert [CONTENTS in line for line in done.left_alone] == [True]
        assert (tmp_path / CONTENTS).read_bytes() == b"\xff"
        return
    (tmp_path / NAME).write_text(text, "utf-8")
    done = update(tmp_path, ReadingList("t", "", [Section("", [WHOLE, HARD[1]])]))
    assert (done.new, len(done.left_alone)) == (1, 1)
    assert (tmp_path / NAME).read_text("utf-8") == text


def test_no_file_of_another_is_touched(tmp_path: Path) -> None:
    """Where a name is taken by a file that isn't the paper's, the note gets another one."""
    (tmp_path / NAME).write_text("mine", "utf-8")
    (tmp_path / NAME.replace(".md", " 12.md")).write_text("mine too", "utf-8")
    (tmp_path / ".trash").mkdir()
    update(tmp_path / ".trash", listed(WHOLE))
    update(tmp_path, listed(WHOLE))
    assert (tmp_path / NAME).read_text("utf-8") == "mine"
    assert (tmp_path / NAME.replace(".md", " 12-2.md")).exists()
    update(tmp_path, listed(WHOLE))
    assert len(list(tmp_path.glob("Low*"))) == 3


def test_a_paper_of_two_groups_has_one_note(tmp_path: Path) -> None:
    """A paper that stands under two headings has one note, and is linked under both."""
    done = update(tmp_path, ReadingList("t", "", [Section("A", [WHOLE]), Section("B", [WHOLE])]))
    assert done.new == 2
    assert (tmp_path / CONTENTS).read_text("utf-8").count("[[Low-rank") == 2


def test_a_note_that_cannot_be_read(tmp_path: Path) -> None:
    """A leading note that is a folder by now is an OutputError that names it."""
    (tmp_path / CONTENTS).mkdir()
    with pytest.raises(OutputError, match=CONTENTS):
        update(tmp_path, listed(WHOLE))


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    """A folder that can't be made is an OutputError that names it."""
    (tmp_path / "file").write_text("x", "utf-8")
    with pytest.raises(OutputError, match="file"):
        update(tmp_path / "file" / "vault", listed(WHOLE))


def test_a_number_of_another_library_is_no_identity(tmp_path: Path) -> None:
    """In a library that counts differently a note is found by its arXiv id; one of no paper there stays, and is named."""
    beta = paper(13, "Beta memory", arxiv_id="2401.00002")
    update(tmp_path, listed(WHOLE, beta))
    before = (tmp_path / NAME).read_text("utf-8")
    swapped: list[PaperDict] = [{**WHOLE, "id": 13, "status": "skip"}, {**beta, "id": 12}]
    done = update(tmp_path, listed(*swapped))
    assert (done.new, done.changed, done.left_alone) == (0, 2, ())
    assert (tmp_path / NAME).read_text("utf-8") == before.replace("papertide: 12", "papertide: 13").replace(
        '"keep"', '"skip"'
    )
    before = (tmp_path / NAME).read_text("utf-8")
    gamma = paper(13, "Gamma robots", arxiv_id="2401.00009")
    done = update(tmp_path, listed(gamma))
    assert (done.new, [NAME in told and "arXiv:2405.99001" in told for told in done.left_alone]) == (1, [True])
    assert update(tmp_path, listed(gamma)).left_alone == ()
    assert (tmp_path / NAME).read_text("utf-8") == before


@pytest.mark.parametrize(
    ("first", "then", "same"),
    [
        ({"arxiv_id": "2401.00001", "doi": "10.1/a"}, {"arxiv_id": "2401.00001", "doi": "10.1/b"}, True),
        ({"doi": "10.1/a"}, {"doi": "10.1/A", "arxiv_id": "2401.00001"}, True),
        ({"doi": "10.1/a"}, {"doi": "10.1/b"}, False),
        ({}, {"arxiv_id": "2401.00001"}, True),
        ({"arxiv_id": "2401.00001"}, {}, True),
        ({"arxiv_id": "2401.00001"}, {"title": "Another"}, False),
        ({"doi": "10.1/a"}, {"title": "Another"}, False),
        ({}, {"title": "Another"}, True),
    ],
)
def test_what_makes_a_note_a_papers(
    tmp_path: Path, first: dict[str, object], then: dict[str, object], same: bool
) -> None:
    """The arXiv id tells, else the DOI; where the paper has neither and the note has, the title does."""
    update(tmp_path, listed(paper(1, "One", **first)))
    later = paper(1, "One")
    later.update(then)  # type: ignore[typeddict-item] # the names are a paper's
    assert (update(tmp_path, listed(later)).new == 0) is same


@pytest.mark.parametrize("value", ["papertide: twelve", 'papertide: "', "papertide:", "paper: 12"])
def test_a_note_that_says_no_number(tmp_path: Path, value: str) -> None:
    """A file whose front matter names no paper isn't ours."""
    (tmp_path / "mine.md").write_text(f"---\n{value}\n---\n{BEGIN}\n{END}\n", "utf-8")
    assert update(tmp_path, listed(WHOLE)).new == 2


def test_line_ends_stay_one_by_one(tmp_path: Path) -> None:
    """Pasted lines with other line ends stay as they are, within the front matter, too, and turn nothing else."""
    update(tmp_path, listed(WHOLE))
    text = (tmp_path / NAME).read_bytes().replace(b"status:", b"rating: 5\r\nstatus:")
    (tmp_path / NAME).write_bytes(text + b"lf\npasted\r\nlf\n")
    assert update(tmp_path, listed(WHOLE)).changed == 0
    assert update(tmp_path, changed(status="skip")).changed == 1
    expected = text.replace(b'status: "keep"', b'status: "skip"') + b"lf\npasted\r\nlf\n"
    assert (tmp_path / NAME).read_bytes() == expected


def test_a_byte_order_mark_stays(tmp_path: Path) -> None:
    """A note that an editor put a byte order mark before is the paper's all the same."""
    update(tmp_path, listed(WHOLE))
    for name in (NAME, CONTENTS):
        (tmp_path / name).write_bytes(b"\xef\xbb\xbf" + (tmp_path / name).read_bytes())
    done = update(tmp_path, changed(status="skip"))
    assert (done.new, done.changed, done.unchanged, done.left_alone) == (0, 1, 1, ())
    assert (tmp_path / NAME).read_bytes().startswith(b"\xef\xbb\xbf---\n")
