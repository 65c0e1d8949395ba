"""Text to a query: a tokenizer and a recursive descent, written by hand so that every error knows its column.

    query  = all ("OR" all)*              words side by side bind tighter than OR
    all    = one (["AND"] one)*
    one    = ("-" | "NOT") one | "(" query ")" | item
    item   = word | word* | "phrase" | "phrase"* | field:word | field:"value" | @name

Operators are upper case; in lower case they are words. Inside quotes, "" is a quote. Words of punctuation alone are passed
over, wherever they stand, and a query of nothing else is an error. `@name` stands for a saved search, in parentheses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple, NoReturn

from papertide.errors import QueryError
from papertide.query import fields
from papertide.query.ast import Node, Query, conjunction, disjunction, negation
from papertide.query.tokens import has_word
from papertide.query.values import check_characters, read_text, read_value

MAX_LENGTH = 10_000
"""Characters of a query."""
MAX_DEPTH = 32
"""How deep parentheses, negations and saved searches may stand in each other: what SQLite's own parser has room for."""
MAX_CONDITIONS = 500
"""Words and fields of a query, saved searches included; SQLite's own limit is near 1000."""

Saved = Callable[[str], str | None]
Names = Callable[[], Sequence[str]]
_Kind = Literal["(", ")", "-", "NOT", "AND", "OR", "bare", "quoted", "end"]
_OPERATORS: dict[str, _Kind] = {"OR": "OR", "AND": "AND", "NOT": "NOT"}
_TOKEN = re.compile(
    r"""\s*(?:(?P<sign>[()]|-(?=[^\s)]))          # a minus before nothing is a word of punctuation
    |(?P<name>[^\s():"]+:)?"(?P<quoted>(?:[^"]|"")*+)"(?P<star>\*?)
    |(?P<bare>[^\s()"]+)
    |(?P<open>")|\Z)""",
    re.VERBOSE,
)


class _Token(NamedTuple):
    """One token; `start` counts from 0.

    For a quoted one, `name` is the field with its colon, and `value` where it begins.
    """

    kind: _Kind
    text: str
    start: int
    value: int = 0
    name: str = ""
    star: bool = False


@dataclass(slots=True)
class _Budget:
    """What the parse of a query and of the saved searches in it share."""

    today: date
    saved: Saved | None
    names: Names
    conditions: int = 0
    open: list[str] = field(default_factory=list)


def parse(text: str, *, today: date, saved: Saved | None = None, names: Names = tuple) -> Query:
    """The query that a text asks for; nothing but white space asks for every paper.

    `saved` gives the text of a saved search, `names` the names that there are: for one that was misspelt.

    Raises QueryError for anything that isn't one, with the column and, where there is one, a suggestion.
    """
    return Query(_Parser(text, _Budget(today, saved, names), 0).parsed())


