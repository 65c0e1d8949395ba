"""The client with servers that mean ill: what they can't make it do, hold, wait for, believe or betray."""

from __future__ import annotations

import contextlib
import gzip
import logging
import socket
import sys
import traceback
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.fakes import FakeClock, FakeMemory
from tests.loopback import CERTIFICATE, Loopback, Say, answer, bomb, drip, head, raw, redirect, stream
from tests.sources.asking import Asking

from papertide.errors import FetchError, UsageError
from papertide.sources.base import Request
from papertide.sources.http import Client

PAGE = b"papers"
TOKEN = "hf_AbCdEf0123456789"
MB = 1 << 20


@pytest.fixture
def server() -> Iterator[Loopback]:
    """A server for the test."""
    with Loopback() as running:
        yield running


# --- size -------------------------------------------------------------------------------------------------------------

ENDLESS = {
    "announced": stream(head(200, ("Content-Length", str(2 << 30))), 2 << 30),
    "until the end": stream(head(200), 2 << 30),
    "in chunks": stream(head(200, ("Transfer-Encoding", "chunked")), 2 << 30, b"10000\r\n" + bytes(65536) + b"\r\n"),
    "a bomb": raw(head(200, ("Content-Encoding", "gzip")), *bomb(2 << 30)),
    "a bomb that is an error": raw(head(404, ("Content-Encoding", "gzip")), *bomb(2 << 30)),
    "an endless error": stream(head(404), 2 << 30),
}


@pytest.mark.parametrize("say", ENDLESS.values(), ids=ENDLESS)
def test_two_gigabytes_fill_nothing(server: Loopback, say: Say) -> None:
    """Of a body of 2 GB no more than the limit is held, and the connection is closed after it; it isn't tried again."""
    server.script("/", say)
    with Asking(server) as asking:
        tracemalloc.start()
        try:
            error = asking.fails("/")
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert "larger than 16 MB" in error.reason or error.status == 404
    assert peak < 24 * MB  # the limit, what a growing buffer keeps ready, and the server's own pieces
    assert server.sent < 64 * MB  # the limit, and what the system's buffers take
    assert len(server.seen) == 1


def test_an_announced_size_is_believed_at_once(server: Loopback) -> None:
    """A body that is announced as too large isn't read at all."""
    server.script("/", answer(bytes(3 * MB), 200))
    with Asking(server, largest=3 * MB - 1) as asking:
        assert "larger than 3 MB: no page is" in asking.fails("/").reason
    with Asking(server, largest=3 * MB) as asking:
        assert len(asking.get("/").data) == 3 * MB


# --- time -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 404])
def test_a_body_that_drips(server: Loopback, status: int) -> None:
    """A body that comes a byte at a time ends when its time is over, however steadily it comes; an error's as well."""
    server.script("/", drip(head(status)))
    with Asking(server, clock=FakeClock(tick=1.0), seconds=20.0) as asking:
        error = asking.fails("/")
    assert error.status == 404 or error.reason == "it wasn't through after 20 s"
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("begin", "piece"),
    [(b"HTTP/1.1 200 OK\r\nX: ", b"x"), (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n")],
    ids=["a header", "hints"],
)
@pytest.mark.parametrize("tls", [False, True])
def test_a_head_that_drips(begin: bytes, piece: bytes, tls: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer whose head never ends is given up when its time is over, although each piece of it comes in time."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with Loopback(tls=tls) as server:
        server.script("/", drip(begin, piece))
        with Asking(server, seconds=0.3) as asking:
            assert asking.fails("/").reason == "it didn't begin to answer within 0.3 s"
        assert len(server.seen) == 1


# --- redirects --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "location", ["/new", "new", "?x=1/../new", "//{host}/new", "http://{host}/new#part", "HTTP://{host}/new"]
)
def test_a_redirect_on_the_host(server: Loopback, status: int, location: str) -> None:
    """A redirect that stays with its host is followed, however it is written."""
    server.script("/old", redirect(location.format(host=server.url.removeprefix("http://")), status), answer(PAGE))
    server.script("/new", answer(PAGE))
    with Asking(server) as asking:
        found = asking.get("/old")
    assert found.data == PAGE
    assert found.url == f"{server.url}{server.seen[-1].target}"


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("http://localhost:{port}/", "another host, localhost:{port}"),
        ("http://127.0.0.1:1/", "another host, 127.0.0.1:1"),
        ("http://127.0.0.1/", "another host, 127.0.0.1"),
        ("https://127.0.0.1:1/", "another host, 127.0.0.1:1"),
        ("//evil.test/", "another host, evil.test"),
        ("http://127.0.0.1.evil.test/", "another host, 127.0.0.1.evil.test"),
        ("http://[::1]:{port}/", "another host, [::1]:{port}"),
        ("http://2130706433:{port}/", "another host, 2130706433:{port}"),
        ("file:///etc/passwd", "neither http nor https, but 'file'"),
        ("ftp://127.0.0.1:{port}/", "neither http nor https, but 'ftp'"),
        ("javascript:alert(1)", "an address that is none"),
        ("http://ada:pw@127.0.0.1:{port}/", "holds a name or a password"),
        ("http://127.0.0.1:99999/", "a port that can't be"),
        ("http://127.0.0.1:port/", "an address that is none"),
        ("/\x01", "an address that is none"),
        ("http://\u2460.test/", "an address that is none"),
    ],
)
def test_a_redirect_astray(server: Loopback, location: str, told: str) -> None:
    """A redirect to another host, port or protocol is told and not followed; nothing is asked there."""
    place = f"Location: {location.format(port=server.port)}\r\n\r\n"
    server.script("/old", raw(head(302)[:-2], place.encode()))
    with Asking(server) as asking:
        error = asking.fails("/old")
    assert error.reason.startswith("it redirects to ")
    assert told.format(port=server.port) in error.reason
    assert [seen.path for seen in server.seen] == ["/old"]
    assert error.name == f"{server.url}/old"
    assert "pw" not in str(error)


