"""Text made comparable: what is safe to show, and the keys by which titles, abstracts and ids are looked up.

Pure functions of text. `clean` is for what people will read; the keys are for machines and are never shown.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple

_ANSI = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[ -/]*[0-~])|\x9b[0-?]*[ -/]*[@-~]"
)
_SPACE = re.compile(r"\s+")
_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def safe(text: str) -> str:
    """`text` without anything that moves a terminal or hides: ANSI sequences, control, format and bidi characters.

    Line ends and tabs stay. Zero-width and private characters go too: they make two titles look alike that are not.
    """
    if text.isprintable():  # then no character is of an unsafe category, nor begins an ANSI sequence
        return text
    text = _ANSI.sub("", text)
    unsafe = [c for c in set(text) if c not in "\n\t" and unicodedata.category(c) in _UNSAFE_CATEGORIES]
    return text.translate(dict.fromkeys(map(ord, unsafe))) if unsafe else text


_MOVING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def still(text: str) -> str:
    """`text` as a person wrote it, without what moves a terminal or turns its direction: joiners and marks stay."""
    return _MOVING.sub("", _ANSI.sub("", text))


_ENDED = re.compile("\r(?!\n)")


def escaped(text: str) -> str:
    """`text` with what `safe` takes away written out as JSON writes it (`\\u202e`): for data that a terminal shows.

    Inside the strings of JSON that means the same; line ends and tabs stay.
    """
    if text.isprintable():
        return text
    unsafe = [c for c in set(text) if c not in "\r\n\t" and unicodedata.category(c) in _UNSAFE_CATEGORIES]
    return _ENDED.sub("\\\\u000d", text.translate({ord(c): _as_json(ord(c)) for c in unsafe}))


def _as_json(code: int) -> str:
    if code < 0x10000:
        return f"\\u{code:04x}"
    return f"\\u{0xD7C0 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


_LONG_REFERENCE = re.compile(r"&#([0-9]{8,});?")


def unescaped(text: str) -> str:
    """`html.unescape` for any text: it raises ValueError itself for a number of more digits than Python makes an int of."""
    return html.unescape(_LONG_REFERENCE.sub(_short_reference, text) if "&#" in text else text)


def _short_reference(found: re.Match[str]) -> str:
    digits = found[1].lstrip("0")
    return f"&#{digits or '0'};" if len(digits) < 8 else "\ufffd"


def clean(text: str) -> str:
    """One line fit to read: HTML entities decoded, unsafe characters gone, white space collapsed, ends stripped."""
    if "&" in text:
        text = unescaped(unescaped(text))
    line = text.replace("\n", " ")
    if line.isprintable():  # most texts: the only white space left is the blank
        return " ".join(line.split()) if "  " in line else line.strip()
    return _SPACE.sub(" ", safe(text.replace("\r", "\n"))).strip()


def printable(name: str) -> str:
    """A file's name as text: bytes in it that are none (half characters, to Python) become replacement characters."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def counted(count: int, word: str) -> str:
    """A count with its word: `1 paper`, `2 papers`."""
    return f"{count} {word}{'' if count == 1 else 's'}"


# --- keys -------------------------------------------------------------------------------------------------------------

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma",
    "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
_LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "ς": "σ",
        "&": " and ",
        "∞": " infinity ",
        "≤": " <= ",
        "≥": " >= ",
        "°": "deg",
        "®": "",
        "™": "",
        "©": "",
    }
)
_LATEX_ACCENT = re.compile(r"\\[\"'`^~=.uvHckbdr](?:\{\s*\\?([A-Za-z])\s*\}|(?<![A-Za-z])([A-Za-z]))")
_LATEX_COMMAND = re.compile(r"\\([A-Za-z]+)\*?")
_LATEX_FONT = frozenset(
    "text textbf textit textsc texttt textrm textsf emph mathbf mathrm mathcal mathbb mathit mathsf mathtt bm boldsymbol"
    " it bf rm tt sc em operatorname mbox hbox left right big Big displaystyle".split()
)
_LATEX_LETTER = {"ss": "ss", "o": "o", "O": "O", "l": "l", "L": "L", "ae": "ae", "AE": "AE", "oe": "oe", "OE": "OE",
                 "aa": "a", "AA": "A", "i": "i", "j": "j", "dh": "d", "th": "th", "ell": "l"}  # fmt: skip
