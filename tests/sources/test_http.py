"""The client with servers that mean well: pages, their pace, refusals that pass, and what robots.txt allows."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.fakes import FakeClock, FakeMemory
from tests.loopback import Loopback, Say, answer, chunked, gzipped, head, raw, redirect, reset, silence
from tests.sources.asking import HASTY, Asking

from papertide import __version__
from papertide.sources.http import Answer, Validators

PAGE = b"<html>papers</html>"
DATE = "Wed, 21 Oct 2026 07:28:00 GMT"


@pytest.fixture
def server() -> Iterator[Loopback]:
    """A server for the test."""
    with Loopback() as running:
        yield running


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "say",
    [
        answer(PAGE),
        answer(PAGE, 200, ("Content-Encoding", "identity"), ("Set-Cookie", "id=1; Path=/")),
        gzipped(gzip.compress(PAGE)),
        chunked(PAGE[:5], PAGE[5:]),
        raw(head(200, version="1.0"), PAGE),
        raw(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n", head(200), PAGE),
    ],
    ids=["plain", "with a cookie", "gzip", "chunked", "HTTP/1.0", "with hints before"],
)
def test_a_page(server: Loopback, say: Say) -> None:
    """A page comes as it was meant, however it is sent; the second time as well, and no cookie is sent back."""
    server.script("/papers", say)
    with Asking(server) as asking:
        for _ in range(2):
            assert asking.get("/papers") == Answer(f"{server.url}/papers", PAGE)
    assert [seen.method for seen in server.seen] == ["GET", "GET"]
    assert not any("cookie" in seen.headers for seen in server.seen)


def test_pages_of_a_listing(server: Loopback) -> None:
    """The query goes along as it is, a fragment doesn't."""
    server.script("/api?p=0", answer(b"[1]"))
    server.script("/api?p=1", answer(b"[]"))
    with Asking(server) as asking:
        assert [asking.get(f"/api?p={page}#here").data for page in range(2)] == [b"[1]", b"[]"]


def test_who_asks(server: Loopback) -> None:
    """The User-Agent names the program and the person, and only what was asked for is accepted."""
    server.script("/", answer(PAGE))
    with Asking(server, contact="ada@example.org") as asking:
        asking.get("/", accept="application/json")
    (seen,) = server.seen
    assert seen.headers == {
        "host": server.url.removeprefix("http://"),
        "user-agent": f"papertide/{__version__} (+ada@example.org)",
        "accept": "application/json",
        "accept-encoding": "gzip",
        "connection": "close",
    }


@pytest.mark.parametrize(
    ("contact", "told"),
    [
        (None, ""),
        ("", ""),
        (" \r\n()", ""),
        ("https://example.org/~ada", " (+https://example.org/~ada)"),
        ("ada@example.org\r\nX-Evil: 1", " (+ada@example.org X-Evil: 1)"),
        ("a) evil/1.0 (b", " (+a evil/1.0 b)"),
        ("Ädä \x1b[31m\x7f@\u2028x", " (+d [31m @ x)"),
        ("x" * 1000, f" (+{'x' * 300})"),
    ],
)
def test_a_contact_stays_in_its_place(server: Loopback, contact: str | None, told: str) -> None:
    """Nothing in a contact ends the comment that it stands in, or the header."""
    server.script("/", answer(PAGE))
    with Asking(server, contact=contact) as asking:
        asking.get("/")
    assert server.seen[0].headers["user-agent"] == f"papertide/{__version__}{told}"
    assert "x-evil" not in server.seen[0].headers


def test_each_request_has_its_own_connection(server: Loopback) -> None:
    """What a server sends behind the end of an answer isn't taken for the next one's."""
    server.script(
        "/short", raw(head(200, ("Content-Length", "5")), b"page!" + head(200, ("Content-Length", "4")), b"evil")
    )
    server.script("/next", answer(b"next"))
    with Asking(server) as asking:
        assert asking.get("/short").data == b"page!"
        assert asking.get("/next").data == b"next"
    assert len({seen.port for seen in server.seen}) == 2


