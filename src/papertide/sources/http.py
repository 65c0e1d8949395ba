"""The one place that asks the network: politely, within bounds, and with every failure told as a FetchError.

What a server may do, and what is done about it: `trouble` (errors in words), `waits` (how long it wants to be left
alone), `robots` (what it lets us read), `body` (no more than we can hold), `deadline` (no longer than we can wait),
`peers` (nowhere in our own network).
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from http.cookiejar import CookieJar
from typing import Any
from urllib.request import Request as _UrllibRequest

import httpx

from papertide import __version__
from papertide.errors import FetchError, UsageError
from papertide.normal import clean
from papertide.sources.address import LOOPBACK, address, same_place, why_not
from papertide.sources.base import Clock, Memory, Request
from papertide.sources.body import too_large, unpacked, whole
from papertide.sources.deadline import Deadline
from papertide.sources.peers import Peers, Private, is_private
from papertide.sources.robots import AGENT, Robots, text_of
from papertide.sources.trouble import Trouble, translated
from papertide.sources.waits import asked, iso, spent


@dataclass(frozen=True, slots=True)
class Limits:
    """What is borne of a server.

    `largest`: bytes of a body, packed or not. `seconds`: for the head of an answer, and once more for its body.
    `connect`, `read`: seconds until there is a connection, and between two pieces. `tries`: of one address; `redirects`:
    from one to the next. `patience`: the longest wait in seconds; who asks for more is told to the person instead.
    """

    largest: int = 16 * 1024 * 1024
    seconds: float = 60.0
    connect: float = 10.0
    read: float = 30.0
    tries: int = 4
    redirects: int = 5
    patience: float = 15 * 60.0


LIMITS = Limits()

_DAY = 24 * 60 * 60.0
"""Seconds for which a robots.txt is believed, and the most that a server can close a lane for."""

_FIRST_BACKOFF, _LONGEST_BACKOFF = 2.0, 60.0
_TRANSIENT = {500, 502, 503, 504}
_TOO_MANY = {429, 503}
_EXCERPT_BYTES, _EXCERPT = 4096, 120
_LONGEST_NAME = 300
_VALIDATOR = re.compile(r"[\x20-\x7e]{1,500}")


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave with a page, by which it tells whether the page is still the same."""

    etag: str | None = None
    modified: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A page: where it was in the end, its bytes, and what to ask with the next time.

    `fresh` is False where the server says that nothing changed since the validators; `data` is then empty.
    """

    url: str
    data: bytes
    etag: str | None = None
    modified: str | None = None
    fresh: bool = True


class Client:
    """Gets one page at a time. What it knows of lanes and hosts is in `memory`, so that the next run knows it, too.

    `contact` (an address or a URL) goes along in the User-Agent. `token` is sent to the host of a request that is
    `secret`, and shown nowhere. `also` are hosts, with the port if it is an unusual one, that a redirect may lead to;
    otherwise it has to stay with its host. `chance` gives numbers from 0 to 1 for the length of a wait, and `private`
    tells which addresses lie in a network of our own: nothing on the internet may lead there.

    Proxies and certificates that the environment names are used; a .netrc is not, for it would give a password to a host
    that nobody chose. Raises UsageError for a token that can't be sent, FetchError for an environment that can't be used.
    """

    def __init__(
        self,
        memory: Memory,
        clock: Clock,
        *,
        contact: str | None = None,
        token: str | None = None,
        also: Collection[str] = (),
        chance: Callable[[], float] = random.random,
        private: Private = is_private,
        limits: Limits = LIMITS,
    ) -> None:
        self._memory = memory
        self._clock = clock
        self._token = _Token(token) if token else None
        self._also = frozenset(also)
        self._chance = chance
        self._limits = limits
        self._peers = Peers(private)
        self._robots: dict[str, tuple[Robots, float]] = {}
        self._http = _http_client(limits, _user_agent(contact))

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, request: Request, known: Validators | None = None) -> Answer:
        """The page that a request asks for, or that it is still as it was `known` by its validators.

        Waits for its turn, and tries again where that may help. Raises FetchError for everything else: see `Limits`.
        """
        return self._got(request, known or Validators(), address(request.url).host)

    def _got(self, request: Request, known: Validators, chosen: str) -> Answer:
        """The page, on behalf of the host that a person chose."""
        first = _Visit(request, address(request.url), known, chosen)
        visit = first
        seen = {str(first.url)}
        try:
            while True:
                got = self._visited(self._permitted(visit))
                if isinstance(got, Answer):
                    return got
                self._check_redirect(first.url, visit.url, got, seen)
                visit = replace(visit, url=got)
                seen.add(str(got))
        except Trouble as trouble:
            raise self._failure(visit, trouble) from None

    # --- one address --------------------------------------------------------------------------------------------------

    def _visited(self, visit: _Visit) -> Answer | httpx.URL:
        """What an address gives: a page, or another address. Raises Trouble when all tries are used up."""
        why = f"{visit.url.host} gets one request at a time, and none too soon"
        tries = 0
        while True:
            self._take_turn(visit, why)
            tries += 1
            try:
                return self._exchange(visit)
            except Trouble as trouble:
                why = f"{visit.url.host}: {self._shown(str(trouble))}"
                self._recover(visit, trouble, tries, why)

    def _take_turn(self, visit: _Visit, why: str) -> None:
        now = self._clock.now()
        moment = self._memory.reserve(visit.request.lane, now, visit.interval, self._limits.patience)
        if moment - now > self._limits.patience:
            raise Trouble(f"{visit.url.host} wants no request before {iso(moment)}; come back then", status=429)
        if moment > now:
            self._clock.sleep(moment - now, why)

    def _recover(self, visit: _Visit, trouble: Trouble, tries: int, why: str) -> None:
        """Let time pass before another try, or raise the Trouble where none can help."""
        pause = self._pause(trouble, tries)
        if trouble.busy:
            self._hold(visit, pause)
            if pause > self._limits.patience:
                raise _again_at(trouble, self._clock.now() + pause)
        if not trouble.again:
            raise trouble
        if tries >= self._limits.tries:
            raise _tried(trouble, tries)
        if not trouble.busy:  # else the lane is closed, and `_take_turn` waits
            self._clock.sleep(pause, why)

    def _pause(self, trouble: Trouble, tries: int) -> float:
        """Seconds until the next try: one more than the server asked for, or up to twice as many as the last time.

        Source: "full jitter", by which those who were refused together don't come back together.
        """
        if trouble.wait is not None:
            return trouble.wait + 1
        return self._chance() * min(_LONGEST_BACKOFF, _FIRST_BACKOFF * 2.0 ** (tries - 1))

    def _hold(self, visit: _Visit, seconds: float) -> None:
        self._memory.hold(visit.request.lane, self._clock.now() + min(seconds, _DAY))

    # --- one exchange -------------------------------------------------------------------------------------------------

    def _exchange(self, visit: _Visit) -> Answer | httpx.URL:
        with self._sent(visit) as response:
            quota = spent(response.headers)
            if quota is not None and response.status_code not in _TOO_MANY:
                self._hold(visit, quota + 1)
            if response.next_request is not None:
                return response.next_request.url.copy_with(fragment=None)
            if response.status_code == 304 and (visit.known.etag or visit.known.modified):
                return Answer(str(visit.url), b"", visit.known.etag, visit.known.modified, fresh=False)
            if response.status_code != 200:
                raise self._refusal(response)
            return self._page(visit, response)

    @contextmanager
    def _sent(self, visit: _Visit) -> Iterator[httpx.Response]:
        """Send a request; gives the answer with its body unread, and closes it."""
        deadline = Deadline(self._limits.seconds)
        try:
            with deadline, translated():
                watched = {"trace": lambda event, info: self._connected(visit, deadline, event, info)}
                sent = self._http.build_request("GET", visit.url, headers=self._headers(visit), extensions=watched)
                response = self._http.send(sent, stream=True)
        except Trouble:
            if deadline.passed:
                raise Trouble(f"it didn't begin to answer within {self._limits.seconds:g} s") from None
            raise
        try:
            yield response
        finally:
            with translated():
                response.close()

    def _connected(self, visit: _Visit, deadline: Deadline, event: str, info: Mapping[str, Any]) -> None:
        """Watch a connection that was made; raises Trouble, before anything is said, for one to where it may not lead."""
        deadline.trace(event, info)
        if event.endswith("connect_tcp.complete"):
            stream = info["return_value"]
            wrong = self._peers.wrong(visit.chosen, stream.get_extra_info("server_addr")[0])
            if wrong:
                stream.close()
                raise Trouble(wrong)

    def _headers(self, visit: _Visit) -> httpx.Headers:
        headers = httpx.Headers({"Accept": visit.request.accept})
        own = address(visit.request.url)
        private = visit.url.scheme == "https" or visit.url.host in LOOPBACK
        if self._token and visit.request.secret and private and same_place(own, visit.url):
            headers["Authorization"] = self._token.header()
        if etag := _sendable(visit.known.etag):
            headers["If-None-Match"] = etag
        if modified := _sendable(visit.known.modified):
            headers["If-Modified-Since"] = modified
        return headers

    def _page(self, visit: _Visit, response: httpx.Response) -> Answer:
        headers = response.headers
        announced = headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > self._limits.largest:
            raise too_large(self._limits.largest)
        data = whole(self._raw(response), headers.get("content-encoding", ""), self._limits.largest)
        if visit.request.busy is not None and data.strip() == visit.request.busy.strip():
            told = f"it says {self._shown(_text(data))!r}"
            wait = asked(headers, self._clock.now())
            raise Trouble(told, again=True, status=response.status_code, busy=True, wait=wait)
        return Answer(str(visit.url), data, _sendable(headers.get("etag")), _sendable(headers.get("last-modified")))

    def _raw(self, response: httpx.Response) -> Iterator[bytes]:
        """The body as it comes over the wire, for no longer than it may take."""
        end = self._clock.now() + self._limits.seconds
        with translated():
            for chunk in response.iter_raw():
                if self._clock.now() > end:
                    raise Trouble(f"it wasn't through after {self._limits.seconds:g} s")
                yield chunk

    def _refusal(self, response: httpx.Response) -> Trouble:
        """What an answer without a page says, with the beginning of its body."""
        status = response.status_code
        busy = status in _TOO_MANY
        said = self._excerpt(response)
        return Trouble(
            f"{status} {_phrase(status)}".strip() + (f" ({said})" if said else ""),
            again=busy or status in _TRANSIENT,
            status=status,
            busy=busy,
            wait=asked(response.headers, self._clock.now()) if busy else None,
        )

    def _excerpt(self, response: httpx.Response) -> str:
        taken = b""
        try:
            coding = response.headers.get("content-encoding", "")
            for piece in unpacked(self._raw(response), coding, self._limits.largest):
                taken += piece
                if len(taken) >= _EXCERPT_BYTES:
                    break
        except Trouble:  # a refusal that breaks off is a refusal
            pass
        return self._shown(_text(taken[:_EXCERPT_BYTES]))[:_EXCERPT]

    # --- what is permitted --------------------------------------------------------------------------------------------

    def _permitted(self, visit: _Visit) -> _Visit:
        """The visit at the pace that robots.txt asks for. Raises Trouble where it may not be made."""
        if not visit.request.robots:
            return replace(visit, interval=visit.request.interval)
        robots = self._rules(visit)
        if not robots.allows(str(visit.url)):
            raise Trouble(f"the robots.txt of {visit.url.host} doesn't allow it")
        if robots.delay > self._limits.patience:
            raise Trouble(f"the robots.txt of {visit.url.host} allows one page every {robots.delay:g} s: too slow")
        return replace(visit, interval=max(visit.request.interval, robots.delay))

    def _rules(self, visit: _Visit) -> Robots:
        """The rules of a host, as they were at most a day ago."""
        host = str(visit.url.join("/"))
        now = self._clock.now()
        if host in self._robots and 0 <= now - self._robots[host][1] < _DAY:
            return self._robots[host][0]
        kept = self._memory.robots(host)
        if kept is None or not 0 <= now - kept[1] < _DAY:
            kept = (self._robots_text(visit), self._clock.now())
            self._memory.keep_robots(host, *kept)
        self._robots[host] = (Robots(kept[0]), kept[1])
        return self._robots[host][0]

    def _robots_text(self, visit: _Visit) -> str:
        """The robots.txt of a host; a host that says it has none allows everything (RFC 9309, 2.3.1.3)."""
        page = Request(str(visit.url.join("/robots.txt")), visit.request.lane, visit.request.interval, "text/plain")
        try:
            return text_of(self._got(page, Validators(), visit.chosen).data)
        except FetchError as error:
            if error.status is not None and 400 <= error.status < 500 and error.status != 429:
                return ""
            reason = f"its robots.txt can't be read now, and so it may not be asked: {error.reason}"
            raise Trouble(reason, status=error.status, reachable=error.reachable) from None

    def _check_redirect(self, own: httpx.URL, old: httpx.URL, new: httpx.URL, seen: Collection[str]) -> None:
        """Raise Trouble for a redirect that leads astray."""
        wrong = why_not(new)
        if wrong:
            raise Trouble(f"it redirects to an address that {wrong}")
        if not same_place(own, new) and new.netloc.decode("ascii") not in self._also:
            raise Trouble(f"it redirects to another host, {new.netloc.decode('ascii')}")
        if self._token and self._token.is_in(str(new)):
            raise Trouble("it redirects to an address with the token in it")
        if old.scheme == "https" and new.scheme == "http":
            raise Trouble("it redirects from https to http")
        if str(new) in seen:
            raise Trouble("it redirects in a circle")
        if len(seen) > self._limits.redirects:
            raise Trouble(f"it redirects more than {self._limits.redirects} times")

    # --- what is told -------------------------------------------------------------------------------------------------

    def _failure(self, visit: _Visit, trouble: Trouble) -> FetchError:
        reason = str(trouble)
        if str(visit.url) != str(address(visit.request.url)):
            reason += f"; that was at {visit.url}, where it redirected to"
        name = self._shown(visit.request.url)[:_LONGEST_NAME]
        return FetchError(name, self._shown(reason), status=trouble.status, reachable=trouble.reachable)

    def _shown(self, text: str) -> str:
        """Text in one line, without the token, whoever put it there."""
        text = clean(text)
        return self._token.hidden_in(text) if self._token else text


@dataclass(frozen=True, slots=True)
class _Visit:
    """A request at one of the addresses that it leads to; `chosen` is the host that a person named."""

    request: Request
    url: httpx.URL
    known: Validators
    chosen: str
    interval: float = 0.0


class _Token:
    """The user's token. It has no way out but `header`."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        if not re.fullmatch(r"[\x21-\x7e]+", value):
            raise UsageError("the token holds a character that none can hold, such as a space or a line's end")
        self._value = value

    def __repr__(self) -> str:
        return "<token>"

    def header(self) -> str:
        """The value of an Authorization header."""
        return f"Bearer {self._value}"

    def is_in(self, text: str) -> bool:
        """Whether `text` gives the token away."""
        return self._value in text

    def hidden_in(self, text: str) -> str:
        """`text` without the token."""
        return text.replace(self._value, "<token>")


