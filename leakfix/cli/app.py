"""The commands, and what their endings mean to whoever started them.

Exit codes: 0 clean, 1 findings or a change, 2 everything else (also a path that was named and could not be looked at),
130 when interrupted.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from leakfix.cli.terminal import OutputError, tell
from leakfix.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

CLEAN, FOUND, FAILED, INTERRUPTED = 0, 1, 2, 130

_COMMANDS = {
    "check": "Tell of leaks: where, along which way, and what would mend them.",
    "fix": "Show the leaks mended, as one diff; with --apply, write it.",
    "patch": "Write the fixes as a series of patches for `git am`.",
    "rules": "List the rules.",
    "explain": "Tell what a rule finds, and why it is a leak.",
}


class _Commands(click.Group):
    """Commands whose modules are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which they are used."""
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of the module of its name."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        import importlib

        command: click.Command = importlib.import_module(f"leakfix.cli.{cmd_name}").command
        command.short_help = _COMMANDS[cmd_name]
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of the help, without importing any command."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="leakfix %(version)s")
def app() -> None:
    """Find memory and resource leaks, and rewrite them into the fixed form."""


def run(arguments: Sequence[str]) -> int:
    """Run a command and return its exit code; whatever ends it early is one line on stderr."""
    try:
        code = app.main(list(arguments), prog_name="leakfix", standalone_mode=False)
        return code if isinstance(code, int) else CLEAN
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as error:
        error.show(sys.stderr)
        return FAILED
    except (click.Abort, KeyboardInterrupt):
        tell("interrupted")
        return INTERRUPTED
    except OutputError as error:
        tell(str(error))
        return FAILED