def test_a_page_that_is_as_it_was(server: Loopback) -> None:
    """The validators that came with a page go along the next time, and the server can say that nothing changed."""
    server.script("/", answer(PAGE, 200, ("ETag", 'W/"1"'), ("Last-Modified", DATE)), raw(head(304, ("ETag", '"2"'))))
    with Asking(server) as asking:
        first = asking.get("/")
        assert (first.etag, first.modified, first.fresh) == ('W/"1"', DATE, True)
        again = asking.get("/", Validators(first.etag, first.modified))
    assert again == Answer(f"{server.url}/", b"", 'W/"1"', DATE, fresh=False)
    assert "if-none-match" not in server.seen[0].headers
    assert server.seen[1].headers["if-none-match"] == 'W/"1"'
    assert server.seen[1].headers["if-modified-since"] == DATE


def test_a_page_that_changed(server: Loopback) -> None:
    """A page comes whole where it is another one than the one known, by one validator alone as well."""
    server.script("/", answer(PAGE, 200, ("ETag", '"2"')))
    with Asking(server) as asking:
        assert asking.get("/", Validators(modified=DATE)) == Answer(f"{server.url}/", PAGE, '"2"')
    assert "if-none-match" not in server.seen[0].headers


@pytest.mark.parametrize("etag", ["\xe9", "x" * 501, ""])
def test_validators_that_cannot_be_sent(server: Loopback, etag: str) -> None:
    """A validator that couldn't be sent back isn't kept, nor sent when somebody kept it."""
    server.script("/", answer(PAGE, 200, ("ETag", etag)))
    with Asking(server) as asking:
        assert asking.get("/", Validators(etag=etag)).etag is None
    assert "if-none-match" not in server.seen[0].headers


def test_nothing_changed_since_never(server: Loopback) -> None:
    """A server that says "as it was" of a page we don't know gives no page."""
    server.script("/", raw(head(304)))
    with Asking(server) as asking:
        assert asking.fails("/").status == 304


# --- the pace ---------------------------------------------------------------------------------------------------------


def test_requests_of_a_lane_keep_their_distance(server: Loopback) -> None:
    """Between two requests in a lane lies its interval, in another lane nothing; the reason for a wait is told."""
    server.script("/", answer(PAGE))
    with Asking(server) as asking:
        for _ in range(3):
            asking.get("/", interval=3.0)
        asking.get("/", lane="other", interval=3.0)
    assert asking.clock.slept == [(3.0, "127.0.0.1 gets one request at a time, and none too soon")] * 2


def test_other_processes_are_heeded(server: Loopback) -> None:
    """A lane that another process took waits, and a second client goes on where the first one stopped."""
    server.script("/", answer(PAGE))
    memory, clock = FakeMemory(), FakeClock()
    memory.reserve("lane", clock.now(), 7.0, 60.0)
    with Asking(server, clock=clock, memory=memory) as one, Asking(server, clock=clock, memory=memory) as other:
        one.get("/", interval=3.0)
        other.get("/", interval=3.0)
    assert clock.waits == [7.0, 3.0]


def test_retries_and_redirects_keep_the_pace(server: Loopback) -> None:
    """Every request counts, also one that is made again and one that a redirect leads to."""
    server.script("/old", answer(b"", 500), redirect("/new"))
    server.script("/new", answer(PAGE))
    with Asking(server) as asking:
        assert asking.get("/old", interval=3.0) == Answer(f"{server.url}/new", PAGE)
    assert asking.clock.waits == [1.0, 2.0, 3.0]  # a backoff of one second, what is left of three, and three


def test_a_lane_that_is_closed_for_long(server: Loopback) -> None:
    """Where a wait would be too long nothing is asked, and the person is told when to come back."""
    with Asking(server) as asking:
        asking.memory.hold("lane", asking.clock.at + 901)
        error = asking.fails("/")
    assert "wants no request before 2026-11-21T10:15:01Z; come back then" in error.reason
    assert (error.status, error.reachable, server.seen, asking.clock.slept) == (429, True, [], [])


