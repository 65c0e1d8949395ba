"""BibTeX: what is read, and what is damaged and still read."""

from __future__ import annotations

import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertide.errors import InputError, LayoutError
from papertide.normal import clean
from papertide.parsers import parse
from papertide.parsers.bibtex_blocks import read_blocks
from papertide.parsers.latex import address_of, text_of
from papertide.records.listing import Entry

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "bibtex"


def entry(fields: str) -> Entry:
    """The one entry with these fields."""
    (read,) = parse(f"@article{{key, title = {{T}}, {fields}}}".encode()).entries
    return read


def authors(latex: str) -> tuple[tuple[str, ...], int | None]:
    """The names and the count of an author field."""
    read = entry(f"author = {{{latex}}}")
    return read.authors, read.author_count


# --- LaTeX ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"{\"o} \'{e} {\L} \~n \^{\i} {\H o} \c c \c{c} {\v S} \.z \r{u} \k{a} \={a} \u{g} \d{h} \b{k}", "ö é Ł ñ î ő ç ç Š ż ů ą ā ğ ḥ ḵ"),  # noqa: E501 - a table reads best on one line
        (r"\'{\^e} \' {e}", "ế é"),
        (r"\ss{} \o re {\aa}ngstr{\"o}m \ae \OE", "ß øre ångström æŒ"),
        (r"{LoRA} and {{Q}LoRA}", "LoRA and QLoRA"),
        (r"1--2 --- ``so''", "1–2 — “so”"),
        (r"-{}- '{}' `{}`", "-- '' ``"),
        (r"5\% \& \$ \# \_ \{x\}", "5% & $ # _ {x}"),
        (r"$S^{2}$FT and $\alpha_{1}$ for \$5 or $5", r"$S^{2}$FT and $\alpha_{1}$ for $5 or $5"),
        (r"\textbf{a} {\em b} \emph{c\textit{d}}", "a b cd"),
        (r"\method{} \cite{a{b}} \(x\)", r"\method{} \cite{ab} \(x\)"),
        (r"\href{https://example.org}{the page}, \url{x}", "the page, x"),
        (r"a~b\ c\\d\,e", "a b c d e"),
        (r"\^{} \~{} \textasciitilde{} \textbackslash", r"^ ~ ~ " + "\\"),
        (r"well-\/known\-", "well-known"),
        ("} stray {", " stray "),
        ("\\", "\\"),
    ],
)  # fmt: skip
def test_latex_is_made_readable(latex: str, text: str) -> None:
    """Accents and signs are letters, grouping is gone, mathematics and what isn't known stay."""
    assert text_of(latex) == text


@pytest.mark.parametrize(
    ("latex", "address"),
    [
        (r"https://example.org/~a--b?c=5%20", "https://example.org/~a--b?c=5%20"),
        (r"\url{https://example.org/a\_b\%20}", "https://example.org/a_b%20"),
        (r"\href{https://example.org/a}{the page}", "https://example.org/a the page"),
        (r"https://example.org/{\textasciitilde}a\~{}b$\sim$c\textasciitilde{}d", "https://example.org/~a~b~c~d"),
    ],
)
def test_addresses_keep_their_signs(latex: str, address: str) -> None:
    """A tilde, two dashes or a percent sign in an address is no LaTeX."""
    assert address_of(latex) == address


ESCAPED = {c: f"\\{c}" for c in "%&_#$"} | {
    "{": r"\{", "}": r"\}", "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "-": "{-}", "'": "{'}", "`": "{`}", '"': '{"}',
}  # fmt: skip
MARKS = {"\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0308": '"', "\u030c": "v ", "\u0327": "c "}


def printed(text: str) -> str:
    """A text as LaTeX, accents written out."""
    return "".join(ESCAPED.get(c, accented(c)) for c in text)


