"""What the meaning of C and C++ files hangs on besides their own bytes: a result is not reused when it changes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from leakfix.languages.c.standards import BUILD_FILES, read_build_file
from leakfix.languages.language import Surroundings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_MOST: Final = 24


class CSurroundings(Surroundings):
    """The build files above some directories; source anywhere in the run is what the survey answers for."""

    def __init__(self, directories: Iterable[Path]) -> None:
        self._above = sorted({parent for directory in directories for parent in (directory, *directory.parents)})

    def contents(self) -> Iterator[tuple[str, bytes]]:
        """Yield the files that settle the language standard."""
        for directory in self._above:
            for name in BUILD_FILES:
                data = read_build_file(directory / name)
                if data is not None:
                    yield str(directory / name), data

    def neighbours(self, directory: str, imports: Iterable[str]) -> Iterator[str]:
        """Yield the directories that quoted includes lead to: beside the file, or below a directory above it."""
        folders = dict.fromkeys(os.path.dirname(name) for name in imports)  # noqa: PTH120 (strings: there are many)
        for folder in folders:
            if folder and not folder.startswith("/") and "\0" not in folder:
                above = directory
                for _ in range(_MOST):
                    yield os.path.normpath(f"{above}/{folder}")
                    above, _, last = above.rpartition("/")
                    if not last:
                        break
