"""Faults: every command that writes, while the disk fills up or fails, a signal ends it, or the clock jumps back.

Each try has a fresh copy of a library that was lived with and is judged as in `killing.py`: the library is as it was, or as
the whole command makes it (or, for commands of several steps, somewhere on the way, from where the command goes on); it is
sound by SQLite's check and by those of `doctor`; files beside it are whole or absent. Besides, a command that says it is done
(exit code 0) must have done it, and one that isn't must say why, in a line and not a traceback.

The calls that fail are those of the C library below the copy's folder (`faults.c`, compiled here by gcc and preloaded); which
one fails is drawn from as many as the undisturbed command makes. `--tries 20` is the full measure.
"""

from __future__ import annotations

import argparse
import ctypes
import errno
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from killing import CASES, LIBRARY, SICK, Case, Outcome, State, child, judged, master, state, warm
from table import keep, measured_on, skipped

SHIM = "PAPERTIDE_FAULTS"
"""Where the compiled calls are; set for the process that they are loaded into."""
WRITE, SYNC, OPEN, RENAME, READ = range(5)
DAY = 24 * 60 * 60
_LOOKS = 20
"""At the clock, that a command takes: the jump comes before, between or after them."""


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong: `kind` is the call that fails with `error`, `end` the signal that ends the process.

    `largest` is for a limit to the size of files. Of a `harmless` fault nothing may be seen.
    """

    name: str
    kind: int | None = None
    error: int = 0
    once: bool = False
    end: signal.Signals | None = None
    largest: bool = False
    harmless: bool = False


FAULTS = (
    Fault("kill -9", end=signal.SIGKILL),
    Fault("SIGTERM", end=signal.SIGTERM),
    Fault("SIGHUP", end=signal.SIGHUP),
    Fault("disk full (ENOSPC)", WRITE, errno.ENOSPC),
    Fault("file too large (RLIMIT_FSIZE)", largest=True),
    Fault("write fails once (EIO)", WRITE, errno.EIO, once=True),
    Fault("disk fails from then on (EIO)", WRITE, errno.EIO),
    Fault("sync fails (EIO)", SYNC, errno.EIO),
    Fault("read fails once (EIO)", READ, errno.EIO, once=True),
    Fault("no permission (EACCES)", OPEN, errno.EACCES),
    Fault("rename fails (EACCES)", RENAME, errno.EACCES),
    Fault("clock jumps back a day", harmless=True),
)


class Shim:
    """The calls that can be made to fail, in this process."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(os.environ[SHIM])
        self._library.papertide_calls.restype = ctypes.c_long
        self._library.papertide_fault.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_long, ctypes.c_int]
        self._library.papertide_clock.argtypes = [ctypes.c_long, ctypes.c_long]

    def under(self, folder: Path) -> None:
        """Count, and let fail, what is done below a folder."""
        self._library.papertide_under(str(folder).encode())

    def calls(self) -> list[int]:
        """How many calls of each kind there were."""
        return [self._library.papertide_calls(kind) for kind in range(5)]

    def fail(self, kind: int, error: int, after: int, *, once: bool) -> None:
        """Let a call fail."""
        self._library.papertide_fault(kind, error, after, once)

    def jump(self, looks: int) -> None:
        """Let the clock jump back a day after so many looks at it."""
        self._library.papertide_clock(DAY, looks)


@dataclass
class Told:
    """What came of a fault: how its tries fell, how the commands ended, and what was wrong."""

    outcome: Outcome = field(default_factory=Outcome)
    ended: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Ready:
    """A case made ready: the copy that each try begins with, its states, and what the undisturbed command takes."""

    case: Case
    folder: Path
    place: str
    ends: tuple[State, State]
    seconds: float
    calls: Sequence[int]
    largest: int


def made_ready(case: Case, home: Path, shim: Shim) -> Ready:
    """Make a case ready, and run it once undisturbed."""
    folder, undisturbed, counted = (home.parent / name for name in ("ready", "undisturbed", "calls"))
    shutil.copytree(home, folder)
    case.prepare(folder)
    shutil.copytree(folder, undisturbed)

    @contextmanager
    def counting() -> Iterator[None]:
        shim.under(undisturbed)
        yield
        counted.write_text(" ".join(map(str, shim.calls())), encoding="utf-8")

    begin = time.perf_counter()
    code = child(undisturbed, case.arguments, within=counting)
    seconds = time.perf_counter() - begin
    if code != 0:
        raise RuntimeError(f"{case.name} fails undisturbed: {code}")
    place = case.arguments[1] if case.arguments[0] == "--library" else LIBRARY
    ends = (state(folder / place), state(undisturbed / place))
    largest = max(path.stat().st_size for path in undisturbed.rglob("*") if path.is_file())
    shutil.rmtree(undisturbed)
    return Ready(
        case, folder, place, ends, seconds, [int(n) for n in counted.read_text(encoding="utf-8").split()], largest
    )


