"""A web server on this machine that does what real ones do at their worst, as a test scripts it.

    with Loopback() as server:
        server.script("/page", answer(b"busy", 429, ("Retry-After", "3")), answer(b"papers"))
        ...get(server.url + "/page")
        assert [seen.path for seen in server.seen] == ["/page", "/page"]

Each request takes the next answer of its path, and the last one stays. An answer is a function of the `Wire` that it
writes to, so that it can break off, hold its breath or never end. It writes raw bytes: no library makes it right.
"""

from __future__ import annotations

import select
import socket
import ssl
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

CERTIFICATE = Path(__file__).with_name("loopback.pem")

TLS_HELLO = 0x16
"""The first byte of one who wants to speak TLS."""

Header = tuple[str, str]
Say = Callable[["Wire"], None]


@dataclass(frozen=True)
class Seen:
    """A request as it came: `target` is what its first line names, `port` the port that it came from."""

    method: str
    target: str
    headers: dict[str, str]
    port: int

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]


class Wire:
    """The connection to a client."""

    def __init__(self, server: Loopback, connection: socket.socket) -> None:
        self._server = server
        self._connection = connection

    def send(self, data: bytes) -> None:
        """Send bytes; raises OSError once the client has hung up."""
        self._connection.sendall(data)
        self._server.sent += len(data)

    def rest(self, seconds: float | None = None) -> bool:
        """Do nothing for a while, or for ever; gives whether the client is still there, False when the test is over."""
        ready, _, _ = select.select([self._connection, self._server.over], [], [], seconds)
        return not ready

    def reset(self) -> None:
        """Hang up as one that crashed."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Loopback:
    """A server for the length of a `with`, speaking TLS by a certificate that nobody trusts if `tls`."""

    def __init__(self, *, tls: bool = False, host: str = "127.0.0.1") -> None:
        self._host = host
        self.seen: list[Seen] = []
        self.sent = 0
        self._scripts: dict[str, list[Say]] = {}
        self._tls: ssl.SSLContext | None = None
        if tls:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(CERTIFICATE)

    def __enter__(self) -> Loopback:
        self._listener = socket.create_server((self._host, 0))
        self.over, self._end = socket.socketpair()
        self._connections: list[threading.Thread] = []
        self._listening = threading.Thread(target=self._listen)
        self._listening.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._end.close()  # wakes all that rest
        self._listening.join()
        for connection in self._connections:
            connection.join()
        self._listener.close()
        self.over.close()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._listener.getsockname()[1])

    @property
    def url(self) -> str:
        """Its address, without a path."""
        return self.url_at(self._host)

    def url_at(self, host: str) -> str:
        """Its address under another name."""
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}"

    def script(self, path: str, *answers: Say) -> None:
        """What is said to the next requests for a path (or to a proxy for a target), one after the other."""
        self._scripts[path] = list(answers)

    def _listen(self) -> None:
        while self.over not in (ready := select.select([self._listener, self.over], [], [])[0]):
            assert ready
            connection, (_, port) = self._listener.accept()
            thread = threading.Thread(target=self._serve, args=(connection, port))
            self._connections.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket, port: int) -> None:
        with suppress(OSError), connection:  # the client may hang up at any time
            connection.settimeout(10)  # a test that hangs fails
            if self._tls is None:
                self._answer(connection, port)
            else:
                with self._tls.wrap_socket(connection, server_side=True) as secure:
                    self._answer(secure, port)

    def _answer(self, connection: socket.socket, port: int) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            more = connection.recv(65536)
            if not more:
                return
            head += more
            if head[0] == TLS_HELLO:
                connection.sendall(b"HTTP/1.1 400 Speak plainly\r\n\r\n")
                return
        first, *lines = head.decode("latin-1").rstrip().split("\r\n")
        method, target, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        seen = Seen(method, target, headers, port)
        self.seen.append(seen)
        answers = self._scripts.get(seen.target) or self._scripts.get(seen.path) or [answer(b"not scripted", 404)]
        say = answers.pop(0) if len(answers) > 1 else answers[0]
        say(Wire(self, connection))


def head(status: int, *headers: Header, version: str = "1.1") -> bytes:
    """The head of an answer, exactly with these headers."""
    lines = [f"HTTP/{version} {status} Whatever", *(f"{name}: {value}" for name, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def raw(*pieces: bytes) -> Say:
    """These bytes, and the connection is closed."""

    def say(wire: Wire) -> None:
        for piece in pieces:
            wire.send(piece)

    return say


def answer(body: bytes, status: int = 200, *headers: Header) -> Say:
    """An answer as it should be."""
    return raw(head(status, ("Content-Length", str(len(body))), *headers), body)


def gzipped(packed: bytes) -> Say:
    """An answer whose body is packed, or is said to be."""
    return answer(packed, 200, ("Content-Encoding", "gzip"))


def redirect(location: str, status: int = 302) -> Say:
    """An answer that names another address."""
    return answer(b"elsewhere", status, ("Location", location))


def chunked(*chunks: bytes, end: bool = True) -> Say:
    """A body in chunks; without `end` it is cut after them."""
    pieces = [b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks]
    return raw(head(200, ("Transfer-Encoding", "chunked")), *pieces, b"0\r\n\r\n" if end else b"")


def reset(*pieces: bytes) -> Say:
    """These bytes, and then the connection is reset."""

    def say(wire: Wire) -> None:
        for piece in pieces:
            wire.send(piece)
        wire.reset()

    return say


def silence(*pieces: bytes) -> Say:
    """These bytes, and then nothing until the client gives up."""

    def say(wire: Wire) -> None:
        for piece in pieces:
            wire.send(piece)
        wire.rest()

    return say


def drip(begin: bytes, piece: bytes = b"x", pause: float = 0.002) -> Say:
    """A beginning, and then a piece now and then for ever."""

    def say(wire: Wire) -> None:
        wire.send(begin)
        while wire.rest(pause):
            wire.send(piece)

    return say


def stream(begin: bytes, size: int, piece: bytes = bytes(65536)) -> Say:
    """A beginning, and then `size` bytes that nobody ever held at once."""

    def say(wire: Wire) -> None:
        wire.send(begin)
        for _ in range(size // len(piece)):
            wire.send(piece)

    return say


def bomb(size: int) -> Iterator[bytes]:
    """The pieces of a gzip file, a thousand times smaller than the `size` zeros that it holds (and without its end)."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)  # a full flush makes it stand for itself
    yield b"\x1f\x8b\x08\0\0\0\0\0\0\x03"
    for _ in range(size >> 20):
        yield block
