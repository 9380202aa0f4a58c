"""Whose version decides how a program's timers behave at run time."""

from pathlib import Path

import pytest

from leakfix.languages.go.defaults import declared_version
from leakfix.languages.go.packages import World
from tests.languages.go.programs import write

LIBRARY = "package lib\n"
COMMAND = 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println() }\n'
MODULE = "module example.com/app\n"


@pytest.mark.parametrize(
    ("files", "path", "expected"),
    [
        ({"go.mod": MODULE + "\ngo 1.23.1\n", "lib.go": LIBRARY}, "lib.go", "1.23"),
        ({"go.mod": MODULE + "\ngo 1.20\n", "lib.go": "//go:build go1.23\n\n" + LIBRARY}, "lib.go", "1.20"),
        ({"go.mod": MODULE, "main.go": COMMAND}, "main.go", "1.16"),
        ({"lib.go": LIBRARY}, "lib.go", "1.16"),
        ({"main.go": COMMAND}, "main.go", "None"),
        ({"main.go": COMMAND, "use.go": 'package main\n\nimport _ "example.com/lib"\n'}, "main.go", "1.16"),
    ],
    ids=["module", "constraint", "no go line", "GOPATH", "go run", "command in GOPATH"],
)
def test_the_module_decides(tmp_path: Path, files: dict[str, str], path: str, expected: str) -> None:
    write(tmp_path, files)
    world = World(environment={"HOME": str(tmp_path / "home")})
    assert str(declared_version(world.file(tmp_path / path).package)) == expected
