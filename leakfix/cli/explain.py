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
    rules = leakfix.load_rules().rules
    if rule not in rules:
        close = get_close_matches(rule, rules, n=1)
        hint = f" (did you mean {close[0]!r}?)" if close else f" (there are {', '.join(rules)})"
        raise Failure(f"unknown rule {rule!r}{hint}")
    found = rules[rule]
    out([f"{style_of(sys.stdout)(found.id, 'bold')}: {found.title}", "", found.documentation])
    return CLEAN