_MARKS = re.compile("[\u0300-\u036f]")
_APOSTROPHES = re.compile("['’‘ʼ`´]")
_IDEOGRAPHS = (
    "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"  # and kana: no spaces part words
)


@cache  # the sets of signs take longer to compile than most commands to start
def _token() -> re.Pattern[str]:
    """A word, or what stands for one: a sign, a plus, a comparison with a number."""
    letters = rf"[^\W_{_IDEOGRAPHS}]"
    return re.compile(rf"[{_IDEOGRAPHS}]|{letters}+(?:(?<=\d)\.(?=\d){letters}+)*(?:\+{{1,2}}|#)?|\+|[<>](?==?\s*\d)")


def _plain_latex(text: str) -> str:
    # BibTeX of mathematics that a program escaped: {\textdollar}{\textbackslash}ell{\_}1{\textdollar} is $\ell_1$.
    text = text.replace("{\\textbackslash}", "\\").replace("{\\textdollar}", "")
    text = _LATEX_ACCENT.sub(lambda m: m.group(1) or m.group(2), text)
    text = _LATEX_COMMAND.sub(_latex_word, text)
    # Braces, dollars, carets and escapes only group or raise: S^{2}FT is S²FT is S2FT.
    return text.translate(_LATEX_MARKUP).replace("~", " ")


_LATEX_MARKUP = str.maketrans("", "", "{}$^\\")


def _latex_word(found: re.Match[str]) -> str:
    name = found.group(1)
    return "" if name in _LATEX_FONT else _LATEX_LETTER.get(name, f" {name} ")


_MOJIBAKE = re.compile("[\u00c2-\u00df][^\x00-\x7f]|[\u00e0-\u00ef][^\x00-\x7f]{2}|[\u00f0-\u00f4][^\x00-\x7f]{3}")
_MAY_FOLLOW = frozenset(
    "\u00a0\u00b0\u00ab\u00bb\u2018\u2019\u201a\u201c\u201d\u201e\u2013\u2014\u2026\u2039\u203a\u2122\u2022\u20ac"
)


def _unmistaken(text: str) -> str:
    """UTF-8 that was read as Latin-1 or Windows-1252 put right, where that is sure: `GÃ¶del`, `â€“`.

    Sure are bytes that are UTF-8 for something printable and can't be a letter with a sign that may follow it: `CAFÉ”` is
    what it seems to be.
    """
    return _MOJIBAKE.sub(_right, _MOJIBAKE.sub(_right, text))  # it happens twice


def _right(found: re.Match[str]) -> str:
    wrong = found.group()
    if len(wrong) == 2 and wrong[0] not in "\u00c2\u00c3" and wrong[1] in _MAY_FOLLOW:
        return wrong
    try:
        right = b"".join(_byte(c) for c in wrong).decode("utf-8")
    except UnicodeError:
        return wrong
    return right if right.isprintable() or right.isspace() else wrong


def _byte(char: str) -> bytes:
    return char.encode("latin-1") if ord(char) < 256 else char.encode("cp1252")


def _flat(title: str) -> str:
    """A title without entities, LaTeX, tags of bold, italic and raised text, and mistaken encodings; its case stays."""
    if not title.isascii() or "&" in title:
        title = _unmistaken(unescaped(unescaped(title)))
    title = _LISTED.sub("", _LOST.sub("", " ".join(title.split())))
    if "<" in title or ">" in title:
        title = _OR_EQUAL.sub("", _TAGS.sub("", title))
    if "\\" in title or "^" in title or "$" in title or "{" in title:
        title = _plain_latex(title)
    return title


