"""Read a labelled set: a CSV file, also gzipped, with the columns title, abstract and label (1 is wanted, 0 is not)."""

from __future__ import annotations

import csv
import gzip
import io
import sys
import zlib
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import cast

from papertide.errors import InputError

_GZIP = b"\x1f"
"""The first byte of what is zipped, and of no text."""
_COLUMNS = ("title", "abstract", "label")
_LABELS = {"0": 0, "1": 1, "0.0": 0, "1.0": 1}
_LONGEST = 1 << 24
"""The most characters that a cell may have."""


def labelled(path: str) -> tuple[list[tuple[str, str]], list[int]]:
    """Titles with abstracts, and their labels, by row; `-` is standard input, and a pipe will do.

    Raises InputError, naming the line, for what is no such set.
    """
    texts: list[tuple[str, str]] = []
    labels: list[int] = []
    longest = csv.field_size_limit(_LONGEST)
    try:
        for line, row in _rows(path):
            label = _LABELS.get((row["label"] or "").strip())
            if label is None:
                raise InputError(path, f"line {line}: the label must be 1 or 0, not {(row['label'] or '')[:40]!r}")
            texts.append((row["title"] or "", row["abstract"] or ""))
            labels.append(label)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(path, getattr(error, "strerror", None) or str(error)) from error
    except UnicodeDecodeError as error:
        raise InputError(path, "no text in UTF-8") from error
    except csv.Error as error:
        raise InputError(path, f"no CSV: {error}") from error
    finally:
        csv.field_size_limit(longest)
    return texts, labels


def _opened(path: str) -> AbstractContextManager[io.BufferedReader]:
    if path != "-":
        return Path(path).open("rb")
    if sys.stdin is None:
        raise InputError(path, "there is no standard input")
    # A second buffer: only one of ours is sure to let itself be looked into. Nobody reads on behind it.
    return nullcontext(io.BufferedReader(cast(io.RawIOBase, sys.stdin.buffer)))


def _rows(path: str) -> Iterator[tuple[int, Mapping[str, str | None]]]:
    """The rows below the header with their last lines, by the columns' names in lower case."""
    with _opened(path) as raw:
        # Opened once, and looked at before it is read: a pipe's bytes come only once.
        unzipped = gzip.GzipFile(fileobj=raw) if raw.peek(1)[:1] == _GZIP else raw
        reader = csv.reader(io.TextIOWrapper(unzipped, encoding="utf-8-sig", newline=""))
        names = [name.strip().casefold() for name in next(reader, [])]
        missing = [column for column in _COLUMNS if column not in names]
        if missing:
            raise InputError(path, f"no column {', '.join(missing)}; a set has the columns {', '.join(_COLUMNS)}")
        places = {column: names.index(column) for column in _COLUMNS}
        for row in reader:
            if row:
                yield reader.line_num, {c: row[k] if k < len(row) else None for c, k in places.items()}