# --- refusals that pass -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ([("Retry-After", "120")], 121.0),
        ([("Retry-After", "Wed, 21 Oct 2026 07:28:30 GMT"), ("Date", DATE)], 31.0),
        ([("RateLimit", '"api";r=0;t=55')], 56.0),
        ([("RateLimit", '"api";r=0;t=55'), ("RateLimit", '"day";r=0;t=500')], 501.0),
        ([("RateLimit-Remaining", "0"), ("RateLimit-Reset", "30")], 31.0),
        ([("Retry-After", "0")], 1.0),
        ([("Retry-After", "soon")], 1.0),  # as with no header: half of two seconds
        ([], 1.0),
    ],
)
def test_too_many_requests(server: Loopback, status: int, headers: list[tuple[str, str]], wait: float) -> None:
    """A server that wants fewer requests is left alone for as long as it says, and a second more."""
    server.script("/", answer(b"slow down", status, *headers), answer(PAGE))
    with Asking(server) as asking:
        assert asking.get("/").data == PAGE
    ((waited, why),) = asking.clock.slept
    assert waited == wait
    assert why.startswith(f"127.0.0.1: {status} ")
    assert "slow down" in why


def test_all_processes_wait(server: Loopback) -> None:
    """The lane is closed for every other process as well."""
    server.script("/", answer(b"", 429, ("Retry-After", "99")), answer(PAGE))
    with Asking(server, tries=1) as asking:
        error = asking.fails("/")
        assert asking.memory.free == {"lane": asking.clock.at + 100}
        assert (error.status, error.reason) == (429, "429 Too Many Requests")
        assert asking.get("/").data == PAGE
    assert asking.clock.waits == [100.0]


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ([("RateLimit", '"api";r=0;t=55')], 56.0),
        ([("RateLimit-Remaining", "0"), ("RateLimit-Reset", "10")], 11.0),
        ([("RateLimit", f'"api";r=0;t={10**11}')], 86400.0),
        ([("RateLimit", '"api";r=1;t=55')], None),
        ([("RateLimit-Policy", '"api";q=500;w=300')], None),
    ],
)
def test_the_last_request_of_a_quota(server: Loopback, headers: list[tuple[str, str]], wait: float | None) -> None:
    """A page that uses up the quota closes the lane until there is more; never for longer than a day."""
    server.script("/", answer(PAGE, 200, *headers))
    with Asking(server) as asking:
        asking.get("/")
        assert asking.memory.free["lane"] - asking.clock.at == (wait or 0.0)


@pytest.mark.parametrize("told", ["900", "1000000000"])
def test_who_asks_for_too_much_patience(server: Loopback, told: str) -> None:
    """A wait beyond the limit is told instead of waited for, and the lane is closed, at most for a day."""
    server.script("/", answer(b"", 429, ("Retry-After", told)), answer(PAGE))
    with Asking(server) as asking:
        error = asking.fails("/")
        again = asking.fails("/")
    assert "429 Too Many Requests: it wants no request before 20" in error.reason
    assert "come back then" in error.reason
    assert (error.status, again.status, asking.clock.slept, len(server.seen)) == (429, 429, [], 1)
    assert asking.memory.free["lane"] <= asking.clock.at + 86400


@pytest.mark.parametrize("busy", [b"Rate exceeded.", b"\n Rate exceeded. \n"])
def test_busy_in_other_words(server: Loopback, busy: bytes) -> None:
    """A body that the request calls busy is a refusal, whatever its status; in a lane's own headers' time, if any."""
    server.script("/", answer(busy), answer(busy, 200, ("Retry-After", "9")), answer(b"Rate exceeded. Not."))
    with Asking(server) as asking:
        assert asking.get("/", busy=b"Rate exceeded.\n").data == b"Rate exceeded. Not."
    assert asking.clock.slept == [
        (1.0, "127.0.0.1: it says 'Rate exceeded.'"),
        (10.0, "127.0.0.1: it says 'Rate exceeded.'"),
    ]


def test_busy_for_good(server: Loopback) -> None:
    """A server that stays busy is a failure with its words, and another request may take them for a page."""
    server.script("/", answer(b"Rate exceeded."))
    with Asking(server) as asking:
        error = asking.fails("/", busy=b"Rate exceeded.")
        assert (error.status, error.reason) == (200, "it says 'Rate exceeded.'; tried 4 times")
        assert asking.get("/", lane="other").data == b"Rate exceeded."