# A letter that an export couldn't write (Th?mis), and marks of trade.
_LOST = re.compile(r"(?<=[^\W\d])\?(?=[^\W\d])|(?<=\w)\((?:r|tm|c)\)", re.IGNORECASE)
# What pages put before a title: its arXiv id, or what page it is.
_LISTED = re.compile(r"^(?:\[(?:arxiv:)?\d{4}\.\d{4,5}(?:v\d+)?\] ?|Paper page - )(?=\S)", re.IGNORECASE)
_OR_EQUAL = re.compile(r"(?<=[<>]) ?or ?(?==)", re.IGNORECASE)
_TAGS = re.compile(r"</?(?:i|b|em|strong|sub|sup|scp|tt|span|mml:[a-z]+)>", re.IGNORECASE)


def _words(flat: str) -> tuple[str, ...]:
    flat = flat.casefold().translate(_LETTERS)
    if not flat.isascii():
        flat = _MARKS.sub("", unicodedata.normalize("NFKD", flat))
        # Marks that are letters' own (kana, Hangul) are put back.
        flat = unicodedata.normalize("NFC", flat).casefold().translate(_LETTERS)
        flat = "".join(f"{_GREEK[c]}" if c in _GREEK else c for c in flat)
    return tuple(_token().findall(_APOSTROPHES.sub("", flat)))


@lru_cache(maxsize=4096)
def words(text: str) -> tuple[str, ...]:
    """The words of a title or a name as matching sees them: entities, LaTeX, case, accents and punctuation made plain.

    Digits, decimal points between digits, "+" and "#" stay, for they tell models and languages apart; Greek letters are
    spelled out, "&" is "and". UTF-8 that was read as Latin-1 is put right.
    """
    return _words(_flat(text))


class Title(NamedTuple):
    """A title as matching reads it: what it names, apart from what catalogues and publishers say about it.

    `words` are those of the name, without remarks such as `[Chinese]` and `(extended version)`. `genre` tells whether one
    was `(Tutorial)` or the like, which names a thing of its own now and then, and `version` the number in a `v2` behind
    it. `about` is what the title says that it is to another paper: "a correction", "a reply". `cut` says that it ends
    in an ellipsis, `aside` how many of the words stand in a bracket at its end, and `lead` how many before its first colon.
    """

    words: tuple[str, ...]
    key: str
    genre: bool = False
    version: str | None = None
    about: str | None = None
    cut: bool = False
    aside: int = 0
    lead: int = 0


_LANGUAGES = (
    "arabic bulgarian chinese croatian czech danish dutch english finnish french german greek hebrew hungarian italian"
    " japanese korean norwegian persian polish portuguese romanian russian serbian slovak slovenian spanish swedish"
    " turkish ukrainian"
)
_SAID_BY_CATALOGUES = frozenset(f"{_LANGUAGES} in and translation translated review ref refs references".split())
_GENRES = frozenset(
    "abstract abstracts structured provisional extended full short long brief version versions preprint draft paper papers"
    " article only demo demos demonstration description system panel session tutorial experience industrial invited keynote"
    " talk lecture poster oral spotlight student workshop conference journal technical report arxiv corrected revised"
    " updated summary book review plenary contribution in press the a an".split()
)
_KINDS = frozenset(
    "panel session tutorial demo demos demonstration keynote talk lecture poster industrial experience plenary student book"
    " workshop spotlight oral".split()
)
_NOUNS = _KINDS | frozenset(
    "abstract abstracts version versions preprint draft paper article corrected revised updated summary contribution press"
    " review description report".split()
)
_BRACKET = re.compile(r"[(\[]([^()\[\]]{1,100})[)\]]")
_LAST_BRACKET = re.compile(r"[(\[]([^()\[\]]{1,100})[)\]]\W*$")
_UNCLOSED = re.compile(r"[(\[]([^()\[\]]{1,100})$")
_NOTICE = re.compile(
    r"[(\[]\s*(?:published )?(?:errat\w+|correct(?:ion|ed)|comment(?:ary|s)?|retract\w+|republished|summary|update|see)"
    r" (?:appears? |published |of |for |in |on |comments?\b)[^()\[\]]{0,200}(?:\([^()]{0,40}\)[^()\[\]]{0,200}){0,4}[)\]]?\s*",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"^\s*(?:tutorial|panel|keynote|invited (?:talk|paper)|poster|demo|book review|foreword|extended abstract)\s*(?::|[-–—] )",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"(?:[-–—:.]{1,2} )(?:(?:an? )?(?:book review|tutorial|panel|extended abstract|extended version|preprint|demo))\s*$",
    re.IGNORECASE,
)
_VERSION = re.compile(r"(?<=\s)v(\d)\s*$", re.IGNORECASE)
_CLOSING = ")]"
_ELLIPSES = ("...", "…", "...]", "…]")


