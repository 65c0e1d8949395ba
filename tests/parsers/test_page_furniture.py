"""What stands around the papers on a page, and the many ways in which a page may set them."""

from __future__ import annotations

import textwrap
from contextlib import suppress

import pytest

from papertide.errors import LayoutError
from papertide.parsers import parse
from papertide.records import Listing

SENTENCE = "We let adapters remember what they learnt before, for as long as it takes to learn the next thing of many. "
TITLES = [
    f"Number {n}: How Adapters Remember What Was Said to Them" for n in ("One", "Two", "Three", "Four", "Five", "Six")
]


def card(title: str, *, facts: str = "  • 4 authors\n·\nMar 24, 2024\n", text: str = SENTENCE * 4) -> str:
    """A card of the layout with author line and date."""
    return f"{title}\n\n{text.strip()}\n\n{facts}\n"


CARDS = "".join(card(title) for title in TITLES)
_TOP = (
    "new",
    "Get trending papers in your email inbox!",
    "Subscribe",
    "Daily Papers",
    "byAK and the research community",
)
BANNER = "\n\n".join((*_TOP, "May 7", ""))


def titles(listing: Listing) -> list[str]:
    """The titles of a listing."""
    return [entry.title for entry in listing.entries]


@pytest.mark.parametrize(
    "footer",
    [
        "Previous\n\nNext\n",
        "Previous\n\n1\n\n2\n\n3\n\nNext\n",
        "Company\n\nTOS\n\nPrivacy\n\nAbout\n\nJobs\n\nWebsite\n\nModels\n",
    ],
)
def test_a_footer_is_no_paper(footer: str) -> None:
    """Lines below the last card that nothing belongs to are reported once, and are no papers."""
    listing = parse((BANNER + CARDS + footer).encode())
    assert titles(listing) == TITLES
    assert len(listing.problems) == 1


def test_a_menu_above_the_banner_is_no_paper() -> None:
    """Lines above the first card that nothing belongs to are no papers."""
    listing = parse(("Hugging Face\n\nModels\n\nDatasets\n\n" + BANNER + CARDS).encode())
    assert titles(listing) == TITLES


def test_rules_between_cards_are_blank() -> None:
    """A line of dashes parts cards and is none."""
    listing = parse((BANNER + "---\n\n".join(card(title) for title in TITLES)).encode())
    assert titles(listing) == TITLES
    assert not listing.problems


def test_pages_put_one_behind_the_other() -> None:
    """A second banner in the middle is passed over, its day too."""
    other = [title.replace("Number", "No.") for title in TITLES]
    listing = parse((BANNER + CARDS + BANNER + "".join(card(title) for title in other)).encode())
    assert titles(listing) == [*TITLES, *other]
    assert not listing.problems
    assert {str(entry.published) for entry in listing.entries} == {"2024-03-24"}


@pytest.mark.parametrize(
    "title", ["Combining [Fine-Tuning](https://x.y/z) and Agents", "#1 Agents for Smart Contracts of All"]
)
def test_a_title_that_looks_like_markdown(title: str) -> None:
    """One such title among others is a title."""
    listing = parse((BANNER + card(title) + CARDS).encode())
    assert titles(listing) == [title, *TITLES]


def test_a_page_of_markdown_marks_without_links_is_no_text_dump() -> None:
    """Where most titles are Markdown headings, the page is refused as a text dump."""
    with pytest.raises(LayoutError, match="Markdown"):
        parse("".join(card(f"# {title}") for title in TITLES).encode(), layout="hf-text")


@pytest.mark.parametrize("width", [60, 72, 80, 100])
def test_abstracts_wrapped_under_a_title_that_is_not(width: int) -> None:
    """arXiv's own way: the abstract is hard-wrapped and may hold an indented paragraph, the title is one long line."""
    long_title = "On a Very Long Title That Nobody Would Think of Wrapping, However Narrow the Abstract May Be: A Study"
    paragraphs = [
        textwrap.fill(SENTENCE * 3, width),
        textwrap.fill("With more: " + SENTENCE * 2, width, initial_indent="  "),
    ]
    address = "https://example.org/" + "a-very-long-address-" * 6
    text = "\n".join([*paragraphs, address])
    page = BANNER + "".join(card(f"{long_title} {n}", text=text) for n in range(8))
    listing = parse(page.encode())
    assert titles(listing) == [f"{long_title} {n}" for n in range(8)]
    assert {entry.abstract for entry in listing.entries} == {
        " ".join((SENTENCE * 3 + "With more: " + SENTENCE * 2 + address).split())
    }


