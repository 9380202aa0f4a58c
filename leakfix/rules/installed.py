"""Which packs of codemods are installed: the entry points of a group, by the files that installers leave.

`importlib.metadata` tells the same, but loads an e-mail parser, sockets and archives to do so, which takes longer than
to load the rules of a language. It is asked where packages are not in plain directories.
"""

import os
import sys
from collections.abc import Iterator
from typing import NamedTuple

_METADATA = (".dist-info", ".egg-info")
_FILE = "entry_points.txt"


class Pack(NamedTuple):
    """A pack: its name and the import package that holds its codemods."""

    name: str
    package: str


def packs(group: str) -> list[Pack]:
    """The packs that the distributions on the path declare in a group, each once, by name.

    See https://packaging.python.org/en/latest/specifications/entry-points/.
    """
    places = list(dict.fromkeys(place or "." for place in sys.path))
    found = _told(group) if any(map(os.path.isfile, places)) else _declared(places, group)
    return sorted(set(found))


def _told(group: str) -> Iterator[Pack]:
    from importlib.metadata import entry_points

    yield from (Pack(entry.name, entry.value) for entry in entry_points(group=group))


def _declared(places: list[str], group: str) -> Iterator[Pack]:
    for place in places:
        for directory in _metadata(place):
            yield from _read(os.path.join(place, directory, _FILE), group)  # noqa: PTH118


def _metadata(place: str) -> list[str]:
    try:
        return [name for name in os.listdir(place) if name.endswith(_METADATA)]  # noqa: PTH208
    except OSError:
        return []


def _read(path: str, group: str) -> Iterator[Pack]:
    """The entries of a group in an INI file; comments are lines of their own, extras in brackets have no meaning."""
    try:
        with open(path, encoding="utf-8") as stream:  # noqa: PTH123 (imported by every run, which needs no Path here)
            text = stream.read()
    except (OSError, ValueError):
        return
    section = ""
    for line in map(str.strip, text.splitlines() if group in text else ()):
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1].strip()
        elif section == group and "=" in line and not line.startswith(("#", ";")):
            name, _, value = line.partition("=")
            yield Pack(name.strip(), value.partition("[")[0].strip())
