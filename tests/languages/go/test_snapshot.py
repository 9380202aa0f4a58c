"""The snapshot of the standard library: complete, readable, and what the script makes of the toolchain it came from."""

import filecmp
import subprocess
from pathlib import Path

import pytest

import leakfix.languages.go
from leakfix.languages.go import syntax
from leakfix.languages.go.packages import World
from tests.languages.go.programs import program
from tests.languages.go.test_oracle import environment

STD = Path(leakfix.languages.go.__file__).parent / "std"
SCRIPT = Path(__file__).parents[3] / "scripts" / "go_std_snapshot"
MADE_WITH = "go1.26"


def stubs() -> list[str]:
    return sorted(path.relative_to(STD).as_posix() for path in STD.rglob("*.go"))


def test_stubs_are_syntactically_whole() -> None:
    assert [name for name in stubs() if syntax.parse((STD / name).read_bytes()).root_node.has_error] == []


def test_only_public_packages_are_there() -> None:
    parts = [name.removesuffix(".go").split("/") for name in stubs()]
    assert not [path for path in parts if {"internal", "vendor", "cmd"} & set(path)]
    assert len(parts) > 150


@pytest.mark.parametrize("name", ["net/http", "os", "io", "fmt", "context"])
def test_lookup_parses_no_more_than_the_declaration(name: str) -> None:
    file = program("package p\n")
    package = World().imported(name, file.package)
    assert package is not None
    assert package.lookup("Nothing") is None
    stub = package.files[0]
    names = sorted(name for name in syntax_names(stub.data) if name[:1].isupper())
    assert [name for name in names if package.lookup(name) is None] == []
    assert not stub.is_parsed


def syntax_names(data: bytes) -> set[str]:
    root = syntax.parse(data).root_node
    named = (child.child_by_field_id(syntax.F_NAME) for child in root.children)
    return {syntax.text(name) for name in named if name is not None and name.kind_id == syntax.IDENTIFIER}


def test_snapshot_is_what_the_script_writes(go_tool: Path, tmp_path: Path) -> None:
    env = environment(go_tool)
    version = subprocess.run([go_tool, "env", "GOVERSION"], capture_output=True, text=True, check=True, env=env).stdout
    subprocess.run([go_tool, "run", ".", tmp_path], cwd=SCRIPT, check=True, env=env)
    made = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.go"))
    assert {"os.go", "net/http.go", "sync/atomic.go"} <= set(made)
    if version.startswith(MADE_WITH):
        assert made == stubs()
        _, differing, missing = filecmp.cmpfiles(tmp_path, STD, [*made, "since.txt"], shallow=False)
        assert (differing, missing) == ([], [])
