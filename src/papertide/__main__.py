"""The command line's way in; the version is answered before anything heavy is imported."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line on `sys.argv` and leave with its exit code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from papertide import __schema__, __version__

        sys.stdout.write(f"papertide {__version__} (schema {__schema__})\n")
        return
    from papertide.cli.app import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
