"""What the review floor can refuse; every message is one clear line for the user."""

from __future__ import annotations


class ReviewError(Exception):
    """The root of all errors of this floor."""


class GitError(ReviewError):
    """git is missing, too old for this repository, took too long, or ended with an error."""


class NotARepositoryError(ReviewError):
    """No repository holds the path, or what looks like one leads out of the tree."""


class NoCommitsError(ReviewError):
    """The base of a series is not a commit: a repository without commits, or an unknown name."""


class NoWorkTreeError(ReviewError):
    """A bare repository was asked about files of its work tree."""


class PathRefusedError(ReviewError):
    """A path that is not a file of the repository: outside of it, in `.git`, in a submodule or behind a link."""


class BaseRefusedError(ReviewError):
    """Files that no patch can be based on, because the base commit does not hold what was analysed.

    `reasons` maps each path to its reason.
    """

    def __init__(self, reasons: dict[str, str]) -> None:
        """One line names all files."""
        super().__init__("; ".join(f"{path!r} {reason}" for path, reason in reasons.items()))
        self.reasons = reasons


class SeriesError(ReviewError):
    """Changes that make no series, or a directory that cannot take one."""


class ReplayError(ReviewError):
    """`git am` refused a patch of a series or made something else of it; the message names the patch."""
