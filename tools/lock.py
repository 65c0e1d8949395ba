"""Write constraints.txt: the installed version of all that Papertide, its extras, dev tools and build ask for.

Run by .venv's own Python with the dev tools installed (`make lock`). A line is `name==version`, sorted by name; what
lies in the environment for another reason stays out. Constraints only choose versions and never install, so that one
list serves Python 3.11 to 3.13: what only some of them need is pinned for all, and a version that the oldest of them
refuses is refused here.
"""

from __future__ import annotations

import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PYTHONS = ("3.11.0", "3.12.0", "3.13.0")
HEAD = "# Made by `make lock`: the versions that Papertide is tested with. Not a list of requirements.\n"


def asked_for() -> list[str]:
    """The requirements that pyproject.toml names: at run time, in its extras, for development and for the build.

    `editables` is what hatchling asks for when the install is an editable one; its metadata doesn't say so.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    runtime, dev = project["project"]["dependencies"], project["dependency-groups"]["dev"]
    extras = [need for needs in project["project"]["optional-dependencies"].values() for need in needs]
    return [*runtime, *extras, *dev, *project["build-system"]["requires"], "editables"]


def pins(wanted: list[str]) -> dict[str, str]:
    """Name to version for these requirements and all that they need in turn; a name that isn't installed is left out.

    A requirement under a marker that doesn't hold here is followed all the same where it happens to be installed.
    """
    found: dict[str, str] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    queue = [Requirement(text) for text in wanted]
    while queue:
        requirement = queue.pop()
        name, extras = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            installed = distribution(name)
        except PackageNotFoundError:
            continue
        found[name] = installed.version
        queue += [need for text in installed.requires or () if asked(need := Requirement(text), extras)]
    return found


def asked(need: Requirement, extras: frozenset[str]) -> bool:
    """Whether a package needs this, be it on another Python; what belongs to an extra only where that is asked for."""
    if need.marker is None or "extra" not in str(need.marker):
        return True
    return any(need.marker.evaluate({"extra": extra}) for extra in extras)


def refused(name: str) -> str | None:
    """The Requires-Python of an installed package, where one of the Pythons we promise doesn't meet it."""
    required = str((distribution(name).metadata.get_all("Requires-Python") or [""])[0])
    return None if all(SpecifierSet(required).contains(python) for python in PYTHONS) else required


def main() -> None:
    """Write the file, and say how many pins it holds; write nothing where a pin would shut out a Python we promise."""
    found = pins(asked_for())
    narrow = [f"{name}=={found[name]} needs Python {required}" for name in sorted(found) if (required := refused(name))]
    if narrow:
        raise SystemExit("\n".join([*narrow, "install an older version into .venv, and lock again"]))
    lines = [f"{name}=={version}\n" for name, version in sorted(found.items())]
    (ROOT / "constraints.txt").write_text(HEAD + "".join(lines), encoding="utf-8")
    print(f"constraints.txt: {len(lines)} pins")


if __name__ == "__main__":
    main()
