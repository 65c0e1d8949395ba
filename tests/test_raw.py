"""The bytes of a page: what is packed comes back, and nothing else is taken for it."""

from __future__ import annotations

import gzip
from hashlib import sha256
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.archives import DAMAGE, PAGE

from papertide.raw import is_digest, most, pack, unpack

DIGEST = sha256(PAGE).hexdigest()


@given(page=st.binary(max_size=400))
def test_a_page_is_packed_as_a_gzip_file(page: bytes) -> None:
    """Any bytes come back as they were; any gunzip reads them; the same page is the same bytes."""
    packed = pack(page)
    assert unpack(packed, sha256(page).hexdigest(), len(page)) == page
    assert gzip.decompress(packed) == page
    assert pack(page) == packed


@pytest.mark.parametrize("what", DAMAGE)
def test_what_is_not_the_page_is_none(what: str) -> None:
    """Bytes that don't hold the page of that digest are none."""
    assert unpack(DAMAGE[what](pack(PAGE)), DIGEST, 10_000) is None


def test_a_page_of_the_largest_size_is_read_whole() -> None:
    """Bytes that can't be made smaller are still within what is read; a page beyond the limit is none."""
    page = Random(5).randbytes(50_000)
    packed, digest = pack(page), sha256(page).hexdigest()
    assert len(page) < len(packed) <= most(len(page))
    assert unpack(packed, digest, len(page)) == page
    assert unpack(packed, digest, len(page) - 2) is None


@pytest.mark.parametrize("name", ["", "ab", "A" * 64, "g" * 64, "0" * 63, "0" * 65, "0" * 64 + "\n"])
def test_what_is_no_digest(name: str) -> None:
    """A page's name is a SHA-256 in small hexadecimal digits."""
    assert is_digest(DIGEST)
    assert not is_digest(name)
