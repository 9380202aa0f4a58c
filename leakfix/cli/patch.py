"""`leakfix patch`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

import leakfix
from leakfix.cli.app import CLEAN, FAILED, FOUND
from leakfix.cli.making import Making
from leakfix.cli.parameters import fixing, options_of, scanning
from leakfix.cli.problems import told
from leakfix.cli.terminal import out


@click.command("patch")
@scanning
@fixing
@click.option(
    "--output", "-o", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Where the patches go."
)
@click.option(
    "--split",
    type=click.Choice([str(split) for split in ("finding", "rule", "file", "none")]),
    default="finding",
    help="What makes one patch.",
)
def command(
    paths: tuple[str, ...], output: Path, split: str, statistics: bool, verify: str | None, **values: Any
) -> int:
    """Write the fixes for the files at and below PATHS as a series of patches against HEAD, and print their names.

    The series is replayed with `git am --keep-cr` in a scratch tree. The work tree, the index, HEAD and hooks are not
    touched. Exit code 1 when there are patches, 0 when there are none, 2 when something went wrong.
    """
    making = Making(paths, options_of(values), verify, statistics)
    with told():
        fixed = making.run(by_rule=split == leakfix.Split.RULE)
        written = leakfix.write_patches(fixed, output, leakfix.Split(split), verify or "")
    making.tell(fixed)
    out(os.fspath(path) for path in written)
    if fixed.errors:
        return FAILED
    return FOUND if written else CLEAN
