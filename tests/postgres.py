"""A real PostgreSQL server for the length of a `with`, from the binaries that lie on this machine.

    with Postgres() as server:
        url = server.fresh()          # an empty database of an ordinary role, who owns it and is no superuser
        server.stop(CRASH)
        server.start()
        server.drop(url)

It runs in a folder of its own as an ordinary user: PostgreSQL refuses root, so that root starts it under another name.
It listens on a Unix socket there, where everyone is trusted, and on the loopback, where passwords are asked for.
A commit survives the server's death but not the machine's: nothing waits for the disk.

It never outlives the tests. A process beside it, the keeper, waits for the end of a pipe whose other end the tests
hold: when they end, however they do, it stops the server and removes the folder.
"""

from __future__ import annotations

import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, LiteralString
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql

TOOLS = ("postgres", "initdb", "pg_ctl")
ROOT_NAME = "root of the server"
"""The superuser's name: an awkward one, as names may be."""

LAB = "lab"
"""The role that owns the databases. It is no superuser, as nobody is on a managed server, so that policies bind it."""

CRASH = signal.SIGQUIT
POLITE = signal.SIGINT
"""How a server ends (`pg_ctl stop` calls it "immediate" and "fast")."""

_SETTINGS = """
fsync = off
full_page_writes = off
shared_buffers = 32MB
max_connections = 200
unix_socket_directories = '{folder}'
listen_addresses = '127.0.0.1'
port = {port}
# What an administrator elsewhere may have set, and what no library may depend on.
timezone = 'Asia/Kathmandu'
datestyle = 'SQL, DMY'
"""
_WHO = """
local all all trust
host all all 127.0.0.1/32 scram-sha-256
"""

# Waits for the end of the tests; no key that is pressed in their terminal reaches it.
_KEEPER = """
trap '' HUP INT TERM
cat >/dev/null
"$1/pg_ctl" stop --silent --pgdata="$2/data" --mode=immediate >/dev/null 2>&1
rm -rf "$2"
"""

_HOMES = "/usr/lib/postgresql"
"""Where Debian keeps the binaries, a folder for each version."""


def binaries() -> Path | None:
    """The folder of the server's binaries: that of the `initdb` on the PATH, what pg_config says, Debian's newest."""
    found = [Path(tool).resolve().parent for name in TOOLS if (tool := shutil.which(name))]
    if config := shutil.which("pg_config"):
        told = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=True)
        found.append(Path(told.stdout.strip()))
    versions = [folder for folder in Path(_HOMES).glob("*/bin") if folder.parent.name.isdecimal()]
    found += sorted(versions, key=lambda folder: int(folder.parent.name), reverse=True)
    return next((folder for folder in found if all((folder / name).is_file() for name in TOOLS)), None)


