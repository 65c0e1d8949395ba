"""What is set once: a TOML file, the environment, flags; the later one wins. Only the doors read it.

    library = "~/papers.db"             # PAPERTIDE_LIBRARY, --library; or "postgresql://…"
    reader = "me"                       # PAPERTIDE_READER, --reader
    archive = true                      # PAPERTIDE_ARCHIVE, --no-archive: whether the raw pages are kept for `replay`
    explore = true                      # PAPERTIDE_EXPLORE, --no-explore: whether `rank` and `triage` explore
    contact = "me@example.org"          # PAPERTIDE_CONTACT: whom a server's owner may write to, told with each request
    hf_endpoint = "https://…"           # HF_ENDPOINT: a mirror of huggingface.co
    arxiv_endpoint = "https://…"        # PAPERTIDE_ARXIV_ENDPOINT: in place of export.arxiv.org and rss.arxiv.org

    [mail]                              # for `digest --email`, see `flows.mail`
    server = "smtp.example.org"
    from = "me@example.org"
    to = ["me@example.org"]             # default: the sender
    user = "me@example.org"             # default: no login
    password_command = ["pass", "show", "mail"]     # else PAPERTIDE_MAIL_PASSWORD in the environment
    security = "starttls"               # or "tls", or "none"
    port = 587                          # default: what goes with the security

HF_TOKEN, a token of the hub's, is taken from the environment alone and never written anywhere.

The file is `config.toml` in the platform's user configuration folder (PAPERTIDE_CONFIG names another). Topic rules may
stand beside it as `topics.toml`, and acronyms and other spellings as `spellings.txt`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from papertide.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from papertide.store.address import Place

_KEYS = frozenset({"library", "reader", "contact", "hf_endpoint", "arxiv_endpoint", "archive", "explore", "mail"})
_SWITCHES = frozenset({"archive", "explore"})
"""Settings that are true or false."""
_ADDRESS = re.compile(
    r"([A-Za-z][A-Za-z0-9+.-]*)://|postgres(ql)?:|(.*\s)?(host|hostaddr|port|dbname|user|password|service)\s*=",
    re.IGNORECASE,
)
"""How the address of something begins, or is meant to; no path does."""


@dataclass(frozen=True, slots=True)
class Config:
    """The settings in force; `topics_file` is where the reader's own topic rules would stand. None is not set."""

    library: Place
    reader: str
    today: date
    topics_file: Path
    spellings_file: Path
    contact: str | None = None
    hf_endpoint: str | None = None
    arxiv_endpoint: str | None = None
    archive: bool = True
    explore: bool = True
    mail: Mapping[str, object] | None = None
    day_given: bool = False
    """Whether `today` is a day that was given, and not the clock's."""
    warning: str | None = None
    """What is to be told of the file, though it serves."""

    @property
    def anchor(self) -> Path:
        """The file beside which stands what belongs to the library: its own; of one on a server a name in the user's data."""
        if isinstance(self.library, Path):
            return self.library
        return _data_folder() / "servers" / self.library.name / self.library.name

    def moment(self) -> str:
        """This moment (ISO text, UTC): on the day that was given for today, if one was."""
        return f"{self.today.isoformat()}{now()[10:]}" if self.day_given else now()

    def topic_source(self) -> tuple[bytes, str] | None:
        """The bytes and the name of the user's topic rules, or None where the default ones serve."""
        return _bytes_of(self.topics_file)

    def spelling_source(self) -> tuple[bytes, str] | None:
        """The bytes and the name of the user's spellings, or None where the default ones are all."""
        return _bytes_of(self.spellings_file)


