"""Bodies, unpacked within bounds."""

from __future__ import annotations

import gzip
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.loopback import bomb

from papertide.sources.body import unpacked, whole
from papertide.sources.trouble import Trouble

LARGEST = 1 << 20


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """Data in pieces that end at these places."""
    ends = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[start:end] for start, end in pairwise(ends)]


@given(st.binary(max_size=5000), st.integers(1, 100), st.lists(st.integers(0, 10**6), max_size=20))
def test_gzip_comes_back_whole(data: bytes, times: int, places: list[int]) -> None:
    """A packed body is what it was, however it is cut on its way."""
    packed = gzip.compress(data * times)
    assert whole(cut(packed, places), "gzip", LARGEST) == data * times


def test_several_members_are_one_body() -> None:
    """gzip files one behind the other are one body."""
    assert whole([gzip.compress(b"one ", mtime=0) + gzip.compress(b"two", mtime=0)], "X-GZIP ", LARGEST) == b"one two"


@pytest.mark.parametrize("coding", ["", "identity", "Identity"])
def test_a_plain_body(coding: str) -> None:
    """A body that isn't packed is taken as it is."""
    assert whole([b"a", b"", b"b"], coding, LARGEST) == b"ab"


@pytest.mark.parametrize("coding", ["br", "deflate", "gzip, gzip", "x" * 9])
def test_other_packings_are_refused(coding: str) -> None:
    """What wasn't asked for isn't guessed at."""
    with pytest.raises(Trouble, match=coding):
        whole([b"page"], coding, LARGEST)


@given(st.integers(0, 10**6))
def test_a_gzip_that_breaks_off_is_no_page(place: int) -> None:
    """Every cut of a packed body is found out, in the middle, in its checksum, and before its beginning."""
    packed = gzip.compress(bytes(range(256)) * 20)
    with pytest.raises(Trouble, match="breaks off") as caught:
        whole([packed[: place % len(packed)]], "gzip", LARGEST)
    assert caught.value.again


@pytest.mark.parametrize(
    "packed", [b"<html>", gzip.compress(b"page", mtime=0)[:-8] + bytes(8), gzip.compress(b"page", mtime=0) + b"!!"]
)
def test_a_broken_gzip_is_no_page(packed: bytes) -> None:
    """No gzip at all, a wrong checksum, something else behind it: each is an error that another try may mend."""
    with pytest.raises(Trouble, match="broken") as caught:
        whole([packed], "gzip", LARGEST)
    assert caught.value.again


@pytest.mark.parametrize("size", [LARGEST - 1, LARGEST, LARGEST + 1])
@pytest.mark.parametrize("packing", ["", "gzip"])
def test_the_largest(size: int, packing: str) -> None:
    """A body of just the limit is taken, one byte more is refused, packed or not."""
    chunks = cut(gzip.compress(bytes(size)) if packing else bytes(size), [1000, 5000])
    if size > LARGEST:
        with pytest.raises(Trouble, match="1 MB"):
            whole(chunks, packing, LARGEST)
    else:
        assert len(whole(chunks, packing, LARGEST)) == size


@pytest.mark.parametrize("at_once", [False, True])
def test_a_bomb_is_unpacked_only_so_far(at_once: bool) -> None:
    """Of a body that unpacks to 2 GB no more than the limit is given, in small pieces, whether it came in one or many."""
    packed = [b"".join(bomb(1 << 29))] if at_once else bomb(2 << 30)
    pieces = unpacked(packed, "gzip", LARGEST)
    sizes: list[int] = []
    with pytest.raises(Trouble, match="larger"):
        sizes.extend(map(len, pieces))
    assert max(sizes) <= 64 * 1024
    assert sum(sizes) <= LARGEST


def test_packed_nothings_end() -> None:
    """Endless empty members unpack to nothing, and are too large all the same."""
    empty = gzip.compress(b"", mtime=0)
    with pytest.raises(Trouble, match="larger"):
        whole((empty * 1000 for _ in iter(int, 1)), "gzip", LARGEST)
