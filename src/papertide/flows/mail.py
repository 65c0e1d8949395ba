"""Send a digest by mail: a text and the same as HTML, by SMTP with TLS.

The password is taken from PAPERTIDE_MAIL_PASSWORD or from a command that prints it, is used for the login only, and is
never sent over a connection that isn't encrypted.
"""

from __future__ import annotations

import os
import smtplib
import ssl
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import make_msgid

from papertide.errors import ConfigError, OutputError

PASSWORD = "PAPERTIDE_MAIL_PASSWORD"
"""The variable of the environment that may hold the password."""
_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_KEYS = frozenset({"server", "port", "security", "user", "from", "to", "password_command"})
_PATIENCE = 30.0
_US = "[127.0.0.1]"
"""What we call ourselves: no server needs our name, and to look it up may take long."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """How mail is sent, by whom and to whom; `user` None is no login."""

    server: str
    port: int
    security: str
    user: str | None
    sender: str
    to: tuple[str, ...]
    password_command: tuple[str, ...]

    @classmethod
    def of(cls, table: Mapping[str, object] | None) -> Mailbox:
        """The settings in the table [mail]. Raises ConfigError, naming the key, for what is missing or wrong."""
        if table is None:
            raise ConfigError("no [mail] in the config file: it names the server and the sender")
        for key in table:
            if key not in _KEYS:
                raise ConfigError(f"[mail]: no setting {key!r}; there are {', '.join(sorted(_KEYS))}")
        security = _text(table, "security", "starttls")
        if security not in _PORTS:
            raise ConfigError(f"[mail]: security must be {', '.join(_PORTS)}")
        port = table.get("port", _PORTS[security])
        if not isinstance(port, int) or not 0 < port < 65536:
            raise ConfigError("[mail]: port must be a number from 1 to 65535")
        user = _text(table, "user") if "user" in table else None
        if user and security == "none":
            raise ConfigError('[mail]: no password is sent without TLS; set security = "starttls" or "tls"')
        sender = _address(_text(table, "from"), "from")
        to = tuple(_address(one, "to") for one in _texts(table, "to", [sender]))
        return cls(
            _text(table, "server"), port, security, user, sender, to, tuple(_texts(table, "password_command", []))
        )


def compose(mailbox: Mailbox, subject: str, text: str, html: str, *, at: str) -> EmailMessage:
    """The message; `at` is the moment (ISO text) it is dated with."""
    message = EmailMessage(policy=SMTP)
    message["From"] = mailbox.sender
    message["To"] = ", ".join(mailbox.to)
    message["Subject"] = " ".join(subject.split())
    message["Date"] = datetime.fromisoformat(at)
    message["Message-ID"] = make_msgid("papertide", domain=mailbox.sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return message


def send(mailbox: Mailbox, message: EmailMessage, environment: Mapping[str, str] = os.environ) -> list[str]:
    """Send a message to all it is for; gives those that the server refused while it took it for others.

    Raises OutputError where nobody gets it, ConfigError where there is no password.
    """
    password = _password(mailbox, environment) if mailbox.user is not None else None
    try:
        with _connected(mailbox) as server:
            if mailbox.user is not None and password is not None:
                server.login(mailbox.user, password)
            return [*server.send_message(message, mailbox.sender, mailbox.to)]
    except smtplib.SMTPResponseException as error:
        said = error.smtp_error.decode(errors="replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        raise OutputError(f"mail by {mailbox.server}", _hidden(f"{error.smtp_code} {said}", password)) from None
    except smtplib.SMTPRecipientsRefused as error:
        raise OutputError(f"mail by {mailbox.server}", f"refused for {', '.join(error.recipients)}") from error
    except UnicodeEncodeError:  # it would name a letter of it
        raise OutputError(f"mail by {mailbox.server}", "a password that isn't ASCII can't be sent") from None
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise OutputError(f"mail by {mailbox.server}", _hidden(str(error), password)) from None


def _hidden(text: str, password: str | None) -> str:
    """What a server said, without the password, should it say that back."""
    return text.replace(password, "<password>") if password else text


def _connected(mailbox: Mailbox) -> smtplib.SMTP:
    """A connection; encrypted, with a certificate that is trusted, unless it is to be without."""
    trusted = ssl.create_default_context()
    if mailbox.security == "tls":
        return smtplib.SMTP_SSL(mailbox.server, mailbox.port, _US, timeout=_PATIENCE, context=trusted)
    server = smtplib.SMTP(mailbox.server, mailbox.port, _US, timeout=_PATIENCE)
    if mailbox.security == "starttls":
        try:
            server.starttls(context=trusted)
        except BaseException:
            server.close()
            raise
    return server


def _password(mailbox: Mailbox, environment: Mapping[str, str]) -> str:
    """The password, from the environment or from the first line that the command prints; no shell reads the command."""
    if environment.get(PASSWORD):
        return environment[PASSWORD]
    if not mailbox.password_command:
        raise ConfigError(f"no password for {mailbox.user}: set {PASSWORD}, or password_command in [mail]")
    name = mailbox.password_command[0]
    try:
        done = subprocess.run(
            mailbox.password_command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, timeout=120
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError) as error:
        raise ConfigError(
            f"[mail]: password_command {name!r}: {getattr(error, 'strerror', None) or 'failed'}"
        ) from error
    lines = done.stdout.splitlines()
    if done.returncode or not lines or not lines[0]:
        raise ConfigError(f"[mail]: password_command {name!r} gave no password (exit code {done.returncode})")
    return lines[0]


def _text(table: Mapping[str, object], key: str, default: str | None = None) -> str:
    value = table.get(key, default)
    if not isinstance(value, str) or not value.isprintable() or not value:
        raise ConfigError(f"[mail]: {key} must be text in quotes")
    return value


def _texts(table: Mapping[str, object], key: str, default: Sequence[str]) -> Sequence[str]:
    value = table.get(key, default)
    value = [value] if isinstance(value, str) and key == "to" else value
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise ConfigError(f"[mail]: {key} must be a list of texts")
    return value


def _address(text: str, key: str) -> str:
    """A mail address and nothing besides: what goes into a header."""
    try:
        address = Address(addr_spec=text)
    except (ValueError, IndexError, HeaderParseError):
        address = Address()
    if not address.username or not address.domain or not text.isascii():
        raise ConfigError(f"[mail]: {key}: {text!r} is no mail address")
    return text
