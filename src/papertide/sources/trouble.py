"""What goes wrong between two machines, in words for a person: the errors of httpx, of TLS and of the system end here."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import httpx


class Trouble(Exception):
    """Why one try gave no page; `str()` of it is the reason.

    `again` tells whether another try may give it, `reachable` whether another page of the host may be got, and `status`
    what the server said, if it spoke. `busy` is for a server that wants fewer requests: it named `wait` seconds, or None.
    """

    def __init__(
        self,
        reason: str,
        *,
        again: bool = False,
        reachable: bool = True,
        status: int | None = None,
        busy: bool = False,
        wait: float | None = None,
    ) -> None:
        super().__init__(reason)
        self.again = again
        self.reachable = reachable
        self.status = status
        self.busy = busy
        self.wait = wait


OURS = (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict, httpx.StreamError, OSError, ValueError)
"""Everything that asking for a page can raise; ValueError is how Python refuses a name that no host can have."""


@contextmanager
def translated() -> Iterator[None]:
    """Turn any of these errors into Trouble."""
    try:
        yield
    except OURS as error:
        raise _told(error) from None


def _told(error: BaseException) -> Trouble:
    chain = _chain(error)
    if isinstance(error, httpx.ConnectTimeout):
        return Trouble("it didn't answer in time when called", again=True, reachable=False)
    if isinstance(error, httpx.ConnectError):
        return _no_connection(chain)
    if isinstance(error, httpx.ProxyError):
        return Trouble(f"the proxy gives no connection ({error})", again=True, reachable=False)
    if isinstance(error, httpx.TimeoutException):
        return Trouble("it stopped in the middle and was silent for too long", again=True)
    # We ask for nothing but good addresses, so that a bad one came from the server.
    if isinstance(error, httpx.InvalidURL) or isinstance(error.__context__, httpx.InvalidURL):
        return Trouble(f"it redirects to an address that is none ({error})")
    if isinstance(error, httpx.RemoteProtocolError):
        return Trouble(f"its answer broke off or is no HTTP ({error})", again=True)
    if isinstance(error, httpx.NetworkError | OSError):
        return Trouble(f"the connection broke ({chain[-1]})", again=True)
    return Trouble(f"it can't be asked for ({error})")


def _no_connection(chain: list[BaseException]) -> Trouble:
    """Why there was no connection to begin with: no such name, no trust, nobody there."""
    for error in chain:
        if isinstance(error, ssl.SSLCertVerificationError):
            return Trouble(f"its certificate can't be trusted ({error.verify_message})", reachable=False)
        if isinstance(error, ssl.SSLError):
            return Trouble(f"no secure connection to it ({error})", reachable=False)
        if isinstance(error, socket.gaierror):
            again = error.errno == socket.EAI_AGAIN
            return Trouble(f"its name can't be looked up ({error.strerror})", again=again, reachable=False)
    return Trouble(f"no connection to it ({chain[-1]})", again=True, reachable=False)


def _chain(error: BaseException) -> list[BaseException]:
    """An error and what it came from, the first cause last.

    httpcore cuts the chain that Python keeps, but its errors are made of those that they came from.
    """
    chain = [error]
    while True:
        last = chain[-1]
        made_of = last.args[0] if last.args else None
        cause = last.__cause__ or made_of
        if not isinstance(cause, BaseException):
            return chain
        chain.append(cause)
