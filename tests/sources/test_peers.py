"""Nothing on the internet leads into a network of our own: redirects, and names that are looked up again."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from tests.loopback import Loopback, answer, redirect
from tests.sources.asking import Asking

from papertide.sources.peers import Peers, is_private

ELSEWHERE = "127.0.0.2"
only_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux answers to all of 127.0.0.0/8")


@pytest.mark.parametrize(
    "peer",
    "127.0.0.1 127.8.8.8 ::1 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 fe80::1 fe80::1%eth0 fd00::1 100.64.0.1 0.0.0.0 ::"
    " 224.0.0.1 255.255.255.255 192.0.2.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 2002:7f00:1:: unix".split(),
)
def test_private(peer: str) -> None:
    """An address that the internet can't reach is private, however it is written; and so is what is none."""
    assert is_private(peer)


@pytest.mark.parametrize("peer", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public(peer: str) -> None:
    """An address on the internet isn't."""
    assert not is_private(peer)


def test_what_a_person_chose_may_be_anywhere() -> None:
    """A host in our own network may be asked as long as it stays there; one that was outside once may lead to none."""
    peers = Peers()
    assert peers.wrong("nas", "192.168.1.2") is None
    assert peers.wrong("out", "8.8.8.8") is None
    assert peers.wrong("nas", "192.168.1.3") is None
    assert peers.wrong("out", "192.168.1.2") == "it leads to 192.168.1.2, an address of a network of your own"


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """A server that stands for one on the internet: only `ELSEWHERE` is private, for the tests that follow."""
    monkeypatch.setenv("no_proxy", f"127.0.0.1,{ELSEWHERE},localhost")
    with Loopback() as running:
        yield running


@pytest.fixture
def inside() -> Iterator[Loopback]:
    """A server in a network of our own."""
    with Loopback(host=ELSEWHERE) as running:
        running.script("/admin", answer(b"secrets"))
        running.script("/robots.txt", answer(b""))
        yield running


@only_linux
@pytest.mark.parametrize("robots", [False, True])
def test_a_redirect_into_our_network(outside: Loopback, inside: Loopback, robots: bool) -> None:
    """A listed host that turns out to be in our network gets a connection and not one byte, also not for its robots.txt."""
    outside.script("/robots.txt", answer(b""))
    outside.script("/old", redirect(f"{inside.url}/admin"))
    also = {f"{ELSEWHERE}:{inside.port}"}
    with Asking(outside, also=also, private=lambda peer: peer == ELSEWHERE) as asking:
        error = asking.fails("/old", robots=robots)
    assert f"it leads to {ELSEWHERE}, an address of a network of your own" in error.reason
    assert inside.seen == []


@only_linux
def test_a_name_that_changes_its_address(outside: Loopback) -> None:
    """A host that was on the internet a moment ago and is in our network now isn't asked: DNS rebinding."""
    outside.script("/", answer(b"papers"))
    moved = False
    with Asking(outside, private=lambda _peer: moved) as asking:
        assert asking.get("/").data == b"papers"
        moved = True
        assert "an address of a network of your own" in asking.fails("/").reason
    assert len(outside.seen) == 1


@only_linux
def test_within_our_network(inside: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mirror of one's own at home is asked as any server, and may redirect at home."""
    monkeypatch.setenv("no_proxy", ELSEWHERE)
    inside.script("/old", redirect("/admin"))
    with Asking(inside) as asking:
        assert asking.get("/old").data == b"secrets"