class _NoCookies(CookieJar):
    """A jar that keeps nothing, and so doesn't even read what it is given."""

    def extract_cookies(self, response: object, request: _UrllibRequest) -> None:
        """Keep nothing."""


def _http_client(limits: Limits, user_agent: str) -> httpx.Client:
    """The connections. Each serves one request: what a server adds behind an answer can't be taken for the next one."""
    try:
        return httpx.Client(
            headers={"User-Agent": user_agent, "Accept-Encoding": "gzip", "Connection": "close"},
            cookies=_NoCookies(),
            verify=httpx.create_ssl_context(),
            timeout=httpx.Timeout(limits.read, connect=limits.connect),
            # A proxy has another loopback than ours, and what is said there may be secret.
            mounts={f"all://{f'[{host}]' if ':' in host else host}": None for host in LOOPBACK},
        )
    except OSError as error:
        reason = f"the certificates that SSL_CERT_FILE or SSL_CERT_DIR names can't be used: {error.strerror or error}"
        raise FetchError("", clean(reason), reachable=False) from None
    except (ImportError, ValueError, httpx.InvalidURL):  # the error may hold the proxy's password
        reason = "a proxy that the environment names (http_proxy, https_proxy or all_proxy) can't be used"
        raise FetchError("", reason, reachable=False) from None


