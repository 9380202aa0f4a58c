"""What a tree or an index holds, as git lists it."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leakfix.review.scratch import Scratch

SUBMODULE = "160000"
SYMLINK = "120000"
_SKIP_WORKTREE = b"S"
_DEBUG = re.compile(
    rb"([^\0]+)\0  ctime: [0-9:]+\n  mtime: (\d+):(\d+)\n"
    rb"  dev: \d+\tino: \d+\n  uid: \d+\tgid: \d+\n  size: (\d+)\tflags: [0-9a-f]+\n"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: its git mode (`100644`, `100755`, `120000`, `160000`) and the id of its blob.

    Of an index entry also: whether it is one side of a conflict, and whether its file need not be there (sparse
    checkout).
    """

    mode: str
    blob: str
    conflict: bool = False
    absent: bool = False

    @property
    def regular(self) -> bool:
        """Whether it is an ordinary file."""
        return self.mode.startswith("100")


def tree_entries(scratch: Scratch, tree: str) -> dict[str, Entry]:
    """Every file of a tree."""
    entries = {}
    for line in _records(scratch.run("ls-tree", "-r", "-z", "--full-tree", tree)):
        facts, _, path = line.partition(b"\t")
        mode, _, blob = facts.split(b" ")
        entries[os.fsdecode(path)] = Entry(mode.decode(), blob.decode())
    return entries


def index_entries(scratch: Scratch, index: str) -> dict[str, Entry]:
    """Every file of an index; of a conflict, the last side."""
    entries = {}
    for line in _records(scratch.run("ls-files", "-z", "-t", "--stage", environment={"GIT_INDEX_FILE": index})):
        facts, _, path = line.partition(b"\t")
        tag, mode, blob, stage = facts.split(b" ")
        entries[os.fsdecode(path)] = Entry(mode.decode(), blob.decode(), stage != b"0", tag == _SKIP_WORKTREE)
    return entries


@dataclass(frozen=True, slots=True)
class Recorded:
    """Size and time of a file as the index took them down when the file was last known to be clean."""

    size: int
    seconds: int
    nanoseconds: int

    def still(self, status: os.stat_result, index_time: int) -> bool:
        """Whether the file was not written since, as git tells (racy-git.txt); `index_time` in nanoseconds."""
        seconds, nanoseconds = divmod(status.st_mtime_ns, 1_000_000_000)
        same = (self.size, self.seconds) == (status.st_size & 0xFFFFFFFF, seconds)
        return same and self.nanoseconds in {0, nanoseconds} and status.st_mtime_ns < index_time


def index_records(scratch: Scratch, index: str, paths: Iterable[str]) -> dict[str, Recorded]:
    """What an index recorded of some files."""
    output = scratch.run("ls-files", "-z", "--debug", "--", *paths, environment={"GIT_INDEX_FILE": index})
    return {
        os.fsdecode(name): Recorded(int(size), int(seconds), int(nanoseconds))
        for name, seconds, nanoseconds, size in _DEBUG.findall(output)
    }


def blob_id(data: bytes, object_format: str) -> str:
    """The id that git gives to a blob of these bytes."""
    digest = hashlib.new(object_format, usedforsecurity=False)
    digest.update(b"blob %d\0" % len(data))
    digest.update(data)
    return digest.hexdigest()


def read_blobs(scratch: Scratch, blobs: Iterable[str]) -> list[bytes]:
    """The content of each blob, in order. Raises GitError when git cannot read the objects."""
    wanted = list(blobs)
    if not wanted:
        return []
    output = scratch.run("cat-file", "--batch", stdin="".join(f"{blob}\n" for blob in wanted).encode())
    contents, at = [], 0
    for _ in wanted:
        end = output.index(b"\n", at)
        size = output[at:end].rpartition(b" ")[2]
        if not size.isdigit():
            contents.append(b"")
            at = end + 1
            continue
        contents.append(output[end + 1 : end + 1 + int(size)])
        at = end + 2 + int(size)
    return contents


def _records(output: bytes) -> list[bytes]:
    return output.split(b"\0")[:-1]