class Postgres:
    """A server that runs for the length of a `with`; `port` and `folder` (of its socket and data) say where."""

    def __init__(self) -> None:
        folder = binaries()
        if folder is None:
            raise FileNotFoundError(f"no PostgreSQL binaries ({', '.join(TOOLS)}) on this machine")
        self._binaries = folder
        self._user = pwd.getpwuid(_ordinary_user())
        self._names = count(1)
        self._server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Postgres:
        # A socket's path is short (107 bytes), and every user has to be able to walk there: not below pytest's folder.
        self.folder = Path(tempfile.mkdtemp(prefix="papertide-", dir="/tmp"))
        os.chown(self.folder, self._user.pw_uid, self._user.pw_gid)
        keeping: tuple[str | Path, ...] = ("-c", _KEEPER, "keeper", self._binaries, self.folder)
        self._keeper = self._as_server("sh", *keeping, stdin=subprocess.PIPE)
        try:
            self._initialise()
            self._start_somewhere()
            self.role(LAB)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._end()

    @property
    def data(self) -> Path:
        """The folder of the cluster."""
        return self.folder / "data"

    @property
    def log(self) -> str:
        """What the server said so far."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    # --- addresses and databases ---------------------------------------------------------------------------------------

    def url(self, database: str, user: str = LAB, *, password: str | None = None, port: int | None = None) -> str:
        """The address of a database: over the socket without a password, over the loopback with one.

        `port` is another one of this machine that leads to the server, such as a proxy's.
        """
        if password is None:
            where = urlencode({"host": str(self.folder), "port": self.port})
            return f"postgresql://{quote(user)}@/{quote(database)}?{where}"
        return f"postgresql://{quote(user)}:{quote(password)}@127.0.0.1:{port or self.port}/{quote(database)}"

    def fresh(self, locale: str | None = None) -> str:
        """The address of a new empty database of the lab's; `locale` (ICU's, as "sv") sorts and folds as people there do."""
        name = f"library {next(self._names)}"
        by = sql.SQL(" TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE {}").format(locale) if locale else sql.SQL("")
        self.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(LAB)) + by)
        return self.url(name)

    def copied(self, url: str) -> str:
        """The address of a new database that is what this one is; nobody may be connected to it."""
        name, of = f"library {next(self._names)}", str(psycopg.conninfo.conninfo_to_dict(url)["dbname"])
        asked = "CREATE DATABASE {} TEMPLATE {} OWNER {}"
        self.execute(sql.SQL(asked).format(*(sql.Identifier(text) for text in (name, of, LAB))))
        return self.url(name)

    def role(self, name: str) -> None:
        """Have a role that may log in, by its own name as its password, and may do nothing yet."""
        if not self.answer("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)):
            self.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(name), name))

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected."""
        name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
        self.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(str(name))))

    def execute(self, statement: LiteralString | sql.Composed, database: str = "postgres") -> None:
        """Do something as the superuser."""
        with psycopg.connect(self.url(database, ROOT_NAME), autocommit=True) as connection:
            connection.execute(statement)

    def answer(
        self, question: LiteralString, values: Sequence[object] = (), database: str = "postgres"
    ) -> list[tuple[Any, ...]]:
        """Ask something as the superuser."""
        with psycopg.connect(self.url(database, ROOT_NAME), autocommit=True) as connection:
            return connection.execute(question, values).fetchall()

    # --- faults --------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the server, with what was committed; it takes connections when this returns."""
        while said := self._started():
            if "pre-existing shared memory block" not in said:  # of a server that was killed: its children end just now
                raise RuntimeError(f"the server doesn't start:\n{said}")
            time.sleep(0.05)

    def stop(self, how: signal.Signals = CRASH) -> None:
        """End the server and wait for it: CRASH as if it had crashed, POLITE after its clients' transactions were undone.

        SIGKILL leaves it no time at all; what it started then ends by itself, soon.
        """
        if self._server is not None:
            self._server.send_signal(how)
            self._server.wait()

    def restart(self, how: signal.Signals = CRASH) -> None:
        """Stop and start."""
        self.stop(how)
        self.start()

    # --- how -----------------------------------------------------------------------------------------------------------

    def _initialise(self) -> None:
        options = ("--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", f"--username={ROOT_NAME}")
        if self._as_server("initdb", f"--pgdata={self.data}", *options).wait():
            raise RuntimeError(f"initdb failed:\n{self.log}")
        (self.data / "pg_hba.conf").write_text(_WHO, encoding="utf-8")

    def _start_somewhere(self) -> None:
        """Start it at a port that is free; where another program takes that just now, at another."""
        while True:
            self.port = _free_port()
            settings = _SETTINGS.format(folder=self.folder, port=self.port)
            (self.data / "postgresql.auto.conf").write_text(settings, encoding="utf-8")
            try:
                self.start()
                break
            except RuntimeError as error:
                if "Address already in use" not in str(error):
                    raise

    def _started(self) -> str:
        """Start it and wait until it takes connections; gives what it said where it ended instead."""
        before = len(self.log)
        self._server = server = self._as_server("postgres", "-D", self.data)
        while server.poll() is None:
            with suppress(FileNotFoundError, IndexError):
                told = (self.data / "postmaster.pid").read_text().splitlines()
                if told[0] == str(server.pid) and told[7].strip() == "ready":
                    return ""
            time.sleep(0.01)
        return self.log[before:]

    def _as_server(self, tool: str, *arguments: str | Path, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        """Start one of the server's tools, or the shell, as its user and beyond the reach of the terminal's keys.

        What it says goes to the log.
        """
        program = self._binaries / tool
        root = os.geteuid() == 0
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [program if program.exists() else tool, *arguments],
                stdin=stdin,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "HOME": str(self.folder)},
                start_new_session=True,
                user=self._user.pw_uid if root else None,
                group=self._user.pw_gid if root else None,
                extra_groups=[] if root else None,
            )

    def _end(self) -> None:
        """Stop the server, and have the keeper remove the folder."""
        self.stop()
        self._keeper.communicate()


def _ordinary_user() -> int:
    """The uid that the server runs under: this process's own; for root that of `postgres`, or else of `nobody`."""
    if os.geteuid() != 0:
        return os.geteuid()
    with suppress(KeyError):
        return pwd.getpwnam("postgres").pw_uid
    return pwd.getpwnam("nobody").pw_uid


def _free_port() -> int:
    """A free port of the loopback, below those that the system gives by itself: it stays ours while the server is down."""
    while True:
        port = random.SystemRandom().randrange(10_000, 32_000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
