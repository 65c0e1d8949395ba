"""Where a library is: a file, or a server's address. What is shown of an address never holds its password."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode

SCHEMES = ("postgresql://", "postgres://")
"""How the address of a library on a server begins."""

_HOST = r"(?:\[[^\[\]@/?#]*\]|[^\[\]:,@/?#]*)(?::[0-9]*)?"
_ADDRESS = re.compile(
    r"(?P<scheme>postgres(?:ql)?)://"
    r"(?:(?P<user>[^:@/?#]*)(?P<password>:[^@/]*)?@)?"
    rf"(?P<hosts>{_HOST}(?:,{_HOST})*)"
    r"(?P<database>/[^@?#]*)?"
    r"(?:\?(?P<query>.*))?",
    re.DOTALL,
)
"""As libpq reads it, to whom ? and # in a password are letters, but stricter: what is odd may be a password that went wrong.
Source: PostgreSQL's documentation, 34.1.1.2, Connection URIs."""

_SECRET = frozenset({"password", "sslpassword", "oauth_client_secret", "scram_client_key", "scram_server_key"})
"""Parameters of an address that nobody but the server may know."""

_SHOWN = frozenset(
    "application_name connect_timeout dbname host hostaddr options passfile port service sslcert sslkey sslmode sslrootcert"
    " target_session_attrs user".split()
)
"""Parameters that say where a library is and how it is reached. Any other may be the rest of a password with an & in it."""

_LONGEST_NAME = 63
"""Characters of a database's name; a server cuts a longer one."""


@dataclass(frozen=True, slots=True)
class Server:
    """A library on a PostgreSQL server. `url` is for the driver alone; `str` is the address as people may see it."""

    url: str = field(repr=False)

    def __str__(self) -> str:
        found = _ADDRESS.fullmatch(self.url)
        if found is None:  # no address; the driver will say so
            return "postgresql://…"
        user = f"{found['user']}@" if found["user"] else ""
        query = [(name, value) for name, value in _parameters(found) if name in _SHOWN]
        told = f"?{urlencode(query, quote_via=quote, safe='/,=', errors='replace')}" if query else ""
        return f"{found['scheme']}://{user}{found['hosts']}{found['database'] or ''}{told}"

    @property
    def readable(self) -> bool:
        """Whether it can be told what the address holds; of one where it can't, no part may be shown."""
        return _ADDRESS.fullmatch(self.url) is not None

    @property
    def secret(self) -> bool:
        """Whether the address holds a password, or may hold one, because it can't be told what it holds."""
        found = _ADDRESS.fullmatch(self.url)
        return found is None or bool(found["password"]) or any(n.lower() in _SECRET for n, _ in _parameters(found))

    @property
    def name(self) -> str:
        """The name of its database, to name files by; "library" where the address doesn't say."""
        found = _ADDRESS.fullmatch(self.url)
        database = (found["database"] or "") if found else ""
        return re.sub(r"[^\w.-]", "_", database[1:])[:_LONGEST_NAME].strip(".") or "library"


def _parameters(found: re.Match[str]) -> list[tuple[str, str]]:
    return parse_qsl(found["query"] or "", keep_blank_values=True)


Place = Path | Server
"""Where a library is."""


def is_server(text: str) -> bool:
    """Whether what was given for a library is the address of a server."""
    return text.startswith(SCHEMES)