def tried(ready: Ready, fault: Fault, shim: Shim, chance: random.Random, told: Told) -> None:
    """One try: a fresh copy, the command with the fault, and a look at what is left."""
    copy, said = ready.folder.parent / "copy", ready.folder.parent / "said"
    shutil.copytree(ready.folder, copy)
    far = chance.random()

    @contextmanager
    def disturbed() -> Iterator[None]:
        with said.open("wb") as file:
            os.dup2(file.fileno(), 2)
        shim.under(copy)
        if fault.kind is not None:
            shim.fail(fault.kind, fault.error, int(far * ready.calls[fault.kind]), once=fault.once)
        elif fault.largest:
            most = int(far * ready.largest)
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        elif fault.end is not None and fault.end != signal.SIGKILL:
            signal.signal(fault.end, signal.SIG_DFL)  # whoever runs this in the background ignores it
        elif fault.harmless:
            shim.jump(int(far * _LOOKS))
        try:
            yield
        except Exception:
            traceback.print_exc()
            raise
        finally:
            shim.under(Path("/nowhere"))
            sys.stderr.flush()

    seconds = None if fault.end is None else far * ready.seconds * 1.05
    code = child(copy, ready.case.arguments, seconds, end=fault.end or signal.SIGKILL, within=disturbed)
    text = said.read_text(encoding="utf-8", errors="replace")
    unwell = SICK if ready.case.name == "doctor --repair" else frozenset[str]()
    fell = Counter(told.outcome.fell)
    wrong = judged(ready.case, copy, ready.place, ready.ends, unwell, told.outcome)
    (now,) = told.outcome.fell - fell
    told.ended["ended by it" if code is None else f"exit {code}"] += 1
    if code == 0 and now != "after":
        wrong.append("it says that it is done, and isn't")
    if fault.harmless and code != 0:
        wrong.append(f"it ends with {code}")
    if code not in (0, None) and "papertide:" not in text and code != 3:
        wrong.append(f"it doesn't say why it ends with {code}: {text[-200:]!r}")
    if "Traceback" in text:
        wrong.append(f"a traceback: {text[-300:]!r}")
    told.wrong += [f"{fault.name}, {ready.case.name}: {line}" for line in wrong]
    shutil.rmtree(copy)


def all_tried(
    tries: int, seed: int, faults: Collection[str] = (), cases: Collection[str] = ()
) -> Iterator[tuple[str, Told]]:
    """Try every fault under every command, or those that are named; gives each fault when all is done."""
    warm()
    shim = Shim()
    chance = random.Random(seed)
    found = {fault.name: Told() for fault in FAULTS if not faults or fault.name in faults}
    with tempfile.TemporaryDirectory() as folder:
        home = master(Path(folder).resolve() / "master")
        for case in CASES:
            if cases and case.name not in cases:
                continue
            ready = made_ready(case, home, shim)
            for fault in FAULTS:
                for _ in range(tries if fault.name in found else 0):
                    tried(ready, fault, shim, chance, found[fault.name])
            shutil.rmtree(ready.folder)
    yield from found.items()


def compiled(folder: Path) -> Path:
    """The calls that fail, made by gcc."""
    made = folder / "faults.so"
    source = Path(__file__).with_suffix(".c")
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", str(made), str(source), "-ldl"], check=True)
    return made


def table(found: Iterable[tuple[str, Told]]) -> Iterator[str]:
    """The table for people, in Markdown, as `docs/reliability.md` shows it."""
    yield "| fault | tries | before | between | after | ends | lost |"
    yield "| --- | ---: | ---: | ---: | ---: | --- | ---: |"
    for name, told in found:
        fell = [told.outcome.fell[where] for where in ("before", "between", "after")]
        ends = ", ".join(f"{times} {end}" for end, times in sorted(told.ended.items()))
        lost = len(told.wrong) or "nothing"
        yield f"| {name} | {sum(fell)} | {fell[0]} | {fell[1]} | {fell[2]} | {ends} | {lost} |"


def main() -> None:
    """Try, print the table, and fail if anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tries", type=int, default=1, help="of each fault under each command (default: 1)")
    parser.add_argument("--seed", type=int, default=1, help="of the moments (default: 1)")
    parser.add_argument("--fault", action="append", default=[], metavar="NAME", help="this fault only (repeatable)")
    parser.add_argument("names", nargs="*", help="these commands only")
    given = parser.parse_args()
    if SHIM not in os.environ:
        if sys.platform != "linux" or not shutil.which("gcc"):
            skipped("it needs Linux and gcc")
            return
        with tempfile.TemporaryDirectory() as folder:
            shim = str(compiled(Path(folder)))
            done = subprocess.run(
                [sys.executable, *sys.argv], env={**os.environ, SHIM: shim, "LD_PRELOAD": shim}, check=False
            )
        sys.exit(done.returncode)
    found = list(all_tried(given.tries, given.seed, given.fault, given.names))
    print("\n".join(table(found)))
    wrong = Counter(line for _, told in found for line in told.wrong)
    for line, times in wrong.items():
        print(f"  {times} times: {line}")
    measured_on(f"{len(found)} faults, {given.tries} of each under each command")
    keep("what is wrong after faults", None, sum(wrong.values()), "<= 0")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
