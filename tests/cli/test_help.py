"""The help: every command has some, it teaches by example, and it fits a terminal."""

from __future__ import annotations

import re
import shlex

import pytest
from tests.cli.harness import Program

from papertide.cli.app import COMMANDS

SUBCOMMANDS = [
    "topics show",
    "topics test",
    "topics edit",
    "saved add",
    "saved list",
    "saved remove",
    "duplicates find",
]


@pytest.mark.parametrize("command", ["", *COMMANDS, *SUBCOMMANDS])
def test_help_fits_eighty_columns(program: Program, command: str) -> None:
    """No line of any help is wider than 80 columns, and it goes to stdout with exit 0, by -h and --help alike."""
    told = program.done(*command.split(), "--help")
    assert told.err == ""
    assert max(map(len, told.out.splitlines())) <= 80
    assert program.done(*command.split(), "-h").out == told.out
    assert "--json" in told.out
    assert "--library" in told.out


@pytest.mark.parametrize("command", list(COMMANDS))
def test_help_teaches_by_example(program: Program, command: str) -> None:
    """Every command shows at least one command line of its own."""
    assert re.search(rf"^ +(\S+ \| )?papertide {command}( |$)", program.done(command, "--help").out, flags=re.MULTILINE)


@pytest.mark.parametrize("command", ["", "topics", "saved", "duplicates", "rank"])
def test_help_cuts_nothing_off(program: Program, command: str) -> None:
    """What stands beside a command's name in a list of commands is a whole sentence."""
    assert not re.findall(r"^  \w.*\.\.\.$", program.done(*command.split(), "--help").out, flags=re.MULTILINE)


def test_help_names_every_command(program: Program) -> None:
    """`papertide --help` lists all commands, each with a sentence."""
    told = program.done("--help").out
    for command in COMMANDS:
        assert re.search(rf"^  {command} +[A-Z].*\.$", told, flags=re.MULTILINE), command


def test_no_arguments_show_the_help(program: Program) -> None:
    """`papertide` alone shows the help instead of doing anything."""
    ran = program()
    assert ran.code in (0, 2)
    assert "digest" in ran.out + ran.err


@pytest.mark.parametrize("command", list(COMMANDS))
def test_examples_are_command_lines(program: Program, command: str) -> None:
    """The options that an example uses are options of its command."""
    told = program.done(command, "--help").out
    known = {*re.findall(r"(?<![\w-])--?[a-z][\w-]*", told.partition("Options:")[2]), "--"}
    for line in re.findall(rf"^ +papertide {command}(?: .*)?$", told.partition("Options:")[0], flags=re.MULTILINE):
        typed = shlex.split(re.split(r" {3,}", line.strip())[0].partition(" | ")[0])
        options = [word.partition("=")[0] for word in typed if re.fullmatch(r"--?[a-z][\w-]*", word)]
        if command != "tag":
            assert known.issuperset(options), line
