"""What holds in every test: no home directory, no network, no settings of the person who runs it.

A test in a subprocess inherits the environment, so that all of this holds there too, save the guard on sockets: there
the proxies lead nowhere.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.database import DirectoryBasedExampleDatabase
from tests.postgres import Postgres, binaries

# No deadline: a busy machine is no bug. With CI set every run tries the same examples; elsewhere failures are kept.
FAILURES = Path(__file__).resolve().parents[1] / ".pytest_cache" / "hypothesis"
settings.register_profile("house", deadline=None, database=DirectoryBasedExampleDatabase(FAILURES))
settings.register_profile("ci", deadline=None, derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "house")

NOWHERE = "http://127.0.0.1:9"  # the discard port: nothing listens there
PROXIES = ("http_proxy", "https_proxy", "all_proxy")
# What a terminal, a user or a CI service may have set, and what would change the output of a test.
OURS = ("PAPERTIDE_", "XDG_", "PG")  # PG: libpq's own
TASTES = {
    "NO_COLOR",
    "FORCE_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "TTY_COMPATIBLE",
    "COLUMNS",
    "LINES",
    "EDITOR",
    "VISUAL",
}


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home directory, another for each test; `PAPERTIDE_*` is unset, so that defaults lead there."""
    folder = tmp_path_factory.mktemp("home")
    move_home(folder, monkeypatch)
    return folder


@pytest.fixture(autouse=True, scope="session")
def _home_of_the_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The same for fixtures that outlive a test, and so are made before its home is."""
    with pytest.MonkeyPatch.context() as patch:
        move_home(tmp_path_factory.mktemp("home"), patch)
        yield


def move_home(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Point the environment at an empty home and at proxies that aren't there; drop what a person may have set."""
    for name in list(os.environ):
        if name.startswith(OURS) or name in TASTES:
            patch.delenv(name)
    for name in ("HOME", "USERPROFILE"):
        patch.setenv(name, str(folder))
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        patch.setenv(f"XDG_{name}_HOME", str(folder / f".{name.lower()}"))
    patch.setenv("XDG_RUNTIME_DIR", str(folder / ".run"))
    for name in PROXIES:
        patch.delenv(name.upper(), raising=False)
        patch.setenv(name, NOWHERE)
    patch.delenv("NO_PROXY", raising=False)
    patch.setenv("no_proxy", "localhost,127.0.0.1,::1")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server for all tests of this process; whoever stops it takes `breakable` instead."""
    with a_server() as server:
        yield server


@pytest.fixture(scope="session")
def breakable() -> Iterator[Postgres]:
    """Another one, for tests that stop it: each leaves it running."""
    with a_server() as server:
        yield server


def a_server() -> Postgres:
    """A server yet to be started; the test is skipped where its binaries are missing, and nowhere else."""
    if binaries() is None:
        pytest.skip("PostgreSQL isn't installed (Debian's package: postgresql)")
    return Postgres()


@pytest.fixture
def fresh(postgres: Postgres) -> Iterator[Callable[[], str]]:
    """A function that gives the address of a new empty database, dropped after the test."""
    made: list[str] = []

    def another() -> str:
        made.append(postgres.fresh())
        return made[-1]

    yield another
    for url in made:
        postgres.drop(url)


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Names are not looked up and sockets not connected, but on this machine itself.

    The refusal is an AssertionError: code that translates OSError, as a source does, must not take it for bad weather.
    """
    with pytest.MonkeyPatch.context() as patch:
        for method in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, method, guarded_method(getattr(socket.socket, method)))
        patch.setattr(socket, "getaddrinfo", guarded_lookup(socket.getaddrinfo))
        yield


def guarded_method(real: Callable[..., Any]) -> Callable[..., Any]:
    """The method of a socket, refused where its last argument, the address, lies elsewhere."""

    def guarded(self: socket.socket, *args: Any) -> Any:
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            refuse_elsewhere(args[-1][0])
        return real(self, *args)

    return guarded


def guarded_lookup(real: Callable[..., Any]) -> Callable[..., Any]:
    """`getaddrinfo`, refused for the name of another machine."""

    def guarded(host: Any, *args: Any, **kwargs: Any) -> Any:
        refuse_elsewhere(host)
        return real(host, *args, **kwargs)

    return guarded


def refuse_elsewhere(host: Any) -> None:
    """Raise AssertionError unless the host is this machine: None, localhost, or an address of the loopback."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in {None, "", "localhost"}:
        return
    try:
        here = ipaddress.ip_address(name).is_loopback
    except ValueError:
        here = False
    if not here:
        raise AssertionError(f"a test reached for the network: {name}")