def accented(letter: str) -> str:
    """A letter with one of the usual accents as LaTeX, any other as it is."""
    parts = unicodedata.normalize("NFD", letter)
    usual = len(parts) == 2 and parts[0].isascii() and parts[0] not in "ij" and parts[1] in MARKS
    return f"{{\\{MARKS[parts[1]]}{parts[0]}}}" if usual else letter


def is_clean(text: str) -> bool:
    """Whether a text is what `clean` makes of it, and not empty."""
    return bool(text) and clean(text) == text


TEXTS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("éüñç{}\\$%&~-'\"@,=#"), min_size=1)
CLEAN = TEXTS.map(clean).map(lambda text: unicodedata.normalize("NFC", text)).filter(is_clean)
NO_NAMES = {"Jr", "Sr", "Inc", "Ltd", "Corp", "And"}  # these are read as what they mean
WORDS = st.from_regex(r"[A-Z][a-zéü]{1,8}", fullmatch=True).filter(lambda word: word not in NO_NAMES)
NAMES = st.tuples(st.lists(WORDS, min_size=1, max_size=2), WORDS)
DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2150, 1, 1))
PAPERS = st.fixed_dictionaries(
    {
        "title": CLEAN,
        "abstract": st.none() | CLEAN,
        "authors": st.lists(NAMES, max_size=4),
        "whole": st.booleans(),
        "published": st.none() | DAYS,
        "doi": st.sampled_from([None, "10.1000/182", "10.1000/a_b(c)%d"]),
        "arxiv_id": st.sampled_from([None, "2405.99001", "cs/0112017"]),
        "url": st.sampled_from([None, "https://example.org/~a_b%20--c"]),
    }
)


def block_of(number: int, paper: dict[str, object], rotate: int, end: str) -> str:
    """A paper as a BibTeX entry; `rotate` turns the order of its fields."""
    names = [f"{last}, {' '.join(first)}" for first, last in paper["authors"]]  # type: ignore[attr-defined] # it is a list
    if names and not paper["whole"]:
        names.append("others")
    fields = {
        "title": printed(str(paper["title"])),
        "abstract": printed(str(paper["abstract"])) if paper["abstract"] else "",
        "author": " and ".join(map(printed, names)),
        "date": str(paper["published"] or ""),
        "doi": str(paper["doi"] or "").replace("_", r"\_").replace("%", r"\%"),
        "eprint": str(paper["arxiv_id"] or ""),
        "url": str(paper["url"] or ""),
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    turn = rotate % len(lines)
    return f"@article{{key{number},{end}" + f",{end}".join(lines[turn:] + lines[:turn]) + f"{end}}}{end}"


@given(st.lists(PAPERS, min_size=1, max_size=4), st.integers(0, 6), st.sampled_from(["\n", "\r\n", "\r"]))
def test_what_is_printed_is_read(papers: list[dict[str, object]], rotate: int, end: str) -> None:
    """Entries written out are read as they were, whatever the order of their fields and the ends of their lines."""
    listing = parse("".join(block_of(n, p, rotate, end) for n, p in enumerate(papers)).encode(), "bibtex")
    assert not listing.problems
    assert [facts(e) for e in listing.entries] == [
        (
            p["title"],
            p["abstract"],
            names := tuple(" ".join([*first, last]) for first, last in p["authors"]),  # type: ignore[attr-defined] # it is a list
            len(names) if names and p["whole"] else None,
            p["published"],
            p["doi"],
            p["arxiv_id"],
            p["url"],
        )
        for p in papers
    ]


def facts(e: Entry) -> tuple[object, ...]:
    """What the test above compares."""
    return e.title, e.abstract, e.authors, e.author_count, e.published, e.doi, e.arxiv_id, e.url


# --- fields -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("latex", "names", "count"),
    [
        ("Ada Example and Berg, Jan van der", ("Ada Example", "Jan van der Berg"), 2),
        ("van der Berg, Jan and Smith, Jr., John", ("Jan van der Berg", "John Smith Jr."), 2),
        ("{Google DeepMind, London} and Two, B. C.", ("Google DeepMind, London", "B. C. Two"), 2),
        ("One, Ada and others", ("Ada One",), None),
        ("One, Ada and et al.", ("Ada One",), None),
        ("Ada One; Ben Two", ("Ada One", "Ben Two"), 2),
        ("Ada One, Ben Two, Cy Three, Di Four", ("Ada One", "Ben Two", "Cy Three", "Di Four"), 4),
        ("Chen, Xi AND Wang, V", ("Xi Chen", "V Wang"), 2),
        ("others", (), None),
        ("", (), None),
    ],
)
def test_authors(latex: str, names: tuple[str, ...], count: int | None) -> None:
    """Names come given name first; braces hold a name together; with `others` the number is unknown."""
    assert authors(latex) == (names, count)


