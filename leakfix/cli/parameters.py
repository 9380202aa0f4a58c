"""The options that several commands share, and what becomes of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from leakfix import Options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Command = TypeVar("Command", bound="Callable[..., Any]")


def scanning(command: Command) -> Command:
    """PATHS and the options of every command that looks at source."""
    for decorate in reversed(_SCANNING):
        command = decorate(command)
    return command


def fixing(command: Command) -> Command:
    """The options of every command that makes fixes."""
    for decorate in reversed(_FIXING):
        command = decorate(command)
    return command


_SCANNING = (
    click.argument("paths", nargs=-1, type=click.Path()),
    click.option("--select", multiple=True, metavar="RULES", help="Run these rules only."),
    click.option("--ignore", multiple=True, metavar="RULES", help="Leave these rules out."),
    click.option("--exclude", multiple=True, metavar="PATTERN", help="Leave paths out, as a line of .gitignore would."),
    click.option(
        "--config", type=click.Path(path_type=Path), metavar="FILE", help="Use this configuration and no other."
    ),
    click.option(
        "--jobs", "-j", type=click.IntRange(0), default=0, metavar="N", help="Processes at work; by default one a core."
    ),
    click.option("--no-cache", is_flag=True, help="Neither use nor keep results."),
    click.option("--tests/--no-tests", default=None, help="Look at test files, or leave them out."),
    click.option(
        "--confidence",
        type=click.Choice(["high", "medium", "low"]),
        help="How sure findings must be; by default medium.",
    ),
    click.option("--statistics", is_flag=True, help="Count findings, forms and refusals."),
)

_FIXING = (
    click.option("--unsafe", is_flag=True, help="Take fixes that need a review, too."),
    click.option(
        "--prefer",
        multiple=True,
        metavar="FORMS",
        help="Take these forms first where they are offered: FORM, or RULE=FORM.",
    ),
    click.option(
        "--verify",
        metavar="COMMAND",
        help="Run this shell command on a scratch copy with the fixes, and drop those that break it.",
    ),
)


def options_of(values: dict[str, Any]) -> Options:
    """What the shared options ask for; they are taken out of `values`."""
    select = _names(values.pop("select"))
    return Options(
        config=values.pop("config"),
        select=select or None,
        ignore=_names(values.pop("ignore")),
        exclude=tuple(values.pop("exclude")),
        prefer=_names(values.pop("prefer", ())),
        unsafe=values.pop("unsafe", False),
        tests=values.pop("tests"),
        confidence=values.pop("confidence"),
        jobs=values.pop("jobs"),
        cache=not values.pop("no_cache"),
    )


def _names(values: Iterable[str]) -> tuple[str, ...]:
    """All names of an option that may be given several times, with several names between commas."""
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())
