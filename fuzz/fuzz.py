"""Fuzzing, guided by coverage: `python fuzz/fuzz.py --seconds 120` gives each target that time and prints the table.

It needs Atheris (a wheel for CPython 3.11 on Linux), which is kept out of the development environment:

    python3.11 -m venv /tmp/fuzz
    /tmp/fuzz/bin/pip install -c constraints.txt -e . atheris bibtexparser feedparser html5lib pyyaml rispy
    /tmp/fuzz/bin/python fuzz/fuzz.py --seconds 120 [TARGET...]

Seeds are the files of `fuzz/corpus` and of `fixtures`. What crashes is kept in the folder that `--found` names, and so is
what reached something new; `--keep N` copies the N smallest of these into the corpus that the tests run through.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
CORPUS = HERE / "corpus"
FIXTURES = HERE.parent / "fixtures"
LONGEST = 6000
"""Bytes of an input: large enough for a page of a few papers."""
SLOWEST = 20
"""Seconds that one input may take."""
MEMORY = 2048
"""Megabytes that a target may take."""
SEEDS = {
    "parse auto": ("pages", "hf-text", "hf-json"),
    "cut again": ("bibtex", "ris", "csv", "jsonl"),
    "library": ("jsonl",),
}


def folder_of(name: str) -> Path:
    """The corpus of a target."""
    return CORPUS / name.replace(" ", "-")


def seeds_of(name: str) -> list[Path]:
    """The folders whose files a target begins with."""
    layouts = SEEDS.get(name, (name.removeprefix("parse "),) if name.startswith("parse ") else ())
    return [folder for folder in (folder_of(name), *(FIXTURES / layout for layout in layouts)) if folder.is_dir()]


def one(name: str, seconds: int, found: Path) -> None:
    """Fuzz one target in this process; it ends with the process."""
    import atheris  # here: it is in no other environment

    with atheris.instrument_imports(include=["papertide"]):
        from targets import TARGETS
    given = [f"-max_total_time={seconds}", f"-max_len={LONGEST}", f"-timeout={SLOWEST}", f"-rss_limit_mb={MEMORY}"]
    given += [
        f"-artifact_prefix={found}/crash-",
        f"-dict={HERE / 'words.dict'}",
        "-print_final_stats=1",
        "-len_control=30",
    ]
    reached = found / "reached"
    reached.mkdir(parents=True, exist_ok=True)
    atheris.Setup([sys.argv[0], *given, str(reached), *map(str, seeds_of(name))], TARGETS[name])
    atheris.Fuzz()


def run(name: str, seconds: int, found: Path) -> tuple[int, float, int, str]:
    """Fuzz one target in a process of its own; gives executions, CPU seconds' stand-in, new inputs, and what was wrong."""
    place = found / name.replace(" ", "-")
    place.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, __file__, "--one", name, "--seconds", str(seconds), "--found", str(place)]
    begin = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    spent = time.monotonic() - begin
    log = done.stderr + done.stdout
    (place / "log").write_text(log, encoding="utf-8")
    counts = [
        int(count)
        for count in re.findall(r"number_of_executed_units:\s*(\d+)|^#(\d+)\s", log, re.MULTILINE)
        for count in count
        if count
    ]
    reached = place / "reached"
    wrong = (
        ""
        if done.returncode == 0
        else "".join(
            next(iter(re.findall(r"Uncaught Python exception: ===\n(.*)|(?m:^==\d+== ERROR: (.*))", log)), ("failed",))
        )
    )
    return max(counts, default=0), spent, len(list(reached.glob("*"))) if reached.is_dir() else 0, wrong[:100]


def keep(found: Path, name: str, most: int) -> None:
    """Copy the smallest inputs that reached something new into the corpus."""
    reached = sorted(
        (found / name.replace(" ", "-") / "reached").glob("*"), key=lambda path: (path.stat().st_size, path.name)
    )
    folder_of(name).mkdir(parents=True, exist_ok=True)
    for path in reached[:most]:
        shutil.copyfile(path, folder_of(name) / path.name[:12])


def main() -> None:
    """Fuzz, print the table, and fail if anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="TARGET", help="these targets only")
    parser.add_argument("--seconds", type=int, default=120, help="for each target (default: 120)")
    parser.add_argument("--found", type=Path, help="where to keep what is found (default: a new folder)")
    parser.add_argument(
        "--keep", type=int, default=0, metavar="N", help="copy the N smallest finds of each into the corpus"
    )
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    found = (given.found or Path(tempfile.mkdtemp(prefix="papertide-fuzz-"))).resolve()
    if given.one:
        one(given.one, given.seconds, found)
        return
    from targets import TARGETS  # here: a process that fuzzes loads them instrumented

    print(f"{'target':<18}{'executions':>12}{'seconds':>9}{'reached':>9}   wrong   (in {found})")
    ill = False
    for name in given.names or TARGETS:
        count, spent, reached, wrong = run(name, given.seconds, found)
        ill |= bool(wrong)
        print(f"{name:<18}{count:>12,}{spent:>9.0f}{reached:>9}   {wrong}", flush=True)
        if given.keep:
            keep(found, name, given.keep)
    sys.exit(ill)


if __name__ == "__main__":
    main()