def test_a_list_inside_an_abstract() -> None:
    """Short lines of a list belong to the abstract that they stand in."""
    text = SENTENCE * 2 + "\n" + "\n".join(f"- point {n} of the list" for n in range(9)) + "\n" + SENTENCE
    listing = parse((BANNER + "".join(card(title, text=text) for title in TITLES)).encode())
    assert titles(listing) == TITLES


@pytest.mark.parametrize(
    ("facts", "comments"),
    [
        ("  • 4 authors - Mar 24, 2024\n", 0),
        ("  • 4 authors | Mar 24, 2024 3\n", 3),
        ("4 authors Mar 24, 2024\n", 0),
        ("4 authors\n·\nMar 24, 20241\n", 1),
        ("4 authors\n·\nMar 24, 2024 · 1\n", 1),
        ("4 authors\n·\nMar 24, 2024 12 comments\n", 12),
        ("4 authors\n·\n2024-03-24\n", 0),
        ("4 authors\n·\nMar 24, 2024\n\n7\n", 7),
    ],
)
def test_ways_to_set_the_facts(facts: str, comments: int) -> None:
    """Author line, date and comments are read however they are put together."""
    entries = parse((BANNER + "".join(card(title, facts=facts) for title in TITLES)).encode()).entries
    assert [entry.title for entry in entries] == TITLES
    assert {(entry.author_count, str(entry.published), entry.comments) for entry in entries} == {
        (4, "2024-03-24", comments)
    }


def test_upvotes_with_one_missing() -> None:
    """Counts above all other titles are upvotes though the first has none, if one is a dash; a title of digits is one."""
    counts = ("10", "11", "-", "13", "14", "15")
    page = card("1984") + "".join(f"{n}\n\n{card(title)}" for n, title in zip(counts, TITLES, strict=True))
    listing = parse((BANNER + page).encode())
    assert titles(listing)[-6:] == TITLES
    assert [entry.upvotes for entry in listing.entries][-6:] == [10, 11, 0, 13, 14, 15]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("westlake Westlake Robotics Co., Ltd.", "Westlake Robotics Co., Ltd."),
        ("KAIST AI", "KAIST AI"),
        ("X-Gen Group", "X-Gen Group"),
    ],
)
def test_organisations_on_the_page(line: str, name: str) -> None:
    """A company's full stop ends no sentence; a name is not cut to its general word; the dot may be missing."""
    for dot in ("·\n", ""):
        entries = parse(
            (BANNER + "".join(card(t, facts=f"{line}\n\n{dot}Mar 24, 2024\n") for t in TITLES)).encode()
        ).entries
        assert {entry.organization for entry in entries} == {name}


@pytest.mark.parametrize(
    "title",
    ["xGen-MM (BLIP-3): A Family of Models", "s1: Simple Scaling at Test Time", "Subscriber Churn and Adapters"],
)
def test_titles_glued_to_the_banner(title: str) -> None:
    """`Subscribe` is taken off a title that is plainly glued to it, and off no word that begins so."""
    glued = title if title.startswith("Subscriber") else f"Subscribe{title}"
    page = f"Get trending papers in your email inbox!\n{glued}\n{SENTENCE * 4}\n" + "".join(
        f"{t}\n{SENTENCE * 4}\n" for t in TITLES
    )
    assert titles(parse(page.encode())) == [title, *TITLES]


def test_a_few_control_characters_are_no_binary() -> None:
    """A small page with stray control characters is still a page."""
    listing = parse(card("A \x07Title \x08of a Paper\x07").encode())
    assert titles(listing) == ["A Title of a Paper"]


def test_blank_and_open_lines_cost_little() -> None:
    """A page of blank lines, or of brackets that nothing closes, ends soon: its cost grows with its length alone."""
    for data in (b"\n" * 200_000 + card(TITLES[0]).encode(), b"[aaa\n" * 20_000):
        with suppress(LayoutError):
            assert titles(parse(data)) == TITLES[:1]


def test_markdown_variants() -> None:
    """Bold links are titles where nothing is a heading; a footer below marked titles is no paper; hyphens stay."""
    marked = "".join(
        f"### [Single- and Multi-Human {n}](https://huggingface.co/papers/2505.0000{n})\n\n"
        f"{SENTENCE}\n\n4 authors\n\n·\n\nMay 2, 2025\n\n"
        for n in range(1, 4)
    )
    listing = parse((marked + "Company\n\nTOS\n\nPrivacy\n").encode())
    assert titles(listing) == [f"Single- and Multi-Human {n}" for n in (1, 2, 3)]
    bold = marked.replace("### [", "**[").replace(")\n\nWe", ")**\n\nWe")
    assert titles(parse(bold.encode())) == titles(listing)
