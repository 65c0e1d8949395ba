"""What is set once: the file, the environment, the flags, and which of them wins."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from papertide.config import Config, load, now
from papertide.errors import ConfigError, UsageError
from papertide.store.address import Server


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the config file of the test is."""
    return tmp_path / "config" / "config.toml"


def settings(file: Path, text: str | None = None, **more: str) -> Config:
    """The settings with this text in the file and this in the environment."""
    if text is not None:
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
    return load({"PAPERTIDE_CONFIG": str(file), "LOGNAME": "login", **more})


def test_nothing_set(home: Path) -> None:
    """Without any setting the library is in the user's data folder, the reader is the login name, today is today."""
    found = load({"LOGNAME": "login"})
    assert found.library == home / ".data" / "papertide" / "library.db"
    assert (found.reader, found.today) == ("login", datetime.now(UTC).date())
    assert found.topics_file == home / ".config" / "papertide" / "topics.toml"
    assert found.topic_source() is None
    assert not list(home.iterdir())


def test_the_later_wins(file: Path) -> None:
    """The flag wins over the environment, the environment over the file."""
    text = 'library = "file.db"\nreader = "file"\n'
    assert (settings(file, text).library, settings(file).reader) == (Path("file.db"), "file")
    environment = {
        "PAPERTIDE_LIBRARY": "environment.db",
        "PAPERTIDE_READER": "environment",
        "PAPERTIDE_CONFIG": str(file),
    }
    found = load(environment)
    assert (found.library, found.reader) == (Path("environment.db"), "environment")
    found = load(environment, library="flag.db", reader="flag")
    assert (found.library, found.reader) == (Path("flag.db"), "flag")


def test_an_empty_variable_is_none(file: Path) -> None:
    """A variable that is set to nothing counts as not set."""
    found = settings(file, 'library = "file.db"\n', PAPERTIDE_LIBRARY="", PAPERTIDE_READER="", PAPERTIDE_TODAY="")
    assert (found.library, found.reader) == (Path("file.db"), "login")


def test_the_home_folder_is_meant_by_a_tilde(file: Path, home: Path) -> None:
    """`~` is the home folder wherever a library is named, and in PAPERTIDE_CONFIG."""
    assert settings(file, 'library = "~/papers.db"\n').library == home / "papers.db"
    assert settings(file, PAPERTIDE_LIBRARY="~/a.db").library == home / "a.db"
    assert load({"LOGNAME": "x"}, library="~/b.db").library == home / "b.db"
    (home / "my.toml").write_text('reader = "tilde"\n', "utf-8")
    assert load({"PAPERTIDE_CONFIG": "~/my.toml"}).reader == "tilde"


def test_a_home_that_nobody_has() -> None:
    """A path in the home of somebody who doesn't exist is a clear error."""
    for given in ({"library": "~nobody-of-that-name/x.db"}, {}):
        with pytest.raises((UsageError, ConfigError)):
            load({"PAPERTIDE_CONFIG": "" if given else "~nobody-of-that-name/x.toml", "LOGNAME": "x"}, **given)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("library = ", "config.toml"),
        ("libary = 'x'\n", "libary"),
        ("reader = 5\n", "reader"),
        ("reader = ''\n", "reader"),
        ("[library]\npath = 'x'\n", "library"),
    ],
)
def test_a_file_that_does_not_load(file: Path, text: str, told: str) -> None:
    """A broken file, an unknown or a wrong setting is a ConfigError that names the file and the key."""
    with pytest.raises(ConfigError, match=told) as caught:
        settings(file, text)
    assert str(file) in str(caught.value)


def test_a_file_that_is_no_text(file: Path) -> None:
    """A file in another encoding is a ConfigError."""
    file.parent.mkdir()
    file.write_bytes(b"reader = '\xff'\n")
    with pytest.raises(ConfigError, match=r"config\.toml"):
        settings(file)