def _bytes_of(path: Path) -> tuple[bytes, str] | None:
    try:
        return path.read_bytes(), str(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error


def load(
    environment: Mapping[str, str] = os.environ,
    *,
    library: str | None = None,
    reader: str | None = None,
    today: str | None = None,
) -> Config:
    """The settings from the file, the environment and the flags given here.

    Raises ConfigError for a file that doesn't load, UsageError for a date that is none or a library that can't be one.
    """
    file = _config_file(environment)
    set_there = _read(file) if file.is_file() else {}
    where = library or environment.get("PAPERTIDE_LIBRARY") or set_there.get("library")
    return Config(
        library=place(where) if where else _data_folder() / "library.db",
        reader=reader or environment.get("PAPERTIDE_READER") or set_there.get("reader") or _login(environment),
        today=_today(today or environment.get("PAPERTIDE_TODAY")),
        day_given=bool(today or environment.get("PAPERTIDE_TODAY")),
        topics_file=file.with_name("topics.toml"),
        spellings_file=file.with_name("spellings.txt"),
        contact=environment.get("PAPERTIDE_CONTACT") or set_there.get("contact"),
        hf_endpoint=environment.get("HF_ENDPOINT") or set_there.get("hf_endpoint"),
        arxiv_endpoint=environment.get("PAPERTIDE_ARXIV_ENDPOINT") or set_there.get("arxiv_endpoint"),
        archive=_switch("archive", environment, set_there),
        explore=_switch("explore", environment, set_there),
        mail=set_there.get("mail"),
        warning=_exposed(file, set_there),
    )


def token(environment: Mapping[str, str] = os.environ) -> str | None:
    """The hub's token, if there is one; it stands in no setting, so that showing the settings can't show it."""
    return environment.get("HF_TOKEN") or None


def place(where: str) -> Place:
    """The file or the server that is named; raises UsageError for what looks like an address and is none of a server.

    That is not repeated there: it may hold a password.
    """
    if not _ADDRESS.match(where):
        return _expanded(where)
    from papertide.store.address import Server, is_server  # brings SQLite: start-up

    if not is_server(where):
        raise UsageError("a library is a file, or on a server, whose address begins with postgresql://")
    return Server(where)


_PASSWORD = re.compile(r"^[\w+.-]+://[^/?#@]*:[^/?#@]+@|[?&](?:ssl)?password=[^&]", re.IGNORECASE)
"""A password in an address."""


def _exposed(file: Path, settings: Mapping[str, Any]) -> str | None:
    """A warning of a file that holds a password which others than its owner can read; None for any other."""
    held = any(isinstance(value, str) and _PASSWORD.search(value) for value in settings.values())
    if not held or os.name != "posix" or not file.stat().st_mode & 0o077:
        return None
    return f"{file} holds a password, and others can read it: chmod 600 {file}"


def _expanded(path: str) -> Path:
    if "\0" in path:
        raise UsageError(f"{path!r} is no path")
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise UsageError(f"{path}: there is no such home folder") from None


def now() -> str:
    """This moment in UTC, to the second, as ISO text with a Z."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _today(text: str | None) -> date:
    if not text:
        return datetime.now(UTC).date()  # as `added` is told: what came today was added today
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is no date; write it as 2026-11-21") from None


def _switch(name: str, environment: Mapping[str, str], set_there: Mapping[str, Any]) -> bool:
    text = environment.get(f"PAPERTIDE_{name.upper()}") or set_there.get(name, "true")
    if text.lower() in ("true", "yes", "on", "1"):
        return True
    if text.lower() in ("false", "no", "off", "0"):
        return False
    raise UsageError(f"PAPERTIDE_{name.upper()} {text!r} must be true or false")


def _config_file(environment: Mapping[str, str]) -> Path:
    named = environment.get("PAPERTIDE_CONFIG")
    if named:
        return _expanded(named)
    from platformdirs import user_config_path

    return user_config_path("papertide", appauthor=False) / "config.toml"


def _data_folder() -> Path:
    from platformdirs import user_data_path

    return user_data_path("papertide", appauthor=False)


def _login(environment: Mapping[str, str]) -> str:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        if environment.get(name):
            return environment[name]
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        return "me"


def _read(file: Path) -> dict[str, Any]:
    import tomllib

    try:
        settings = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{file}: {error}") from error
    for key, value in settings.items():
        if key not in _KEYS:
            raise ConfigError(f"{file}: no setting {key!r}; there are {', '.join(sorted(_KEYS))}")
        if key == "mail":
            if not isinstance(value, dict):
                raise ConfigError(f"{file}: mail must be a table: [mail]")
        elif key in _SWITCHES:
            if not isinstance(value, bool):
                raise ConfigError(f"{file}: {key} must be true or false")
            settings[key] = str(value)
        elif not isinstance(value, str) or not value:
            raise ConfigError(f"{file}: {key} must be text in quotes")
    return settings
