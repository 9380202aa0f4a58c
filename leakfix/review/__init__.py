"""Fixes as commits and patch series, made with git without touching the user's work tree, index, HEAD, references or
hooks.

with Repository.discover(path) as repository:
    series = repository.series(changes, analysed, date=moment)
    replay(series, write_series(series, directory))
"""

from leakfix.review.errors import (
    BaseRefusedError,
    GitError,
    NoCommitsError,
    NotARepositoryError,
    NoWorkTreeError,
    PathRefusedError,
    ReplayError,
    ReviewError,
    SeriesError,
)
from leakfix.review.mailbox import write_series
from leakfix.review.message import compose
from leakfix.review.replay import replay
from leakfix.review.repository import Repository
from leakfix.review.series import LEAKFIX, Change, Commit, Identity, Series

__all__ = [
    "LEAKFIX",
    "BaseRefusedError",
    "Change",
    "Commit",
    "GitError",
    "Identity",
    "NoCommitsError",
    "NoWorkTreeError",
    "NotARepositoryError",
    "PathRefusedError",
    "ReplayError",
    "Repository",
    "ReviewError",
    "Series",
    "SeriesError",
    "compose",
    "replay",
    "write_series",
]
