"""An end for what no loop of ours sees: the head of an answer, which a server may send a byte a second.

httpx limits the time between two reads, not that of all of them, so a server could hold a client for days.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from typing import Any


class Deadline:
    """Shuts down the sockets under an exchange that isn't over after `seconds` (of real time); then `passed` is true."""

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._pass)
        self._timer.daemon = True

    def __enter__(self) -> Deadline:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._timer.join()

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """httpcore's "trace" extension: it tells of each connection that is made, and of TLS put over it."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._sockets.append(info["return_value"].get_extra_info("socket"))
            if self.passed:
                self._shut()

    def _pass(self) -> None:
        self.passed = True
        self._shut()

    def _shut(self) -> None:
        for connection in list(self._sockets):
            try:
                # Not the method of SSLSocket, which takes its TLS away under the thread that is reading.
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
            except OSError:  # it is closed already, or TLS took its place
                continue
