"""LaTeX in bibliographies, made readable: accents and signs to Unicode, grouping braces and fonts gone.

Mathematics between dollars stays as it was written, as the rest of the library has it, and so does what isn't known
here. One pass over the text without recursion: nesting costs nothing, and nothing is expanded.
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum

_TOKEN = re.compile(
    r"\$\$?[^$]+\$\$?"  # mathematics
    r"|\\(?P<command>[A-Za-z]+)\*?\s*"
    r"|\\(?P<symbol>[^A-Za-z])"
    r"|---?|``|''|[{}~]"
    r"|(?:[^\\{}$~`'-]+|-(?!-)|'(?!')|`(?!`))+|.",
    re.DOTALL,
)
_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
    '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323", "c": "\u0327", "k": "\u0328",
    "b": "\u0331", "t": "\u0361",
}  # fmt: skip
_SIGNS = {
    "ss": "ß", "l": "ł", "L": "Ł", "o": "ø", "O": "Ø", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å",
    "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ", "DJ": "Đ", "ng": "ŋ", "NG": "Ŋ",
    "textendash": "–", "textemdash": "—", "textquoteleft": "‘", "textquoteright": "’", "textquotedblleft": "“",
    "textquotedblright": "”", "textquotesingle": "'", "textquotedbl": '"', "lq": "‘", "rq": "’", "guillemotleft": "«",
    "guillemotright": "»", "textasciitilde": "~", "textasciicircum": "^", "textbackslash": "\\", "textbar": "|",
    "textless": "<", "textgreater": ">", "textunderscore": "_", "textdollar": "$", "textbraceleft": "{",
    "textbraceright": "}", "textasciigrave": "`", "ldots": "…", "dots": "…", "textellipsis": "…", "copyright": "©",
    "textcopyright": "©", "textregistered": "®", "texttrademark": "™", "pounds": "£", "textsterling": "£",
    "texteuro": "€", "euro": "€", "S": "§", "P": "¶", "textdegree": "°", "textmu": "µ", "textperiodcentered": "·",
    "textbullet": "•", "textexclamdown": "¡", "textquestiondown": "¿", "quad": " ", "qquad": " ", "newline": " ",
    "LaTeX": "LaTeX", "TeX": "TeX", "BibTeX": "BibTeX", "slash": "/",
}  # fmt: skip
_FONTS = frozenset(
    "textbf textit textsl textsc texttt textrm textsf textup textmd textnormal emph em bf it rm sf tt sc sl bfseries"
    " itshape scshape rmfamily sffamily ttfamily upshape mdseries normalfont mbox hbox text ensuremath underline"
    " textsuperscript textsubscript protect relax url path nolinkurl small large href".split()
)
_SYMBOLS = {
    **{c: c for c in "%&_#${} "},
    "\\": " ",
    ",": " ",
    ";": " ",
    ":": " ",
    "\n": " ",
    "\t": " ",
} | dict.fromkeys("-/@!", "")
_LIGATURES = {"---": "—", "--": "–", "``": "“", "''": "”", "~": " "}


class _Group(Enum):
    """What an open brace was."""

    PLAIN = 0  # it only groups
    KEPT = 1  # the argument of a command that stays
    SKIPPED = 2  # the address of `\\href`


def text_of(latex: str) -> str:
    """A field of a bibliography as a person reads it; linear in its length."""
    if not any(c in latex for c in "\\{}$~`'-"):
        return latex
    reader = _Reader()
    for token in _TOKEN.finditer(latex):
        reader.read(token)
    return "".join(reader.out)


class _Reader:
    """The state of one pass: what was written, the open braces, and the accents that wait for their letter."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self._open: list[tuple[_Group, int]] = []
        self._accents: list[str] = []
        self._next = _Group.PLAIN

    def read(self, token: re.Match[str]) -> None:
        text = token.group()
        kind, self._next = self._next, _Group.PLAIN
        if token["command"]:
            self._command(token["command"], text)
        elif token["symbol"]:
            self._symbol(token["symbol"])
        elif text == "{":
            self._open.append((kind, len(self.out)))
            if kind is _Group.KEPT:
                self.out.append(text)
        elif text == "}":
            self._close()
        elif self._accents and text.isspace():
            return
        else:
            self._write(_LIGATURES.get(text, text))

    def _command(self, name: str, text: str) -> None:
        if name in _ACCENTS:
            self._accents.append(name)
        elif name in _SIGNS:
            self._write(_SIGNS[name])
        elif name in _FONTS:
            self._next = _Group.SKIPPED if name == "href" else _Group.PLAIN
        else:
            self._write(text)
            self._next = _Group.KEPT

    def _symbol(self, symbol: str) -> None:
        if symbol in _ACCENTS:
            self._accents.append(symbol)
        else:
            self._write(_SYMBOLS.get(symbol, f"\\{symbol}"))

    def _close(self) -> None:
        if self._accents:  # over nothing: the accent itself is meant, as in `\^{}`
            self._write("", over="".join(self._accents))
        if not self._open:
            return
        kind, begin = self._open.pop()
        if kind is _Group.KEPT:
            self.out.append("}")
        elif kind is _Group.SKIPPED:
            del self.out[begin:]

    def _write(self, text: str, over: str = "") -> None:
        if over:
            text = over
        elif self._accents:
            text = text.lstrip()
            first = {"ı": "i", "ȷ": "j"}.get(text[:1], text[:1])
            marks = "".join(_ACCENTS[accent] for accent in reversed(self._accents))
            text = unicodedata.normalize("NFC", first + marks) + text[1:]
        self._accents.clear()
        self.out.append(text)


_TILDE = re.compile(r"\{?\\(?:textasciitilde|~)\s*(?:\{\s*\})?\}?|\$\\sim\$")
_ESCAPED = re.compile(r"\\([%&_#${}])")
_WRAPPED = re.compile(r"\\(?:url|path|nolinkurl)\s*(?=\{)|\\href\s*(?=\{)")


def address_of(latex: str) -> str:
    """A web address or a DOI as it is: in these a tilde, a dash or a percent sign is no LaTeX."""
    if "\\" not in latex and "{" not in latex and "$" not in latex:
        return latex
    text = _ESCAPED.sub(r"\1", _TILDE.sub("~", _WRAPPED.sub("", latex)))
    return text.replace("}{", " ").replace("{", "").replace("}", "")