def test_a_redirect_to_a_listed_host(server: Loopback) -> None:
    """A redirect to another host is followed where that host is listed, and may lead back."""
    there = f"{server.url_at('localhost')}/there"
    server.script("/old", redirect(there))
    server.script("/there", redirect(f"{server.url}/new"))
    server.script("/new", answer(PAGE))
    with Asking(server, also={f"localhost:{server.port}"}) as asking:
        assert asking.get("/old").url == f"{server.url}/new"


def test_a_redirect_in_a_circle(server: Loopback) -> None:
    """A circle of redirects is told when it closes."""
    server.script("/a", redirect("/b"))
    server.script("/b", redirect("/a#again"))
    with Asking(server) as asking:
        assert "it redirects in a circle" in asking.fails("/a").reason
    assert [seen.path for seen in server.seen] == ["/a", "/b"]


def test_redirects_without_end(server: Loopback) -> None:
    """Five redirects are followed, and no sixth."""
    for number in range(6):
        server.script(f"/{number}", redirect(f"/{number + 1}"))
    server.script("/6", answer(PAGE))
    with Asking(server) as asking:
        assert asking.get("/1").url == f"{server.url}/6"
        server.seen.clear()
        assert "it redirects more than 5 times" in asking.fails("/0").reason
    assert len(server.seen) == 6


def test_no_step_back_from_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    """A redirect from https to http is refused, also to a listed host."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with Loopback(tls=True) as server, Loopback() as plain:
        server.script("/", redirect(f"{plain.url}/"))
        with Asking(server, also={f"127.0.0.1:{plain.port}"}) as asking:
            assert asking.fails("/").reason == "it redirects from https to http"
        assert plain.seen == []


# --- addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "name", "told"),
    [
        ("file:///etc/passwd", "file:///etc/passwd", "neither http nor https"),
        ("ftp://h/", "ftp://h/", "neither http nor https"),
        ("papers.test/list:1", "papers.test/list:1", "neither http nor https"),
        ("", "", "neither http nor https"),
        ("http:///list", "http:///list", "names no host"),
        ("http://ada:s3cret@h/", "http://h/", "a name or a password"),
        ("http://ada:s3cret@h:x/", "http://h:x/", "is no address"),
        ("http:ada:s3cret@h", "http://h", "names no host"),
        ("http://h/\r\nX: 1", "http://h/ X: 1", "is no address"),
        ("http://h:0/", "http://h:0/", "a port that can't be"),
        ("http://h:65536/", "http://h:65536/", "a port that can't be"),
        ("http://h/\ud800", "http://h/", "is no address"),
    ],
)
def test_addresses_that_are_none(server: Loopback, url: str, name: str, told: str) -> None:
    """What isn't an address of the web is refused before anything is asked, and no password is shown."""
    with Asking(server) as asking, pytest.raises(FetchError, match=told) as caught:
        asking.client.get(Request(url, "lane", 0.0))
    assert caught.value.name == name
    assert asking.memory.free == {}


