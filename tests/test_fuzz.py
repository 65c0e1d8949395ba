"""The fuzz targets of `fuzz/` on their corpus and on what hypothesis makes of it: a short run of what runs for hours there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fuzz import CORPUS, FIXTURES, folder_of, seeds_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from targets import TARGETS

WORDS = [
    line[1:-1].encode().decode("unicode_escape").encode("latin-1")
    for line in (CORPUS.with_name("words.dict")).read_text(encoding="utf-8").splitlines()
    if line.startswith('"')
]
SLOW = {"library", "selection", "cut again", "parse auto", "write markdown", "write vault", "write html", "read again"}
"""Targets that take more than some milliseconds an input."""


def test_every_target_has_a_corpus() -> None:
    """Each target begins with inputs that reach something, and the corpus is small."""
    assert all(seeds_of(name) for name in TARGETS)
    assert {folder.name for folder in CORPUS.iterdir()} <= {folder_of(name).name for name in TARGETS}
    sizes = [path.stat().st_size for path in CORPUS.rglob("*") if path.is_file()]
    assert sum(sizes) < 500_000


@pytest.mark.parametrize("name", TARGETS)
def test_corpus(name: str) -> None:
    """Whatever was found once is no trouble any more."""
    for folder in seeds_of(name):
        for path in sorted(folder.iterdir()):
            if path.is_file() and (folder.parent != FIXTURES or path.stat().st_size < 20_000):
                TARGETS[name](path.read_bytes())


def mutants(seeds: list[bytes]) -> st.SearchStrategy[bytes]:
    """Seeds with a part of them taken out, and another seed's, words that mean something, or any bytes put there."""
    places = st.integers(0, 4000)
    more = st.one_of(st.sampled_from(WORDS), st.sampled_from(seeds), st.binary(max_size=6))
    inserted = st.lists(more, max_size=3).map(b"".join)

    def put(seed: bytes, place: int, length: int, new: bytes) -> bytes:
        begin = place % (len(seed) + 1)
        return seed[:begin] + new + seed[begin + length :]

    return st.builds(put, st.sampled_from(seeds), places, st.integers(0, 40), inserted)


@pytest.mark.parametrize("name", TARGETS)
def test_mutants(name: str) -> None:
    """No mutant of an input breaks a target."""
    seeds = [path.read_bytes() for folder in seeds_of(name) for path in sorted(folder.iterdir()) if path.is_file()]
    target: Callable[[bytes], None] = TARGETS[name]

    @settings(max_examples=8 if name in SLOW else 25, suppress_health_check=list(HealthCheck))
    @given(mutants([seed for seed in seeds if len(seed) < 6000]))
    def holds(data: bytes) -> None:
        target(data)

    holds()
