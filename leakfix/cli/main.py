"""The way in: as little as possible is imported until it is known what for."""

from __future__ import annotations

import os
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
    # Whoever ends the process now need not look for memory in it that nobody holds.
    gc.freeze()
    return code


def command() -> None:
    """Run the command line of this process and end it, with all its memory: nobody has to take that apart first."""
    code = main()
    _see_off_workers()
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except (OSError, ValueError):
        # The interpreter tells of it.
        sys.exit(code)
    os._exit(code)


def _see_off_workers() -> None:
    """Wait for processes that have done their work, so that whoever asks is told of the time that they took."""
    if "multiprocessing" in sys.modules:
        from multiprocessing import active_children

        for worker in active_children():
            worker.join()
