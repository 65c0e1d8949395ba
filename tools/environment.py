"""Make, mend or check .venv; the Makefile runs this with the Python that the environment is to be made from.

    environment.py runtime   Papertide (editable) and what it needs, at the versions of constraints.txt
    environment.py dev       that, the extras, and the tools of [dependency-groups] dev
    environment.py check     exit 0 where .venv is whole and belongs to this checkout (run by .venv's own Python)

Only the standard library is at hand here. `.venv/unfinished` stands for as long as something is being installed, so
that a run that was killed is seen by the next one, which then begins afresh.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UNFINISHED = VENV / "unfinished"
STAMPS = {"runtime": ("runtime",), "dev": ("runtime", "dev")}

# Settings of the caller's that would send packages elsewhere, or judge them by other pins than ours.
REFUSED = {f"PIP_{name}" for name in ("TARGET", "PREFIX", "ROOT", "PYTHON", "NO_DEPS")} | {"PYTHONPATH", "PYTHONHOME"}


def check() -> bool:
    """Whether the Python that runs this is a whole .venv of this checkout, and of the version that PYTHON= asks for."""
    found = find_spec("papertide")
    if found is None or found.origin is None or UNFINISHED.exists() or not (VENV / "bin" / "papertide").exists():
        return False
    wanted = os.environ.get("PYTHON")
    same = not wanted or version_of(wanted) == sys.version_info[:2]
    return same and Path(found.origin).samefile(ROOT / "src" / "papertide" / "__init__.py")


def version_of(python: str | Path) -> tuple[int, ...]:
    """The version (major, minor) that a Python tells when it is run; empty where it can't run."""
    try:
        told = subprocess.run([python, "-E", "-c", "import sys; print(*sys.version_info[:2])"], capture_output=True)
    except OSError:
        return ()
    return tuple(int(part) for part in told.stdout.split())


def reusable() -> bool:
    """Whether .venv may be installed into as it is, instead of made anew."""
    version = version_of(PYTHON)
    as_asked = version == sys.version_info[:2] if os.environ.get("PYTHON") else version >= (3, 11)
    return as_asked and not UNFINISHED.exists()


def create() -> None:
    """Make an empty .venv, with the pip that comes with Python where there is one; leave nothing behind on failure."""
    say(f"making .venv with Python {sys.version.split()[0]} ({sys.executable})")
    remove()
    begin()
    command: list[str | Path] = [sys.executable, "-E", "-m", "venv", VENV]
    if subprocess.run(command, capture_output=True, env=environment()).returncode == 0:
        return
    remove()
    if find_spec("pip") is None:  # Debian and Ubuntu keep both in packages of their own
        raise SystemExit(
            f"{sys.executable} has neither ensurepip nor pip: install python3-venv (Debian, Ubuntu: apt install "
            "python3-venv), or point PYTHON= at another Python 3.11 or newer."
        )
    begin()
    subprocess.run([*command, "--without-pip"], check=True, env=environment())


def install(level: str) -> None:
    """Bring .venv to what pyproject.toml and constraints.txt say, and stamp it; what pip says is kept for a failure."""
    begin()
    packages = ["--editable", ".", *(dev_tools() if level == "dev" else ())]
    say(f"installing Papertide and its pinned dependencies ({level})")
    command = [*pip(), "install", *packages]
    subprocess.run(command, check=True, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    # pip compiles what it installs, except for an editable package: the first start would pay for that.
    subprocess.run([PYTHON, "-m", "compileall", "-q", "src"], check=True, env=environment())
    for stamp in STAMPS[level]:
        (VENV / f"{stamp}.stamp").touch()
    UNFINISHED.unlink()


def pip() -> list[str | Path]:
    """The pip command that installs into .venv: its own, else that of the Python it was made from."""
    if subprocess.run([PYTHON, "-c", "import pip"], capture_output=True, env=environment()).returncode == 0:
        return [PYTHON, "-m", "pip"]
    return [sys.executable, "-E", "-m", "pip", "--python", PYTHON]


def dev_tools() -> list[str]:
    """What [dependency-groups] dev and the extras ask for, so that all of it is tested.

    Read here, because pip knows of groups only since 25.1.
    """
    import tomllib

    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = told["project"]["optional-dependencies"].values()
    return [str(need) for needs in (told["dependency-groups"]["dev"], *extras) for need in needs]


def environment() -> dict[str, str]:
    """The caller's environment, index settings and all, with the pins for the packages and for the build alike.

    The path of the pins is relative (everything runs in ROOT), because pip splits this variable at spaces.
    """
    kept = {name: value for name, value in os.environ.items() if name not in REFUSED}
    quiet = {"PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    return kept | quiet | {"PIP_CONSTRAINT": "constraints.txt", "PIP_BUILD_CONSTRAINT": "constraints.txt"}


def begin() -> None:
    """Mark .venv as unfinished, also where it isn't there yet."""
    VENV.mkdir(exist_ok=True)
    UNFINISHED.touch()


def remove() -> None:
    """Take .venv away, whatever it is."""
    if VENV.is_symlink() or VENV.is_file():
        VENV.unlink()
    elif VENV.exists():
        shutil.rmtree(VENV)


def say(line: str) -> None:
    """Tell the person who waits; stdout belongs to the command that was asked for."""
    print(line, file=sys.stderr, flush=True)


def main(level: str) -> None:
    """Install into a .venv that is whole, else (or where that fails) into a new one."""
    if VENV.exists() and VENV.samefile(sys.prefix):  # an activated .venv can't stand on itself while it is replaced
        base = str(Path(sys.base_prefix, "bin", "python{}.{}".format(*sys.version_info)))
        os.execv(base, [base, "-E", __file__, level])
    os.chdir(ROOT)
    if reusable():
        try:
            return install(level)
        except subprocess.CalledProcessError:
            say("the environment can't be mended in place")
    create()
    try:
        return install(level)
    except subprocess.CalledProcessError as error:
        say((error.stdout or b"").decode(errors="replace"))
        raise SystemExit(f"installing failed (exit {error.returncode}); the next run begins afresh.") from None


if __name__ == "__main__":
    if sys.argv[1:] == ["check"]:
        raise SystemExit(not check())
    main(sys.argv[1])
