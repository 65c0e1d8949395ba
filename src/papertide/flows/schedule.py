"""A timer for `fetch` and `digest`: as a systemd user timer, a line for cron, or a launchd job.

A plan says what files and commands it comes to, and is carried out or only shown. Whatever runs it, one program is
started with a list of arguments: `papertide … schedule --run`, which does both. No shell reads any of it but cron's, for
which every argument is quoted.
"""

from __future__ import annotations

import os
import plistlib
import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from papertide.errors import OutputError, UsageError
from papertide.flows.output import write_whole

KINDS = ("systemd", "cron", "launchd")
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_LABEL = "papertide"
_MARK = "# papertide schedule"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a timer comes to: files with their text, commands before and after writing them, and cron's line.

    A plan for removing has the same files, with None for their text.
    """

    kind: str
    files: Mapping[Path, str | None]
    before: Sequence[Sequence[str]] = ()
    after: Sequence[Sequence[str]] = ()
    cron: str | None = None


def clock_time(text: str) -> tuple[int, int]:
    """Hour and minute. Raises UsageError for what is no time of day."""
    found = _TIME.fullmatch(text)
    if found is None:
        raise UsageError(f"{text!r} is no time of day; write it as 07:30")
    return int(found[1]), int(found[2])


def usual_kind(platform: str) -> str:
    """What this machine most likely runs timers with."""
    if platform == "darwin":
        return "launchd"
    return "systemd" if shutil.which("systemctl") else "cron"


def install(
    kind: str, arguments: Sequence[str], at: tuple[int, int], home: Path, environment: Mapping[str, str]
) -> Plan:
    """The plan for a timer that runs a command every day at a time. The same arguments give the same plan."""
    for argument in arguments:
        if not argument.isprintable() or (kind == "cron" and "\\%" in argument):  # cron would eat the backslash
            raise UsageError(f"{argument!r} can't stand in a timer")
    if kind == "systemd":
        folder = _systemd(home, environment)
        files = {folder / f"{_LABEL}.service": _service(arguments), folder / f"{_LABEL}.timer": _timer(at)}
        enable = (*_SYSTEMCTL, "enable", "--now", f"{_LABEL}.timer")
        return Plan(kind, files, after=((*_SYSTEMCTL, "daemon-reload"), enable))
    if kind == "launchd":
        file = _launchd(home)
        job = {
            "Label": _LABEL,
            "ProgramArguments": list(arguments),
            "StartCalendarInterval": {"Hour": at[0], "Minute": at[1]},
        }
        text = plistlib.dumps(job, sort_keys=True).decode()
        return Plan(
            kind, {file: text}, before=(("launchctl", "unload", str(file)),), after=(("launchctl", "load", str(file)),)
        )
    return Plan(kind, {}, cron=cron_line(arguments, at))


def remove(kind: str, home: Path, environment: Mapping[str, str]) -> Plan:
    """The plan for taking the timer away."""
    if kind == "systemd":
        folder = _systemd(home, environment)
        files = dict.fromkeys((folder / f"{_LABEL}.service", folder / f"{_LABEL}.timer"))
        disable = (*_SYSTEMCTL, "disable", "--now", f"{_LABEL}.timer")
        return Plan(kind, files, before=(disable,), after=((*_SYSTEMCTL, "daemon-reload"),))
    if kind == "launchd":
        file = _launchd(home)
        return Plan(kind, {file: None}, before=(("launchctl", "unload", str(file)),))
    return Plan(kind, {})


def told(plan: Plan) -> list[str]:
    """What a plan does, line by line, for a person to read before it is done."""
    lines: list[str] = []
    for path, text in plan.files.items():
        lines.append(f"write {path}:" if text is not None else f"delete {path}")
        lines += [f"    {line}" for line in (text or "").splitlines()]
    if plan.kind == "cron":
        lines.append("put into your crontab:" if plan.cron else "take out of your crontab what ends with:")
        lines.append(f"    {plan.cron or _MARK}")
    lines += [f"run {shlex.join(command)}" for command in (*plan.before, *plan.after)]
    return lines


def carry_out(plan: Plan) -> bool:
    """Do it; gives whether anything changed: a plan that was carried out before changes nothing.

    Raises OutputError where a file can't be written or a command fails.
    """
    if plan.kind == "cron":
        return _into_crontab(plan.cron)
    changed = any(_text_of(path) != text for path, text in plan.files.items())
    removing = all(text is None for text in plan.files.values())
    if removing and not changed:
        return False
    for command in plan.before:
        _run(command, excuse="")  # what isn't loaded can't be unloaded
    for path, text in plan.files.items():
        try:
            if text is None:
                path.unlink(missing_ok=True)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(str(path), error.strerror or str(error)) from error
        if text is not None:
            write_whole(path, [text])
    for command in plan.after:
        _run(command)  # also where no file changed: it may have failed the last time
    return changed


def cron_line(arguments: Sequence[str], at: tuple[int, int]) -> str:
    """A line of a crontab: arguments quoted for the shell, and `%`, which cron takes for a line end, behind a backslash."""
    command = shlex.join(arguments).replace("%", "\\%")
    return f"{at[1]} {at[0]} * * * {command} {_MARK}"


# --- systemd ----------------------------------------------------------------------------------------------------------

_SYSTEMCTL = ("systemctl", "--user")


def _systemd(home: Path, environment: Mapping[str, str]) -> Path:
    return Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "systemd" / "user"


def _service(arguments: Sequence[str]) -> str:
    command = " ".join(map(_quoted, arguments))
    return (
        "[Unit]\nDescription=Papertide: fetch new papers, and the digest of them\n\n"
        f"[Service]\nType=oneshot\nExecStart={command}\n# 3: done, but for some pages\nSuccessExitStatus=3\n"
    )


def _quoted(argument: str) -> str:
    """An argument in a unit file: quoted, with what systemd would replace doubled. Source: systemd.service(5)."""
    text = argument.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{text}"'


def _timer(at: tuple[int, int]) -> str:
    return (
        "[Unit]\nDescription=Papertide, every day\n\n"
        f"[Timer]\nOnCalendar=*-*-* {at[0]:02}:{at[1]:02}:00\n# A run that was missed is made up for.\nPersistent=true\n\n"
        "[Install]\nWantedBy=timers.target\n"
    )


# --- launchd and cron -------------------------------------------------------------------------------------------------


def _launchd(home: Path) -> Path:
    return home / "Library" / "LaunchAgents" / f"{_LABEL}.plist"


def _into_crontab(line: str | None) -> bool:
    """Put our line in the place of any older one of ours; every other line stays as it is."""
    listed = _run(("crontab", "-l"), excuse="no crontab")
    before = listed if listed is not None else ""
    others = [text for text in before.splitlines(keepends=True) if not text.rstrip("\n").endswith(_MARK)]
    if others and not others[-1].endswith("\n"):
        others[-1] += "\n"
    after = "".join(others) + (f"{line}\n" if line else "")
    if after == before:
        return False
    _run(("crontab", "-"), given=after)
    return True


def _run(command: Sequence[str], *, excuse: str | None = None, given: str | None = None) -> str | None:
    """What a command printed; None for one that failed with a word that excuses it ("" excuses all).

    Raises OutputError for any other that failed: a table that couldn't be read must not be taken for an empty one.
    """
    try:
        done = subprocess.run(
            command,
            input=given or "",
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            env={**os.environ, "LC_ALL": "C"},
        )
    except OSError as error:
        raise OutputError(command[0], error.strerror or str(error)) from error
    if done.returncode == 0:
        return done.stdout
    if excuse is None or excuse not in done.stderr:
        raise OutputError(shlex.join(command), done.stderr.strip() or f"exit code {done.returncode}")
    return None


def _text_of(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
