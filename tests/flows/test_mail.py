"""Mail, sent to a real server on this machine: what arrives, what is encrypted, and what is refused."""

from __future__ import annotations

import asyncio
import email
import email.policy
import ssl
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from tests.loopback import CERTIFICATE

from papertide.errors import ConfigError, OutputError
from papertide.flows.mail import Mailbox, compose, send

AT = "2026-11-21T10:00:00Z"
SECRET = "a b'c$(d)"


class Inbox:
    """What a server took: the messages, whether each came encrypted, and who logged in."""

    def __init__(self, *, tls: bool) -> None:
        self._tls = tls
        self.messages: list[email.message.EmailMessage] = []
        self.to: list[str] = []
        self.encrypted: list[bool] = []
        self.logins: list[tuple[str, str]] = []

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name for it
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        """Take all but one."""
        if address.startswith("nobody"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - likewise aiosmtpd's
        """Keep what comes."""
        content = envelope.content
        assert isinstance(content, bytes)
        made = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(made, email.message.EmailMessage)
        self.messages.append(made)
        self.to += envelope.rcpt_tos
        self.encrypted.append(session.ssl is not None or self._tls)
        return "250 OK"

    def login(self, _server: object, _session: object, _envelope: object, _mechanism: str, data: Any) -> AuthResult:
        """Let in who knows the password; say it back to who doesn't."""
        password = data.password.decode()
        self.logins.append((data.login.decode(), password))
        return AuthResult(success=password == SECRET, handled=False, message=f"535 5.7.8 not {password}")


@contextmanager
def served(security: str) -> Iterator[tuple[Inbox, dict[str, object]]]:
    """A server for the length of a `with`: what it took, and the settings for it."""
    inbox = Inbox(tls=security == "tls")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    given: dict[str, Any] = {"authenticator": inbox.login, "auth_require_tls": False, "hostname": "localhost"}
    if security == "starttls":
        given |= {"tls_context": context, "require_starttls": True}
    loop = asyncio.new_event_loop()

    async def listen() -> asyncio.Server:
        tls = context if security == "tls" else None
        return await loop.create_server(lambda: SMTP(inbox, loop=loop, **given), "127.0.0.1", 0, ssl=tls)

    async def finish() -> None:
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.sleep(0.05)  # the transports close in the next turns of the loop

    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(listen(), loop).result(10)
    port = server.sockets[0].getsockname()[1]
    try:
        yield inbox, {"server": "127.0.0.1", "port": port, "security": security, "from": "me@example.org"}
    finally:
        asyncio.run_coroutine_threadsafe(finish(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.fixture
def _trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' certificate is one that this machine trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))


def message(mailbox: Mailbox) -> email.message.EmailMessage:
    """A message with what is hard to send."""
    return compose(
        mailbox, "Papers\r\nBcc: x@example.org 微调", "Text ü\n.\nend\n", f"<p>{'long ' * 400}ü</p>\n", at=AT
    )


@pytest.mark.usefixtures("_trusted")
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_text_and_html_arrive_encrypted(security: str) -> None:
    """Both parts arrive whole, encrypted, after a login; no text makes a header of its own."""
    with served(security) as (inbox, table):
        mailbox = Mailbox.of({**table, "user": "me", "to": ["a@example.org", "b@example.org"]})
        send(mailbox, message(mailbox), {"PAPERTIDE_MAIL_PASSWORD": SECRET})
    (got,) = inbox.messages
    assert (inbox.encrypted, inbox.logins) == ([True], [("me", SECRET)])
    assert inbox.to == ["a@example.org", "b@example.org"]
    assert (got["From"], got["To"]) == ("me@example.org", "a@example.org, b@example.org")
    assert got["Subject"] == "Papers Bcc: x@example.org 微调"
    assert got["Bcc"] is None
    text, html = got.get_body(("plain",)), got.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines() == ["Text ü", ".", "end"]
    assert html.get_content().strip() == f"<p>{'long ' * 400}ü</p>"


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_trusts(security: str) -> None:
    """Without trust there is no login and no mail."""
    with served(security) as (inbox, table):
        mailbox = Mailbox.of({**table, "user": "me"})
        with pytest.raises(OutputError, match="certificate"):
            send(mailbox, message(mailbox), {"PAPERTIDE_MAIL_PASSWORD": SECRET})
    assert (inbox.messages, inbox.logins) == ([], [])


def test_no_tls_where_it_was_asked_for() -> None:
    """A server that can't encrypt gets nothing, unless that was said to be well."""
    with served("none") as (inbox, table):
        mailbox = Mailbox.of({**table, "security": "starttls"})
        with pytest.raises(OutputError, match="STARTTLS"):
            send(mailbox, message(mailbox), {})
        assert inbox.messages == []
        mailbox = Mailbox.of(table)
        send(mailbox, message(mailbox), {})
        assert len(inbox.messages) == 1
        assert inbox.to == ["me@example.org"]


@pytest.mark.usefixtures("_trusted")
def test_what_a_server_refuses() -> None:
    """A wrong password and recipients that aren't there are errors with the server's word; the password isn't told."""
    with served("starttls") as (inbox, table):
        mailbox = Mailbox.of({**table, "user": "me"})
        with pytest.raises(OutputError, match="535") as caught:
            send(mailbox, message(mailbox), {"PAPERTIDE_MAIL_PASSWORD": "wrong!"})
        assert "wrong!" not in str(caught.value)
        assert "<password>" in str(caught.value)
        with pytest.raises(OutputError, match="isn't ASCII") as caught:
            send(mailbox, message(mailbox), {"PAPERTIDE_MAIL_PASSWORD": "wröng"})
        assert "ö" not in str(caught.value)
        mailbox = Mailbox.of({**table, "to": ["nobody@example.org", "a@example.org"]})
        assert send(mailbox, message(mailbox), {}) == ["nobody@example.org"]
        mailbox = Mailbox.of({**table, "to": "nobody@example.org"})
        with pytest.raises(OutputError, match=r"refused for nobody@example\.org"):
            send(mailbox, message(mailbox), {})
    assert len(inbox.messages) == 1
    with pytest.raises(OutputError, match="refused"):
        send(mailbox, message(mailbox), {})


@pytest.mark.usefixtures("_trusted")
def test_a_password_from_a_command(tmp_path: Path) -> None:
    """The first line that a command prints is the password; no shell reads the command."""
    script = "import sys; print(sys.argv[1]); print('second line')"
    with served("starttls") as (inbox, table):
        mailbox = Mailbox.of({**table, "user": "me", "password_command": [sys.executable, "-c", script, SECRET]})
        send(mailbox, message(mailbox), {})
    assert inbox.logins == [("me", SECRET)]
    for command in ([sys.executable, "-c", "raise SystemExit(3)"], [str(tmp_path / "missing")], []):
        mailbox = Mailbox.of({**table, "user": "me", "password_command": command})
        with pytest.raises(ConfigError, match="password"):
            send(mailbox, message(mailbox), {})


GOOD = {"server": "smtp.example.org", "from": "me@example.org"}


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (None, r"\[mail\]"),
        ({"from": "me@example.org"}, "server"),
        ({"server": "x"}, "from"),
        ({**GOOD, "from": "me"}, "no mail address"),
        ({**GOOD, "from": "me@example.org\nBcc: x@y.z"}, "from"),
        ({**GOOD, "to": ["me@example.org, you@example.org"]}, "no mail address"),
        ({**GOOD, "to": [""]}, "to"),
        ({**GOOD, "to": 3}, "to"),
        ({**GOOD, "port": "587"}, "port"),
        ({**GOOD, "port": 0}, "port"),
        ({**GOOD, "security": "ssl"}, "security"),
        ({**GOOD, "security": "none", "user": "me"}, "without TLS"),
        ({**GOOD, "password": "x"}, "no setting 'password'"),
        ({**GOOD, "password_command": "pass show mail"}, "list"),
    ],
)
def test_settings_that_are_wrong(table: dict[str, object] | None, told: str) -> None:
    """Each is named."""
    with pytest.raises(ConfigError, match=told):
        Mailbox.of(table)


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_what_goes_without_saying(security: str, port: int) -> None:
    """The port goes with the security, and mail goes to its sender."""
    made = Mailbox.of({**GOOD, "security": security})
    assert (made.port, made.to, made.user) == (port, ("me@example.org",), None)
