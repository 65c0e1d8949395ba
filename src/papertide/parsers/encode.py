"""The way back from `decode`: stretches of a text as the very bytes that they were read from."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator

_MARKED = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED = ("utf-8", "utf-16-le", "utf-16-be")


def stretches(data: bytes, text: str, kept: Iterable[tuple[int, int]]) -> Iterator[bytes]:
    """The bytes of stretches of `text`, which is what `decode` made of `data`; all of them in order give `data` again.

    The file's mark stands before them, and behind them what there is of a last character that is cut off.
    """
    mark, encoding, size = _coding(data, text)
    yield mark
    for begin, end in kept:
        yield text[begin:end].encode(encoding) if encoding else data[begin:end]
    yield data[size:]


def cut_off(data: bytes, text: str) -> bool:
    """Whether the data ends within a character, which then is not in its text."""
    return _coding(data, text)[2] < len(data)


def _coding(data: bytes, text: str) -> tuple[bytes, str | None, int]:
    """The mark that the data begins with, its encoding, and the bytes of mark and text together.

    No encoding is one of single bytes, some of which may be no character of the code page.
    """
    found = next(((mark, encoding) for mark, encoding in _MARKED if data.startswith(mark)), None)
    ways = (found,) if found else tuple((b"", encoding) for encoding in _UNMARKED)
    for mark, encoding in ways:
        encoded = text.encode(encoding)
        if found or data.startswith(encoded):
            return mark, encoding, len(mark) + len(encoded)
    return b"", None, len(data)
