"""`leakfix fix`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

import leakfix
from leakfix.cli.app import CLEAN, FAILED, FOUND
from leakfix.cli.interactive import Interview
from leakfix.cli.making import Making
from leakfix.cli.parameters import fixing, options_of, scanning
from leakfix.cli.problems import told
from leakfix.cli.terminal import out, style_of, tell, tell_all

if TYPE_CHECKING:
    from leakfix import Fixed


@click.command("fix")
@scanning
@fixing
@click.option("--apply", "write", is_flag=True, help="Write the fixed files instead of only showing the diff.")
@click.option("--allow-dirty", is_flag=True, help="Write even where work is not committed.")
@click.option("--interactive", "-i", is_flag=True, help="Ask for every fix.")
def command(
    paths: tuple[str, ...],
    write: bool,
    allow_dirty: bool,
    interactive: bool,
    statistics: bool,
    verify: str | None,
    **values: Any,
) -> int:
    """Show the leaks in the files at and below PATHS mended: the diff on stdout, all else on stderr.

    Exit code 1 when there is something to change (with --apply, when it was changed), 0 when there is not, 2 when
    something went wrong.
    """
    making = Making(paths, options_of(values), verify, statistics)
    with told():
        fixed = making.run(interview=Interview if interactive else None)
        written = leakfix.apply(fixed, allow_dirty=allow_dirty) if write else None
    if not write:
        out(_diff(fixed))
    making.tell(fixed)
    if written is not None:
        tell_all(written.errors)
        tell(f"{leakfix.plural(len(written.paths), 'file')} written")
        if written.errors:
            return FAILED
    if fixed.errors:
        return FAILED
    return FOUND if fixed.files else CLEAN


def _diff(fixed: Fixed) -> list[str | bytes]:
    pieces = list(leakfix.whole_diff(fixed.files, fixed.tree))
    style = style_of(sys.stdout)
    if not style.colour and not (sys.stdout and sys.stdout.isatty()):
        return list(pieces)
    return [line for piece in pieces for line in leakfix.shown_diff(piece, style)]