def test_what_stands_beside_the_title() -> None:
    """A file of a reference manager: macros, quotes and parentheses, remarks above; ids without their addresses."""
    first, second = parse((FIXTURES / "reference-manager.bib").read_bytes()).entries
    assert (first.doi, first.published) == ("10.1000/example.1", date(2024, 3, 4))
    assert first.authors == ("Ada Example", "Jan van der Berg", "John Smith Jr.")
    assert first.url == "https://example.org/~ada/low_rank.pdf"
    assert (first.line, first.raw[:9]) == (9, "@Article{")
    assert "Year     = {2024}" in first.raw
    assert (second.authors, second.author_count, second.published) == (("Ben Example",), None, None)


def test_macros_are_put_together() -> None:
    """A macro is known whatever its case, behind where it is defined; months are known from the start."""
    text = '@string{Low = "Low "}@article{a, title = LOW # {rank} # " " # unknown, year = 2024, month = "4~" # MAR}'
    (read,) = parse(text.encode(), "bibtex").entries
    assert (read.title, read.published) == ("Low rank unknown", date(2024, 3, 4))


def test_words_without_braces_are_kept() -> None:
    """A title that somebody forgot to put in braces is read, and so is text behind the braces."""
    read = parse(b"@article{a, title = Low rank}\n@article{b, title = {Low} rank}", "bibtex").entries
    assert [e.title for e in read] == ["Low rank", "Low rank"]


@pytest.mark.parametrize("value", ["", "#", "{a} #", "{a} # {b}}", '"open', "}", "a{b", '"a{"b'])
def test_values_that_break_off(value: str) -> None:
    """A value that is none never breaks the reader: the other fields are read."""
    assert list(read_blocks(f"@article{{a, note = {value}, title = {{T}}}}"))


@pytest.mark.parametrize(
    "doi", ["10.1000/x", "https://doi.org/10.1000/x", "http://dx.doi.org/10.1000/x", "doi:10.1000/x."]
)
def test_a_doi_is_bare(doi: str) -> None:
    """Whatever stands before a DOI is taken off; what is none is unknown."""
    assert entry(f"doi = {{{doi}}}").doi == "10.1000/x"
    assert entry("doi = {none}").doi is None


def test_an_abstract_may_speak_of_other_papers() -> None:
    """Only the fields that name the paper itself give its arXiv id."""
    assert entry("abstract = {See arXiv:2405.99001}, title = {On arXiv:2405.99002}").arxiv_id is None
    assert entry("note = {arXiv: 2405.99003 [cs.CL]}").arxiv_id == "2405.99003"


# --- what is damaged --------------------------------------------------------------------------------------------------


def test_damage_is_told_and_stays_where_it_is() -> None:
    """Every damaged entry is a Problem with its line and its text, and the others are read."""
    listing = parse((FIXTURES / "damaged.bib").read_bytes())
    assert len(listing.entries) == 6
    assert [p.line for p in listing.problems] == [3, 7, 14, 15, 16, 17, 20]
    assert all(p.excerpt for p in listing.problems)
    assert listing.entries[0].authors == ("Ada One",)
    assert listing.notes == ("some entries have the key of an earlier one; all of them are read",)