_ERRATUM = "(?:errat(?:um|a)|corrigend(?:um|a)|addend(?:um|a))"


def _about(nouns: str, behind_it: str, or_else: str = "") -> re.Pattern[str]:
    """How a title says what it is to another: `Reply to X`, `Author reply: X`, `X - reply`, `X (Reply)`."""
    nouns = rf"(?:(?:the )?(?:author|publisher|editor)s?['’]? )?(?:a |brief |short )?(?:{nouns})"
    begins = rf"^\W*{nouns}(?: (?:{behind_it})\b|\s?:| [-–—])"
    ends = rf"(?::\s?| [-–—]{{1,2}} ?|--|—|[(\[]){nouns}\W*$"
    return re.compile(f"{begins}|{ends}{or_else}", re.IGNORECASE)


_ABOUT = {
    "a correction": _about(rf"correction|{_ERRATUM}", "to|for", rf"|^\W*{_ERRATUM}\b"),
    "a retraction": _about("(?:retraction|retracted|withdrawn|withdrawal)(?: (?:article|paper|note|notice))?", "of|to"),
    "a reply": _about("reply|response|rejoinder|rebuttal", "to"),
    "a comment": _about("comments?|commentary|remarks?|discussion|notes?", "on|to|of"),
    "a review": re.compile(r"^\W*(?:a )?(?:book )?review of\b", re.IGNORECASE),
}


_ABOUT_ROOTS = tuple(
    "correct errat corrig addend retract withdraw reply respon rejoin rebutt comment remark discuss note review".split()
)
"""A part of every word in `_ABOUT`: most titles hold none, and are not searched."""


@lru_cache(maxsize=4096)  # a title is asked for several times while its page is added
def title_of(title: str) -> Title:
    """A title read for matching; see `Title`. What would leave nothing of it is not taken off."""
    flat = _flat(title)
    folded = flat.casefold()
    told = any(root in folded for root in _ABOUT_ROOTS)
    about = next((what for what, pattern in _ABOUT.items() if pattern.search(flat)), None) if told else None
    cut = flat.endswith(_ELLIPSES)
    bare, genre = flat, False
    if "(" in flat or "[" in flat:
        bare = _NOTICE.sub(" ", flat)
        bare, genre = _without_remarks(bare)
    if about is None:
        stripped = _BEHIND.sub("", _BEFORE.sub("", bare))
        genre |= stripped != bare
        bare = stripped
    version = _VERSION.search(bare)
    if version is not None and len(_words(bare[: version.start()])) < _LEAST_VERSIONED:
        version = None
    if version is not None:
        bare = bare[: version.start()]
    named = _words(bare)
    if len(named) < 2 and bare != flat:
        named, genre, version = _words(flat), False, None
    # A title of nothing but symbols is its own key, so that the key is never empty.
    key = "".join(named) or _SPACE.sub("", title.casefold()) or "?"
    last = _LAST_BRACKET.search(bare) if bare[-1:] in _CLOSING else None
    aside = len(_words(last.group(1))) if last is not None else 0
    before, colon, _ = bare.partition(":")
    lead = len(_words(before)) if colon else 0
    return Title(named, key, genre, version.group(1) if version else None, about, cut, aside, lead)


_LEAST_VERSIONED = 4
"""Words; `ColBERT v2` is the name of a model, a `v2` behind a sentence is a preprint's."""


