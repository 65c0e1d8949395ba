"""Addresses of libraries on servers: what is shown of one, what it is told to hold, and what files are named by it."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertide.store.address import Server, is_server

SECRET = "s3cr3t"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://db.example.org/papers", "postgresql://db.example.org/papers"),
        ("postgres://ada@db.example.org:5433/papers", "postgres://ada@db.example.org:5433/papers"),
        ("postgresql:///papers", "postgresql:///papers"),
        ("postgresql://", "postgresql://"),
        ("postgresql://one:1,two:2/papers", "postgresql://one:1,two:2/papers"),
        ("postgresql://[::1]:5432/papers", "postgresql://[::1]:5432/papers"),
        ("postgresql://%2Frun%2Fpg/papers", "postgresql://%2Frun%2Fpg/papers"),
        ("postgresql:///papers?host=/run/pg&user=a%40b", "postgresql:///papers?host=/run/pg&user=a%40b"),
        ("postgresql://db/papers?sslmode=verify-full", "postgresql://db/papers?sslmode=verify-full"),
        ("postgresql://db/papers?user=\udcff", "postgresql://db/papers?user=%3F"),
    ],
)
def test_an_address_without_a_password_is_shown_as_it_is(url: str, shown: str) -> None:
    """Host, port, database, user and parameters are shown, and nothing in them is taken for a secret."""
    server = Server(url)
    assert str(server) == shown
    assert not server.secret
    assert url not in repr(server)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://ada:s3cr3t@db/papers", "postgresql://ada@db/papers"),
        ("postgresql://:s3cr3t@db/papers", "postgresql://db/papers"),
        ("postgresql://ada:s3cr3t?#:@db/papers", "postgresql://ada@db/papers"),
        ("postgresql://ada:#s3cr3t@db/papers?sslmode=require", "postgresql://ada@db/papers?sslmode=require"),
        ("postgresql://ada@db/papers?password=s3cr3t", "postgresql://ada@db/papers"),
        ("postgresql://ada@db/papers?pass%77ord=s3cr3t&port=1", "postgresql://ada@db/papers?port=1"),
        ("postgresql://ada@db/papers?PASSWORD=s3cr3t", "postgresql://ada@db/papers"),
        ("postgresql://db/papers?sslpassword=s3cr3t&sslkey=k", "postgresql://db/papers?sslkey=k"),
        ("postgresql://db/papers?oauth_client_secret=s3cr3t", "postgresql://db/papers"),
        ("postgresql://db?password=s3cr3t@x", "postgresql://db"),
    ],
)
def test_a_password_is_hidden(url: str, shown: str) -> None:
    """Wherever a password stands in an address, however it is written, it is not shown, and it is known to be there."""
    server = Server(url)
    assert str(server) == shown
    assert server.secret
    assert SECRET not in repr(server)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ada:s3cr3t/@db/papers",
        "postgresql://ada:p@s3cr3t@db/papers",
        "postgresql://ada:s3cr3t/papers",
        "postgresql://ada:1/s3cr3t@db",
        "postgresql://a#s3cr3t@db/papers",
        "postgresql://db/papers#s3cr3t",
        "postgresql://[::1/s3cr3t",
    ],
)
def test_what_is_no_address_may_be_a_password(url: str) -> None:
    """Of an address that can't be read nothing is shown: its parts may be those of a password that wasn't quoted."""
    server = Server(url)
    assert str(server) == "postgresql://…"
    assert server.secret
    assert server.name == "library"


@given(
    password=st.text(min_size=1, max_size=12).map(lambda text: f"{SECRET}{text}{SECRET}"),
    quoted=st.booleans(),
    there=st.sampled_from(
        ["postgresql://ada:{}@db:5432/papers?sslmode=require", "postgres://db/papers?a=1&password={}"]
    ),
)
def test_no_password_is_shown(password: str, quoted: bool, there: str) -> None:
    """Whatever a password is, quoted or not, neither its beginning nor its end is shown."""
    server = Server(there.format(quote(password, safe="") if quoted else password))
    assert SECRET not in str(server)
    assert server.secret


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("postgresql://db/papers?sslmode=require", "papers"),
        ("postgresql://db", "library"),
        ("postgresql://db/", "library"),
        ("postgresql://db/..", "library"),
        ("postgresql://db/../../etc/passwd", "_.._etc_passwd"),
        ("postgresql://db/a%2Fb c\n", "a_2Fb_c_"),
        ("postgresql://db/" + "x" * 300, "x" * 63),
    ],
)
def test_files_are_named_by_the_database(url: str, name: str) -> None:
    """A database's name is that of a file in its folder, whatever stands in it."""
    assert Server(url).name == name


@pytest.mark.parametrize("text", ["postgresql.db", "./postgresql://x", "POSTGRES", "papers.db", ""])
def test_a_file_is_no_server(text: str) -> None:
    """Only what begins with the scheme is an address."""
    assert not is_server(text)
    assert is_server(f"postgresql://{text}")
    assert is_server(f"postgres://{text}")