class _Parser:
    """One text on its way to a tree."""

    def __init__(self, text: str, budget: _Budget, depth: int) -> None:
        self._text = text
        self._budget = budget
        self._depth = depth
        self._at = 0
        self._tokens: list[_Token] = []

    def parsed(self) -> Node | None:
        if len(self._text) > MAX_LENGTH:
            told = f"the query has {len(self._text):,} characters; {MAX_LENGTH:,} are the most"
            raise QueryError(told, self._text[:MAX_LENGTH], MAX_LENGTH + 1)
        check_characters(self._text)
        self._tokens = self._tokenized()
        if self._peek().kind == "end":
            return None
        node = self._either(self._depth)
        if self._peek().kind == ")":
            self._fail("no parenthesis is open here", self._peek().start)
        if node is None:
            self._fail("nothing to search for", self._tokens[0].start, "letters or digits are what is searched")
        return node

    # --- tokens -------------------------------------------------------------------------------------------------------

    def _tokenized(self) -> list[_Token]:
        found: list[_Token] = []
        end = 0
        while not found or found[-1].kind != "end":
            match = _TOKEN.match(self._text, end)
            if match is None or match["open"]:
                self._fail("this quote is never closed", self._text.index('"', end), 'inside quotes, "" is a quote')
            found.append(_token(match))
            end = match.end()
        return found

    def _peek(self) -> _Token:
        return self._tokens[self._at]

    def _next(self) -> _Token:
        self._at += 1
        return self._tokens[self._at - 1]

    # --- grammar ------------------------------------------------------------------------------------------------------

    def _either(self, depth: int) -> Node | None:
        parts = [self._all(depth)]
        while self._peek().kind == "OR":
            self._next()
            parts.append(self._all(depth))
        return disjunction(part for part in parts if part is not None)

    def _all(self, depth: int) -> Node | None:
        parts: list[Node | None] = []
        while True:
            parts.append(self._one(depth))
            if self._peek().kind == "AND":
                self._next()
            elif self._peek().kind in ("OR", ")", "end"):
                return conjunction(part for part in parts if part is not None)

    def _one(self, depth: int) -> Node | None:
        token = self._peek()
        if token.kind in ("OR", "AND", ")", "end"):
            self._missing(token)
        self._next()
        if token.kind in ("bare", "quoted"):
            return self._item(token, depth)
        if depth >= MAX_DEPTH:
            self._fail(f"nested too deeply; {MAX_DEPTH} levels are the most", token.start)
        if token.kind == "(":
            node = self._either(depth + 1)
            if self._next().kind != ")":
                self._fail("this parenthesis is never closed", token.start)
            return node
        part = self._one(depth + 1)
        return negation(part) if part is not None else None

    def _missing(self, token: _Token) -> NoReturn:
        """Say what is missing where `token` stands and something to look for should."""
        before = self._tokens[self._at - 1] if self._at else None
        if token.kind in ("OR", "AND"):
            hint = f'"{token.text}" in quotes is the word'
            self._fail(f"{token.text} needs something before it", token.start, hint)
        if before is not None and before.kind == "(":
            self._fail("nothing between the parentheses", before.start)
        if before is not None and before.kind in ("OR", "AND", "NOT", "-"):
            self._fail(
                f"{before.text} needs something after it", before.start, f'"{before.text}" in quotes is the word'
            )
        self._fail("no parenthesis is open here", token.start)

    # --- items --------------------------------------------------------------------------------------------------------

    def _item(self, token: _Token, depth: int) -> Node | None:
        self._budget.conditions += 1
        if self._budget.conditions > MAX_CONDITIONS:
            self._fail(f"too many words and fields; {MAX_CONDITIONS} are the most", token.start)
        if token.kind == "quoted":
            return self._quoted(token)
        if token.text[0] == "@" and len(token.text) > 1:
            return self._saved(token, depth)
        name, colon, value = token.text.partition(":")
        if not colon:
            return read_text(name, quoted=False)
        known = fields.lookup(name)
        if known is not None:
            return self._value(known, value, token.start + len(name) + 1, quoted=False)
        if not has_word(token.text):
            return None
        # A title pasted whole ("Adapters: a survey") has such a word; only what looks like a misspelt field is refused.
        if value or not name or fields.closest(name, fields.NAMES) is not None:
            self._unknown(name, token)
        return read_text(name, quoted=name in _OPERATORS)  # as it is printed: bare, it would be the operator

    def _quoted(self, token: _Token) -> Node | None:
        text = token.text.replace('""', '"')
        if not token.name:
            return read_text(text, quoted=True, prefix=token.star)
        known = fields.lookup(token.name[:-1])
        if known is None:
            self._unknown(token.name[:-1], token)
        if known.takes == "text":
            return read_text(text, known, quoted=True, prefix=token.star)
        return self._value(known, text, token.value, quoted=True)

    def _value(self, known: fields.Field, value: str, start: int, *, quoted: bool) -> Node | None:
        if not value:
            hint = f"a value right after the colon, for example {known.examples[0]}"
            self._fail(f"{known.name}: needs a value", start, hint)
        try:
            return read_value(known, value, quoted=quoted, today=self._budget.today)
        except QueryError as error:
            start += len(value) - len(value.lstrip()) if quoted else 0
            raise QueryError(error.message, self._text, start + error.column, error.hint) from None

    def _unknown(self, name: str, token: _Token) -> NoReturn:
        close = fields.closest(name, fields.NAMES) if name else None
        quote = f'"{token.name}{token.text}"' if token.kind == "bare" else "all of it"
        hint = f"did you mean {close}:? " if close else ""
        self._fail(
            f"no field {name!r}", token.start, f"{hint}To search for the text itself, put {quote} in quotes".strip()
        )

    def _saved(self, token: _Token, depth: int) -> Node | None:
        name = token.text[1:]
        if self._budget.saved is None:
            self._fail("no saved searches here", token.start, f'"{token.text}" in quotes is the word')
        if name in self._budget.open:
            chain = " in ".join(f"@{link}" for link in [name, *reversed(self._budget.open)])
            self._fail(f"a saved search that holds itself: {chain}", token.start)
        text = self._budget.saved(name)
        if text is None:
            close = fields.closest(name, tuple(self._budget.names()))
            first = f"did you mean @{close}?" if close else "`papertide saved list` names them;"
            hint = f'{first} "{token.text}" in quotes is the word'
            self._fail(f"no saved search {name!r}", token.start, hint)
        if not text.strip():
            self._fail(f"the saved search @{name} is empty", token.start)
        if depth >= MAX_DEPTH:
            self._fail(f"nested too deeply; {MAX_DEPTH} levels are the most", token.start)
        self._budget.open.append(name)
        try:
            return _Parser(text, self._budget, depth + 1).parsed()
        except QueryError as error:
            told = f"in the saved search @{name}, column {error.column}: {error.message}"
            raise QueryError(told, self._text, token.start + 1, error.hint) from None
        finally:
            self._budget.open.pop()

    def _fail(self, message: str, start: int, hint: str = "") -> NoReturn:
        raise QueryError(message, self._text, start + 1, hint)


def _token(match: re.Match[str]) -> _Token:
    if sign := match["sign"]:
        kind: _Kind = "(" if sign == "(" else ")" if sign == ")" else "-"
        return _Token(kind, sign, match.start("sign"))
    if (quoted := match["quoted"]) is not None:
        name = match["name"] or ""
        start = match.start("quoted")
        return _Token("quoted", quoted, start - 1 - len(name), start, name, bool(match["star"]))
    if bare := match["bare"]:
        start = match.start("bare")
        return _Token(_OPERATORS.get(bare, "bare"), bare, start)
    return _Token("end", "", match.end())
