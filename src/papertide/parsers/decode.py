"""Bytes to text: UTF-8 first, UTF-16 by its mark or its zeros, Windows-1252 where nothing else fits, and said so."""

from __future__ import annotations

import codecs
import re

from papertide.errors import InputError

_SAMPLE = 64 * 1024
_SOMETHING = re.compile(rb"[^\0 \t\r\n]")
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(data: bytes) -> tuple[str, str | None]:
    """The text of a page, and a note for a person where it was not plain UTF-8.

    Raises InputError for nothing at all, for binary data, and for text whose own mark lies.
    """
    if _SOMETHING.search(data) is None:
        raise InputError("", "empty" if not data else "nothing but blanks")
    if data.startswith(codecs.BOM_UTF8):
        return _strict(data, "utf-8", len(codecs.BOM_UTF8)), None
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strict(data, encoding), f"read as {encoding.upper()}"
    sample = data[:_SAMPLE]
    unmarked = _unmarked_utf16(sample)
    if unmarked is not None:
        return _strict(data, unmarked), f"read as {unmarked.upper()}"
    if _is_binary(sample):
        raise InputError("", "binary data, no page of text")
    try:
        return data.decode("utf-8"), None
    except UnicodeDecodeError as error:
        cut_character = error.end == len(data) and error.reason == "unexpected end of data"
        if cut_character:
            return data[: error.start].decode("utf-8"), None
    return data.decode("cp1252", errors="replace"), "not UTF-8; read as Windows-1252 (Latin-1)"


def _strict(data: bytes, encoding: str, begin: int = 0) -> str:
    text = data[begin:]
    try:
        return text.decode(encoding)
    except UnicodeDecodeError as error:
        if error.end >= len(text) - 3:  # cut off inside the last character
            return text[: error.start].decode(encoding)
        raise InputError("", f"marked as {encoding.upper()} but isn't: byte {begin + error.start}") from None


def _unmarked_utf16(sample: bytes) -> str | None:
    """UTF-16 of mostly Latin text has a zero in every other byte."""
    if len(sample) < 8 or b"\0" not in sample:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if odd > 0.7 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.7 * half and odd < 0.05 * half:
        return "utf-16-be"
    return None


_CONTROL = bytes(set(range(32)) - {9, 10, 11, 12, 13, 27})


def _is_binary(sample: bytes) -> bool:
    """Whether a sample holds more than stray zeros, or is more than a twentieth control characters."""
    control = len(sample) - len(sample.translate(None, _CONTROL))
    return control > max(16, len(sample) / 20) or sample.count(0) > max(2, len(sample) / 1000)
