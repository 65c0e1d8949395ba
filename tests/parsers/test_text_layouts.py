"""Laws of the text layouts: what wrapping, line ends, encodings and cutting may change, and what not."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertide.errors import InputError, LayoutError, UsageError
from papertide.parsers import parse
from papertide.records import Entry, Listing

PAGES = Path(__file__).resolve().parents[2] / "fixtures" / "pages"
TEXT_PAGES = sorted(PAGES.glob("*.txt"))
SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"


def facts(entry: Entry) -> dict[str, Any]:
    """An entry without where it stood."""
    return entry.model_dump(exclude={"line", "raw"})


def entries(listing: Listing) -> list[dict[str, Any]]:
    """The entries of a listing without where they stood."""
    return [facts(entry) for entry in listing.entries]


def wrapped(text: str, width: int) -> str:
    """The text hard-wrapped, blank lines and indents kept."""
    lines: list[str] = []
    for line in text.split("\n"):
        indent = line[: len(line) - len(line.lstrip())]
        lines += textwrap.wrap(line.strip(), width, initial_indent=indent, subsequent_indent=indent) or [""]
    return "\n".join(lines)


@pytest.mark.parametrize("page", [p for p in TEXT_PAGES if "compact" not in p.name], ids=lambda p: p.stem)
@pytest.mark.parametrize("width", [60, 72, 80, 100])
def test_wrapping_changes_nothing_where_blank_lines_part_entries(page: Path, width: int) -> None:
    """A page that is hard-wrapped at any width gives the same entries, titles that were wrapped among them."""
    text = page.read_text(encoding="utf-8")
    assert entries(parse(wrapped(text, width).encode())) == entries(parse(text.encode()))


@pytest.mark.parametrize("page", sorted(PAGES.iterdir()), ids=lambda p: p.stem)
@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_line_ends_change_nothing(page: Path, ends: str) -> None:
    """CRLF and CR pages read as LF ones do."""
    text = page.read_text(encoding="utf-8")
    assert entries(parse(text.replace("\n", ends).encode())) == entries(parse(text.encode()))


@pytest.mark.parametrize("page", TEXT_PAGES, ids=lambda p: p.stem)
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32"])
def test_encodings_change_nothing(page: Path, encoding: str) -> None:
    """A page in UTF-16 or UTF-32 reads as in UTF-8, with a mark or (UTF-16) without."""
    text = page.read_text(encoding="utf-8")
    listing = parse(text.encode(encoding))
    assert entries(listing) == entries(parse(text.encode()))
    assert ("UTF" in "".join(listing.notes)) == (encoding != "utf-8-sig")


def test_latin_1_is_read_and_said() -> None:
    """A page in Windows-1252 keeps its letters, and the listing says that it was no UTF-8."""
    page = "Bélanger et la mémoire\n\nNous étudions “la mémoire” des modèles. " + "C'est très long. " * 20 + "\n"
    listing = parse(page.encode("cp1252"))
    assert listing.entries[0].title == "Bélanger et la mémoire"
    assert "Windows-1252" in listing.notes[0]


@pytest.mark.parametrize("page", sorted(PAGES.iterdir()), ids=lambda p: p.stem)
def test_a_cut_page_invents_nothing(page: Path) -> None:
    """Cut at every 50th byte, a page gives whole entries of the page only, and says what it left out.

    A title, an author count and an organisation are those of the whole page; a date is too, or its year was inferred
    from fewer entries, or it is unknown; an abstract is the page's, or (where a sentence ends at the cut) begins it.
    """
    data = page.read_bytes()
    whole = parse(data).entries
    for end in range(50, len(data), 50):
        try:
            listing = parse(data[:end])
        except InputError:
            assert end < 3000  # nothing whole yet
            continue
        for place, (entry, wanted) in enumerate(zip(listing.entries, whole, strict=False)):
            assert entry.title == wanted.title
            assert entry.arxiv_id == wanted.arxiv_id
            last = place == len(listing.entries) - 1
            if not last:
                assert entry.abstract == wanted.abstract
                assert entry.author_count == wanted.author_count
                assert entry.organization == wanted.organization
            assert wanted.abstract is None or wanted.abstract.startswith(entry.abstract or "")
            if entry.published != wanted.published:
                assert entry.published is None or entry.year_inferred
        assert len(listing.entries) <= len(whole)
        if len(listing.entries) < len(whole) and not data[:end].endswith(b"\n"):
            lines = data[:end].decode(errors="ignore").splitlines()
            assert listing.problems or not lines[-1].strip() or _ends_whole(lines[-1])


def _ends_whole(line: str) -> bool:
    """Whether a cut can't be seen: behind the end of a sentence, or behind a date."""
    return line.rstrip().endswith((".", ")", "?")) or line.strip()[-4:].isdigit() or line.strip()[-1:].isdigit()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b" \n\n ", "blanks"),
        (bytes(range(256)) * 50, "binary"),
        (b"\x7fELF" + bytes(2000), "binary"),
        (b"\xff\xfe" + b"\x00\xd8" * 50, "UTF-16"),
        (b"x" * 50_000_000, "50,000,000 characters"),
        (b"One word\n", "no author lines"),
        (b"import os\nimport sys\n\n\ndef main():\n    return os.getcwd()\n", "no author lines"),
    ],
)
def test_what_is_no_listing_is_an_error_that_says_why(data: bytes, said: str) -> None:
    """Nothing that isn't a listing is read as one, and the reason names what was seen."""
    with pytest.raises(InputError, match=said):
        parse(data)


