"""`field:value` read: what a value means to a field, with the same checks wherever it comes from.

`condition`, `number_range` and `date_range` make queries of command-line options; they raise QueryErrors whose text is the
value alone, and whose column counts inside it.
"""

from __future__ import annotations

import re
from datetime import date
from typing import cast

from papertide.errors import QueryError, UsageError
from papertide.query import fields
from papertide.query.ast import (
    DateField,
    DateRange,
    Id,
    Is,
    LackField,
    Lacks,
    NameField,
    Node,
    NumberField,
    NumberRange,
    Query,
    Term,
    TextField,
)
from papertide.query.dates import first_day, last_day, read_dates
from papertide.query.numbers import read_numbers
from papertide.query.tokens import has_word
from papertide.records.plain import STATUSES

_DIGITS = re.compile(r"[0-9]{1,15}")


def condition(field: str, value: str, *, today: date) -> Query:
    """What `field:value` asks for, spaces and signs in the value included; `none` means none.

    Raises UsageError for an unknown field, QueryError for a value that the field doesn't take.
    """
    known = fields.lookup(field)
    if known is None:
        close = fields.closest(field, fields.NAMES)
        raise UsageError(f"no field {field!r}" + (f"; did you mean {close}?" if close else ""))
    check_characters(value)
    node = read_value(known, value, quoted=known.takes == "text", today=today)
    if node is None:
        raise QueryError("nothing to search for", value, 1, "letters or digits are what is searched")
    return Query(node)


def number_range(field: NumberField, text: str) -> Query:
    """What `authors:<=3` asks for; the field is "authors", "comments", "upvotes", "stars" or "keeps"."""
    return condition(field, text, today=date.min)


def date_range(field: str, since: str | None, until: str | None, *, today: date) -> Query:
    """The days from the beginning of `since` to the end of `until`; the field is "published", "listed" or "added".

    Neither given is every paper. Raises UsageError; for a date that can't be read it is a QueryError.
    """
    known = fields.lookup(field)
    if known is None or known.takes != "date":
        raise UsageError(f"{field!r} is no kind of date; published, listed or added")
    low = None if since is None else first_day(since.strip(), today)
    high = None if until is None else last_day(until.strip(), today)
    if low is not None and high is not None and low > high:
        raise UsageError(f"the dates run backwards, from {low} to {high}")
    if low is None and high is None:
        return Query()
    return Query(DateRange(cast("DateField", known.key), low, high))


def read_value(field: fields.Field, value: str, *, quoted: bool, today: date) -> Node | None:
    """The condition that a value of a field sets; None for text in which there is nothing to search for.

    Quoted names are taken at their word: `topic:"none"` is a topic of that name. Raises QueryError with the value as its
    text.
    """
    if field.takes == "text":
        return read_text(value, field, quoted=quoted)
    asked, value = value, value.strip()
    if not value:
        raise QueryError(f"{field.name}: needs a value", asked, 1, f"for example {field.examples[0]}")
    if field.none and value.lower() == "none" and not (quoted and field.takes in ("name", "source")):
        return Lacks(cast("LackField", field.key))
    if field.takes == "date":
        return DateRange(cast("DateField", field.key), *read_dates(value, today))
    if field.takes == "number":
        return NumberRange(cast("NumberField", field.key), *_numbers(field, value))
    if field.takes == "id":
        return _id(value)
    return Is(cast("NameField", field.key), _name(field, value))


def read_text(text: str, field: fields.Field | None = None, *, quoted: bool, prefix: bool = False) -> Term | None:
    """The term that a word or a quoted text makes; None where there is nothing in it to search for.

    A bare word says by its `*` that it is a prefix, a quoted text by the argument.
    """
    if not quoted and text.endswith("*"):
        text, prefix = text.rstrip("*"), True
    if not has_word(text):
        return None
    name = cast("TextField", field.key) if field else None
    return Term(text, "prefix" if prefix else "phrase" if quoted else "word", name)


def check_characters(text: str) -> None:
    """Raise QueryError for half a character (a lone surrogate): no library can hold one, nor be asked for one."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise QueryError("a character that is not text", text, error.start + 1) from None


def _numbers(field: fields.Field, value: str) -> tuple[int | None, int | None]:
    try:
        return read_numbers(value)
    except QueryError as error:
        if field.name == "authors" and value[0].isalpha():
            hint = f"authors: is how many there are; author:{value} looks for a name"
            raise QueryError(error.message, error.text, error.column, hint) from None
        if not field.none and value.lower() == "none":
            hint = f"the number is always known; {field.name}:0 is none at all"
            raise QueryError(error.message, error.text, error.column, hint) from None
        raise


def _id(value: str) -> Id:
    if not _DIGITS.fullmatch(value):
        raise QueryError(f"{value!r} is not the number of a paper", value, 1, "for example id:12")
    return Id(int(value))


def _name(field: fields.Field, value: str) -> str:
    if field.takes == "status":
        return _choice(field, value, STATUSES)
    if field.takes == "has":
        return _choice(field, value, tuple(fields.HAS))
    if field.takes == "arxiv":
        return _arxiv(value)
    if field.takes == "source":
        scheme, colon, rest = value.partition(":")
        return f"{scheme.lower()}:{rest}" if colon and rest else scheme.lower()
    return value


def _choice(field: fields.Field, value: str, known: tuple[str, ...]) -> str:
    if value.lower() in known:
        return value.lower()
    close = fields.closest(value, known)
    hint = f"did you mean {field.name}:{close}?" if close else f"one of {', '.join(known)}"
    raise QueryError(f"{field.name}: does not take {value!r}", value, 1, hint)


def _arxiv(value: str) -> str:
    # Imported for those alone who ask for an id: most queries don't.
    from papertide.normal import arxiv_id

    found = arxiv_id(value)
    if found is None:
        raise QueryError(f"{value!r} holds no arXiv id", value, 1, "for example arxiv:2403.02178")
    return found