@pytest.mark.parametrize("status", [500, 502, 504])
def test_errors_of_the_moment(server: Loopback, status: int) -> None:
    """A server's own errors are given time: twice as much each time, by chance, and never more than the limit."""
    server.script("/", *[answer(b"oops", status)] * 8, answer(PAGE))
    with Asking(server, chance=1.0, tries=9) as asking:
        assert asking.get("/").data == PAGE
    assert asking.clock.waits == [2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]


@pytest.mark.parametrize("chance", [0.0, 0.25])
def test_chance_makes_the_wait(server: Loopback, chance: float) -> None:
    """Those who were refused together don't come back together."""
    server.script("/", answer(b"", 500), answer(b"", 500), answer(PAGE))
    with Asking(server, chance=chance) as asking:
        asking.get("/")
    assert asking.clock.waits == [2 * chance, 4 * chance]


@pytest.mark.parametrize(
    ("say", "told"),
    [
        (raw(), "broke off or is no HTTP"),
        (raw(head(200, ("Content-Length", "100")), PAGE), "broke off"),
        (chunked(PAGE, end=False), "broke off"),
        (raw(head(200, ("Transfer-Encoding", "chunked")), b"zz\r\n"), "no HTTP"),
        (reset(head(200, ("Content-Length", "100")), PAGE), "the connection broke"),
        (gzipped(gzip.compress(PAGE)[:-1]), "gzip breaks off"),
        (gzipped(b"\x1f\x8b\x08 no gzip, this"), "gzip is broken"),
        (raw(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), "no HTTP"),
        (raw(head(200, ("X", "y" * 200_000))), "no HTTP"),
        (raw(head(200, ("Content-Length", "1"), ("Content-Length", "2")), PAGE), "no HTTP"),
        (raw(head(200, ("Content-Length", "many")), PAGE), "no HTTP"),
    ],
    ids="nothing cut chunk-cut bad-chunk reset gzip-cut gzip-broken garbage head-too-large two-lengths no-length".split(),
)
def test_accidents_on_the_way(server: Loopback, say: Say, told: str) -> None:
    """What was cut or garbled on its way is no page; it is asked for again, and given up after some tries."""
    server.script("/once", say, answer(PAGE))
    server.script("/always", say)
    with Asking(server) as asking:
        assert asking.get("/once").data == PAGE
        assert asking.clock.waits == [1.0]
        error = asking.fails("/always")
    assert told in error.reason
    assert error.reason.endswith("; tried 4 times")
    assert (error.status, error.reachable, len(server.seen)) == (None, True, 6)


@pytest.mark.parametrize("begin", [b"", b"HTTP/1.1 200 OK\r\n", head(200, ("Content-Length", "100")) + PAGE])
def test_silence(server: Loopback, begin: bytes) -> None:
    """A server that stops speaking, before its answer or in it, is asked again, and then given up."""
    server.script("/", silence(begin))
    with Asking(server, read=HASTY.read, tries=2) as asking:
        error = asking.fails("/")
    assert "silent for too long; tried 2 times" in error.reason
    assert error.reachable
    assert len(server.seen) == 2


