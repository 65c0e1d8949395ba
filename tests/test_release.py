"""What is released: a source archive and a wheel that hold what they should, and a program that works where it is installed."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from email import message_from_string
from importlib.metadata import packages_distributions, requires
from importlib.util import find_spec
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from tests.cli.shells import becomes

from papertide import __schema__, __version__

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SHARED = {
    "share/man/man1/papertide.1",
    "share/bash-completion/completions/papertide",
    "share/zsh/site-functions/_papertide",
    "share/fish/vendor_completions.d/papertide.fish",
}


def build(source: Path, target: Path, *kinds: str) -> list[Path]:
    """Build from a folder, by the hatchling that is installed: nothing is fetched."""
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(target), *(f"-t{kind}" for kind in kinds)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    return sorted(target.iterdir())


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The source archive and the wheel of this checkout."""
    wheel, archive = build(ROOT, tmp_path_factory.mktemp("dist"), "sdist", "wheel")
    return archive, wheel


@pytest.fixture(scope="module")
def installed(released: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean environment with the wheel in it, and with what it needs lent by the one that runs the tests."""
    if find_spec("pip") is None:
        pytest.skip("this environment has no pip to install with")
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder, with_pip=False)
    # Settings of the person who runs this, such as an index, must not matter; nothing is asked for anyway.
    env = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    command = [sys.executable, "-m", "pip", "--isolated", "--python", str(folder), "install", "--no-deps", "--no-index"]
    subprocess.run([*command, str(released[1])], env=env, check=True, capture_output=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    # A .pth names a folder, whose own .pth files aren't read: the checkout that is installed there stays out.
    lent = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages / "lent.pth").write_text("".join(f"{path}\n" for path in sorted(lent)), encoding="utf-8")
    return folder


def ran(installed: Path, *arguments: str | Path) -> str:
    """What the installed program prints; it has to succeed."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    command = [installed / "bin" / "papertide", *arguments]
    return subprocess.run(command, env=env, cwd=installed, check=True, capture_output=True, text=True).stdout


def test_the_source_archive_holds_the_source(released: tuple[Path, Path]) -> None:
    """The source archive holds the package, the documents and what builds it, and nothing that work leaves behind."""
    with tarfile.open(released[0]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    files = (path for room in ("src", "docs") for path in (ROOT / room).rglob("*") if path.is_file())
    wanted = {path.relative_to(ROOT).as_posix() for path in files if "__pycache__" not in path.parts}
    assert names == wanted | {"README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml", "PKG-INFO", ".gitignore"}


def test_the_wheel_holds_the_package(released: tuple[Path, Path]) -> None:
    """The wheel holds the package, the manual page and the completions, and nothing else beside its own metadata."""
    with zipfile.ZipFile(released[1]) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    package = (path for path in (ROOT / "src" / "papertide").rglob("*") if path.is_file())
    ours = {path.relative_to(ROOT / "src").as_posix() for path in package if "__pycache__" not in path.parts}
    assert names == ours | {f"papertide-{__version__}.data/data/{name}" for name in SHARED}


def test_the_archive_builds_the_same_wheel(released: tuple[Path, Path], tmp_path: Path) -> None:
    """The wheel that is built from the source archive is the one that is built from the checkout, byte for byte."""
    with tarfile.open(released[0]) as archive:
        archive.extractall(tmp_path, filter="data")
    (again,) = build(tmp_path / f"papertide-{__version__}", tmp_path / "dist", "wheel")
    assert again.read_bytes() == released[1].read_bytes()


def test_what_is_needed_is_named(released: tuple[Path, Path]) -> None:
    """The wheel names the requirements of pyproject.toml, and all that the package imports of others is one of them, or
    what one of them is made of: pydantic-core, say."""
    with zipfile.ZipFile(released[1]) as wheel:
        told = message_from_string(wheel.read(f"papertide-{__version__}.dist-info/METADATA").decode())
    extras = [
        f'{text}; extra == "{extra}"' for extra, all_ in PROJECT["optional-dependencies"].items() for text in all_
    ]
    asked = {Requirement(text) for text in [*PROJECT["dependencies"], *extras]}
    assert {Requirement(text) for text in told.get_all("Requires-Dist", [])} == asked
    known = {canonicalize_name(requirement.name) for requirement in asked}
    known |= {canonicalize_name(Requirement(text).name) for name in known for text in requires(name) or ()}
    homes = packages_distributions()
    for path in (ROOT / "src" / "papertide").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {"papertide"}:
                assert known & {canonicalize_name(home) for home in homes[name]}, f"{path.name} imports {name}"


def test_it_works_where_it_is_installed(installed: Path) -> None:
    """The installed program tells its version, reads a page and lists its papers, and is not the checkout's."""
    assert ran(installed, "--version") == f"papertide {__version__} (schema {__schema__})\n"
    library = installed / "library.db"
    ran(installed, "--library", library, "add", ROOT / "fixtures" / "pages" / "2026-09-search.md")
    assert len(ran(installed, "--library", library, "list").splitlines()) == 15
    code = "import papertide; print(papertide.__file__)"
    told = subprocess.run([installed / "bin" / "python", "-c", code], check=True, capture_output=True, text=True).stdout
    assert Path(told.strip()).is_relative_to(installed)


def test_the_manual_page_is_installed(installed: Path) -> None:
    """The manual page and the completions lie where they are looked for, and `man` finds the page."""
    assert all((installed / name).is_file() for name in SHARED)
    if shutil.which("man") is None:
        pytest.skip("there is no man here")
    env = {**os.environ, "MANPATH": str(installed / "share" / "man")}
    found = subprocess.run(["man", "-w", "papertide"], env=env, capture_output=True, text=True, check=True).stdout
    assert found.strip() == str(installed / "share" / "man" / "man1" / "papertide.1")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completions_that_are_installed_work(
    installed: Path, shell: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each shell completes by the script that the wheel put there, and asks the program that it put there."""
    monkeypatch.chdir(tmp_path)
    (script,) = (installed / name for name in SHARED if shell in name)
    assert becomes(shell, ["papertide dig"], script, programs=installed / "bin") == ["papertide digest "]
