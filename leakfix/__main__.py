"""`python -m leakfix`."""

from leakfix.cli.main import command

command()
