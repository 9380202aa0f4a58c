"""How git stores a file whose bytes in the work tree are not those of its blob: line ends, encodings, `$Id$`.

The conversions that git carries out itself (`core.autocrlf`, `core.eol`, and the attributes `text`, `eol`, `ident` and
`working-tree-encoding`) are done by git in a scratch work tree that holds nothing but the committed (or staged)
`.gitattributes` and the files in question. Filter drivers are programs of the configuration, which is not there, so
none ever runs.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leakfix.review.listing import read_blobs
from leakfix.review.names import ancestors, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from leakfix.review.listing import Entry
    from leakfix.review.scratch import Scratch

_ATTRIBUTES = ".gitattributes"


@dataclass(frozen=True, slots=True)
class Conversion:
    """The conversions of some files; `scratch` holds their attributes in its work tree."""

    scratch: Scratch

    @classmethod
    def prepared(cls, scratch: Scratch, entries: Mapping[str, Entry], paths: Iterable[str]) -> Conversion:
        """The conversions of `paths` under the attribute files among `entries`."""
        directories = {""} | {directory + "/" for path in paths for directory in ancestors(path)}
        found = {
            name: entries[name] for name in (directory + _ATTRIBUTES for directory in directories) if name in entries
        }
        regular = [name for name, entry in found.items() if entry.regular]
        for name, data in zip(regular, read_blobs(scratch, [found[name].blob for name in regular]), strict=True):
            _write(scratch, name, data)
        return cls(scratch)

    def blobs(self, files: Sequence[tuple[str, bytes]], *, write: bool) -> list[str]:
        """The blob id of each file as git would store it, in order; `write` adds the blobs to the scratch repository.

        A path may occur more than once. Attribute files themselves are never converted.
        """
        ids = [""] * len(files)
        waiting = list(range(len(files)))
        while waiting:
            wave: dict[str, int] = {}
            for place in waiting:
                wave.setdefault(files[place][0], place)
            for place, blob in zip(
                wave.values(), self._wave([files[place] for place in wave.values()], write), strict=True
            ):
                ids[place] = blob
            waiting = [place for place in waiting if wave[files[place][0]] != place]
        return ids

    def _wave(self, files: Sequence[tuple[str, bytes]], write: bool) -> list[str]:
        for path, data in files:
            _write(self.scratch, path, data)
        names = b"".join(quoted(os.fsencode(path)) + b"\n" for path, _ in files)
        options = ["-w"] if write else []
        return self.scratch.run("hash-object", *options, "--stdin-paths", stdin=names).decode().split()

    def filters(self, paths: Iterable[str]) -> dict[str, str]:
        """The filter driver of each path that names one."""
        names = b"".join(os.fsencode(path) + b"\0" for path in paths)
        fields = self.scratch.run("check-attr", "-z", "--stdin", "filter", stdin=names).split(b"\0")[:-1]
        named = zip(fields[::3], fields[2::3], strict=True)
        unnamed = {b"unspecified", b"unset", b"set"}
        return {os.fsdecode(path): value.decode("utf-8", "replace") for path, value in named if value not in unnamed}


def _write(scratch: Scratch, path: str, data: bytes) -> None:
    target = scratch.tree / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