# --- refusals for good ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("say", "status", "reason"),
    [
        (answer(b"no such paper", 404), 404, "404 Not Found (no such paper)"),
        (answer(b'{"error":"Invalid date"}', 400), 400, '400 Bad Request ({"error":"Invalid date"})'),
        (answer(b"<!doctype html><html><head><title lang=en>\n Gone &amp; lost </title>" + b"x" * 999, 410), 410,
         "410 Gone (Gone & lost)"),
        (answer(b"a\x1b[31m\x00b\xff\r\nc\xe2\x80\xae", 403), 403, "403 Forbidden (ab\ufffd c)"),
        (answer(b"x" * 10**6, 401), 401, f"401 Unauthorized ({'x' * 120})"),
        (answer(b"", 418), 418, "418 I'm a Teapot"),
        (answer(b"", 599), 599, "599"),
        (answer(b"half", 206), 206, "206 Partial Content (half)"),
        (answer(b"", 202, ("x-amzn-waf-action", "challenge")), 202, "202 Accepted"),
        (answer(b"where?", 300), 300, "300 Multiple Choices (where?)"),
        (answer(b"", 302), 302, "302 Found"),
        (raw(head(404, ("Content-Length", "100")), b"cut"), 404, "404 Not Found (cut)"),
        (answer(b"xxx", 404, ("Content-Encoding", "gzip")), 404, "404 Not Found"),
        (answer(gzip.compress(b"packed"), 404, ("Content-Encoding", "gzip")), 404, "404 Not Found (packed)"),
    ],
)  # fmt: skip
def test_no_is_no(server: Loopback, say: Say, status: int, reason: str) -> None:
    """Any other status is told at once, with what the server says to it, made safe and short."""
    server.script("/papers", say)
    with Asking(server) as asking:
        error = asking.fails("/papers")
    assert (error.name, error.status, error.reason) == (f"{server.url}/papers", status, reason)
    assert (error.reachable, len(server.seen), asking.clock.slept) == (True, 1, [])


# --- robots.txt -------------------------------------------------------------------------------------------------------

RULES = b"User-agent: *\nDisallow: /private\nCrawl-delay: 4\n"


def test_robots_are_asked_once(server: Loopback) -> None:
    """robots.txt is read before the first page that it governs, in the page's lane, and once for all others."""
    server.script("/robots.txt", answer(RULES))
    server.script("/papers", answer(PAGE))
    with Asking(server) as asking:
        for _ in range(2):
            assert asking.get("/papers", robots=True, interval=3.0).data == PAGE
    assert [seen.path for seen in server.seen] == ["/robots.txt", "/papers", "/papers"]
    assert asking.clock.waits == [3.0, 4.0]  # the pace of the lane, and then that of the rules


def test_an_interface_is_not_governed(server: Loopback) -> None:
    """A request that isn't for a page doesn't ask robots.txt."""
    server.script("/robots.txt", answer(b"User-agent: *\nDisallow: /"))
    server.script("/api", answer(b"[]"))
    with Asking(server) as asking:
        assert asking.get("/api").data == b"[]"
    assert [seen.path for seen in server.seen] == ["/api"]


def test_what_robots_forbid(server: Loopback) -> None:
    """A page that robots.txt keeps for itself isn't asked for, not by a redirect either."""
    server.script("/robots.txt", answer(RULES))
    server.script("/papers", redirect("/private/papers"))
    with Asking(server) as asking:
        direct = asking.fails("/private", robots=True)
        led = asking.fails("/papers", robots=True)
    assert direct.reason == "the robots.txt of 127.0.0.1 doesn't allow it"
    assert led.reason == f"{direct.reason}; that was at {server.url}/private/papers, where it redirected to"
    assert "/private" not in {seen.path for seen in server.seen}


def test_robots_outlive_the_client(server: Loopback) -> None:
    """The rules are remembered for a day, and then read anew."""
    server.script("/robots.txt", answer(RULES), answer(b""))
    server.script("/private", answer(PAGE))
    memory, clock = FakeMemory(), FakeClock()
    with Asking(server, clock=clock, memory=memory) as asking:
        asking.fails("/private", robots=True)
        clock.at += 86_399
        asking.fails("/private", robots=True)
        with Asking(server, clock=clock, memory=memory) as other:
            other.fails("/private", robots=True)
        assert len(server.seen) == 1
        clock.at += 2
        assert asking.get("/private", robots=True).data == PAGE
    assert memory.texts == {f"{server.url}/": ("", clock.at)}


def test_robots_of_tomorrow(server: Loopback) -> None:
    """Rules that were read by a clock since set back are read anew."""
    server.script("/robots.txt", answer(b""))
    server.script("/papers", answer(PAGE))
    with Asking(server) as asking:
        asking.memory.keep_robots(f"{server.url}/", "User-agent: *\nDisallow: /", asking.clock.at + 10)
        assert asking.get("/papers", robots=True).data == PAGE


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_host_without_robots(server: Loopback, status: int) -> None:
    """A host that has no robots.txt, or shows it to nobody, allows everything; that is remembered, too."""
    server.script("/robots.txt", answer(b"no", status))
    server.script("/papers", answer(PAGE))
    with Asking(server) as asking:
        assert asking.get("/papers", robots=True).data == PAGE
        assert asking.memory.texts == {f"{server.url}/": ("", asking.clock.at)}


