"""Whether what a timer is to run will run: it sees no environment of ours, and nobody reads what it says."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from papertide.cli.common import Common, add_common_options
from papertide.cli.digest import check_options, digest, query_given
from papertide.cli.taxonomy import topic_source
from papertide.errors import LibraryMissing, UsageError
from papertide.flows.browse import check_topic_names
from papertide.query import parse, topics_in
from papertide.store.address import Place

_UNSEEN = (
    "PGPASSWORD", "PGPASSFILE", "PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER", "PGSERVICE", "PGSERVICEFILE",
    "PGOPTIONS", "PGSSLMODE", "PGSSLCERT", "PGSSLKEY", "PGSSLROOTCERT",
)  # fmt: skip
"""What the driver of PostgreSQL takes from the environment, where an address doesn't say it: which server, who, how."""


def check_settings(common: Common) -> None:
    """Raise UsageError where the settings of this run come from where a timer doesn't look."""
    if os.environ.get("PAPERTIDE_CONFIG"):
        raise UsageError("a timer doesn't see PAPERTIDE_CONFIG; put the settings into the usual config file")
    moved, usual = os.environ.get("XDG_CONFIG_HOME"), Path.home() / ".config"
    here = common.config.topics_file.parent  # what the settings stand in
    if moved and Path(moved) != usual and any((folder / here.name).exists() for folder in (Path(moved), usual)):
        raise UsageError(f"a timer doesn't see XDG_CONFIG_HOME; put the settings into {usual / here.name} and unset it")
    _check_place(common.config.library)


def _check_place(place: Place) -> None:
    """Raise UsageError for an address with a password, or where the environment says what the address should."""
    if isinstance(place, Path):
        return
    if place.secret:
        raise UsageError(
            f"{place}: a timer keeps no password; take it out of the address and put it into ~/.pgpass (a timer doesn't"
            " see PGPASSFILE, but ?passfile=PATH in the address names another file)"
        )
    for name in _UNSEEN:
        if os.environ.get(name):
            how = "put the password into ~/.pgpass" if name == "PGPASSWORD" else "say it in the address of the library"
            raise UsageError(f"a timer doesn't see {name}; {how} and unset it")


def check_digest(common: Common, options: Sequence[str]) -> None:
    """Raise UsageError for what no digest takes, or what can't serve a timer, ConfigError for mail that can't."""
    parsed = _parsed(options)
    given: dict[str, Any] = parsed.params
    named = Common.of(parsed)
    if "library" in named.given:
        _check_place(named.config.library)
    check_options(given["look"], given["since"], again=given["again"])
    source = topic_source(common)
    try:
        with common.library() as store:
            check_topic_names(store.looking, given["topic"] or (), source)
            query_given(common, store, given["query"])
    except LibraryMissing:  # the first fetch of the timer makes it
        text = " ".join(given["query"] or ())
        asked = parse(text, today=common.today, saved=lambda _name: None)
        check_topic_names(None, [*(given["topic"] or ()), *topics_in(asked)], source, text)
    if given["email"] or (not options and common.config.mail is not None):
        _check_mail(common)


def _parsed(options: Sequence[str]) -> Any:
    """The options as `papertide digest` takes them; the parser's own errors are shown as for it."""
    from papertide.cli.app import build  # it imports this file when `schedule` is asked for

    command = build("digest", digest)
    add_common_options(command)
    return command.make_context("papertide digest", list(options))


def _check_mail(common: Common) -> None:
    from papertide.flows.mail import PASSWORD, Mailbox  # the library of mail costs start-up

    mailbox = Mailbox.of(common.config.mail)
    if mailbox.user is not None and not mailbox.password_command:
        raise UsageError(f"a timer doesn't see {PASSWORD}; set password_command in [mail]")
