"""Who may be called: a server on the internet can't send us to a machine of our own network. Pure.

A person may name any address. But a redirect, or a name that is looked up a second time, is the server's word (SSRF, DNS
rebinding), and what answers at 127.0.0.1, 10.0.0.0/8 or 169.254.169.254 is nobody's business out there.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

Private = Callable[[str], bool]
"""Whether the address of a connection (as text) is one that the internet can't reach."""


def is_private(peer: str) -> bool:
    """Whether an address is none of the internet's: loopback, private, link-local, shared, reserved, or none at all."""
    try:
        found = ipaddress.ip_address(peer.partition("%")[0])
    except ValueError:
        return True
    mapped = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    return not found.is_global or found.is_multicast or (mapped is not None and not mapped.is_global)


class Peers:
    """The connections that were made on behalf of each host that a person chose."""

    def __init__(self, private: Private = is_private) -> None:
        self._private = private
        self._outside: set[str] = set()

    def wrong(self, chosen: str, peer: str) -> str | None:
        """What is wrong with a connection to `peer` on behalf of the `chosen` host; None where it may be used.

        Once the host was reached on the internet, nothing that it leads to may lie elsewhere.
        """
        if not self._private(peer):
            self._outside.add(chosen)
            return None
        return f"it leads to {peer}, an address of a network of your own" if chosen in self._outside else None
