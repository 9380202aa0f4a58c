"""`leakfix rules`."""

from __future__ import annotations

import sys

import click

import leakfix
from leakfix.cli.app import CLEAN, FAILED
from leakfix.cli.terminal import out, style_of, tell


@click.command("rules")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="Of the list.")
def command(form: str) -> int:
    """List the rules that are installed, the forms of their fixes, the safest first, and what those need."""
    installed = leakfix.load_rules()
    for problem in installed.problems:
        tell(problem)
    rules = installed.rules
    out([leakfix.rules_json(rules)] if form == "json" else leakfix.rules_table(rules, style_of(sys.stdout)))
    return FAILED if installed.problems else CLEAN