# --- who can't be reached ---------------------------------------------------------------------------------------------


def test_nobody_there(server: Loopback) -> None:
    """Where nobody listens every page is out of reach; it is tried again, for a server may be starting."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with Asking(server) as asking:
        error = asking.fails(f"http://127.0.0.1:{port}/")
    assert "Connection refused" in error.reason
    assert (error.reachable, error.status, len(asking.clock.waits)) == (False, None, 3)


def test_nobody_takes_the_call(server: Loopback) -> None:
    """A host that doesn't take a connection in time is out of reach."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf, contextlib.ExitStack() as callers:
        for _ in range(3):  # until the queue is full
            caller = callers.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(deaf.getsockname())
        with Asking(server, connect=0.05, tries=2) as asking:
            error = asking.fails(f"http://127.0.0.1:{deaf.getsockname()[1]}/")
    assert "didn't answer in time when called; tried 2 times" in error.reason
    assert not error.reachable


def test_a_certificate_that_nobody_signed() -> None:
    """A host whose certificate can't be trusted is out of reach, and no second try makes it better."""
    with Loopback(tls=True) as server:
        with Asking(server) as asking:
            error = asking.fails("/")
        assert "certificate can't be trusted (self" in error.reason
        assert (error.reachable, asking.clock.slept, server.seen) == (False, [], [])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux answers to all of 127.0.0.0/8")
def test_a_certificate_for_somebody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """A trusted certificate counts only for the hosts that it names."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    monkeypatch.setenv("no_proxy", "127.0.0.2")
    with Loopback(tls=True, host="127.0.0.2") as server, Asking(server) as asking:
        error = asking.fails("/")
    assert "can't be trusted" in error.reason
    assert not error.reachable


def test_no_tls_where_it_should_be(server: Loopback) -> None:
    """A server that doesn't speak TLS when it should is out of reach, and never asked without it."""
    server.script("/", answer(PAGE))
    with Asking(server) as asking:
        error = asking.fails(server.url.replace("http:", "https:"))
    assert "no secure connection" in error.reason
    assert (error.reachable, server.seen) == (False, [])


@pytest.mark.parametrize("text", [None, "no certificate"])
def test_certificates_that_cannot_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None) -> None:
    """Where the environment names certificates that aren't there, or are none, the client says so and asks nobody."""
    if text is not None:
        (tmp_path / "ca.pem").write_text(text, encoding="utf-8")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with pytest.raises(FetchError, match="SSL_CERT_FILE") as caught:
        Client(FakeMemory(), FakeClock())
    assert not caught.value.reachable


@pytest.mark.parametrize("proxy", ["gopher://ada:s3cret@h:1", "http://ada:s3/cret@h", "socks5://ada:s3cret@h:1"])
def test_proxies_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    """A proxy that is none, or of a kind we can't speak to, is named by its variable; its password isn't shown."""
    monkeypatch.setenv("http_proxy", proxy)
    with pytest.raises(FetchError, match="http_proxy") as caught:
        Client(FakeMemory(), FakeClock())
    assert "s3" not in "".join(traceback.format_exception(caught.value))


# --- the token --------------------------------------------------------------------------------------------------------


def test_the_token_goes_to_its_host(server: Loopback) -> None:
    """The token goes along with a request that may have it, also after a redirect on its host; with no other."""
    server.script("/old", redirect("/new"))
    server.script("/new", answer(PAGE))
    with Asking(server, token=TOKEN) as asking:
        asking.get("/old", secret=True)
        asking.get("/new")
    assert [seen.headers.get("authorization") for seen in server.seen] == [f"Bearer {TOKEN}"] * 2 + [None]


