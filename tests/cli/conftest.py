"""A tree to run the console script in."""

from pathlib import Path

import pytest

from tests.console import CLEAN, Console, leaking, write


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A module with one leaking file, one clean and one in a package below."""
    return write(
        tmp_path / "tree",
        {
            "store.go": leaking(),
            "remove.go": CLEAN,
            "deep/deep.go": leaking("Deep").replace("package store", "package deep"),
        },
    )


@pytest.fixture
def console(tree: Path, tmp_path: Path) -> Console:
    """The console script in that tree."""
    home = tmp_path / "home"
    home.mkdir()
    return Console(tree, home)