def test_an_unknown_layout_is_a_usage_error() -> None:
    """A layout that doesn't exist is refused by name."""
    with pytest.raises(UsageError, match="hf-txt"):
        parse(b"x", layout="hf-txt")


def test_a_layout_asked_for_is_not_guessed() -> None:
    """A text page is no Markdown export, if Markdown was asked for."""
    with pytest.raises(LayoutError, match="no title that links"):
        parse(TEXT_PAGES[0].read_bytes(), layout="markdown")


@given(st.text(max_size=2000))
def test_no_text_breaks_the_parsers(text: str) -> None:
    """Any text is a listing or an InputError, and an entry's title is never empty nor holds a control character."""
    try:
        listing = parse(text.encode("utf-8", "surrogatepass"))
    except InputError:
        return
    for entry in listing.entries:
        assert entry.title.strip()
        assert entry.title.isprintable()


@given(
    st.lists(st.sampled_from(["Title of a Paper", "An abstract. " * 20, "", "  • 4 authors", "·", "May 7", "101", "-"]))
)
def test_any_order_of_lines_is_survived(lines: list[str]) -> None:
    """Lines of a listing in any order give entries or an InputError; no line's title is lost from the raw text."""
    try:
        listing = parse("\n".join(lines).encode())
    except InputError:
        return
    assert all(entry.title for entry in listing.entries)


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the real listing pages are not here (../shared/seeds)")
def test_the_real_pages() -> None:
    """The four real pages give 286 entries with 253 titles, their dates, author counts and organisations."""
    listings = [parse(path.read_bytes()) for path in sorted(SEEDS.glob("*.txt"))]
    assert [len(listing.entries) for listing in listings] == [48, 81, 119, 38]
    everything = [entry for listing in listings for entry in listing.entries]
    assert len({entry.title for entry in everything}) == 253
    assert all(entry.abstract for entry in everything)
    assert sum(entry.published is not None for entry in everything) == 85
    assert sum(entry.author_count is not None for entry in everything) == 83
    assert [entry.organization for entry in everything if entry.organization] == ["ucas", "Princeton University"]
    assert [str(listing.captured) for listing in listings] == ["2026-05-07", "None", "None", "2026-04-13"]
    assert not [problem for listing in listings for problem in listing.problems]