def test_the_token_goes_to_no_other_host(server: Loopback) -> None:
    """After a redirect to another host, listed as it is, or another port, the token stays at home; so with robots.txt."""
    server.script("/robots.txt", answer(b""))
    with Loopback() as other:
        server.script("/old", redirect(f"{server.url_at('localhost')}/there"))
        server.script("/there", redirect(f"{other.url}/new"))
        other.script("/robots.txt", answer(b""))
        other.script("/new", answer(PAGE))
        also = {f"localhost:{server.port}", f"127.0.0.1:{other.port}"}
        with Asking(server, token=TOKEN, also=also) as asking:
            assert asking.get("/old", secret=True, robots=True).data == PAGE
        told = [(seen.path, "authorization" in seen.headers) for seen in (*server.seen, *other.seen)]
    assert [path for path, given in told if given] == ["/old"]
    assert {path for path, _ in told} == {"/robots.txt", "/old", "/there", "/new"}


def test_the_token_goes_over_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over https the token goes to its host, and without https only to this machine (see the proxy's test)."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with Loopback(tls=True) as server:
        server.script("/", answer(PAGE))
        with Asking(server, token=TOKEN) as asking:
            asking.get("/", secret=True)
        assert server.seen[0].headers["authorization"] == f"Bearer {TOKEN}"


def test_an_empty_token_is_none(server: Loopback) -> None:
    """A variable that is set to nothing gives no token."""
    server.script("/", answer(PAGE))
    with Asking(server, token="") as asking:
        asking.get("/", secret=True)
    assert "authorization" not in server.seen[0].headers


@pytest.mark.parametrize(
    "token", ["hf_secret\n", "hf_secret\r\nX: 1", "hf secret", "hf_sécret", "\thf_secret", "hf_secret\0"]
)
def test_a_token_that_cannot_be_sent(token: str) -> None:
    """A token with a character that no header may hold is refused, and not shown."""
    with pytest.raises(UsageError, match="token") as caught:
        Client(FakeMemory(), FakeClock(), token=token)
    assert "secret" not in "".join(traceback.format_exception(caught.value)).replace(f"{token=}", "").replace(
        "test_", ""
    )


ECHOES = {
    "a refusal": answer(f"no access for Bearer {TOKEN}, sorry".encode(), 403),
    "a title": answer(f"<title>{TOKEN}</title>".encode(), 403),
    "entities": answer(TOKEN.replace("A", "&#65;").encode(), 403),
    "packed": answer(gzip.compress(TOKEN.encode()), 500, ("Content-Encoding", "gzip")),
    "a redirect": redirect(f"/?token={TOKEN}"),
    "a redirect astray": redirect(f"https://evil.test/{TOKEN}"),
    "a redirect to nowhere": redirect(f"http://127.0.0.1:{TOKEN}/"),
    "an encoding": answer(b"", 200, ("Content-Encoding", TOKEN)),
    "a header": raw(b"HTTP/1.1 200 OK\r\n" + TOKEN.encode() + b"\r\n\r\n"),
    "garbage": raw(TOKEN.encode() + b"\r\n\r\n"),
    "nothing": raw(),
}


@pytest.mark.parametrize("say", ECHOES.values(), ids=ECHOES)
def test_the_token_is_shown_nowhere(server: Loopback, caplog: pytest.LogCaptureFixture, say: Say) -> None:
    """A server that says the token back can't have it shown: no error, traceback, log or reason to wait holds it."""
    caplog.set_level(logging.DEBUG)
    server.script("/", say)
    with Asking(server, token=TOKEN) as asking:
        error = asking.fails("/", secret=True)
    assert {seen.headers["authorization"] for seen in server.seen} == {f"Bearer {TOKEN}"}
    # When it is debugged httpcore notes the heads of answers, which are the server's words.
    logged = [text for record in caplog.records if "response_headers" not in (text := record.getMessage())]
    shown = [repr(error), error.name, *traceback.format_exception(error), *logged, repr(asking.clock.slept)]
    assert not [text for text in shown if TOKEN.lower() in text.lower()]


def test_the_token_stays_in_its_frames(server: Loopback) -> None:
    """A report that shows every variable on the way of an error, as some tools do, doesn't show the token."""
    with Asking(server, token=TOKEN) as asking:
        error = asking.fails("/", secret=True)
    frames = [
        frame for frame, _ in traceback.walk_tb(error.__traceback__) if "papertide" in frame.f_globals["__name__"]
    ]
    assert frames
    assert not [
        frame for frame in frames if TOKEN in repr(frame.f_locals) or TOKEN in repr(vars(frame.f_locals["self"]))
    ]