def _user_agent(contact: str | None) -> str:
    """The name we go by, with a way to reach the person; without what would end the header or the comment in it."""
    plain = " ".join(re.sub(r"[^\x20-\x7e]|[()\\]", " ", contact or "").split())[:_LONGEST_NAME]
    return f"{AGENT}/{__version__} (+{plain})" if plain else f"{AGENT}/{__version__}"


def _sendable(value: str | None) -> str | None:
    """A validator that may be kept and sent back, None for any other."""
    return value if value and _VALIDATOR.fullmatch(value) else None


def _again_at(trouble: Trouble, moment: float) -> Trouble:
    reason = f"{trouble}: it wants no request before {iso(moment)}; come back then"
    return Trouble(reason, status=trouble.status, reachable=trouble.reachable)


def _tried(trouble: Trouble, tries: int) -> Trouble:
    told = f"{trouble}; tried {tries} times" if tries > 1 else str(trouble)
    return Trouble(told, status=trouble.status, reachable=trouble.reachable)


_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,500})", re.IGNORECASE)


def _text(data: bytes) -> str:
    """What a body says to a person: the title of an HTML page, or all of it."""
    text = data.decode("utf-8", errors="replace")
    title = _TITLE.search(text)
    return title[1] if title else text


def _phrase(status: int) -> str:
    """What a status means; not in the server's words, which may be anything."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
