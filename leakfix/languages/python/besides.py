"""The tests of a project that a run leaves out: they say what is put in the place of what the run's files open.

They lie beside the files of the run, or in a folder for tests in one of their directories or of those above, up to the
one that the project starts in. They are read when somebody asks, and never reported on.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from leakfix.languages.python.versions import BUILD_FILES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TEST_FILES: Final = ("conftest.py", "tests.py", "test.py")
_FOLDERS: Final = ("tests", "test", "testing", "t")
_STARTS: Final = frozenset((*BUILD_FILES, ".git", ".hg"))
_MOST_ABOVE: Final = 6
_MOST_FILES: Final = 5000
_LARGEST: Final = 1 << 20
_SUFFIX: Final = ".py"


def is_test(name: str) -> bool:
    """Whether a file's name says that it holds tests: `test_pool.py`, `pool_test.py`, `conftest.py`."""
    return name.startswith("test_") or name.endswith("_test.py") or name in _TEST_FILES


def tests_beside(directories: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield tests on the disk, each with a stamp that changes with it. Paths are absolute.

    Those of a run with files in some directories are among them.
    """
    own = sorted(set(directories))
    seen: set[str] = set()
    left = _MOST_FILES
    for directory in (*own, *_above(own)):
        names, folders = _listed(directory)
        waiting = [f"{directory}/{folder}" for folder in folders if folder in _FOLDERS]
        yield from ((path, stamp) for path, stamp in names if is_test(path.rpartition("/")[2]))
        while waiting and left > 0:
            folder = waiting.pop()
            if folder in seen or folder in own:
                continue
            seen.add(folder)
            names, folders = _listed(folder)
            left -= len(names)
            yield from names
            waiting += [f"{folder}/{inner}" for inner in folders]


def read(path: str) -> bytes:
    """Return the bytes of a file; none of one that cannot be read."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 (strings: there are many)
            return file.read(_LARGEST)
    except OSError:
        return b""


def _above(directories: list[str]) -> Iterator[str]:
    """The directories above all of some, up to the one that a project starts in; none if none does."""
    at = os.path.commonpath(directories) if directories else ""
    found: list[str] = []
    for _ in range(_MOST_ABOVE):
        if not at:
            return
        found.append(at)
        if any(os.path.exists(f"{at}/{name}") for name in _STARTS):  # noqa: PTH110 (strings: there are many)
            yield from (one for one in found if one not in directories)
            return
        at = at.rpartition("/")[0]


def _listed(directory: str) -> tuple[list[tuple[str, str]], list[str]]:
    """The Python files in a directory, with their sizes and times, and the folders in it; links are not followed."""
    files: list[tuple[str, str]] = []
    folders: list[str] = []
    try:
        with os.scandir(directory) as entries:
            for entry in sorted(entries, key=lambda one: one.name):
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.name)
                elif entry.name.endswith(_SUFFIX) and entry.is_file(follow_symlinks=False):
                    status = entry.stat(follow_symlinks=False)
                    files.append((entry.path, f"{status.st_size} {status.st_mtime_ns}"))
    except OSError:
        pass
    return files, folders
