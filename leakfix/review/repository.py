"""The repository under review: what differs from its HEAD, and commits on top of it that leave no trace in it."""

from __future__ import annotations

import os
import tempfile
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from leakfix.review import refs, settings
from leakfix.review.base import Base, examine, misnamed
from leakfix.review.conversion import Conversion
from leakfix.review.errors import (
    BaseRefusedError,
    GitError,
    NoCommitsError,
    NotARepositoryError,
    NoWorkTreeError,
    PathRefusedError,
    SeriesError,
)
from leakfix.review.files import WorkTree, read_regular
from leakfix.review.git import Git
from leakfix.review.listing import Entry, Recorded, index_entries, index_records, tree_entries
from leakfix.review.location import Location, locate
from leakfix.review.names import checked
from leakfix.review.scratch import Scratch
from leakfix.review.series import LEAKFIX, Blueprint, Change, Identity, Series, build, raw_date
from leakfix.review.status import Comparison

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from types import TracebackType

_VERSIONS = frozenset({"0", "1"})
_OBJECT_FORMATS = frozenset({"sha1", "sha256"})
_NEW_FILE = "100644"


class Repository:
    """A repository that is read and never written; a context manager, because it keeps a temporary directory.

    Paths are posix and relative to the root of the work tree; `relative` makes them. All commands of git run in scratch
    repositories in the temporary directory.
    """

    def __init__(self, location: Location, git: Git, directory: tempfile.TemporaryDirectory[str]) -> None:
        """Use `discover`. `directory` is removed by `close`."""
        self._location = location
        self._git = git
        self._directory = directory
        self._trees: dict[str, dict[str, Entry]] = {}

    @classmethod
    def discover(cls, path: Path | str) -> Repository:
        """The repository that holds a file or directory. Raises NotARepositoryError, or GitError without a git."""
        directory = tempfile.TemporaryDirectory(prefix="leakfix-")
        try:
            git = Git.found(Path(directory.name))
            location = locate(Path(path), lambda config: settings.read_file(git, config))
            return cls(location, git, directory)
        except BaseException:
            directory.cleanup()
            raise

    def close(self) -> None:
        """Removes the temporary directory, and with it the commits of every series."""
        self._directory.cleanup()

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes it."""
        self.close()

    @property
    def root(self) -> Path | None:
        """The top of the work tree, resolved; None for a bare repository."""
        return self._location.root

    @property
    def git_dir(self) -> Path:
        """Where HEAD and the index are, resolved."""
        return self._location.git_dir

    @property
    def object_format(self) -> str:
        """The hash of object ids, `sha1` or `sha256`."""
        return self._store.object_format

    def relative(self, path: Path | str) -> str:
        """The path in the repository of a file given from the current directory; PathRefusedError when it is none.

        Links on the way are followed, a link at the end is not. Raises NoWorkTreeError for a bare repository.
        """
        root, given = self._work_tree(), Path(path)
        try:
            place = given.parent.resolve() / given.name
        except (OSError, RuntimeError) as error:
            raise PathRefusedError(f"{path} cannot be followed: {error}") from error
        if not place.is_relative_to(root):
            raise PathRefusedError(f"{path} is outside of the repository at {root}")
        return checked(place.relative_to(root).as_posix())

    def resolve(self, revision: str = "HEAD") -> str:
        """The id of a commit: `HEAD`, a branch, a tag or an object id, also with `~N` or `^`. Raises NoCommitsError."""
        name, steps = refs.split_revision(revision)
        found = self._reference(name)
        here = self.root or self.git_dir
        if found is None and name == "HEAD":
            raise NoCommitsError(f"the repository at {here} has no commits yet")
        unknown = NoCommitsError(f"{revision!r} names no commit of the repository at {here}")
        if found is None and not refs.is_object_id(name):
            raise unknown
        try:
            printed = self._store.run("rev-parse", "--verify", "--end-of-options", f"{found or name}{steps}^{{commit}}")
        except GitError as error:
            raise unknown from error
        return printed.decode().strip()

    def dirty(self, paths: Iterable[str]) -> list[str]:
        """Those of the files that differ from HEAD or from the index, or that git does not track; in the given order.

        What counts is content and kind, never time stamps: a file is clean when the index has what HEAD has, and its
        bytes are those of the blob, either as they are or after the conversions that git itself carries out (line ends,
        encoding, `$Id$`; see `conversion`) under the staged attributes. Filter drivers are not run: a file behind one
        is clean when its bytes are those of the blob, or when size and time are those that the index recorded, else
        dirty. A file that is nowhere is clean. Raises PathRefusedError for a path outside of the repository,
        NoWorkTreeError for a bare one.
        """
        root = self._work_tree()
        wanted = list(dict.fromkeys(checked(path) for path in paths))
        if not wanted:
            return []
        index = self._copied_index()
        comparison = Comparison(
            WorkTree(root),
            self.object_format,
            self._committed_at_head(),
            index_entries(self._store, index) if index else {},
            settings.is_true(self._local.get("core.filemode", "true")),
            self._conversion,
            self._recorded,
        )
        differing = comparison.differing(wanted)
        return [path for path in wanted if path in differing]

    def refusals(self, base_contents: Mapping[str, bytes], base: str = "HEAD") -> dict[str, str]:
        """Why no patch can be based on a file, by its path: the base does not hold what was analysed.

        A file passes when its blob at `base` is the given content, as it is or as git itself stores it (see
        `conversion`). Raises NoCommitsError.
        """
        return dict(self._examined(base_contents, self.resolve(base)).refused)

    def series(
        self,
        changes: Sequence[Change],
        base_contents: Mapping[str, bytes],
        *,
        date: datetime,
        base: str = "HEAD",
        author: Identity | None = None,
        committer: Identity | None = None,
    ) -> Series:
        """The changes as commits on top of `base`, in the scratch repository.

        `base_contents` holds the analysed content of each file that the changes touch; a file without one is added by
        them. Author and committer are by default those of the configuration, else leakfix itself; `date` (with a time
        zone) is the date of both for all commits, so that equal input makes equal commits. Raises BaseRefusedError when
        a file differs at the base from what was analysed, PathRefusedError, NoCommitsError, and SeriesError for no
        change or one that changes nothing.
        """
        if not changes:
            raise SeriesError("a series needs a change")
        commit = self.resolve(base)
        touched = list(dict.fromkeys(checked(path) for change in changes for path in change.files))
        entries = self._committed(commit)
        verdict = self._examined({path: base_contents[path] for path in touched if path in base_contents}, commit)
        refused = dict(verdict.refused) | misnamed(touched, base_contents, entries)
        if refused:
            raise BaseRefusedError(refused)
        return build(
            self._store,
            Blueprint(
                commit,
                changes,
                author or self._identity("author"),
                committer or self._identity("committer"),
                raw_date(date),
                {path: entries[path].mode if path in entries else _NEW_FILE for path in touched},
                verdict.stored(changes),
            ),
        )

    def _work_tree(self) -> Path:
        if self.root is None:
            raise NoWorkTreeError(f"{self.git_dir} is a bare repository: it has no files")
        return self.root

    @cached_property
    def _local(self) -> dict[str, str]:
        return settings.read_local(self._git, self._location)

    @cached_property
    def _values(self) -> dict[str, str]:
        return settings.read_user(self._location, self._store) | self._local

    @cached_property
    def _store(self) -> Scratch:
        """The scratch repository that takes new commits."""
        version = self._local.get("core.repositoryformatversion", "0")
        object_format = self._local.get("extensions.objectformat", "sha1").casefold()
        if version not in _VERSIONS or object_format not in _OBJECT_FORMATS:
            raise NotARepositoryError(
                f"{self.git_dir} has a format that leakfix does not know: {version}, {object_format}"
            )
        return Scratch.create(self._git, self._fresh_path(), object_format, (self._location.common_dir / "objects",))

    def _fresh_path(self) -> Path:
        """A path in the temporary directory where nothing is yet."""
        return Path(tempfile.mkdtemp(dir=self._directory.name)) / "scratch"

    def _reference(self, name: str) -> str | None:
        storage = self._local.get("extensions.refstorage", "files").casefold()
        if storage == "reftable":
            directory = Path(tempfile.mkdtemp(dir=self._directory.name))
            return refs.resolve_reftable(self._git, self._location, name, directory, self.object_format)
        if storage != "files":
            raise NotARepositoryError(
                f"{self.git_dir} keeps its references in a way that leakfix does not know: {storage}"
            )
        return refs.resolve(self._location, name)

    def _committed(self, commit: str) -> dict[str, Entry]:
        if commit not in self._trees:
            self._trees[commit] = tree_entries(self._store, commit)
        return self._trees[commit]

    def _committed_at_head(self) -> dict[str, Entry]:
        try:
            return self._committed(self.resolve())
        except NoCommitsError:
            return {}

    def _examined(self, contents: Mapping[str, bytes], commit: str) -> Base:
        return examine(contents, self._committed(commit), self.object_format, self._conversion)

    def _conversion(self, entries: Mapping[str, Entry], paths: Iterable[str]) -> Conversion:
        """A scratch repository with the text settings of the reviewed one, whose new objects go into the store."""
        objects = {"GIT_OBJECT_DIRECTORY": os.fspath(self._store.git_dir / "objects")}
        chosen = settings.text_settings(self._values)
        scratch = self._store.sibling(self._fresh_path(), settings=chosen, environment=objects)
        attributes = read_regular(self._location.common_dir / "info" / "attributes")
        (scratch.git_dir / "info" / "attributes").write_bytes(attributes or b"")
        return Conversion.prepared(scratch, entries, paths)

    def _copied_index(self) -> str:
        """The path of a copy of the index, "" without one; the other part of a split index goes beside the store."""
        original, copy = self.git_dir / "index", self._store.git_dir / "copied-index"
        if not os.path.lexists(original):
            return ""
        content = read_regular(original)
        if content is None:
            raise NotARepositoryError(f"{original} cannot be read")
        copy.write_bytes(content)
        for part in self.git_dir.glob("sharedindex.*"):
            (self._store.git_dir / part.name).write_bytes(read_regular(part) or b"")
        return os.fspath(copy)

    def _recorded(self, paths: Iterable[str]) -> tuple[dict[str, Recorded], int]:
        """What the copied index recorded of files, and when the index was written."""
        records = index_records(self._store, os.fspath(self._store.git_dir / "copied-index"), paths)
        return records, (self.git_dir / "index").lstat().st_mtime_ns

    def _identity(self, role: str) -> Identity:
        """Who the configuration says that the author or committer is."""
        name, email = (
            self._values.get(f"{role}.{part}") or self._values.get(f"user.{part}") for part in ("name", "email")
        )
        return Identity(name, email) if name and email else LEAKFIX