def test_a_key_without_a_comma_is_told() -> None:
    """An entry that bibtexparser gives up is a Problem that says what was expected."""
    listing = parse(b"@article{a\n  title = {A}}\n@article{b, title = {B}}", "bibtex")
    assert [e.title for e in listing.entries] == ["B"]
    assert "comma" in listing.problems[0].reason


def test_macros_of_macros_come_to_an_end() -> None:
    """Macros can't be made to fill the memory: a long one is refused, and so are too many uses of one."""
    long = "@string{a = {" + "x" * 1001 + "}}\n@article{one, title = a}\n@article{two, title = {Two}}"
    listing = parse(long.encode())
    assert [e.title for e in listing.entries] == ["Two"]
    assert [p.line for p in listing.problems] == [1, 2]
    many = "@string{a = {" + "x" * 1000 + "}}\n@article{one, note = " + " # ".join(["a"] * 3000) + ", title = {One}}"
    listing = parse(many.encode())
    assert ([e.title for e in listing.entries], listing.problems[0].line) == (["One"], 2)


def test_other_blocks_hold_no_papers() -> None:
    """Sets of keys and of fields are no papers and no problems; a file with nothing else is an error."""
    listing = parse(b"@xdata{a, url = {x}}\n@set{b, entryset = {a}}\n@misc{c, title = {C}}")
    assert ([e.title for e in listing.entries], listing.problems) == (["C"], ())
    with pytest.raises(LayoutError, match="no entry such as @article"):
        parse(b"no such thing", "bibtex")
    with pytest.raises(LayoutError, match="line 1: no title"):
        parse(b"@article{a, year = 2024}", "bibtex")


@given(st.text(st.sampled_from('@{}()",=#\\\n article{title%~$ab'), max_size=120))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Any text is a listing or an InputError, with or without an entry around it."""
    for given_text in (text, f"@article{{a, title = {{{text}}}}}\n", f"@article{{a, title = {{T}}, {text}"):
        try:
            listing = parse(given_text.encode(), "bibtex")
        except InputError:
            continue
        assert all(is_clean(e.title) for e in listing.entries)


def test_ten_thousand_entries_are_read() -> None:
    """A large library is read whole, duplicated keys included."""
    text = "".join(
        f"@article{{k{n % 7000}, title = {{A {{LoRA}} {n}}}, author = {{One, Ada}}}}\n" for n in range(10_000)
    )
    listing = parse(text.encode())
    assert (len(listing.entries), listing.problems) == (10_000, ())


@pytest.mark.parametrize("field", ["note", "howpublished", "series", "number", "eid", "pages"])
@pytest.mark.parametrize(
    ("text", "arxiv"),
    [
        ("arXiv:2405.99001", "2405.99001"),
        ("arXiv:2405.99001 [cs]", "2405.99001"),
        ("arXiv: 2405.99001v2 [cs.CL].", "2405.99001"),
        ("e-print: arXiv:2405.99001", "2405.99001"),
        ("arXiv preprint arXiv:2405.99001", "2405.99001"),
        ("arXiv:cs.CL/0101001", "cs.CL/0101001"),
        (r"\url{https://arxiv.org/abs/2405.99001v1}", "2405.99001"),
        ("https://arxiv.org/pdf/2405.99001.pdf", "2405.99001"),
        ("https://doi.org/10.48550/arXiv.2405.99001", "2405.99001"),
        ("Comment on arXiv:2405.99001", None),
        ("Comment on https://arxiv.org/abs/2405.99001", None),
        ("arXiv:2405.99001, see also arXiv:2405.99002", None),
        ("arXiv:2405.990012345", None),
    ],
)
def test_a_remark_gives_the_arxiv_id_that_it_is(field: str, text: str, arxiv: str | None) -> None:
    """Where a text may speak of other papers, only an id that is all of it is this paper's, and so is an address."""
    read = entry(f"{field} = {{{text}}}")
    assert read.arxiv_id == arxiv
    assert arxiv is not None or read.url is None