@pytest.mark.parametrize("day", ["tomorrow", "2026-02-30", "21.11.2026", "2026"])
def test_today_must_be_a_day(file: Path, day: str) -> None:
    """A today that is no date is refused, from the flag and from the environment."""
    with pytest.raises(UsageError, match=re.escape(day)):
        load({"LOGNAME": "x"}, today=day)
    with pytest.raises(UsageError, match=re.escape(day)):
        settings(file, PAPERTIDE_TODAY=day)
    assert load({"PAPERTIDE_TODAY": day, "LOGNAME": "x"}, today="2026-11-21").today == date(2026, 11, 21)


@pytest.mark.parametrize("where", ["postgresql://x/y", "postgres://x/y"])
def test_a_server_is_not_a_file(file: Path, where: str) -> None:
    """A library on a server is its address, letter for letter, and not a file of that name."""
    assert load({"LOGNAME": "x"}, library=where).library == Server(where)
    assert load({"LOGNAME": "x", "PAPERTIDE_LIBRARY": where}).library == Server(where)
    assert settings(file, f'library = "{where}"').library == Server(where)


@pytest.mark.parametrize(
    "where",
    [
        "postgresql:/x/y",
        "POSTGRESQL://x/y",
        "sqlite:///x",
        "postgres+x://me:secret@x/y",
        "host=x password=secret",
        "password = secret",
    ],
)
def test_what_is_neither(where: str) -> None:
    """What begins like an address and isn't one of ours is refused, and not repeated: it may hold a password."""
    with pytest.raises(UsageError, match="postgresql://") as caught:
        load({"LOGNAME": "x"}, library=where)
    assert where not in str(caught.value)


@pytest.mark.parametrize("where", ["postgresql", "postgres/x.db", "./sqlite:x", "a:b.db", "1://x"])
def test_a_file_may_have_such_a_name(where: str) -> None:
    """Letters of an address alone make none."""
    assert load({"LOGNAME": "x"}, library=where).library == Path(where)


def test_what_stands_beside_a_library(home: Path) -> None:
    """Beside a file is where the file is; for a server it is a folder of its own in the user's data."""
    assert load({"LOGNAME": "x"}, library="there/papers.db").anchor == Path("there/papers.db")
    servers = home / ".data" / "papertide" / "servers"
    assert load({"LOGNAME": "x"}, library="postgresql://me@x/lab").anchor == servers / "lab" / "lab"
    assert load({"LOGNAME": "x"}, library="postgresql://x/..").anchor == servers / "library" / "library"
    assert not list(home.iterdir())


def test_topic_rules_stand_beside_the_file(file: Path) -> None:
    """`topics.toml` beside the config file holds the rules, also where there is no config file; unreadable is an error."""
    assert settings(file).topic_source() is None
    file.parent.mkdir()
    topics = file.with_name("topics.toml")
    topics.write_bytes(b"rules")
    assert settings(file).topic_source() == (b"rules", str(topics))
    topics.unlink()
    topics.mkdir()
    with pytest.raises(ConfigError, match=r"topics\.toml"):
        settings(file).topic_source()


def test_the_login_name_has_many_sources() -> None:
    """The login name comes from the environment as Python's getpass reads it, else from the system; never nothing."""
    assert load({"LOGNAME": "a", "USER": "b"}).reader == "a"
    assert load({"LOGNAME": "", "USER": "b"}).reader == "b"
    assert load({"USERNAME": "c"}).reader == "c"
    assert load({}).reader


def test_now_is_utc_to_the_second() -> None:
    """A moment is ISO text in UTC with a Z, and so sorts as text."""
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", now())


def test_mail_is_a_table(file: Path) -> None:
    """What [mail] holds is handed on as it is; anything else under that name is refused."""
    assert settings(file, "").mail is None
    found = settings(file, '[mail]\nserver = "smtp.example.org"\nport = 25\n')
    assert found.mail == {"server": "smtp.example.org", "port": 25}
    with pytest.raises(ConfigError, match="mail must be a table"):
        settings(file, 'mail = "me@example.org"\n')