def _without_remarks(text: str) -> tuple[str, bool]:
    """A title without the brackets that say what it is (`[Chinese]`, `(Tutorial)`), and whether one named a kind of talk."""
    genre = False

    def left(found: re.Match[str]) -> str:
        nonlocal genre
        said = _words(found.group(1))
        catalogued = all(word in _SAID_BY_CATALOGUES or word.isdigit() for word in said)
        remark = catalogued and not all(map(str.isdigit, said))
        if not remark and all(word in _GENRES or word in _SAID_BY_CATALOGUES for word in said):
            remark = not _NOUNS.isdisjoint(said)
            genre |= not _KINDS.isdisjoint(said)
        return " " if remark or _VERSIONED.fullmatch(found.group(1)) else found.group()

    text = _BRACKET.sub(left, text)
    unclosed = _UNCLOSED.search(text)  # exports cut long titles off
    if unclosed is not None and _begin_a_remark(_words(unclosed.group(1))):
        text = text[: unclosed.start()]
    return text, genre


def _begin_a_remark(said: tuple[str, ...]) -> bool:
    """Whether two words or more are what remarks are made of; the last may be cut off."""
    known = all(word in _GENRES or word in _SAID_BY_CATALOGUES for word in said[:-1])
    return len(said) > 1 and known and any(word.startswith(said[-1]) for word in _GENRES | _SAID_BY_CATALOGUES)


_VERSIONED = re.compile(r"\s*(?:arxiv )?v(?:ersion )?\d\s*", re.IGNORECASE)


KEYS = "3"
"""Which `title_key` and `text_key` these are: libraries keep keys, and make them anew where this is another."""


def title_key(title: str) -> str:
    """The words of a title run together: `fine-tuning`, `fine tuning` and `finetuning` share it; so does `[Chinese]`."""
    return title_of(title).key


_TEXT_KEY_LENGTH = 100
_TEXT_LEAST = 160
_LETTER = re.compile(r"[^\W_]+")
_NO_LETTERS = {code: None for code in range(128) if not chr(code).isalnum()}


def solid_text(text: str) -> str:
    """All letters and digits of a text, run together in lower case; for comparing abstracts."""
    if text.isascii():
        return text.lower().translate(_NO_LETTERS)
    return "".join(_LETTER.findall(_MARKS.sub("", unicodedata.normalize("NFKD", text)).casefold()))


@lru_cache(maxsize=1024)
def text_key(abstract: str | None) -> str | None:
    """The first 100 letters and digits of an abstract, or None for a text too short to tell papers apart (160)."""
    if abstract is None or len(abstract) < _TEXT_LEAST:
        return None
    key = solid_text(abstract[: 3 * _TEXT_KEY_LENGTH])[:_TEXT_KEY_LENGTH]
    return key if len(key) == _TEXT_KEY_LENGTH else None


_DOI = re.compile(r"(?:(?:https?://)?(?:dx\.|www\.)?doi\.org/|doi: ?)?(10\.\d[\d.]*/\S+)", re.IGNORECASE)


@lru_cache(maxsize=4096)
def doi_key(text: str) -> str | None:
    """A DOI by which records are compared, without an address or label before it; None for a text that is none (`N/A`)."""
    found = _DOI.fullmatch(text.strip())
    return found[1].rstrip(".,;").casefold() if found else None


_ARXIV = re.compile(
    r"(?<!\d)(?<!\d\.)(?P<new>\d{2}(?:0[1-9]|1[0-2])\.\d{4,5})(?:v\d+)?(?![\d])"
    r"|(?<![\w.-])(?P<old>(?:q-)?[a-z]{2,8}(?:-[a-z]{2,8})?(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?(?!\d)"
)


def arxiv_id(text: str) -> str | None:
    """The arXiv id in an id, a URL or a source id, without its version; None where there is none.

    Source: arXiv's identifier scheme (YYMM.NNNN since 2007-04, YYMM.NNNNN since 2015-01, archive/YYMMNNN before).
    """
    found = _ARXIV.search(text)
    return (found.group("new") or found.group("old")) if found else None
