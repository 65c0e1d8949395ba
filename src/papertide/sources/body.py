"""A body, unpacked piece by piece, so that what is sent as a thousand bytes can't fill the memory."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable, Iterator

from papertide.sources.trouble import Trouble

_GZIP = 31
_PIECE = 64 * 1024


def whole(chunks: Iterable[bytes], coding: str, largest: int) -> bytes:
    """A body as it was meant. Raises Trouble for one of more than `largest` bytes, packed or unpacked, or a broken one."""
    body = io.BytesIO()
    for piece in unpacked(chunks, coding, largest):
        body.write(piece)
    return body.getvalue()


def unpacked(chunks: Iterable[bytes], coding: str, largest: int) -> Iterator[bytes]:
    """The pieces of a body by its Content-Encoding; at most a piece beyond `largest` is ever unpacked."""
    packing = coding.strip().lower()
    packed = _counted(chunks, largest)
    if packing in {"", "identity"}:
        return packed
    if packing in {"gzip", "x-gzip"}:
        return _counted(_gunzipped(packed), largest)
    raise Trouble(f"it is packed in a way that wasn't asked for ({coding})")


def _counted(pieces: Iterable[bytes], largest: int) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > largest:
            raise too_large(largest)
        yield piece


def too_large(largest: int) -> Trouble:
    """What is said of a body of more than `largest` bytes."""
    return Trouble(f"larger than {largest / 1024 / 1024:g} MB: no page is")


def _gunzipped(packed: Iterable[bytes]) -> Iterator[bytes]:
    """Pieces of at most _PIECE bytes; several members one after the other are one file (RFC 1952)."""
    member = zlib.decompressobj(_GZIP)
    for chunk in packed:
        left = chunk
        while left:
            if member.eof:
                member = zlib.decompressobj(_GZIP)
            try:
                yield member.decompress(left, _PIECE)
            except zlib.error as error:
                raise Trouble(f"its gzip is broken ({error})", again=True) from None
            left = member.unused_data if member.eof else member.unconsumed_tail
    if not member.eof:
        raise Trouble("its gzip breaks off", again=True)
