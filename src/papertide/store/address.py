"""Where a library is: a file, or a server's address. What is shown of an address never holds its password."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

SCHEMES = ("postgresql://", "postgres://")
"""How the address of a library on a server begins."""

_SECRET = frozenset({"password", "sslpassword"})
"""Parameters of an address that are nobody's business."""


@dataclass(frozen=True, slots=True)
class Server:
    """A library on a PostgreSQL server. `url` is for the driver alone; `str` is the address as people may see it."""

    url: str = field(repr=False)

    def __str__(self) -> str:
        try:
            parts = urlsplit(self.url)
            named = parse_qsl(parts.query, keep_blank_values=True)
        except ValueError:  # no address; the driver will say so
            return "postgresql://…"
        user, at, host = parts.netloc.rpartition("@")
        shown = [(name, value) for name, value in named if name not in _SECRET]
        query = urlencode(shown, quote_via=quote, safe="/,=")
        return urlunsplit((parts.scheme, user.partition(":")[0] + at + host, parts.path, query, ""))

    @property
    def name(self) -> str:
        """The name of its database, to name files by; "library" where the address doesn't say."""
        return str(self).partition("?")[0].partition("://")[2].partition("/")[2] or "library"


Place = Path | Server
"""Where a library is."""


def is_server(text: str) -> bool:
    """Whether what was given for a library is the address of a server."""
    return text.startswith(SCHEMES)
