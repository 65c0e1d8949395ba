"""Text made comparable: what is safe to show, and the keys by which titles, abstracts and ids are looked up.

Pure functions of text. `clean` is for what people will read; the keys are for machines and are never shown.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache

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
    }
)
_LATEX_ACCENT = re.compile(r"\\[\"'`^~=.uvHckbdr](?:\{\s*\\?([A-Za-z])\s*\}|(?<![A-Za-z])([A-Za-z]))")
_LATEX_COMMAND = re.compile(r"\\([A-Za-z]+)\*?")
_LATEX_FONT = frozenset(
    "text textbf textit textsc texttt textrm textsf emph mathbf mathrm mathcal mathbb mathit mathsf mathtt bm boldsymbol"
    " it bf rm tt sc em operatorname mbox hbox left right big Big displaystyle".split()
)
_MARKS = re.compile("[\u0300-\u036f]")
_APOSTROPHES = re.compile("['’‘ʼ`´]")
_TOKEN = re.compile(r"[^\W_]+(?:(?<=\d)\.(?=\d)[^\W_]+)*(?:\+{1,2}|#)?|\+")


def _plain_latex(text: str) -> str:
    text = _LATEX_ACCENT.sub(lambda m: m.group(1) or m.group(2), text)
    text = _LATEX_COMMAND.sub(lambda m: "" if m.group(1) in _LATEX_FONT else f" {m.group(1)} ", text)
    # Braces, dollars, carets and escapes only group or raise: S^{2}FT is S²FT is S2FT.
    return text.translate(_LATEX_MARKUP).replace("~", " ")


_LATEX_MARKUP = str.maketrans("", "", "{}$^\\")


@lru_cache(maxsize=1024)  # a title is asked for several times while its page is added
def words(title: str) -> tuple[str, ...]:
    """The words of a title as matching sees them: entities, LaTeX, case, accents, ligatures and punctuation made plain.

    Digits, decimal points between digits, "+" and "#" stay, for they tell models and languages apart; Greek letters are
    spelled out, "&" is "and".
    """
    if not title.isascii() or "&" in title:
        title = unescaped(unescaped(title))
    if "\\" in title or "^" in title or "$" in title or "{" in title:
        title = _plain_latex(title)
    title = title.casefold().translate(_LETTERS)
    if not title.isascii():
        title = _MARKS.sub("", unicodedata.normalize("NFKD", title)).casefold().translate(_LETTERS)
        title = "".join(f"{_GREEK[c]}" if c in _GREEK else c for c in title)
    return tuple(_TOKEN.findall(_APOSTROPHES.sub("", title)))


def title_key(title: str) -> str:
    """The words of a title run together: `fine-tuning`, `fine tuning` and `finetuning` share it.

    A title of nothing but symbols is its own key, so that the key is never empty.
    """
    return "".join(words(title)) or _SPACE.sub("", title.casefold()) or "?"


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
