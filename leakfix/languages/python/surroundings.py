"""What the meaning of Python files hangs on besides their own bytes: a result is not reused when it changes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from leakfix.languages.language import Surroundings
from leakfix.languages.python.besides import tests_beside
from leakfix.languages.python.versions import BUILD_FILES, read_build_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MOST_ABOVE: Final = 24


class PySurroundings(Surroundings):
    """The build files above some directories, and the modules that imports lead to beside the files of the run."""

    def __init__(self, directories: Iterable[Path]) -> None:
        self._directories = [str(directory) for directory in directories]
        self._above = sorted({parent for own in self._directories for parent in (Path(own), *Path(own).parents)})

    def contents(self) -> Iterator[tuple[str, bytes]]:
        """Yield the files that settle the version of the language, and those that make directories packages.

        Of the tests beside the run, which tell how safe a fix is, there are only size and time.
        """
        for path, stamp in tests_beside(self._directories):
            yield path, stamp.encode()
        for directory in self._above:
            for name in BUILD_FILES:
                data = read_build_file(directory / name)
                if data is not None:
                    yield str(directory / name), data
            if (directory / "__init__.py").exists():
                yield str(directory / "__init__.py"), b""

    def neighbours(self, directory: str, imports: Iterable[str]) -> Iterator[str]:
        """Yield the directories that imports lead to from a directory or one above it, where packages start."""
        # Of a relative import only the names count: dots that became slashes would name one directory in many ways.
        names = [name.replace(".", "/").strip("/") for name in imports]
        folders = dict.fromkeys(name.rpartition("/")[0] for name in names)
        packages = dict.fromkeys(names)
        above = directory
        for _ in range(_MOST_ABOVE):
            for folder in (*folders, *packages):
                if "\0" not in folder:
                    yield f"{above}/{folder}" if folder else above
            above, _, last = above.rpartition("/")
            if not last:
                break
