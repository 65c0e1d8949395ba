"""The end of an exchange that takes too long."""

from __future__ import annotations

import socket

import pytest

from papertide.sources.deadline import Deadline


class Stream:
    """What httpcore tells of a connection: its socket."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def get_extra_info(self, info: str) -> socket.socket | None:
        """The socket, by its name."""
        return self._connection if info == "socket" else None


@pytest.mark.parametrize("event", ["connection.connect_tcp.complete", "proxy.start_tls.complete"])
def test_it_shuts_what_is_open(event: str) -> None:
    """A read that would wait for ever ends when the time is over."""
    ours, theirs = socket.socketpair()
    with ours, theirs, Deadline(0.01) as deadline:
        deadline.trace(event, {"return_value": Stream(ours)})
        deadline.trace("http11.send_request_headers.started", {})
        assert ours.recv(1) == b""
        assert deadline.passed


def test_it_shuts_what_is_opened_too_late() -> None:
    """A connection that is made when the time is over is shut at once; one that is closed already is no trouble."""
    ours, theirs = socket.socketpair()
    deadline = Deadline(0.0)
    with ours, theirs:
        with deadline:
            theirs.close()
            deadline.trace("connection.connect_tcp.complete", {"return_value": Stream(theirs)})
            while not deadline.passed:
                pass
        deadline.trace("connection.connect_tcp.complete", {"return_value": Stream(ours)})
        assert ours.recv(1) == b""


def test_it_lets_go_in_time() -> None:
    """An exchange that ends in time keeps its connection, and nothing waits for the rest of the time."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        with Deadline(3600.0) as deadline:
            deadline.trace("connection.connect_tcp.complete", {"return_value": Stream(ours)})
        theirs.sendall(b"x")
        assert ours.recv(1) == b"x"
        assert not deadline.passed
