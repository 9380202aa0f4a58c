"""A series of commits, made by one `git fast-import` in a scratch repository."""

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from leakfix.review.errors import SeriesError
from leakfix.review.message import compose
from leakfix.review.names import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from leakfix.review.scratch import Scratch

_YEAR_2100 = 4102444800
_BRANCH = b"refs/heads/leakfix"
# Longer names and those with `@` are replaced by the address when a mail is read (mailinfo.c, get_sane_name).
_NAME_BYTES = 60
# What git itself takes off the ends of names and addresses (ident.c, crud).
_CRUD = " .,:;'"


@dataclass(frozen=True, slots=True)
class Change:
    """One commit to be: its message, and the content of each file that it changes.

    `files` maps a path in the repository to the whole content after this change and all before it. A path that the base
    does not hold is added. The message is composed of `subject`, `body` and `trailers` as `message.compose` does.
    """

    subject: str
    body: str = ""
    trailers: tuple[tuple[str, str], ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who made a commit. `name` and `email` are put into the form in which a mail and git both keep them."""

    name: str
    email: str

    def __post_init__(self) -> None:
        """Takes off what would not survive."""
        email = _fit(self.email, '<>()"\\ ') or "leakfix@localhost"
        name = _fit(self.name, '<>"\\').replace("@", " ")
        name = _shortened(" ".join(name.split())).strip(_CRUD)
        if name.startswith("("):
            name = name.strip("()").strip(_CRUD)
        object.__setattr__(self, "email", email)
        object.__setattr__(self, "name", name or email.partition("@")[0])

    def __str__(self) -> str:
        """As git writes it in a commit."""
        return f"{self.name} <{self.email}>"


def _fit(text: str, refused: str) -> str:
    kept = (character for character in text if character not in refused and unicodedata.category(character)[0] != "C")
    return "".join(kept).strip(_CRUD)


def _shortened(name: str) -> str:
    return name.encode()[:_NAME_BYTES].decode("utf-8", "ignore")


LEAKFIX = Identity("leakfix", "leakfix@localhost")


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit of a series: its object id, the id of its tree, and its whole message."""

    id: str
    tree: str
    message: str


@dataclass(frozen=True, slots=True)
class Series:
    """Commits on top of `base`, an object id, in order; `paths` are the files that they change.

    The objects live in the scratch repository `store`, and with it only as long as the `Repository` that made them is
    open.
    """

    base: str
    commits: tuple[Commit, ...]
    paths: tuple[str, ...]
    committer: Identity
    date: str
    store: Scratch = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Blueprint:
    """What a series is made of: the mode of each path, and in `stored` the blobs of contents that git converts."""

    base: str
    changes: Sequence[Change]
    author: Identity
    committer: Identity
    date: str
    modes: Mapping[str, str]
    stored: Mapping[tuple[int, str], str]


def raw_date(moment: datetime) -> str:
    """A time as git keeps it, seconds since 1970 and offset; raises SeriesError when it cannot."""
    offset = moment.utcoffset()
    if offset is None:
        raise SeriesError("the date of a series needs a time zone")
    seconds = int(moment.timestamp())
    if not 0 <= seconds < _YEAR_2100:
        raise SeriesError("the date of a series lies before 1970 or after 2099, where git reads no dates in mails")
    minutes = int(offset.total_seconds()) // 60
    return f"{seconds} {'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"


def build(store: Scratch, blueprint: Blueprint) -> Series:
    """Writes the commits into the scratch repository. Raises SeriesError for a change that changes nothing."""
    messages = [_message(change) for change in blueprint.changes]
    stream, marks = store.git_dir / "series", store.git_dir / "marks"
    with stream.open("wb") as output:
        output.writelines(_stream(blueprint, messages))
    with stream.open("rb") as given:
        store.run("fast-import", "--quiet", "--force", f"--export-marks={marks}", stdin=given)
    stream.unlink()
    ids = _marked(marks.read_text(), len(messages))
    names = [f"{name}^{{tree}}" for name in [blueprint.base, *ids]]
    listed = store.run("cat-file", "--batch-check=%(objectname)", stdin="".join(f"{name}\n" for name in names).encode())
    trees = listed.decode().split("\n")[: len(names)]
    for number, change in enumerate(blueprint.changes):
        if trees[number] == trees[number + 1]:
            raise SeriesError(f"change {number + 1} of the series changes no file: {change.subject!r}")
    commits = tuple(Commit(*facts) for facts in zip(ids, trees[1:], messages, strict=True))
    paths = tuple(dict.fromkeys(path for change in blueprint.changes for path in change.files))
    return Series(blueprint.base, commits, paths, blueprint.committer, blueprint.date, store)


def _message(change: Change) -> str:
    return compose(change.subject, change.body, change.trailers)


def _stream(blueprint: Blueprint, messages: Sequence[str]) -> Iterator[bytes]:
    """The commands of git-fast-import(1)."""
    yield b"feature done\n"
    for number, (change, message) in enumerate(zip(blueprint.changes, messages, strict=True)):
        yield b"commit %b\nmark :%d\n" % (_BRANCH, number + 1)
        yield f"author {blueprint.author} {blueprint.date}\n".encode()
        yield f"committer {blueprint.committer} {blueprint.date}\n".encode()
        yield _data(message.encode())
        if number == 0:
            yield b"from %b\n" % blueprint.base.encode()
        for path, content in change.files.items():
            blob = blueprint.stored.get((number, path))
            name = quoted(os.fsencode(path))
            yield b"M %b %b %b\n" % (blueprint.modes[path].encode(), b"inline" if blob is None else blob.encode(), name)
            if blob is None:
                yield _data(content)
    yield b"done\n"


def _data(content: bytes) -> bytes:
    return b"data %d\n%b\n" % (len(content), content)


def _marked(marks: str, count: int) -> list[str]:
    found = {int(number): name for number, name in re.findall(r"^:(\d+) ([0-9a-f]+)$", marks, re.MULTILINE)}
    return [found[number + 1] for number in range(count)]
