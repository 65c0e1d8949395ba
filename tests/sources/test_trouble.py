"""No error of the network's libraries comes through under its own name."""

from __future__ import annotations

import inspect
import socket
import ssl
from collections.abc import Iterator

import httpcore
import httpx
import pytest

from papertide.sources.trouble import Trouble, translated


def below(root: type[BaseException]) -> Iterator[type[BaseException]]:
    """A class and all that come from it."""
    yield root
    for child in root.__subclasses__():
        yield from below(child)


def of(module: object) -> list[type[BaseException]]:
    """The error classes that a library shows."""
    return [
        thing
        for name, thing in inspect.getmembers(module, inspect.isclass)
        if issubclass(thing, Exception) and not name.startswith("_")
    ]


def made(kind: type[BaseException]) -> BaseException:
    """An error of a class, as its library makes it."""
    if kind is httpx.HTTPStatusError:
        request = httpx.Request("GET", "http://h/")
        return httpx.HTTPStatusError("said no", request=request, response=httpx.Response(404, request=request))
    if kind is UnicodeEncodeError:
        return UnicodeEncodeError("idna", "h", 0, 1, "label too long")
    if kind in {httpx.StreamConsumed, httpx.ResponseNotRead, httpx.RequestNotRead, httpx.StreamClosed}:
        return kind()
    return kind("what it says")


KINDS = sorted(
    {*of(httpx), *of(ssl), *of(socket), *below(httpx.HTTPError), *below(httpx.StreamError), OSError, ConnectionResetError,
     BrokenPipeError, TimeoutError, UnicodeError, UnicodeEncodeError, ValueError},
    key=lambda kind: kind.__name__,
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_none_escapes(kind: type[BaseException]) -> None:
    """Every error class of httpx, ssl and the system becomes Trouble, which shows nothing of where it came from."""
    with pytest.raises(Trouble) as caught, translated():
        raise made(kind)
    assert str(caught.value)
    assert caught.value.__suppress_context__


def test_httpx_has_a_name_for_every_error_below_it() -> None:
    """What httpcore raises comes as httpx's error of the same name, so that the classes above are all there are."""
    inner = {kind.__name__ for kind in of(httpcore)}
    assert len(inner) > 10
    assert inner - {kind.__name__ for kind in of(httpx)} == {"ConnectionNotAvailable"}  # which its own pool catches


def connecting(cause: Exception) -> httpx.ConnectError:
    """The error of a connection that failed for this cause, as httpx makes it from httpcore's."""
    error = httpx.ConnectError(str(cause))
    error.__cause__ = httpcore.ConnectError(cause)
    return error


@pytest.mark.parametrize(
    ("cause", "told", "again"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "looked up .Name or service", False),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), "looked up .Temporary failure", True),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number"), "no secure connection", False),
        (ConnectionRefusedError(111, "Connection refused"), "no connection to it .*refused", True),
    ],
)
def test_who_cannot_be_reached(cause: Exception, told: str, again: bool) -> None:
    """No name, no trust, nobody there: the host is out of reach; another try helps only where it is a matter of time."""
    with pytest.raises(Trouble, match=told) as caught, translated():
        raise connecting(cause)
    assert not caught.value.reachable
    assert caught.value.again is again


def test_what_is_no_trouble_passes() -> None:
    """A mistake of ours stays one."""
    with pytest.raises(AssertionError), translated():
        raise AssertionError
