"""A series as files in mailbox format, as `git format-patch` writes them."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from leakfix.review.errors import SeriesError

if TYPE_CHECKING:
    from leakfix.review.series import Series

# Full ids, because a binary patch needs them; no signature, because it would name the version of git.
_FORMAT = (
    "--binary",
    "--full-index",
    "--no-renames",
    "--no-signature",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--src-prefix=a/",
    "--dst-prefix=b/",
)
_OF_SERIES = re.compile(r"\d{4,}-.*\.patch", re.DOTALL)


def write_series(series: Series, directory: Path | str) -> list[Path]:
    """Writes `0001-subject.patch` and so on into `directory`, which is made when missing; returns the paths in order.

    Files of the same names are replaced. Raises SeriesError when the directory holds other patches of that form, which
    `git am DIRECTORY/*.patch` would take along, or cannot be written.
    """
    target = Path(directory)
    with tempfile.TemporaryDirectory(dir=series.store.git_dir) as made:
        count, tip = len(series.commits), series.commits[-1].id
        series.store.run("format-patch", *_FORMAT, f"--output-directory={made}", f"--max-count={count}", tip)
        # Names in the order of `git am DIRECTORY/*.patch` also above 9999.
        width = max(4, len(str(count)))
        names = {
            path.name.partition("-")[0].zfill(width) + "-" + path.name.partition("-")[2]: path
            for path in Path(made).iterdir()
        }
        if len(names) != count:
            raise SeriesError(f"git wrote {len(names)} patches for {count} commits")
        try:
            _check_room(target, set(names))
            return [_put(names[name], target / name) for name in sorted(names)]
        except OSError as error:
            raise SeriesError(f"the patches cannot be written: {error}") from error


def _check_room(target: Path, names: set[str]) -> None:
    target.mkdir(parents=True, exist_ok=True)
    strangers = sorted(
        path.name for path in target.iterdir() if _OF_SERIES.fullmatch(path.name) and path.name not in names
    )
    if strangers:
        raise SeriesError(
            f"{target} holds patches of another series, such as {strangers[0]}: remove them or choose another directory"
        )


def _put(source: Path, target: Path) -> Path:
    """Replaces the target itself, also when it is a link."""
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".leakfix-")
    try:
        with source.open("rb") as content, os.fdopen(descriptor, "wb") as output:
            shutil.copyfileobj(content, output)
        Path(name).chmod(source.stat().st_mode & 0o777)
        return Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