@pytest.mark.parametrize(
    ("say", "status", "told"),
    [
        (answer(b"", 500), 500, "500 Internal Server Error; tried 4 times"),
        (answer(b"", 429), 429, "429 Too Many Requests; tried 4 times"),
        (redirect("http://localhost/robots.txt"), None, "another host, localhost"),
        (raw(), None, "broke off"),
    ],
)
def test_robots_that_cannot_be_read(server: Loopback, say: Say, status: int | None, told: str) -> None:
    """Where robots.txt can't be read for now, no page is asked for, and nothing is remembered."""
    server.script("/robots.txt", say)
    with Asking(server) as asking:
        error = asking.fails("/papers", robots=True)
    assert error.name == f"{server.url}/papers"
    assert error.reason.startswith("its robots.txt can't be read now, and so it may not be asked: ")
    assert told in error.reason
    assert (error.status, asking.memory.texts) == (status, {})
    assert {seen.path for seen in server.seen} == {"/robots.txt"}


def test_robots_that_want_patience(server: Loopback) -> None:
    """A pace that nobody could wait for is told."""
    server.script("/robots.txt", answer(b"User-agent: *\nCrawl-delay: 1e9"))
    with Asking(server) as asking:
        assert "one page every 1e+09 s: too slow" in asking.fails("/papers", robots=True).reason


def test_robots_of_the_other_host(server: Loopback) -> None:
    """A redirect to another permitted host asks that host's rules."""
    with Loopback() as other:
        server.script("/robots.txt", answer(b""))
        server.script("/papers", redirect(f"{other.url_at('localhost')}/papers"))
        other.script("/robots.txt", answer(b"User-agent: papertide\nDisallow: /"))
        with Asking(server, also={f"localhost:{other.port}"}) as asking:
            assert "the robots.txt of localhost doesn't allow it" in asking.fails("/papers", robots=True).reason
        assert [seen.path for seen in other.seen] == ["/robots.txt"]


# --- the environment --------------------------------------------------------------------------------------------------


def test_a_netrc_is_not_read(server: Loopback, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A password in ~/.netrc, or where NETRC points, is nobody's business here."""
    netrc = home / ".netrc"
    netrc.write_text(
        "machine 127.0.0.1 login ada password s3cret\ndefault login ada password s3cret\n", encoding="utf-8"
    )
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server.script("/", answer(b"who?", 401, ("WWW-Authenticate", "Basic")))
    with Asking(server) as asking:
        asking.fails("/")
    assert len(server.seen) == 1
    assert "authorization" not in server.seen[0].headers


def test_a_proxy_is_used(server: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy that the environment names carries the requests to other machines, by its own password."""
    monkeypatch.setenv("http_proxy", server.url.replace("//", "//ada:s3cret@"))
    server.script("http://papers.test/list", answer(PAGE))
    with Asking(server, token="hf_secret") as asking:
        assert asking.get("http://papers.test/list", secret=True).data == PAGE
    (seen,) = server.seen
    assert seen.headers["proxy-authorization"].startswith("Basic ")
    assert "authorization" not in seen.headers


def test_this_machine_needs_no_proxy(server: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is said to this machine goes through no proxy, which would take it for itself."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    server.script("/", answer(PAGE))
    with Asking(server) as asking:
        assert asking.get("/").data == PAGE
        assert asking.get(f"{server.url_at('localhost')}/").data == PAGE


def test_a_proxy_that_refuses(server: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that gives no connection leaves every page of the host out of reach."""
    monkeypatch.setenv("https_proxy", server.url)
    server.script("papers.test:443", answer(b"", 407))
    with Asking(server) as asking:
        error = asking.fails("https://papers.test/list")
    assert "the proxy gives no connection (407" in error.reason
    assert not error.reachable
