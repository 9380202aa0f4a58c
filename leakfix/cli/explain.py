"""`leakfix explain`."""

from __future__ import annotations

import sys
from difflib import get_close_matches

import click

import leakfix
from leakfix.cli.app import CLEAN
from leakfix.cli.problems import Failure
from leakfix.cli.terminal import out, style_of


@click.command("explain")
@click.argument("rule")
def command(rule: str) -> int:
    """Tell what RULE finds, why it is a leak, and how it is mended."""
    installed = leakfix.load_rules()
    found = installed.named(rule)
    if not found:
        close = get_close_matches(rule, installed.ids, n=1)
        hint = f" (did you mean {close[0]!r}?)" if close else f" (there are {', '.join(installed.ids)})"
        raise Failure(f"unknown rule {rule!r}{hint}")
    style = style_of(sys.stdout)
    for number, one in enumerate(found):
        name = f"{one.id} ({one.language})" if len(found) > 1 else one.id
        out([*([""] * 2 if number else []), f"{style(name, 'bold')}: {one.title}", "", one.documentation])
    return CLEAN
