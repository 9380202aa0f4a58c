"""The way in: as little as possible is imported until it is known what for."""

from __future__ import annotations

import sys

# Nearly all that a run allocates, modules first, lives as long as its workspace, behind which garbage is collected.
_GC_THRESHOLD = 5_000_000


def main() -> int:
    """Run the command line of this process and return its exit code."""
    if sys.argv[1:] == ["--version"]:
        from leakfix.version import __version__

        sys.stdout.write(f"leakfix {__version__}\n")
        return 0
    import gc

    gc.set_threshold(_GC_THRESHOLD)
    from leakfix.cli.app import run
    from leakfix.cli.room import with_room

    code = with_room(lambda: run(sys.argv[1:]))
    # The memory goes with the process: nothing in it has to be looked for.
    gc.freeze()
    return code
