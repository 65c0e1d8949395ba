"""A way to a server on this machine that breaks when a test wants it to.

with Proxy(server.port) as proxy:
    ...connect to proxy.port
    proxy.cut()                  # what is open breaks; who connects anew comes through
    proxy.swallow(b"COMMIT")     # the next time that a client says this, the server hears it, and the client no answer
"""

from __future__ import annotations

import select
import socket
import struct
import threading
from contextlib import suppress
from types import TracebackType


class Proxy:
    """Leads from `port` of the loopback to another port of it, for the length of a `with`."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._open: list[socket.socket] = []
        self._awaited: list[bytes] = []

    def __enter__(self) -> Proxy:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._over, self._end = socket.socketpair()
        self._threads = [threading.Thread(target=self._listen)]
        self._threads[0].start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._end.close()  # wakes all that wait
        for thread in self._threads:
            thread.join()
        self._listener.close()
        self._over.close()

    def cut(self) -> None:
        """Reset every connection, as a cable that is drawn does for those who wait long enough."""
        for side in self._open:
            with suppress(OSError):  # it ended by itself
                side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                side.shutdown(socket.SHUT_RDWR)

    def swallow(self, *said: bytes) -> None:
        """Cut when a client has said all of this, and the server has done it, before the client hears of the last."""
        self._awaited = list(said)

    def _listen(self) -> None:
        while self._over not in select.select([self._listener, self._over], [], [])[0]:
            client, _ = self._listener.accept()
            thread = threading.Thread(target=self._serve, args=(client,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError), socket.create_connection(("127.0.0.1", self._to)) as server:
            self._open += [client, server]
            waited_for = False
            while self._over not in (ready := select.select([client, server, self._over], [], [])[0]):
                for side, other in ((client, server), (server, client)):
                    if side not in ready:
                        continue
                    data = side.recv(65536)
                    if not data or (waited_for and side is server):
                        return
                    if side is client and self._awaited and self._awaited[0] in data:
                        waited_for = len(self._awaited) == 1
                        del self._awaited[0]
                    other.sendall(data)
